using System.Globalization;

namespace Basewatch.Core.Policies;

/// <summary>The highest number, or the lowest: <c>1287</c>, <c>20260131</c>, <c>3.5</c>. Tags that are no number are passed over.</summary>
/// <param name="order">Which end is the newest.</param>
public sealed class NumericalPolicy(SortOrder order = SortOrder.Ascending) : IPolicy
{
    /// <inheritdoc/>
    public string Name => "numerical";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        return Ranking.Decide<decimal>(
            question, order, TryRead, decimal.Compare, order == SortOrder.Ascending ? "the highest number" : "the lowest number", "a number");
    }

    // More than a decimal holds is no number that anybody counts to.
    private static bool TryRead(string tag, out decimal number) =>
        decimal.TryParse(tag, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
}
