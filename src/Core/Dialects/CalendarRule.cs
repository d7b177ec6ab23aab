using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects;

/// <summary>Which minutes of a calendar match. Null is any; all that is there has to match.</summary>
public sealed record CalendarRule
{
    private const int LongestCron = 1000;

    private static readonly Field MinuteField = new("minute", 0, 59, []);
    private static readonly Field HourField = new("hour", 0, 23, []);
    private static readonly Field DayField = new("day of the month", 1, 31, []);
    private static readonly Field MonthField = new("month", 1, 12, ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]);
    private static readonly Field WeekdayField = new("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);

    /// <summary>0 to 59.</summary>
    public IReadOnlySet<int>? Minutes { get; init; }

    /// <summary>0 to 23.</summary>
    public IReadOnlySet<int>? Hours { get; init; }

    /// <summary>1 to 31; -1 is the last day of a month, -2 the one before.</summary>
    public IReadOnlySet<int>? DaysOfMonth { get; init; }

    /// <summary>1 to 12.</summary>
    public IReadOnlySet<int>? Months { get; init; }

    /// <summary>0 (Sunday) to 6.</summary>
    public IReadOnlySet<int>? DaysOfWeek { get; init; }

    /// <summary>Weeks of the year by ISO 8601, 1 to 53.</summary>
    public IReadOnlySet<int>? Weeks { get; init; }

    /// <summary>Whether a day matches by its day of the month or by its day of the week, as in cron where both are restricted.</summary>
    public bool EitherDay { get; init; }

    /// <summary>
    /// Reads cron's five fields (crontab(5)): lists, ranges, steps, names; 7 is Sunday. Where neither of the two days
    /// begins with <c>*</c>, either is enough.
    /// </summary>
    public static bool TryParseCron(string text, [NotNullWhen(true)] out CalendarRule? rule, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        rule = null;
        if (text.Length > LongestCron)
        {
            error = $"a cron expression is up to {LongestCron} characters long";
            return false;
        }

        if (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is not [var minute, var hour, var day, var month, var weekday])
        {
            error = $"'{Excerpt.Of(text)}' is no cron expression: write five fields, minute, hour, day of the month, month and day of the week, as in '0 5 * * 1'";
            return false;
        }

        if (!MinuteField.TryRead(minute, out var minutes, out error)
            || !HourField.TryRead(hour, out var hours, out error)
            || !DayField.TryRead(day, out var days, out error)
            || !MonthField.TryRead(month, out var months, out error)
            || !WeekdayField.TryRead(weekday, out var weekdays, out error))
        {
            return false;
        }

        rule = new CalendarRule
        {
            Minutes = minutes,
            Hours = hours,
            DaysOfMonth = days,
            Months = months,
            DaysOfWeek = weekdays?.Select(d => d % 7).ToHashSet(),
            EitherDay = !day.StartsWith('*') && !weekday.StartsWith('*'),
        };
        return true;
    }

    /// <summary>Whether a minute matches.</summary>
    internal bool Matches(DateTime local) => MatchesHour(local) && Minutes?.Contains(local.Minute) != false;

    /// <summary>Whether any minute of the hour may match.</summary>
    internal bool MatchesHour(DateTime local)
    {
        var day = DaysOfMonth?.Contains(local.Day) != false || DaysOfMonth.Contains(local.Day - DateTime.DaysInMonth(local.Year, local.Month) - 1);
        var weekday = DaysOfWeek?.Contains((int)local.DayOfWeek) != false;
        return (EitherDay ? day || weekday : day && weekday) && Months?.Contains(local.Month) != false && Hours?.Contains(local.Hour) != false
            && Weeks?.Contains(ISOWeek.GetWeekOfYear(local)) != false;
    }

    private sealed record Field(string Name, int First, int Last, IReadOnlyList<string> Names)
    {
        /// <summary>Reads <c>*</c> (null), <c>*/15</c>, <c>1,3-5</c>, <c>8-18/2</c>, <c>mon-fri</c>, and <c>5/15</c>: from 5 on.</summary>
        public bool TryRead(string text, out HashSet<int>? values, [NotNullWhen(false)] out string? error)
        {
            values = null;
            error = null;
            if (text == "*")
            {
                return true;
            }

            var found = new HashSet<int>();
            foreach (var item in text.Split(','))
            {
                var (range, step) = item.Split('/') switch
                {
                    [var only] => (only, 1),
                    [var r, var s] when int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n is > 0 and < 100 => (r, n),
                    _ => ("", 0),
                };
                var (from, to) = range.Split('-') switch
                {
                    ["*"] => (First, Last == 7 ? 6 : Last),
                    [var only] when Value(only) is { } v => (v, item.Contains('/', StringComparison.Ordinal) ? Last == 7 ? Math.Max(v, 6) : Last : v),

                    // A week that ends with Sunday: sat-sun.
                    [var a, var b] when Value(a) is { } v && Value(b) is { } w => (v, Last == 7 && w == 0 && v > 0 ? 7 : w),
                    _ => (1, 0),
                };
                if (from > to)
                {
                    error = $"'{Excerpt.Of(item)}' is no {Name}: write {First} to {Last}{(Names.Count == 0 ? "" : $" or {Names[^1]}")}, a range from the lower to the higher, or a step as in */2";
                    return false;
                }

                for (var i = from; i <= to; i += step)
                {
                    found.Add(i);
                }
            }

            values = found;
            return true;
        }

        private int? Value(string text)
        {
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number >= First && number <= Last ? number : null;
            }

            for (var i = 0; i < Names.Count; i++)
            {
                if (Names[i].Length > 0 && Names[i].Equals(text, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }

            return null;
        }
    }
}
