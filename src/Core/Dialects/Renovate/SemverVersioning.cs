namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Strict semantic versions with an optional <c>v</c> (<see href="https://semver.org"/>, <c>versioning/semver</c>). What stands
/// behind a dash is a pre-release, so a distribution makes a tag unstable. It knows no ranges; npm has those.
/// </summary>
internal class SemverVersioning : Versioning
{
    /// <summary>No number of a version is larger.</summary>
    public const double LargestNumber = 9_007_199_254_740_991;

    public static readonly SemverVersioning Instance = new();

    protected SemverVersioning()
    {
    }

    public override string Name => "semver";

    /// <summary>Reads a strict version; null where it is none.</summary>
    public static Release? Strict(string text)
    {
        var at = text.StartsWith('v') ? 1 : 0;
        var numbers = new double[3];
        for (var i = 0; i < 3; i++)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
            {
                at++;
            }

            if (at == start || (text[start] == '0' && at > start + 1) || at - start > 16 || (i < 2 && (at == text.Length || text[at] != '.')))
            {
                return null;
            }

            numbers[i] = Number(text.AsSpan(start, at - start));
            if (numbers[i] > LargestNumber)
            {
                return null;
            }

            at += i < 2 ? 1 : 0;
        }

        var plus = text.IndexOf('+', at);
        var end = plus < 0 ? text.Length : plus;
        if (at < end && (text[at] != '-' || !AreIdentifiers(text.AsSpan(at + 1, end - at - 1), isBuild: false)))
        {
            return null;
        }

        return plus >= 0 && !AreIdentifiers(text.AsSpan(plus + 1), isBuild: true) ? null
            : new Release(text, numbers) { PreRelease = at < end ? text[(at + 1)..end] : "" };
    }

    /// <summary>The order of semantic versions: numbers, then pre-releases piece by piece; builds do not count.</summary>
    public static int Order(Release a, Release b)
    {
        for (var i = 0; i < 3; i++)
        {
            var order = a.Numbers[i].CompareTo(b.Numbers[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return (a.PreRelease, b.PreRelease) switch
        {
            ("", "") => 0,
            (_, "") => -1,
            ("", _) => 1,
            _ => OrderPreRelease(a.PreRelease, b.PreRelease),
        };
    }

    public override Release? Read(string text) => Strict(text.Trim());

    public override int Compare(Release a, Release b) => Order(a, b);

    public override bool IsBreaking(Release from, Release to) =>
        from.PreRelease.Length > 0 || to.PreRelease.Length > 0 || from.Numbers[0] == 0 || !IsSame(0, from, to);

    private static bool AreIdentifiers(ReadOnlySpan<char> text, bool isBuild)
    {
        foreach (var range in text.Split('.'))
        {
            var piece = text[range];
            var isNumber = true;
            foreach (var c in piece)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                {
                    return false;
                }

                isNumber &= char.IsAsciiDigit(c);
            }

            if (piece.Length == 0 || (!isBuild && isNumber && piece.Length > 1 && piece[0] == '0'))
            {
                return false;
            }
        }

        return true;
    }

    private static int OrderPreRelease(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (true)
        {
            var (endA, endB) = (a.IndexOf('.'), b.IndexOf('.'));
            var pieceA = endA < 0 ? a : a[..endA];
            var pieceB = endB < 0 ? b : b[..endB];
            var order = OrderPiece(pieceA, pieceB);
            if (order != 0 || (endA < 0 && endB < 0))
            {
                return order;
            }

            if (endA < 0 || endB < 0)
            {
                return endA < 0 ? -1 : 1;
            }

            a = a[(endA + 1)..];
            b = b[(endB + 1)..];
        }
    }

    private static int OrderPiece(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var isNumberA = !a.ContainsAnyExceptInRange('0', '9');
        var isNumberB = !b.ContainsAnyExceptInRange('0', '9');
        return isNumberA && isNumberB ? TextOrder.CompareDigits(a, b)
            : isNumberA ? -1
            : isNumberB ? 1
            : a.SequenceCompareTo(b);
    }
}
