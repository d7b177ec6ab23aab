using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats.Dockerfiles;

/// <summary>One instruction, its lines joined.</summary>
/// <param name="Keyword">In capitals.</param>
/// <param name="Arguments">What follows, flags included, without space around it.</param>
internal sealed record DockerfileInstruction(string Keyword, WrittenText Arguments)
{
    /// <summary>Its here-documents.</summary>
    public IReadOnlyList<WrittenText> Documents { get; init; } = [];
}

/// <summary>A Dockerfile cut into instructions.</summary>
/// <param name="Syntax">Value of the <c>syntax</c> directive.</param>
/// <param name="Escape">The escape character: backslash, or what the <c>escape</c> directive says.</param>
/// <param name="Instructions">In the order of the text.</param>
/// <param name="Problem">Why the rest was not read.</param>
/// <param name="ProblemOffset">Where that is, in the text.</param>
internal sealed record DockerfileSource(WrittenText? Syntax, char Escape, IReadOnlyList<DockerfileInstruction> Instructions, string? Problem, int ProblemOffset);

/// <summary>
/// Cuts a Dockerfile into instructions: directives, comments, continued lines and here-documents, as BuildKit reads them
/// (<see href="https://docs.docker.com/reference/dockerfile/"/>).
/// </summary>
internal sealed class DockerfileLexer
{
    /// <summary>More than any Dockerfile has.</summary>
    private const int MostInstructions = 50_000;

    private readonly WrittenText _source;
    private readonly string _text;
    private char _escape = '\\';
    private int _next;
    private bool _joinsQuoted;

    private DockerfileLexer(WrittenText source, bool joinsQuoted) => (_source, _text, _joinsQuoted) = (source, source.Value, joinsQuoted);

    /// <summary>Cuts a text.</summary>
    /// <param name="source">The text.</param>
    /// <param name="joinsQuoted">Whether a quote that is open at the end of a <c>RUN</c>'s line goes on in the next one, as in an Earthfile.</param>
    public static DockerfileSource Read(WrittenText source, bool joinsQuoted = false) => new DockerfileLexer(source, joinsQuoted).Read();

    /// <summary>Cuts at white space outside quotes; quotes and escapes stay in the words.</summary>
    public static IEnumerable<Range> Words(string text, char escape)
    {
        var start = -1;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (start >= 0)
                {
                    yield return start..i;
                    start = -1;
                }

                continue;
            }

