using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Lifecycle;

/// <summary>Where to go from an image near or past its end of life.</summary>
/// <param name="Image">The successor, without a digest; null where the registry holds none.</param>
/// <param name="Reason">Why, in one sentence without a full stop.</param>
public sealed record Successor(ImageReference? Image, string Reason)
{
    /// <summary>
    /// The steps to it, itself the last: one alone where the product goes from any version to any. One without an image is a version
    /// to stop at that the registry does not hold in this flavour.
    /// </summary>
    public IReadOnlyList<SuccessorStep> Steps { get; init; } = [];

    /// <summary>Which way the product goes, where its makers say so.</summary>
    public UpgradePath? Path { get; init; }

    /// <summary>Where to go first; null where there is nowhere to go, or the registry does not hold it.</summary>
    public ImageReference? Next => Steps.Count == 0 ? Image : Steps[0].Image;
}

/// <summary>A step on the way to a successor.</summary>
/// <param name="Version">What to stop at: <c>8.0</c>.</param>
/// <param name="Image">The image of it, without a digest; null where the registry does not hold it.</param>
public sealed record SuccessorStep(string Version, ImageReference? Image);

/// <summary>
/// Finds the newest maintained image of the same flavour among the tags that a registry really holds, as precise as there is:
/// <c>python:3.8-slim</c> -> <c>python:3.14.2-slim</c>, never <c>python:3-slim</c>. Pure.
/// </summary>
public sealed class SuccessorFinder
{
    private readonly LifecycleResolver _resolver;

    /// <summary>Creates a finder that judges by a resolver's catalogue.</summary>
    public SuccessorFinder(LifecycleResolver resolver) => _resolver = resolver;

    /// <summary>The successor of an image.</summary>
    /// <param name="image">The image in use.</param>
    /// <param name="tags">Every tag that its registry holds and that may be taken.</param>
    /// <param name="today">The day that is asked for, in UTC.</param>
    /// <param name="prefer">Which maintained cycle is preferred.</param>
    /// <param name="ships">The image whose product it ships, where its own name does not say so: <c>vault</c> of <c>hashicorp/vault</c>.</param>
    public Successor Find(ImageReference image, IReadOnlyList<string> tags, DateOnly today, SuccessorPreference prefer = SuccessorPreference.Lts, ImageName? ships = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(tags);
        if (image.Tag is null)
        {
            return new Successor(null, "without a tag it already follows the newest");
        }

        var tag = TagVersion.Of(image.Tag);
        var product = _resolver.ProductOf(image.Name) ?? (ships is null ? null : _resolver.ProductOf(ships));
        var cycle = product is null ? null : LifecycleResolver.CycleOf(product, tag);
        if (product is null || cycle is null || LifecycleResolver.StatusOf(cycle, today) is LifecycleStatus.Maintained or LifecycleStatus.Unknown)
        {
            return OnNewerDistribution(image, tag, product, cycle, tags, today);
        }

        var targets = Targets(product, cycle, today, prefer);
        if (targets.Count == 0)
        {
            return new Successor(null, $"{product.Label} has no newer maintained cycle");
        }

        var isVersion = tag.Scheme == TagScheme.Version && LifecycleResolver.LongestPrefix(product, tag.VersionText) == cycle;
        foreach (var target in targets)
        {
            var found = isVersion
                ? ByVersion(tag, cycle, target, Alike(tag, tags).Where(t => LifecycleResolver.LongestPrefix(product, t.VersionText) == target), today)
                : ByCodename(tag, target, tags);
            if (found is not null)
            {
                var path = UpgradePath.Of(product.Name);
                var successor = image with { Tag = found, Digest = null };
                return new Successor(successor, $"newest maintained {product.Label} of the same flavour: {target.Name}{Until(target)}")
                {
                    Path = path,
                    Steps = [.. path is null || !isVersion ? [] : StepsBetween(image, tag, TagVersion.Of(found), product, path, tags, today), new SuccessorStep(target.Name, successor)],
                };
            }
        }

        return new Successor(null, $"the registry holds no tag like {tag} of a maintained {product.Label}");
    }

    /// <summary>
    /// Cycles to go to, the best first: newer than the current one, released, living longer than the Ending window; of a product
    /// with long-term cycles those first, if they are preferred. When none lives that long, those that live at all.
    /// </summary>
    private static List<Cycle> Targets(Product product, Cycle current, DateOnly today, SuccessorPreference prefer)
    {
        var newer = product.Cycles
            .Where(c => c != current && IsNewer(c, current)
                && (c.Released is null || c.Released <= today)
                && (c.Eol is { } eol ? eol > today : !c.IsEol))
            .ToList();
        newer.Sort((a, b) => IsNewer(a, b) ? -1 : IsNewer(b, a) ? 1 : 0);
        return [.. newer.OrderByDescending(c => prefer == SuccessorPreference.Lts && c.IsLts).ThenByDescending(c => LifecycleResolver.StatusOf(c, today) != LifecycleStatus.Ending)];
    }

