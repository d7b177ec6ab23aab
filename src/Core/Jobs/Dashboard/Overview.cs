using System.Collections.Frozen;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs.Dashboard;

/// <summary>All that is known at one moment, in small rows: what the dashboard pages through. Whatever names things in it was written by strangers.</summary>
/// <param name="At">The moment.</param>
/// <param name="Mode">What Basewatch may do.</param>
public sealed record Overview(DateTimeOffset At, ServiceMode Mode)
{
    /// <summary>Nothing is written meanwhile; null: it goes on.</summary>
    public PauseRecord? Pause { get; init; }

    /// <summary>When the catalogue of lifecycles was made; null where there is none.</summary>
    public DateTimeOffset? CatalogAsOf { get; init; }

    /// <summary>By name.</summary>
    public IReadOnlyList<RepositoryRow> Repositories { get; init; } = [];

    /// <summary>By name.</summary>
    public IReadOnlyList<ImageRow> Images { get; init; } = [];

    /// <summary>Images that the repositories build, as a tree: what is built on another comes behind it.</summary>
    public IReadOnlyList<OwnImageRow> OwnImages { get; init; } = [];

    /// <summary>Which freight is where, and what is held.</summary>
    public RolloutBoard Rollouts { get; init; } = RolloutBoard.Empty;

    /// <summary>What is in use of products and distributions, the first to end first.</summary>
    public IReadOnlyList<CycleRow> Cycles { get; init; } = [];

    /// <summary>Open ones, and the newest of the others.</summary>
    public IReadOnlyList<PullRequestRow> PullRequests { get; init; } = [];

    /// <summary>What people were told of, or are to be.</summary>
    public IReadOnlyList<AlertRow> Alerts { get; init; } = [];

    /// <summary>The newest first.</summary>
    public IReadOnlyList<FailureRow> Failures { get; init; } = [];

    /// <summary>By loop.</summary>
    public IReadOnlyList<RunRecord> Runs { get; init; } = [];

    /// <summary>What happened, the newest first.</summary>
    public IReadOnlyList<ActivityRow> Activity { get; init; } = [];

    /// <summary>By canonical reference without a digest: how long each image in use lives, where that is known.</summary>
    public FrozenDictionary<string, ImageLifecycle> Lives { get; init; } = FrozenDictionary<string, ImageLifecycle>.Empty;

    /// <summary>Sums over all repositories.</summary>
    public OverviewTotals Totals { get; init; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>The day in UTC.</summary>
    public DateOnly Today => DateOnly.FromDateTime(At.UtcDateTime);
}

/// <summary>Sums.</summary>
/// <param name="Uses">Uses in all repositories.</param>
/// <param name="Current">Uses that are up to date.</param>
/// <param name="Behind">Uses that are not.</param>
/// <param name="Undecided">Uses of which that is not known.</param>
/// <param name="Excluded">Uses that are not looked after.</param>
/// <param name="Ended">Uses past an end of life.</param>
/// <param name="Ending">Uses near one.</param>
/// <param name="Unreachable">Images whose registry did not answer the last time.</param>
/// <param name="Pending">Repositories that wait to be reconciled.</param>
public sealed record OverviewTotals(int Uses, int Current, int Behind, int Undecided, int Excluded, int Ended, int Ending, int Unreachable, int Pending)
{
    /// <summary>From 0 to 1, of what is decided; null where nothing is.</summary>
    public double? ShareCurrent => Current + Behind == 0 ? null : (double)Current / (Current + Behind);
}

/// <summary>What is next to end in something, and where that is in its life.</summary>
/// <param name="Status">Where it is.</param>
/// <param name="Title"><c>Python 3.8</c>; null where no end is known.</param>
/// <param name="Ends">When.</param>
public readonly record struct NextEnd(LifecycleStatus Status, string? Title, DateOnly? Ends)
{
    /// <summary>The earlier one, or the one that is known.</summary>
    public NextEnd Or(NextEnd other) =>
        other.Status == LifecycleStatus.Unknown ? this
        : Status == LifecycleStatus.Unknown || other.Status > Status || (other.Status == Status && other.Ends < Ends) ? other
        : this;
}

/// <summary>A repository.</summary>
/// <param name="Name"><c>owner/name</c>.</param>
/// <param name="ReadAt">When its files were read.</param>
/// <param name="Uses">Uses in it.</param>
/// <param name="Problems">Files that could not be read.</param>
/// <param name="Next">The first of its images to end.</param>
public sealed record RepositoryRow(string Name, DateTimeOffset ReadAt, int Uses, int Problems, NextEnd Next)
{
    /// <summary>When it was reconciled; null: not yet. The numbers below are of then.</summary>
    public DateTimeOffset? ReconciledAt { get; init; }

    /// <summary>Uses that are up to date.</summary>
    public int Current { get; init; }

    /// <summary>Uses that are not.</summary>
    public int Behind { get; init; }

    /// <summary>Uses of which that is not known.</summary>
    public int Undecided { get; init; }

    /// <summary>Uses past an end of life.</summary>
    public int Ended { get; init; }

    /// <summary>Open pull requests.</summary>
    public int OpenPullRequests { get; init; }

