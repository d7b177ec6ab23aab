using System.Globalization;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Spans of time as Renovate writes them: <c>3 days</c>, <c>1 day 12 hours</c>, <c>2 months</c> of thirty days (<c>util/pretty-time.ts</c>).</summary>
internal static partial class Duration
{
    private const double LongestDays = 36_500;

    /// <summary>Reads a span; false where it is none.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = TimeSpan.Zero;
        var milliseconds = 0.0;
        var matches = text.Length <= 100 ? Part().Matches(text.Trim()) : null;
        if (matches is null or { Count: 0 } || matches.Sum(m => m.Length) != text.Trim().Length)
        {
            return false;
        }

        foreach (Match match in matches)
        {
            var unit = match.Groups["unit"].Value is "M" ? "months" : match.Groups["unit"].Value.ToLowerInvariant();
            var factor = unit switch
            {
                "" or "ms" or "msec" or "msecs" or "millisecond" or "milliseconds" => 1.0,
                "s" or "sec" or "secs" or "second" or "seconds" => 1000.0,
                "m" or "min" or "mins" or "minute" or "minutes" => 60_000.0,
                "h" or "hr" or "hrs" or "hour" or "hours" => 3_600_000.0,
                "d" or "day" or "days" => 86_400_000.0,
                "w" or "week" or "weeks" => 604_800_000.0,
                "month" or "months" => 30 * 86_400_000.0,
                "y" or "yr" or "yrs" or "year" or "years" => 31_557_600_000.0,
                _ => double.NaN,
            };
            milliseconds += double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) * factor;
        }

        if (!(milliseconds >= 0 && milliseconds <= LongestDays * 86_400_000))
        {
            return false;
        }

        span = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    [GeneratedRegex(@"(?<number>[0-9]*\.?[0-9]+)\s*(?<unit>[A-Za-z]*)\s*", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
