namespace Basewatch.Cli.Demo;

/// <summary>A clock that stands still until the story moves on: days of waiting take no time.</summary>
internal sealed class DemoClock(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    public override DateTimeOffset GetUtcNow() => _now;

    /// <summary>So much later.</summary>
    public void Advance(TimeSpan time) => _now += time;

    /// <summary>At a time of a later day.</summary>
    public void AdvanceTo(DateTimeOffset time) => _now = time > _now ? time : throw new ArgumentOutOfRangeException(nameof(time), time, "it is later than that");
}
