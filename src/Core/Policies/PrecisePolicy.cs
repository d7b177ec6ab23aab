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
        if (question.Current is not { } current || question.Facts.DigestOf(current).Value is not { } digest)
        {
            return Verdict.Stay($"the digest of {question.Current ?? "the current tag"} is not known");
        }

        var from = TagVersion.Of(current);
        var flavour = TagPrecision.Flavour(from);
        var fitting = new List<TagVersion>();
        for (var i = 0; i < question.Candidates.Count; i++)
        {
            var candidate = question.VersionAt(i);
            var fits = candidate.IsOrdered
                && TagPrecision.Flavour(candidate) == flavour
                && (!from.IsOrdered || (candidate.Prefix == from.Prefix && TagPrecision.Refines(candidate, from) && TagPrecision.Compare(candidate, from) > 0));
            if (fits)
            {
                fitting.Add(candidate);
            }
        }

        return TagPrecision.FirstOf(digest, fitting, question) is not { } best
            ? Verdict.Stay($"no tag says more precisely what {current} is{TagPrecision.Remark(question)}")
            : new Verdict(best.Text, UpdateKind.Patch, $"the most precise tag of the image that {current} is now");
    }
}
