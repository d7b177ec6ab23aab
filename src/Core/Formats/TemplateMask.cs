namespace Basewatch.Core.Formats;

/// <summary>
/// Makes a file with template statements (Jinja, ERB, Go) one that can be parsed, every character in its place: what is
/// decided when it is rendered becomes blank where it stands alone, and a mark where it is a part of a value.
/// </summary>
internal static class TemplateMask
{
    /// <summary>Stands for a character of a template: of private use, so that no file has it.</summary>
    private const char Mark = '\uE000';

    private static readonly (string Open, string Close)[] Brackets = [("{{", "}}"), ("{%", "%}"), ("{#", "#}"), ("<%", "%>")];

    /// <summary>Why a value can't be known.</summary>
    public const string Reason = "a template: its value is known only when it is rendered";

    /// <summary>Whether a text may be a template.</summary>
    public static bool IsTemplate(ReadOnlySpan<char> text) => text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) || text.Contains("<%", StringComparison.Ordinal);

    /// <summary>The text with its templates masked; as long as it was.</summary>
    public static string Apply(string text)
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
            var blank = isComment || StandsAlone(text, at, end);
            for (var i = at; i < end; i++)
            {
                masked[i] = text[i] is '\r' or '\n' ? text[i] : blank ? ' ' : Mark;
            }

            at = end - 1;
        }

        return new string(masked);
    }

    /// <summary>A masked value as it is in the file.</summary>
    public static WrittenText Restore(WrittenText value, SourceFile file) =>
        !value.Value.Contains(Mark, StringComparison.Ordinal) ? value
            : WrittenText.Join(value.Spans.Select(s => WrittenText.At(file.Text.Substring(s.Start, s.Length), s.Start)));

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

    private static bool StandsAlone(string text, int start, int end)
    {
        while (start > 0 && text[start - 1] is ' ' or '\t')
        {
            start--;
        }

        while (end < text.Length && text[end] is ' ' or '\t' or '\r')
        {
            end++;
        }

        return (start == 0 || text[start - 1] is '\n' or '\uFEFF') && (end == text.Length || text[end] == '\n');
    }
}
