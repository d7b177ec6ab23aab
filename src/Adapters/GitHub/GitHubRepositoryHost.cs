using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Octokit;
using CommitRequest = Basewatch.Core.Ports.CommitRequest;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// GitHub and GitHub Enterprise Server by their REST API: <see href="https://docs.github.com/en/rest"/>.
/// Safe to share; one instance holds the connections and the App's tokens.
/// </summary>
public sealed partial class GitHubRepositoryHost : IRepositoryHost, IDisposable
{
    private const int PageSize = GitHubConnection.PageSize;
    private const int MostPages = 1_000;
    private const int MostTrees = 1_000;
    private const int MostFiles = 1_000_000;
    private const int LargestInline = 1024 * 1024;

    // pushed_at has whole seconds: a push right after this look may bear the same one.
    private static readonly TimeSpan PushSettles = TimeSpan.FromSeconds(10);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly GitHubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GitHubConnection _connection;

    /// <summary>Creates the host; nothing is asked yet.</summary>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each problem.</exception>
    public GitHubRepositoryHost(GitHubOptions options, TimeProvider time, ILogger<GitHubRepositoryHost> logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _connection = new GitHubConnection(options, time, logger);
        Reviews = new GitHubReviewHost(_connection, options);
        Issues = new GitHubIssueHost(_connection);
        Builds = new GitHubBuildHost(_connection);
        Deployments = new GitHubDeploymentHost(_connection);
        if (options.Author is { } author)
        {
            LogUnsigned(author.Name);
        }
    }

    /// <summary>What people and checks say of its pull requests, by the same connections.</summary>
    public GitHubReviewHost Reviews { get; }

    /// <summary>Its issues, by the same connections.</summary>
    public GitHubIssueHost Issues { get; }

    /// <summary>Its workflows, by the same connections.</summary>
    public GitHubBuildHost Builds { get; }

    /// <summary>Its deployments, by the same connections.</summary>
    public GitHubDeploymentHost Deployments { get; }

