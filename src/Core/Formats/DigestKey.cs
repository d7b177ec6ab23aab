using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Finds where a digest goes that has a key of its own in YAML.</summary>
internal static class DigestKey
{
    /// <summary>The place of a value that is empty: <c>digest: ""</c>, <c>digest:</c>, <c>digest: ~</c>, <c>{digest: }</c>.</summary>
    public static DigestPlace? Fill(SourceFile file, YamlScalar empty, bool isHex = false)
    {
        if (empty.Written is not { } written || written.Spans.Take(2).ToList() is not [{ Path: null } span] || span.Start == 0 || span.End > file.Text.Length)
        {
            return null;
        }

        var before = file.Text[span.Start - 1];
        return span.Length > 0 || (before is '"' or '\'' && span.End < file.Text.Length && file.Text[span.End] == before) ? new DigestPlace(span, IsHex: isHex)
            : before == ':' ? new DigestPlace(span, " ", IsHex: isHex)
            : before is ' ' or '\t' && file.Text.AsSpan(0, span.Start).TrimEnd(" \t").EndsWith(':') ? new DigestPlace(span, IsHex: isHex)
            : null;
    }

    /// <summary>The place for a new key after another one: on a line of its own, or after a comma in braces.</summary>
    /// <param name="file">The file.</param>
    /// <param name="key">The key that it follows.</param>
    /// <param name="value">The value of that key.</param>
    /// <param name="name">The new key.</param>
    /// <param name="isHex">Whether only hexadecimal digits are written there.</param>
    public static DigestPlace? After(SourceFile file, YamlNode key, YamlScalar value, string name, bool isHex = false)
    {
        var text = file.Text;
        if (value.Written is not { } written || written.SpanOf(..) is not { Path: null } span || key.Start >= span.Start)
        {
            return null;
        }

        var quote = span.End < text.Length && text[span.End] is '"' or '\'' && span.Start > 0 && text[span.Start - 1] == text[span.End] ? text[span.End].ToString() : "";
        var end = span.End + quote.Length;
        var next = text.AsSpan(end).IndexOfAnyExcept(' ', '\t') is var spaces and >= 0 ? end + spaces : text.Length;
        if (next < text.Length && text[next] is ',' or '}')
        {
            var named = text[key.Start] == '"' ? $"\"{name}\"" : name;
            return new DigestPlace(new TextSpan(end, 0), $", {named}: {quote}", quote, isHex);
        }

        if (next < text.Length && text[next] is not ('\r' or '\n') && !(text[next] == '#' && next > end))
        {
            return null;
        }

        var line = text.AsSpan(0, key.Start).LastIndexOfAny('\r', '\n') + 1;
        var indent = text[line..key.Start].TrimStart('\uFEFF');
        if (indent.AsSpan().IndexOfAnyExcept(' ', '-') >= 0)
        {
            return null;
        }

        var lineEnd = text.AsSpan(next).IndexOfAny('\r', '\n') is var rest and >= 0 ? next + rest : text.Length;
        var lineBreak = text.AsSpan(lineEnd).StartsWith("\r\n", StringComparison.Ordinal) || (lineEnd == text.Length && text.Contains("\r\n", StringComparison.Ordinal)) ? "\r\n" : "\n";
        return new DigestPlace(new TextSpan(lineEnd, 0), $"{lineBreak}{indent.Replace('-', ' ')}{name}: {quote}", quote, isHex);
    }
}
