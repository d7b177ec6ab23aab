using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>Makes YAML and JSON what HCL is made of, so that both are read alike. Each node once, aliases as what they stand for.</summary>
/// <param name="file">The file.</param>
/// <param name="templates">Whether text may have <c>${…}</c> in it, as in the JSON syntax of HCL.</param>
/// <param name="sibling">The file that it stands in, where that is another than the one that is read.</param>
/// <param name="start">The place to tell; null for each node's own.</param>
internal sealed class HclFromYaml(SourceFile file, bool templates, SourceFile? sibling = null, int? start = null)
{
    /// <summary>How many labels the blocks of a kind have, which JSON shows as objects in objects.</summary>
    private static readonly Dictionary<string, int> LabelsOf = new(StringComparer.Ordinal)
    {
        ["resource"] = 2,
        ["data"] = 2,
        ["variable"] = 1,
        ["module"] = 1,
        ["source"] = 2,
        ["target"] = 1,
        ["job"] = 1,
        ["group"] = 1,
        ["task"] = 1,
    };

    private readonly Dictionary<YamlNode, HclNode> _made = [];

    /// <summary>The objects under the keys of blocks as blocks with labels, the blocks in those of jobs too.</summary>
    public static HclObject Blocks(HclObject root)
    {
        var made = new HclObject(root.Start);
        var next = new Stack<(HclMember Member, List<string> Labels, int Left, HclObject Into)>();
        Push(root, made);
        while (next.TryPop(out var item))
        {
            var objects = item.Member.Value is HclTuple list ? list.Items.OfType<HclObject>() : item.Member.Value is HclObject only ? [only] : [];
            if (item.Left == 0)
            {
                foreach (var body in objects)
                {
                    var inner = body;
                    if (item.Member.Key is "job" or "group")
                    {
                        inner = new HclObject(body.Start);
                        Push(body, inner);
                    }

                    item.Into.Members.Add(new HclMember(item.Member.Key, item.Labels, inner));
                }

                continue;
            }

            foreach (var (label, _, value) in objects.SelectMany(o => o.Members).Reverse())
            {
                next.Push((new HclMember(item.Member.Key, [], value), [.. item.Labels, label], item.Left - 1, item.Into));
            }
        }

        return made;

        void Push(HclObject from, HclObject into)
        {
            into.Members.AddRange(from.Members.Where(m => !LabelsOf.ContainsKey(m.Key)));
            foreach (var member in from.Members.Where(m => LabelsOf.ContainsKey(m.Key)).Reverse())
            {
                next.Push((member, [], LabelsOf[member.Key], into));
            }
        }
    }

    /// <summary>The same as HCL. As deep as the YAML is nested: aliases stand after what they stand for.</summary>
    public HclNode Convert(YamlNode node)
    {
        if (_made.TryGetValue(node, out var made))
        {
            return made;
        }

        switch (node)
        {
            case YamlMapping mapping:
                var members = new HclObject(start ?? node.Start);
                _made[node] = members;
                foreach (var (key, value) in mapping.Named)
                {
                    members.Members.Add(new HclMember(key, [], Convert(value)));
                }

                return members;
            case YamlSequence sequence:
                var items = new HclTuple(start ?? node.Start);
                _made[node] = items;
                foreach (var item in sequence.Items)
                {
                    if (item.Target is { } target)
                    {
                        items.Items.Add(Convert(target));
                    }
                }

                return items;
            case YamlScalar scalar:
                return _made[node] = Scalar(scalar);
            default:
                return new HclOpaque(start ?? node.Start);
        }
    }

    private HclNode Scalar(YamlScalar scalar)
    {
        var at = start ?? scalar.Start;
        if (scalar.IsNull)
        {
            return new HclLiteral(at, WrittenText.Unplaced("null"));
        }

        var text = scalar.Written ?? WrittenText.Unplaced(scalar.Value.TrimEnd('\n'));
        if (sibling is not null)
        {
            text = text.Spans.ToList() is [var only] && only.Length == text.Value.Length ? WrittenText.At(text.Value, only.Start, sibling) : WrittenText.Unplaced(text.Value);
        }

        if (!text.Value.Contains("${", StringComparison.Ordinal) && !text.Value.Contains("%{", StringComparison.Ordinal))
        {
            return new HclTemplate(at, [new HclTemplatePart(text, null)]);
        }

        // What HCL did not put in is unknown.
        return templates ? new HclParser(file, text).ReadTemplate(at) : new HclTemplate(at, [new HclTemplatePart(text, null), new HclTemplatePart(WrittenText.Unplaced(""), new HclOpaque(at))]);
    }
}
