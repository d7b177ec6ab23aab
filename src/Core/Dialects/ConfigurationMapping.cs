using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects;

/// <summary>
/// A mapping of a configuration. A value that is not what its key takes is an error of the <see cref="ConfigurationText"/>, and is
/// given as if the key were not there.
/// </summary>
internal sealed class ConfigurationMapping
{
    /// <summary>The most items of a list.</summary>
    public const int MostItems = 1000;

    /// <summary>More keys than this are not listed.</summary>
    private const int MostListed = 30;

    /// <summary>What people most likely meant by an alias of nothing.</summary>
    private const string NoAnchor = "this is an alias, and there is no anchor of its name: put what begins with * in quotes";

    private readonly ConfigurationText _text;
    private readonly YamlMapping _mapping;
    private readonly Dictionary<string, (YamlNode Key, YamlNode Value)> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];
    private readonly int _before;

    /// <summary>See <see cref="ConfigurationText.Open"/>.</summary>
    internal ConfigurationMapping(ConfigurationText text, YamlMapping mapping, string within, IReadOnlyCollection<string> known)
    {
        (_text, _mapping, _before) = (text, mapping, text.ErrorCount);
        foreach (var (keyNode, value) in mapping.Entries)
        {
            if (text.IsFull)
            {
                break;
            }

            if (keyNode.Target is not YamlScalar { Value: var written })
            {
                text.Wrong(keyNode, keyNode.Target is null ? NoAnchor : "a key is a word, and here is a list or a mapping");
                continue;
            }

            var key = text.NameOf?.Invoke(written) ?? written;
            if (!known.Contains(key, StringComparer.Ordinal))
            {
                var hint = text.HintOf?.Invoke(written) ?? (known.Count > MostListed ? NearestKey.Hint(key, known) : NearestKey.HintOrAll(key, known));
                text.Wrong(keyNode, $"there is no key '{Excerpt.Of(written)}'{(within.Length == 0 ? "" : " in ")}{within}{hint}");
            }
            else if (!_entries.TryAdd(key, (keyNode, value.Target ?? value)))
            {
                text.Wrong(keyNode, $"'{key}' is written twice, first in line {LineOf(key)}: keep one of them");
            }
            else if (value.Target is null)
            {
                _entries.Remove(key);
                text.Wrong(value, NoAnchor);
            }
            else
            {
                _keys.Add(key);
            }
        }
    }

    /// <summary>The node.</summary>
    public YamlMapping Node => _mapping;

    /// <summary>Whether nothing was wrong since it was opened, in it or in what was read meanwhile.</summary>
    public bool IsSound => _text.ErrorCount == _before;

    /// <summary>The keys in the order of the text, those with null too.</summary>
    public IReadOnlyList<string> Keys => _keys;

    /// <summary>Whether a key is there.</summary>
    public bool Has(string key) => TryGet(key, out _);

    /// <summary>Whether a key is there, and has null.</summary>
    public bool IsNull(string key) => _entries.TryGetValue(key, out var entry) && entry.Value is YamlScalar { IsNull: true };

    /// <summary>The value of a key, whatever it is.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out YamlNode? value)
    {
        value = _entries.TryGetValue(key, out var entry) && (_text.NeedsValues || entry.Value is not YamlScalar { IsNull: true }) ? entry.Value : null;
        return value is not null;
    }

    /// <summary>The line of a key, or of the mapping where it has none.</summary>
    public int LineOf(string key) => _text.LineOf(_entries.TryGetValue(key, out var entry) ? entry.Key : _mapping);

    /// <summary>Tells what is wrong with a key.</summary>
    public void Wrong(string key, string message) => _text.Wrong(LineOf(key), message);

    /// <summary>Tells what is wrong with a value.</summary>
    public void Wrong(YamlNode value, string message) => _text.Wrong(value, message);

    /// <summary>Tells that a key has no meaning here.</summary>
    public void Remark(string key, string message) => _text.Remark(_entries.TryGetValue(key, out var entry) ? entry.Key : _mapping, message);

    /// <summary>A text.</summary>
    public string? Text(string key) => Scalar(key)?.Value;

    /// <summary>A text with its place.</summary>
    public YamlScalar? Scalar(string key) => TryGet(key, out var value) ? Scalar(key, value, isItem: false) : null;

    /// <summary>A text that has to be there, with its place; the hint says what it is.</summary>
    public YamlScalar? Needed(string key, string hint)
    {
        if (!Has(key))
        {
            Wrong(key, $"'{key}' is missing: {hint}");
        }

        return TryGet(key, out var value) ? Scalar(key, value, isItem: false, hint) : null;
    }

    /// <summary>The texts of a list; of one without a list too where that may be.</summary>
    public IReadOnlyList<string> Texts(string key, int most = MostItems, bool mayBeOne = true) => [.. Scalars(key, most, mayBeOne).Select(s => s.Value)];

    /// <summary>The texts of a list with their places; of one without a list too where that may be.</summary>
    public IReadOnlyList<YamlScalar> Scalars(string key, int most = MostItems, bool mayBeOne = true)
    {
        if (mayBeOne && TryGet(key, out var value) && value is not YamlSequence)
        {
            return Scalar(key, value, isItem: false) is { } one ? [one] : [];
        }

        return [.. Items(key, most).Select(i => Scalar(key, i, isItem: true)).OfType<YamlScalar>()];
    }

    /// <summary>True or false.</summary>
    public bool? Flag(string key)
    {
        if (Scalar(key, "true or false") is not { } scalar)
        {
            return null;
        }

        if (scalar.Value is "true" or "false")
        {
            return scalar.Value == "true";
        }

        Wrong(key, $"'{key}' is true or false, not '{Excerpt.Of(scalar.Value)}'");
        return null;
    }

    /// <summary>A whole number.</summary>
    public int? Number(string key, int least, int most)
    {
        if (Scalar(key, $"a whole number from {least} to {most}")?.Value is not { } text)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Wrong(key, $"'{key}' is a whole number from {least} to {most}, not '{Excerpt.Of(text)}'");
        return null;
    }

    /// <summary>One of some words.</summary>
    public string? Choice(string key, IReadOnlyCollection<string> choices)
    {
        var text = Scalar(key, $"one of {string.Join(", ", choices)}")?.Value;
        if (text is null || choices.Contains(text, StringComparer.Ordinal))
        {
            return text;
        }

        Wrong(key, $"'{Excerpt.Of(text)}' is no {key}{NearestKey.HintOrAll(text, choices)}");
        return null;
    }

    /// <summary>A mapping.</summary>
    public ConfigurationMapping? Mapping(string key, IReadOnlyCollection<string> known)
    {
        if (!TryGet(key, out var value))
        {
            return null;
        }

        if (value is YamlMapping mapping)
        {
            return _text.Open(mapping, $"'{key}'", known);
        }

        Wrong(key, $"'{key}' has keys: {Listed(known)}");
        return null;
    }

    /// <summary>The mappings of a list; each is opened when it is come to.</summary>
    public IEnumerable<ConfigurationMapping> Mappings(string key, IReadOnlyCollection<string> known, int most = MostItems)
    {
        foreach (var item in Items(key, most))
        {
            if (item.Target is YamlMapping mapping)
            {
                yield return _text.Open(mapping, $"'{key}'", known);
            }
            else
            {
                _text.Wrong(item, item.Target is null ? NoAnchor : $"an entry of '{key}' has keys: {Listed(known)}");
            }
        }
    }

    /// <summary>The items of a list, whatever they are; none where the key has null.</summary>
    public IReadOnlyList<YamlNode> Items(string key, int most = MostItems)
    {
        if (!TryGet(key, out var value) || IsNull(key))
        {
            return [];
        }

        if (value is YamlSequence list && list.Items.Count <= most)
        {
            return list.Items;
        }

        Wrong(key, value is YamlSequence ? $"'{key}' has more than {most} items" : $"'{key}' is a list: put '- ' before each item, or [ ] around them");
        return [];
    }

    private YamlScalar? Scalar(string key, string hint) => TryGet(key, out var value) ? Scalar(key, value, isItem: false, $"write {hint}") : null;

    private YamlScalar? Scalar(string key, YamlNode node, bool isItem, string hint = "write a text")
    {
        var scalar = node.Target as YamlScalar;
        var problem = node.Target is null ? NoAnchor
            : !isItem && _text.NeedsValues && scalar is { IsEmpty: true } ? $"'{key}' is empty: {hint}, or leave it out"
            : scalar is null || (isItem && scalar.IsNull) || (_text.NeedsValues && scalar.IsEmpty) ? $"'{key}' is a {(isItem ? "list of texts" : "text")}"
            : scalar.Value.Length > _text.LongestText ? $"'{key}' is longer than {_text.LongestText} characters"
            : null;
        if (problem is null)
        {
            return scalar;
        }

        _text.Wrong(isItem ? _text.LineOf(node) : LineOf(key), problem);
        return null;
    }

    private static string Listed(IReadOnlyCollection<string> known) => known.Count > MostListed ? "write {key: value}" : string.Join(", ", known);
}
