using Basewatch.Core.Images;
using Basewatch.Core.Policies;
using Basewatch.Core.Policies.Semver;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// The tag that Argo CD Image Updater chooses (<c>GetNewestVersionFromTags</c> in <c>registry-scanner/pkg/image/version.go</c>,
/// <c>GetTags</c> in <c>registry/registry.go</c>). It looks at the current tag only to see whether it is that one: it moves up
/// and down to what the constraint asks for. The order of the candidates counts for nothing.
/// </summary>
internal sealed class ArgoCdPolicy : IPolicy
{
    private readonly UpdateStrategy _strategy;
    private readonly GoConstraint? _range;
    private readonly string _constraint;
    private readonly TagFilter _filter;
    private readonly string? _refusal;

    /// <summary>Creates a policy.</summary>
    /// <param name="strategy">What the newest tag is.</param>
    /// <param name="constraint">The range of <see cref="UpdateStrategy.Semver"/>, the tag of <see cref="UpdateStrategy.Digest"/>; empty where none is written.</param>
    /// <param name="range">The range, read; null for the other strategies.</param>
    /// <param name="filter">Which tags there are.</param>
    /// <param name="refusal">Why no tag at all is taken; null where some may be.</param>
    public ArgoCdPolicy(UpdateStrategy strategy, string constraint, GoConstraint? range, TagFilter filter, string? refusal) =>
        (_strategy, _constraint, _range, _filter, _refusal) = (strategy, constraint, range, filter, refusal);

    /// <inheritdoc/>
    public string Name => "argocd";

    private string Left => _filter.IsEmpty ? "" : " that allow-tags and ignore-tags leave";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (_refusal is not null)
        {
            return Verdict.Stay(_refusal);
        }

        return _strategy switch
        {
            UpdateStrategy.Alphabetical => DecideAlphabetical(question),
            UpdateStrategy.NewestBuild => DecideNewestBuild(question),
            UpdateStrategy.Digest => DecideDigest(question),
            _ => DecideSemver(question),
        };
    }

    private Verdict DecideSemver(TagQuestion question)
    {
        GoVersion? best = null;
        foreach (var tag in question.Candidates)
        {
            // Equal versions are told apart by their text, so 1.0.0 comes before v1.0.0 and behind 1.0 (tag/semver.go).
            if (GoVersion.TryParse(tag, out var version) && (best is null || Compare(version, best) > 0) && _range!.Contains(version) && _filter.Leaves(tag))
            {
                best = version;
            }
        }

        // Without a constraint it is '*', which leaves pre-releases out.
        var what = _constraint.Length == 0 ? "release" : $"version in {Excerpt.Of(_constraint)}";
        if (best is null)
        {
            return Verdict.Stay($"no tag{Left} is a {what}");
        }

        var isLower = GoVersion.TryParse(question.Current, out var current) && best.CompareVersion(current) < 0;
        return To(question.Current, best.Original, $"newest {what}{Left}{(isLower ? $"; it is lower than {Excerpt.Of(current!.Original)}" : "")}");
    }

    private Verdict DecideAlphabetical(TagQuestion question)
    {
        string? last = null;
        foreach (var tag in question.Candidates)
        {
            if ((last is null || string.CompareOrdinal(tag, last) > 0) && _filter.Leaves(tag))
            {
                last = tag;
            }
        }

        return last is null ? Verdict.Stay($"there is no tag{Left}") : To(question.Current, last, $"last tag by its name{Left}");
    }

    private Verdict DecideNewestBuild(TagQuestion question)
    {
        string? newest = null;
        TagDate? newestDate = null;
        var undated = 0;
        foreach (var tag in Ranking.LikelyNewestFirst(question.Candidates))
        {
            if (!_filter.Leaves(tag))
            {
                continue;
            }

            // A tag without metadata is passed over (GetTags).
            if (question.Facts.DateOf(tag).Value is not { } date)
            {
                if (question.Facts.IsCut)
                {
                    break;
                }

                undated++;
                continue;
            }

            var order = newestDate is null ? 1 : date.At.CompareTo(newestDate.At);
            if (order > 0 || (order == 0 && string.CompareOrdinal(tag, newest) > 0))
            {
                (newest, newestDate) = (tag, date);
            }
        }

        var remark = Ranking.Remark(question) + (undated == 0 ? "" : $"; {undated} {(undated == 1 ? "tag whose date is" : "tags whose dates are")} not known {(undated == 1 ? "is" : "are")} passed over");
        return newest is null
            ? Verdict.Stay($"there is no tag{Left} with a date, and the newest build is found by dates{remark}")
            : To(question.Current, newest, FormattableString.Invariant($"newest build{Left}, of {newestDate!.At.UtcDateTime:yyyy-MM-dd}{newestDate.Origin}{remark}"));
    }

    private Verdict DecideDigest(TagQuestion question)
    {
        var tag = Excerpt.Of(_constraint);
        return !question.Candidates.Contains(_constraint, StringComparer.Ordinal) ? Verdict.Stay($"the tag {tag}, whose digest is to be followed, is not there")
            : !_filter.Leaves(_constraint) ? Verdict.Stay($"the tag {tag}, whose digest is to be followed, is none{Left}")
            : question.Current == _constraint ? Verdict.Stay($"the policy keeps the tag {tag} and refreshes its digest")
            : To(question.Current, _constraint, $"the policy follows the digest of {tag}");
    }

    private Verdict To(string? current, string selected, string reason) =>
        selected == current ? Verdict.Stay($"{Excerpt.Of(current)} is the {reason}") : new Verdict(selected, KindOf(current, selected), reason);

    /// <summary>Tags are compared as they are written, or else as versions; builds without a version are patches.</summary>
    private UpdateKind KindOf(string? current, string selected)
    {
        if (current is null)
        {
            return UpdateKind.Major;
        }

        var (from, to) = (TagVersion.Of(current), TagVersion.Of(selected));
        if (from.IsWrittenLike(to))
        {
            return StepKind.Between(from, to);
        }

        if (GoVersion.TryParse(current, out var a) && GoVersion.TryParse(selected, out var b))
        {
            return a.Major != b.Major ? UpdateKind.Major : a.Minor != b.Minor ? UpdateKind.Minor : UpdateKind.Patch;
        }

        return _strategy == UpdateStrategy.NewestBuild ? UpdateKind.Patch : UpdateKind.Major;
    }

    private static int Compare(GoVersion a, GoVersion b)
    {
        var order = a.CompareVersion(b);
        return order != 0 ? order : string.CompareOrdinal(a.Original, b.Original);
    }
}
