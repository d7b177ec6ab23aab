using System.Globalization;
using System.Numerics;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Up to six numbers and anything behind them, which goes below nothing behind them, but is never unstable (<c>versioning/loose</c>).</summary>
internal sealed class LooseVersioning : Versioning
{
    private const int MostNumbers = 6;

    /// <summary>The largest number up to which a double is exact.</summary>
    private const double LargestExact = 9_007_199_254_740_991;

    public static readonly LooseVersioning Instance = new();

    public override string Name => "loose";

    public override Release? Read(string text)
    {
        if (IsCommit(text))
        {
            return null;
        }

        var at = text.Length > 0 && text[0] is 'v' or 'V' ? 1 : 0;
        var numbers = Dotted(text, ref at);
        return numbers.Length is 0 or > MostNumbers ? null : new Release(text, numbers) { Suffix = text[at..] };
    }

    public override int Compare(Release a, Release b)
    {
        for (var i = 0; i < Math.Max(a.Numbers.Length, b.Numbers.Length); i++)
        {
            if (i >= a.Numbers.Length || i >= b.Numbers.Length)
            {
                return a.Numbers.Length.CompareTo(b.Numbers.Length);
            }

            var order = CompareNumber(a, b, i);
            if (order != 0)
            {
                return order;
            }
        }

        return (a.Suffix, b.Suffix) switch
        {
            ("", "") => 0,
            (_, "") => -1,
            ("", _) => 1,
            _ => TextOrder.Compare(a.Suffix, b.Suffix, numeric: true),
        };
    }

    public override bool IsStable(Release release) => true;

    public override bool IsSame(int section, Release a, Release b) =>
        section >= a.Numbers.Length || section >= b.Numbers.Length
            ? (a.Section(section) ?? 0).Equals(b.Section(section) ?? 0)
            : CompareNumber(a, b, section) == 0;

    private static int CompareNumber(Release a, Release b, int index) =>
        a.Numbers[index] <= LargestExact || b.Numbers[index] <= LargestExact
            ? a.Numbers[index].CompareTo(b.Numbers[index])
            : Exact(a, index).CompareTo(Exact(b, index));

    private static BigInteger Exact(Release release, int index)
    {
        var text = release.Text.TrimStart('v', 'V');
        return BigInteger.Parse(text.AsSpan(0, text.Length - release.Suffix.Length).ToString().Split('.')[index], NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
