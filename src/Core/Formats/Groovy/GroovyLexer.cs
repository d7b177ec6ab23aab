using System.Runtime.InteropServices;
using System.Text;

namespace Basewatch.Core.Formats.Groovy;

/// <summary>What a token of Groovy is.</summary>
internal enum GroovyKind
{
    /// <summary>A name, a keyword or a number.</summary>
    Name,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>One other character.</summary>
    Symbol,
}

/// <summary>A token of Groovy.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text, of a text what it means.</param>
/// <param name="Start">Offset of its first character in the file, of a text that after the quote.</param>
/// <param name="IsLiteral">Whether it is a text in which dollars are dollars.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GroovyToken(GroovyKind Kind, string Text, int Start, bool IsLiteral = false);

/// <summary>
/// Splits Groovy into names, texts and symbols, without comments
/// (<see href="https://groovy-lang.org/syntax.html"/>). Slashy strings are not known: none names an image.
/// </summary>
internal static class GroovyLexer
{
    /// <summary>More tokens than any pipeline has.</summary>
    private const int Most = 500_000;

    /// <summary>The tokens of a text, in order.</summary>
    public static IReadOnlyList<GroovyToken> Read(string text)
    {
        var tokens = new List<GroovyToken>();
        for (var at = 0; at < text.Length && tokens.Count < Most;)
        {
            var rest = text.AsSpan(at);
            if (rest.StartsWith("//", StringComparison.Ordinal) || (at == 0 && rest.StartsWith("#!", StringComparison.Ordinal)))
            {
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            }
            else if (rest.StartsWith("/*", StringComparison.Ordinal))
            {
                at = text.IndexOf("*/", at + 2, StringComparison.Ordinal) is var end and >= 0 ? end + 2 : text.Length;
            }
            else if (rest[0] is '\'' or '"')
            {
                tokens.Add(ReadText(text, ref at));
            }
            else if (char.IsLetterOrDigit(rest[0]) || rest[0] == '_')
            {
                var length = 1;
                while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
                {
                    length++;
                }

                tokens.Add(new GroovyToken(GroovyKind.Name, rest[..length].ToString(), at));
                at += length;
            }
            else
            {
                if (!char.IsWhiteSpace(rest[0]) && rest[0] != '\uFEFF')
                {
                    tokens.Add(new GroovyToken(GroovyKind.Symbol, rest[..1].ToString(), at));
                }

                at++;
            }
        }

        return tokens;
    }

    private static GroovyToken ReadText(string text, ref int at)
    {
        var quote = text[at];
        var isLong = at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote;
        var start = at + (isLong ? 3 : 1);
        var value = new StringBuilder();
        at = start;
        while (at < text.Length)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                value.Append(text, at, 2);
                at += 2;
                continue;
            }

            if (text[at] == quote && (!isLong || (at + 2 < text.Length && text[at + 1] == quote && text[at + 2] == quote)))
            {
                break;
            }

            if (!isLong && text[at] == '\n')
            {
                // A short text does not span lines: the quote was none.
                return new GroovyToken(GroovyKind.Text, value.ToString(), start, quote == '\'');
            }

            value.Append(text[at++]);
        }

        at = Math.Min(text.Length, at + (isLong ? 3 : 1));
        return new GroovyToken(GroovyKind.Text, value.ToString(), start, quote == '\'');
    }
}
