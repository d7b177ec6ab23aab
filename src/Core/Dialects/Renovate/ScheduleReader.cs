using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads <c>schedule</c>: cron expressions and words (<c>workers/repository/update/branch/schedule.ts</c>).</summary>
internal static class ScheduleReader
{
    private const int MostRules = 500;
    private const int LongestText = 500;
    private const string Always = "at any time";

    private static readonly Regex ShortHour = new("(?<hour> [0-9]?[0-9])(?<half>[ap]m)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex OverNight = new(
        "^(?<before>.*?)(?<word1>after|before) (?<time1>.*?) and (?<word2>after|before) (?<time2>.*?)(?: |$)(?<rest>.*)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    private static readonly Regex EveryDay = new("every (?<day>(mon|tues|wednes|thurs|fri|satur|sun)day)$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>The times of a list of schedules, any of which is enough; null: always, or there is an error.</summary>
    /// <param name="texts">The list.</param>
    /// <param name="zone">Whose clock counts.</param>
    /// <param name="wrong">Index of the text that is none.</param>
    /// <param name="error">What is wrong with it.</param>
    public static Schedule? Read(IReadOnlyList<string> texts, TimeZoneInfo zone, out int wrong, out string? error)
    {
        (wrong, error) = (0, null);
        if (texts.Count == 0 || texts[0] == Always)
        {
            return null;
        }

        var rules = new List<CalendarRule>();
        for (; wrong < texts.Count; wrong++)
        {
            if (!TryRead(texts[wrong], rules, out error))
            {
                return null;
            }
        }

        return new CalendarSchedule($"{string.Join(", ", texts)}; {zone.Id}", zone, rules, TimeSpan.Zero);
    }

    private static bool TryRead(string text, List<CalendarRule> rules, out string? error)
    {
        error = null;
        if (text.Length > LongestText)
        {
            error = $"a schedule is up to {LongestText} characters long";
        }
        else if (text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: >= 5 and <= 7 } fields && text.TrimStart()[0] is '*' or '?' or (>= '0' and <= '9'))
        {
            if (ReadCron(text, fields, out error) is { } rule)
            {
                rules.Add(rule);
            }
        }
        else
        {
            foreach (var part in Renew(text))
            {
                error ??= ReadWords(part, rules);
            }
        }

        error ??= rules.Count > MostRules ? "there are more times than are read: name fewer" : null;
        return error is null;
    }

    /// <summary>Six fields have seconds before them, seven a year after them; both days have to match (<c>domAndDow</c>).</summary>
    private static CalendarRule? ReadCron(string text, string[] fields, out string? error)
    {
        var five = fields.Length == 5 ? fields : fields[1..6];
        if (fields is [_, _, _, _, _, _, not "*"])
        {
            error = $"'{Excerpt.Of(text)}' has a year, which is not read: write five fields";
            return null;
        }

        if (five[0] is not ("*" or "*/1" or "?") || !text.StartsWith('*'))
        {
            error = $"'{Excerpt.Of(text)}' names minutes, which Renovate refuses: write * for them, as in '* 0-4 * * 1'";
            return null;
        }

        if (five.SelectMany(f => f.Split(',')).FirstOrDefault(f => f.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && !f.StartsWith('*') && !f[..slash].Contains('-', StringComparison.Ordinal)) is { } step)
        {
            error = $"'{Excerpt.Of(step)}' has steps from a single value, which Renovate refuses: write a range or *, as in */2";
            return null;
        }

        var (days, weekdays) = (five[2], five[4]);
        IReadOnlySet<int>? last = null;
        if (days is "L" or "l")
        {
            (days, last) = ("*", new HashSet<int> { -1 });
        }
        else if (days is "*" or "?" && weekdays is [_, 'L' or 'l'])
        {
            (weekdays, last) = (weekdays[..1], Enumerable.Range(-7, 7).ToHashSet());
        }
        else if (days is "*" or "?" && weekdays.Split('#') is [var weekday, [>= '1' and <= '5'] nth])
        {
            (weekdays, last) = (weekday, Enumerable.Range(((nth[0] - '1') * 7) + 1, 7).ToHashSet());
        }

        return CalendarRule.TryParseCron(string.Join(' ', "*", five[1], days, five[3], weekdays).Replace('?', '*'), out var rule, out error)
            ? rule with { EitherDay = false, DaysOfMonth = last ?? rule.DaysOfMonth }
            : null;
    }

