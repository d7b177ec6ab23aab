using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A repository host in memory: commits, branches and pull requests as Git and GitHub have them, without their processes.</summary>
internal sealed class MemoryRepositoryHost : IRepositoryHost, IReviewHost
{
    private readonly Dictionary<(RepositoryName, int), List<Comment>> _comments = [];

    private DateTimeOffset _now = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private long _ids;

    private readonly Dictionary<RepositoryName, Repository> _repositories = [];

    /// <summary>Repositories that are there and no longer looked after.</summary>
    public HashSet<RepositoryName> Unlisted { get; } = [];

    /// <summary>Files that Git knows as executable.</summary>
    public HashSet<string> Executable { get; } = [];

    /// <summary>Files that Git knows as links.</summary>
    public HashSet<string> Links { get; } = [];

    /// <summary>How often a file was fetched.</summary>
    public int BlobReads { get; private set; }

    /// <summary>How often the pull requests of a repository were looked at.</summary>
    public int Looks { get; private set; }

    /// <summary>Lets someone else be first at the next branch that is set.</summary>
    public bool RaceOnce { get; set; }

    /// <summary>Pull requests as they were opened, in order.</summary>
    public List<PullRequestDraft> Drafts { get; } = [];

    /// <summary>Writes that reached the host, in order.</summary>
    public List<string> Writes { get; } = [];

    /// <summary>What the access may do.</summary>
    public HostAbilities Abilities { get; set; } = HostAbilities.All;

    /// <summary>Whether changing a workflow file is refused, whatever it says it may.</summary>
    public bool RefusesWorkflows { get; set; }

    /// <summary>What happens right after a pull request from a branch was closed or merged.</summary>
    public Action<string>? Ended { get; set; }

