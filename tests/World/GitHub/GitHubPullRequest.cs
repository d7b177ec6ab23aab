namespace Basewatch.World.GitHub;

/// <summary>A pull request as it is at the moment.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="IsOpen">Neither closed nor merged.</param>
/// <param name="IsMerged">Merged.</param>
/// <param name="IsDraft">A draft.</param>
/// <param name="Branch">The branch that it brings.</param>
/// <param name="Base">The branch that it goes to.</param>
/// <param name="Head">SHA of the commit that it brings.</param>
/// <param name="Author">Login of who opened it.</param>
/// <param name="Labels">The names of its labels, in order.</param>
public sealed record GitHubPullRequest(
    int Number, string Title, string Body, bool IsOpen, bool IsMerged, bool IsDraft, string Branch, string Base, string Head, string Author, IReadOnlyList<string> Labels)
{
    /// <summary>Logins of whom it is assigned to.</summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>Logins of people, and <c>@</c> with names of teams, that are asked to review.</summary>
    public IReadOnlyList<string> RequestedReviewers { get; init; } = [];

    /// <summary>Title of its milestone.</summary>
    public string? Milestone { get; init; }

    /// <summary>The method by which it will be merged when it can be; null: not by itself.</summary>
    public string? AutoMerge { get; init; }
}

/// <summary>An issue as it is at the moment.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="IsOpen">Not closed.</param>
/// <param name="Author">Login of who opened it.</param>
/// <param name="Labels">The names of its labels, in order.</param>
public sealed record GitHubIssue(int Number, string Title, string Body, bool IsOpen, string Author, IReadOnlyList<string> Labels)
{
    /// <summary>Why it was closed: <c>completed</c>.</summary>
    public string? StateReason { get; init; }
}

/// <summary>A comment as it is at the moment.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Author">Login of who wrote it.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="Reactions">Who reacted with what: <c>anna +1</c>.</param>
public sealed record GitHubComment(long Id, string Author, string Body, IReadOnlyList<string> Reactions);
