using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats.Yaml;

/// <summary>A key of a mapping with its value: its own, or one that a <c>&lt;&lt;</c> brings in.</summary>
/// <param name="Key">The key.</param>
/// <param name="Written">The value as it stands there, perhaps an alias.</param>
/// <param name="Value">The value.</param>
/// <param name="IsOwn">Whether the mapping itself has it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct YamlEntry(YamlNode Key, YamlNode Written, YamlNode Value, bool IsOwn)
{
    /// <summary>Chains of merges longer than this are nobody's.</summary>
    private const int LongestChain = 32;

    /// <summary>The first of some keys that a mapping has, or what it merges.</summary>
    public static YamlEntry? Find(YamlMapping mapping, string key)
    {
        if (Own(mapping, key, isOwn: true) is { } own)
        {
            return own;
        }

        if (!mapping.TryGet("<<", out var first))
        {
            return null;
        }

        var next = new Stack<YamlNode>([first]);
        for (var i = 0; i < LongestChain && next.TryPop(out var node); i++)
        {
            if (node is YamlMapping merged)
            {
                if (Own(merged, key, isOwn: false) is { } found)
                {
                    return found;
                }

                if (merged.TryGet("<<", out var more))
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

        return null;
    }

    private static YamlEntry? Own(YamlMapping mapping, string key, bool isOwn)
    {
        // Most keys are not there, and large mappings have an index.
        if (!mapping.TryGet(key, out _))
        {
            return null;
        }

        foreach (var (name, node) in mapping.Entries)
        {
            if (name.Target is YamlScalar scalar && scalar.Value == key && node.Target is { } target)
            {
                return new YamlEntry(name, node, target, isOwn);
            }
        }

        return null;
    }
}
