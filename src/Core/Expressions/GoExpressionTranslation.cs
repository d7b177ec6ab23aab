using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Basewatch.Core.Expressions;

/// <summary>
/// Writes Go's syntax as .NET's, from left to right. What both spell alike and mean otherwise is written out: <c>$</c>,
/// <c>\d</c>, <c>[[:alpha:]]</c>, <c>(?U)</c>, the numbers of named groups. Source of the rules: Go's <c>regexp/syntax/parse.go</c>.
/// </summary>
/// <param name="text">The expression.</param>
/// <param name="ignoreCase">Whether it begins as if with <c>(?i)</c>.</param>
/// <param name="multiline">Whether it begins as if with <c>(?m)</c>.</param>
internal sealed class GoExpressionTranslation(string text, bool ignoreCase, bool multiline)
{
    /// <summary>Go refuses to count further, nested repetitions multiplied.</summary>
    private const int MostRepetitions = 1000;

    /// <summary>Go allows 1,000.</summary>
    private const int Deepest = 100;

    /// <summary>The most pieces with repetitions written out, so that each character of a tag takes bounded time.</summary>
    private const int MostPieces = 2000;

    /// <summary>
    /// The most different sets of characters, multiplied by the ranges in them: .NET parts all characters by them when it makes
    /// the expression, in time and memory that grow with this. All of ASCII, one by one, are 9,025.
    /// </summary>
    private const int MostParts = 10_000;

    /// <summary>What a general category counts for.</summary>
    private const int RangesOfCategory = 25;

    /// <summary>Characters in ranges where case does not count: .NET looks at each.</summary>
    private const int MostFolded = 8 * 0x10000;

    private const int LastCharacter = 0xFFFF;
    private const string NoCharacter = @"[^\u0000-\uFFFF]";

    private static readonly Dictionary<string, string> PosixClasses = new(StringComparer.Ordinal)
    {
        ["alnum"] = "09AZaz",
        ["alpha"] = "AZaz",
        ["ascii"] = "\0\x7F",
        ["blank"] = "\t\t  ",
        ["cntrl"] = "\0\x1F\x7F\x7F",
        ["digit"] = "09",
        ["graph"] = "!~",
        ["lower"] = "az",
        ["print"] = " ~",
        ["punct"] = "!/:@[`{~",
        ["space"] = "\t\r  ",
        ["upper"] = "AZ",
        ["word"] = "09AZ__az",
        ["xdigit"] = "09AFaf",
    };

    private readonly StringBuilder _net = new(ignoreCase ? "(?i)" : "");
    private readonly Stack<Frame> _open = new();
    private readonly List<string?> _groups = [];
    private readonly HashSet<string> _sets = new(StringComparer.Ordinal);
    private long _ranges;
    private int _categories;
    private long _folded;
    private int _at;
    private Flags _flags = new(ignoreCase, multiline, DotAll: false, Ungreedy: false);

    /// <summary>How often the last piece is repeated; 0 where there is none that a <c>*</c> could repeat.</summary>
    private long _piece;

    /// <summary>How often the most repeated piece of the open group is.</summary>
    private long _most = 1;

    /// <summary>Pieces in the last piece and in the open group, repetitions written out.</summary>
    private long _size;
    private long _total;

    /// <summary>The expression for .NET, after <see cref="Run"/>.</summary>
    public string Result => _net.ToString();

    /// <summary>Names of its groups from left to right; null: it has none.</summary>
    public IReadOnlyList<string?> Groups => _groups;

    private char Here => _at < text.Length ? text[_at] : '\0';

    /// <summary>Translates; returns why it can't.</summary>
    public GoExpressionError? Run()
    {
        try
        {
            var repeated = false;
            while (_at < text.Length)
            {
                repeated = ReadNext(repeated);
            }

            return _open.Count == 0 ? null : new GoExpressionError("it has a group that is not closed: write \\( where a bracket is meant", IsWrongInGo: true);
        }
        catch (FormatException e)
        {
            return new GoExpressionError(e.Message, IsWrongInGo: true);
        }
        catch (NotSupportedException e)
        {
            return new GoExpressionError(e.Message, IsWrongInGo: false);
        }
    }

