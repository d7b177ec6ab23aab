namespace Basewatch.Core.Jobs;

/// <summary>What became of a job.</summary>
public abstract record JobOutcome
{
    /// <summary>It is done.</summary>
    public static JobOutcome Done { get; } = new JobDone();
}

/// <summary>It is done.</summary>
public sealed record JobDone : JobOutcome;

/// <summary>The world was not ready: do it again later.</summary>
/// <param name="After">How long to wait.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record JobPostponed(TimeSpan After, string Reason) : JobOutcome;

/// <summary>Its time was up before it came to an end.</summary>
/// <param name="Rest">What is left to do.</param>
public sealed record JobUnfinished(Job Rest) : JobOutcome;

/// <summary>It failed, and doing it again at once would fail again. The next scheduled run tries anew.</summary>
/// <param name="Reason">Why, for people.</param>
public sealed record JobFailed(string Reason) : JobOutcome;
