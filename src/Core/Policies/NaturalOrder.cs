namespace Basewatch.Core.Policies;

/// <summary>The order of people: digits by the number that they are, everything else as it is written. <c>build-9</c> is before <c>build-10</c>.</summary>
internal static class NaturalOrder
{
    /// <summary>Compares two texts; 0 for such as differ in nothing but zeros before a number.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (!a.IsEmpty && !b.IsEmpty)
        {
            var inA = Digits(a);
            var inB = Digits(b);
            if (inA > 0 && inB > 0)
            {
                var x = a[..inA].TrimStart('0');
                var y = b[..inB].TrimStart('0');
                var order = x.Length != y.Length ? x.Length.CompareTo(y.Length) : x.SequenceCompareTo(y);
                if (order != 0)
                {
                    return order;
                }

                a = a[inA..];
                b = b[inB..];
                continue;
            }

            if (a[0] != b[0])
            {
                return a[0].CompareTo(b[0]);
            }

            a = a[1..];
            b = b[1..];
        }

        return a.Length.CompareTo(b.Length);
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }
}
