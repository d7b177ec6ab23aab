using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The default: the newest tag that is written like the current one. Prefix, precision and suffix stay, stable stays
/// stable, nothing goes down. The rules and their reasons are in <c>docs/policies.md</c> and
/// <c>docs/decisions/0003-default-tag-policy.md</c>.
/// </summary>
public sealed class DockerPolicy : IPolicy
{
    private readonly UpdateKind _furthest;
    private readonly DistributionMove _move;

    /// <summary>Creates the policy.</summary>
    /// <param name="furthest">How far it may go: <see cref="UpdateKind.Patch"/>, <see cref="UpdateKind.Minor"/> or <see cref="UpdateKind.Major"/>.</param>
    /// <param name="move">When it goes to a newer distribution.</param>
    public DockerPolicy(UpdateKind furthest, DistributionMove move = DistributionMove.IfNeeded)
    {
        _furthest = furthest is UpdateKind.Patch or UpdateKind.Minor or UpdateKind.Major
            ? furthest
            : throw new ArgumentOutOfRangeException(nameof(furthest), furthest, "a tag moves by a patch, a minor or a major step");
        _move = move;
    }

    /// <inheritdoc/>
    public string Name => "docker";

    /// <summary>How far it may go.</summary>
    public UpdateKind Furthest => _furthest;

