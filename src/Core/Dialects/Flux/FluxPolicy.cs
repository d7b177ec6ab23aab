using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>
/// The latest tag as Flux chooses it. The current tag has no say: what is latest may as well be older. Flux stores the tags in
/// descending order of their characters and walks through them in this order, which decides between equal ones; where it
/// orders what was extracted from tags, its order is random and ours the same.
/// </summary>
internal sealed class FluxPolicy(FluxOrder order, FluxTagFilter? filter, IReadOnlyList<GoExpression>? exclusions, bool suspended) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "flux";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (suspended)
        {
            return Verdict.Stay("the policy is suspended");
        }

        try
        {
            return Decide(question.Current, Included(question.Candidates));
        }
        catch (RegexMatchTimeoutException)
        {
            return Verdict.Stay("a regular expression of the policy takes too long");
        }
    }

    private Verdict Decide(string? current, List<string> tags)
    {
        if (tags.Count == 0)
        {
            return Verdict.Stay("there is no tag that is not excluded");
        }

        Dictionary<string, string>? filtered = null;
        var texts = tags;
        if (filter is not null)
        {
            filtered = filter.Apply(tags);
            if (filtered is null or { Count: 0 })
            {
                return Verdict.Stay(filtered is null ? "filterTags extract too much text: shorten extract" : $"there are no tags {filter}");
            }

            texts = [.. filtered.Keys];
            Sort(texts);
        }

        if (order.Latest(texts, out var reason) is not { } latest)
        {
            return Verdict.Stay(filter is null ? reason : $"{reason}, among those {filter}");
        }

        var tag = filtered is null ? latest : filtered[latest];
        var why = filter is null ? order.Superlative : $"{order.Superlative}, among tags {filter}";
        return tag == current ? Verdict.Stay($"{tag} is {why}") : new Verdict(tag, Kind(current, tag), why);
    }

    /// <summary>The tags that Flux would store. Its default exclusion, of signatures, needs no expression.</summary>
    private List<string> Included(IReadOnlyList<string> candidates)
    {
        var tags = new List<string>(candidates.Count);
        foreach (var tag in candidates)
        {
            if (!(exclusions is null ? tag.EndsWith(".sig", StringComparison.Ordinal) : IsExcluded(tag, exclusions)))
            {
                tags.Add(tag);
            }
        }

        Sort(tags);
        return tags;
    }

    private static bool IsExcluded(string tag, IReadOnlyList<GoExpression> exclusions)
    {
        foreach (var exclusion in exclusions)
        {
            if (exclusion.IsMatch(tag))
            {
                return true;
            }
        }

        return false;
    }

    private static void Sort(List<string> texts) => texts.Sort(static (a, b) => string.CompareOrdinal(b, a));

    private static UpdateKind Kind(string? current, string tag)
    {
        if (current is null)
        {
            return UpdateKind.Major;
        }

        var (from, to) = (TagVersion.Of(current), TagVersion.Of(tag));
        return from.IsOrdered && from.Scheme == to.Scheme ? StepKind.Between(from, to) : UpdateKind.Major;
    }
}
