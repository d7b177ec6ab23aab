namespace Basewatch.Core.Packages;

/// <summary>Runs of digits as numbers of any length.</summary>
internal static class NumberRun
{
    /// <summary>Compares the runs at two places, either of which may be empty, and goes behind them.</summary>
    public static int Compare(ReadOnlySpan<char> a, ref int i, ReadOnlySpan<char> b, ref int j)
    {
        var first = Take(a, ref i);
        var second = Take(b, ref j);
        return first.Length.CompareTo(second.Length) is not 0 and var lengths ? lengths : first.SequenceCompareTo(second);
    }

    /// <summary>Compares two numbers.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var (i, j) = (0, 0);
        return Compare(a, ref i, b, ref j);
    }

    /// <summary>The digits from a place on, without the zeros that lead them.</summary>
    private static ReadOnlySpan<char> Take(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && text[at] == '0')
        {
            at++;
        }

        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[start..at];
    }
}
