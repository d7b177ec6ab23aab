namespace Basewatch.Core.Formats.Packages;

/// <summary>Cuts a script of a POSIX shell into simple commands: what stands between <c>&amp;&amp;</c>, <c>;</c>, <c>|</c> and their like. Words keep their quotes.</summary>
internal static class ShellScript
{
    private const int MostWords = 20_000;

    /// <summary>The commands in their order, each as its words.</summary>
    public static List<List<WrittenText>> Commands(WrittenText script)
    {
        var commands = new List<List<WrittenText>>();
        var command = new List<WrittenText>();
        var text = script.Value;
        var (at, words, dropsNext) = (0, 0, false);
        while (at < text.Length && words < MostWords)
        {
            var c = text[at];
            if (c == '\\' && at + 1 < text.Length && text[at + 1] is '\n' or '\r')
            {
                at += text[at + 1] == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? 3 : 2;
            }
            else if (c is '\n' or ';' or '&' or '|' or '(' or ')')
            {
                End();
                at++;
            }
            else if (char.IsWhiteSpace(c))
            {
                at++;
            }
            else if (c == '#')
            {
                at = text.IndexOf('\n', at) is var feed and >= 0 ? feed : text.Length;
            }
            else if (c is '<' or '>')
            {
                while (at < text.Length && text[at] is '<' or '>' or '&' or '|' or '-')
                {
                    at++;
                }

                dropsNext = true;
            }
            else
            {
                var end = EndOfWord(text, at, out var pieces);
                words++;
                var isDescriptor = end < text.Length && text[end] is '<' or '>' && text.AsSpan(at, end - at).IndexOfAnyExceptInRange('0', '9') < 0;
                if (!dropsNext && !isDescriptor)
                {
                    command.Add(script.Slices(pieces));
                }

                dropsNext = false;
                at = end;
            }
        }

        End();
        return commands;

        void End()
        {
            dropsNext = false;
            if (command.Count > 0)
            {
                commands.Add(command);
                command = [];
            }
        }
    }

    /// <param name="text">The script.</param>
    /// <param name="start">Where the word begins.</param>
    /// <param name="pieces">The word without the ends of lines that are joined in it.</param>
    private static int EndOfWord(string text, int start, out List<Range> pieces)
    {
        pieces = [];
        var quote = '\0';
        var (at, from) = (start, start);
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '\\' && quote != '\'')
            {
                var ends = at + 1 < text.Length && text[at + 1] is '\n' or '\r';
                if (ends)
                {
                    pieces.Add(from..at);
                    at += text[at + 1] == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? 3 : 2;
                    from = at;
                }
                else
                {
                    at = Math.Min(at + 2, text.Length);
                }
            }
            else if (c == '$' && quote != '\'' && at + 1 < text.Length && text[at + 1] is '(' or '{')
            {
                at = EndOfGroup(text, at + 1);
            }
            else if (c == '`' && quote != '\'')
            {
                at = text.IndexOf('`', at + 1) is var close and >= 0 ? close + 1 : text.Length;
            }
            else if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
                at++;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                at++;
            }
            else if (char.IsWhiteSpace(c) || c is ';' or '&' or '|' or '(' or ')' or '<' or '>')
            {
                break;
            }
            else
            {
                at++;
            }
        }

        pieces.Add(from..at);
        return at;
    }

    /// <summary>Behind the bracket that closes the one at a place.</summary>
    private static int EndOfGroup(string text, int open)
    {
        var close = text[open] == '(' ? ')' : '}';
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == text[open])
            {
                depth++;
            }
            else if (text[i] == close && --depth == 0)
            {
                return i + 1;
            }
        }

        return text.Length;
    }
}
