using System.Globalization;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Node.js (<c>versioning/node</c>): npm's grammar and the names of long-term lines (<c>hydrogen</c>). Stable is a line from the
/// day its long-term support begins; before it, a step from another unstable version of the same major is allowed. A <c>v</c> is not written again.
/// </summary>
internal sealed class NodeVersioning : NpmVersioning
{
    public static new readonly NodeVersioning Instance = new(DateTimeOffset.MaxValue);

    // First number, day from which the line is stable, name: https://github.com/nodejs/Release
    private static readonly (int Major, string Since, string Name)[] Lines =
    [
        (4, "2015-10-12", "argon"), (6, "2016-10-18", "boron"), (8, "2017-10-31", "carbon"), (10, "2018-10-30", "dubnium"), (12, "2019-10-21", "erbium"),
        (14, "2020-10-27", "fermium"), (16, "2021-10-26", "gallium"), (18, "2022-10-25", "hydrogen"), (20, "2023-10-24", "iron"), (22, "2024-10-29", "jod"),
        (24, "2025-10-28", "krypton"), (26, "2026-10-28", ""), (27, "2027-10-20", ""),
    ];

    private readonly DateTimeOffset _now;

    private NodeVersioning(DateTimeOffset now)
        : base("node") => _now = now;

    public override bool AllowsUnstableSteps => true;

    public override Versioning At(DateTimeOffset now) => new NodeVersioning(now);

    public override bool IsStable(Release release) =>
        base.IsStable(release)
        && Array.Find(Lines, l => l.Major == release.Numbers[0]) is { Since: { } since }
        && _now > DateTimeOffset.Parse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public override string? NewValue(string value, Release? current, Release next)
    {
        if (LineOf(value) is not null)
        {
            var line = Array.Find(Lines, l => l.Major == next.Numbers[0]);
            return line.Name is null or "" ? base.NewValue($"{LineOf(value)}", current, next) : line.Name;
        }

        var written = base.NewValue(value, current, next);
        return written is not null && Read(written) is not null ? WithoutSigns(written) : written;
    }

    protected override string? Normalized(string range) => LineOf(range) is { } major ? $"^{major}" : base.Normalized(range);

    private static int? LineOf(string name) =>
        name.Length > 0 && Array.Find(Lines, l => l.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Major: > 0 and var major } ? major : null;

    private static string WithoutSigns(string version)
    {
        version = version.Trim().TrimStart('v');
        var plus = version.IndexOf('+', StringComparison.Ordinal);
        return plus < 0 ? version : version[..plus];
    }
}
