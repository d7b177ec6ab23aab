namespace Basewatch.Core.Dialects;

/// <summary>Times in which something may be done.</summary>
public abstract record Schedule
{
    /// <summary>In words: <c>on Mondays before 5:00, Europe/Berlin</c>.</summary>
    public abstract string Text { get; }

    /// <summary>Whether the time is one of them.</summary>
    public abstract bool IsOpen(DateTimeOffset time);

    /// <summary>The first of them from a time on, which is the time itself where it is one; null where there is none within a year.</summary>
    public abstract DateTimeOffset? NextOpening(DateTimeOffset after);
}
