using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Octokit;
using CommitRequest = Basewatch.Core.Ports.CommitRequest;
using PullRequest = Basewatch.Core.Ports.PullRequest;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// GitHub and GitHub Enterprise Server by their REST API: <see href="https://docs.github.com/en/rest"/>.
/// Safe to share; one instance holds the connections and the App's tokens.
/// </summary>
public sealed partial class GitHubRepositoryHost : IRepositoryHost, IDisposable
{
    /// <summary>The most that GitHub gives on a page.</summary>
    internal const int PageSize = 100;

    private const int MostPages = 1_000;
    private const int MostPullRequestPages = 20;

    /// <summary>Labels, and people: GitHub takes 100 labels, 10 assignees and 15 reviewers.</summary>
    private const int MostNames = 15;
    private const int MostTrees = 1_000;
    private const int MostFiles = 1_000_000;
    private const int LargestInline = 1024 * 1024;

    // pushed_at has whole seconds: a push right after this look may bear the same one.
    private static readonly TimeSpan PushSettles = TimeSpan.FromSeconds(10);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly GitHubOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly GitHubTransport _transport;
    private readonly GitHubApp? _app;

    /// <summary>Creates the host; nothing is asked yet.</summary>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each problem.</exception>
    public GitHubRepositoryHost(GitHubOptions options, TimeProvider time, ILogger<GitHubRepositoryHost> logger)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        (_options, _time, _logger) = (options, time, logger);
        var address = options.ApiBaseAddress.AbsoluteUri.EndsWith('/') ? options.ApiBaseAddress : new Uri(options.ApiBaseAddress.AbsoluteUri + "/");
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _transport = new GitHubTransport(_http, address, time, logger);
        _app = options.App is null ? null : new GitHubApp(options.App, _transport, time);
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
                    throw Malformed($"the tree of {repository} at {commit} is too large for {_transport.Host} to give it whole");
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
            foreach (var item in tree.Tree ?? throw Malformed($"{_transport.Host} gave a tree of {repository} without entries"))
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
            throw new RepositoryHostException(_transport.Host, RepositoryHostFailure.Malformed, $"{_transport.Host} gave a file of {repository} in broken base64", innerException: e);
        }
    }

    /// <inheritdoc/>
    public Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        FindBranchAsync(repository, branch, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Without an author of its own: GitHub signs what an App commits that way.</remarks>
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

        var tree = await CallAsync(repository, c => c.Git.Tree.Create(repository.Owner, repository.Name, changes), cancellationToken);
        var commit = new NewCommit(request.Message(tree.Sha), tree.Sha, request.Parent);
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

        return await CallAsync(
            repository,
            async c =>
            {
                try
                {
                    await (expected is null
                        ? c.Git.Reference.Create(repository.Owner, repository.Name, new NewReference($"refs/heads/{branch}", commit))
                        : c.Git.Reference.Update(repository.Owner, repository.Name, $"heads/{InAddress(branch)}", new ReferenceUpdate(commit, force: true)));
                    return true;
                }
                catch (ApiException e) when (e.Says(expected is null ? "already exists" : "does not exist"))
                {
                    return false;
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        await CallAsync(
            repository,
            async c =>
            {
                try
                {
                    await c.Git.Reference.Delete(repository.Owner, repository.Name, $"heads/{InAddress(branch)}");
                    return true;
                }
                catch (ApiException e) when (e is NotFoundException || e.Says("does not exist"))
                {
                    return false;
                }
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken) =>
        ListPullRequestsAsync(
            repository,
            new PullRequestRequest { State = ItemStateFilter.Open, SortProperty = PullRequestSort.Created, SortDirection = SortDirection.Descending },
            branch => branch.StartsWith(branchPrefix, StringComparison.Ordinal),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        ListPullRequestsAsync(
            repository,
            new PullRequestRequest { Head = $"{repository.Owner}:{branch}", State = ItemStateFilter.All, SortProperty = PullRequestSort.Created, SortDirection = SortDirection.Descending },
            // Some servers leave the filter out.
            head => head == branch,
            cancellationToken);

    /// <inheritdoc/>
    public async Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        var isNew = true;
        var opened = await CallAsync(
            repository,
            async c =>
            {
                try
                {
                    return Info(await c.PullRequest.Create(repository.Owner, repository.Name, new NewPullRequest(draft.Title, draft.Branch, draft.Base) { Body = draft.Body }));
                }
                catch (ApiException e) when (e.Says("pull request already exists"))
                {
                    // Another run was first.
                    isNew = false;
                    return (await FindPullRequestsAsync(repository, draft.Branch, cancellationToken)).FirstOrDefault(p => p.State == PullRequestState.Open)
                        ?? throw Malformed($"{_transport.Host} says that {repository} has a pull request for {draft.Branch}, and does not show it");
                }
            },
            cancellationToken);
        if (isNew)
        {
            await AddressAsync(repository, opened.Number, draft, cancellationToken);
        }

        return opened;
    }

    /// <inheritdoc/>
    public async Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken) =>
        await CallAsync(repository, c => c.PullRequest.Update(repository.Owner, repository.Name, number, new PullRequestUpdate { Title = title, Body = body }), cancellationToken);

    /// <inheritdoc/>
    public async Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken)
    {
        await CallAsync(repository, c => c.Issue.Comment.Create(repository.Owner, repository.Name, number, reason), cancellationToken);
        await CallAsync(repository, c => c.PullRequest.Update(repository.Owner, repository.Name, number, new PullRequestUpdate { State = ItemState.Closed }), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _app?.Dispose();
        _http.Dispose();
    }

    /// <summary>Labels, assignees and reviewers, as far as GitHub takes them: the pull request is open whatever becomes of that.</summary>
    private async Task AddressAsync(RepositoryName repository, int number, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        await TryAsync("labels", draft.Labels, labels => CallAsync(repository, c => c.Issue.Labels.AddToIssue(repository.Owner, repository.Name, number, [.. labels]), cancellationToken));
        await TryAsync("assignees", draft.Assignees, people => CallAsync(repository, c => c.Issue.Assignee.AddAssignees(repository.Owner, repository.Name, number, new AssigneesUpdate([.. people])), cancellationToken));
        await TryAsync("reviewers", draft.Reviewers, people => RequestAsync(people, []));
        await TryAsync("teams as reviewers", draft.TeamReviewers, teams => RequestAsync([], teams));
        if (refused.Count > 0)
        {
            LogRefused(repository, number, string.Join("; ", refused));
        }

        Task<PullRequest> RequestAsync(IReadOnlyList<string> people, IReadOnlyList<string> teams) =>
            CallAsync(repository, async c => Info(await c.PullRequest.ReviewRequest.Create(repository.Owner, repository.Name, number, new PullRequestReviewRequest(people, teams))), cancellationToken);

        async Task TryAsync<T>(string what, IReadOnlyList<string> names, Func<IReadOnlyList<string>, Task<T>> set)
        {
            List<string> wanted = [.. names.Take(MostNames)];
            if (wanted.Count == 0)
            {
                return;
            }

            try
            {
                await set(wanted);
            }
            catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Malformed && wanted.Count > 1)
            {
                // One that GitHub does not take makes it refuse all of them.
                foreach (var name in wanted)
                {
                    try
                    {
                        await set([name]);
                    }
                    catch (RepositoryHostException single)
                    {
                        refused.Add($"{what}: {Excerpt.Of(name)}: {single.Message}");
                    }
                }
            }
            catch (RepositoryHostException e)
            {
                refused.Add($"{what}: {Excerpt.Of(string.Join(", ", wanted))}: {e.Message}");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: #{Number} is open without all that it should have: {Refused}")]
    private partial void LogRefused(RepositoryName repository, int number, string refused);

    private IAsyncEnumerable<RepositoryListing> ListSelectedAsync(CancellationToken cancellationToken) => _app is { } app
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
                    _transport.Host,
                    $"installation {installation}",
                    () => _transport.Client(c => app.TokenForInstallationAsync(installation, c), cancellationToken).GitHubApps.Installation.GetAllRepositoriesForCurrent(page))).Repositories,
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
        GitHubErrors.TranslateAsync(_transport.Host, owner, async () =>
        {
            var client = Client(owner, cancellationToken);
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

        throw Malformed($"{_transport.Host} lists more than {MostPages * PageSize:#,0} repositories: choose some by GitHub:Organization or GitHub:Repositories");
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

    private async Task<IReadOnlyList<PullRequest>> ListPullRequestsAsync(RepositoryName repository, PullRequestRequest request, Func<string, bool> isOurs, CancellationToken cancellationToken)
    {
        var found = new List<PullRequest>();
        for (var page = 1; page <= MostPullRequestPages; page++)
        {
            var options = new ApiOptions { PageSize = PageSize, StartPage = page, PageCount = 1 };
            var pulls = await CallAsync(repository, c => c.PullRequest.GetAllForRepository(repository.Owner, repository.Name, request, options), cancellationToken);
            // A fork may have a branch of the same name; of a fork that is gone there is no repository.
            found.AddRange(pulls
                .Where(p => p.Head is { Ref: { } head, Repository: { } from } && from.Id == p.Base?.Repository?.Id && isOurs(head))
                .Select(Info));
            if (pulls.Count < PageSize)
            {
                return [.. found.DistinctBy(p => p.Number).OrderByDescending(p => p.Number)];
            }
        }

        throw Malformed($"{repository} has more than {MostPullRequestPages * PageSize:#,0} pull requests: that many are not looked through");
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
            var address = new Uri($"repos/{repository}/branches/{InAddress(branch)}", UriKind.Relative);
            found = await CallAsync(repository, async c => (await c.Connection.Get<BranchAnswer>(address, parameters: null)).Body, cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound || e.InnerException is ApiException { StatusCode: HttpStatusCode.Conflict })
        {
            // No such branch; or 409: the repository is empty.
            return null;
        }

        if (found.Commit?.Sha is not { } sha || found.Name is null)
        {
            throw Malformed($"{_transport.Host} gave a branch of {repository} without a commit");
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

    private GitHubClient Client(string owner, CancellationToken cancellationToken) =>
        _transport.Client(c => _app?.TokenForOwnerAsync(owner, c) ?? ValueTask.FromResult(_options.Token), cancellationToken);

    private Task<T> CallAsync<T>(RepositoryName repository, Func<IGitHubClient, Task<T>> call, CancellationToken cancellationToken) =>
        GitHubErrors.TranslateAsync(_transport.Host, repository.ToString(), () => call(Client(repository.Owner, cancellationToken)));

    private CommitInfo Info(Commit commit) => commit is { Sha: { } sha, Tree.Sha: { } tree }
        ? new CommitInfo(sha, tree, commit.Message ?? "", [.. (commit.Parents ?? []).Select(p => p.Sha)])
        : throw Malformed($"{_transport.Host} gave a commit without its tree");

    private static PullRequest Info(Octokit.PullRequest pull) => new(
        pull.Number,
        pull.Head.Ref,
        pull.Head.Sha,
        pull.MergedAt is not null ? PullRequestState.Merged : pull.State.StringValue == "open" ? PullRequestState.Open : PullRequestState.Closed,
        pull.Title ?? "",
        pull.Body ?? "",
        pull.HtmlUrl ?? "");

    private RepositoryHostException Malformed(string message) => new(_transport.Host, RepositoryHostFailure.Malformed, message);

    private static bool SameName(Repository found, RepositoryName repository) =>
        string.Equals(found.FullName, repository.ToString(), StringComparison.OrdinalIgnoreCase);

    // A branch may hold what an address keeps for itself: % and #.
    private static string InAddress(string branch) => string.Join('/', branch.Split('/').Select(Uri.EscapeDataString));

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

    /// <summary>A branch with its whole commit.</summary>
    internal sealed class BranchAnswer
    {
        /// <summary>Name of the branch.</summary>
        public string? Name { get; set; }

        /// <summary>Its newest commit; some servers give no more than the SHA.</summary>
        public GitHubCommit? Commit { get; set; }
    }
}
