using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Keel's <c>force</c> without <c>matchTag</c> (internal/policy/force.go): versions from the newest down, then every other tag in
/// the order of the list, and the first of them that is not an older version. A number alone is a version here.
/// </summary>
internal sealed class KeelForcePolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "keel";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current ?? KeelStep.DefaultTag;
        var isVersion = KeelVersion.TryParse(current, out var from);
        KeelVersion best = default;
        string? other = null;
        var isListed = false;
        foreach (var tag in question.Candidates)
        {
            isListed |= tag == current;
            if (!KeelVersion.TryParse(tag, out var candidate))
            {
                other ??= tag;
            }
            else if ((!isVersion || candidate.CompareWith(from) > 0) && (best.Text is null || candidate.CompareWith(best) > 0))
            {
                best = candidate;
            }
        }

        if (best.Text is not null)
        {
            return new Verdict(best.Text, KeelStep.Between(current, best.Text), "newest version; the policy takes any tag that is not an older one");
        }

        // The current version ends the search before any name is tried.
        if (isVersion && isListed)
        {
            return Verdict.Stay($"{Excerpt.Of(current)} is the newest version");
        }

        return other is null ? Verdict.Stay($"no tag is newer than {Excerpt.Of(current)}")
            : other == current ? Verdict.Stay($"{Excerpt.Of(current)} is the first tag of the list, and no tag is a version")
            : new Verdict(other, KeelStep.Between(current, other), "first tag of the list that is no version; the policy takes any tag that is not an older one");
    }
}