    /// <inheritdoc/>
    public string? PageOf(RepositoryName repository, string path, int line) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Site}/{repository}/blob/HEAD/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}#L{line}");

    /// <summary>Where people look: beside the API on GitHub's own hosts (<c>api.</c>), before it on a server of one's own (<c>/api/v3</c>).</summary>
    private string Site
    {
        get
        {
            var api = _options.ApiBaseAddress;
            var host = api.Authority.StartsWith("api.", StringComparison.OrdinalIgnoreCase) ? api.Authority[4..] : api.Authority;
            return $"{api.Scheme}://{host}";
        }
    }

    /// <inheritdoc/>
    /// <remarks>A repository that the settings name counts even if it is a fork.</remarks>
    public async IAsyncEnumerable<RepositoryListing> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<RepositoryName>();
        await foreach (var listing in ListSelectedAsync(cancellationToken))
        {
            // A repository created while the pages are read may show up on two of them.
            if (_options.Selects(listing.Repository) && seen.Add(listing.Repository))
            {
                yield return listing;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<RepositoryHead?> GetHeadAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var found = await FindAsync(repository, cancellationToken);
        // A repository that was renamed is another one now, and listed as that.
        if (found?.DefaultBranch is not { Length: > 0 } branch || !SameName(found, repository))
        {
            return null;
        }

        return await FindBranchAsync(repository, branch, cancellationToken) is { } commit ? new RepositoryHead(branch, commit.Sha) : null;
    }

    /// <inheritdoc/>
    public async Task<RepositoryTree> GetTreeAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var (files, links) = (new List<TreeFile>(), new List<TreeFile>());
        var folders = new Queue<(string Prefix, string Tree)>([("", commit)]);
        for (var asked = 0; folders.TryDequeue(out var folder); asked++)
        {
            var whole = await GetTreeAsync(repository, folder.Tree, recursive: true, cancellationToken);
            if (!whole.Truncated)
            {
                Add(whole, folder.Prefix, intoFolders: false);
            }
            else
            {
                // Cut off (at 100,000 entries, or 7 MB): what is directly in it, then each folder by itself.
                var level = await GetTreeAsync(repository, folder.Tree, recursive: false, cancellationToken);
                if (level.Truncated || asked > MostTrees)
                {
                    throw Malformed($"the tree of {repository} at {commit} is too large for {_connection.Host} to give it whole");
                }

                Add(level, folder.Prefix, intoFolders: true);
            }

            if (files.Count + links.Count > MostFiles || folders.Count > MostTrees)
            {
                throw Malformed($"the tree of {repository} at {commit} is too large: up to {MostFiles:#,0} files are read");
            }
        }

        return new RepositoryTree(commit, files, links);

        void Add(TreeResponse tree, string prefix, bool intoFolders)
        {
            foreach (var item in tree.Tree ?? throw Malformed($"{_connection.Host} gave a tree of {repository} without entries"))
            {
                if (item.Mode is "100644" or "100755" or "100664")
                {
                    files.Add(new TreeFile(prefix + item.Path, item.Sha, item.Mode == "100755" ? "100755" : "100644", item.Size));
                }
                else if (item.Mode == "120000")
                {
                    links.Add(new TreeFile(prefix + item.Path, item.Sha, item.Mode, item.Size));
                }
                else if (intoFolders && item.Mode == "040000")
                {
                    folders.Enqueue(($"{prefix}{item.Path}/", item.Sha));
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> GetBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        var found = await CallAsync(repository, c => c.Git.Blob.Get(repository.Owner, repository.Name, blob), cancellationToken);
        if (found.Size > SourceFile.LargestFile)
        {
            throw Malformed($"a file of {repository} is too large ({found.Size / 1024 / 1024} MiB): up to {SourceFile.LargestFile / 1024 / 1024} MiB are read");
        }

        try
        {
            return found.Encoding.StringValue == "base64" ? Convert.FromBase64String(found.Content) : Utf8.GetBytes(found.Content);
        }
        catch (FormatException e)
        {
            throw new RepositoryHostException(_connection.Host, RepositoryHostFailure.Malformed, $"{_connection.Host} gave a file of {repository} in broken base64", innerException: e);
        }
    }

    /// <inheritdoc/>
    public Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        FindBranchAsync(repository, branch, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>GitHub signs what an App commits without an author of its own.</remarks>
    public async Task<CommitInfo> CommitAsync(RepositoryName repository, CommitRequest request, CancellationToken cancellationToken)
    {
        var parent = await CallAsync(repository, c => c.Git.Commit.Get(repository.Owner, repository.Name, request.Parent), cancellationToken);
        var changes = new NewTree { BaseTree = parent.Tree.Sha };
        foreach (var file in request.Files)
        {
            var item = new NewTreeItem { Path = file.Path, Mode = file.Mode, Type = TreeType.Blob };
            if (TryInline(file.Content.Span, out var text))
            {
                item.Content = text;
            }
            else
            {
                var content = new NewBlob { Content = Convert.ToBase64String(file.Content.Span), Encoding = EncodingType.Base64 };
                item.Sha = (await CallAsync(repository, c => c.Git.Blob.Create(repository.Owner, repository.Name, content), cancellationToken)).Sha;
            }

            changes.Tree.Add(item);
        }

        var tree = await NotingWorkflowsAsync(
            repository,
            request.Files.FirstOrDefault(f => f.Path.StartsWith(".github/workflows/", StringComparison.Ordinal))?.Path,
            () => CallAsync(repository, c => c.Git.Tree.Create(repository.Owner, repository.Name, changes), cancellationToken));
        var commit = new NewCommit(request.Message(tree.Sha), tree.Sha, request.Parent)
        {
            Author = _options.Author is { } author ? new Committer(author.Name, author.Email, _time.GetUtcNow()) : null,
        };
        return Info(await CallAsync(repository, c => c.Git.Commit.Create(repository.Owner, repository.Name, commit), cancellationToken));
    }

    /// <inheritdoc/>
    /// <remarks>GitHub has no compare-and-swap for branches: a push between the look and the change is lost, a time of one request.</remarks>
    public async Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken)
    {
        if (expected is not null && (await FindBranchAsync(repository, branch, cancellationToken))?.Sha != expected)
        {
            return false;
        }

        return await NotingWorkflowsAsync(repository, workflow: null, () => CallAsync(
            repository,
            async c =>
            {
                try
                {
                    await (expected is null
                        ? c.Git.Reference.Create(repository.Owner, repository.Name, new NewReference($"refs/heads/{branch}", commit))
                        : c.Git.Reference.Update(repository.Owner, repository.Name, $"heads/{GitHubConnection.InAddress(branch)}", new ReferenceUpdate(commit, force: true)));
                    return true;
                }
                catch (ApiException e) when (e.Says(expected is null ? "already exists" : "does not exist"))
                {
                    return false;
                }
            },
            cancellationToken));
    }

    /// <param name="repository">Where something is written.</param>
    /// <param name="workflow">Path of a workflow file that it changes, if it does.</param>
    /// <param name="write">Writes it.</param>
    private async Task<T> NotingWorkflowsAsync<T>(RepositoryName repository, string? workflow, Func<Task<T>> write)
    {
        try
        {
            return await write();
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Denied && e.Message.Contains(GitHubTransport.WorkflowsAdvice, StringComparison.Ordinal))
        {
            _connection.NoteWorkflowsRefused(repository);
            throw;
        }
        catch (RepositoryHostException e) when (workflow is not null && e.Failure is RepositoryHostFailure.NotFound or RepositoryHostFailure.Denied)
        {
            // To a token without the right, GitHub often says no more than 404.
            _connection.NoteWorkflowsRefused(repository);
            throw new RepositoryHostException(
                _connection.Host,
                RepositoryHostFailure.Denied,
                $"{_connection.Host} refused to change {Excerpt.Of(workflow)} of {repository}: {GitHubTransport.WorkflowsAdvice} ({e.Message})",
                innerException: e);
        }
    }

    /// <inheritdoc/>
    public async Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        await CallAsync(
            repository,
            async c =>
            {
                try
                {
                    await c.Git.Reference.Delete(repository.Owner, repository.Name, $"heads/{GitHubConnection.InAddress(branch)}");
                    return true;
                }
                catch (ApiException e) when (e is NotFoundException || e.Says("does not exist"))
                {
                    return false;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private IAsyncEnumerable<RepositoryListing> ListSelectedAsync(CancellationToken cancellationToken) => _connection.App is { } app
        ? ListInstallationsAsync(app, cancellationToken)
        : ListByTokenAsync(cancellationToken);

    // An App lists a hundred repositories a request, so that a list in the settings only narrows that.
    private async IAsyncEnumerable<RepositoryListing> ListInstallationsAsync(GitHubApp app, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var named = _options.Repositories.Select(RepositoryName.Parse).ToHashSet();
        var owners = named.Select(n => n.Owner).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (_options.Organization is { } organization)
        {
            owners.Add(organization);
        }

        IEnumerable<long> installations = _options.App!.InstallationId is { } one
            ? [one]
            : (await app.ListInstallationsAsync(cancellationToken)).Where(i => owners.Count == 0 || owners.Contains(i.Key)).Select(i => i.Value);
        foreach (var installation in installations)
        {
            var pages = PagesAsync(
                async page => (await GitHubErrors.TranslateAsync(
                    _connection.Host,
                    $"installation {installation}",
                    () => _connection.Client(installation, cancellationToken).GitHubApps.Installation.GetAllRepositoriesForCurrent(page))).Repositories,
                cancellationToken);
            await foreach (var repository in pages)
            {
                if (Listing(repository) is { } listing
                    && (named.Contains(listing.Repository)
                        || (!repository.Fork && (owners.Count == 0 || string.Equals(listing.Repository.Owner, _options.Organization, StringComparison.OrdinalIgnoreCase)))))
                {
                    yield return listing;
                }
            }
        }
    }

    private async IAsyncEnumerable<RepositoryListing> ListByTokenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (_options.Organization is { } organization)
        {
            await foreach (var repository in PagesAsync(page => GetOwnedAsync(organization, page, cancellationToken), cancellationToken))
            {
                if (!repository.Fork && Listing(repository) is { } listing)
                {
                    yield return listing;
                }
            }
        }

        foreach (var name in _options.Repositories.Select(RepositoryName.Parse).Where(_options.Selects))
        {
            var repository = await FindAsync(name, cancellationToken);
            if (repository is null)
            {
                // Gone or hidden: whoever asks for its head learns it, and forgets it.
                yield return new RepositoryListing(name, ChangeToken: null);
            }
            else if (Listing(repository) is { } listing)
            {
                yield return listing;
            }
        }
    }

    private Task<IReadOnlyList<Repository>> GetOwnedAsync(string owner, ApiOptions page, CancellationToken cancellationToken) =>
        GitHubErrors.TranslateAsync(_connection.Host, owner, async () =>
        {
            var client = _connection.Client(owner, cancellationToken);
            try
            {
                return await client.Repository.GetAllForOrg(owner, page);
            }
            catch (NotFoundException)
            {
                return await client.Repository.GetAllForUser(owner, page);
            }
        });

    private async IAsyncEnumerable<Repository> PagesAsync(Func<ApiOptions, Task<IReadOnlyList<Repository>>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var repositories = await read(new ApiOptions { PageSize = PageSize, StartPage = page, PageCount = 1 });
            foreach (var repository in repositories)
            {
                yield return repository;
            }

            if (repositories.Count < PageSize)
            {
                yield break;
            }
        }

        throw Malformed($"{_connection.Host} lists more than {MostPages * PageSize:#,0} repositories: choose some by GitHub:Organization or GitHub:Repositories");
    }

    private RepositoryListing? Listing(Repository repository)
    {
        if (repository.Archived || !RepositoryName.TryParse(repository.FullName, out var name))
        {
            return null;
        }

        // Another default branch is another head, without a push.
        return new RepositoryListing(name, repository.PushedAt is { } pushed && _time.GetUtcNow() - pushed >= PushSettles
            ? $"{pushed.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} {repository.DefaultBranch}"
            : null);
    }

    private Task<TreeResponse> GetTreeAsync(RepositoryName repository, string tree, bool recursive, CancellationToken cancellationToken) =>
        CallAsync(repository, c => recursive ? c.Git.Tree.GetRecursive(repository.Owner, repository.Name, tree) : c.Git.Tree.Get(repository.Owner, repository.Name, tree), cancellationToken);

    private async Task<Repository?> FindAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(repository, c => c.Repository.Get(repository.Owner, repository.Name), cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
        {
            return null;
        }
    }

    private async Task<CommitInfo?> FindBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        BranchAnswer found;
        try
        {
            // Octokit's Branch leaves out tree, message and parents, which GitHub sends in the same answer.
            found = await _connection.GetAsync<BranchAnswer>(repository, $"branches/{GitHubConnection.InAddress(branch)}", cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound || e.InnerException is ApiException { StatusCode: HttpStatusCode.Conflict })
        {
            // No such branch; or 409: the repository is empty.
            return null;
        }

        if (found.Commit?.Sha is not { } sha || found.Name is null)
        {
            throw Malformed($"{_connection.Host} gave a branch of {repository} without a commit");
        }

        // Who asks for a branch that was renamed is led to its new name.
        if (found.Name != branch)
        {
            return null;
        }

        return found.Commit is { Commit: { Tree.Sha: { } tree, Message: { } message }, Parents: { } parents }
            ? new CommitInfo(sha, tree, message, [.. parents.Select(p => p.Sha)])
            : Info(await CallAsync(repository, c => c.Git.Commit.Get(repository.Owner, repository.Name, sha), cancellationToken));
    }

    private Task<T> CallAsync<T>(RepositoryName repository, Func<IGitHubClient, Task<T>> call, CancellationToken cancellationToken) =>
        _connection.CallAsync(repository, call, cancellationToken);

    private CommitInfo Info(Commit commit) => commit is { Sha: { } sha, Tree.Sha: { } tree }
        ? new CommitInfo(sha, tree, commit.Message ?? "", [.. (commit.Parents ?? []).Select(p => p.Sha)])
        : throw Malformed($"{_connection.Host} gave a commit without its tree");

    private RepositoryHostException Malformed(string message) => _connection.Malformed(message);

    private static bool SameName(Repository found, RepositoryName repository) =>
        string.Equals(found.FullName, repository.ToString(), StringComparison.OrdinalIgnoreCase);

    // Text that comes through JSON unchanged travels with the tree and needs no request of its own.
    private static bool TryInline(ReadOnlySpan<byte> content, out string? text)
    {
        text = null;
        if (content.Length > LargestInline || content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            return false;
        }

        foreach (var c in content)
        {
            if (c is < 0x20 and not ((byte)'\t' or (byte)'\n' or (byte)'\r') or 0x7F)
            {
                return false;
            }
        }

        try
        {
            text = Utf8.GetString(content);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commits have {Author} as their author, as GitHub:Author says: GitHub signs only commits without an author of their own, so these are not verified")]
    private partial void LogUnsigned(string author);

    /// <summary>A branch with its whole commit.</summary>
    internal sealed class BranchAnswer
    {
        /// <summary>Name of the branch.</summary>
        public string? Name { get; set; }

        /// <summary>Its newest commit; some servers give no more than the SHA.</summary>
        public GitHubCommit? Commit { get; set; }
    }
}
