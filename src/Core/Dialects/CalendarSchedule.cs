using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Times by a calendar, in a time zone. An hour that clocks repeat is open both times. What should begin in an hour that
/// clocks leave out begins right after it; of a schedule that is open within matching minutes only, such minutes never come.
/// </summary>
/// <param name="Text">In words, for people.</param>
/// <param name="Zone">The time zone of the rules.</param>
/// <param name="Rules">Any of them.</param>
/// <param name="Lasts">How long it stays open from the start of a matching minute on; zero: within matching minutes only.</param>
public sealed record CalendarSchedule(string Text, TimeZoneInfo Zone, IReadOnlyList<CalendarRule> Rules, TimeSpan Lasts) : Schedule
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    /// <inheritdoc/>
    public override string Text { get; } = Text;

    /// <summary>The time zone of an IANA id: <c>Europe/Berlin</c>.</summary>
    public static bool TryFindZone(string id, [NotNullWhen(true)] out TimeZoneInfo? zone)
    {
        ArgumentNullException.ThrowIfNull(id);

        // Ids are paths below a folder of the system, and these come from repositories.
        zone = null;
        return id.Length is > 0 and <= 64
            && id[0] != '/'
            && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+')
            && TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone);
    }

    /// <inheritdoc/>
    public override bool IsOpen(DateTimeOffset time)
    {
        // A minute that began after this is still felt.
        var latest = Floor(time.UtcDateTime);
        var earliest = Lasts > Minute ? Floor(Later(time.UtcDateTime, -Lasts)) + Minute : latest;
        return FirstMatch(earliest, latest) is not null;
    }

    /// <inheritdoc/>
    public override DateTimeOffset? NextOpening(DateTimeOffset after)
    {
        if (IsOpen(after))
        {
            return after;
        }

        var from = Floor(after.UtcDateTime);
        return FirstMatch(Later(from, Minute), Later(from, Year)) is { } match ? new DateTimeOffset(match, TimeSpan.Zero) : null;
    }

    private static DateTime Floor(DateTime time) => new(time.Ticks - (time.Ticks % Minute.Ticks), DateTimeKind.Utc);

    private static DateTime Later(DateTime time, TimeSpan by) => new(Math.Clamp(time.Ticks + by.Ticks, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    /// <summary>The first matching minute from one to another, both in UTC.</summary>
    private DateTime? FirstMatch(DateTime from, DateTime to)
    {
        var local = Local(from);
        var before = Local(Later(from, -Minute));
        while (from <= to)
        {
            if (Matches(local) || (Lasts > TimeSpan.Zero && MatchesBetween(before, local)))
            {
                return from;
            }

            // To the next hour where the clock says that none of this one matches; minute by minute where it is moved within.
            var step = Rules.Any(r => r.MatchesHour(local)) ? 1 : 60 - local.Minute;
            var next = Later(from, step * Minute);
            var nextLocal = Local(next);
            if (step > 1 && nextLocal - local != next - from)
            {
                next = Later(from, Minute);
                nextLocal = Local(next);
                step = 1;
            }

            if (next == from)
            {
                return null;
            }

            before = step > 1 ? nextLocal : local;
            (from, local) = (next, nextLocal);
        }

        return null;
    }

    private DateTime Local(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(utc, Zone);

    private bool Matches(DateTime local)
    {
        foreach (var rule in Rules)
        {
            if (rule.Matches(local))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of the minutes that the clock has left out matches.</summary>
    private bool MatchesBetween(DateTime before, DateTime local)
    {
        for (var left = before + Minute; left < local; left += Minute)
        {
            if (Matches(left))
            {
                return true;
            }
        }

        return false;
    }
}
