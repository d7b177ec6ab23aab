using Basewatch.Core.Expressions;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>Tags that match an expression, and what of each is ordered (<c>filterTags</c>).</summary>
/// <param name="pattern">The expression; it matches anywhere in a tag.</param>
/// <param name="extract">What is ordered in the tag's place; null: the tag itself.</param>
internal sealed class FluxTagFilter(GoExpression pattern, GoTemplate? extract)
{
    /// <summary>The most characters that are extracted from all tags together.</summary>
    private const int MostExtracted = 8 * 1024 * 1024;

    /// <summary>What is ordered, each with its tag. Of tags that give the same, the last counts. Null where there is too much of it.</summary>
    public Dictionary<string, string>? Apply(IReadOnlyList<string> tags)
    {
        var filtered = new Dictionary<string, string>(StringComparer.Ordinal);
        var left = MostExtracted;
        var matcher = new GoMatcher(pattern);
        foreach (var tag in tags)
        {
            if (extract is null)
            {
                if (pattern.IsMatch(tag))
                {
                    filtered[tag] = tag;
                }
            }
            else if (matcher.Match(tag) is { Success: true } match)
            {
                var text = extract.Expand(match);
                filtered[text] = tag;
                left -= text.Length;
                if (left < 0)
                {
                    return null;
                }
            }
        }

        return filtered;
    }

    /// <inheritdoc/>
    public override string ToString() => $"that match {Images.Excerpt.Of(pattern.Text)}";
}
