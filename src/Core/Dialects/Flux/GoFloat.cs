using System.Globalization;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>
/// Numbers as Go's <c>strconv.ParseFloat</c> reads them: <c>1</c>, <c>.5</c>, <c>1_000</c>, <c>1e3</c>, <c>0x1p-2</c>, <c>Inf</c>,
/// <c>NaN</c>. What is beyond the range of 64 bits is none.
/// </summary>
internal static class GoFloat
{
    /// <summary>Reads a number.</summary>
    public static bool TryParse(string text, out double number)
    {
        number = 0;
        var sign = text is ['+' or '-', ..] ? 1 : 0;
        var rest = text.AsSpan(sign);
        if (rest.Equals("inf", StringComparison.OrdinalIgnoreCase) || rest.Equals("infinity", StringComparison.OrdinalIgnoreCase))
        {
            number = text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }

        if (text.Equals("nan", StringComparison.OrdinalIgnoreCase))
        {
            number = double.NaN;
            return true;
        }

        var isHex = rest is ['0', 'x' or 'X', _, ..];
        if (!IsNumber(rest, isHex))
        {
            return false;
        }

        var plain = text.Contains('_', StringComparison.Ordinal) ? text.Replace("_", "", StringComparison.Ordinal) : text;
        number = isHex
            ? ParseHexadecimal(plain.AsSpan(sign + 2)) * (text[0] == '-' ? -1 : 1)
            : double.Parse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture);
        return double.IsFinite(number);
    }

    /// <summary>Digits, at most one dot, an exponent, which a hexadecimal number must have; an underscore stands between digits.</summary>
    private static bool IsNumber(ReadOnlySpan<char> text, bool isHex)
    {
        var at = isHex ? 2 : 0;
        var dots = 0;
        var digits = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (IsDigit(c, isHex))
            {
                digits++;
            }
            else if (c == '_' ? !StandsBetweenDigits(text, at, isHex) : c != '.' || ++dots > 1)
            {
                break;
            }
        }

        if (digits == 0 || at == text.Length)
        {
            return digits > 0 && !isHex;
        }

        if (char.ToLowerInvariant(text[at++]) != (isHex ? 'p' : 'e'))
        {
            return false;
        }

        at += at < text.Length && text[at] is '+' or '-' ? 1 : 0;
        if (at == text.Length)
        {
            return false;
        }

        for (; at < text.Length; at++)
        {
            if (!char.IsAsciiDigit(text[at]) && !(text[at] == '_' && StandsBetweenDigits(text, at, isHex: false)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The prefix of a hexadecimal number counts as a digit.</summary>
    private static bool StandsBetweenDigits(ReadOnlySpan<char> text, int at, bool isHex) =>
        at > 0 && at + 1 < text.Length && (IsDigit(text[at - 1], isHex) || (isHex && at == 2)) && IsDigit(text[at + 1], isHex);

    private static bool IsDigit(char c, bool isHex) => isHex ? char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c);

    /// <summary>Sixteen digits count, more than a double holds.</summary>
    private static double ParseHexadecimal(ReadOnlySpan<char> text)
    {
        const int MostDigits = 16;
        var mantissa = 0UL;
        var exponent = 0;
        var (digits, at, dot) = (0, 0, false);
        for (; char.ToLowerInvariant(text[at]) != 'p'; at++)
        {
            if (text[at] == '.')
            {
                dot = true;
                continue;
            }

            var isKept = digits < MostDigits;
            mantissa = isKept ? (mantissa * 16) + (ulong)Convert.ToInt32(text[at].ToString(), 16) : mantissa;
            digits += isKept && (mantissa > 0) ? 1 : 0;
            exponent += (isKept, dot) switch { (true, true) => -4, (false, false) => 4, _ => 0 };
        }

        // As Go does, exponents beyond ten thousand are all alike.
        var isSmall = int.TryParse(text[(at + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var written) && Math.Abs(written) < 10_000;
        return Math.ScaleB(mantissa, exponent + (isSmall ? written : text[at + 1] == '-' ? -10_000 : 10_000));
    }
}
