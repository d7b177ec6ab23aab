namespace Basewatch.Core.Ports;

/// <summary>
/// Issues of repositories, where a host has them. Every call throws <see cref="RepositoryHostException"/> when the host does not do what
/// it is asked.
/// </summary>
public interface IIssueHost
{
    /// <summary>Every open issue that this access has opened and that carries a label; pull requests are none.</summary>
    Task<IReadOnlyList<Issue>> ListOpenIssuesAsync(RepositoryName repository, string label, CancellationToken cancellationToken);

    /// <summary>An issue; null when it is gone, or issues are switched off.</summary>
    Task<Issue?> GetIssueAsync(RepositoryName repository, int number, CancellationToken cancellationToken);

    /// <summary>Opens an issue; null where issues are switched off.</summary>
    Task<Issue?> OpenIssueAsync(RepositoryName repository, IssueDraft draft, CancellationToken cancellationToken);

    /// <summary>Changes title and body of an issue.</summary>
    Task UpdateIssueAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken);

    /// <summary>Says why in a comment, and closes an issue as completed.</summary>
    Task CloseIssueAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken);
}

/// <summary>An issue to be opened.</summary>
/// <param name="Title">One line of plain text.</param>
/// <param name="Body">Markdown.</param>
/// <param name="Labels">Labels; one that is not there yet is made.</param>
public sealed record IssueDraft(string Title, string Body, IReadOnlyList<string> Labels)
{
    /// <summary>Logins of people whom it is assigned to; those who can't be are left out.</summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];
}

/// <summary>An issue that exists.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="Url">Its page.</param>
public sealed record Issue(int Number, bool IsOpen, string Title, string Body, string Url);
