using System.Globalization;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>How numbers, times and states are said.</summary>
internal static class Words
{
    public static string Number(int number) => number.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    public static string Count(int number, string one, string many) => $"{Number(number)} {(number == 1 ? one : many)}";

    public static string Percent(double share) =>
        // Not all is not 100 %.
        string.Create(CultureInfo.InvariantCulture, $"{(share is > 0.995 and < 1 ? 99 : Math.Round(share * 100)):0}\u202f%");

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => "a moment",
        { TotalMinutes: < 60 } => $"{(int)span.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} h",
        _ => Count((int)span.TotalDays, "day", "days"),
    };

    /// <summary><c>3 h ago</c>, with the point in time for machines and pointers.</summary>
    public static Html Ago(DateTimeOffset? at, Overview now) => at is not { } then ? Html.Of($"<span class=\"none\">never</span>")
        // Of some things only the day is kept.
        : then.UtcDateTime.TimeOfDay == TimeSpan.Zero && DateOnly.FromDateTime(then.UtcDateTime) is var day ? Html.Of($"<time datetime=\"{Day(day)}\" title=\"{Day(day)}\">{Until(day, now.Today)}</time>")
        : Html.Of($"<time datetime=\"{then.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}\" title=\"{then.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC\">{(now.At - then < TimeSpan.FromMinutes(1) ? "just now" : Span(now.At - then) + " ago")}</time>");

    /// <summary>When something ends, as people feel it.</summary>
    public static string Until(DateOnly day, DateOnly today) => (day.DayNumber - today.DayNumber) switch
    {
        0 => "today",
        > 0 and var days => $"in {Length(days)}",
        var days => $"{Length(-days)} ago",
    };

    public static string State(LifecycleStatus status) => status switch
    {
        LifecycleStatus.Ended => "ended",
        LifecycleStatus.Ending => "ending",
        LifecycleStatus.Maintained => "maintained",
        _ => "unknown",
    };

    /// <summary>A state with a colour and a word: never a colour alone.</summary>
    public static Html Badge(string state, string text) => Html.Of($"<span class=\"badge {state}\">{text}</span>");

    public static Html Next(NextEnd next, DateOnly today) => next.Status == LifecycleStatus.Unknown
        ? Html.Of($"<span class=\"none\">unknown</span>")
        : Html.Of($"{Badge(State(next.Status), State(next.Status))} <span class=\"sub\">{next.Title}{(next.Ends is { } ends ? Html.Of($" · <span class=\"line\">{Day(ends)}, {Until(ends, today)}</span>") : null)}</span>");

    /// <summary>A name of parts, which may go on in another line behind a slash.</summary>
    public static Html Name(string name) => Html.Of($"{name.Split('/').Select((part, i) => Html.Of($"{(i == 0 ? null : Html.Of($"/<wbr>"))}{part}"))}");

    public static Html OrNone(string? text) => string.IsNullOrEmpty(text) ? Html.Of($"<span class=\"none\">–</span>") : Html.Of($"{text}");

    private static string Length(int days) => days switch
    {
        1 => "1 day",
        < 60 => $"{days} days",
        < 730 => $"{days / 30} months",
        _ => $"{days / 365} years",
    };
}