    /// <summary>What Renovate makes of texts of older releases (<c>config/migrations/custom/schedule-migration.ts</c>): a night is two times.</summary>
    private static IEnumerable<string> Renew(string text)
    {
        List<string> texts = [text];
        if (text.Contains(" and ", StringComparison.Ordinal) && text.Contains("before ", StringComparison.Ordinal) && text.Contains("after ", StringComparison.Ordinal)
            && ScheduleText.Read(LongHours(text))?.Schedules is [var only, ..] && only.TryGetValue("t_a", out var after) && only.TryGetValue("t_b", out var before) && after[0] > before[0])
        {
            texts = [OverNight.Replace(text, "${before}${word1} ${time1} ${rest}", 1).Trim(), OverNight.Replace(text, "${before}${word2} ${time2} ${rest}", 1).Trim()];
        }

        return texts.Select(t =>
        {
            t = First(First(t, "on the last day of the month", "on the first day of the month"), "on every weekday", "every weekday");
            t = t.EndsWith(" every day", StringComparison.Ordinal) ? First(t, " every day", "") : t;
            t = EveryDay.Replace(t, "on ${day}");
            t = t.EndsWith("days", StringComparison.Ordinal) ? First(t, "days", "day") : t;
            return LongHours(t is "every month" or "monthly" ? "before 5am on the first day of the month" : t);
        });
    }

    private static string First(string text, string part, string other) =>
        text.IndexOf(part, StringComparison.Ordinal) is var at and >= 0 ? text[..at] + other + text[(at + part.Length)..] : text;

    private static string LongHours(string text) => ShortHour.Replace(text, "${hour}:00${half}");

    /// <summary>Adds the times of a text; otherwise what is wrong with it.</summary>
    private static string? ReadWords(string text, List<CalendarRule> rules)
    {
        if (ScheduleText.Read(text) is not { } read || read.Schedules.Any(s => s.Count == 0) || read.Exceptions.Any(s => s.Count == 0))
        {
            return $"'{Excerpt.Of(text)}' is no schedule: write \"before 5am on monday\", \"every weekend\", or a cron expression with * for its minutes, as in \"* 0-4 * * 1\"";
        }

        if (read.Schedules.Any(s => s.ContainsKey("m")))
        {
            return $"'{Excerpt.Of(text)}' names minutes, which Renovate refuses: name hours, days or months";
        }

        if (!read.Schedules.Any(s => s.ContainsKey("M") || s.ContainsKey("d") || s.ContainsKey("D") || s.ContainsKey("t_a") || s.ContainsKey("t_b")))
        {
            return $"'{Excerpt.Of(text)}' has no months, days of the week or time of day, so Renovate refuses it: write \"before 5am\" or \"on monday\"";
        }

        List<CalendarRule> found = [];
        foreach (var schedule in read.Schedules)
        {
            if (Rules(schedule) is not { } known)
            {
                return NotRead(text);
            }

            found.AddRange(known);
        }

        foreach (var exception in read.Exceptions)
        {
            // Of others, later keeps some times and not others.
            if (exception is not { Count: 1 } || exception.First() is not { Key: "d" or "M" or "D", Value: var values } || values.Contains(0) || found.Count > MostRules)
            {
                return NotRead(text);
            }

            var except = Rules(exception)![0];
            found = [.. found.Select(f => f with
            {
                DaysOfMonth = Left(f.DaysOfMonth, except.DaysOfMonth, 1, 31), DaysOfWeek = Left(f.DaysOfWeek, except.DaysOfWeek, 0, 6), Months = Left(f.Months, except.Months, 1, 12),
            })];
        }

        rules.AddRange(found);
        return null;
    }

