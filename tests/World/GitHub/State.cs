namespace Basewatch.World.GitHub;

/// <summary>A label of a repository.</summary>
internal sealed record Label(long Id, string Name, string Color, string? Description);

/// <summary>A milestone of a repository.</summary>
internal sealed class Milestone
{
    public required long Id { get; init; }

    public required int Number { get; init; }

    public required string Title { get; set; }

    public required Account Creator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public bool IsOpen { get; set; } = true;
}

/// <summary>A reaction to a comment.</summary>
internal sealed record Reaction(long Id, Account User, string Content, DateTimeOffset At);

/// <summary>A comment on an issue or a pull request.</summary>
internal sealed class IssueComment
{
    public required long Id { get; init; }

    public required Issue Issue { get; init; }

    public required Account User { get; init; }

    public required string Body { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public bool IsByApp { get; init; }

    public List<Reaction> Reactions { get; } = [];
}

/// <summary>An issue; a pull request is one too.</summary>
internal class Issue
{
    public required HostedRepository Repository { get; init; }

    public required long Id { get; init; }

    public required int Number { get; init; }

    public required Account User { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public required string Title { get; set; }

    public string? Body { get; set; }

    public bool IsOpen { get; set; } = true;

    public string? StateReason { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public Account? ClosedBy { get; set; }

    public List<Label> Labels { get; } = [];

    public List<Account> Assignees { get; } = [];

    public Milestone? Milestone { get; set; }

    public List<IssueComment> Comments { get; } = [];
}

/// <summary>A review.</summary>
internal sealed class Review
{
    public required long Id { get; init; }

    public required Account User { get; init; }

    /// <summary><c>APPROVED</c>, <c>CHANGES_REQUESTED</c>, <c>COMMENTED</c>, <c>DISMISSED</c>.</summary>
    public required string State { get; set; }

    public required string Body { get; init; }

    public required string Commit { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>That a pull request shall be merged when it can be.</summary>
internal sealed record AutoMerge(Actor By, string Method, string? Title, string? Message, DateTimeOffset At);

/// <summary>A pull request.</summary>
internal sealed class PullRequest : Issue
{
    /// <summary>The repository of the head: this one, or a fork.</summary>
    public required HostedRepository HeadRepository { get; init; }

    public required string HeadBranch { get; init; }

    /// <summary>The newest commit of the head while it is open, and what that was when it was closed.</summary>
    public required string HeadSha { get; set; }

    public required string BaseBranch { get; set; }

    public required string BaseSha { get; set; }

    public bool IsDraft { get; set; }

    public DateTimeOffset? MergedAt { get; set; }

    public Account? MergedBy { get; set; }

    public string? MergeCommit { get; set; }

    public AutoMerge? AutoMerge { get; set; }

    public List<Review> Reviews { get; } = [];

    public List<Account> RequestedReviewers { get; } = [];

    public List<string> RequestedTeams { get; } = [];

    /// <summary>Base and head whose merge has been tried, so that asking tells it.</summary>
    public (string Base, string Head)? Tried { get; set; }

    /// <summary>What the files and the number of changed lines are counted from.</summary>
    public string MergeBase => Repository.Git.MergeBase(BaseSha, HeadSha) ?? BaseSha;
}

/// <summary>A commit status.</summary>
internal sealed record CommitStatus(long Id, string Sha, string Context, string State, string? Description, string? TargetUrl, Account Creator, DateTimeOffset At);

/// <summary>A check run.</summary>
internal sealed class CheckRun
{
    public required long Id { get; init; }

    public required string Sha { get; init; }

    public required string Name { get; set; }

    /// <summary>Slug of the App that made it.</summary>
    public required string App { get; init; }

    public required long Suite { get; init; }

    public required DateTimeOffset? StartedAt { get; set; }

    /// <summary><c>queued</c>, <c>in_progress</c> or <c>completed</c>.</summary>
    public string Status { get; set; } = "queued";

    public string? Conclusion { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public string? ExternalId { get; set; }

    public string? DetailsUrl { get; set; }

    public string? Title { get; set; }

    public string? Summary { get; set; }

    public string? Text { get; set; }
}

/// <summary>A status of a deployment.</summary>
internal sealed record DeploymentStatus(long Id, string State, string Description, string Environment, string LogUrl, Account Creator, DateTimeOffset At);

/// <summary>A deployment.</summary>
internal sealed class Deployment
{
    public required long Id { get; init; }

    public required string Sha { get; init; }

    public required string Ref { get; init; }

    public required string Task { get; init; }

    public required string Environment { get; init; }

    public string? Description { get; init; }

    public required Account Creator { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public List<DeploymentStatus> Statuses { get; } = [];
}