    /// <summary>What failed and was not done since; null: nothing.</summary>
    public string? Failure { get; init; }
}

/// <summary>An image.</summary>
/// <param name="Name">Canonical.</param>
/// <param name="Familiar">As people write it.</param>
/// <param name="Tags">Tags of it in use.</param>
/// <param name="Uses">Places that name it.</param>
/// <param name="Repositories">Repositories that use it.</param>
/// <param name="AskedAt">When its registry last gave a whole answer; null: never yet.</param>
/// <param name="Problem">Why it gave none the last time.</param>
/// <param name="Next">The first of its tags to end.</param>
public sealed record ImageRow(string Name, string Familiar, int Tags, int Uses, int Repositories, DateTimeOffset? AskedAt, string? Problem, NextEnd Next)
{
    /// <summary>What else is to be told of it: that a tag is gone, that its publisher calls it deprecated.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];
}

/// <summary>An image that a repository builds.</summary>
/// <param name="Name">Canonical.</param>
/// <param name="Familiar">As people write it, with the tag that is watched.</param>
/// <param name="Level">How many own images are below it in the tree.</param>
/// <param name="Repository">The repository that builds it, <c>owner/name</c>.</param>
/// <param name="Dockerfile">Its path there.</param>
/// <param name="Bases">What it is built on: references as people write them, and canonical names of those that are in use.</param>
/// <param name="Action">What is done about it; null: it is as it should be.</param>
/// <param name="Now">The same for people.</param>
public sealed record OwnImageRow(string Name, string Familiar, int Level, string Repository, string Dockerfile, IReadOnlyList<(string? Name, string Familiar)> Bases, RebuildAction? Action, string Now)
{
    /// <summary>Why it should be built; empty: it should not.</summary>
    public string Why { get; init; } = "";

    /// <summary>The last build.</summary>
    public string? Url { get; init; }

    /// <summary>How it is known what it was built from.</summary>
    public string? Known { get; init; }

    /// <summary>Whether something is wrong that people have to see to.</summary>
    public bool IsTrouble { get; init; }
}

/// <summary>A cycle of a product or distribution in use.</summary>
/// <param name="Life">What ends, and when.</param>
/// <param name="Status">Where it is in its life.</param>
/// <param name="Uses">Places that use it.</param>
/// <param name="Repositories">Repositories that do.</param>
/// <param name="Images">Some of the images, familiar, with their tags.</param>
/// <param name="MoreImages">How many others there are.</param>
public sealed record CycleRow(Life Life, LifecycleStatus Status, int Uses, int Repositories, IReadOnlyList<string> Images, int MoreImages)
{
    /// <summary>Names it in links.</summary>
    public string Id => Life.Cycle is null ? Life.Key : $"{Life.Key} {Life.Cycle}";
}

/// <summary>A pull request.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Is">What is known of it.</param>
public sealed record PullRequestRow(string Repository, PullRequestSummary Is);

/// <summary>An alert.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="State">Where it is.</param>
/// <param name="At">When it was told last, or written, or let rest.</param>
/// <param name="Channel">Where it goes; null: to one or more.</param>
/// <param name="Note">Why it was not taken.</param>
/// <param name="Snooze">Why it rests; null: it does not.</param>
public sealed record AlertRow(string Subject, AlertState State, DateTimeOffset At, string? Channel, string? Note, SnoozeRecord? Snooze);

/// <summary>Where an alert is.</summary>
public enum AlertState
{
    /// <summary>Its channels were told.</summary>
    Told,

    /// <summary>It is on its way.</summary>
    Waiting,

    /// <summary>Its channel did not take it for long enough: it was given up.</summary>
    Dead,

    /// <summary>People let it rest.</summary>
    Resting,
}

/// <summary>A failure.</summary>
/// <param name="Work">What failed: <c>Reconcile</c>.</param>
/// <param name="Repository">Of which repository; null: of none.</param>
/// <param name="Image">Of which image, canonical; null: of none.</param>
/// <param name="Message">What went wrong.</param>
/// <param name="At">When it failed last.</param>
/// <param name="Times">How often in a row; 0: it was put off.</param>
/// <param name="NotBefore">When it is tried again; null: by the next schedule.</param>
public sealed record FailureRow(string Work, string? Repository, string? Image, string Message, DateTimeOffset At, int Times, DateTimeOffset? NotBefore);

/// <summary>Something that happened.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Repository">In which repository; null: in none.</param>
/// <param name="Text">For people.</param>
/// <param name="Url">Where there is more of it; null: nowhere.</param>
/// <param name="Number">Number of a pull request.</param>
public sealed record ActivityRow(DateTimeOffset At, ActivityKind Kind, string? Repository, string Text, string? Url, int? Number);

/// <summary>What happened.</summary>
public enum ActivityKind
{
    /// <summary>A pull request was opened.</summary>
    Opened,

    /// <summary>A pull request was merged.</summary>
    Merged,

    /// <summary>A pull request was closed, by Basewatch or a person.</summary>
    Closed,

    /// <summary>People were told.</summary>
    Told,

    /// <summary>Something failed.</summary>
    Failed,
}
