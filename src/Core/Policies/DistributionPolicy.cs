using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The same on the newest release of the Linux distribution: <c>3.12-slim-bookworm</c> to <c>3.12-slim-trixie</c>,
/// <c>alpine3.18</c> to <c>alpine3.20</c>, <c>jammy</c> to <c>noble</c>. Nothing else in the tag moves, but for a day, which no
/// two distributions may have in common.
/// </summary>
public sealed class DistributionPolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "distribution";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Current is not { } current)
        {
            return Verdict.Stay("without a tag there is no distribution to leave");
        }

        if (DistributionSuffix.Find(current) is not { } from)
        {
            return Verdict.Stay($"{current} names no release of a Linux distribution");
        }

        var day = Day(from);
        (string Tag, DistributionSuffix Release, TagVersion? Day)? best = null;
        foreach (var tag in question.Candidates)
        {
            if (!tag.StartsWith(from.Before, StringComparison.Ordinal)
                || DistributionSuffix.Find(tag) is not { } to || !from.IsOlderReleaseOf(to) || from.Before != to.Before)
            {
                continue;
            }

            var its = day is null ? null : Day(to);
            if (day is null ? from.After == to.After : its is not null && its.IsWrittenLike(day) && its.Suffix == day.Suffix && its.CompareVersion(day) >= 0)
            {
                best = best is { } other && Compare((tag, to, its), other) <= 0 ? best : (tag, to, its);
            }
        }

        return best is { } found
            ? new Verdict(found.Tag, UpdateKind.Major, "the same on the newest release of its distribution")
            : Verdict.Stay($"{current} is not there on a newer release of its distribution");
    }

    /// <summary>The day behind a distribution, with what follows it: <c>bookworm-20240110-slim</c>.</summary>
    private static TagVersion? Day(DistributionSuffix release) =>
        release.After.Length > 1 && TagVersion.Of(release.After[1..]) is { Scheme: TagScheme.Date, Prefix: "" } day ? day : null;

    private static int Compare((string Tag, DistributionSuffix Release, TagVersion? Day) a, (string Tag, DistributionSuffix Release, TagVersion? Day) b)
    {
        var order = a.Release.CompareRelease(b.Release);
        order = order != 0 || a.Day is null || b.Day is null ? order : a.Day.CompareVersion(b.Day);
        return order != 0 ? order : string.CompareOrdinal(a.Tag, b.Tag);
    }
}
