using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>
/// The combinations of a matrix, as far as some of its keys are concerned: the product of the lists without what is in
/// <c>exclude</c>, and what <c>include</c> adds.
/// </summary>
internal sealed class MatrixRows
{
    /// <summary>More combinations than any service runs.</summary>
    private const int Most = 256;

    private readonly Dictionary<(YamlMapping, string), IReadOnlyList<IReadOnlyDictionary<string, YamlNode>>> _known = [];

    /// <summary>The combinations of the keys given.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, YamlNode>> Of(YamlMapping matrix, IReadOnlyCollection<string> keys)
    {
        var id = (matrix, string.Join('\n', keys));
        return _known.TryGetValue(id, out var known) ? known : _known[id] = Make(matrix, keys);
    }

    private static List<IReadOnlyDictionary<string, YamlNode>> Make(YamlMapping matrix, IReadOnlyCollection<string> keys)
    {
        var axes = new Dictionary<string, IReadOnlyList<YamlNode>>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (matrix.Effective(key) is { } node && key is not ("include" or "exclude"))
            {
                axes[key] = node is YamlSequence list ? [.. list.Items.Select(i => i.Target).OfType<YamlNode>().Take(Most)] : [node];
            }
        }

        var rows = new List<IReadOnlyDictionary<string, YamlNode>>();
        if (axes.Count == keys.Count)
        {
            Multiply(rows, new Dictionary<string, YamlNode>(StringComparer.Ordinal), keys, axes);
            var excluded = Entries(matrix, "exclude").ToList();
            rows.RemoveAll(row => excluded.Exists(e => e.Entries.Count > 0 && e.Named.All(n => row.TryGetValue(n.Key, out var value) && IsSame(value, n.Value))));
        }

        var listed = axes.ToDictionary(a => a.Key, a => a.Value.OfType<YamlScalar>().Select(v => v.Value).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var entry in Entries(matrix, "include"))
        {
            var own = keys.Where(k => entry.Effective(k) is not null).ToDictionary(k => k, k => entry.Effective(k)!, StringComparer.Ordinal);
            var missing = keys.Where(k => !own.ContainsKey(k)).ToList();

            // Where all that it says is in the lists already, it adds other things to their combinations.
            var isKnown = own.All(o => o.Value is YamlScalar scalar && listed.TryGetValue(o.Key, out var values) && values.Contains(scalar.Value));
            if (own.Count > 0 && !isKnown && missing.TrueForAll(axes.ContainsKey))
            {
                Multiply(rows, own, missing, axes);
            }
        }

        return rows;
    }

    private static IEnumerable<YamlMapping> Entries(YamlMapping matrix, string key) =>
        matrix.Effective(key) is YamlSequence list ? list.Items.Select(i => i.Target).OfType<YamlMapping>().Take(Most) : [];

    private static void Multiply(
        List<IReadOnlyDictionary<string, YamlNode>> rows, Dictionary<string, YamlNode> start, IReadOnlyCollection<string> keys, Dictionary<string, IReadOnlyList<YamlNode>> axes)
    {
        List<Dictionary<string, YamlNode>> product = [start];
        foreach (var key in keys)
        {
            product = [.. product.SelectMany(row => axes[key].Select(value => new Dictionary<string, YamlNode>(row, StringComparer.Ordinal) { [key] = value })).Take(Most)];
        }

        rows.AddRange(product.Take(Most - Math.Min(Most, rows.Count)));
    }

    private static bool IsSame(YamlNode a, YamlNode b) => a == b || (a is YamlScalar x && b is YamlScalar y && x.Value == y.Value);
}
