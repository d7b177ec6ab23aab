namespace Basewatch.Core.Ports;

/// <summary>
/// What people and checks say of pull requests, and what is said to them. Git on this machine has nothing of it.
/// Every call throws <see cref="RepositoryHostException"/> when the host does not do what it is asked.
/// </summary>
public interface IReviewHost
{
    /// <summary>What this access may do in a repository, and what its pull requests do.</summary>
    Task<HostAbilities> GetAbilitiesAsync(RepositoryName repository, CancellationToken cancellationToken);

    /// <summary>Messages of a branch's newest commits, the newest first, at most 100; none when there is no such branch.</summary>
    Task<IReadOnlyList<string>> ListCommitMessagesAsync(RepositoryName repository, string branch, CancellationToken cancellationToken);

    /// <summary>Whether a pull request could be merged, as the host sees it now.</summary>
    Task<MergeState> GetMergeStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken);

    /// <summary>The newest result of each check and status of a commit, without what was said through <see cref="ReportAsync"/>.</summary>
    Task<IReadOnlyList<CheckResult>> ListChecksAsync(RepositoryName repository, string commit, CancellationToken cancellationToken);

    /// <summary>How many people with write access approve of a pull request's newest commit, and whether one asks for changes.</summary>
    Task<ReviewState> GetReviewStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken);

    /// <summary>Comments on a pull request since a moment, the oldest first, without our own.</summary>
    Task<IReadOnlyList<Comment>> ListCommentsAsync(RepositoryName repository, int number, DateTimeOffset? since, CancellationToken cancellationToken);

    /// <summary>Whether a person may write to a repository.</summary>
    Task<bool> MayWriteAsync(RepositoryName repository, string login, CancellationToken cancellationToken);

    /// <summary>Says something on a pull request.</summary>
    Task CommentAsync(RepositoryName repository, int number, string body, CancellationToken cancellationToken);

    /// <summary>Shows the writer of a comment that it was obeyed, or was not: thumbs up, or confused.</summary>
    Task AcknowledgeAsync(RepositoryName repository, long comment, bool isObeyed, CancellationToken cancellationToken);

    /// <summary>Takes a label off a pull request; nothing happens when it is not there.</summary>
    Task RemoveLabelAsync(RepositoryName repository, int number, string label, CancellationToken cancellationToken);

    /// <summary>Shows a verdict beside the checks of a commit, in the place of the one before.</summary>
    Task ReportAsync(RepositoryName repository, string commit, Verdict verdict, CancellationToken cancellationToken);

    /// <summary>Merges a pull request if its head is still a commit, by the first method that the repository allows.</summary>
    /// <returns>Null when it is merged; else why it is not.</returns>
    Task<string?> MergeAsync(RepositoryName repository, int number, string head, CancellationToken cancellationToken);

    /// <summary>Makes a pull request go to another branch.</summary>
    Task SetBaseAsync(RepositoryName repository, int number, string branch, CancellationToken cancellationToken);
}

/// <summary>What an access may do, as far as is known.</summary>
public sealed record HostAbilities
{
    /// <summary>Everything.</summary>
    public static HostAbilities All { get; } = new();

    /// <summary>Whether files below <c>.github/workflows</c> may be changed: an App needs a permission of its own, and the token of a workflow never may.</summary>
    public bool ChangesWorkflows { get; init; } = true;

    /// <summary>Whether its pull requests start workflows: those made with the token of a workflow don't.</summary>
    public bool StartsChecks { get; init; } = true;

    /// <summary>Whether it may merge, comment and set statuses.</summary>
    public bool Reviews { get; init; } = true;
}

/// <summary>Whether a pull request could be merged.</summary>
public enum MergeState
{
    /// <summary>The host has not found out yet.</summary>
    Unknown,

    /// <summary>Nothing is in its way.</summary>
    Clean,

    /// <summary>It conflicts with its base.</summary>
    Conflicting,

    /// <summary>Its base has moved, and a branch must be up to date before it is merged.</summary>
    Behind,

    /// <summary>Checks or reviews are missing or against it.</summary>
    Blocked,

    /// <summary>Some check that is not required fails or is pending.</summary>
    Unstable,

    /// <summary>It is a draft.</summary>
    Draft,
}

/// <summary>What a check or a status says.</summary>
/// <param name="Name">Name of the check run, or context of the status.</param>
/// <param name="State">What it says.</param>
public sealed record CheckResult(string Name, CheckState State)
{
    /// <summary>When it was finished; null: it is not, or nobody knows.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>State of a check.</summary>
public enum CheckState
{
    /// <summary>Not finished.</summary>
    Pending,

    /// <summary>Passed, skipped or neutral.</summary>
    Passed,

    /// <summary>Failed, cancelled, timed out, or asks for something to be done.</summary>
    Failed,
}

/// <summary>What reviewers say.</summary>
/// <param name="By">Logins of people whose last word is an approval of the newest commit.</param>
/// <param name="IsRefused">Whether somebody's last word is that something must change.</param>
public sealed record ReviewState(IReadOnlyList<string> By, bool IsRefused)
{
    /// <summary>How many approve.</summary>
    public int Approvals => By.Count;

    /// <inheritdoc/>
    public bool Equals(ReviewState? other) => other is not null && IsRefused == other.IsRefused && By.SequenceEqual(other.By, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(IsRefused, By.Count);
}

/// <summary>A comment on a pull request.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Author">Login of who wrote it.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="At">When it was written.</param>
public sealed record Comment(long Id, string Author, string Body, DateTimeOffset At);

/// <summary>What Basewatch says of a commit beside its checks.</summary>
/// <param name="State">What it comes to.</param>
/// <param name="Title">One line of plain text.</param>
/// <param name="Summary">Markdown.</param>
public sealed record Verdict(CheckState State, string Title, string Summary);
