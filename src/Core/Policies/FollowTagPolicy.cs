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
        if (!question.Digests.TryGetValue(followed, out var digest))
        {
            return Verdict.Stay($"the digest of {followed} is not known");
        }

        var current = question.Current is { } tag ? TagVersion.Of(tag) : null;
        var flavour = TagPrecision.Flavour(current is { IsOrdered: true } ? current : TagVersion.Of(followed));
        var prefix = current is { IsOrdered: true } ? current.Prefix : null;
        TagVersion? best = null;
        foreach (var text in question.Candidates)
        {
            if (!question.Digests.TryGetValue(text, out var its) || its != digest)
            {
                continue;
            }

            var candidate = TagVersion.Of(text);
            if (candidate.IsOrdered && (prefix is null || candidate.Prefix == prefix) && TagPrecision.Flavour(candidate) == flavour
                && (best is null || IsBetter(candidate, best)))
            {
                best = candidate;
            }
        }

        if (best is null)
        {
            return Verdict.Stay($"{followed} is there under no version{(flavour.Length == 0 ? "" : $" with {flavour}")}");
        }

        return best.Text == question.Current ? Verdict.Stay($"{best} is what {followed} is")
            : new Verdict(best.Text, current is { IsOrdered: true } ? StepKind.Between(current, best) : UpdateKind.Patch, $"what {followed} is now");
    }

    private static bool IsBetter(TagVersion a, TagVersion b)
    {
        var order = TagPrecision.Compare(a, b);
        order = order != 0 ? order : a.CompareVersion(b);
        return order > 0 || (order == 0 && string.CompareOrdinal(a.Text, b.Text) > 0);
    }
}
