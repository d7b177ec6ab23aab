using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The most precise name of the very image that the current tag names: <c>3.12-slim</c> to <c>3.12.4-slim</c>, <c>latest</c> to
/// <c>1.27.3</c>. It needs the digests of tags.
/// </summary>
public sealed class PrecisePolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "precise";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Current is not { } current || !question.Digests.TryGetValue(current, out var digest))
        {
            return Verdict.Stay($"the digest of {question.Current ?? "the current tag"} is not known");
        }

        var from = TagVersion.Of(current);
        var flavour = TagPrecision.Flavour(from);
        TagVersion? best = null;
        foreach (var tag in question.Candidates)
        {
            if (!question.Digests.TryGetValue(tag, out var its) || its != digest)
            {
                continue;
            }

            var candidate = TagVersion.Of(tag);
            var fits = candidate.IsOrdered
                && TagPrecision.Flavour(candidate) == flavour
                && (!from.IsOrdered || (candidate.Prefix == from.Prefix && TagPrecision.Refines(candidate, from) && TagPrecision.Compare(candidate, from) > 0));
            if (fits && (best is null || TagPrecision.Compare(candidate, best) is var order && (order > 0 || (order == 0 && string.CompareOrdinal(tag, best.Text) > 0))))
            {
                best = candidate;
            }
        }

        return best is null
            ? Verdict.Stay($"no tag says more precisely what {current} is")
            : new Verdict(best.Text, UpdateKind.Patch, $"the most precise tag of the image that {current} is now");
    }
}
