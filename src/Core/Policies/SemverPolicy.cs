using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The newest version in a range as npm writes ranges (<see href="https://github.com/npm/node-semver#ranges"/>): <c>~3.12</c>,
/// <c>^1.2</c>, <c>1.x</c>, <c>&gt;=3.12 &lt;4</c>. Tags are read leniently: a <c>v</c>, two parts, a suffix. The current tag's
/// prefix, precision and suffix are kept, and nothing goes down.
/// </summary>
public sealed class SemverPolicy : IPolicy
{
    private readonly NpmRange _range;

    private SemverPolicy(NpmRange range) => _range = range;

    /// <inheritdoc/>
    public string Name => "semver";

    /// <summary>Makes the policy of a range; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string range, [NotNullWhen(true)] out SemverPolicy? policy, [NotNullWhen(false)] out string? error) =>
        TryCreate(range, preReleases: false, out policy, out error);

    /// <summary>Makes the policy of a range; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    /// <param name="range">The range.</param>
    /// <param name="preReleases">Whether pre-releases count that the range does not name.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string range, bool preReleases, [NotNullWhen(true)] out SemverPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(range);
        policy = NpmRange.TryParse(range, preReleases, out var read, out error) ? new SemverPolicy(read) : null;
        return policy is not null;
    }

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current is { } tag ? TagVersion.Of(tag) : null;
        if (current is not null && NpmRange.Read(current) is null)
        {
            return Verdict.Stay($"{current} is no version that a range could hold");
        }

        TagVersion? best = null;
        TagVersion? outside = null;
        for (var i = 0; i < question.Candidates.Count; i++)
        {
            var text = question.Candidates[i];

            // Most tags of a large repository are told apart without reading them.
            if (current is not null && !(text.StartsWith(current.Prefix, StringComparison.Ordinal) && text.Contains(current.Suffix, StringComparison.Ordinal)))
            {
                continue;
            }

            var candidate = question.VersionAt(i);
            var fits = current is null
                ? candidate.Precision >= 2 && candidate.Suffix.Length == 0 && candidate.Prefix is "" or "v"
                : candidate.IsWrittenLike(current) && candidate.Suffix == current.Suffix && candidate.CompareVersion(current) > 0;
            if (!fits || (best is not null && !IsBetter(candidate, best)))
            {
                continue;
            }

            if (_range.Contains(candidate))
            {
                best = candidate;
            }
            else if (candidate.Scheme == TagScheme.Version && !candidate.IsPreRelease && (outside is null || IsBetter(candidate, outside)))
            {
                outside = candidate;
            }
        }

        var suffix = current is null or { Suffix: "" } ? "" : $" with suffix {current.Suffix}";
        var remark = outside is null || (best is not null && !IsBetter(outside, best)) ? "" : $"; {outside} is outside";
        return best is null
            ? Verdict.Stay((current is null ? $"no tag is in {_range.Text}" : $"no tag newer than {current} is in {_range.Text}{suffix}") + remark)
            : new Verdict(best.Text, current is null ? UpdateKind.Major : StepKind.Between(current, best), $"newest in {_range.Text}{suffix}{remark}");
    }

    private static bool IsBetter(TagVersion a, TagVersion b)
    {
        var order = a.CompareVersion(b);
        order = order != 0 ? order : a.Precision.CompareTo(b.Precision);
        return order > 0 || (order == 0 && string.CompareOrdinal(a.Text, b.Text) > 0);
    }
}
