using System.Globalization;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Puts under a configuration what it <c>extends</c>, at the top, in sections and in rules (<c>config/presets/index.ts</c>).
/// Renovate's own presets are known; those of other repositories, packages and addresses are not fetched.
/// </summary>
/// <param name="text">Where mistakes are told.</param>
internal sealed class Inheritance(ConfigurationText text)
{
    /// <summary>More than any configuration is made of.</summary>
    private const int MostPresets = 5000;

    private readonly List<YamlScalar> _unknown = [];
    private IReadOnlyCollection<string> _ignored = [];
    private int _presets;

    /// <summary>Presets whose rules are not known here.</summary>
    public IReadOnlyList<YamlScalar> Unknown => _unknown;

    /// <summary>The configuration with all that it extends.</summary>
    public YamlMapping Resolve(YamlMapping root)
    {
        _ignored = root.TryGet("ignorePresets", out var ignored) ? [.. SettingNodes.Items(ignored).OfType<YamlScalar>().Select(i => i.Value)] : [];
        return Resolve(root, []);
    }

    private YamlMapping Resolve(YamlMapping mapping, IReadOnlyList<string> within)
    {
        var under = new YamlMapping(mapping.Start, null);
        if (mapping.TryGet("extends", out var extends))
        {
            foreach (var item in SettingNodes.Items(extends))
            {
                if (item is not YamlScalar { IsEmpty: false } preset)
                {
                    text.Wrong(item, "'extends' is a list of presets: write [\"config:recommended\"]");
                }
                else if (!within.Contains(preset.Value, StringComparer.Ordinal) && !_ignored.Contains(preset.Value, StringComparer.Ordinal) && Read(preset) is { } read)
                {
                    under = Merging.Merge(under, Resolve(read, [.. within, preset.Value]));
                }
            }

            mapping = OlderKeys.Without(mapping, "extends");
        }

        var merged = Merging.Merge(under, mapping);
        return SettingNodes.Mapping(merged.Entries.Select(e => (e.Key, ResolveIn(e.Value, within))), mapping.Start);
    }

    private YamlNode ResolveIn(YamlNode node, IReadOnlyList<string> within) => node switch
    {
        YamlMapping mapping when HasExtends(mapping) => Resolve(mapping, within),
        YamlSequence list when list.Items.Exists(i => i is YamlMapping m && HasExtends(m)) => SettingNodes.List(list.Items.Select(i => i is YamlMapping m ? Resolve(m, within) : i), list.Start),
        _ => node,
    };

    private static bool HasExtends(YamlMapping mapping) => mapping.Entries.Exists(e => SettingNodes.Name(e.Key) == "extends" || e.Value is YamlMapping m && HasExtends(m));

    /// <summary>What a preset says, standing where it is named; null where that is not known.</summary>
    private YamlMapping? Read(YamlScalar preset)
    {
        if (++_presets > MostPresets)
        {
            text.Wrong(preset, $"more than {MostPresets} presets are named: name each once, at the top");
            return null;
        }

        var open = preset.Value.IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? preset.Value : preset.Value[..open];
        if (!PresetTable.IsOwn(name))
        {
            _unknown.Add(preset);
            return null;
        }

        if (open >= 0 && !preset.Value.EndsWith(')'))
        {
            text.Wrong(preset, $"the arguments of '{Excerpt.Of(preset.Value)}' are not closed: write ) at its end");
            return null;
        }

        if (PresetTable.Find(name) is not { } found)
        {
            text.Wrong(preset, $"there is no preset '{Excerpt.Of(name)}'{PresetTable.Hint(name)}");
            return null;
        }

        string[] arguments = open < 0 ? [] : preset.Value[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries);
        return (YamlMapping)SettingNodes.Copy(found, preset.Start, t => Fill(t, arguments));
    }

    private static string Fill(string value, string[] arguments)
    {
        for (var i = 0; i < arguments.Length && value.Contains("{{arg", StringComparison.Ordinal); i++)
        {
            value = value.Replace(string.Create(CultureInfo.InvariantCulture, $"{{{{arg{i}}}}}"), arguments[i], StringComparison.Ordinal);
        }

        return value;
    }
}
