namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// The first numbers in a text, up to three, as a semantic version (<c>versioning/semver-coerced</c>): <c>1.2-alpine</c> is
/// 1.2.0. A number with a zero before it makes none: <c>20.04</c>. What stands behind the numbers decides nothing but whether a tag is stable.
/// </summary>
internal class SemverCoercedVersioning : Versioning
{
    private const int MostDigits = 16;

    public static readonly SemverCoercedVersioning Instance = new();

    protected SemverCoercedVersioning()
    {
    }

    public override string Name => "semver-coerced";

    /// <summary>The first numbers of a text as a semantic version; null where there are none.</summary>
    public static Release? Coerce(string text)
    {
        var at = 0;
        while (at < text.Length)
        {
            if (!char.IsAsciiDigit(text[at]))
            {
                at++;
                continue;
            }

            var end = EndOfDigits(text, at);
            if (end - at <= MostDigits)
            {
                return FromNumbers(text, at);
            }

            at = end;
        }

        return null;
    }

    public override Release? Read(string text) => Coerce(text);

    public override bool IsSingle(string text) => text.Length > 0 && (text[0] == 'v' || char.IsAsciiDigit(text[0])) && IsValid(text);

    public override int Compare(Release a, Release b) => SemverVersioning.Order(a, b);

    public override bool IsStable(Release release)
    {
        // Up to three numbers are filled up with zeros, and the whole has to be a strict version without a pre-release.
        var text = release.Text;
        var at = text.StartsWith('v') ? 1 : 0;
        var end = EndOfDigits(text, at);
        if (end == at)
        {
            return false;
        }

        var numbers = 1;
        while (numbers < 3 && end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            end = EndOfDigits(text, end + 1);
            numbers++;
        }

        var filled = string.Concat(text.AsSpan(at, end - at), numbers switch { 1 => ".0.0", 2 => ".0", _ => "" }, text.AsSpan(end));
        return SemverVersioning.Strict(filled) is { PreRelease.Length: 0 };
    }

    public override bool IsBreaking(Release from, Release to) => SemverVersioning.Instance.IsBreaking(from, to);

    public override Predicate<Release> Range(string text) => NpmRange.TryRead(Widened(text), out var range) ? range.Contains : _ => false;

    public override bool IsBelow(Release release, string value) => NpmRange.TryRead(Widened(value), out var range) && range.IsAbove(release);

    public override Release? Current(string value, List<Release> releases)
    {
        if (!NpmRange.TryRead(Widened(value), out var range))
        {
            return Read(value);
        }

        Release? best = null;
        var only = 0;
        foreach (var release in releases)
        {
            if (range.Contains(release))
            {
                only++;
                best = best is null || Compare(release, best) > 0 ? release : best;
            }
        }

        // Of several, Renovate takes the newest without what stands behind its numbers.
        return best is null ? Read(value)
            : only == 1 ? best
            : SemverVersioning.Strict(best.Text) is not null ? best
            : best with { Text = $"{best.Numbers[0]}.{best.Numbers[1]}.{best.Numbers[2]}" };
    }

    /// <summary>The range that a text stands for.</summary>
    protected virtual string Widened(string text) => text;

    private static int EndOfDigits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    private static Release? FromNumbers(string text, int at)
    {
        var numbers = new double[3];
        for (var i = 0; i < 3; i++)
        {
            var end = EndOfDigits(text, at);
            if (end == at || end - at > MostDigits)
            {
                break;
            }

            numbers[i] = Number(text.AsSpan(at, end - at));
            if ((text[at] == '0' && end > at + 1) || numbers[i] > SemverVersioning.LargestNumber)
            {
                return null;
            }

            if (end == text.Length || text[end] != '.')
            {
                break;
            }

            at = end + 1;
        }

        return new Release(text, numbers);
    }
}
