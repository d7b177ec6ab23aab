using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Basewatch.Core.Dialects.Go;

/// <summary>
/// Writes an expression of Go as one of .NET. Groups lose their names, since .NET numbers named ones last and Go all from left
/// to right. What .NET knows and Go does not is refused.
/// </summary>
/// <param name="pattern">The expression.</param>
internal sealed class GoRegexTranslation(string pattern)
{
    private const int MostRepetitions = 1000;

    private static readonly FrozenDictionary<string, string> PosixClasses = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["alnum"] = "0-9A-Za-z",
        ["alpha"] = "A-Za-z",
        ["ascii"] = @"\x00-\x7F",
        ["blank"] = @"\t ",
        ["cntrl"] = @"\x00-\x1F\x7F",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["space"] = @"\t\n\v\f\r ",
        ["upper"] = "A-Z",
        ["word"] = "0-9A-Za-z_",
        ["xdigit"] = "0-9A-Fa-f",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly StringBuilder _out = new();
    private readonly List<string?> _names = [null];
    private int _at;

    /// <summary>The groups' names, null for those without; the first is the whole match.</summary>
    public IReadOnlyList<string?> Names => _names;

    /// <summary>The translated expression, which .NET may refuse.</summary>
    /// <exception cref="FormatException">It is none of Go's; the message says what is wrong.</exception>
    public string Run()
    {
        while (_at < pattern.Length)
        {
            switch (pattern[_at])
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    Group();
                    break;
                case '{':
                    Repetition();
                    break;
                default:
                    _out.Append(pattern[_at++]);
                    break;
            }
        }

