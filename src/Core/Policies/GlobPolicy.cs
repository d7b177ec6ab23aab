namespace Basewatch.Core.Policies;

/// <summary>The last tag that a pattern matches, or the first, with numbers in their order: <c>main-9</c> is before <c>main-10</c>.</summary>
/// <param name="pattern">What the tags look like.</param>
/// <param name="order">Which end is the newest.</param>
public sealed class GlobPolicy(TagGlob pattern, SortOrder order = SortOrder.Ascending) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "glob";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Ranking.Decide<string>(
            question, order, TryRead, static (a, b) => NaturalOrder.Compare(a, b), $"the {(order == SortOrder.Ascending ? "last" : "first")} of {pattern}", $"like {pattern}");
    }

    private bool TryRead(string tag, out string text)
    {
        text = tag;
        return pattern.Matches(tag);
    }
}
