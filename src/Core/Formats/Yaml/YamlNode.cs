using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using YamlDotNet.Core;

namespace Basewatch.Core.Formats.Yaml;

/// <summary>A node of a YAML document that knows where it is written.</summary>
/// <param name="start">Offset of its first character in the file.</param>
/// <param name="tag">Its own tag.</param>
internal abstract class YamlNode(int start, string? tag)
{
    /// <summary>Offset of its first character in the file.</summary>
    public int Start { get; } = start;

    /// <summary>Its own tag, such as <c>!reset</c>; null where it has none.</summary>
    public string? Tag { get; } = tag;

    /// <summary>The node itself, or what an alias stands for; null where its anchor is missing.</summary>
    public virtual YamlNode? Target => this;

    /// <summary>Offset of the first character of its value in the file, after a quote.</summary>
    public virtual int ValueStart => Start;
}

/// <summary>Text that is read as YAML: a file, or a value of a file that is YAML itself.</summary>
/// <param name="Text">The text.</param>
/// <param name="Outer">Where the text is written in the file; null where it is the file's own.</param>
internal sealed partial record YamlText(string Text, WrittenText? Outer)
{
    // No tag is longer, and the expressions below are not made for more.
    private const int LongestNumber = 128;

    /// <summary>The offset in the file of an offset in the text.</summary>
    public int FileOffset(int offset) => Outer is null ? offset
        : Text.Length == 0 ? Outer.Spans.FirstOrDefault().Start
        : Outer.SpanOf(Math.Min(offset, Text.Length - 1)..(Math.Min(offset, Text.Length - 1) + 1))?.Start ?? Outer.Spans.FirstOrDefault().Start;

    /// <summary>
    /// A plain scalar as it is, or in quotes where a reader of YAML would make another text of it: Helm makes <c>1.10</c> a
    /// 1.1 and <c>20240101</c> a 2.0240101e+07. Numbers that come out as they went in stay as people write them.
    /// </summary>
    public static string Quote(string value) => value.Length <= LongestNumber && IsAnotherType().IsMatch(value) && !IsPlainNumber().IsMatch(value) ? $"\"{value}\"" : value;

