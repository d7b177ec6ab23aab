namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Debian's releases by number, name, role (<c>stable</c>, <c>oldstable</c>, <c>oldoldstable</c>) or name and day
/// (<c>versioning/debian</c>). Stable is what is released and has long-term support yet. Its oddities: a point release
/// (<c>12.5</c>) is no version, days do not count when sorting, and for a tag with a day the number alone is written.
/// </summary>
internal sealed class DebianVersioning : Versioning
{
    private static readonly string[] Roles = ["stable", "oldstable", "oldoldstable"];

    private static readonly DistributionReleases Releases = DistributionReleases.Debian;

    public static readonly DebianVersioning Instance = new(DateTimeOffset.MaxValue);

    private readonly DateTimeOffset _now;
    private readonly DistributionRelease?[] _byRole;

    private DebianVersioning(DateTimeOffset now) => (_now, _byRole) = (now, Array.ConvertAll(Roles, r => Releases.Latest(Array.IndexOf(Roles, r), now)));

    public override string Name => "debian";

    public override Versioning At(DateTimeOffset now) => new DebianVersioning(now);

    public override Release? Read(string text)
    {
        var match = Dated.Match(text);
        var version = VersionOf(match.Success ? match.Groups["name"].Value : text);
        if (Releases.Find(version) is not { } found || (match.Success ? !Releases.IsName(match.Groups["name"].Value) : !found.IsBegun(_now)))
        {
            return null;
        }

        var at = 0;
        return new Release(text, Dotted(version, ref at))
        {
            Compatibility = version,
            Day = match.Success ? Number(match.Groups["day"].ValueSpan) : null,
            Suffix = match.Success ? match.Groups["suffix"].Value : "",
        };
    }

    public override bool AreEqual(Release a, Release b) => Nullable.Equals(a.Day, b.Day) && a.Suffix == b.Suffix && Compare(a, b) == 0;

    public override bool IsGreater(Release a, Release b)
    {
        if (a.Day is null && b.Day is null)
        {
            return Compare(a, b) > 0;
        }

        var order = (a.Major ?? 0).CompareTo(b.Major ?? 0);
        order = order != 0 ? order : (a.Minor ?? 0).CompareTo(b.Minor ?? 0);
        order = order != 0 ? order : (a.Day ?? 0).CompareTo(b.Day ?? 0);
        return (order != 0 ? order : string.CompareOrdinal(a.Suffix, b.Suffix)) > 0;
    }

    public override bool IsStable(Release release) => Releases.Find(release.Compatibility ?? "") is { } found && found.IsReleased(_now) && !found.IsEnded(_now);

    public override string? NewValue(string value, Release? current, Release next)
    {
        var isRole = Array.IndexOf(Roles, next.Text) >= 0;
        if (Array.IndexOf(Roles, value) >= 0)
        {
            var role = Array.FindIndex(_byRole, r => r?.Version == next.Text);
            return role < 0 ? next.Text : Roles[role];
        }

        return Releases.IsName(value)
            ? Releases.NameOf(isRole || next.Day is not null ? next.Compatibility! : next.Text)
            : isRole || next.Day is not null ? next.Compatibility : Releases.VersionOf(next.Text);
    }

    private string VersionOf(string text) => Array.IndexOf(Roles, text) is var role and >= 0 ? _byRole[role]?.Version ?? text : Releases.VersionOf(text);
}
