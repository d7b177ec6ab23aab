using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Where to go from an image near or past its end of life.</summary>
/// <param name="Image">The successor, without a digest; null where the registry holds none.</param>
/// <param name="Reason">Why, in one sentence without a full stop.</param>
public sealed record Successor(ImageReference? Image, string Reason);

/// <summary>
/// Finds the newest maintained image of the same flavour and precision among the tags that a registry really holds:
/// <c>python:3.8-slim</c> -> <c>python:3.14-slim</c>, never <c>python:3-slim</c>. Pure.
/// </summary>
public sealed class SuccessorFinder
{
    private readonly LifecycleResolver _resolver;

    /// <summary>Creates a finder that judges by a resolver's catalogue.</summary>
    public SuccessorFinder(LifecycleResolver resolver) => _resolver = resolver;

    /// <summary>The successor of an image.</summary>
    /// <param name="image">The image in use.</param>
    /// <param name="tags">Every tag that its registry holds.</param>
    /// <param name="today">The day that is asked for, in UTC.</param>
    public Successor Find(ImageReference image, IReadOnlyList<string> tags, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(tags);
        if (image.Tag is null)
        {
            return new Successor(null, "without a tag it already follows the newest");
        }

        var tag = TagVersion.Of(image.Tag);
        var product = _resolver.ProductOf(image.Name);
        var cycle = product is null ? null : LifecycleResolver.CycleOf(product, tag);
        if (product is null || cycle is null || LifecycleResolver.StatusOf(cycle, today) is LifecycleStatus.Maintained or LifecycleStatus.Unknown)
        {
            return OnNewerDistribution(image, tag, product, cycle, tags, today);
        }

        var targets = Targets(product, cycle, today);
        if (targets.Count == 0)
        {
            return new Successor(null, $"{product.Label} has no newer maintained cycle");
        }

        foreach (var target in targets)
        {
            var found = tag.Scheme == TagScheme.Version && LifecycleResolver.LongestPrefix(product, tag.VersionText) == cycle
                ? ByVersion(tag, product, cycle, target, tags, today)
                : ByCodename(tag, target, tags);
            if (found is not null)
            {
                return new Successor(image with { Tag = found, Digest = null }, $"newest maintained {product.Label} of the same flavour: {target.Name}{Until(target)}");
            }
        }

        return new Successor(null, $"the registry holds no tag like {tag} of a maintained {product.Label}");
    }

    /// <summary>
    /// Cycles to go to, the best first: newer than the current one, released, living longer than the Ending window; of a product
    /// with long-term cycles those first. When none lives that long, those that live at all.
    /// </summary>
    private static List<Cycle> Targets(Product product, Cycle current, DateOnly today)
    {
        var newer = product.Cycles
            .Where(c => c != current && IsNewer(c, current)
                && (c.Released is null || c.Released <= today)
                && (c.Eol is { } eol ? eol > today : !c.IsEol))
            .ToList();
        newer.Sort((a, b) => IsNewer(a, b) ? -1 : IsNewer(b, a) ? 1 : 0);
        return [.. newer.OrderByDescending(c => c.IsLts).ThenByDescending(c => LifecycleResolver.StatusOf(c, today) != LifecycleStatus.Ending)];
    }

    private static bool IsNewer(Cycle a, Cycle b)
    {
        var (first, second) = (TagVersion.Of(a.Name), TagVersion.Of(b.Name));
        return first.Scheme == TagScheme.Version && second.Scheme == TagScheme.Version
            ? first.CompareVersion(second) > 0
            : a.Released > b.Released;
    }

    /// <summary>
    /// The newest tag of a cycle that is as precise beyond the cycle as the current one: 9.6 of PostgreSQL 9.6 becomes 18 of 18,
    /// 9.6.24 becomes 18.1. Where the registry has no such tag, as precise by count.
    /// </summary>
    private string? ByVersion(TagVersion current, Product product, Cycle cycle, Cycle target, IReadOnlyList<string> tags, DateOnly today)
    {
        var beyond = current.Precision - Parts(cycle);
        var candidates = tags.Select(TagVersion.Of)
            .Where(t => t.Scheme == TagScheme.Version && !t.IsPreRelease && t.Prefix == current.Prefix
                && (t.BuildWord is null) == (current.BuildWord is null)
                && LifecycleResolver.LongestPrefix(product, t.VersionText) == target)
            .ToList();
        return Best(current, candidates.Where(t => t.BuildWord == "_" || t.Precision == Parts(target) + beyond), today)
            ?? Best(current, candidates.Where(t => t.Precision == current.Precision), today);
    }

    private static int Parts(Cycle cycle) => cycle.Name.Split('.').Length;

    /// <summary>The newest candidate with the current suffix, or with the same on a newer distribution, that is not near the end of its distribution; if there is none, not past it.</summary>
    private string? Best(TagVersion current, IEnumerable<TagVersion> candidates, DateOnly today)
    {
        var all = candidates.ToList();
        return Best(current, all, t => IsAlive(t, today)) ?? Best(current, all, t => DistributionStatus(t, today) != LifecycleStatus.Ended);
    }

