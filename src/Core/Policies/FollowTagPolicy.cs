using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The most precise name of what another tag names now, written like the current one: with <c>stable</c> followed,
/// <c>1.27.2</c> goes to the <c>1.27.3</c> of the same digest, and back when <c>stable</c> goes back. It needs the digests of tags.
/// </summary>
/// <param name="followed">The tag that is followed.</param>
public sealed class FollowTagPolicy(string followed) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "followTag";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Facts.DigestOf(followed).Value is not { } digest)
        {
            return Verdict.Stay($"the digest of {followed} is not known");
        }

        var current = question.Current is { } tag ? TagVersion.Of(tag) : null;
        var flavour = TagPrecision.Flavour(current is { IsOrdered: true } ? current : TagVersion.Of(followed));
        var prefix = current is { IsOrdered: true } ? current.Prefix : null;
        var fitting = new List<TagVersion>();
        for (var i = 0; i < question.Candidates.Count; i++)
        {
            var candidate = question.VersionAt(i);
            if (candidate.IsOrdered && (prefix is null || candidate.Prefix == prefix) && TagPrecision.Flavour(candidate) == flavour)
            {
                fitting.Add(candidate);
            }
        }

        if (TagPrecision.FirstOf(digest, fitting, question) is not { } best)
        {
            return Verdict.Stay($"{followed} is there under no version{(flavour.Length == 0 ? "" : $" with {flavour}")}{TagPrecision.Remark(question)}");
        }

        return best.Text == question.Current ? Verdict.Stay($"{best} is what {followed} is")
            : new Verdict(best.Text, current is { IsOrdered: true } ? StepKind.Between(current, best) : UpdateKind.Patch, $"what {followed} is now");
    }
}