        return _out.ToString();
    }

    private FormatException Wrong(string why) => new($"{why} at character {Math.Min(_at + 1, pattern.Length)}");

    private void Group()
    {
        _at++;
        if (_at >= pattern.Length || pattern[_at] != '?')
        {
            _names.Add(null);
            _out.Append('(');
            return;
        }

        _at++;
        var rest = pattern.AsSpan(_at);
        var open = rest.StartsWith("P<", StringComparison.Ordinal) ? 2 : rest is ['<', not ('=' or '!'), ..] ? 1 : 0;
        if (open > 0)
        {
            var close = rest.IndexOf('>');
            var name = close < 0 ? "" : rest[open..close].ToString();
            if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                throw Wrong("a group's name is made of letters, digits and underscores");
            }

            if (_names.Contains(name))
            {
                throw Wrong($"the group {name} is there twice");
            }

            _names.Add(name);
            _out.Append('(');
            _at += close + 1;
            return;
        }

        var end = rest.IndexOfAnyExcept("imsU-");
        if (end < 0 || rest[end] is not (':' or ')') || rest[..end].Count('-') > 1 || (end > 0 && rest[end - 1] == '-'))
        {
            throw Wrong("Go has no look-arounds, atomic groups, conditions and comments");
        }

        if (rest[..end].Contains('U'))
        {
            throw Wrong("the flag U is not taken here: write *? for *");
        }

        _out.Append(end == 0 ? "(?:" : "(?").Append(end == 0 ? [] : rest[..(end + 1)]).Append(end == 0 && rest[0] == ')' ? ")" : "");
        _at += end + 1;
    }

    /// <summary><c>{2}</c>, <c>{2,}</c>, <c>{2,3}</c>; any other brace is itself.</summary>
    private void Repetition()
    {
        var close = pattern.IndexOf('}', _at);
        var counts = close < 0 ? [] : pattern[(_at + 1)..close].Split(',');
        var isRepetition = counts.Length is 1 or 2 && counts[0].Length > 0 && counts.All(c => c.All(char.IsAsciiDigit));
        if (!isRepetition)
        {
            _out.Append(@"\{");
            _at++;
            return;
        }

        if (counts.Any(c => c.Length > 0 && (!int.TryParse(c, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > MostRepetitions)))
        {
            throw Wrong($"nothing may be repeated more than {MostRepetitions} times");
        }

        _out.Append(pattern, _at, close + 1 - _at);
        _at = close + 1;
    }

    private void Class()
    {
        _out.Append('[');
        _at++;
        if (_at < pattern.Length && pattern[_at] == '^')
        {
            _out.Append('^');
            _at++;
        }

        for (var first = true; ; first = false)
        {
            if (_at >= pattern.Length)
            {
                throw Wrong("a character class is not closed");
            }

            var c = pattern[_at];
            if (c == ']' && !first)
            {
                _out.Append(']');
                _at++;
                return;
            }

            if (c == '\\')
            {
                Escape(inClass: true);
            }
            else if (c == '[' && pattern.AsSpan(_at) is ['[', ':', ..] && pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal) is var end and >= 0)
            {
                _out.Append(PosixClasses.GetValueOrDefault(pattern[(_at + 2)..end])
                    ?? throw Wrong($"the class [:{Images.Excerpt.Of(pattern[(_at + 2)..end])}:] is not known"));
                _at = end + 2;
            }
            else
            {
                // .NET would subtract a class behind a dash.
                _out.Append(c is '[' or ']' ? "\\" : "").Append(c);
                _at++;
            }
        }
    }

    private void Escape(bool inClass)
    {
        if (_at + 1 >= pattern.Length)
        {
            throw Wrong("there is nothing behind the backslash");
        }

        var c = pattern[_at + 1];
        switch (c)
        {
            case 'd' or 'D' or 's' or 'S' or 'w' or 'W' or 'a' or 'f' or 'n' or 'r' or 't' or 'v':
            case 'A' or 'z' or 'b' or 'B' when !inClass:
                _out.Append('\\').Append(c);
                _at += 2;
                break;
            case 'Q' when !inClass:
                Quoted();
                break;
            case 'p' or 'P':
                Property(c);
                break;
            case 'x':
                Hexadecimal();
                break;
            case '0':
            case >= '1' and <= '7' when _at + 2 < pattern.Length && pattern[_at + 2] is >= '0' and <= '7':
                var digits = 1;
                while (digits < 3 && _at + 1 + digits < pattern.Length && pattern[_at + 1 + digits] is >= '0' and <= '7')
                {
                    digits++;
                }

                Character(Convert.ToInt32(pattern.Substring(_at + 1, digits), 8));
                _at += 1 + digits;
                break;
            case < (char)128 when !char.IsAsciiLetterOrDigit(c):
                _out.Append(c == '_' ? "" : "\\").Append(c);
                _at += 2;
                break;
            default:
                throw Wrong(char.IsAsciiDigit(c) ? "Go has no back-references" : $"\\{c} has no meaning");
        }
    }

    /// <summary><c>\Q…\E</c>: as it stands.</summary>
    private void Quoted()
    {
        var start = _at + 2;
        var end = pattern.IndexOf(@"\E", start, StringComparison.Ordinal);
        foreach (var c in end < 0 ? pattern[start..] : pattern[start..end])
        {
            Character(c);
        }

        _at = end < 0 ? pattern.Length : end + 2;
    }

    /// <summary><c>\pN</c>, <c>\p{Lu}</c>, <c>\p{^Lu}</c>.</summary>
    private void Property(char c)
    {
        var rest = pattern.AsSpan(_at + 2);
        var close = rest is ['{', ..] ? rest.IndexOf('}') : 0;
        var name = close < 0 || rest.IsEmpty ? "" : close == 0 ? rest[..1].ToString() : rest[1..close].ToString();
        var negated = name.StartsWith('^');
        name = name.TrimStart('^');
        if (name.Length is 0 or > 2 || !name.All(char.IsAsciiLetter))
        {
            throw Wrong($"the class \\{c}{{{Images.Excerpt.Of(name)}}} is not taken here: general categories such as \\p{{Lu}} are");
        }

        _out.Append('\\').Append(negated == (c == 'P') ? 'p' : 'P').Append('{').Append(name).Append('}');
        _at += 2 + (close == 0 ? 1 : close + 1);
    }

    /// <summary><c>\x7F</c>, <c>\x{10FFFF}</c>.</summary>
    private void Hexadecimal()
    {
        var rest = pattern.AsSpan(_at + 2);
        var close = rest is ['{', ..] ? rest.IndexOf('}') : 0;
        var digits = close > 0 ? rest[1..close] : rest[..(close == 0 ? Math.Min(2, rest.Length) : 0)];
        if ((close == 0 && digits.Length < 2) || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var character) || character is < 0 or > char.MaxValue)
        {
            throw Wrong("\\x needs two hexadecimal digits, or up to four in braces");
        }

        Character(character);
        _at += 2 + (close > 0 ? close + 1 : 2);
    }

    private void Character(int character) => _out.Append(CultureInfo.InvariantCulture, $"\\u{character:X4}");
}
