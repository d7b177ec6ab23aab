using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The tags that an expression matches, in the order of what some of its groups hold, numbers by their value. Groups that are
/// kept hold for the next tag what they hold for the current one.
/// </summary>
public sealed class RegexPolicy : IPolicy
{
    private readonly TagExpression _pattern;
    private readonly IReadOnlyList<string> _compared;
    private readonly IReadOnlyList<string> _kept;
    private readonly SortOrder _order;

    private RegexPolicy(TagExpression pattern, IReadOnlyList<string> compared, IReadOnlyList<string> kept, SortOrder order) =>
        (_pattern, _compared, _kept, _order) = (pattern, compared, kept, order);

    /// <inheritdoc/>
    public string Name => "regex";

    /// <summary>Makes the policy; <paramref name="error"/> says in one sentence what is wrong.</summary>
    /// <param name="pattern">What the tags look like.</param>
    /// <param name="compared">Groups to compare, the most important one first; none: the one called <c>compare</c>, or the only one.</param>
    /// <param name="kept">Groups that stay as they are.</param>
    /// <param name="order">Which end is the newest.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(
        TagExpression pattern, IReadOnlyList<string> compared, IReadOnlyList<string> kept, SortOrder order,
        [NotNullWhen(true)] out RegexPolicy? policy, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(compared);
        ArgumentNullException.ThrowIfNull(kept);
        string[] groups = [.. pattern.Groups];
        string[] free = [.. groups.Except(kept, StringComparer.Ordinal)];
        if (compared.Count == 0)
        {
            compared = free.Contains("compare", StringComparer.Ordinal) ? ["compare"] : free is [var only] ? [only] : [];
        }

        var unknown = compared.Concat(kept).FirstOrDefault(g => !groups.Contains(g, StringComparer.Ordinal));
        error = unknown is not null ? $"the expression has no group '{Excerpt.Of(unknown)}'"
            : compared.Count == 0 ? "the expression does not say what to compare: call one of its groups compare, as in '^main-(?<compare>[0-9]+)$'"
            : compared.FirstOrDefault(kept.Contains) is { } both ? $"the group '{Excerpt.Of(both)}' can't be compared and kept"
            : null;
        policy = error is null ? new RegexPolicy(pattern, compared, kept, order) : null;
        return policy is not null;
    }

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string[]? kept = null;
        if (_kept.Count > 0)
        {
            if (question.Current is not { } current || _pattern.Match(current) is not { Success: true } match)
            {
                return Verdict.Stay($"{question.Current ?? "no tag"} does not match {Excerpt.Of(_pattern.Text)}, so what is to be kept is not known");
            }

            kept = Values(match, _kept);
        }

        return Ranking.Decide<string[]>(question, _order, TryRead, Compare, $"the {(_order == SortOrder.Ascending ? "last" : "first")} that matches {Excerpt.Of(_pattern.Text)}", $"matched by {Excerpt.Of(_pattern.Text)}");

        bool TryRead(string tag, out string[] values)
        {
            values = [];
            if (_pattern.Match(tag) is not { Success: true } match || (kept is not null && !Holds(match, kept)))
            {
                return false;
            }

            values = Values(match, _compared);
            return true;
        }
    }

    private static string[] Values(Match match, IReadOnlyList<string> groups)
    {
        var values = new string[groups.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = match.Groups[groups[i]].Value;
        }

        return values;
    }

    private static int Compare(string[] a, string[] b)
    {
        var order = 0;
        for (var i = 0; i < a.Length && order == 0; i++)
        {
            order = NaturalOrder.Compare(a[i], b[i]);
        }

        return order;
    }

    private bool Holds(Match match, string[] kept)
    {
        for (var i = 0; i < kept.Length; i++)
        {
            if (!match.Groups[_kept[i]].ValueSpan.SequenceEqual(kept[i]))
            {
                return false;
            }
        }

        return true;
    }
}
