using System.Text;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>Puts text from outside into GitHub's Markdown so that it stays text: no links, mentions, references or markup.</summary>
public static partial class Markdown
{
    private const int LongestPiece = 16;

    /// <summary>Text as inline code. Inside it nothing is markup, and neither mentions nor references are made.</summary>
    public static string Code(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = Line(text);
        if (line.Length == 0)
        {
            return "";
        }

        var longest = 0;
        var run = 0;
        foreach (var c in line)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', longest + 1);
        return longest == 0 ? $"{fence}{line}{fence}" : $"{fence} {line} {fence}";
    }

    /// <summary>
    /// Inline code for the cell of a table. A bar would end the cell, and behind a backslash even one that is escaped: they are
    /// written as references to characters, which Markdown's own code does not know.
    /// </summary>
    public static string CodeCell(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = Line(text);
        return line.AsSpan().IndexOfAny('|', '\\') < 0 ? Code(line) : Literal(line, breaks: false);
    }

    /// <summary>
    /// Inline code for the cell of a narrow table: a long text may break behind what parts its words. A table does not break
    /// words by itself, and inside Markdown's own code there is no way to allow it.
    /// </summary>
    public static string NarrowCell(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = Line(text);
        return line.Length <= LongestPiece ? CodeCell(line) : Literal(line, breaks: true);
    }

    /// <summary>Code in HTML. Whatever means something in Markdown is a reference to a character: that is text, always.</summary>
    private static string Literal(string line, bool breaks)
    {
        // What ends here is not torn off: the number of a line, say.
        const int Tail = 6;
        var code = new StringBuilder("<code>");
        var piece = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            var isBroken = breaks && !char.IsHighSurrogate(c)
                && ((i + Tail < line.Length && c is '/' or ':' or '@' or '-') || ++piece >= LongestPiece || (c is '.' or '_' && piece > LongestPiece / 2 && i + Tail < line.Length));
            code.Append(char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or ' ' or '…' || (c == '.' && !IsBehindWww(i)) || (c == ':' && isBroken) || char.IsSurrogate(c) ? c.ToString() : $"&#{(int)c};");
            if (isBroken || c == ' ')
            {
                code.Append(isBroken ? "<wbr>" : "");
                piece = 0;
            }
        }

        return code.Append("</code>").ToString();

        bool IsBehindWww(int i) => i >= 3 && line.AsSpan(i - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Text as plain words: what GitHub takes for markup is escaped, mentions and references are broken.</summary>
    public static string Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var result = new StringBuilder(text.Length + 16);
        foreach (var c in LinkStart().Replace(Line(text), "${head}\u200D${tail}"))
        {
            result.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                // A zero-width joiner keeps a mention or a reference from being one.
                '@' => "@\u200D",
                '#' => "#\u200D",
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '!' => $"\\{c}",
                _ => c.ToString(),
            });
        }

        return result.ToString();
    }

    /// <summary>One line: control characters, line ends and what turns the writing direction become spaces. Half a character, as cutting may leave, is none.</summary>
    private static string Line(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsBmp && IsInvisible((char)rune.Value))
            {
                line.Append(' ');
            }
            else
            {
                line.Append(rune);
            }
        }

        return line.ToString().Trim();
    }

    /// <summary>Control characters, line ends and what turns the writing direction.</summary>
    internal static bool IsInvisible(char c) => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    /// <summary>Where GitHub begins to see a link or a reference in plain text. Nothing is rewritten there, so that the words keep their case.</summary>
    [GeneratedRegex(@"(?<head>:)(?<tail>//)|(?<head>www)(?<tail>\.)|(?<head>GH)(?<tail>-)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LinkStart();
}
