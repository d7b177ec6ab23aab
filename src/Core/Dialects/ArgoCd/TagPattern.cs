using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// A pattern of <c>ignore-tags</c>, as Go's <see href="https://pkg.go.dev/path/filepath#Match">filepath.Match</see> reads it on
/// Linux: <c>*</c> and <c>?</c> stand for anything but a slash, <c>[a-c]</c> and <c>[^a-c]</c> for one character, slashes
/// included, and a backslash takes the next character as it is. Tags are ASCII, so a character is a character here.
/// </summary>
internal sealed class TagPattern
{
    private readonly Chunk[] _chunks;

    private TagPattern(Chunk[] chunks) => _chunks = chunks;

    /// <summary>The one tag that it matches; null where there may be others.</summary>
    public string? Literal =>
        _chunks.Length == 0 ? ""
        : _chunks is [{ HasStar: false } only] && Array.TrueForAll(only.Pieces, p => p.Ranges is [var (low, high)] && low == high && !p.IsNegated)
            ? string.Concat(only.Pieces.Select(p => p.Ranges![0].Low))
            : null;

    /// <summary>Reads a pattern; false where Go says that its syntax is bad, which no name changes.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out TagPattern? pattern)
    {
        pattern = null;
        var chunks = new List<Chunk>();
        var rest = text.AsSpan();
        while (rest.Length > 0)
        {
            var literal = rest.TrimStart('*');
            var hasStar = literal.Length < rest.Length;
            var end = EndOfChunk(literal);
            if (!TryReadPieces(literal[..end], out var pieces))
            {
                return false;
            }

            chunks.Add(new Chunk(hasStar, pieces));
            rest = literal[end..];
        }

        pattern = new TagPattern([.. chunks]);
        return true;
    }

    /// <summary>Whether the whole tag matches. Each chunk takes the first place that fits, and is not tried elsewhere.</summary>
    public bool Matches(ReadOnlySpan<char> tag)
    {
        for (var i = 0; i < _chunks.Length; i++)
        {
            var chunk = _chunks[i];
            if (chunk.Pieces.Length == 0)
            {
                return !tag.Contains('/');
            }

            var end = chunk.FirstEnd(tag, isLast: i == _chunks.Length - 1);
            if (end < 0)
            {
                return false;
            }

            tag = tag[end..];
        }

        return tag.IsEmpty;
    }

    /// <summary>Up to the next star outside brackets. A bracket within brackets closes nothing, and a closing one always does.</summary>
    private static int EndOfChunk(ReadOnlySpan<char> text)
    {
        var inRange = false;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    inRange = true;
                    break;
                case ']':
                    inRange = false;
                    break;
                case '*' when !inRange:
                    return i;
            }
        }

        return text.Length;
    }

    private static bool TryReadPieces(ReadOnlySpan<char> text, out Piece[] pieces)
    {
        var read = new List<Piece>(text.Length);
        pieces = [];
        while (text.Length > 0)
        {
            switch (text[0])
            {
                case '[':
                    if (!TryReadClass(ref text, out var piece))
                    {
                        return false;
                    }

                    read.Add(piece);
                    continue;
                case '?':
                    read.Add(new Piece(null, IsNegated: false));
                    break;
                case '\\' when text.Length == 1:
                    return false;
                case '\\':
                    text = text[1..];
                    goto default;
                default:
                    read.Add(new Piece([(text[0], text[0])], IsNegated: false));
                    break;
            }

            text = text[1..];
        }

        pieces = [.. read];
        return true;
    }

    private static bool TryReadClass(ref ReadOnlySpan<char> text, out Piece piece)
    {
        piece = default;
        var isNegated = text is [_, '^', ..];
        text = text[(isNegated ? 2 : 1)..];
        var ranges = new List<(char Low, char High)>();
        while (text is not [']', ..] || ranges.Count == 0)
        {
            if (!TryReadEnd(ref text, out var low))
            {
                return false;
            }

            var high = low;
            if (text[0] == '-')
            {
                text = text[1..];
                if (!TryReadEnd(ref text, out high))
                {
                    return false;
                }
            }

            ranges.Add((low, high));
        }

        text = text[1..];
        piece = new Piece([.. ranges], isNegated);
        return true;
    }

    /// <summary>One end of a range; behind it there is more, the closing bracket at least.</summary>
    private static bool TryReadEnd(ref ReadOnlySpan<char> text, out char end)
    {
        end = default;
        if (text is [] or ['-' or ']', ..])
        {
            return false;
        }

        text = text[0] == '\\' ? text[1..] : text;
        if (text.Length < 2)
        {
            return false;
        }

        end = text[0];
        text = text[1..];
        return true;
    }

    /// <summary>What is between two stars.</summary>
    /// <param name="HasStar">Whether a star is before it.</param>
    /// <param name="Pieces">One a character.</param>
    private sealed record Chunk(bool HasStar, Piece[] Pieces)
    {
        /// <summary>Where the first place that fits ends; -1 where there is none. The star before it passes no slash.</summary>
        public int FirstEnd(ReadOnlySpan<char> tag, bool isLast)
        {
            for (var at = 0; at + Pieces.Length <= tag.Length; at++)
            {
                var end = at + Pieces.Length;
                if ((!isLast || end == tag.Length) && Fits(tag[at..end]))
                {
                    return end;
                }

                if (!HasStar || tag[at] == '/')
                {
                    break;
                }
            }

            return -1;
        }

        private bool Fits(ReadOnlySpan<char> part)
        {
            for (var i = 0; i < Pieces.Length; i++)
            {
                if (!Pieces[i].Fits(part[i]))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>One character.</summary>
    /// <param name="Ranges">Those it may be; null: any but a slash. A range whose end comes before its start is empty.</param>
    /// <param name="IsNegated">Whether it may be the others instead.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Piece((char Low, char High)[]? Ranges, bool IsNegated)
    {
        public bool Fits(char c)
        {
            if (Ranges is null)
            {
                return c != '/';
            }

            foreach (var (low, high) in Ranges)
            {
                if (low <= c && c <= high)
                {
                    return !IsNegated;
                }
            }

            return IsNegated;
        }
    }
}
