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
    /// <summary>The entry of a key that a mapping has, or what it merges.</summary>
    public static YamlEntry? Find(YamlMapping mapping, string key)
    {
        if (Own(mapping, key, isOwn: true) is { } own)
        {
            return own;
        }

        foreach (var merged in mapping.Merged())
        {
            if (Own(merged, key, isOwn: false) is { } entry)
            {
                return entry;
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

        for (var i = mapping.Entries.Count - 1; i >= 0; i--)
        {
            var (name, node) = mapping.Entries[i];
            if (name.Target is YamlScalar scalar && scalar.Value == key && node.Target is { } target)
            {
                return new YamlEntry(name, node, target, isOwn);
            }
        }

        return null;
    }
}