    // The core schema, and what YAML 1.1 has beyond it: https://yaml.org/type/
    [GeneratedRegex(@"^(?:[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:e[-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|0[xob][0-9a-f_]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:t.*)?|true|false|yes|no|on|off|y|n|null|~|[-+]?\.(?:inf|nan))$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout.Infinite)]
    private static partial Regex IsAnotherType();

    [GeneratedRegex(@"^(?:0|[1-9][0-9]{0,5})(?:\.[0-9]{0,5}[1-9])?$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout.Infinite)]
    private static partial Regex IsPlainNumber();

    /// <summary>A value that stands in the text as it is, with its place in the file.</summary>
    /// <param name="value">The value.</param>
    /// <param name="offset">Its offset in the text.</param>
    /// <param name="encode">Writes another value in its place, see <see cref="WrittenText.At"/>.</param>
    public WrittenText At(string value, int offset, Func<string, string>? encode = null) =>
        Outer is null ? WrittenText.At(value, offset, encode: encode) : WrittenText.At(value, offset, encode: encode).Within(Outer);
}

/// <summary>A scalar.</summary>
internal sealed class YamlScalar(YamlText source, int local, int end, string? tag, string value, ScalarStyle style) : YamlNode(source.FileOffset(local), tag)
{
    /// <summary>The longest text whose escapes are looked at: no reference is near it.</summary>
    private const int MostEscaped = 4096;

    /// <summary>How it is written: plain, in quotes, as a block.</summary>
    public ScalarStyle Style => style;

    /// <summary>The value that it means.</summary>
    public string Value { get; } = value;

    /// <summary>Nothing, <c>~</c> or <c>null</c> without quotes.</summary>
    public bool IsNull => style == ScalarStyle.Plain && Value is "" or "~" or "null" or "Null" or "NULL";

    /// <summary>Whether it holds nothing.</summary>
    public bool IsEmpty => IsNull || Value.Length == 0;

    /// <inheritdoc/>
    public override int ValueStart => Written?.Spans.Select(s => (int?)s.Start).FirstOrDefault() ?? Start;

    /// <summary>The value with its place in the file, or without one where it stands there otherwise.</summary>
    public WrittenText Text => Written ?? WrittenText.Unplaced(Value.Trim());

    /// <summary>The value with its place in the file; null where escapes or folded lines make it stand there otherwise.</summary>
    public WrittenText? Written => style switch
    {
        ScalarStyle.Plain => At(end - Value.Length, YamlText.Quote),
        ScalarStyle.SingleQuoted => At(end - 1 - Value.Length),
        ScalarStyle.DoubleQuoted => At(end - 1 - Value.Length) ?? Escaped(),
        ScalarStyle.Literal or ScalarStyle.Folded => Block(),
        _ => null,
    };

    private WrittenText? At(int from, Func<string, string>? encode = null) =>
        from >= local && string.CompareOrdinal(source.Text, from, Value, 0, Value.Length) == 0 ? source.At(Value, from, encode) : null;

    /// <summary>A value in double quotes with escapes of one character (<c>\/</c>) in it: each stands where its second character is.</summary>
    private WrittenText? Escaped()
    {
        if (end - local > MostEscaped)
        {
            return null;
        }

        var text = source.Text;
        var pieces = new List<WrittenText>();
        for (var at = local + 1; at < end - 1;)
        {
            at += text[at] == '\\' ? 1 : 0;
            var next = text.IndexOf('\\', at + 1, Math.Max(0, end - 2 - at));
            next = next < 0 ? end - 1 : next;
            pieces.Add(source.At(text[at..next], at));
            at = next;
        }

        var written = WrittenText.Join(pieces);
        return written.Value == Value ? written : null;
    }

    /// <summary>A block's lines without their indentation and the last line's end, where that gives the value again.</summary>
    private WrittenText? Block()
    {
        var text = source.Text;
        var wanted = Value.TrimEnd('\n');
        var pieces = new List<WrittenText>();
        var (indent, length) = (-1, 0);
        var feed = text.IndexOf('\n', local, end - local);
        while (feed >= 0 && length < wanted.Length)
        {
            if (pieces.Count > 0)
            {
                if (wanted[length] != '\n')
                {
                    return null;
                }

                pieces.Add(source.At("\n", feed));
                length++;
            }

            var at = feed + 1;
            feed = text.IndexOf('\n', at, end - at);
            var lineEnd = feed < 0 ? end : feed;
            lineEnd -= lineEnd > at && text[lineEnd - 1] == '\r' ? 1 : 0;
            indent = indent < 0 ? text.AsSpan(at, lineEnd - at).IndexOfAnyExcept(' ') : indent;
            var from = indent < 0 ? lineEnd : Math.Min(at + indent, lineEnd);
            pieces.Add(source.At(text[from..lineEnd], from));
            length += lineEnd - from;
        }

        var written = WrittenText.Join(pieces);
        return written.Value == wanted ? written : null;
    }
}

/// <summary>A list.</summary>
internal sealed class YamlSequence(int start, string? tag) : YamlNode(start, tag)
{
    /// <summary>In the order of the text.</summary>
    public List<YamlNode> Items { get; } = [];

    /// <summary>The mappings among them.</summary>
    public IEnumerable<YamlMapping> Mappings => Items.Select(i => i.Target).OfType<YamlMapping>();
}

/// <summary>A mapping.</summary>
internal sealed class YamlMapping(int start, string? tag) : YamlNode(start, tag)
{
    private Dictionary<string, YamlNode>? _byKey;

    /// <summary>In the order of the text, keys that stand twice included. Complete before anything is looked up.</summary>
    public List<(YamlNode Key, YamlNode Value)> Entries { get; } = [];

    /// <summary>The entries whose keys are scalars, aliases replaced by what they stand for.</summary>
    public IEnumerable<(string Key, YamlNode Value)> Named
    {
        get
        {
            foreach (var (key, value) in Entries)
            {
                if (key.Target is YamlScalar scalar && value.Target is { } target)
                {
                    yield return (scalar.Value, target);
                }
            }
        }
    }

    /// <summary>The value of a key, the last where it stands twice, as in Go, Python and Ruby; an alias gives what it stands for.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out YamlNode? value)
    {
        if (Entries.Count <= 8)
        {
            for (var i = Entries.Count - 1; i >= 0; i--)
            {
                if (Entries[i].Key.Target is YamlScalar scalar && scalar.Value == key && Entries[i].Value.Target is { } target)
                {
                    value = target;
                    return true;
                }
            }

            value = null;
            return false;
        }

        if (_byKey is null)
        {
            // Complete before others see it: files that are read at the same time share their siblings.
            var byKey = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
            foreach (var (name, node) in Named)
            {
                byKey[name] = node;
            }

            _byKey = byKey;
        }

        return _byKey.TryGetValue(key, out value);
    }

    /// <summary>The value of a key, where it is a mapping.</summary>
    public YamlMapping? Mapping(string key) => TryGet(key, out var value) ? value as YamlMapping : null;

    /// <summary>The mappings in the value of a key, where it is a list.</summary>
    public IEnumerable<YamlMapping> Mappings(string key) => TryGet(key, out var value) && value is YamlSequence list ? list.Mappings : [];

    /// <summary>The value of a key, where it is a scalar.</summary>
    public YamlScalar? Scalar(string key) => TryGet(key, out var value) ? value as YamlScalar : null;
}

/// <summary>An alias. It is never written out: formats look at what it stands for, once.</summary>
internal sealed class YamlAlias(int start, YamlNode? anchored) : YamlNode(start, null)
{
    /// <inheritdoc/>
    public override YamlNode? Target => anchored;
}
