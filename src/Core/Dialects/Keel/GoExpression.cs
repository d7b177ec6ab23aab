using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// A regular expression as Go writes them (<see href="https://pkg.go.dev/regexp/syntax"/>), for tags: text of ASCII without line
/// ends. Written anew for .NET, groups numbered as Go numbers them; matched in a time that grows with the text alone. What Go refuses is refused;
/// not taken beyond that are <c>(?U)</c>, <c>\C</c>, names of scripts in <c>\p{…}</c> and what no tag could match anyway.
/// </summary>
internal sealed class GoExpression
{
    /// <summary>The longest expression.</summary>
    public const int Longest = 1000;

    /// <summary>The most pieces an expression may have with its repetitions written out, which Go bounds as well.</summary>
    private const int MostPieces = 1000;

    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestQuickMatch = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestQuickReading = TimeSpan.FromMilliseconds(100);

    private readonly Regex _bounded;
    private readonly Regex _quick;
    private readonly Dictionary<string, int> _groups;

    private GoExpression(string text, string translated, Dictionary<string, int> groups)
    {
        (Text, _groups) = (text, groups);
        _bounded = new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
        _quick = new Regex(translated, RegexOptions.CultureInvariant, LongestQuickMatch);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>The number of a named group, the whole match being 0; null where there is none of this name.</summary>
    public int? GroupNumber(string name) => _groups.TryGetValue(name, out var number) ? number : null;

    /// <summary>Whether a tag has a match in it.</summary>
    /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
    public bool IsMatch(string tag) => _bounded.IsMatch(tag);

    /// <summary>Reads one group of many tags.</summary>
    /// <param name="number">The number of the group.</param>
    public GroupReader Group(int number) => new(this, number);

    /// <summary>Reads an expression; <paramref name="error"/> says what is wrong with it, as the end of a sentence that names it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoExpression? expression, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        error = null;
        if (text.Length > Longest)
        {
            error = $"is longer than {Longest} characters";
            return false;
        }

        try
        {
            var writer = new Writer(text);
            expression = new GoExpression(text, writer.Write(), writer.Groups);
        }
        catch (FormatException e)
        {
            error = e.Message;
        }
        catch (NotSupportedException)
        {
            error = "has more in it than can be matched in bounded time";
        }
        catch (ArgumentException)
        {
            error = "is no regular expression";
        }

        return expression is not null;
    }

    /// <summary>
    /// Reads one group of many tags. The engine without backtracking takes ten times as long for groups as the one with it, and
    /// both find the same: the latter reads them, for a while. The expression that it stumbles over is left to the former.
    /// </summary>
    public sealed class GroupReader
    {
        private readonly GoExpression _expression;
        private readonly int _number;
        private readonly long _started = Stopwatch.GetTimestamp();
        private bool _isBounded;

        internal GroupReader(GoExpression expression, int number) => (_expression, _number) = (expression, number);

        /// <summary>What the group holds in the first match in a tag, empty where it has no part in it; false where nothing matches.</summary>
        /// <exception cref="RegexMatchTimeoutException">It takes too long.</exception>
        public bool TryRead(string tag, out ReadOnlySpan<char> value)
        {
            var match = Match(tag);
            value = match.Groups[_number].ValueSpan;
            return match.Success;
        }

        private Match Match(string tag)
        {
            _isBounded |= Stopwatch.GetElapsedTime(_started) > LongestQuickReading;
            if (!_isBounded)
            {
                try
                {
                    return _expression._quick.Match(tag);
                }
                catch (RegexMatchTimeoutException)
                {
                    _isBounded = true;
                }
            }

            return _expression._bounded.Match(tag);
        }
    }

    private sealed class Writer(string text)
    {
        private readonly StringBuilder _out = new();
        private readonly Stack<int> _open = new();
        private int _at;
        private int _groupCount;

        // Pieces of the group so far, and of what a repetition would repeat; below 0 where there is nothing to repeat.
        private int _pieces;
        private int _last = -1;
        private bool _isRepeated;

        public Dictionary<string, int> Groups { get; } = new(StringComparer.Ordinal);

