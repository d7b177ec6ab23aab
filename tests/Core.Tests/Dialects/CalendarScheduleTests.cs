using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Dialects;
using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class CalendarScheduleTests
{
    private static readonly TimeZoneInfo[] Zones =
        [.. new[] { "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu" }.Select(id => CalendarSchedule.TryFindZone(id, out var zone) ? zone : throw new InvalidOperationException(id))];

    // About the days on which clocks are moved, and others.
    private static readonly Gen<DateTimeOffset> Times = Gen.Select(
        Gen.OneOf("2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2026-12-31", "2028-02-28"),
        Gen.Int[0, 3 * 24 * 60],
        Gen.Int[0, 59],
        (day, minutes, seconds) => Time(day + "T00:00:00Z").AddMinutes(minutes).AddSeconds(seconds));

    private static readonly Gen<CalendarRule> Rules = Gen.Select(
        Set(0, 59).Null(), Set(0, 4).Null(), Set(1, 31).Null(), Set(1, 12).Null(0.7), Set(0, 6).Null(), Gen.Bool,
        (minutes, hours, days, months, weekdays, either) => new CalendarRule { Minutes = minutes, Hours = hours, DaysOfMonth = days, Months = months, DaysOfWeek = weekdays, EitherDay = either && days is not null && weekdays is not null });

    private static readonly Gen<CalendarSchedule> Schedules = Gen.Select(
        Gen.OneOf(Zones), Rules.Array[0, 3], Gen.OneOf(0, 1, 7, 60, 24 * 60),
        (zone, rules, minutes) => new CalendarSchedule("sometimes", zone, rules, TimeSpan.FromMinutes(minutes)));

    [Fact]
    public void The_next_opening_is_open_and_nothing_before_it_is() =>
        Gen.Select(Schedules, Times).Sample((schedule, time) =>
        {
            var next = schedule.NextOpening(time);
            Assert.Equal(schedule.IsOpen(time), next == time);
            if (next is { } opening)
            {
                Assert.True(opening >= time);
                Assert.True(schedule.IsOpen(opening));
            }

            var end = new[] { next ?? DateTimeOffset.MaxValue, time.AddDays(2) }.Min();
            for (var between = time; between < end; between = between.AddMinutes(1))
            {
                Assert.False(schedule.IsOpen(between));
            }
        }, iter: 300);

    [Fact]
    public void A_schedule_without_a_length_is_open_where_the_clock_on_the_wall_matches() =>
        Gen.Select(Schedules, Times).Sample((schedule, time) =>
        {
            var wall = TimeZoneInfo.ConvertTime(time, schedule.Zone);
            Assert.Equal(
                schedule.Rules.Any(r =>
                    (r.Minutes is null || r.Minutes.Contains(wall.Minute))
                    && (r.Hours is null || r.Hours.Contains(wall.Hour))
                    && (r.Months is null || r.Months.Contains(wall.Month))
                    && (r.EitherDay
                        ? r.DaysOfMonth!.Contains(wall.Day) || r.DaysOfWeek!.Contains((int)wall.DayOfWeek)
                        : (r.DaysOfMonth is null || r.DaysOfMonth.Contains(wall.Day)) && (r.DaysOfWeek is null || r.DaysOfWeek.Contains((int)wall.DayOfWeek)))),
                (schedule with { Lasts = TimeSpan.Zero }).IsOpen(time));
        });

    [Fact]
    public void A_schedule_stays_open_for_its_length_after_every_matching_minute() =>
        Gen.Select(Schedules, Times, Gen.Int[1, 24 * 60 * 60]).Sample((schedule, time, seconds) =>
        {
            if ((schedule with { Lasts = TimeSpan.Zero }).IsOpen(time))
            {
                var start = time.AddSeconds(-time.Second);
                Assert.True((schedule with { Lasts = TimeSpan.FromSeconds(seconds) }).IsOpen(start.AddSeconds(seconds - 1)));
            }
        }, iter: 1000);

    [Theory]
    [InlineData("30 2 * * *", 0, "2026-03-29T00:00:00Z", "2026-03-30T00:30:00Z")] // 2:30 is left out on the 29th
    [InlineData("30 2 * * *", 60, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z")] // so it begins at 3:00, summer time
    [InlineData("30 2 * * *", 60, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z")] // the first 2:30 of two
    [InlineData("30 2 * * *", 0, "2026-10-25T00:31:00Z", "2026-10-25T01:30:00Z")] // the second
    [InlineData("0 5 * * 1", 0, "2026-11-23T09:00:00Z", "2026-11-30T04:00:00Z")]
    [InlineData("0 5 1 * *", 0, "2026-11-23T09:00:00Z", "2026-12-01T04:00:00Z")]
    [InlineData("0 0 29 2 *", 0, "2027-03-01T00:00:00Z", "2028-02-28T23:00:00Z")]
    [InlineData("0 0 29 2 *", 0, "2026-01-01T00:00:00Z", null)]
    [InlineData("0 0 31 2 *", 0, "2026-01-01T00:00:00Z", null)]
    [InlineData("0 0 13 * fri", 0, "2026-11-10T00:00:00Z", "2026-11-12T23:00:00Z")] // either the 13th or a Friday
    [InlineData("0 0 * * fri", 0, "2026-11-10T00:00:00Z", "2026-11-12T23:00:00Z")]
    [InlineData("0 0 1-7 * */7", 0, "2026-11-02T00:00:00Z", "2026-12-05T23:00:00Z")] // one begins with *: both the first week and a Sunday
    [InlineData("*/15 * * * *", 0, "2026-11-10T10:01:20Z", "2026-11-10T10:15:00Z")]
    [InlineData("* 8-17 * * 1-5", 0, "2026-11-13T17:00:00Z", "2026-11-16T07:00:00Z")]
    public void A_cron_expression_opens_when_it_should(string cron, int lasts, string after, string? expected)
    {
        Assert.True(CalendarRule.TryParseCron(cron, out var rule, out var error), error);
        var schedule = new CalendarSchedule(cron, Zones[1], [rule], TimeSpan.FromMinutes(lasts));
        Assert.Equal(expected is null ? null : Time(expected), schedule.NextOpening(Time(after)));
    }

    [Theory]
    [InlineData("* * * * *", null, null, null)]
    [InlineData("0,30 0-6/3 1 jan-MAR sun,6", "0 30", "0 3 6", "0 6")]
    [InlineData("5/20 */12 * * 5-7", "5 25 45", "0 12", "0 5 6")]
    [InlineData("59 23 * * 7", "59", "23", "0")]
    [InlineData("0 0 * * sat-sun", "0", "0", "0 6")]
    [InlineData("0 0 * * */2", "0", "0", "0 2 4 6")]
    public void A_cron_expression_is_read(string cron, string? minutes, string? hours, string? weekdays)
    {
        Assert.True(CalendarRule.TryParseCron(cron, out var rule, out var error), error);
        Assert.Equal([minutes, hours, weekdays], [Text(rule.Minutes), Text(rule.Hours), Text(rule.DaysOfWeek)]);

        static string? Text(IReadOnlySet<int>? set) => set is null ? null : string.Join(' ', set.Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * 32 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("* * * * noday")]
    [InlineData("5-1 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/-1 * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("+1 * * * *")]
    [InlineData("* * L * *")]
    [InlineData("* * * * 1#2")]
    public void What_is_no_cron_expression_is_told(string cron)
    {
        Assert.False(CalendarRule.TryParseCron(cron, out _, out var error));
        Assert.NotEmpty(error);
    }

    [Fact]
    public void Nothing_throws_on_any_text() =>
        Gen.OneOf(Gen.String, Gen.String[Gen.Char["0123456789*/,- sunjan"], 0, 40]).Sample(text =>
        {
            Assert.Equal(CalendarRule.TryParseCron(text, out var rule, out var error), error is null);
            Assert.Equal(rule is null, error is not null);
            Assert.Equal(CalendarSchedule.TryFindZone(text, out var zone), zone is not null);
        });

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("/etc/localtime")]
    [InlineData("Mars/Olympus")]
    [InlineData("")]
    public void What_is_no_time_zone_is_not_looked_for_elsewhere(string id) => Assert.False(CalendarSchedule.TryFindZone(id, out _));

    [Fact]
    public void The_ends_of_time_are_no_trouble()
    {
        var never = new CalendarSchedule("never", Zones[2], [], TimeSpan.FromHours(1));
        Assert.Null(never.NextOpening(DateTimeOffset.MaxValue));
        Assert.Null(never.NextOpening(DateTimeOffset.MinValue));
        Assert.False(never.IsOpen(DateTimeOffset.MinValue));
    }

    [Fact]
    public void A_year_is_looked_through_quickly()
    {
        var never = new CalendarSchedule("never", Zones[1], [new CalendarRule { DaysOfMonth = new HashSet<int> { 31 }, Months = new HashSet<int> { 2 } }], TimeSpan.Zero);
        never.NextOpening(Time("2026-01-01T00:00:00Z"));
        var watch = Stopwatch.StartNew();
        never.NextOpening(Time("2026-01-01T00:00:00Z"));
        Assert.True(watch.Elapsed < TimeSpan.FromMilliseconds(200), watch.Elapsed.ToString());
    }

    private static Gen<IReadOnlySet<int>> Set(int from, int to) => Gen.Int[from, to].HashSet[1, 3].Select(s => (IReadOnlySet<int>)s);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
