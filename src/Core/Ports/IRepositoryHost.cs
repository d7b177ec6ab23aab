using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Ports;

/// <summary>
/// Where repositories and their pull requests live: GitHub, or Git on this machine.
/// Every call throws <see cref="RepositoryHostException"/> when the host does not do what it is asked.
/// </summary>
public interface IRepositoryHost
{
    /// <summary>Every repository that Basewatch looks after; archived ones and forks are left out.</summary>
    IAsyncEnumerable<RepositoryListing> ListAsync(CancellationToken cancellationToken);

    /// <summary>Default branch and its newest commit; null when the repository is gone, or has no commit yet.</summary>
    Task<RepositoryHead?> GetHeadAsync(RepositoryName repository, CancellationToken cancellationToken);

    /// <summary>Every file of a commit, whole or not at all.</summary>
    Task<RepositoryTree> GetTreeAsync(RepositoryName repository, string commit, CancellationToken cancellationToken);

    /// <summary>The bytes of a file.</summary>
    Task<byte[]> GetBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken);

    /// <summary>The page that shows a line of a file of the default branch; null where the host has none.</summary>
    string? PageOf(RepositoryName repository, string path, int line) => null;

    /// <summary>The newest commit of a branch; null when there is no such branch.</summary>
    Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken);

    /// <summary>Writes a commit with some files changed; no branch moves.</summary>
    Task<CommitInfo> CommitAsync(RepositoryName repository, CommitRequest request, CancellationToken cancellationToken);

    /// <summary>Makes a branch point at a commit, from whatever it pointed at. False when it no longer points at <paramref name="expected"/> (null: when it exists already).</summary>
    Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken);

    /// <summary>Deletes a branch; nothing happens when it is gone.</summary>
    Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken);

    /// <summary>Every open pull request whose head is a branch of this repository that begins with <paramref name="branchPrefix"/>.</summary>
    Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken);

    /// <summary>Every pull request whose head is a branch of this repository, open or not, the newest first.</summary>
    Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a pull request. Labels, reviewers and assignees are set if the host has them and lets them be set; where it can't be
    /// reached for that, this throws, and <see cref="AddressAsync"/> makes up for it. They are never set again, so that what people
    /// change stays.
    /// </summary>
    Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken);

    /// <summary>
    /// Sets labels, reviewers, assignees and milestone of a pull request that was opened and whose opening was broken off.
    /// What is set already is set again, which changes nothing.
    /// </summary>
    Task AddressAsync(RepositoryName repository, int number, PullRequestDraft draft, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Changes title and body of a pull request.</summary>
    Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken);

    /// <summary>Says why in a comment, and closes a pull request.</summary>
    Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken);
}

/// <summary>An owner and a repository: <c>octo-org/web</c>. Compared without regard to case, as GitHub does.</summary>
public sealed record RepositoryName
{
    private RepositoryName(string owner, string name) => (Owner, Name) = (owner, name);

    /// <summary>User or organisation.</summary>
    public string Owner { get; }

    /// <summary>Repository of that owner.</summary>
    public string Name { get; }

    /// <summary>Reads <c>owner/name</c>.</summary>
    /// <exception cref="FormatException">The text is no repository.</exception>
    public static RepositoryName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new FormatException($"'{Images.Excerpt.Of(text)}' is no repository: expected owner/name");

    /// <summary>Reads <c>owner/name</c>: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, up to 100 characters each.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out RepositoryName? name)
    {
        name = text?.Split('/') is [var owner, var repository] && IsPart(owner) && IsPart(repository)
            ? new RepositoryName(owner, repository)
            : null;
        return name is not null;
    }

