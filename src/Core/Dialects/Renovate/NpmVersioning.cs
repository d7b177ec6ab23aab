namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Semantic versions and npm's ranges (<c>versioning/npm</c>). A tag of fewer than three numbers, <c>18</c> or <c>18.x</c>, is a
/// range to it: its versions are those of three numbers, and what is written for one of them has the range's form again.
/// </summary>
internal class NpmVersioning : SemverVersioning
{
    public static new readonly NpmVersioning Instance = new("npm");

    /// <summary>Helm's charts, which have no rules of their own.</summary>
    public static NpmVersioning Helm { get; } = new("helm");

    protected NpmVersioning(string name) => Name = name;

    public override string Name { get; }

    public override bool IsValid(string text) => ReadRange(text) is not null;

    public override bool IsSingle(string text) => Read(text) is not null || (text.StartsWith('=') && Read(text[1..]) is not null);

    public override Predicate<Release> Range(string text) => ReadRange(text) is { } range ? range.Contains : _ => false;

    public override bool IsBelow(Release release, string value) => ReadRange(value)?.IsAbove(release) ?? false;

    public override Release? Current(string value, List<Release> releases)
    {
        var contains = Range(value);
        Release? best = null;
        foreach (var release in releases)
        {
            if (contains(release) && (best is null || Compare(release, best) > 0))
            {
                best = release;
            }
        }

        return best ?? Read(value);
    }

    public override string? NewValue(string value, Release? current, Release next)
    {
        if (Read(value) is not null)
        {
            return next.Text;
        }

        // Renovate writes the range anew: as many numbers, and the first x or star as it stood there.
        var parts = value.TrimStart('v', '=').Split('.');
        var (major, minor) = ($"{next.Numbers[0]:F0}", $"{next.Numbers[1]:F0}");
        return parts switch
        {
            ["x" or "X" or "*" or "", ..] => null,
            [_] or [_, "X", ..] => major,
            [_, "x" or "*", ..] => $"{major}.{parts[1]}",
            [_, _, "x" or "*"] => $"{major}.{minor}.{parts[2]}",
            _ => $"{major}.{minor}",
        };
    }

    /// <summary>A range in the words that npm's grammar has; null where there are none for it.</summary>
    protected virtual string? Normalized(string range) => NpmRange.WithoutNumbersBehindX(range);

    private NpmRange? ReadRange(string text) => Normalized(text) is { } npm && NpmRange.TryRead(npm, out var range) ? range : null;
}