    private static string NotRead(string text) =>
        $"'{Excerpt.Of(text)}' is not read, for it has years, days of the year, weeks of the month, or exceptions that are no days or months: write it with days and months";

    /// <summary>The rules of one schedule; null where it has a period that is not read.</summary>
    private static List<CalendarRule>? Rules(Dictionary<string, List<int>> schedule)
    {
        var isLastWeek = schedule.TryGetValue("wy", out var weeks) && (weeks.Count == 0 || weeks.Contains(0));
        if (isLastWeek || schedule.Keys.Any(k => k.Split('_')[0] is "Y" or "dy" or "wm" or "dc_a" or "dc_b") || (schedule.ContainsKey("dc") && schedule.ContainsKey("D")))
        {
            return null;
        }

        var days = schedule.TryGetValue("dc", out var nth)
            ? nth.SelectMany(n => n == 0 ? Enumerable.Range(-7, 7) : Enumerable.Range(((n - 1) * 7) + 1, 7)).ToHashSet()
            : Values(schedule, "D", 1, 31)?.ToHashSet();
        if (schedule.TryGetValue("D", out var written) && (written.Count == 0 || written.Contains(0)))
        {
            days!.Add(-1);
        }

        var rule = new CalendarRule
        {
            DaysOfMonth = days,
            DaysOfWeek = Values(schedule, "d", 1, 7)?.Select(d => d - 1).ToHashSet(),
            Months = Values(schedule, "M", 1, 12)?.ToHashSet(),
            Weeks = Values(schedule, "wy", 1, 53)?.ToHashSet(),
        };
        var (hours, times) = (Values(schedule, "h", 0, 23), Values(schedule, "t", 0, 1439));
        var minutes = Values(schedule, "m", 0, 59)?.ToHashSet();
        return times is null
            ? [rule with { Hours = hours?.ToHashSet(), Minutes = minutes }]
            : [.. times.GroupBy(t => t / 60, t => t % 60).Where(h => hours is null || hours.Contains(h.Key))
                .GroupBy(h => string.Join(',', h), StringComparer.Ordinal)
                .Select(g => rule with
                {
                    Hours = g.Select(h => h.Key).ToHashSet(),
                    Minutes = g.First().Count() == 60 ? minutes : g.First().Where(m => minutes?.Contains(m) != false).ToHashSet(),
                })];
    }

    /// <summary>The values of a period that are open; null: any. Of several times after which it is open the first counts, before which the last does.</summary>
    private static List<int>? Values(Dictionary<string, List<int>> schedule, string key, int first, int last)
    {
        var isListed = schedule.TryGetValue(key, out var listed);
        var hasStart = schedule.TryGetValue(key + "_a", out var start);
        var hasEnd = schedule.TryGetValue(key + "_b", out var end);
        return !isListed && !hasStart && !hasEnd ? null
            : [.. Enumerable.Range(first, last - first + 1).Where(v => (!isListed || IsListed(listed!, v, first == 0 ? -1 : last)) && (!hasStart || v >= start![0]) && (!hasEnd || v < end![^1]))];
    }

    /// <summary>
    /// Whether a value is one of a list as later finds it, which takes lists for sorted: <c>every weekday and every weekend</c> is the
    /// weekend alone. No value, as of friday through monday, is the last there is.
    /// </summary>
    private static bool IsListed(List<int> values, int value, int last)
    {
        var next = 0;
        for (var i = values.Count - 1; i >= 0 && (values[i] >= value || (values[i] == 0 && last > value)); i--)
        {
            if (values[i] == value)
            {
                return true;
            }

            next = i;
        }

        var found = values.Count == 0 ? 0 : values[next];
        return (values.Count > 0 && found == value) || (found == 0 && value == last);
    }

    private static IReadOnlySet<int>? Left(IReadOnlySet<int>? values, IReadOnlySet<int>? except, int first, int last) =>
        except is null ? values : (values ?? (IEnumerable<int>)Enumerable.Range(first, last - first + 1)).Where(v => !except.Contains(v)).ToHashSet();
}
