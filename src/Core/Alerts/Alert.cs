namespace Basewatch.Core.Alerts;

/// <summary>Something that one channel is to be told.</summary>
public abstract record Alert;

/// <summary>Why something that ends is told now.</summary>
public enum EndingReason
{
    /// <summary>A threshold is passed.</summary>
    Threshold,

    /// <summary>It is used in places that were not told of.</summary>
    NewPlaces,

    /// <summary>It had rested, and its day has come.</summary>
    Woke,
}

/// <summary>Something ends.</summary>
/// <param name="Subject">What.</param>
/// <param name="Reason">Why it is told now.</param>
/// <param name="DaysLeft">Days to the end: 0 today, negative after it; null where it has ended and nobody says when.</param>
/// <param name="Uses">The places that it names.</param>
public sealed record EndingAlert(EndingSubject Subject, EndingReason Reason, int? DaysLeft, IReadOnlyList<EndingUse> Uses) : Alert
{
    /// <summary>The end as it was told before, where that was another day.</summary>
    public DateOnly? MovedFrom { get; init; }

    /// <summary>How it had rested.</summary>
    public Rest? Rested { get; init; }

    /// <summary>Whether it has ended, today included.</summary>
    public bool IsEnded => DaysLeft is not > 0;

    /// <summary>How much it matters.</summary>
    public Severity Severity => SeverityOf(DaysLeft);

    /// <summary>How much an end matters so many days before it: very much from the last week on.</summary>
    public static Severity SeverityOf(int? daysLeft) => daysLeft is > 7 ? Severity.Warning : Severity.Attention;
}

/// <summary>More ends at once than anybody wants cards of.</summary>
/// <param name="Endings">What, the most urgent first.</param>
public sealed record SummaryAlert(IReadOnlyList<EndingAlert> Endings) : Alert;

/// <summary>What is remarkable about images, besides when they end.</summary>
/// <param name="Remarks">What was not told yet.</param>
public sealed record RemarksAlert(IReadOnlyList<ImageRemark> Remarks) : Alert;

/// <summary>A pull request of Basewatch's, for messages.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Number">Its number.</param>
/// <param name="Title">Its title.</param>
/// <param name="Url">Its page; null where it has none.</param>
/// <param name="OpenedAt">When it was opened.</param>
public sealed record PullRequestLine(string Repository, int Number, string Title, string? Url, DateTimeOffset OpenedAt)
{
    /// <summary>When it was closed or merged; null while it is open.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether it was merged.</summary>
    public bool IsMerged { get; init; }

    /// <summary>Whether Basewatch has merged it.</summary>
    public bool IsAutomerged { get; init; }
}

/// <summary>Pull requests wait for too long.</summary>
/// <param name="PullRequests">Those, the oldest first.</param>
/// <param name="Days">How long is too long.</param>
/// <param name="Now">When it is told.</param>
public sealed record WaitingAlert(IReadOnlyList<PullRequestLine> PullRequests, int Days, DateTimeOffset Now) : Alert;

/// <summary>Basewatch has merged pull requests.</summary>
/// <param name="PullRequests">Those.</param>
public sealed record MergedAlert(IReadOnlyList<PullRequestLine> PullRequests) : Alert;

/// <summary>Something of a rollout that people have to know of.</summary>
/// <param name="Key">What tells it from others.</param>
/// <param name="Repository">Where it is; null where it is about all of an owner's.</param>
/// <param name="What">What happened: <c>acme.azurecr.io/web:1.3 failed in staging</c>.</param>
/// <param name="Why">Why, and what a person can do.</param>
public sealed record RolloutTrouble(string Key, string? Repository, string What, string Why)
{
    /// <summary>Whether something failed; else it waits for too long.</summary>
    public bool HasFailed { get; init; }
}

/// <summary>A freight failed and is taken back, or waits for too long.</summary>
/// <param name="Trouble">What it is.</param>
public sealed record RolloutAlert(RolloutTrouble Trouble) : Alert;

/// <summary>Something of Basewatch's own work that fails.</summary>
/// <param name="Key">What tells it from others: <c>registry docker.io</c>, <c>repository acme/web</c>, <c>channel teams</c>.</param>
/// <param name="Since">Since when.</param>
/// <param name="Message">What went wrong the last time.</param>
public sealed record Trouble(string Key, DateTimeOffset Since, string Message)
{
    /// <summary>The repository that it is about; null where it is about none.</summary>
    public string? Repository { get; init; }

