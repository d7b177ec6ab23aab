using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Git;

/// <summary>
/// Git repositories on this machine, bare or with a work tree, as a repository host. Only plumbing commands are run, so
/// that no hook runs and no work tree is touched. Pull requests are kept in <c>basewatch/pulls</c> inside the Git folder.
/// </summary>
public sealed class GitRepositoryHost : IRepositoryHost
{
    private const int LargestTree = 512 * 1024 * 1024;
    private const int LargestCommit = 1024 * 1024;
    private const string Person = "basewatch";
    private const string Address = "basewatch@users.noreply.github.com";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string? _root;
    private readonly Dictionary<RepositoryName, string> _folders = [];
    private readonly TimeProvider _time;

    /// <summary>Every repository at <c>root/owner/name</c> or <c>root/owner/name.git</c>, those that come later too.</summary>
    public GitRepositoryHost(string root, TimeProvider time) => (_root, _time) = (Path.GetFullPath(root), time);

    /// <summary>Some repositories, each in its folder.</summary>
    public GitRepositoryHost(IReadOnlyDictionary<RepositoryName, string> folders, TimeProvider time)
    {
        _time = time;
        foreach (var (repository, folder) in folders)
        {
            _folders[repository] = Path.GetFullPath(folder);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RepositoryListing> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var below = _root is null || !Directory.Exists(_root)
            ? []
            : Directory.EnumerateDirectories(_root).SelectMany(Directory.EnumerateDirectories).Select(NameOf).OfType<RepositoryName>();
        foreach (var repository in _folders.Keys.Concat(below).Distinct().OrderBy(r => r.ToString(), StringComparer.OrdinalIgnoreCase))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryFind(repository, out _, out _))
            {
                yield return new RepositoryListing(repository, ChangeToken: null);
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>Of a repository with a work tree, the default branch is the one checked out.</remarks>
    public async Task<RepositoryHead?> GetHeadAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (!TryFind(repository, out _, out _))
        {
            return null;
        }

        var name = await RunAsync(repository, ["symbolic-ref", "-q", "HEAD"], cancellationToken);
        var branch = name.ExitCode == 0 && name.Text.StartsWith("refs/heads/", StringComparison.Ordinal) ? name.Text["refs/heads/".Length..] : "HEAD";
        var commit = await RunAsync(repository, ["rev-parse", "-q", "--verify", "HEAD^{commit}"], cancellationToken);
        return commit.ExitCode == 0 ? new RepositoryHead(branch, commit.Text) : null;
    }

    /// <inheritdoc/>
    public async Task<RepositoryTree> GetTreeAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var listed = await RunAsync(repository, ["ls-tree", "-r", "-z", "-l", "--full-tree", Sha(repository, commit)], cancellationToken, largestOutput: LargestTree);
        if (listed.ExitCode != 0)
        {
            throw Failed(repository, RepositoryHostFailure.NotFound, $"has no commit {commit}");
        }

        var (files, links) = (new List<TreeFile>(), new List<TreeFile>());
        foreach (var range in listed.Output.AsSpan().Split((byte)0))
        {
            // <mode> SP <type> SP <sha> SP* <size> TAB <path>
            var entry = listed.Output.AsSpan(range);
            var tab = entry.IndexOf((byte)'\t');
            if (tab > 0 && (entry.StartsWith("100"u8) || entry.StartsWith("120"u8)) && TryDecode(entry[(tab + 1)..]) is { } path)
            {
                var fields = Encoding.ASCII.GetString(entry[..tab]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
                var isLink = fields[0] == "120000";
                (isLink ? links : files).Add(new TreeFile(
                    path,
                    fields[2],
                    isLink || fields[0] == "100755" ? fields[0] : "100644",
                    long.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null));
            }
        }

        return new RepositoryTree(commit, files, links);
    }

    /// <inheritdoc/>
    public async Task<byte[]> GetBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        var read = await RunAsync(repository, ["cat-file", "blob", Sha(repository, blob)], cancellationToken, largestOutput: SourceFile.LargestFile);
        return read.ExitCode == 0 ? read.Output : throw Failed(repository, RepositoryHostFailure.NotFound, $"has no file content {blob}");
    }

    /// <inheritdoc/>
    public async Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        IsBranch(branch) ? await FindCommitAsync(repository, $"refs/heads/{branch}", cancellationToken) : null;

