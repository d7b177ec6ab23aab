using System.Diagnostics.CodeAnalysis;

using Basewatch.Core.Images;

using Semver;

namespace Basewatch.Core.Policies;

/// <summary>
/// The newest version in a range as npm writes ranges (<see href="https://github.com/npm/node-semver#ranges"/>): <c>~3.12</c>,
/// <c>^1.2</c>, <c>1.x</c>, <c>&gt;=3.12 &lt;4</c>. Tags are read leniently: a <c>v</c>, two parts, a suffix. The current tag's
/// prefix, precision and suffix are kept, and nothing goes down.
/// </summary>
public sealed class SemverPolicy : IPolicy
{
    private const int LongestRange = 500;

    private readonly SemVersionRange _range;
    private readonly string _text;

    private SemverPolicy(SemVersionRange range, string text) => (_range, _text) = (range, text);

    /// <inheritdoc/>
    public string Name => "semver";

    /// <summary>Makes the policy of a range; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string range, [NotNullWhen(true)] out SemverPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(range);
        var read = range.Length <= LongestRange && SemVersionRange.TryParseNpm(range, out var parsed, LongestRange) ? parsed : null;
        policy = read is null ? null : new SemverPolicy(read, range);
        error = read is null ? $"'{Excerpt.Of(range)}' is no version range: write it as npm does, such as '>=3.12 <4', '~3.12' or '1.x'" : null;
        return policy is not null;
    }

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current is { } tag ? TagVersion.Of(tag) : null;
        if (current is not null && Read(current) is null)
        {
            return Verdict.Stay($"{current} is no version that a range could hold");
        }

        TagVersion? best = null;
        foreach (var text in question.Candidates)
        {
            var candidate = TagVersion.Of(text);
            var fits = current is null
                ? candidate.Precision >= 2 && candidate.Suffix.Length == 0 && candidate.Prefix is "" or "v"
                : candidate.IsWrittenLike(current) && candidate.Suffix == current.Suffix && candidate.CompareVersion(current) > 0;
            if (fits && Read(candidate) is { } version && _range.Contains(version) && (best is null || IsBetter(candidate, best)))
            {
                best = candidate;
            }
        }

        var suffix = current is null or { Suffix: "" } ? "" : $" with suffix {current.Suffix}";
        return best is null
            ? Verdict.Stay(current is null ? $"no tag is in {_text}" : $"no tag newer than {current} is in {_text}{suffix}")
            : new Verdict(best.Text, current is null ? UpdateKind.Major : StepKind.Between(current, best), $"newest in {_text}{suffix}");
    }

    private static bool IsBetter(TagVersion a, TagVersion b)
    {
        var order = a.CompareVersion(b);
        order = order != 0 ? order : a.Precision.CompareTo(b.Precision);
        return order > 0 || (order == 0 && string.CompareOrdinal(a.Text, b.Text) > 0);
    }

    /// <summary>A tag as a semantic version; null where it is none. Builds have no part in ranges.</summary>
    private static SemVersion? Read(TagVersion tag)
    {
        if (tag.Scheme != TagScheme.Version || tag.Precision > 3 || tag.Form != default)
        {
            return null;
        }

        var numbers = new int[3];
        for (var i = 0; i < tag.Precision; i++)
        {
            if (tag.Numbers[i] > int.MaxValue)
            {
                return null;
            }

            numbers[i] = (int)tag.Numbers[i];
        }

        var text = $"{numbers[0]}.{numbers[1]}.{numbers[2]}" + (tag.IsPreRelease ? "-" + tag.PreReleaseText : "");
        return SemVersion.TryParse(text, SemVersionStyles.AllowLeadingZeros, out var version) ? version : null;
    }
}