        public string Write()
        {
            while (_at < text.Length)
            {
                var c = text[_at];
                switch (c)
                {
                    case '(':
                        Open();
                        break;
                    case ')':
                        Close();
                        break;
                    case '|':
                        _at++;
                        _out.Append('|');
                        (_last, _isRepeated) = (-1, false);
                        break;
                    case '[':
                        Class();
                        Piece();
                        break;
                    case '*' or '+' or '?':
                        Repeat(c.ToString(), 1);
                        break;
                    case '{' when Counts() is { } counts:
                        Repeat(text[_at..counts.End], counts.Most);
                        break;
                    case '\\':
                        Escape();
                        break;
                    case '^' or '$' or '.':
                        _at++;
                        _out.Append(c);
                        Piece();
                        break;
                    default:
                        _at++;
                        Literal(c);
                        Piece();
                        break;
                }
            }

            return _open.Count == 0 ? _out.ToString() : throw new FormatException("has a '(' that is not closed");
        }

        private bool Is(int at, char c) => at < text.Length && text[at] == c;

        private void Literal(int c) => _out.Append(
            c < 0x80 && char.IsAsciiLetterOrDigit((char)c) ? ((char)c).ToString() : string.Create(CultureInfo.InvariantCulture, $"\\u{c:X4}"));

        private void Piece()
        {
            (_last, _isRepeated) = (1, false);
            Grow(1);
        }

        private void Grow(int pieces)
        {
            _pieces += pieces;
            if (_pieces > MostPieces)
            {
                throw new FormatException($"has more than {MostPieces} pieces with its repetitions written out");
            }
        }

        private void Open()
        {
            if (!Is(_at + 1, '?'))
            {
                _at++;
                Group(++_groupCount);
                return;
            }

            var name = Is(_at + 2, 'P') && Is(_at + 3, '<') ? _at + 4 : Is(_at + 2, '<') && !Is(_at + 3, '=') && !Is(_at + 3, '!') ? _at + 3 : -1;
            if (name > 0)
            {
                var end = text.IndexOf('>', name);
                var word = end < 0 ? "" : text[name..end];
                if (word.Length == 0 || word.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '_'))
                {
                    throw new FormatException("has a group whose name is not of letters, digits and underscores");
                }

                // Of groups of one name Go's SubexpIndex finds the first.
                Groups.TryAdd(word, ++_groupCount);
                _at = end + 1;
                Group(_groupCount);
                return;
            }

            Flags();
        }

        private void Group(int number)
        {
            _out.Append(CultureInfo.InvariantCulture, $"(?<{number}>");
            Push();
        }

        private void Push()
        {
            _open.Push(_pieces);
            (_pieces, _last, _isRepeated) = (0, -1, false);
        }

        /// <summary><c>(?i)</c>, <c>(?s-m:</c>, <c>(?:</c>.</summary>
        private void Flags()
        {
            var end = _at + 2;
            while (end < text.Length && text[end] is 'i' or 'm' or 's' or '-')
            {
                end++;
            }

            var flags = text[(_at + 2)..end];
            var dash = flags.IndexOf('-', StringComparison.Ordinal);
            if (end == text.Length || text[end] is not (':' or ')') || (dash >= 0 && (dash == flags.Length - 1 || dash != flags.LastIndexOf('-'))))
            {
                throw new FormatException(Is(end, 'U')
                    ? "has the flag U, which is not taken here: write *? for the shortest match"
                    : "has a '(?' that Go does not know: there are no look-arounds, conditions, atomic groups and comments");
            }

            _at = end + 1;
            if (text[end] == ':')
            {
                _out.Append("(?").Append(flags).Append(':');
                Push();
            }
            else if (flags.Length > 0)
            {
                _out.Append("(?").Append(flags).Append(')');
            }
        }

        private void Close()
        {
            if (!_open.TryPop(out var before))
            {
                throw new FormatException("has a ')' that closes nothing");
            }

            _at++;
            _out.Append(')');
            (_last, _isRepeated) = (Math.Max(_pieces, 1), false);
            _pieces = before;
            Grow(_last);
        }

