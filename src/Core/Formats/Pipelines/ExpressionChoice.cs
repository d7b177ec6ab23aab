using System.Text.RegularExpressions;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>
/// Texts with an expression of GitHub that chooses between values: <c>${{ github.ref == 'x' &amp;&amp; 'node:18' || 'node:20' }}</c>
/// (<see href="https://docs.github.com/actions/reference/workflows-and-actions/expressions#operators"/>).
/// </summary>
internal static partial class ExpressionChoice
{
    private const string Open = "${{";
    private const string Close = "}}";

    /// <summary>The text once for each value that its first expression may choose; none where it chooses by no condition.</summary>
    public static IReadOnlyList<WrittenText> Of(WrittenText text)
    {
        var s = text.Value;
        var open = s.IndexOf(Open, StringComparison.Ordinal);
        var close = open < 0 ? -1 : s.IndexOf(Close, open, StringComparison.Ordinal);
        if (close < 0 || s.IndexOf("&&", open, close - open, StringComparison.Ordinal) < 0)
        {
            return [];
        }

        var (inner, after) = (open + Open.Length, close + Close.Length);
        var isWhole = open == 0 && after == s.Length;
        var choices = new List<WrittenText>();
        for (var from = inner; from <= close;)
        {
            var or = s.IndexOf("||", from, close - from, StringComparison.Ordinal);
            var to = or < 0 ? close : or;
            var and = s.AsSpan(from, to - from).LastIndexOf("&&", StringComparison.Ordinal);

            // What is neither behind a condition nor the last is part of a condition.
            if (and >= 0 || or < 0)
            {
                var value = Trimmed(s, and < 0 ? from : from + and + 2, to);
                if (s.AsSpan()[value] is not "''" ? Value().IsMatch(s[value]) : !isWhole)
                {
                    choices.Add(s.AsSpan()[value] is "''" ? text.Slices([(..open), (after..)]) : text.Slices([(..inner), value, (close..)]));
                }
            }

            from = or < 0 ? close + 1 : or + 2;
        }

        return choices;
    }

    private static Range Trimmed(string s, int from, int to)
    {
        while (from < to && s[from] is ' ' or '(' or '\n')
        {
            from++;
        }

        while (to > from && s[to - 1] is ' ' or ')' or '\n')
        {
            to--;
        }

        return from..to;
    }

    /// <summary>A literal, or the name of a value.</summary>
    [GeneratedRegex(@"^(?:'[^']+'|[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Value();
}
