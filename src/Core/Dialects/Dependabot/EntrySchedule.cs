using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>Reads <c>schedule</c>: Dependabot looks once at that time, so that pull requests may be opened for a day from then on.</summary>
internal static partial class EntrySchedule
{
    private const string Interval = "interval";
    private const string Cron = "cron";
    private const string CronJob = "cronjob";
    private const string TimeZone = "timezone";

    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    private static readonly string[] Intervals = ["daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", Cron];
    private static readonly string[] Days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

    /// <summary>Its keys.</summary>
    public static IReadOnlyCollection<string> Keys { get; } = [Interval, "day", "time", TimeZone, CronJob];

    /// <summary>Reads the schedule; null where something is wrong.</summary>
    public static Schedule? Read(ConfigurationMapping schedule)
    {
        var zone = ReadZone(schedule);
        if (ReadCron(schedule) is not { } cron)
        {
            return null;
        }

        if (!CalendarRule.TryParseCron(cron, out var rule, out var error))
        {
            schedule.Wrong(CronJob, error);
            return null;
        }

        return new CalendarSchedule(InWords(schedule, rule) + ", " + zone.Id, zone, [rule], OneDay);
    }

    /// <summary>The expression of cron for a schedule; null where something is wrong.</summary>
    private static string? ReadCron(ConfigurationMapping schedule)
    {
        _ = schedule.Needed(Interval, $"write one of {string.Join(", ", Intervals)}");
        var interval = schedule.Choice(Interval, Intervals);
        var day = schedule.Choice("day", Days);
        var (hour, minute) = ReadTime(schedule);
        if (day is not null && interval is not (null or "weekly"))
        {
            schedule.Remark("day", "'day' is passed over: it is for 'interval: weekly'");
        }

        if (interval == Cron)
        {
            return schedule.Needed(CronJob, "write an expression such as '0 9 * * 1'") is { } job ? FromWords(job.Value) ?? job.Value : null;
        }

        var at = string.Create(CultureInfo.InvariantCulture, $"{minute} {hour}");
        return interval switch
        {
            "daily" => $"{at} * * 1-5",
            "weekly" => string.Create(CultureInfo.InvariantCulture, $"{at} * * {(day is null ? 1 : Array.IndexOf(Days, day))}"),
            "monthly" => $"{at} 1 * *",
            "quarterly" => $"{at} 1 1,4,7,10 *",
            "semiannually" => $"{at} 1 1,7 *",
            "yearly" => $"{at} 1 1 *",
            _ => null,
        };
    }

    private static string InWords(ConfigurationMapping schedule, CalendarRule rule)
    {
        var interval = schedule.Text(Interval);
        return interval == Cron ? $"at {schedule.Text(CronJob)}"
            : interval + (interval == "weekly" ? $" on {CultureInfo.InvariantCulture.DateTimeFormat.GetDayName((DayOfWeek)rule.DaysOfWeek!.First())}" : "")
                + string.Create(CultureInfo.InvariantCulture, $" from {rule.Hours!.First()}:{rule.Minutes!.First():00}");
    }

    private static TimeZoneInfo ReadZone(ConfigurationMapping schedule)
    {
        if (schedule.Text(TimeZone) is not { } name)
        {
            return TimeZoneInfo.Utc;
        }

        if (CalendarSchedule.TryFindZone(name, out var zone))
        {
            return zone;
        }

        schedule.Wrong(TimeZone, $"there is no time zone '{Excerpt.Of(name)}': write a name of the tz database, such as 'Europe/Zurich'");
        return TimeZoneInfo.Utc;
    }

    /// <summary>Five in the morning where nothing is said; Dependabot chooses a time by chance.</summary>
    private static (int Hour, int Minute) ReadTime(ConfigurationMapping schedule)
    {
        if (schedule.Text("time") is not { } text)
        {
            return (5, 0);
        }

        if (TimeOnly.TryParseExact(text, ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return (time.Hour, time.Minute);
        }

        schedule.Wrong("time", $"'{Excerpt.Of(text)}' is no time: write hours and minutes, such as \"05:00\"");
        return (5, 0);
    }

    /// <summary>The commonest of the sentences that <c>cronjob</c> takes too: <c>every weekday at 5pm</c>.</summary>
    private static string? FromWords(string text)
    {
        var match = Sentence().Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        var hour = match.Groups["hour"].Success ? int.Parse(match.Groups["hour"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var minute = match.Groups["minute"].Success ? int.Parse(match.Groups["minute"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        hour = match.Groups["half"].Value.ToLowerInvariant() switch
        {
            "am" when hour == 12 => 0,
            "pm" when hour < 12 => hour + 12,
            _ => match.Groups["noon"].Success ? 12 : hour,
        };
        var days = match.Groups["day"].Value.ToLowerInvariant() switch
        {
            "day" => "* * *",
            "month" => "1 * *",
            "weekday" => "* * 1-5",
            var name => string.Create(CultureInfo.InvariantCulture, $"* * {Array.IndexOf(Days, name)}"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{minute} {hour} {days}");
    }

    [GeneratedRegex(@"^every (?<day>day|weekday|month|sunday|monday|tuesday|wednesday|thursday|friday|saturday)(?: at (?:(?<hour>[0-9]{1,2})(?::(?<minute>[0-9]{2}))? ?(?<half>am|pm)?|(?<noon>noon)|midnight))?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Sentence();
}
