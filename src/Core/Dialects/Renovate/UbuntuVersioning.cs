namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Ubuntu's releases by number, name, or name and day (<c>versioning/ubuntu</c>). Stable are those of April of an even year; a tag
/// with a day is none, so it goes to another day of its own release only. What is written is a name where a name stood.
/// </summary>
internal sealed class UbuntuVersioning : Versioning
{
    public static readonly UbuntuVersioning Instance = new(DateTimeOffset.MaxValue);

    private static readonly DistributionReleases Releases = DistributionReleases.Ubuntu;

    private readonly DateTimeOffset _now;

    private UbuntuVersioning(DateTimeOffset now) => _now = now;

    public override string Name => "ubuntu";

    public override Versioning At(DateTimeOffset now) => new UbuntuVersioning(now);

    public override Release? Read(string text)
    {
        var match = Dated.Match(text);
        var version = Releases.VersionOf(match.Success ? match.Groups["name"].Value : text);
        double[] numbers = [];
        if (IsNumber(version))
        {
            var at = 0;
            numbers = Dotted(version, ref at);
        }

        return match.Success ? new Release(text, numbers) { Day = Number(match.Groups["day"].ValueSpan), Suffix = match.Groups["suffix"].Value, Compatibility = version }
            : numbers.Length > 0 || Releases.IsName(text) ? new Release(text, numbers) { Compatibility = version }
            : null;
    }

    public override int Compare(Release a, Release b) => AreEqual(a, b) ? 0 : IsGreater(a, b) ? 1 : -1;

    public override bool AreEqual(Release a, Release b) =>
        Nullable.Equals(a.Day, b.Day) && a.Suffix == b.Suffix && a.Compatibility == b.Compatibility && (a.Numbers.Length > 0 || Releases.IsName(a.Compatibility ?? ""));

    public override bool IsGreater(Release a, Release b)
    {
        var order = (a.Major ?? 0).CompareTo(b.Major ?? 0);
        order = order != 0 ? order : (a.Minor ?? 0).CompareTo(b.Minor ?? 0);
        order = order != 0 ? order : (a.Day ?? 0).CompareTo(b.Day ?? 0);
        order = order != 0 ? order : string.CompareOrdinal(a.Suffix, b.Suffix);
        return (order != 0 ? order : (a.Patch ?? 0).CompareTo(b.Patch ?? 0)) > 0;
    }

    /// <summary>Renovate goes back to no older release of Ubuntu.</summary>
    public override bool IsBelow(Release release, string value) => false;

    public override bool IsStable(Release release) =>
        release is { Day: null, Minor: 4, Compatibility: { } version } && release.Major % 2 == 0
        && Releases.Find(string.Join('.', version.Split('.')[..2])) is { } found && found.IsReleased(_now);

    public override Release? Current(string value, List<Release> releases)
    {
        if (Read(value) is not { } current)
        {
            return null;
        }

        var equal = releases.FindAll(r => AreEqual(r, current));
        return equal.Count == 1 ? equal[0] : current;
    }

    public override string? NewValue(string value, Release? current, Release next) =>
        Releases.IsName(value) ? Releases.NameOf(next.Text) : Releases.VersionOf(next.Text);

    /// <summary><c>22.04</c>, <c>22.04.1</c>, from 04 on; Renovate's expression leaves out the first, <c>4.10</c>.</summary>
    private static bool IsNumber(string text)
    {
        var parts = text.Split('.');
        return parts.Length is 2 or 3
            && parts[0] is ['0', '4' or '5'] or [>= '6' and <= '9'] or [>= '1' and <= '9', _]
            && parts[1].Length == 2 && (parts.Length == 2 || parts[2].Length is 1 or 2)
            && Array.TrueForAll(parts, p => !p.AsSpan().ContainsAnyExceptInRange('0', '9'));
    }
}
