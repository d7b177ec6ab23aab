using Basewatch.Core.Images;

namespace Basewatch.Core.Alerts;

/// <summary>What an organisation wants to be told, when, and to whom.</summary>
public sealed record AlertSettings
{
    /// <summary>Where nothing is said.</summary>
    public static AlertSettings Default { get; } = new();

    /// <summary>How many days before an end people are told, the most first; 0 is the day itself.</summary>
    public IReadOnlyList<int> Thresholds { get; init; } = [180, 90, 30, 7, 0];

    /// <summary>After how many days past the end they are told again, and again; 0: never.</summary>
    public int Repeat { get; init; } = 30;

    /// <summary>Decides which day it is.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>For how many days a pull request may wait before it is told.</summary>
    public int Waiting { get; init; } = 14;

    /// <summary>When the week is summed up; null: never.</summary>
    public DigestTime? Digest { get; init; } = new(DayOfWeek.Monday, new TimeOnly(7, 0));

    /// <summary>Who is told what; without any, everybody everything.</summary>
    public IReadOnlyList<AlertRoute> Routes { get; init; } = [];

    /// <summary>The day that a moment falls on.</summary>
    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);

    /// <summary>
    /// The tightest of the thresholds that are passed: days before the end, or, negative, past it. It only ever falls as time goes by.
    /// Null: none is passed yet.
    /// </summary>
    /// <param name="daysLeft">Days to the end; 0 today, negative after it.</param>
    public int? MarkOf(int daysLeft)
    {
        var repeats = Repeat > 0 && daysLeft < 0 ? -daysLeft / Repeat : 0;
        int? passed = null;
        foreach (var threshold in Thresholds)
        {
            passed = threshold >= daysLeft && !(passed <= threshold) ? threshold : passed;
        }

        return repeats > 0 ? -repeats * Repeat : passed;
    }

    /// <summary>The last moment, not after a given one, at which the week was to be summed up, as its day; null where it never is.</summary>
    public DateOnly? LastDigest(DateTimeOffset moment)
    {
        if (Digest is not { } digest)
        {
            return null;
        }

        var local = TimeZoneInfo.ConvertTime(moment, Zone).DateTime;
        var day = DateOnly.FromDateTime(local);
        day = day.AddDays(-(((int)day.DayOfWeek - (int)digest.Day + 7) % 7));
        return day.ToDateTime(digest.Time) <= local ? day : day.AddDays(-7);
    }
}

/// <summary>When the week is summed up.</summary>
/// <param name="Day">The day.</param>
/// <param name="Time">The time of that day.</param>
public sealed record DigestTime(DayOfWeek Day, TimeOnly Time)
{
    /// <summary>Reads <c>monday 07:00</c>, or <c>monday</c>, which is at seven.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out DigestTime? time)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        time = parts.Length is 1 or 2
            && parts[0].All(char.IsAsciiLetter)
            && Enum.TryParse<DayOfWeek>(parts[0], ignoreCase: true, out var day)
            && TimeOnly.TryParseExact(parts.Length == 2 ? parts[1] : "07:00", "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var at)
            ? new DigestTime(day, at)
            : null;
        return time is not null;
    }
}

/// <summary>Who is told of some things. What it leaves out is for all.</summary>
public sealed record AlertRoute
{
    /// <summary><c>owner/name</c>, or the name alone, with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Repositories { get; init; } = [];

    /// <summary>Patterns for paths, as <see cref="Formats.FilePattern"/> reads them.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Owners of the file by <c>CODEOWNERS</c>: <c>acme/platform</c>, <c>ann</c>, with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Teams { get; init; } = [];

    /// <summary>What ends: <c>python</c>, <c>python 3.8</c>, with <c>*</c> and <c>?</c>.</summary>
    public IReadOnlyList<string> Products { get; init; } = [];

    /// <summary>What messages are about.</summary>
    public IReadOnlyList<MessageKind> Kinds { get; init; } = [];

    /// <summary>How much it has to matter at the least.</summary>
    public Severity Severity { get; init; } = Severity.Good;

    /// <summary>The channels.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Whether the routes after it are looked at as well.</summary>
    public bool Continues { get; init; }

    /// <summary>Its line in the configuration.</summary>
    public int Line { get; init; }

    /// <summary>Whether it is for what has no repository and no product too.</summary>
    internal bool IsForEverything => Repositories.Count + Files.Count + Teams.Count + Products.Count == 0;

    /// <summary>Whether a text is meant by one of some patterns, in any case.</summary>
    internal static bool Matches(IReadOnlyList<string> patterns, params ReadOnlySpan<string> texts)
    {
        foreach (var pattern in patterns)
        {
            foreach (var text in texts)
            {
                if (Wildcard.Matches(pattern, text, ignoreCase: true))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
