using Basewatch.Core.Formats.Hcl;

namespace Basewatch.Core.Formats.Builds;

/// <summary>Targets of Docker Bake with <c>tags</c>; what they inherit is theirs (<see href="https://docs.docker.com/build/bake/reference/"/>).</summary>
internal static class BakeBuilds
{
    private const int LongestChain = 16;

    public static IEnumerable<ImageBuild?> Read(SourceFile file)
    {
        var document = HclDocument.Read(file);
        var variables = new Dictionary<string, HclNode?>(StringComparer.Ordinal);
        var targets = new Dictionary<string, HclObject>(StringComparer.Ordinal);
        foreach (var member in document.Root.Members)
        {
            if (member is { Key: "variable", Labels: [var name], Value: HclObject variable })
            {
                variables[name] = variable["default"];
            }
            else if (member is { Key: "target", Labels: [var target], Value: HclObject body })
            {
                targets.TryAdd(target, body);
            }
        }

        var scope = new HclScope(n => variables.GetValueOrDefault(n), static _ => null, bare: true);
        var folder = BuildReader.FolderOf(file);
        foreach (var target in targets.Values)
        {
            if (Find(target, "dockerfile-inline") is not null)
            {
                continue;
            }

            foreach (var tag in Texts(Find(target, "tags")))
            {
                yield return ImageBuild.Of(tag, BuildReader.PathOf(folder, Text(Find(target, "context")), Text(Find(target, "dockerfile")), isInContext: true), Text(Find(target, "target")));
            }
        }

        HclNode? Find(HclObject target, string key)
        {
            var next = new Stack<HclObject>([target]);
            for (var i = 0; i < LongestChain && next.TryPop(out var one); i++)
            {
                if (one[key] is { } value)
                {
                    return value;
                }

                // Of several, the last one counts.
                foreach (var inherited in Texts(one["inherits"]))
                {
                    if (targets.TryGetValue(inherited, out var other))
                    {
                        next.Push(other);
                    }
                }
            }

            return null;
        }

        string? Text(HclNode? node) => node is null ? null : scope.Text(node)?.Text.Value;

        IEnumerable<string> Texts(HclNode? node) => node is not null && scope.Value(node) is HclTuple tuple ? tuple.Items.Select(Text).OfType<string>() : [];
    }
}
