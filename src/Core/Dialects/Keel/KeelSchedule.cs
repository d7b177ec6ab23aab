using System.Buffers;
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// When Keel polls: <c>@every 10m</c>, <c>@daily</c>, or five or six fields as github.com/robfig/cron v1 reads them, seconds
/// first and the day of the week last, which may be left out.
/// </summary>
/// <param name="Text">As it was written.</param>
/// <param name="Every">How long between two looks, at least a second; null for a schedule of fields.</param>
internal sealed record KeelSchedule(string Text, TimeSpan? Every)
{
    private const int Longest = 200;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    /// <summary>How long what is found in a look may be proposed.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);

    private static readonly (string Name, string Cron)[] Descriptors =
        [("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 1 *"), ("@monthly", "0 0 1 * *"), ("@weekly", "0 0 * * 0"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 * * *"), ("@hourly", "0 * * * *")];

    private static readonly (string Name, int Least, int Most)[] Fields =
        [("second", 0, 59), ("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("day of the week", 0, 6)];

    private static readonly FrozenDictionary<string, int> Months = Names(1, "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static readonly FrozenDictionary<string, int> Days = Names(0, "sun", "mon", "tue", "wed", "thu", "fri", "sat");

    /// <summary>Its looks as the five fields of cron, without seconds; null where there is one all the time.</summary>
    public string? Cron { get; private init; }

    /// <summary>When pull requests may be opened: after a look, in UTC, as Keel's image has it. Null: always.</summary>
    public Schedule? ToSchedule() =>
        Cron is not null && CalendarRule.TryParseCron(Cron, out var rule, out _) ? new CalendarSchedule($"pollSchedule {Text}, UTC", TimeZoneInfo.Utc, [rule], Lasts) : null;

    /// <summary>Reads a schedule; <paramref name="error"/> says what is wrong with it, as the end of a sentence that names it.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out KeelSchedule? schedule, [NotNullWhen(false)] out string? error)
    {
        const string EveryPrefix = "@every ";
        schedule = null;
        error = null;
        if (text.Length > Longest)
        {
            error = $"is longer than {Longest} characters";
        }
        else if (text.StartsWith(EveryPrefix, StringComparison.Ordinal))
        {
            if (TryDuration(text.AsSpan(EveryPrefix.Length), out var every))
            {
                // Less than a second is a second, and what is left over is cut off.
                schedule = new KeelSchedule(text, TimeSpan.FromSeconds(Math.Max(1, Math.Floor(every.TotalSeconds))));
            }
            else
            {
                error = "has no duration such as 90s, 10m or 1h30m";
            }
        }
        else if (text.StartsWith('@'))
        {
            var known = Array.Find(Descriptors, d => d.Name == text);
            error = known.Cron is null ? $"is none of @every, {string.Join(", ", Descriptors.Select(d => d.Name))}" : null;
            schedule = error is null ? new KeelSchedule(text, null) { Cron = known.Cron } : null;
        }
        else
        {
            var fields = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            error = CheckFields(fields);
            schedule = error is null ? new KeelSchedule(text, null) { Cron = ToCron(fields) } : null;
        }

        return schedule is not null;
    }

    private static FrozenDictionary<string, int> Names(int first, params string[] names) =>
        names.Select((n, i) => KeyValuePair.Create(n, i + first)).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Fields as crontab(5) has them: no seconds, no <c>?</c>, a step below 100, a day of the week.</summary>
    private static string ToCron(string[] fields) => string.Join(' ', fields.Skip(1).Append("*").Take(5).Select(f => string.Join(',', f.Replace('?', '*').Split(',').Select(part =>
        part.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && TryNumber(part[(slash + 1)..], null, out var step) ? $"{part[..slash]}/{Math.Min(step, 99).ToString(CultureInfo.InvariantCulture)}" : part))));

    private static string? CheckFields(string[] fields)
    {
        if (fields.Length is not (5 or 6))
        {
            return $"has {fields.Length} fields: write 5 or 6, seconds first, or @every with a duration";
        }

        for (var i = 0; i < fields.Length; i++)
        {
            foreach (var part in fields[i].Split(','))
            {
                if (!IsRange(part, Fields[i].Least, Fields[i].Most, i == 4 ? Months : i == 5 ? Days : null))
                {
                    return $"has '{Images.Excerpt.Of(part)}' for the {Fields[i].Name}, where numbers go from {Fields[i].Least} to {Fields[i].Most}";
                }
            }
        }

        return null;
    }

    /// <summary><c>*</c>, <c>?</c>, <c>5</c>, <c>1-5</c>, each perhaps with a step: <c>*/10</c>.</summary>
    private static bool IsRange(string part, int least, int most, FrozenDictionary<string, int>? names)
    {
        var step = part.Split('/');
        var ends = step[0].Split('-');
        if (step.Length > 2 || ends.Length > 2 || (step.Length == 2 && (!TryNumber(step[1], null, out var width) || width == 0)))
        {
            return false;
        }

        if (ends[0] is "*" or "?")
        {
            return true;
        }

        return TryNumber(ends[0], names, out var low) && TryNumber(ends[^1], names, out var high) && low >= least && high <= most && low <= high;
    }

    private static bool TryNumber(string text, FrozenDictionary<string, int>? names, out int number) =>
        (names is not null && names.TryGetValue(text, out number)) || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>A duration as Go's ParseDuration reads it, up to a year: <c>1h30m</c>, <c>1.5h</c>, <c>500ms</c>.</summary>
    private static bool TryDuration(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var total = 0.0;
        if (text is "0")
        {
            return true;
        }

        var isEmpty = text.IsEmpty;
        while (!text.IsEmpty)
        {
            var digits = text.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(text[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            text = text[digits..];
            var end = text.IndexOfAny(Digits);
            var unit = end < 0 ? text : text[..end];
            var seconds = unit switch
            {
                "h" => 3600,
                "m" => 60,
                "s" => 1,
                "ms" => 1e-3,
                "us" or "µs" or "μs" => 1e-6,
                "ns" => 1e-9,
                _ => double.NaN,
            };
            total += number * seconds;
            text = text[unit.Length..];
        }

        if (isEmpty || !(total <= TimeSpan.FromDays(366).TotalSeconds))
        {
            return false;
        }

        duration = TimeSpan.FromSeconds(total);
        return true;
    }
}
