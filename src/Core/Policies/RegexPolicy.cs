using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// The tags that an expression matches, in the order of what some of its groups hold, numbers by their value. Groups that are
/// kept hold for the next tag what they hold for the current one.
/// </summary>
public sealed class RegexPolicy : IPolicy
{
    private readonly GoExpression _pattern;
    private readonly GoGroup[] _compared;
    private readonly GoGroup[] _kept;
    private readonly SortOrder _order;

    private RegexPolicy(GoExpression pattern, GoGroup[] compared, GoGroup[] kept, SortOrder order) =>
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
        GoExpression pattern, IReadOnlyList<string> compared, IReadOnlyList<string> kept, SortOrder order,
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

        var unknown = compared.Concat(kept).FirstOrDefault(g => pattern.Group(g) is not { Number: > 0 });
        error = unknown is not null ? $"the expression has no group '{Excerpt.Of(unknown)}'"
            : compared.Count == 0 ? "the expression does not say what to compare: call one of its groups compare, as in '^main-(?<compare>[0-9]+)$'"
            : compared.FirstOrDefault(c => kept.Any(k => pattern.Group(k)!.Number == pattern.Group(c)!.Number)) is { } both ? $"the group '{Excerpt.Of(both)}' can't be compared and kept"
            : null;
        policy = error is null ? new RegexPolicy(pattern, Groups(compared), Groups(kept), order) : null;
        return policy is not null;

        GoGroup[] Groups(IReadOnlyList<string> names) => [.. names.Select(n => pattern.Group(n)!)];
    }

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        string[]? kept = null;
        var matcher = new GoMatcher(_pattern);
        if (_kept.Length > 0)
        {
            if (question.Current is not { } current || matcher.Match(current) is not { Success: true } match)
            {
                return Verdict.Stay($"{question.Current ?? "no tag"} does not match {Excerpt.Of(_pattern.Text)}, so what is to be kept is not known");
            }

            kept = Values(match, _kept);
        }

        return Ranking.Decide<string[]>(question, _order, TryRead, Compare, $"the {(_order == SortOrder.Ascending ? "last" : "first")} that matches {Excerpt.Of(_pattern.Text)}", $"matched by {Excerpt.Of(_pattern.Text)}");

        bool TryRead(string tag, out string[] values)
        {
            values = [];
            if (matcher.Match(tag) is not { Success: true } match || (kept is not null && !Holds(match, kept)))
            {
                return false;
            }

            values = Values(match, _compared);
            return true;
        }
    }

    private static string[] Values(Match match, GoGroup[] groups)
    {
        var values = new string[groups.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = groups[i].In(match).Value;
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
            if (!_kept[i].In(match).ValueSpan.SequenceEqual(kept[i]))
            {
                return false;
            }
        }

        return true;
    }
}