    /// <summary>The same policy, going this far.</summary>
    public DockerPolicy UpTo(UpdateKind furthest) => furthest == _furthest ? this : new(furthest, _move);

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Current is not { } tag)
        {
            return Verdict.Stay("without a tag there is nothing to compare with");
        }

        var current = TagVersion.Of(tag);
        if (!current.IsOrdered)
        {
            return Verdict.Stay(current.Scheme == TagScheme.Commit
                ? $"{tag} is a commit, and commits have no order"
                : $"{tag} names no version, so only its digest can move");
        }

        var newer = Newer(current, question);
        var best = default(Step);
        var beyond = default(Step);
        foreach (var step in newer)
        {
            if (step.Kind > _furthest)
            {
                beyond = Better(beyond, step, current);
            }
            else
            {
                best = Better(best, step, current);
            }
        }

        var remark = beyond.Tag is null ? "" : $"; {beyond.Tag.Text} is a {(beyond.Kind == UpdateKind.Major ? "major" : "minor")} step";
        if (best.Tag is null)
        {
            return Verdict.Stay(current.Scheme == TagScheme.Version && current.Precision == 1 && _furthest < UpdateKind.Major && beyond.Tag is not null
                ? $"{tag} follows its own minor versions{remark}"
                : $"{tag} is the newest {Line(current)}{remark}");
        }

        return new Verdict(best.Tag.Text, best.Kind, $"newest {Line(current, isOfItsFlavour: best.Release is null)}{Note(current, best)}{remark}");
    }

    /// <summary>Every candidate that could follow the current tag, however far.</summary>
    private List<Step> Newer(TagVersion current, TagQuestion question)
    {
        var steps = new List<Step>();
        var distribution = DistributionSuffix.Find(current.Suffix);
        var lines = distribution is null || _move != DistributionMove.IfNeeded ? null : new FloatingLines(current);
        var isUbuntu = IsUbuntu(current);
        var common = distribution?.Before ?? (RepeatsVersion(current) is null ? current.Suffix : "");
        for (var i = 0; i < question.Candidates.Count; i++)
        {
            var text = question.Candidates[i];

            // Most tags of a large repository are told apart without reading them.
            if (!text.StartsWith(current.Prefix, StringComparison.Ordinal) || !text.Contains(common, StringComparison.Ordinal))
            {
                continue;
            }

            var candidate = question.VersionAt(i);
            if (!candidate.IsWrittenLike(current))
            {
                lines?.Add(candidate);
                continue;
            }

            // Others number their releases by month too: only a product that has no other months is Ubuntu.
            isUbuntu &= candidate.Suffix.Length > 0 || IsUbuntu(candidate);
            var isNewer = IsNewer(current, candidate);
            if ((isNewer || (_move != DistributionMove.Stay && candidate.CompareVersion(current) == 0))
                && SuffixStep(current, distribution, candidate) is { } suffix && (isNewer || suffix.Release is not null))
            {
                steps.Add(new Step(candidate, Max(StepKind.Between(current, candidate), suffix.Kind), suffix.Rank, suffix.Release));
            }
        }

        if (isUbuntu)
        {
            steps.RemoveAll(s => !IsLongTerm(s.Tag!, question.Now));
        }

        var last = LastMajor(current, steps);
        steps.RemoveAll(s => s.Tag!.Numbers[0] > last);
        if (lines is not null)
        {
            // The same version on a newer distribution is a step only where this one is left behind.
            var here = lines.NewestOf(current);
            for (var i = 0; i < steps.Count; i++)
            {
                steps[i] = steps[i] with { Newest = lines.NewestOf(steps[i].Tag!) };
            }

            steps.RemoveAll(s => s.Tag!.CompareVersion(current) == 0 && s.Newest!.CompareVersion(here) <= 0);
        }

        return steps;
    }

    private static bool IsNewer(TagVersion current, TagVersion candidate)
    {
        var order = candidate.CompareVersion(current);
        if (order <= 0)
        {
            return false;
        }

        // 1.17-rc goes along by itself, 1.17rc1 does not: neither becomes the other.
        var sameNumbers = candidate.FirstDifference(current) < 0;
        if (candidate.IsPreRelease && !(current.IsPreRelease && sameNumbers && candidate.IsNumberedPreRelease == current.IsNumberedPreRelease))
        {
            return false;
        }

        // 1.1.3-18 -> 1.1.3-20 may be another Node and not another build.
        return !(sameNumbers && current.HasDoubtfulBuild && candidate.PreReleaseWord == current.PreReleaseWord);
    }

    /// <summary>
    /// Whether a candidate's suffix may follow the current one: the same; or one that repeats the version, as both do
    /// (3.18-alpine3.18); or the same on a newer release of its distribution, which is a major step.
    /// </summary>
    private (UpdateKind Kind, int Rank, DistributionSuffix? Release)? SuffixStep(TagVersion current, DistributionSuffix? distribution, TagVersion candidate)
    {
        if (candidate.Suffix == current.Suffix)
        {
            return (UpdateKind.None, 1, null);
        }

        if (current.Suffix.Length == 0 || candidate.Suffix.Length == 0)
        {
            return null;
        }

        if (RepeatsVersion(current) is { } at
            && candidate.Suffix == string.Concat(current.Suffix.AsSpan(0, at), candidate.VersionText, current.Suffix.AsSpan(at + current.VersionText.Length)))
        {
            return (UpdateKind.None, 2, null);
        }

        return _move != DistributionMove.Stay && distribution is { } from && DistributionSuffix.Find(candidate.Suffix) is { } to && from.IsFollowedBy(to)
            ? (UpdateKind.Major, _move == DistributionMove.Follow ? 2 : 0, to)
            : null;
    }

    /// <summary>Where a suffix repeats a version of two parts or more; null where it does not.</summary>
    private static int? RepeatsVersion(TagVersion tag)
    {
        var at = tag.Precision < 2 ? -1 : tag.Suffix.IndexOf(tag.VersionText, StringComparison.Ordinal);
        var end = at + tag.VersionText.Length;
        return at > 0 && !char.IsAsciiDigit(tag.Suffix[at - 1]) && tag.Suffix[at - 1] != '.' && (end == tag.Suffix.Length || tag.Suffix[end] == '-') ? at : null;
    }

    /// <summary>
    /// The last first number that can be reached. Registries hold tags of other schemes (5.2.3 beside 20.04.1, 4.8 beside
    /// browser 114.0): a leap over more first numbers than the larger of five and the number itself leads into one of them.
    /// </summary>
    private static long LastMajor(TagVersion current, List<Step> steps)
    {
        if (current.Scheme == TagScheme.Date)
        {
            return long.MaxValue;
        }

        var majors = new SortedSet<long>();
        foreach (var step in steps)
        {
            majors.Add(step.Tag!.Numbers[0]);
        }

        var last = current.Numbers[0];
        foreach (var major in majors)
        {
            if (major - last > Math.Max(5, last))
            {
                break;
            }

            last = major;
        }

        return last;
    }

    /// <summary>The better of two steps, whichever comes first.</summary>
    private static Step Better(Step a, Step b, TagVersion current)
    {
        if (a.Tag is null)
        {
            return b;
        }

        // A small bare number may be a flavour: among tags of the newest version the same number comes first.
        var order = current.HasDoubtfulBuild && a.Tag.FirstDifference(b.Tag!) < 0 && a.Tag.PreReleaseWord == b.Tag!.PreReleaseWord
            ? (a.Tag.Build[0] == current.Build[0]).CompareTo(b.Tag.Build[0] == current.Build[0])
            : 0;
        order = order != 0 ? order : a.Tag.CompareVersion(b.Tag!);
        order = order != 0 || a.Newest is null ? order : a.Newest.CompareVersion(b.Newest!);
        order = order != 0 ? order : a.Rank.CompareTo(b.Rank);
        order = order != 0 || a.Release is null || b.Release is null ? order : a.Release.Value.CompareRelease(b.Release.Value);
        order = order != 0 ? order : string.CompareOrdinal(a.Tag.Text, b.Tag!.Text);
        return order >= 0 ? a : b;
    }

    /// <summary>Ubuntu releases in April and October, once in June: 06.06. A long-term release is of April of an even year.</summary>
    private static bool IsUbuntu(TagVersion tag) =>
        tag.Scheme == TagScheme.Version && tag.Prefix.Length == 0 && tag.Suffix.Length == 0 && tag.Precision == 2
        && tag.Numbers[0] < 100 && tag.Numbers[1] is 4 or 6 or 10 && tag.VersionText is [.., '.', _, _];

    /// <summary>A long-term release that is out: registries have the tag from the autumn before on.</summary>
    private static bool IsLongTerm(TagVersion tag, DateTimeOffset now) =>
        tag.Numbers[0] % 2 == 0 && tag.Numbers[1] == 4
        && (now == default || (now.Year, now.Month).CompareTo(((int)tag.Numbers[0] + 2000, 4)) > 0);

    private string Line(TagVersion current, bool isOfItsFlavour = true)
    {
        var what = current.Scheme == TagScheme.Date ? "date"
            : _furthest == UpdateKind.Major || current.Precision == 1 ? "version"
            : _furthest == UpdateKind.Minor || current.Precision == 2 ? $"{current.Numbers[0]}.x"
            : $"{current.Numbers[0]}.{current.Numbers[1]}.x";
        var flavour = (current.Prefix is "" or "v" ? "" : $" with prefix {current.Prefix}")
            + (current.Suffix.Length == 0 || !isOfItsFlavour ? "" : $" with suffix {current.Suffix}");
        return what + flavour;
    }

    private string Note(TagVersion current, Step step) =>
        step.Release is not null && _move == DistributionMove.Follow ? "; on a newer distribution"
        : step.Release is not null && step.Newest!.CompareVersion(step.Tag!) != 0 ? $"; {step.Newest.VersionText} is there only as {step.Tag!.Suffix}, on a newer distribution"
        : step.Release is not null ? $"; it is there only as {step.Tag!.Suffix}, on a newer distribution"
        : current.IsPreRelease && !step.Tag!.IsPreRelease ? "; the release follows its pre-release"
        : "";

    private static UpdateKind Max(UpdateKind a, UpdateKind b) => a > b ? a : b;

    // Newest: the newest version that the tag stands for; null where that does not matter.
    private readonly record struct Step(TagVersion? Tag, UpdateKind Kind, int Rank, DistributionSuffix? Release, TagVersion? Newest = null);

    /// <summary>
    /// What tags such as <c>1-alpine3.20</c> stand for, told by the tags that have more numbers. It is not built any more where
    /// the newest of those, <c>1.24.4-alpine3.20</c>, is older than what another distribution has.
    /// </summary>
    private sealed class FloatingLines(TagVersion current)
    {
        private readonly Dictionary<string, TagVersion> _newest = new(StringComparer.Ordinal);

        /// <summary>Takes a tag that has more numbers than the current one.</summary>
        public void Add(TagVersion tag)
        {
            if (tag.Scheme != TagScheme.Version || tag.Precision <= current.Precision || tag.Form != current.Form || tag.IsPreRelease
                || tag.Suffix.Length == 0 || tag.Prefix != current.Prefix || current.BuildWord is not null)
            {
                return;
            }

            var end = 0;
            for (var dots = 0; dots < current.Precision; dots++)
            {
                end = tag.VersionText.IndexOf('.', end) + 1;
            }

            var line = string.Concat(tag.Prefix, tag.VersionText.AsSpan(0, end - 1), tag.Suffix);
            var order = _newest.TryGetValue(line, out var other) ? tag.CompareVersion(other) : 1;
            if (order > 0 || (order == 0 && tag.Precision > other!.Precision))
            {
                _newest[line] = tag;
            }
        }

        /// <summary>The newest version that a tag stands for; the tag itself where none has more numbers.</summary>
        public TagVersion NewestOf(TagVersion tag) => _newest.GetValueOrDefault(tag.Text, tag);
    }
}