    /// <summary>What is said to those who ask for something that they may not have, by the name of the method.</summary>
    public Dictionary<string, string> Refusals { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a branch has to be up to date before it is merged.</summary>
    public bool IsStrict { get; set; }

    /// <summary>People who may write.</summary>
    public HashSet<string> Writers { get; } = new(StringComparer.OrdinalIgnoreCase) { "ann" };

    /// <summary>Results of checks, by commit; the empty key is for all others.</summary>
    public Dictionary<string, List<CheckResult>> Checks { get; } = new(StringComparer.Ordinal);

    public ReviewState Review { get; set; } = new([], false);

    /// <summary>What was said and shown, in order.</summary>
    public List<string> Said { get; } = [];

    /// <summary>The name of the default branch.</summary>
    public Dictionary<RepositoryName, string> DefaultBranches { get; } = [];

    public string DefaultBranch(RepositoryName repository) => DefaultBranches.GetValueOrDefault(repository, "main");

    /// <summary>A person's comment.</summary>
    public void Comment(RepositoryName repository, int number, string body, string author = "ann")
    {
        CommentsOf(repository, number).Add(new Comment(++_ids, author, body, Tick()));
        Change(repository, number, p => p);
    }

    public void Label(RepositoryName repository, int number, string label) => Change(repository, number, p => p with { Labels = [.. p.Labels, label] });

    public void Reopen(RepositoryName repository, int number) => Change(repository, number, p => p with { State = PullRequestState.Open });

    public void DeleteBranch(RepositoryName repository, string branch) => _repositories[repository].Branches.Remove(branch);

    /// <summary>Another name for a branch; what goes to it does so under that, as on GitHub, if wished.</summary>
    public void Rename(RepositoryName repository, string branch, string name, bool retargets = true)
    {
        var r = _repositories[repository];
        r.Branches.Remove(branch, out var head);
        r.Branches[name] = head!;
        DefaultBranches[repository] = name;
        foreach (var pull in retargets ? r.PullRequests.Where(p => p.State == PullRequestState.Open && p.Base == branch).ToList() : [])
        {
            Change(repository, pull.Number, p => p with { Base = name });
        }
    }

    public void Edit(RepositoryName repository, int number, Func<string, string> body) => Change(repository, number, p => p with { Body = body(p.Body) });

    public void Create(RepositoryName repository, params (string Path, string Text)[] files)
    {
        _repositories[repository] = new Repository();
        Push(repository, "main", files);
    }

    public void Delete(RepositoryName repository) => _repositories.Remove(repository);

    /// <summary>A person's commit on a branch.</summary>
    public void Push(RepositoryName repository, string branch, params (string Path, string Text)[] files)
    {
        var r = _repositories[repository];
        var tree = r.Branches.TryGetValue(branch, out var head) ? new SortedDictionary<string, string>(r.Trees[r.Commits[head].Tree], StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var (path, text) in files)
        {
            tree[path] = r.Store(Encoding.UTF8.GetBytes(text));
        }

        r.Branches[branch] = r.Commit(tree, head is null ? [] : [head], "a person's work");
        Moved(repository, branch);
    }

    /// <summary>A person's commit with files as bytes; null deletes one.</summary>
    public void Push(RepositoryName repository, string branch, string path, byte[]? content)
    {
        var r = _repositories[repository];
        var tree = new SortedDictionary<string, string>(r.TreeOf(r.Branches[branch]), StringComparer.Ordinal);
        if (content is null)
        {
            tree.Remove(path);
        }
        else
        {
            tree[path] = r.Store(content);
        }

        r.Branches[branch] = r.Commit(tree, [r.Branches[branch]], "a person's work");
    }

    public string Text(RepositoryName repository, string branch, string path)
    {
        var r = _repositories[repository];
        return Encoding.UTF8.GetString(r.Blobs[r.Trees[r.Commits[r.Branches[branch]].Tree][path]]);
    }

    public IReadOnlyDictionary<string, string> Branches(RepositoryName repository) => _repositories[repository].Branches;

    public IReadOnlyList<PullRequest> PullRequests(RepositoryName repository) => _repositories[repository].PullRequests;

    public void Close(RepositoryName repository, int number) => Change(repository, number, p => p with { State = PullRequestState.Closed });

    public void Merge(RepositoryName repository, int number)
    {
        var r = _repositories[repository];
        var pull = r.PullRequests.Single(p => p.Number == number);

        // As Git merges, file by file; both having changed one is a conflict.
        var branch = r.Commits[r.Branches[pull.Branch]];
        var (ours, theirs, start) = (r.TreeOf(r.Branches[DefaultBranch(repository)]), r.TreeOf(branch.Sha), r.TreeOf(Base(r, branch)));
        var merged = new SortedDictionary<string, string>(ours, StringComparer.Ordinal);
        foreach (var (path, blob) in theirs.Where(f => start.GetValueOrDefault(f.Key) != f.Value))
        {
            Assert.True(ours.GetValueOrDefault(path) == start.GetValueOrDefault(path), $"{path} conflicts");
            merged[path] = blob;
        }

        r.Branches[DefaultBranch(repository)] = r.Commit(merged, [r.Branches[DefaultBranch(repository)], branch.Sha], "merge");
        Change(repository, number, p => p with { State = PullRequestState.Merged });
    }

    public async IAsyncEnumerable<RepositoryListing> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var repository in _repositories.Keys.Except(Unlisted).ToList())
        {
            yield return new RepositoryListing(repository, null);
        }
    }

    public Task<RepositoryHead?> GetHeadAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        Task.FromResult(_repositories.TryGetValue(repository, out var r) ? new RepositoryHead(DefaultBranch(repository), r.Branches[DefaultBranch(repository)]) : null);

    public Task<RepositoryTree> GetTreeAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var r = Find(repository);
        var files = r.Trees[r.Commits[commit].Tree].Select(f => new TreeFile(f.Key, f.Value, Executable.Contains(f.Key) ? "100755" : "100644", r.Blobs[f.Value].Length)).ToLookup(f => Links.Contains(f.Path));
        return Task.FromResult(new RepositoryTree(commit, [.. files[false]], [.. files[true]]));
    }

    public Task<byte[]> GetBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        lock (_repositories)
        {
            BlobReads++;
        }

        return Task.FromResult(Find(repository).Blobs[blob]);
    }

    public Task<CommitInfo?> GetBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        var r = Find(repository);
        return Task.FromResult(r.Branches.TryGetValue(branch, out var sha) ? r.Commits[sha] : null);
    }

    public Task<CommitInfo> CommitAsync(RepositoryName repository, CommitRequest request, CancellationToken cancellationToken)
    {
        var r = Find(repository);
        var tree = new SortedDictionary<string, string>(r.Trees[r.Commits[request.Parent].Tree], StringComparer.Ordinal);
        if (RefusesWorkflows && request.Files.Any(f => f.Path.StartsWith(".github/workflows/", StringComparison.Ordinal)))
        {
            throw new RepositoryHostException("memory", RepositoryHostFailure.Denied, "refusing to allow an App to create or update a workflow");
        }

        foreach (var file in request.Files)
        {
            Assert.Equal(Executable.Contains(file.Path) ? "100755" : "100644", file.Mode);
            tree[file.Path] = r.Store(file.Content.ToArray());
        }

        return Task.FromResult(r.Commits[r.Commit(tree, [request.Parent], request.Message(Repository.HashOf(tree)))]);
    }

    public Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken)
    {
        lock (_repositories)
        {
            var r = Find(repository);
            var isExpected = r.Branches.GetValueOrDefault(branch) == expected && !RaceOnce;
            RaceOnce = false;
            if (isExpected)
            {
                r.Branches[branch] = commit;
                Moved(repository, branch);
                Writes.Add($"{repository} branch {branch}");
            }

            return Task.FromResult(isExpected);
        }
    }

    public Task DeleteBranchAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        Find(repository).Branches.Remove(branch);
        Writes.Add($"{repository} delete {branch}");
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken)
    {
        Looks++;
        return Task.FromResult<IReadOnlyList<PullRequest>>([.. Find(repository).PullRequests.Where(p => p.State == PullRequestState.Open && p.Branch.StartsWith(branchPrefix, StringComparison.Ordinal))]);
    }

    public Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<PullRequest>>([.. Find(repository).PullRequests.Where(p => p.Branch == branch).Reverse()]);

    public Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        // As GitHub: of two at once, one is refused.
        lock (_repositories)
        {
            var r = Find(repository);
            if (r.PullRequests.Exists(p => p.State == PullRequestState.Open && p.Branch == draft.Branch))
            {
                throw new RepositoryHostException("memory", RepositoryHostFailure.Malformed, $"a pull request already exists for {draft.Branch}");
            }

            var pull = new PullRequest(r.PullRequests.Count + 1, draft.Branch, r.Branches[draft.Branch], PullRequestState.Open, draft.Title, draft.Body, "") { Base = draft.Base, Labels = draft.Labels, UpdatedAt = Tick() };
            r.PullRequests.Add(pull);
            Drafts.Add(draft);
            Writes.Add($"{repository} open {draft.Branch}");
            return Task.FromResult(pull);
        }
    }

    public Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken)
    {
        Change(repository, number, p => p with { Title = title, Body = body });
        Writes.Add($"{repository} text #{number}");
        return Task.CompletedTask;
    }

    public Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken)
    {
        Close(repository, number);
        Writes.Add($"{repository} close #{number}");
        Ended?.Invoke(Find(repository).PullRequests.Single(p => p.Number == number).Branch);
        return Task.CompletedTask;
    }

    public Task AddressAsync(RepositoryName repository, int number, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        Change(repository, number, p => p with { Labels = [.. p.Labels.Union(draft.Labels, StringComparer.Ordinal)] });
        Writes.Add($"{repository} address #{number}");
        return Task.CompletedTask;
    }

    public Task<HostAbilities> GetAbilitiesAsync(RepositoryName repository, CancellationToken cancellationToken) => Task.FromResult(Abilities);

    public Task<IReadOnlyList<string>> ListCommitMessagesAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task<MergeState> GetMergeStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken) => Task.FromResult(MergeStateOf(repository, number));

    public MergeState MergeStateOf(RepositoryName repository, int number)
    {
        var r = Find(repository);
        var pull = r.PullRequests.Single(p => p.Number == number);
        if (!r.Branches.TryGetValue(pull.Branch, out var head) || !r.Branches.TryGetValue(pull.Base!, out var onto))
        {
            return MergeState.Unknown;
        }

        var branch = r.Commits[head];
        var (ours, theirs, start) = (r.TreeOf(onto), r.TreeOf(head), r.TreeOf(Base(r, branch)));
        var conflicts = theirs.Any(f => start.GetValueOrDefault(f.Key) != f.Value && ours.GetValueOrDefault(f.Key) != start.GetValueOrDefault(f.Key) && ours.GetValueOrDefault(f.Key) != f.Value);
        return conflicts ? MergeState.Conflicting : IsStrict && Base(r, branch) != onto ? MergeState.Behind : MergeState.Clean;
    }

    public Task<IReadOnlyList<CheckResult>> ListChecksAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) =>
        Refusals.GetValueOrDefault(nameof(ListChecksAsync)) is { } refusal
            ? throw new RepositoryHostException("memory", RepositoryHostFailure.Denied, refusal)
            : Task.FromResult<IReadOnlyList<CheckResult>>([.. Checks.GetValueOrDefault(commit) ?? Checks.GetValueOrDefault("") ?? []]);

    public Task<ReviewState> GetReviewStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken) => Task.FromResult(Review);

    public Task<IReadOnlyList<Comment>> ListCommentsAsync(RepositoryName repository, int number, DateTimeOffset? since, CancellationToken cancellationToken) =>
        Refusals.GetValueOrDefault(nameof(ListCommentsAsync)) is { } refusal
            ? throw new RepositoryHostException("memory", RepositoryHostFailure.Denied, refusal)
            : Task.FromResult<IReadOnlyList<Comment>>([.. CommentsOf(repository, number).Where(c => !(c.At < since))]);

    public Task<bool> MayWriteAsync(RepositoryName repository, string login, CancellationToken cancellationToken) => Task.FromResult(Writers.Contains(login));

    public Task CommentAsync(RepositoryName repository, int number, string body, CancellationToken cancellationToken)
    {
        Change(repository, number, p => p);
        return Say($"comment #{number}: {body}");
    }

    public Task AcknowledgeAsync(RepositoryName repository, long comment, bool isObeyed, CancellationToken cancellationToken) => Say($"{(isObeyed ? "+1" : "confused")} {comment}");

    public Task RemoveLabelAsync(RepositoryName repository, int number, string label, CancellationToken cancellationToken)
    {
        Change(repository, number, p => p with { Labels = [.. p.Labels.Where(l => l != label)] });
        return Say($"unlabel #{number} {label}");
    }

    public Task ReportAsync(RepositoryName repository, string commit, Verdict verdict, CancellationToken cancellationToken) => Say($"verdict {commit[..7]} {verdict.State}: {verdict.Title}");

    public Task<string?> MergeAsync(RepositoryName repository, int number, string head, CancellationToken cancellationToken)
    {
        var r = Find(repository);
        var pull = r.PullRequests.Single(p => p.Number == number);
        if (pull.State != PullRequestState.Open || r.Branches[pull.Branch] != head)
        {
            return Task.FromResult<string?>("head branch was modified");
        }

        if (Refusals.GetValueOrDefault(nameof(MergeAsync)) is { } refusal)
        {
            throw new RepositoryHostException("memory", RepositoryHostFailure.Denied, refusal);
        }

        Merge(repository, number);
        Writes.Add($"{repository} merge #{number}");
        Ended?.Invoke(pull.Branch);
        return Task.FromResult<string?>(null);
    }

    public Task SetBaseAsync(RepositoryName repository, int number, string branch, CancellationToken cancellationToken)
    {
        Change(repository, number, p => p with { Base = branch });
        Writes.Add($"{repository} base #{number}");
        return Task.CompletedTask;
    }

    private static string Base(Repository r, CommitInfo branch)
    {
        // Branches here have one commit of ours, and a person's on top.
        while (branch.Parents is [var parent] && !(branch.Message.Contains("Basewatch-Seal", StringComparison.Ordinal)))
        {
            branch = r.Commits[parent];
        }

        return branch.Parents.Count > 0 ? branch.Parents[0] : branch.Sha;
    }

    private Task Say(string what)
    {
        Said.Add(what);
        return Task.CompletedTask;
    }

    private List<Comment> CommentsOf(RepositoryName repository, int number)
    {
        if (!_comments.TryGetValue((repository, number), out var comments))
        {
            _comments[(repository, number)] = comments = [];
        }

        return comments;
    }

    private DateTimeOffset Tick() => _now += TimeSpan.FromSeconds(1);

    private void Moved(RepositoryName repository, string branch)
    {
        foreach (var pull in _repositories[repository].PullRequests.Where(p => p.State == PullRequestState.Open && p.Branch == branch).ToList())
        {
            Change(repository, pull.Number, p => p with { HeadCommit = _repositories[repository].Branches[branch] });
        }
    }

    private void Change(RepositoryName repository, int number, Func<PullRequest, PullRequest> change)
    {
        var pulls = Find(repository).PullRequests;
        var i = pulls.FindIndex(p => p.Number == number);
        pulls[i] = change(pulls[i]) with { UpdatedAt = Tick() };
    }

    private Repository Find(RepositoryName repository) =>
        _repositories.TryGetValue(repository, out var r) ? r : throw new RepositoryHostException("memory", RepositoryHostFailure.NotFound, $"{repository} is gone");

    private sealed class Repository
    {
        public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, SortedDictionary<string, string>> Trees { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, CommitInfo> Commits { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Branches { get; } = new(StringComparer.Ordinal);

        public List<PullRequest> PullRequests { get; } = [];

        public static string HashOf(SortedDictionary<string, string> tree) => Hash(string.Join('\n', tree.Select(f => $"{f.Key} {f.Value}")));

        public SortedDictionary<string, string> TreeOf(string commit) => Trees[Commits[commit].Tree];

        public string Store(byte[] content)
        {
            var sha = Convert.ToHexStringLower(SHA256.HashData(content))[..40];
            Blobs[sha] = content;
            return sha;
        }

        public string Commit(SortedDictionary<string, string> files, IReadOnlyList<string> parents, string message)
        {
            var tree = HashOf(files);
            Trees[tree] = files;
            var sha = Hash($"{tree} {string.Join(' ', parents)} {message} {Commits.Count}");
            Commits[sha] = new CommitInfo(sha, tree, message, parents);
            return sha;
        }

        private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];
    }
}
