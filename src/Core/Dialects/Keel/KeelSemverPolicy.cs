using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Keel's <c>all</c>, <c>major</c>, <c>minor</c> and <c>patch</c> (internal/policy/semver.go) as its poll trigger asks them
/// (trigger/poll/multi_tags_watcher.go): of the versions from the newest down, the first that is newer and near enough. Of equal
/// versions (<c>1.5</c>, <c>1.5.0</c>, <c>v1.5.0</c>) the first listed counts.
/// </summary>
/// <param name="furthest">How far it may go: a patch, a minor or a major step.</param>
/// <param name="matchPreRelease">Whether the pre-release has to stay letter for letter the same.</param>
internal sealed class KeelSemverPolicy(UpdateKind furthest, bool matchPreRelease) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "keel";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current ?? KeelStep.DefaultTag;
        var isAnyNewer = current == KeelStep.DefaultTag;
        if (!KeelVersion.TryParse(current, out var from) && !isAnyNewer)
        {
            return Verdict.Stay($"{Excerpt.Of(current)} is no version");
        }

        KeelVersion best = default;
        KeelVersion refused = default;
        foreach (var tag in question.Candidates)
        {
            // A number alone (3050) is no version, but 3-rc.1 is: a dot is looked for anywhere.
            if (!tag.Contains('.', StringComparison.Ordinal) || !KeelVersion.TryParse(tag, out var candidate)
                || (!isAnyNewer && candidate.CompareWith(from) <= 0))
            {
                continue;
            }

            ref var place = ref isAnyNewer || IsNear(from, candidate) ? ref best : ref refused;
            if (place.Text is null || candidate.CompareWith(place) > 0)
            {
                place = candidate;
            }
        }

        if (isAnyNewer)
        {
            return best.Text is null
                ? Verdict.Stay($"no tag is a version that could follow {current}")
                : new Verdict(best.Text, UpdateKind.Major, $"newest version; from {current} any is taken");
        }

        var remark = refused.Text is null || (best.Text is not null && refused.CompareWith(best) < 0) ? "" : $"; {refused.Text} {WhyNot(from, refused)}";
        return best.Text is null
            ? Verdict.Stay($"{Excerpt.Of(current)} is the newest {Line(from)}{remark}")
            : new Verdict(best.Text, KeelStep.Between(current, best.Text), $"newest {Line(from)}{remark}");
    }

    private bool IsNear(KeelVersion from, KeelVersion candidate) =>
        (!matchPreRelease || candidate.HasPreReleaseOf(from))
        && (furthest == UpdateKind.Major || candidate.Major == from.Major)
        && (furthest != UpdateKind.Patch || candidate.Minor == from.Minor);

    private string Line(KeelVersion from)
    {
        var numbers = furthest switch
        {
            UpdateKind.Patch => $"{from.Major}.{from.Minor}.x",
            UpdateKind.Minor => $"{from.Major}.x",
            _ => "version",
        };
        return !matchPreRelease ? numbers : from.PreRelease.IsEmpty ? numbers + " without pre-release" : $"{numbers} with pre-release {Excerpt.Of(from.PreRelease.ToString())}";
    }

    private string WhyNot(KeelVersion from, KeelVersion refused) =>
        matchPreRelease && !refused.HasPreReleaseOf(from) ? "has another pre-release"
        : refused.Major != from.Major ? "is a major step"
        : "is a minor step";
}