        /// <summary>The end of <c>{2}</c>, <c>{2,}</c>, <c>{2,5}</c>, and the most it says; null where it is literal text.</summary>
        private (int End, int Most)? Counts()
        {
            var at = _at + 1;
            if (Number(ref at) is not { } least)
            {
                return null;
            }

            var most = least;
            if (Is(at, ','))
            {
                at++;
                if (!Is(at, '}'))
                {
                    if (Number(ref at) is not { } second)
                    {
                        return null;
                    }

                    most = second;
                }
            }

            if (!Is(at, '}'))
            {
                return null;
            }

            return most <= MostPieces && least <= most ? (at + 1, most) : throw new FormatException($"repeats more than {MostPieces} times, or fewer times at most than at least");
        }

        /// <summary>A count; null where there is none or it has a zero in front.</summary>
        private int? Number(ref int at)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            return at == start || (at - start > 1 && text[start] == '0') ? null
                : int.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
        }

        private void Repeat(string sign, int most)
        {
            if (_last < 0 || _isRepeated)
            {
                throw new FormatException(_isRepeated ? "has a repetition of a repetition" : $"has a '{sign}' with nothing before it to repeat");
            }

            _at += sign.Length;
            _out.Append(sign);
            if (Is(_at, '?'))
            {
                _at++;
                _out.Append('?');
            }

            var more = (long)_last * (Math.Max(most, 1) - 1);
            Grow((int)Math.Min(more, MostPieces + 1));
            _last += (int)more;
            _isRepeated = true;
        }

        private void Escape()
        {
            var c = _at + 1 < text.Length ? text[_at + 1] : throw new FormatException("ends with a '\\'");
            switch (c)
            {
                case 'A' or 'z' or 'b' or 'B' or 'd' or 'D' or 's' or 'S' or 'w' or 'W':
                    _at += 2;
                    _out.Append('\\').Append(c);
                    Piece();
                    break;
                case 'p' or 'P':
                    Category();
                    Piece();
                    break;
                case 'Q':
                    var end = text.IndexOf("\\E", _at + 2, StringComparison.Ordinal);
                    foreach (var quoted in text.AsSpan((_at + 2)..(end < 0 ? text.Length : end)))
                    {
                        Literal(quoted);
                        Piece();
                    }

                    _at = end < 0 ? text.Length : end + 2;
                    break;
                default:
                    Literal(Character());
                    Piece();
                    break;
            }
        }

        /// <summary><c>\pL</c>, <c>\p{Lu}</c>, <c>\P{^Lu}</c>.</summary>
        private void Category()
        {
            var isNegated = text[_at + 1] == 'P';
            var start = _at + 2;
            var end = Is(start, '{') ? text.IndexOf('}', start) : Math.Min(start, text.Length - 1);
            var name = start >= text.Length || end < 0 ? "" : Is(start, '{') ? text[(start + 1)..end] : text[start..(start + 1)];
            if (name.StartsWith('^'))
            {
                name = name[1..];
                isNegated = !isNegated;
            }

            if (name.Length is 0 or > 2 || name.Any(c => !char.IsAsciiLetter(c)))
            {
                throw new FormatException("has a '\\p' without one of the general categories, such as \\p{L}; scripts are not taken here");
            }

            _out.Append(isNegated ? "\\P{" : "\\p{").Append(name).Append('}');
            _at = end + 1;
        }

        /// <summary>The character of an escape that means one; beyond U+FFFF, which no tag has, the last below it.</summary>
        private int Character()
        {
            var c = _at + 1 < text.Length ? text[_at + 1] : '\0';
            _at += 2;
            switch (c)
            {
                case 'a':
                    return '\a';
                case 'f':
                    return '\f';
                case 'n':
                    return '\n';
                case 'r':
                    return '\r';
                case 't':
                    return '\t';
                case 'v':
                    return '\v';
                case 'x':
                    return Hexadecimal();
                case '0':
                case >= '1' and <= '7' when _at < text.Length && text[_at] is >= '0' and <= '7':
                    var octal = c - '0';
                    for (var i = 0; i < 2 && _at < text.Length && text[_at] is >= '0' and <= '7'; i++)
                    {
                        octal = (octal * 8) + text[_at++] - '0';
                    }

                    return octal;
                case > '\0' and < '\u0080' when !char.IsAsciiLetterOrDigit(c):
                    return c;
                default:
                    throw new FormatException(char.IsAsciiDigit(c) ? "has a back-reference, which Go does not know" : $"has a '\\{Excerpt.Of(c.ToString())}', which means nothing");
            }
        }

        private int Hexadecimal()
        {
            var end = Is(_at, '{') ? text.IndexOf('}', _at) : Math.Min(_at + 2, text.Length);
            var digits = end < 0 ? "" : text[(Is(_at, '{') ? _at + 1 : _at)..end];
            if (digits.Length == 0 || (!Is(_at, '{') && digits.Length < 2)
                || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 0x10FFFF)
            {
                throw new FormatException("has a '\\x' without a character's number");
            }

            _at = Is(_at, '{') ? end + 1 : end;
            return Math.Min(value, 0xFFFF);
        }

        /// <summary><c>[^a-z\d[:alpha:]]</c>.</summary>
        private void Class()
        {
            _at++;
            _out.Append('[');
            if (Is(_at, '^'))
            {
                _at++;
                _out.Append('^');
            }

            for (var isFirst = true; isFirst || !Is(_at, ']'); isFirst = false)
            {
                if (_at >= text.Length)
                {
                    throw new FormatException("has a '[' that is not closed");
                }

                if (Is(_at, '[') && Is(_at + 1, ':') && text.IndexOf(":]", _at + 2, StringComparison.Ordinal) is > 0 and var end)
                {
                    _out.Append(AsciiClass(text.AsSpan((_at + 2)..end)));
                    _at = end + 2;
                }
                else if (Is(_at, '\\') && _at + 1 < text.Length && text[_at + 1] is 'd' or 'D' or 's' or 'S' or 'w' or 'W')
                {
                    _out.Append('\\').Append(text[_at + 1]);
                    _at += 2;
                }
                else if (Is(_at, '\\') && _at + 1 < text.Length && text[_at + 1] is 'p' or 'P')
                {
                    Category();
                }
                else
                {
                    Range();
                }
            }

            _at++;
            _out.Append(']');
        }

        private void Range()
        {
            var low = ClassCharacter();
            Literal(low);
            if (Is(_at, '-') && _at + 1 < text.Length && text[_at + 1] != ']')
            {
                _at++;
                var high = ClassCharacter();
                if (high < low)
                {
                    throw new FormatException("has a range in [] that ends before it begins");
                }

                _out.Append('-');
                Literal(high);
            }
        }

        private int ClassCharacter() =>
            _at >= text.Length ? throw new FormatException("has a '[' that is not closed") : text[_at] == '\\' ? Character() : text[_at++];

        private static string AsciiClass(ReadOnlySpan<char> name)
        {
            var isNegated = name.StartsWith('^');
            var ranges = (isNegated ? name[1..] : name) switch
            {
                "alnum" => "0-9A-Za-z",
                "alpha" => "A-Za-z",
                "ascii" => "\\x00-\\x7F",
                "blank" => "\\t\\x20",
                "cntrl" => "\\x00-\\x1F\\x7F",
                "digit" => "0-9",
                "graph" => "!-~",
                "lower" => "a-z",
                "print" => "\\x20-~",
                "punct" => "!-/:-@\\[-`{-~",
                "space" => "\\t-\\r\\x20",
                "upper" => "A-Z",
                "word" => "0-9A-Za-z_",
                "xdigit" => "0-9A-Fa-f",
                _ => throw new FormatException($"has a class [:{Excerpt.Of(name.ToString())}:], which Go does not know"),
            };
            return isNegated ? Complement(ranges) : ranges;
        }

        /// <summary>All that is not in some ranges, as ranges.</summary>
        private static string Complement(string ranges)
        {
            var regex = new Regex($"[{ranges}]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, LongestMatch);
            var complement = new StringBuilder();
            for (var c = '\0'; c < '\u0080'; c++)
            {
                if (!regex.IsMatch(c.ToString()))
                {
                    complement.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
                }
            }

            return complement.Append("\\u0080-\\uFFFF").ToString();
        }
    }
}
