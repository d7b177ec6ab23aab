using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Makes a file with template statements (Jinja, ERB, Go) one that can be parsed, every character in its place: what is
/// decided when it is rendered becomes blank where it stands alone, and a mark where it is a part of a value.
/// </summary>
internal static class TemplateMask
{
    /// <summary>Stands for a character of a template: of private use, so that no file has it.</summary>
    public const char Mark = '\uE000';

    private static readonly (string Open, string Close)[] Brackets = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>")];

    /// <summary>Whether a text may be a template.</summary>
    public static bool IsTemplate(ReadOnlySpan<char> text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) || text.Contains("<%", StringComparison.Ordinal);

    /// <summary>Parses a file with its templates masked.</summary>
    public static YamlStream Read(SourceFile file) =>
        YamlStream.Read(IsTemplate(file.Text) ? new SourceFile(file.Path, Apply(file.Text), file.Siblings) : file);

    /// <summary>A masked value as it is in the file.</summary>
    public static WrittenText Restore(WrittenText value, SourceFile file) =>
        !value.Value.Contains(Mark, StringComparison.Ordinal) ? value
            : WrittenText.Join(value.Spans.Select(s => WrittenText.At(file.Text.Substring(s.Start, s.Length), s.Start)));

    /// <summary>The text with its templates masked; as long as it was.</summary>
    private static string Apply(string text)
    {
        var masked = text.ToCharArray();
        var unclosed = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (text[at] is not ('{' or '<') || BracketsAt(text, at) is not ({ } close, var isComment) || unclosed.Contains(close))
            {
                continue;
            }

            var end = text.IndexOf(close, at + 2, StringComparison.Ordinal);
            if (end < 0)
            {
                unclosed.Add(close);
                continue;
            }

            end += 2;
            for (var i = at; i < end; i++)
            {
                masked[i] = text[i] is '\r' or '\n' ? text[i] : isComment ? ' ' : Mark;
            }

            at = end - 1;
        }

        // What is alone on its line leaves nothing there.
        for (var start = 0; start < masked.Length;)
        {
            var line = masked.AsSpan(start);
            line = line.IndexOfAny('\r', '\n') is var length and >= 0 ? line[..length] : line;
            if (!line.ContainsAnyExcept([Mark, ' ', '\t', '\uFEFF']))
            {
                line.Replace(Mark, ' ');
            }

            start += line.Length + 1;
        }

        return new string(masked);
    }

    private static (string? Close, bool IsComment) BracketsAt(string text, int at)
    {
        foreach (var (open, close) in Brackets)
        {
            // ${#list} is a shell's.
            if (string.CompareOrdinal(text, at, open, 0, 2) == 0 && !(open == "{#" && at > 0 && text[at - 1] == '$'))
            {
                return (close, open == "{#");
            }
        }

        return (null, false);
    }
}
