namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// The order that Renovate's <c>localeCompare</c> gives to the characters of tags: the root collation of Unicode
/// (<see href="https://www.unicode.org/reports/tr35/tr35-collation.html"/>), where <c>_</c>, <c>-</c>, <c>.</c>, digits and
/// letters follow each other and case decides last, the small letter first. Written out, so that it is the same on every machine.
/// </summary>
internal static class TextOrder
{
    /// <summary>Compares two texts; with <paramref name="numeric"/>, runs of digits count as numbers.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b, bool numeric = false)
    {
        var lastly = 0;
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            if (numeric && char.IsAsciiDigit(a[i]) && char.IsAsciiDigit(b[j]))
            {
                var order = CompareDigits(TakeDigits(a, ref i), TakeDigits(b, ref j));
                if (order != 0)
                {
                    return order;
                }

                continue;
            }

            var primary = Rank(a[i]).CompareTo(Rank(b[j]));
            if (primary != 0)
            {
                return primary;
            }

            lastly = lastly != 0 ? lastly : b[j].CompareTo(a[i]);
            i++;
            j++;
        }

        var rest = (a.Length - i).CompareTo(b.Length - j);
        return rest != 0 ? rest : lastly;
    }

    /// <summary>Compares two runs of digits as numbers, however long.</summary>
    public static int CompareDigits(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    private static ReadOnlySpan<char> TakeDigits(ReadOnlySpan<char> text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[start..at];
    }

    private static int Rank(char c) => c switch { '_' => 0, '-' => 1, '.' => 2, _ => char.ToLowerInvariant(c) };
}