    /// <summary>Reads a piece or what repeats it; true: it was the latter.</summary>
    private bool ReadNext(bool repeated)
    {
        switch (Here)
        {
            case '(':
                Open();
                break;
            case ')':
                Close();
                break;
            case '|':
                _at++;
                _net.Append('|');
                _piece = 0;
                break;
            case '^':
                _at++;
                Piece(_flags.Multiline ? "(?m:^)" : @"(?:\A)");
                break;
            case '$':
                _at++;
                Piece(_flags.Multiline ? "(?m:$)" : @"(?:\z)");
                break;
            case '.':
                _at++;
                Piece(".");
                break;
            case '[':
                ReadClass();
                break;
            case '\\':
                ReadEscape();
                break;
            case '*' or '+' or '?':
                Repeat(text[_at..(_at + 1)], 1, 1, repeated);
                return true;
            case '{' when TryReadCount(out var least, out var most, out var end):
                var count = text[_at..end];
                if (least > MostRepetitions || most > MostRepetitions || (most >= 0 && least > most))
                {
                    throw Wrong($"it repeats {count}, and RE2 counts to {MostRepetitions}");
                }

                Repeat(count, least, most, repeated);
                return true;
            default:
                Literal(ReadRune());
                break;
        }

        return false;
    }

    private void Open()
    {
        if (_open.Count == Deepest)
        {
            throw new NotSupportedException($"its groups are nested deeper than {Deepest}");
        }

        if (!text.AsSpan(_at).StartsWith("(?"))
        {
            _at++;
            OpenGroup(null);
            return;
        }

        var named = text.AsSpan(_at).StartsWith("(?P<") ? 4 : text.AsSpan(_at).StartsWith("(?<") && At(_at + 3) is not ('=' or '!') ? 3 : 0;
        if (named == 0)
        {
            ReadFlags();
            return;
        }

        var end = text.IndexOf('>', _at);
        var name = end < 0 ? "" : text[(_at + named)..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw Wrong("it has a group whose name is not made of letters, digits and underscores");
        }

        _at = end + 1;
        OpenGroup(name);
    }

    private void OpenGroup(string? name)
    {
        _groups.Add(name);
        Push(string.Create(CultureInfo.InvariantCulture, $"(?<{_groups.Count}>"), _flags);
    }

    /// <summary><c>(?i)</c>, <c>(?i-s:</c>, <c>(?:</c>.</summary>
    private void ReadFlags()
    {
        var flags = _flags;
        var (isOn, sawFlag) = (true, false);
        for (_at += 2; ; _at++)
        {
            switch (Here)
            {
                case 'i':
                    flags = flags with { IgnoreCase = isOn };
                    sawFlag = true;
                    break;
                case 'm':
                    flags = flags with { Multiline = isOn };
                    sawFlag = true;
                    break;
                case 's':
                    flags = flags with { DotAll = isOn };
                    sawFlag = true;
                    break;
                case 'U':
                    flags = flags with { Ungreedy = isOn };
                    sawFlag = true;
                    break;
                case '-' when isOn:
                    (isOn, sawFlag) = (false, false);
                    break;
                case ':' when isOn || sawFlag:
                    _at++;
                    Push($"(?{flags.Net}:", flags);
                    return;
                case ')' when isOn || sawFlag:
                    _at++;
                    _net.Append(CultureInfo.InvariantCulture, $"(?{flags.Net})");
                    _flags = flags;
                    if (Here is '*' or '+' or '?' or '{' && _piece > 0)
                    {
                        throw new NotSupportedException("it repeats what stands before flags");
                    }

                    return;
                case '=' or '!' or '<':
                    throw Wrong("it has a look-around, which RE2 doesn't know");
                default:
                    throw Wrong("it has a '(?' with flags that RE2 doesn't know");
            }
        }
    }

    private void Push(string opening, Flags flags)
    {
        _open.Push(new Frame(_flags, _most, _total));
        (_flags, _most, _piece, _total) = (flags, 1, 0, 0);
        _net.Append(opening);
    }

