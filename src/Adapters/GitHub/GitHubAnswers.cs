namespace Basewatch.Adapters.GitHub;

// Answers of which little is needed, and of which servers leave things out. Octokit fills them in by their names.

/// <summary>A user, an App or a team.</summary>
internal sealed class UserAnswer
{
    public string? Login { get; set; }

    /// <summary><c>User</c>, <c>Bot</c>, <c>Organization</c>.</summary>
    public string? Type { get; set; }
}

/// <summary>An App.</summary>
internal sealed class AppAnswer
{
    public string? Slug { get; set; }
}

/// <summary>A token of an installation.</summary>
internal sealed class InstallationTokenAnswer
{
    public string? Token { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>Permission (<c>pull_requests</c>) and level (<c>read</c>, <c>write</c>).</summary>
    public Dictionary<string, string>? Permissions { get; set; }
}

/// <summary>A commit of a list.</summary>
internal sealed class CommitAnswer
{
    public CommitMessageAnswer? Commit { get; set; }
}

/// <summary>What Git says of a commit.</summary>
internal sealed class CommitMessageAnswer
{
    public string? Message { get; set; }
}

/// <summary>A pull request by itself.</summary>
internal sealed class PullAnswer
{
    public string? NodeId { get; set; }

    /// <summary>Null while it is found out.</summary>
    public bool? Mergeable { get; set; }

    public string? MergeableState { get; set; }

    public bool? Draft { get; set; }

    public UserAnswer? User { get; set; }

    public ShaAnswer? Head { get; set; }
}

/// <summary>Where something is.</summary>
internal sealed class ShaAnswer
{
    public string? Sha { get; set; }
}

/// <summary>A page of check runs.</summary>
internal sealed class CheckRunsAnswer
{
    public List<CheckRunAnswer>? CheckRuns { get; set; }
}

/// <summary>A check run.</summary>
internal sealed class CheckRunAnswer
{
    public long Id { get; set; }

    public string? Name { get; set; }

    public string? Status { get; set; }

    public string? Conclusion { get; set; }

    public AppAnswer? App { get; set; }

    public CheckSuiteAnswer? CheckSuite { get; set; }

    public DateTimeOffset? CompletedAt { get; set; }

    public CheckOutputAnswer? Output { get; set; }
}

/// <summary>What a check run belongs to: one run of a workflow.</summary>
internal sealed class CheckSuiteAnswer
{
    public long Id { get; set; }
}

/// <summary>What a check run says.</summary>
internal sealed class CheckOutputAnswer
{
    public string? Title { get; set; }

    public string? Summary { get; set; }
}

/// <summary>A page of the newest statuses.</summary>
internal sealed class StatusesAnswer
{
    public List<StatusAnswer>? Statuses { get; set; }
}

/// <summary>A status.</summary>
internal sealed class StatusAnswer
{
    public string? Context { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public string? State { get; set; }

    public string? Description { get; set; }
}

/// <summary>A review.</summary>
internal sealed class ReviewAnswer
{
    public long Id { get; set; }

    public UserAnswer? User { get; set; }

    public string? State { get; set; }

    public string? CommitId { get; set; }
}

/// <summary>An issue, or a pull request seen as one.</summary>
internal sealed class IssueAnswer
{
    public int Number { get; set; }

    public string? State { get; set; }

    public string? Title { get; set; }

    public string? Body { get; set; }

    public string? HtmlUrl { get; set; }

    public UserAnswer? User { get; set; }

    /// <summary>There where it is a pull request.</summary>
    public IssuePullAnswer? PullRequest { get; set; }
}

/// <summary>The pull request that an issue is.</summary>
internal sealed class IssuePullAnswer
{
    public string? Url { get; set; }
}

/// <summary>A comment.</summary>
internal sealed class CommentAnswer
{
    public long Id { get; set; }

    public UserAnswer? User { get; set; }

    public string? Body { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>What a person may do.</summary>
internal sealed class PermissionAnswer
{
    public string? Permission { get; set; }
}

/// <summary>A milestone.</summary>
internal sealed class MilestoneAnswer
{
    public int Number { get; set; }

    public string? Title { get; set; }
}

/// <summary>An answer of GraphQL.</summary>
internal sealed class GraphQlAnswer<T>
    where T : class
{
    public T? Data { get; set; }

    public List<GraphQlErrorAnswer>? Errors { get; set; }
}

/// <summary>Why GraphQL refused.</summary>
internal sealed class GraphQlErrorAnswer
{
    public string? Type { get; set; }

    public string? Message { get; set; }
}

/// <summary>Who asks.</summary>
internal sealed class ViewerAnswer
{
    public UserAnswer? Viewer { get; set; }
}

/// <summary>What a mutation gives back.</summary>
internal sealed class MutationAnswer
{
    public MutationIdAnswer? Done { get; set; }
}

/// <summary>Nothing of it is needed.</summary>
internal sealed class MutationIdAnswer
{
    public string? ClientMutationId { get; set; }
}

/// <summary>Runs of workflows.</summary>
internal sealed class WorkflowRunsAnswer
{
    public List<WorkflowRunAnswer>? WorkflowRuns { get; set; }
}

/// <summary>A run of a workflow.</summary>
internal sealed class WorkflowRunAnswer
{
    public long Id { get; set; }

    /// <summary>What <c>run-name</c> says.</summary>
    public string? DisplayTitle { get; set; }

    /// <summary><c>completed</c>, or what comes before.</summary>
    public string? Status { get; set; }

    /// <summary><c>success</c>, <c>failure</c>, <c>cancelled</c>, …</summary>
    public string? Conclusion { get; set; }

    public string? HtmlUrl { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public UserAnswer? Actor { get; set; }
}

/// <summary>A deployment.</summary>
internal sealed class DeploymentAnswer
{
    public long Id { get; set; }

    public string? Sha { get; set; }

    public string? Environment { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A status of a deployment.</summary>
internal sealed class DeploymentStatusAnswer
{
    public long Id { get; set; }

    /// <summary><c>success</c>, <c>failure</c>, <c>in_progress</c>, <c>inactive</c>, …</summary>
    public string? State { get; set; }

    public string? LogUrl { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