    /// <summary>Whether it was tried for as long as it is ever tried: it is told without waiting any longer.</summary>
    public bool IsGivenUp { get; init; }
}

/// <summary>Basewatch can't do its work somewhere, or can again.</summary>
/// <param name="Began">What has failed for so long that it is told now.</param>
/// <param name="Ended">What was told and is over.</param>
public sealed record FailureAlert(IReadOnlyList<Trouble> Began, IReadOnlyList<string> Ended) : Alert;

/// <summary>An own image that is not built again as it should be.</summary>
/// <param name="Key">What tells it from others.</param>
/// <param name="Image">The image.</param>
/// <param name="Repository">Where its Dockerfile is.</param>
/// <param name="What">What is wrong: <c>failed three times in a row</c>.</param>
/// <param name="Why">Why it should be built, or why it is not.</param>
public sealed record RebuildTrouble(string Key, string Image, string Repository, string What, string Why)
{
    /// <summary>The page of its build.</summary>
    public string? Url { get; init; }

    /// <summary>Whether it only waits for another one.</summary>
    public bool IsWaiting { get; init; }
}

/// <summary>Own images are not built again as they should be, or are again.</summary>
/// <param name="Began">What nobody was told of.</param>
/// <param name="Ended">What was told, and is over.</param>
public sealed record RebuildAlert(IReadOnlyList<RebuildTrouble> Began, IReadOnlyList<string> Ended) : Alert;

/// <summary>What a week was like.</summary>
/// <param name="Day">The day that sums it up.</param>
/// <param name="Now">How things are.</param>
/// <param name="Before">How they were a week before; null where nobody wrote it down.</param>
public sealed record DigestAlert(DateOnly Day, WeekSnapshot Now, WeekSnapshot? Before) : Alert
{
    /// <summary>What has ended and is still in use, the latest end first.</summary>
    public IReadOnlyList<DigestEnding> Ended { get; init; } = [];

    /// <summary>What ends in the next ninety days, the earliest first.</summary>
    public IReadOnlyList<DigestEnding> Coming { get; init; } = [];

    /// <summary>What was told and is no longer in use, since the week before.</summary>
    public IReadOnlyList<string> Resolved { get; init; } = [];

    /// <summary>What rests, and why.</summary>
    public IReadOnlyList<RestingSubject> Resting { get; init; } = [];

    /// <summary>What is remarkable about images.</summary>
    public IReadOnlyList<ImageRemark> Remarks { get; init; } = [];
}

/// <summary>Something that rests.</summary>
/// <param name="Subject">What.</param>
/// <param name="Rest">How.</param>
public sealed record RestingSubject(string Subject, Rest Rest);

/// <summary>What ends, for a table.</summary>
/// <param name="Title"><c>Python 3.8</c>.</param>
/// <param name="Eol">When; null where nobody says.</param>
/// <param name="Repositories">How many depend on it.</param>
/// <param name="Places">In how many places.</param>
public sealed record DigestEnding(string Title, DateOnly? Eol, int Repositories, int Places);

/// <summary>How an organisation's images were on a day.</summary>
/// <param name="Day">The day.</param>
/// <param name="Repositories">Repositories that name images.</param>
/// <param name="Images">Distinct images.</param>
/// <param name="Uses">Places that name one with a tag.</param>
/// <param name="Ended">Of those, on something past its end.</param>
/// <param name="Ending">Of those, on something with 180 days or fewer to go.</param>
/// <param name="Unknown">Of those, on something of which no end is known.</param>
public sealed record WeekSnapshot(DateOnly Day, int Repositories, int Images, int Uses, int Ended, int Ending, int Unknown)
{
    /// <summary>Pull requests opened in the week before.</summary>
    public int Opened { get; init; }

    /// <summary>Merged in it, by whomever.</summary>
    public int Merged { get; init; }

    /// <summary>Open.</summary>
    public int Open { get; init; }

    /// <summary>Open for longer than they may be.</summary>
    public int Waiting { get; init; }

    /// <summary>Messages that were delivered so far.</summary>
    public int Sent { get; init; }

    /// <summary>What fails.</summary>
    public int Failures { get; init; }
}
