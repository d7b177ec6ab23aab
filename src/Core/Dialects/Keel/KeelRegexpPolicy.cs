using Basewatch.Core.Expressions;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Keel's <c>regexp:</c> (internal/policy/regexp.go): of the tags that match, the last in the order of characters of the group
/// <c>compare</c>, or of the whole tag where there is none. The current tag is not compared with, so it may go down. Of equal
/// tags the first listed counts.
/// </summary>
internal sealed class KeelRegexpPolicy : IPolicy
{
    private readonly GoExpression _expression;
    private readonly int? _compare;

    /// <summary>Creates the policy of an expression.</summary>
    public KeelRegexpPolicy(GoExpression expression) => (_expression, _compare) = (expression, expression.GroupNumber("compare"));

    /// <inheritdoc/>
    public string Name => "keel";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current ?? KeelStep.DefaultTag;
        var expression = Excerpt.Of(_expression.Text);
        string? best = null;
        ReadOnlySpan<char> bestKey = default;
        var matcher = new GoMatcher(_expression);
        foreach (var tag in question.Candidates)
        {
            var key = tag.AsSpan();
            if (_compare is not { } group)
            {
                if (!_expression.IsMatch(tag))
                {
                    continue;
                }
            }
            else if (matcher.Match(tag) is { Success: true } match)
            {
                key = match.Groups[group].ValueSpan;
            }
            else
            {
                continue;
            }

            if (best is null || key.SequenceCompareTo(bestKey) > 0)
            {
                best = tag;
                bestKey = key;
            }
        }

        var order = _compare is null ? "in the order of characters" : "by its group compare";
        return best is null ? Verdict.Stay($"no tag matches {expression}")
            : best == current ? Verdict.Stay($"{Excerpt.Of(current)} is the last {order} of those that match {expression}")
            : new Verdict(best, KeelStep.Between(current, best), $"last {order} of those that match {expression}");
    }
}