            start = start < 0 ? i : start;
            if (c == escape && quote != '\'')
            {
                i++;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
            }
        }

        if (start >= 0)
        {
            yield return start..text.Length;
        }
    }

    /// <summary>A word without its quotes and escapes.</summary>
    public static WrittenText Unquote(WrittenText word, char escape)
    {
        var s = word.Value;
        if (s.AsSpan().IndexOfAny('"', '\'', escape) < 0)
        {
            return word;
        }

        var pieces = new List<Range>();
        var quote = '\0';
        var run = 0;
        for (var i = 0; i < s.Length; i++)
        {
            var escapes = s[i] == escape && quote != '\'' && i + 1 < s.Length;
            if (escapes || s[i] == quote || (quote == '\0' && s[i] is '"' or '\''))
            {
                pieces.Add(run..i);
                run = i + 1;
                quote = escapes ? quote : quote == '\0' ? s[i] : '\0';
                i += escapes ? 1 : 0;
            }
        }

        pieces.Add(run..);
        return word.Slices(pieces);
    }

    private DockerfileSource Read()
    {
        var start = _text.StartsWith('\uFEFF') ? 1 : 0;
        var syntax = ReadDirectives(start);
        var instructions = new List<DockerfileInstruction>();
        _next = start;
        while (TryReadLine(out var line))
        {
            var begin = SkipWhiteSpace(line.Start, line.End);
            if (begin == line.End || _text[begin] == '#')
            {
                continue;
            }

            var instruction = ReadInstruction(line with { Start = begin });
            if (instruction is null)
            {
                continue;
            }

            if (instructions.Count == MostInstructions)
            {
                return new DockerfileSource(syntax, _escape, instructions, $"there are more than {MostInstructions} instructions: the rest is not read", begin);
            }

            instructions.Add(instruction);
            foreach (var (name, stripsTabs) in HereDocuments(instruction))
            {
                var body = _next;
                if (SkipHereDocument(name, stripsTabs, out var end))
                {
                    instructions[^1] = instructions[^1] with { Documents = [.. instructions[^1].Documents, _source.Slice(body..end)] };
                }
                else
                {
                    return new DockerfileSource(syntax, _escape, instructions, $"the here-document {Images.Excerpt.Of(name)} has no end: a line with that word alone is missing", begin);
                }
            }
        }

        return new DockerfileSource(syntax, _escape, instructions, null, 0);
    }

    /// <summary>Directives stand at the very top; the first line that is none ends them.</summary>
    private WrittenText? ReadDirectives(int start)
    {
        _next = start;
        WrittenText? syntax = null;
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (TryReadLine(out var line))
        {
            if (line.Start == start && _text.AsSpan(start).StartsWith("#!"))
            {
                continue;
            }

            var hash = SkipWhiteSpace(line.Start, line.End);
            var equals = _text.AsSpan(hash, line.End - hash).IndexOf('=');
            if (equals < 0 || _text[hash] != '#')
            {
                break;
            }

            var key = _text.AsSpan(hash + 1, equals - 1).Trim().ToString();
            var value = SkipWhiteSpace(hash + equals + 1, line.End);
            var valueEnd = value + _text.AsSpan(value, line.End - value).TrimEnd().Length;
            if (value == valueEnd || !IsDirective(key) || !seen.Add(key))
            {
                break;
            }

            if (key.Equals("escape", StringComparison.OrdinalIgnoreCase) && valueEnd - value == 1 && _text[value] is '`' or '\\')
            {
                _escape = _text[value];
            }
            else if (key.Equals("syntax", StringComparison.OrdinalIgnoreCase) && hash == line.Start)
            {
                var space = _text.AsSpan(value, valueEnd - value).IndexOf(' ');
                syntax = _source.Slice(value..(space < 0 ? valueEnd : value + space));
            }
        }

        return syntax;
    }

    private static bool IsDirective(string key) =>
        key.Equals("syntax", StringComparison.OrdinalIgnoreCase)
        || key.Equals("escape", StringComparison.OrdinalIgnoreCase)
        || key.Equals("check", StringComparison.OrdinalIgnoreCase);

    private DockerfileInstruction? ReadInstruction(Line line)
    {
        var pieces = new List<Range>();
        var isRun = _joinsQuoted && _text.AsSpan(line.Start, line.End - line.Start).StartsWith("RUN ");
        var quote = '\0';
        while (true)
        {
            var continues = EndsWithEscape(line, out var end);
            pieces.Add(line.Start..end);
            quote = isRun ? QuoteAfter(line.Start, end, quote) : quote;
            if (continues ? !TryReadContinuation(out line) : quote == '\0' || !TryReadQuoted(quote, ref line))
            {
                break;
            }
        }

        var joined = _source.Slices(pieces);
        var text = joined.Value.AsSpan();
        var keyword = 0;
        while (keyword < text.Length && !char.IsWhiteSpace(text[keyword]))
        {
            keyword++;
        }

        var arguments = keyword;
        while (arguments < text.Length && char.IsWhiteSpace(text[arguments]))
        {
            arguments++;
        }

        var last = arguments + text[arguments..].TrimEnd().Length;
        return keyword == 0 ? null : new DockerfileInstruction(text[..keyword].ToString().ToUpperInvariant(), joined.Slice(arguments..last));
    }

    /// <summary>The quote that is open at the end of a stretch.</summary>
    private char QuoteAfter(int start, int end, char quote)
    {
        for (var i = start; i < end; i++)
        {
            var c = _text[i];
            if (c == _escape && quote != '\'')
            {
                i++;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                quote = c;
            }
            else if (quote == '\0' && c == '#' && char.IsWhiteSpace(_text[i - 1]))
            {
                break;
            }
        }

        return quote;
    }

    /// <summary>The lines up to the one in which a quote closes; where none does, no more are looked for.</summary>
    private bool TryReadQuoted(char quote, ref Line line)
    {
        var start = line.End;
        var close = start;
        while (close < _text.Length && _text[close] != quote)
        {
            close += _text[close] == _escape && quote != '\'' ? 2 : 1;
        }

        _joinsQuoted = close < _text.Length;
        if (_joinsQuoted)
        {
            do
            {
                TryReadLine(out line);
            }
            while (line.End < close);
            line = line with { Start = start };
        }

        return _joinsQuoted;
    }

    /// <summary>The next line that is neither empty nor a comment.</summary>
    private bool TryReadContinuation(out Line line)
    {
        while (TryReadLine(out line))
        {
            var begin = SkipWhiteSpace(line.Start, line.End);
            if (begin < line.End && _text[begin] != '#')
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A single escape character before the end of the line, spaces after it allowed.</summary>
    private bool EndsWithEscape(Line line, out int end)
    {
        var last = line.Start + _text.AsSpan(line.Start, line.End - line.Start).TrimEnd(" \t").Length - 1;
        var continues = last >= line.Start && _text[last] == _escape && (last == line.Start || _text[last - 1] != _escape);
        end = continues ? last : line.End;
        return continues;
    }

    private List<(string Name, bool StripsTabs)> HereDocuments(DockerfileInstruction instruction)
    {
        var text = instruction.Arguments.Value;
        if (!text.Contains("<<", StringComparison.Ordinal) || !TakesHereDocument(instruction, out var arguments))
        {
            return [];
        }

        var found = new List<(string Name, bool StripsTabs)>();
        foreach (var range in Words(arguments, _escape))
        {
            var word = arguments.AsSpan()[range].TrimStart("0123456789");
            if (!word.StartsWith("<<", StringComparison.Ordinal))
            {
                continue;
            }

            var stripsTabs = word.Length > 2 && word[2] == '-';
            var name = word[(stripsTabs ? 3 : 2)..];
            if (name.Length > 0 && !name.Contains('<'))
            {
                found.Add((Unquote(WrittenText.Unplaced(name.ToString()), _escape).Value, stripsTabs));
            }
        }

        return found;
    }

    private static bool TakesHereDocument(DockerfileInstruction instruction, out string arguments)
    {
        var (keyword, text) = (instruction.Keyword, instruction.Arguments.Value);
        if (keyword == "ONBUILD")
        {
            var space = text.AsSpan().IndexOfAny(' ', '\t');
            (keyword, text) = space < 0 ? (text, "") : (text[..space].ToUpperInvariant(), text[(space + 1)..].TrimStart());
        }

        arguments = text;
        return keyword is "RUN" or "COPY" or "ADD" && !text.StartsWith('[');
    }

    private bool SkipHereDocument(string name, bool stripsTabs, out int end)
    {
        while (TryReadLine(out var line))
        {
            var text = _text.AsSpan(line.Start, line.End - line.Start);
            if ((stripsTabs ? text.TrimStart('\t') : text).SequenceEqual(name))
            {
                end = line.Start;
                return true;
            }
        }

        end = 0;
        return false;
    }

    private bool TryReadLine(out Line line)
    {
        if (_next >= _text.Length)
        {
            line = default;
            return false;
        }

        var start = _next;
        var feed = _text.IndexOf('\n', start);
        var end = feed < 0 ? _text.Length : feed;
        _next = feed < 0 ? _text.Length : feed + 1;
        line = new Line(start, end > start && _text[end - 1] == '\r' ? end - 1 : end);
        return true;
    }

    private int SkipWhiteSpace(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(_text[start]))
        {
            start++;
        }

        return start;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Line(int Start, int End);
}
