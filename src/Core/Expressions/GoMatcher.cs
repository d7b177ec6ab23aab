using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Expressions;

/// <summary>
/// Finds the groups of an expression in many texts. Without backtracking groups take ten times as long, and both ways find the
/// same: so they are looked for with it, as long as that goes well.
/// </summary>
/// <param name="expression">The expression.</param>
internal sealed class GoMatcher(GoExpression expression)
{
    /// <summary>The longest that one text may take with backtracking.</summary>
    public static readonly TimeSpan LongestTry = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan LongestTries = TimeSpan.FromMilliseconds(100);

    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _isSlow;

    /// <summary>The first match in a text.</summary>
    public Match Match(string text)
    {
        _isSlow |= Stopwatch.GetElapsedTime(_started) > LongestTries;
        if (!_isSlow)
        {
            try
            {
                return expression.Backtracking.Match(text);
            }
            catch (RegexMatchTimeoutException)
            {
                _isSlow = true;
            }
        }

        return expression.Regex.Match(text);
    }
}