    private void Close()
    {
        if (!_open.TryPop(out var frame))
        {
            throw Wrong("it closes a group that is not open: write \\) where a bracket is meant");
        }

        _at++;
        _net.Append(')');
        _piece = _most;
        (_flags, _most) = (frame.Flags, Math.Max(frame.Most, _piece));
        (_size, _total) = (_total + 1, frame.Total);
        Grow(_size);
    }

    private void Repeat(string operation, int least, int most, bool repeated)
    {
        _at += operation.Length;
        if (repeated)
        {
            throw Wrong($"it repeats a repetition with '{operation}'");
        }

        if (_piece == 0)
        {
            throw Wrong($"there is nothing before '{operation}' to repeat: write \\{operation} where it is meant as it stands");
        }

        var times = Math.Max(1, most < 0 ? least : most);
        _piece *= times;
        if (_piece > MostRepetitions)
        {
            throw Wrong($"its repetitions multiply to more than {MostRepetitions}");
        }

        _most = Math.Max(_most, _piece);
        Grow(_size * (times - 1));
        var isLazy = Here == '?';
        _at += isLazy ? 1 : 0;
        _net.Append(operation).Append(isLazy != _flags.Ungreedy ? "?" : "");
    }

    /// <summary><c>{2}</c>, <c>{2,}</c>, <c>{2,5}</c>; anything else is no repetition. -1: without end.</summary>
    private bool TryReadCount(out int least, out int most, out int end)
    {
        end = _at + 1;
        most = -1;
        if (!TryReadNumber(ref end, out least))
        {
            return false;
        }

        if (At(end) != ',')
        {
            most = least;
        }
        else if (At(++end) != '}' && !TryReadNumber(ref end, out most))
        {
            return false;
        }

        return At(end++) == '}';
    }

    private bool TryReadNumber(ref int at, out int number)
    {
        var start = at;
        while (char.IsAsciiDigit(At(at)))
        {
            at++;
        }

        var digits = text.AsSpan(start, at - start);
        number = digits.Length > 8 ? MostRepetitions + 1 : digits.Length > 0 ? int.Parse(digits, CultureInfo.InvariantCulture) : 0;
        return digits is [_] or [not '0', ..];
    }

    private void ReadEscape()
    {
        switch (At(_at + 1))
        {
            case 'A':
                _at += 2;
                Piece(@"(?:\A)");
                break;
            case 'z':
                _at += 2;
                Piece(@"(?:\z)");
                break;
            case 'b' or 'B':
                _at += 2;
                Piece($@"(?:\{text[_at - 1]})");
                break;
            case 'Q':
                _at += 2;
                var end = text.IndexOf(@"\E", _at, StringComparison.Ordinal);
                var (stop, next) = end < 0 ? (text.Length, text.Length) : (end, end + 2);
                while (_at < stop)
                {
                    Literal(ReadRune());
                }

                _at = next;
                break;
            default:
                var isClosed = At(_at + 1) is 'D' or 'S' or 'W';
                if (ReadNamedSet() is { } set)
                {
                    Piece(set.Length == 0 ? NoCharacter : isClosed ? $"(?-i:[{set}])" : $"[{set}]");
                }
                else
                {
                    Literal(ReadEscapedRune());
                }

                break;
        }
    }

    private void ReadClass()
    {
        var isNegated = At(_at + 1) == '^';
        _at += isNegated ? 2 : 1;
        var items = new StringBuilder();
        for (var isFirst = true; Here != ']' || isFirst || _at >= text.Length; isFirst = false)
        {
            if (ReadNamedSet() is { } set)
            {
                items.Append(set);
                Fold(set.Contains(@"\uFFFF", StringComparison.Ordinal) ? LastCharacter : 0);
                continue;
            }

            var low = ReadClassRune();
            var high = low;
            if (Here == '-' && _at + 1 < text.Length && text[_at + 1] != ']')
            {
                _at++;
                high = ReadClassRune();
                if (high < low)
                {
                    throw Wrong("it has a range of characters whose end comes before its start");
                }
            }

            if (low <= LastCharacter)
            {
                items.Append(Range((char)low, (char)Math.Min(high, LastCharacter)));
                Fold(high - low);
            }
        }

        _at++;
        Piece(items.Length > 0 ? $"[{(isNegated ? "^" : "")}{items}]" : isNegated ? @"[\u0000-\uFFFF]" : NoCharacter);
    }