    /// <inheritdoc/>
    public async Task<CommitInfo> CommitAsync(RepositoryName repository, CommitRequest request, CancellationToken cancellationToken)
    {
        var parent = Sha(repository, request.Parent);
        var changes = new StringBuilder();
        foreach (var file in request.Files)
        {
            if (file.Mode is not ("100644" or "100755") || !RepositoryPath.IsInside(file.Path))
            {
                throw Failed(repository, RepositoryHostFailure.Malformed, $"can't hold {Excerpt.Of(file.Path)} with mode {Excerpt.Of(file.Mode)}");
            }

            var blob = (await MustAsync(repository, ["hash-object", "-w", "--stdin"], cancellationToken, file.Content)).Text;
            changes.Append(CultureInfo.InvariantCulture, $"{file.Mode} {blob}\t{file.Path}\0");
        }

        // An index of its own: the one of the work tree stays as it is.
        var index = Path.Combine(OwnFolder(repository), $"index-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Path.GetDirectoryName(index)!);
        string tree;
        try
        {
            var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_INDEX_FILE"] = index };
            await MustAsync(repository, ["read-tree", parent], cancellationToken, environment: environment);
            await MustAsync(repository, ["update-index", "-z", "--index-info"], cancellationToken, Utf8.GetBytes(changes.ToString()), environment);
            tree = (await MustAsync(repository, ["write-tree"], cancellationToken, environment: environment)).Text;
        }
        finally
        {
            File.Delete(index);
            File.Delete(index + ".lock");
        }

        var sha = await CommitTreeAsync(repository, tree, [parent], request.Message(tree), cancellationToken);
        return await FindCommitAsync(repository, sha, cancellationToken) ?? throw Failed(repository, RepositoryHostFailure.Malformed, $"lost commit {sha}");
    }

    /// <inheritdoc/>
    public async Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken)
    {
        var tip = Sha(repository, commit);
        await MustNotBeCheckedOutAsync(repository, branch, cancellationToken);

        // Zeros: there must be no such branch.
        var old = expected is null ? new string('0', tip.Length) : Sha(repository, expected);
        var set = await RunAsync(repository, ["update-ref", "--no-deref", "-m", "basewatch", Ref(repository, branch), tip, old], cancellationToken);
        if (set.ExitCode != 0)
        {
            var now = await GetBranchAsync(repository, branch, cancellationToken);
            return now?.Sha != expected ? false : throw Failed(repository, RepositoryHostFailure.Malformed, $"can't set branch {branch}: {set.Error}");
        }

        await ForOpenPullsAsync(repository, branch, pull => pull with { Head = tip }, cancellationToken);
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Closes its open pull requests, as GitHub does.</remarks>
    public async Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        var name = Ref(repository, branch);
        await MustNotBeCheckedOutAsync(repository, branch, cancellationToken);
        await FindPullRequestsAsync(repository, branch, cancellationToken);
        var deleted = await RunAsync(repository, ["update-ref", "--no-deref", "-d", name], cancellationToken);
        if (deleted.ExitCode != 0 && await GetBranchAsync(repository, branch, cancellationToken) is not null)
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"can't delete branch {branch}: {deleted.Error}");
        }

        await ForOpenPullsAsync(repository, branch, pull => pull with { State = PullRequestState.Closed }, cancellationToken);
    }

    /// <inheritdoc/>
    /// <remarks>One whose commits have come to its base is merged, however that was done.</remarks>
    public async Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        [.. (await ListPullsAsync(repository, cancellationToken)).Where(p => p.Branch == branch).Select(p => Info(repository, p))];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken) =>
        [.. (await ListPullRequestsAsync(repository, cancellationToken)).Where(p => p.State == PullRequestState.Open && p.Branch.StartsWith(branchPrefix, StringComparison.Ordinal))];

    /// <summary>Every pull request of a repository, the newest first.</summary>
    public async Task<IReadOnlyList<PullRequest>> ListPullRequestsAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        [.. (await ListPullsAsync(repository, cancellationToken)).Select(p => Info(repository, p))];

    /// <inheritdoc/>
    public async Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        var head = await GetBranchAsync(repository, draft.Branch, cancellationToken)
            ?? throw Failed(repository, RepositoryHostFailure.Malformed, $"has no branch {Excerpt.Of(draft.Branch)} to open a pull request for");
        if (await IsMergedAsync(repository, head.Sha, draft.Base, cancellationToken))
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"has no commits on {draft.Branch} that {draft.Base} lacks");
        }

        if ((await ListPullsAsync(repository, cancellationToken)).FirstOrDefault(p => p.Branch == draft.Branch && p.State == PullRequestState.Open) is { } open)
        {
            return Info(repository, open);
        }

        var pull = await Pulls(repository).AddAsync(
            number => new LocalPullRequest(number, draft.Branch, draft.Base, head.Sha, PullRequestState.Open, draft.Title, draft.Body, []),
            cancellationToken);
        return Info(repository, pull);
    }

    /// <inheritdoc/>
    public async Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken) =>
        await Pulls(repository).PutAsync(await PullAsync(repository, number, cancellationToken) with { Title = title, Body = body }, cancellationToken);

    /// <inheritdoc/>
    public async Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken)
    {
        var pull = await PullAsync(repository, number, cancellationToken);
        await Pulls(repository).PutAsync(
            pull with { State = pull.State == PullRequestState.Open ? PullRequestState.Closed : pull.State, Comments = [.. pull.Comments, reason] },
            cancellationToken);
    }

    /// <summary>Merges an open pull request with a merge commit, as a person would on GitHub. Only in a bare repository: no work tree is brought along.</summary>
    /// <exception cref="RepositoryHostException">It is not open, has conflicts, or the repository has a work tree.</exception>
    public async Task MergePullRequestAsync(RepositoryName repository, int number, CancellationToken cancellationToken)
    {
        var pull = await PullAsync(repository, number, cancellationToken);
        var target = await GetBranchAsync(repository, pull.Base, cancellationToken);
        var head = await GetBranchAsync(repository, pull.Branch, cancellationToken);
        if (pull.State != PullRequestState.Open || target is null || head is null || !IsBare(repository))
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"can't merge pull request {number}: it must be open, with both branches there, in a bare repository");
        }

        var merged = await RunAsync(repository, ["merge-tree", "--write-tree", target.Sha, head.Sha], cancellationToken);
        if (merged.ExitCode != 0)
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"can't merge pull request {number}: it has conflicts with {pull.Base}");
        }

        var commit = await CommitTreeAsync(repository, merged.Text, [target.Sha, head.Sha], $"Merge pull request #{number} from {pull.Branch}\n\n{pull.Title}\n", cancellationToken);
        if (!await SetBranchAsync(repository, pull.Base, commit, target.Sha, cancellationToken))
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"can't merge pull request {number}: {pull.Base} moved meanwhile");
        }
    }

    /// <summary>Moved under a work tree, a branch would show all its changes there as undone.</summary>
    private async Task MustNotBeCheckedOutAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        var trees = await MustAsync(repository, ["worktree", "list", "--porcelain"], cancellationToken);
        string? folder = null;
        foreach (var line in trees.Text.Split('\n'))
        {
            folder = line.StartsWith("worktree ", StringComparison.Ordinal) ? line["worktree ".Length..] : folder;
            if (line.TrimEnd() == $"branch refs/heads/{branch}")
            {
                throw Failed(repository, RepositoryHostFailure.Denied, $"has the branch {branch} checked out in {Excerpt.Of(folder ?? "")}: check out another one there first");
            }
        }
    }

    private async Task<IReadOnlyList<LocalPullRequest>> ListPullsAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var pulls = new List<LocalPullRequest>();
        foreach (var pull in await ReadPullsAsync(repository, p => p.ListAsync(cancellationToken)))
        {
            pulls.Add(await RefreshAsync(repository, pull, cancellationToken));
        }

        return pulls;
    }

    private async Task<LocalPullRequest> PullAsync(RepositoryName repository, int number, CancellationToken cancellationToken) =>
        await ReadPullsAsync(repository, p => p.FindAsync(number, cancellationToken)) is { } pull
            ? await RefreshAsync(repository, pull, cancellationToken)
            : throw Failed(repository, RepositoryHostFailure.NotFound, $"has no pull request {number}");

    // What people did with their own Git since: merged the branch, moved it or deleted it.
    private async Task<LocalPullRequest> RefreshAsync(RepositoryName repository, LocalPullRequest pull, CancellationToken cancellationToken)
    {
        if (pull.State != PullRequestState.Open)
        {
            return pull;
        }

        var tip = await GetBranchAsync(repository, pull.Branch, cancellationToken);
        var head = tip?.Sha ?? pull.Head;
        var now = pull with
        {
            Head = head,
            State = await IsMergedAsync(repository, head, pull.Base, cancellationToken) ? PullRequestState.Merged
                : tip is null ? PullRequestState.Closed
                : PullRequestState.Open,
        };
        if (now != pull)
        {
            await Pulls(repository).PutAsync(now, cancellationToken);
        }

        return now;
    }

    private async Task ForOpenPullsAsync(RepositoryName repository, string branch, Func<LocalPullRequest, LocalPullRequest> change, CancellationToken cancellationToken)
    {
        foreach (var pull in await ReadPullsAsync(repository, p => p.ListAsync(cancellationToken)))
        {
            if (pull.Branch == branch && pull.State == PullRequestState.Open)
            {
                await Pulls(repository).PutAsync(change(pull), cancellationToken);
            }
        }
    }

    private async Task<T> ReadPullsAsync<T>(RepositoryName repository, Func<LocalPullRequests, Task<T>> read)
    {
        try
        {
            return await read(Pulls(repository));
        }
        catch (JsonException e)
        {
            throw Failed(repository, RepositoryHostFailure.Malformed, $"has a broken file in {OwnFolder(repository)}: {Excerpt.Of(e.Message)}", e);
        }
    }

    private async Task<bool> IsMergedAsync(RepositoryName repository, string commit, string into, CancellationToken cancellationToken)
    {
        var target = into == "HEAD" ? into : Ref(repository, into);
        return (await RunAsync(repository, ["merge-base", "--is-ancestor", commit, target], cancellationToken)).ExitCode == 0;
    }

    private async Task<string> CommitTreeAsync(RepositoryName repository, string tree, IReadOnlyList<string> parents, string message, CancellationToken cancellationToken)
    {
        var date = string.Create(CultureInfo.InvariantCulture, $"@{_time.GetUtcNow().ToUnixTimeSeconds()} +0000");
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["GIT_AUTHOR_DATE"] = date, ["GIT_COMMITTER_DATE"] = date };
        return (await MustAsync(repository, ["commit-tree", tree, .. parents.SelectMany(p => (string[])["-p", p])], cancellationToken, Utf8.GetBytes(message), environment)).Text;
    }

    private async Task<CommitInfo?> FindCommitAsync(RepositoryName repository, string name, CancellationToken cancellationToken)
    {
        // <sha> SP commit SP <size> LF, the headers, an empty line, the message, LF; or: <name> SP missing LF
        var read = await MustAsync(repository, ["cat-file", "--batch"], cancellationToken, Utf8.GetBytes($"{name}^{{commit}}\n"), largestOutput: LargestCommit);
        var text = Encoding.UTF8.GetString(read.Output);
        var firstLine = text.IndexOf('\n', StringComparison.Ordinal);
        if (firstLine < 0 || text[..firstLine].Split(' ') is not [var sha, "commit", _])
        {
            return null;
        }

        var headersEnd = text.IndexOf("\n\n", firstLine, StringComparison.Ordinal);
        var headers = text[(firstLine + 1)..headersEnd].Split('\n');
        return new CommitInfo(
            sha,
            headers.First(h => h.StartsWith("tree ", StringComparison.Ordinal))[5..],
            text[(headersEnd + 2)..^1],
            [.. headers.Where(h => h.StartsWith("parent ", StringComparison.Ordinal)).Select(h => h[7..])]);
    }

    private async Task<GitResult> MustAsync(
        RepositoryName repository,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken,
        ReadOnlyMemory<byte> input = default,
        Dictionary<string, string>? environment = null,
        int largestOutput = LargestCommit)
    {
        var result = await RunAsync(repository, arguments, cancellationToken, input, environment, largestOutput);
        return result.ExitCode == 0 ? result : throw Failed(repository, RepositoryHostFailure.Malformed, $"refused git {arguments[0]}: {result.Error}");
    }

    private async Task<GitResult> RunAsync(
        RepositoryName repository,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken,
        ReadOnlyMemory<byte> input = default,
        Dictionary<string, string>? environment = null,
        int largestOutput = LargestCommit)
    {
        var (folder, git) = Find(repository);
        var variables = new Dictionary<string, string>(environment ?? [], StringComparer.Ordinal)
        {
            ["GIT_DIR"] = git,
            ["GIT_AUTHOR_NAME"] = Person,
            ["GIT_AUTHOR_EMAIL"] = Address,
            ["GIT_COMMITTER_NAME"] = Person,
            ["GIT_COMMITTER_EMAIL"] = Address,
        };
        try
        {
            return await GitProcess.RunAsync(folder, arguments, largestOutput, input, variables, cancellationToken);
        }
        catch (GitProcessException e)
        {
            throw Failed(repository, e.IsMissing ? RepositoryHostFailure.Unreachable : RepositoryHostFailure.Malformed, $"can't be read: {e.Message}", e);
        }
    }

    private (string Folder, string Git) Find(RepositoryName repository) => TryFind(repository, out var folder, out var git)
        ? (folder, git)
        : throw Failed(repository, RepositoryHostFailure.NotFound, "is no Git repository on this machine");

    private bool TryFind(RepositoryName repository, out string folder, out string git)
    {
        string[] candidates = _folders.TryGetValue(repository, out var given) ? [given]
            : _root is null ? []
            : [Path.Combine(_root, repository.Owner, repository.Name), Path.Combine(_root, repository.Owner, repository.Name + ".git")];
        foreach (var candidate in candidates)
        {
            var inside = Path.Combine(candidate, ".git");
            if (Directory.Exists(inside))
            {
                (folder, git) = (candidate, inside);
                return true;
            }

            // The .git file of a linked work tree: "gitdir: <path of the repository>/.git/worktrees/<name>".
            if (File.Exists(inside) && File.ReadAllText(inside) is ['g', 'i', 't', 'd', 'i', 'r', ':', .. var linked])
            {
                (folder, git) = (candidate, Path.GetFullPath(Path.Combine(candidate, linked.Trim())));
                return true;
            }

            if (File.Exists(Path.Combine(candidate, "HEAD")) && Directory.Exists(Path.Combine(candidate, "objects")))
            {
                (folder, git) = (candidate, candidate);
                return true;
            }
        }

        folder = git = "";
        return false;
    }

    private bool IsBare(RepositoryName repository)
    {
        var (folder, git) = Find(repository);
        return folder == git;
    }

    private string OwnFolder(RepositoryName repository) => Path.Combine(Find(repository).Git, "basewatch");

    private LocalPullRequests Pulls(RepositoryName repository) => new(Path.Combine(OwnFolder(repository), "pulls"));

    private PullRequest Info(RepositoryName repository, LocalPullRequest pull) => new(
        pull.Number,
        pull.Branch,
        pull.Head,
        pull.State,
        pull.Title,
        pull.Body,
        new Uri(Pulls(repository).MarkdownPath(pull.Number)).AbsoluteUri);

    private static RepositoryName? NameOf(string folder)
    {
        var name = Path.GetFileName(folder);
        return RepositoryName.TryParse($"{Path.GetFileName(Path.GetDirectoryName(folder))}/{(name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name)}", out var repository)
            ? repository
            : null;
    }

    private static string Sha(RepositoryName repository, string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower)
        ? text
        : throw Failed(repository, RepositoryHostFailure.Malformed, $"has no '{Excerpt.Of(text)}': that is no SHA");

    private static string Ref(RepositoryName repository, string branch) => IsBranch(branch)
        ? $"refs/heads/{branch}"
        : throw Failed(repository, RepositoryHostFailure.Malformed, $"can't have a branch '{Excerpt.Of(branch)}'");

    /// <summary><see href="https://git-scm.com/docs/git-check-ref-format"/>, and no name that looks like an option.</summary>
    private static bool IsBranch(string branch) =>
        branch.Length is > 0 and <= 200
        && branch[0] != '-'
        && branch != "@"
        && !branch.EndsWith('.')
        && !branch.Contains("..", StringComparison.Ordinal)
        && !branch.Contains("@{", StringComparison.Ordinal)
        && !branch.Any(c => c is <= ' ' or '\u007F' or '~' or '^' or ':' or '?' or '*' or '[' or '\\')
        && branch.Split('/').All(p => p.Length > 0 && p[0] != '.' && !p.EndsWith(".lock", StringComparison.Ordinal));

    private static string? TryDecode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static RepositoryHostException Failed(RepositoryName repository, RepositoryHostFailure failure, string message, Exception? inner = null) =>
        new("git", failure, $"{repository} {message}", retryAfter: null, inner);
}
