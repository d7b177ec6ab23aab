namespace Basewatch.Core.Formats.Yaml;

/// <summary>Mappings with what their merge keys (<c>&lt;&lt;: *common</c>) add, <see href="https://yaml.org/type/merge.html"/>.</summary>
internal static class YamlMerge
{
    /// <summary>Chains of merges longer than this are nobody's.</summary>
    private const int LongestChain = 32;

    private const string MergeKey = "<<";

    /// <summary>A mapping's value for a key: its own, else that of what it merges, the first that has one.</summary>
    public static YamlNode? Effective(this YamlMapping mapping, string key)
    {
        if (mapping.TryGet(key, out var value))
        {
            return value;
        }

        foreach (var merged in mapping.Merged())
        {
            if (merged.TryGet(key, out value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The mappings that a mapping merges, at any depth, in the order in which they count.</summary>
    public static IEnumerable<YamlMapping> Merged(this YamlMapping mapping) => mapping.TryGet(MergeKey, out var merged) ? Merged(merged) : [];

    private static IEnumerable<YamlMapping> Merged(YamlNode first)
    {
        var next = new Stack<YamlNode>([first]);
        for (var i = 0; i < LongestChain && next.TryPop(out var node); i++)
        {
            if (node is YamlMapping merged)
            {
                yield return merged;
                if (merged.TryGet(MergeKey, out var more))
                {
                    next.Push(more);
                }
            }
            else if (node is YamlSequence sequence)
            {
                foreach (var item in sequence.Items.Take(LongestChain).Reverse())
                {
                    next.Push(item.Target ?? item);
                }
            }
        }
    }

    /// <summary>A mapping's own entries and those of the mappings that it merges, each mapping once in a file.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="seen">The mappings that were merged before.</param>
    public static IEnumerable<(string Key, YamlNode Value)> Members(this YamlMapping mapping, HashSet<YamlNode> seen)
    {
        var next = new Stack<YamlNode>([mapping]);
        while (next.TryPop(out var node))
        {
            foreach (var item in node is YamlSequence sequence ? sequence.Items : [])
            {
                if (item.Target is YamlMapping one && seen.Add(one))
                {
                    next.Push(one);
                }
            }

            foreach (var (key, value) in node is YamlMapping merging ? merging.Named : [])
            {
                if (key != MergeKey)
                {
                    yield return (key, value);
                }
                else if (seen.Add(value))
                {
                    next.Push(value);
                }
            }
        }
    }

    /// <summary>The items of a list, with those of lists in it; a mapping is no list.</summary>
    /// <param name="node">The list; anything else has no items.</param>
    /// <param name="seen">The lists that were read before: each is read once in a file.</param>
    public static IEnumerable<YamlNode> Flatten(YamlNode? node, HashSet<YamlNode> seen)
    {
        var next = new Stack<YamlNode>();
        if (node is YamlSequence && seen.Add(node))
        {
            next.Push(node);
        }

        while (next.TryPop(out var item))
        {
            if (item is not YamlSequence sequence)
            {
                yield return item;
                continue;
            }

            for (var i = sequence.Items.Count - 1; i >= 0; i--)
            {
                if (sequence.Items[i].Target is { } target && (target is not YamlSequence || seen.Add(target)))
                {
                    next.Push(target);
                }
            }
        }
    }

    /// <summary>Every mapping in a tree, each once, with the key that it or the list around it stands under.</summary>
    /// <param name="root">The tree.</param>
    /// <param name="enter">Whether what stands under a key is looked at.</param>
    public static IEnumerable<(string Key, YamlMapping Mapping)> Mappings(YamlNode root, Func<string, bool> enter)
    {
        var seen = new HashSet<YamlNode>();
        var next = new Stack<(string Key, YamlNode Node)>([("", root)]);
        while (next.TryPop(out var item))
        {
            if (item.Node is YamlScalar || !seen.Add(item.Node))
            {
                continue;
            }

            if (item.Node is YamlMapping mapping)
            {
                yield return (item.Key, mapping);
                foreach (var (key, value) in mapping.Named)
                {
                    if (key == MergeKey || enter(key))
                    {
                        next.Push((key == MergeKey ? item.Key : key, value));
                    }
                }
            }
            else if (item.Node is YamlSequence sequence)
            {
                foreach (var child in sequence.Items)
                {
                    if (child.Target is { } target)
                    {
                        next.Push((item.Key, target));
                    }
                }
            }
        }
    }
}
