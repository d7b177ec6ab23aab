using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A repository host in memory: commits, branches and pull requests as Git and GitHub have them, without their processes.</summary>
internal sealed class MemoryRepositoryHost : IRepositoryHost
{
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
        var (ours, theirs, start) = (r.TreeOf(r.Branches["main"]), r.TreeOf(branch.Sha), r.TreeOf(branch.Parents[0]));
        var merged = new SortedDictionary<string, string>(ours, StringComparer.Ordinal);
        foreach (var (path, blob) in theirs.Where(f => start.GetValueOrDefault(f.Key) != f.Value))
        {
            Assert.True(ours.GetValueOrDefault(path) == start.GetValueOrDefault(path), $"{path} conflicts");
            merged[path] = blob;
        }

        r.Branches["main"] = r.Commit(merged, [r.Branches["main"], branch.Sha], "merge");
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
        Task.FromResult(_repositories.TryGetValue(repository, out var r) ? new RepositoryHead("main", r.Branches["main"]) : null);

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
        foreach (var file in request.Files)
        {
            Assert.Equal(Executable.Contains(file.Path) ? "100755" : "100644", file.Mode);
            tree[file.Path] = r.Store(file.Content.ToArray());
        }

        return Task.FromResult(r.Commits[r.Commit(tree, [request.Parent], request.Message(Repository.HashOf(tree)))]);
    }

    public Task<bool> SetBranchAsync(RepositoryName repository, string branch, string commit, string? expected, CancellationToken cancellationToken)
    {
        var r = Find(repository);
        var isExpected = r.Branches.GetValueOrDefault(branch) == expected && !RaceOnce;
        RaceOnce = false;
        if (isExpected)
        {
            r.Branches[branch] = commit;
            Writes.Add($"{repository} branch {branch}");
        }

        return Task.FromResult(isExpected);
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
        var r = Find(repository);
        var pull = new PullRequest(r.PullRequests.Count + 1, draft.Branch, r.Branches[draft.Branch], PullRequestState.Open, draft.Title, draft.Body, "");
        r.PullRequests.Add(pull);
        Drafts.Add(draft);
        Writes.Add($"{repository} open {draft.Branch}");
        return Task.FromResult(pull);
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
        return Task.CompletedTask;
    }

    private void Change(RepositoryName repository, int number, Func<PullRequest, PullRequest> change)
    {
        var pulls = Find(repository).PullRequests;
        var i = pulls.FindIndex(p => p.Number == number);
        pulls[i] = change(pulls[i]);
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
