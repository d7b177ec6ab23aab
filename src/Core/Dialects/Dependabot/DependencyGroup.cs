using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>A group of an entry (<c>common/lib/dependabot/dependency_group.rb</c>).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Patterns">The images in it; null: all.</param>
/// <param name="ExcludePatterns">The images that are not.</param>
/// <param name="Kinds">The kinds of update that it is for; null: all.</param>
/// <param name="ByName">Whether each image has a pull request of its own, for all folders.</param>
internal sealed record DependencyGroup(string Name, IReadOnlyList<string>? Patterns, IReadOnlyList<string> ExcludePatterns, IReadOnlyList<UpdateKind>? Kinds, bool ByName)
{
    // pattern_specificity_calculator.rb
    private const int Exact = 1000;
    private const int WithoutStars = 500;
    private const int WithStars = 100;
    private const int EachStar = 10;
    private const int ShortPattern = 5;

    private static readonly UpdateKind[] Steps = [UpdateKind.Major, UpdateKind.Minor, UpdateKind.Patch];

    /// <summary>The group that an image's updates travel in, or none, and those of the kinds that travel in another.</summary>
    /// <param name="groups">The groups in order.</param>
    /// <param name="image">The image as the tool names it.</param>
    public static (string? Name, IReadOnlyDictionary<UpdateKind, string> ByKind) NamesFor(IReadOnlyList<DependencyGroup> groups, string image)
    {
        List<DependencyGroup> own = [.. Of(groups, image).OrderBy(g => g.ByName)];
        var rest = own.FindIndex(g => g.Kinds is null);
        var byKind = new Dictionary<UpdateKind, string>();
        foreach (var kind in Steps)
        {
            // What only a digest tells is of no kind, so that groups for some kinds do not have it.
            var at = own.FindIndex(g => g.Kinds?.Contains(kind) != false);
            if (at >= 0 && at != rest)
            {
                byKind[kind] = own[at].NameFor(image);
            }
        }

        return (rest < 0 ? null : own[rest].NameFor(image), byKind);
    }

    /// <summary>
    /// The groups that an image is in: all that hold it, but for those with patterns where another one names it more exactly
    /// (<c>dependency_group_engine.rb</c>). Groups by name have no images of their own but one group for each.
    /// </summary>
    private static IEnumerable<DependencyGroup> Of(IReadOnlyList<DependencyGroup> groups, string image)
    {
        List<(DependencyGroup Group, int Exactness)> holding = [.. groups.Where(g => g.Holds(image)).Select(g => (g, g.ExactnessFor(image)))];
        var most = holding.Count == 0 ? 0 : holding.Max(h => h.Exactness);
        foreach (var (group, exactness) in holding)
        {
            var isOutdone = !group.ByName && group.Patterns is not null && exactness < Exact && exactness < most
                && holding.Exists(h => h.Exactness > exactness && (group.Kinds is null || h.Group.Kinds is null || group.Kinds.Intersect(h.Group.Kinds).Any()));
            if (!isOutdone)
            {
                yield return group;
            }
        }
    }

    private bool Holds(string image) =>
        !ExcludePatterns.Any(p => NamePattern.Matches(p, image)) && Patterns?.Any(p => NamePattern.Matches(p, image)) != false;

    private int ExactnessFor(string image) =>
        Patterns is null ? WithoutStars : Patterns.Where(p => NamePattern.Matches(p, image)).Select(p => ExactnessOf(p, image)).DefaultIfEmpty().Max();

    private static int ExactnessOf(string pattern, string image)
    {
        var stars = pattern.Count(c => c == '*');
        return pattern == image ? Exact
            : pattern == "*" ? 1
            : stars == 0 ? WithoutStars
            : Math.Max(1, WithStars - (stars * EachStar) + Math.Max(0, pattern.Length - ShortPattern));
    }

    private string NameFor(string image) => ByName ? $"{Name}/{image}" : Name;
}
