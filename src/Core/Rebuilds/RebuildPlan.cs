namespace Basewatch.Core.Rebuilds;

/// <summary>What is done about an image.</summary>
public enum RebuildAction
{
    /// <summary>A build is started now.</summary>
    Start,

    /// <summary>A build is on its way.</summary>
    Build,

    /// <summary>It waits for the push of what it is built on.</summary>
    AwaitBase,

    /// <summary>It waits for other reasons to come, so that one build does for all.</summary>
    Gather,

    /// <summary>It waits for its turn: as many builds run as may.</summary>
    AwaitTurn,

    /// <summary>It waits until it is tried again after a failure.</summary>
    Retry,

    /// <summary>It failed too often, and is left alone.</summary>
    Stopped,

    /// <summary>What it is built on failed too often, or waits for such a one.</summary>
    Blocked,

    /// <summary>A build did not remedy it.</summary>
    Unremedied,

    /// <summary>Nobody has said how it is built.</summary>
    NoMethod,

    /// <summary>It is built, in the end, on itself.</summary>
    Circular,
}

/// <summary>One image of a plan.</summary>
/// <param name="Image">The image.</param>
/// <param name="Depth">How many own images are below it.</param>
/// <param name="Action">What is done about it.</param>
/// <param name="Causes">Why it should be built; none where only what it is built on should.</param>
public sealed record RebuildStep(OwnImage Image, int Depth, RebuildAction Action, IReadOnlyList<RebuildCause> Causes)
{
    /// <summary>What it waits for, by <see cref="OwnImage.Key"/>: its base, or for <see cref="RebuildAction.Blocked"/> the one that failed.</summary>
    public string? For { get; init; }

    /// <summary>When it goes on; null: that is not known.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The way in which it is built.</summary>
    public RebuildMethod? Method { get; init; }

    /// <summary>Whether something is wrong that people have to see to.</summary>
    public bool IsTrouble => Action is RebuildAction.Stopped or RebuildAction.Blocked or RebuildAction.Unremedied or RebuildAction.Circular;
}

/// <summary>What is to be built, in order: what is built on another comes after it.</summary>
/// <param name="Steps">Every image that should be built, or is, or waits.</param>
public sealed record RebuildPlan(IReadOnlyList<RebuildStep> Steps)
{
    /// <summary>The builds to be started now, the most urgent first.</summary>
    public IEnumerable<RebuildStep> Starts => Steps.Where(s => s.Action == RebuildAction.Start).OrderBy(s => s, RebuildUrgency.Instance);

    /// <summary>When the plan changes by itself; null: never.</summary>
    public DateTimeOffset? Next => Steps.Where(s => s.NotBefore is not null).Min(s => s.NotBefore);
}

/// <summary>How many builds there may be, and how soon.</summary>
/// <param name="AtOnce">The most that run at a time.</param>
/// <param name="Window">For so long after the first reason others are waited for.</param>
/// <param name="CommitPatience">For so long the workflows of a repository have to build what a commit of it changed.</param>
public sealed record RebuildLimits(int AtOnce, TimeSpan Window, TimeSpan CommitPatience)
{
    /// <summary>As the settings have it where they say nothing.</summary>
    public static RebuildLimits Default { get; } = new(5, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1));
}

/// <summary>The most urgent first, then what most may wait for, then what waits longest.</summary>
internal sealed class RebuildUrgency : IComparer<RebuildStep>
{
    public static RebuildUrgency Instance { get; } = new();

    public int Compare(RebuildStep? x, RebuildStep? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        var urgency = Priority(y) - Priority(x);
        return urgency != 0 ? urgency : x.Depth != y.Depth ? x.Depth - y.Depth : StringComparer.Ordinal.Compare(x.Image.Key, y.Image.Key);

        static int Priority(RebuildStep step) => step.Causes.Count == 0 ? 0 : step.Causes.Max(c => c.Priority);
    }
}