    /// <inheritdoc/>
    public bool Equals(RepositoryName? other) => string.Equals(ToString(), other?.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(ToString());

    /// <summary><c>owner/name</c>.</summary>
    public override string ToString() => $"{Owner}/{Name}";

    private static bool IsPart(string part) =>
        part.Length is > 0 and <= 100 && part is not ("." or "..") && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}

/// <summary>A repository in the bulk listing.</summary>
/// <param name="Repository">Which.</param>
/// <param name="ChangeToken">Differs when anything may have been pushed since (GitHub's <c>pushed_at</c>); null where the host has none, so that the head must be asked.</param>
public sealed record RepositoryListing(RepositoryName Repository, string? ChangeToken);

/// <summary>Where a repository's default branch is.</summary>
/// <param name="Branch">Name of the default branch.</param>
/// <param name="Commit">SHA of its newest commit.</param>
public sealed record RepositoryHead(string Branch, string Commit);

/// <summary>The files of a commit.</summary>
/// <param name="Commit">SHA of the commit.</param>
/// <param name="Files">Regular files; no folders, links or submodules.</param>
/// <param name="Links">Links, with Git's mode <c>120000</c>: see <see cref="RepositoryLink"/>.</param>
public sealed record RepositoryTree(string Commit, IReadOnlyList<TreeFile> Files, IReadOnlyList<TreeFile> Links);

/// <summary>One file of a commit.</summary>
/// <param name="Path">From the root, with slashes.</param>
/// <param name="Blob">SHA of the content.</param>
/// <param name="Mode">Git's mode: <c>100644</c> or <c>100755</c>.</param>
/// <param name="Size">In bytes; null where the host does not say.</param>
public sealed record TreeFile(string Path, string Blob, string Mode, long? Size);

/// <summary>A commit that exists.</summary>
/// <param name="Sha">Its SHA.</param>
/// <param name="Tree">SHA of its tree.</param>
/// <param name="Message">Its whole message.</param>
/// <param name="Parents">SHAs of its parents.</param>
public sealed record CommitInfo(string Sha, string Tree, string Message, IReadOnlyList<string> Parents);

/// <summary>A commit to be written.</summary>
/// <param name="Parent">SHA of the one parent; its tree is the base of the changes.</param>
/// <param name="Files">Files to replace, with their modes.</param>
/// <param name="Message">Makes the whole message from the SHA of the new tree.</param>
public sealed record CommitRequest(string Parent, IReadOnlyList<CommitFile> Files, Func<string, string> Message);

/// <summary>A file's new content.</summary>
public sealed record CommitFile(string Path, string Mode, ReadOnlyMemory<byte> Content);

/// <summary>A pull request to be opened.</summary>
/// <param name="Branch">Head branch, in the same repository.</param>
/// <param name="Base">Branch it shall go to.</param>
/// <param name="Title">One line of plain text.</param>
/// <param name="Body">Markdown.</param>
public sealed record PullRequestDraft(string Branch, string Base, string Title, string Body)
{
    /// <summary>Labels; one that is not there yet is made.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Logins of people who are asked to review.</summary>
    public IReadOnlyList<string> Reviewers { get; init; } = [];

    /// <summary>Teams of the owner's that are asked to review: what stands behind the slash in <c>organisation/team</c>.</summary>
    public IReadOnlyList<string> TeamReviewers { get; init; } = [];

    /// <summary>Logins of people whom it is assigned to.</summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>Title of a milestone that it belongs to; null: none.</summary>
    public string? Milestone { get; init; }

    /// <summary>Whether it is opened as a draft, if the host has such.</summary>
    public bool IsDraft { get; init; }
}

/// <summary>A pull request that exists.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Branch">Head branch.</param>
/// <param name="HeadCommit">SHA of the newest commit of that branch, as the pull request shows it.</param>
/// <param name="State">Open, closed or merged.</param>
/// <param name="Title">Its title.</param>
/// <param name="Body">Its Markdown.</param>
/// <param name="Url">Its page.</param>
public sealed record PullRequest(int Number, string Branch, string HeadCommit, PullRequestState State, string Title, string Body, string Url)
{
    /// <summary>The branch that it goes to; null where the host does not say.</summary>
    public string? Base { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>When anything happened to it last: a comment, a label, a push; null where the host does not say.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }
}

/// <summary>What has become of a pull request.</summary>
public enum PullRequestState
{
    /// <summary>Waiting.</summary>
    Open,

    /// <summary>Closed without a merge.</summary>
    Closed,

    /// <summary>Merged.</summary>
    Merged,
}

/// <summary>Why a repository host did not do what it was asked.</summary>
public enum RepositoryHostFailure
{
    /// <summary>No connection, or no answer in time, or 5xx.</summary>
    Unreachable,

    /// <summary>401 or 403: the token is wrong, or has no right to this.</summary>
    Denied,

    /// <summary>404 or 410: gone, or hidden from this token.</summary>
    NotFound,

    /// <summary>A rate limit, primary or secondary.</summary>
    RateLimited,

    /// <summary>An answer that can't be used: a tree cut off, a blob too large, a request refused as invalid.</summary>
    Malformed,
}

/// <summary>A repository host did not do what it was asked.</summary>
public sealed class RepositoryHostException : IOException
{
    /// <summary>Creates the exception.</summary>
    public RepositoryHostException(string host, RepositoryHostFailure failure, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => (Host, Failure, RetryAfter) = (host, failure, retryAfter);

    /// <summary>The host.</summary>
    public string Host { get; }

    /// <summary>What kind of failure.</summary>
    public RepositoryHostFailure Failure { get; }

    /// <summary>How long the host asks to wait, if it said.</summary>
    public TimeSpan? RetryAfter { get; }
}
