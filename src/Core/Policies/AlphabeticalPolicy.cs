namespace Basewatch.Core.Policies;

/// <summary>The last tag in the order of its characters, or the first: for names and for moments that sort as they are written.</summary>
/// <param name="order">Which end is the newest.</param>
public sealed class AlphabeticalPolicy(SortOrder order = SortOrder.Ascending) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "alphabetical";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Ranking.Decide<string>(
            question, order, TryRead, string.CompareOrdinal, order == SortOrder.Ascending ? "the last in alphabetical order" : "the first in alphabetical order", "there");
    }

    private static bool TryRead(string tag, out string text)
    {
        text = tag;
        return true;
    }
}