    /// <summary>What is stopped at on the way, as precise as there is.</summary>
    private IEnumerable<SuccessorStep> StepsBetween(ImageReference image, TagVersion from, TagVersion to, Product product, UpgradePath path, IReadOnlyList<string> tags, DateOnly today)
    {
        var alike = Alike(from, tags).ToList();
        foreach (var stop in path.Between(from, to, product))
        {
            var best = Precise(from, [.. alike.Where(t => t.Precision > stop.Count && UpgradePath.Compare(t.Numbers, stop) == 0)], today, mayEnd: true)
                ?? Precise(from, [.. alike.Where(t => t.Precision == stop.Count && UpgradePath.Compare(t.Numbers, stop) == 0)], today, mayEnd: true);
            if (best is not null && TagVersion.Of(best).CompareVersion(from) <= 0)
            {
                // It is at the last minor version already.
                continue;
            }

            yield return new SuccessorStep(string.Join('.', stop), best is null ? null : image with { Tag = best, Digest = null });
        }
    }

    /// <summary>Releases whose tags are written like one, whatever their precision.</summary>
    private static IEnumerable<TagVersion> Alike(TagVersion current, IReadOnlyList<string> tags) => tags.Select(TagVersion.Of)
        .Where(t => t.Scheme == TagScheme.Version && !t.IsPreRelease && t.Prefix == current.Prefix
            && ((t.BuildWord is null) == (current.BuildWord is null) || (current.BuildWord is null && t.BuildWord == "_")));

    private static bool IsNewer(Cycle a, Cycle b)
    {
        var (first, second) = (TagVersion.Of(a.Name), TagVersion.Of(b.Name));
        return first.Scheme == TagScheme.Version && second.Scheme == TagScheme.Version
            ? first.CompareVersion(second) > 0
            : a.Released > b.Released;
    }

    /// <summary>
    /// The most precise tag of a cycle: a full version, where the registry has one of that flavour. Else one as precise beyond the
    /// cycle as the current one: 9.6 of PostgreSQL 9.6 becomes 18 of 18.
    /// </summary>
    private string? ByVersion(TagVersion current, Cycle cycle, Cycle target, IEnumerable<TagVersion> candidates, DateOnly today)
    {
        var all = candidates.ToList();
        var beyond = current.Precision - Parts(cycle);
        return Precise(current, [.. all.Where(t => t.Precision >= current.Precision || t.BuildWord == "_" || t.Precision >= Parts(target) + beyond)], today, mayEnd: false);
    }

    /// <summary>
    /// The newest of the flavour that is not near the end of its distribution; if there is none, not past it. Of tags that name the
    /// same version the most precise.
    /// </summary>
    private string? Precise(TagVersion current, List<TagVersion> candidates, DateOnly today, bool mayEnd) =>
        Best(current, candidates, t => IsAlive(t, today))
        ?? Best(current, candidates, t => DistributionStatus(t, today) != LifecycleStatus.Ended)
        ?? (mayEnd ? Best(current, candidates, _ => true) : null);

    private static int Parts(Cycle cycle) => cycle.Name.Split('.').Length;

    /// <summary>The newest candidate with the current suffix, or with the same on a newer distribution, of those that live.</summary>
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
            order = order != 0 ? order : Newest(a, b);
            order = order != 0 || aRelease is null || bRelease is null ? order : aRelease.Value.CompareRelease(bRelease.Value);
            return order != 0 ? order : string.CompareOrdinal(a.Text, b.Text);
        }
    }

    /// <summary>The newer version; where one names all releases of the other, as 3.14 does of 3.14.2, the other.</summary>
    private static int Newest(TagVersion a, TagVersion b) =>
        UpgradePath.Compare(a.Numbers, b.Numbers) is var order and not 0 ? order
        : a.Precision != b.Precision ? a.Precision.CompareTo(b.Precision)
        : (a.Build.Count > 0) != (b.Build.Count > 0) ? a.Build.Count.CompareTo(b.Build.Count)
        : a.CompareVersion(b);

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
            ? Precise(current, [.. tags.Select(TagVersion.Of).Where(t => t.Suffix != current.Suffix && t.IsWrittenLike(current) && !t.IsPreRelease && t.CompareVersion(current) >= 0
                && (cycle is null ? t.FirstDifference(current) != 0 : LifecycleResolver.CycleOf(product!, t) == cycle))], today, mayEnd: false)
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