    private string? Best(TagVersion current, List<TagVersion> candidates, Func<TagVersion, bool> lives)
    {
        var isAlive = lives(current);
        var distribution = DistributionSuffix.Find(current.Suffix);
        (TagVersion Tag, DistributionSuffix? Release)? best = null;
        foreach (var candidate in candidates)
        {
            var isSame = candidate.Suffix == current.Suffix;
            DistributionSuffix? release = !isSame && distribution is { } from && DistributionSuffix.Find(candidate.Suffix) is { } to && from.IsFollowedBy(to) ? to : null;
            if ((!isSame && (release is null || _resolver.DistributionOf(candidate) is null)) || !lives(candidate))
            {
                // Nobody is sent to a distribution that the catalogue does not have: it is not released yet.
                continue;
            }

            if (best is not { } other || Compare(candidate, release, other.Tag, other.Release) > 0)
            {
                best = (candidate, release);
            }
        }

        return best?.Tag.Text;

        int Compare(TagVersion a, DistributionSuffix? aRelease, TagVersion b, DistributionSuffix? bRelease)
        {
            // The current distribution first where it lives, then the newest version, then the newest distribution.
            var order = isAlive ? (a.Suffix == current.Suffix).CompareTo(b.Suffix == current.Suffix) : 0;
            order = order != 0 ? order : a.CompareVersion(b);
            order = order != 0 || aRelease is null || bRelease is null ? order : aRelease.Value.CompareRelease(bRelease.Value);
            return order != 0 ? order : string.CompareOrdinal(a.Text, b.Text);
        }
    }

    private LifecycleStatus DistributionStatus(TagVersion tag, DateOnly today) => LifecycleResolver.StatusOf(_resolver.DistributionOf(tag)?.Cycle, today);

    private bool IsAlive(TagVersion tag, DateOnly today) => DistributionStatus(tag, today) is LifecycleStatus.Maintained or LifecycleStatus.Unknown;

    /// <summary><c>bullseye-slim</c> -> <c>trixie-slim</c>; of dated tags the newest date.</summary>
    private static string? ByCodename(TagVersion current, Cycle target, IReadOnlyList<string> tags)
    {
        if (LifecycleResolver.CodenameOf(target) is not { } codename)
        {
            return null;
        }

        var rest = current.Text[LifecycleResolver.FirstPiece(current.Text).Length..];
        if (!current.IsOrdered)
        {
            return tags.FirstOrDefault(t => t == codename + rest);
        }

        var prefix = codename + current.Prefix[LifecycleResolver.FirstPiece(current.Prefix).Length..];
        return tags.Select(TagVersion.Of)
            .Where(t => t.Prefix == prefix && t.Scheme == current.Scheme && t.Form == current.Form && t.Precision == current.Precision && t.Suffix == current.Suffix && t.BuildWord == current.BuildWord)
            .Aggregate((TagVersion?)null, (a, b) => a is null || b.CompareVersion(a) > 0 ? b : a)?.Text;
    }

    /// <summary>The product lives, or nothing is known of it: the same on a maintained distribution.</summary>
    private Successor OnNewerDistribution(ImageReference image, TagVersion current, Product? product, Cycle? cycle, IReadOnlyList<string> tags, DateOnly today)
    {
        if (IsAlive(current, today))
        {
            return new Successor(null, "nothing of it that is known is near its end");
        }

        var found = current.IsOrdered
            ? Best(current, tags.Select(TagVersion.Of).Where(t => t.IsWrittenLike(current) && !t.IsPreRelease && t.CompareVersion(current) >= 0
                && (cycle is null ? t.FirstDifference(current) != 0 : LifecycleResolver.CycleOf(product!, t) == cycle)), today)
            : ByName(current, tags, today);
        return found is null
            ? new Successor(null, $"the registry holds no tag like {current} on a maintained distribution")
            : new Successor(image with { Tag = found, Digest = null }, "the same on a maintained distribution");
    }

    /// <summary>A tag that is a name and a distribution: <c>alpine3.17</c>, <c>slim-bullseye</c>.</summary>
    private string? ByName(TagVersion current, IReadOnlyList<string> tags, DateOnly today)
    {
        if (DistributionSuffix.Find(current.Text) is not { } from)
        {
            return null;
        }

        (string Tag, DistributionSuffix Release)? best = null;
        foreach (var tag in tags)
        {
            if (DistributionSuffix.Find(tag) is { } to && from.IsFollowedBy(to) && IsAlive(TagVersion.Of(tag), today)
                && (best is not { } other || to.CompareRelease(other.Release) > 0))
            {
                best = (tag, to);
            }
        }

        return best?.Tag;
    }

    private static string Until(Cycle cycle) => cycle.Eol is { } eol ? $", maintained until {eol:yyyy-MM-dd}" : "";
}
