using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Finds what is for Keel in a file: the labels and annotations of workloads (internal/k8s/resource.go), and <c>keel</c> at the
/// top of a chart's values (provider/helm3). A part holds them as <c>{annotations: {…}, labels: {…}}</c> or
/// <c>{keel: {…}}</c>, each key in its line of the file.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="uses">What it uses.</param>
internal sealed class KeelParts(SourceFile file, IReadOnlyList<ImageUse> uses)
{
    /// <summary>Aliases make much of little: no more characters of a file than this, all parts together.</summary>
    private const int MostText = 4 * ConfigurationPart.LongestText;

    /// <summary>No more containers of a file than this, for the same reason.</summary>
    private const int MostContainers = 200_000;

    /// <summary>Keel has a tenth of these settings.</summary>
    private const int MostEntries = 100;

    /// <summary>No reference, and no path to one, is longer.</summary>
    private const int LongestValue = 2000;

    private const int DeepestPath = 50;

    private readonly Dictionary<int, List<ImageUse>> _uses = [];
    private readonly Dictionary<YamlMapping, IReadOnlyList<KeelEntry>> _entries = [];
    private readonly Dictionary<string, GoExpression?> _expressions = new(StringComparer.Ordinal);
    private int _text;
    private int _containers;

    /// <summary>The parts, in no order.</summary>
    public IEnumerable<ConfigurationPart> Find()
    {
        foreach (var use in uses)
        {
            foreach (var start in use.Written.Spans.Where(s => s.Path is null || s.Path == file.Path).Select(s => s.Start).Append(file.OffsetOf(use.Line, use.Column)).Distinct())
            {
                if (!_uses.TryGetValue(start, out var there))
                {
                    _uses[start] = there = [];
                }

                there.Add(use);
            }
        }

        var seen = new HashSet<YamlNode>();
        var next = new Queue<YamlMapping>(YamlStream.Read(file).Documents.OfType<YamlMapping>());
        while (next.TryDequeue(out var root))
        {
            if (!seen.Add(root))
            {
                continue;
            }

            if (root.Scalar("apiVersion")?.Value is not { } apiVersion || root.Scalar("kind")?.Value is not { } kind)
            {
                foreach (var part in OfChart(root))
                {
                    yield return part;
                }
            }
            else if (kind.EndsWith("List", StringComparison.Ordinal))
            {
                foreach (var item in root.Mappings("items"))
                {
                    next.Enqueue(item);
                }
            }
            else if (IsWatched(apiVersion, kind) && OfWorkload(root, kind == "CronJob" ? At(root, "spec", "jobTemplate") : root) is { } part)
            {
                yield return part;
            }
        }
    }

    /// <summary>Whether Keel looks at such a resource.</summary>
    private static bool IsWatched(ReadOnlySpan<char> apiVersion, string kind) => kind switch
    {
        "Deployment" or "StatefulSet" or "DaemonSet" => apiVersion.StartsWith("apps/", StringComparison.Ordinal) || apiVersion.StartsWith("extensions/", StringComparison.Ordinal),
        "CronJob" => apiVersion.StartsWith("batch/", StringComparison.Ordinal),
        _ => false,
    };

    private static YamlMapping? At(YamlMapping? mapping, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            mapping = mapping?.Effective(key) as YamlMapping;
        }