    private int ReadClassRune() =>
        _at >= text.Length ? throw Wrong("it has a '[' without its ']': write \\[ where a bracket is meant") : Here == '\\' ? ReadEscapedRune() : ReadRune();

    /// <summary><c>\d</c>, <c>\pL</c>, <c>[:alpha:]</c> as the inside of a class; null where there is none.</summary>
    private string? ReadNamedSet()
    {
        if (Here == '[')
        {
            // Only inside a class; the outer bracket has been read.
            var end = At(_at + 1) == ':' ? text.IndexOf(":]", _at + 2, StringComparison.Ordinal) : -1;
            if (end < 0)
            {
                return null;
            }

            var name = text[(_at + 2)..end];
            var isNegated = name.StartsWith('^');
            _at = end + 2;
            return PosixClasses.TryGetValue(isNegated ? name[1..] : name, out var posix)
                ? Ranges(posix, isNegated)
                : throw Wrong("it has a class '[:…:]' that RE2 doesn't know");
        }

        if (Here != '\\')
        {
            return null;
        }

        var letter = At(_at + 1);
        var ranges = char.ToLowerInvariant(letter) switch
        {
            'd' => "09",
            's' => "\t\n\f\r  ",
            'w' => PosixClasses["word"],
            _ => null,
        };
        if (ranges is not null)
        {
            _at += 2;
            return Ranges(ranges, char.IsAsciiLetterUpper(letter));
        }

        return letter is 'p' or 'P' ? ReadCategory(letter == 'P') : null;
    }

    /// <summary><c>\pL</c>, <c>\p{Lu}</c>, <c>\p{^Lu}</c>.</summary>
    private string ReadCategory(bool isNegated)
    {
        var end = At(_at + 2) == '{' ? text.IndexOf('}', _at) : _at + 2;
        if (end < 0 || end >= text.Length)
        {
            throw Wrong("it has a '\\p' without a name");
        }

        var name = text[(_at + 2)..(end + 1)].Trim('{', '}');
        _at = end + 1;
        if (name.StartsWith('^'))
        {
            (name, isNegated) = (name[1..], !isNegated);
        }

        _categories++;
        return name switch
        {
            "Any" => isNegated ? "" : Range('\0', (char)LastCharacter),
            "C" or "L" or "M" or "N" or "P" or "S" or "Z" or "Cc" or "Cf" or "Co" or "Cs" or "Ll" or "Lm" or "Lo" or "Lt" or "Lu" or "Mc" or "Me" or "Mn"
                or "Nd" or "Nl" or "No" or "Pc" or "Pd" or "Pe" or "Pf" or "Pi" or "Po" or "Ps" or "Sc" or "Sk" or "Sm" or "So" or "Zl" or "Zp" or "Zs"
                => $@"\{(isNegated ? 'P' : 'p')}{{{name}}}",
            _ => throw new NotSupportedException("it has a '\\p' that is no general category, and writing systems are not known here"),
        };
    }

    /// <summary>A character behind a backslash.</summary>
    private int ReadEscapedRune()
    {
        _at++;
        if (_at >= text.Length)
        {
            throw Wrong("it ends with a backslash");
        }

        var c = text[_at++];
        switch (c)
        {
            case 'a':
                return 7;
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
                return ReadHex();
            case '0':
            case >= '1' and <= '7' when Here is >= '0' and <= '7':
                var octal = c - '0';
                for (var i = 0; i < 2 && Here is >= '0' and <= '7'; i++)
                {
                    octal = (octal * 8) + (text[_at++] - '0');
                }

                return octal;
            case >= '1' and <= '9':
                throw Wrong("it has a back-reference, which RE2 doesn't know");
            case < '\x80' when !char.IsAsciiLetterOrDigit(c):
                return c;
            default:
                throw Wrong($"it has '\\{c}', which RE2 doesn't know");
        }
    }