        return mapping;
    }

    private ConfigurationPart? OfWorkload(YamlMapping root, YamlMapping? job)
    {
        var pod = At(job, "spec", "template", "spec");
        var metadata = At(root, "metadata");
        var settings = new KeelMetadata(Entries(At(metadata, "annotations")), Entries(At(metadata, "labels")));
        if (!settings.HasPolicy && !settings.Unknown.Any())
        {
            return null;
        }

        var monitored = settings.Find("monitorContainers") is { } text ? Expression(text) : null;
        var found = settings.HasPolicy ? ImagesIn(pod, "containers", monitored) : [];

        // Only the annotation, written exactly so, has them updated: updates.go.
        if (settings.HasPolicy && settings.Annotations.Any(a => a.Name == "initContainers" && a is { Key.Target: YamlScalar { Value: KeelSettings.Prefix + "initContainers" }, Value.Target: YamlScalar { Value: "true" } }))
        {
            found = found.Concat(ImagesIn(pod, "initContainers", monitored));
        }

        if (settings.HasPolicy && settings.Find("imageVolumes") == "true")
        {
            found = found.Concat(ImagesIn(pod, "volumes", monitored));
        }

        var sections = new[] { ("annotations", settings.Annotations), ("labels", settings.Labels) }.Where(s => s.Item2.Count > 0).OrderBy(s => LineOf(s.Item2[0].Key)).ToList();
        var writer = Writer(LineOf(sections[0].Item2[0].Key));
        writer.Mark('{');
        foreach (var (name, entries) in sections)
        {
            writer.Text(name);
            writer.Mark(':');
            writer.Mark('{');
            foreach (var entry in entries)
            {
                writer.Entry(entry.Key, entry.Value);
                writer.Mark(',');
            }

            writer.Mark('}');
            writer.Mark(',');
        }

        writer.Mark('}');
        return Part(writer, LineOf(sections[0].Item2[0].Key), found.SelectMany(UsesAt));
    }

    /// <summary>The entries of a mapping and of what it merges; a mapping that many share is looked through once.</summary>
    private IReadOnlyList<KeelEntry> Entries(YamlMapping? mapping)
    {
        if (mapping is null)
        {
            return [];
        }

        List<KeelEntry>? all = null;
        var own = Own(mapping);
        foreach (var entry in mapping.Merged().SelectMany(Own).Take(MostEntries))
        {
            if ((all ?? own).All(e => e.Name != entry.Name))
            {
                (all ??= [.. own]).Add(entry);
            }
        }

        return all ?? own;

        IReadOnlyList<KeelEntry> Own(YamlMapping one)
        {
            if (!_entries.TryGetValue(one, out var entries))
            {
                _entries[one] = entries = [.. KeelMetadata.Among(one).Take(MostEntries)];
            }

            return entries;
        }
    }

    /// <summary>An expression; null where it is none, which is told later.</summary>
    private GoExpression? Expression(string text)
    {
        if (text.Length > GoExpression.LongestText)
        {
            return null;
        }

        if (!_expressions.TryGetValue(text, out var expression))
        {
            _expressions[text] = GoExpression.TryParse(text, out expression, out _) ? expression : null;
        }

        return expression;
    }

    /// <summary>The images of containers, or of volumes, whose names match; of all where there is no expression.</summary>
    private IEnumerable<YamlScalar> ImagesIn(YamlMapping? pod, string key, GoExpression? monitored)
    {
        foreach (var item in pod?.Effective(key) is YamlSequence list ? list.Mappings : [])
        {
            if (++_containers > MostContainers)
            {
                break;
            }

            var image = key == "volumes" ? At(item, "image")?.Effective("reference") : item.Effective("image");
            if (image is YamlScalar scalar && monitored?.IsMatch((item.Effective("name") as YamlScalar)?.Value ?? "") != false)
            {
                yield return scalar;
            }
        }
    }

    /// <summary>
    /// The settings of a chart, once for the images that get a digest, once for the others, and once for those that are not
    /// in this file.
    /// </summary>
    private IEnumerable<ConfigurationPart> OfChart(YamlMapping root)
    {
        // A chart that can be used with Keel has an empty policy.
        if (At(root, "keel") is not { } keel || !keel.Named.Any(e => e.Key.Equals("policy", StringComparison.OrdinalIgnoreCase) && e.Value is not YamlScalar { IsEmpty: true }))
        {
            yield break;
        }

        var images = keel.Named.Where(e => e.Key.Equals("images", StringComparison.OrdinalIgnoreCase)).Select(e => e.Value).LastOrDefault();
        var groups = (images is YamlSequence list ? list.Items.Take(ConfigurationMapping.MostItems + 1) : []).Select(i => (Item: i, Found: Image(root, i.Target as YamlMapping))).GroupBy(i => i.Found.Digest is { } isPinned ? isPinned ? 0 : 1 : 2);
        foreach (var group in groups)
        {
            var writer = Writer(LineOf(keel));
            writer.Mark('{');
            writer.Text("keel");
            writer.Mark(':');
            writer.Mark('{');
            foreach (var (key, value) in keel.Entries.TakeWhile(_ => !writer.IsFull))
            {
                if (value.Target == images)
                {
                    writer.Node(key);
                    writer.Mark(':');
                    writer.Mark('[');
                    foreach (var (item, _) in group.TakeWhile(_ => !writer.IsFull))
                    {
                        writer.Node(item, 2);
                        writer.Mark(',');
                    }

                    writer.Mark(']');
                }
                else
                {
                    writer.Entry(key, value);
                }

                writer.Mark(',');
            }

            writer.Mark('}');
            if (group.Key == 0)
            {
                writer.Mark(',');
                writer.Text(KeelRules.PinnedMark);
                writer.Mark(':');
                writer.Text("true");
            }

            writer.Mark('}');
            yield return Part(writer, LineOf(keel), group.SelectMany(g => g.Found.Uses));
        }
    }

    /// <summary>The uses of an image of a chart, and whether they get a digest; null where there is none.</summary>
    private (IReadOnlyList<ImageUse> Uses, bool? Digest) Image(YamlMapping root, YamlMapping? image)
    {
        if (Value("repository") is not { IsEmpty: false } repository)
        {
            return ([], null);
        }

        // Where the path leads to no tag, the repository is the whole reference (provider/helm3/common.go).
        var tag = Value("tag");
        List<ImageUse> found = [.. tag is null ? UsesAt(repository) : UsesAt(repository).Intersect(UsesAt(tag))];
        return found.Count == 0 ? ([], null) : (found, Value("digest") is not null && found.Exists(u => u.DigestPlace is not null || u.Reference?.Digest is not null));

        YamlScalar? Value(string key) =>
            image?.Named.Take(MostEntries).Where(e => e.Key.Equals(key, StringComparison.OrdinalIgnoreCase)).Select(e => e.Value).LastOrDefault() is YamlScalar { IsEmpty: false, Value.Length: <= LongestValue } path
                && path.Value.Split('.', DeepestPath) is var keys && At(root, keys.AsSpan(0, keys.Length - 1)) is { } parent
                ? parent.Effective(keys[^1]) as YamlScalar
                : null;
    }

    private IEnumerable<ImageUse> UsesAt(YamlScalar scalar)
    {
        if (scalar.Value.Length > LongestValue)
        {
            return [];
        }

        var (start, value) = (scalar.Start, scalar.ValueStart);
        var there = _uses.GetValueOrDefault(value) ?? [];
        return start == value ? there : there.Concat(_uses.GetValueOrDefault(start) ?? []);
    }

    private ConfigurationPart Part(FlowWriter writer, int line, IEnumerable<ImageUse> found)
    {
        var text = writer.IsFull ? "" : writer.ToString();
        _text += writer.Length;
        return new ConfigurationPart(KeelDialect.DialectName, file.Path, line, text, [.. found.Select(UsePlace.Of).Distinct()]);
    }

    /// <summary>A writer; of no use where enough is written.</summary>
    private FlowWriter Writer(int line) => new(file, line, _text > MostText ? 0 : ConfigurationPart.LongestText);

    private int LineOf(YamlNode node) => file.PositionOf(node.Start).Line;
}