    private int ReadHex()
    {
        var end = Here == '{' ? text.IndexOf('}', _at) : _at + 2;
        var digits = end < 0 || end > text.Length ? "" : Here == '{' ? text[(_at + 1)..end] : text[_at..end];
        if (digits.Length == 0 || !digits.All(char.IsAsciiHexDigit)
            || !int.TryParse(digits.TrimStart('0').PadLeft(1, '0'), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rune) || rune is < 0 or > 0x10FFFF)
        {
            throw Wrong("it has a '\\x' without the number of a character");
        }

        _at = Here == '{' ? end + 1 : end;
        return rune;
    }

    private int ReadRune()
    {
        var rune = char.IsSurrogatePair(Here, At(_at + 1)) ? char.ConvertToUtf32(Here, text[_at + 1]) : Here;
        _at += rune > LastCharacter ? 2 : 1;
        return rune;
    }

    private void Literal(int rune) =>
        Piece(rune > LastCharacter ? $"(?:{char.ConvertFromUtf32(rune)})" : char.IsAsciiLetterOrDigit((char)rune) ? ((char)rune).ToString() : Escape((char)rune));

    private void Piece(string net)
    {
        _net.Append(net);
        (_piece, _size) = (1, 1);
        Grow(1);
        if (_sets.Add(net))
        {
            _ranges += Math.Max(1, net.Length / Escape('x').Length) + (_categories * RangesOfCategory);
        }

        _categories = 0;

        if (_sets.Count * _ranges > MostParts)
        {
            throw new NotSupportedException("it has too many different characters and classes of them");
        }
    }

    private void Fold(int characters)
    {
        _folded += _flags.IgnoreCase ? characters : 0;
        if (_folded > MostFolded)
        {
            throw new NotSupportedException("it has too many characters in classes where case does not count");
        }
    }

    private void Grow(long pieces)
    {
        _total += pieces;
        if (_total > MostPieces)
        {
            throw new NotSupportedException($"with its repetitions written out it has more than {MostPieces} pieces");
        }
    }

    private char At(int index) => index < text.Length ? text[index] : '\0';

    private static FormatException Wrong(string message) => new(message);

    /// <summary>
    /// Ranges given by their ends, in order. Without two letters of other alphabets, which .NET takes for a k and an s where
    /// case does not count.
    /// </summary>
    private string Ranges(string ends, bool isNegated)
    {
        if (isNegated)
        {
            // Where case does not count, what is not lower is no letter.
            ends = _flags.IgnoreCase && ends is ("az" or "AZ") ? "AZaz" : ends;
            var others = new StringBuilder();
            var next = '\0';
            foreach (var (low, high) in Pairs(ends + "\u017F\u017F\u212A\u212A"))
            {
                others.Append(low > next ? Range(next, (char)(low - 1)) : "");
                next = (char)(high + 1);
            }

            return others.Append(Range(next, (char)LastCharacter)).ToString();
        }

        return string.Concat(Pairs(ends).Select(p => Range(p.Low, p.High)));
    }

    private static IEnumerable<(char Low, char High)> Pairs(string ends)
    {
        for (var i = 0; i < ends.Length; i += 2)
        {
            yield return (ends[i], ends[i + 1]);
        }
    }

    private static string Range(char low, char high) => low == high ? Escape(low) : $"{Escape(low)}-{Escape(high)}";

    private static string Escape(char c) => $@"\u{(int)c:X4}";

    /// <summary>What the open group goes back to.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Frame(Flags Flags, long Most, long Total);

    private readonly record struct Flags(bool IgnoreCase, bool Multiline, bool DotAll, bool Ungreedy)
    {
        /// <summary>The flags that .NET gets; the others are written out.</summary>
        public string Net => (IgnoreCase ? "i" : "") + (DotAll ? "s" : "") + (IgnoreCase && DotAll ? "" : "-") + (IgnoreCase ? "" : "i") + (DotAll ? "" : "s");
    }
}
