using System.Text;

namespace Basewatch.World.GitHub;

/// <summary>
/// A repository on the loopback GitHub. What is public here arranges it and looks at it, beside the API: no request is counted.
/// What people do, they do by <see cref="Person"/>.
/// </summary>
public sealed partial class HostedRepository
{
    private const string Heads = "refs/heads/";

    private readonly Dictionary<string, RepositoryRole> _roles = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BranchProtection> _protections = new(StringComparer.Ordinal);
    private readonly List<HostedRepository> _forks = [];
    private int _numbers;

    internal HostedRepository(GitHubServer server, Account owner, string name, long id, BareRepository git)
    {
        (Server, Owner, Name, Id, Git) = (server, owner, name, id, git);
        CreatedAt = server.Now;
    }

    /// <summary><c>owner/name</c>.</summary>
    public string FullName => $"{Owner.Login}/{Name}";

    /// <summary>Where the bare repository lies, for <c>git --git-dir</c>.</summary>
    public string Folder => Git.Folder;

    /// <summary>The default branch.</summary>
    public string DefaultBranch { get; private set; } = "main";

    /// <summary>Hidden from who has no role in it. As it is at first.</summary>
    public bool IsPrivate { get; set; } = true;

    /// <summary>Read-only.</summary>
    public bool IsArchived { get; set; }

    /// <summary>Whether it has issues; pull requests it has anyway.</summary>
    public bool HasIssues { get; set; } = true;

    /// <summary>Whether pull requests may be merged by a merge commit.</summary>
    public bool AllowsMergeCommits { get; set; } = true;

    /// <summary>Whether pull requests may be squashed.</summary>
    public bool AllowsSquash { get; set; } = true;

    /// <summary>Whether pull requests may be rebased.</summary>
    public bool AllowsRebase { get; set; } = true;

    /// <summary>Whether pull requests may be set to be merged once they can be.</summary>
    public bool AllowsAutoMerge { get; set; }

    /// <summary>Whether a merged branch is deleted by GitHub.</summary>
    public bool DeletesMergedBranches { get; set; }

    /// <summary>Whether the token of a workflow may open pull requests.</summary>
    public bool AllowsPullRequestsByActions { get; set; } = true;

    /// <summary>Whether mergeability is only found out once a pull request has been asked for, so that the first answer is <c>unknown</c>.</summary>
    public bool FindsMergeabilityLate { get; set; }

    /// <summary>Names of checks that begin (queued) at each new head of a pull request, unless the token of a workflow made it.</summary>
    public IList<string> Workflows { get; } = [];

    /// <summary>Slugs of the owner's teams that may be asked to review.</summary>
    public IList<string> Teams { get; } = [];

    /// <summary>Whether this is a fork.</summary>
    public bool IsFork => Parent is not null;

    internal GitHubServer Server { get; }

    internal Account Owner { get; }

    internal string Name { get; set; }

    internal long Id { get; }

    internal BareRepository Git { get; }

    internal HostedRepository? Parent { get; private init; }

    internal DateTimeOffset CreatedAt { get; }

    internal DateTimeOffset? PushedAt { get; private set; }

    internal List<Issue> Issues { get; } = [];

    internal List<Label> Labels { get; } = [];

    internal List<Milestone> Milestones { get; } = [];

    internal List<CommitStatus> Statuses { get; } = [];

    internal List<CheckRun> CheckRuns { get; } = [];

    internal List<WorkflowRun> Runs { get; } = [];

    /// <summary>Runs of its workflows, the oldest first.</summary>
    public IReadOnlyList<WorkflowRun> WorkflowRuns
    {
        get
        {
            lock (Server.Gate)
            {
                return [.. Runs];
            }
        }
    }

    internal List<Deployment> Deployments { get; } = [];

    /// <summary>Commits that GitHub signed.</summary>
    internal HashSet<string> Signed { get; } = new(StringComparer.Ordinal);

    internal IEnumerable<PullRequest> Pulls => Issues.OfType<PullRequest>();

    /// <summary>Someone with a role here, who does things.</summary>
    /// <param name="login">Who.</param>
    /// <param name="role">From now on; null: the one that he has, or write.</param>
    public Person Person(string login, RepositoryRole? role = null)
    {
        lock (Server.Gate)
        {
            if (role is not null || !_roles.ContainsKey(login))
            {
                _roles[login] = role ?? RepositoryRole.Write;
            }

            return new Person(this, Server.PersonActor(login));
        }
    }

    /// <summary>Pushes one commit to a branch, which begins at the default branch if it isn't there, and returns the commit's SHA.</summary>
    /// <param name="branch">Its name.</param>
    /// <param name="files">Path and text; null removes.</param>
    /// <param name="author">Login of who pushes.</param>
    /// <param name="message">Of the commit.</param>
    public string Push(string branch, IReadOnlyDictionary<string, string?> files, string author = "admin", string message = "Change") =>
        Push(branch, files.ToDictionary(f => f.Key, f => f.Value is null ? null : Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal), author, message);

    /// <summary>Pushes one commit of files with bytes.</summary>
    public string Push(string branch, IReadOnlyDictionary<string, byte[]?> files, string author = "admin", string message = "Change")
    {
        lock (Server.Gate)
        {
            var actor = Server.PersonActor(author);
            var parent = FindTip(branch) ?? FindTip(DefaultBranch);
            var commit = WriteCommit(actor, parent, files, message);
            MoveBranch(actor, branch, commit);
            return commit;
        }
    }

    /// <summary>Pushes one commit that takes the place of all that the branch had since another one, as after an amend.</summary>
    public string ForcePush(string branch, string onto, IReadOnlyDictionary<string, string?> files, string author = "admin", string message = "Change")
    {
        lock (Server.Gate)
        {
            var actor = Server.PersonActor(author);
            var commit = WriteCommit(actor, onto, files.ToDictionary(f => f.Key, f => f.Value is null ? null : Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal), message);
            MoveBranch(actor, branch, commit);
            return commit;
        }
    }

    /// <summary>Points a branch at a commit, as <c>git push --force</c> does.</summary>
    public void SetBranch(string branch, string commit, string by = "admin")
    {
        lock (Server.Gate)
        {
            MoveBranch(Server.PersonActor(by), branch, commit);
        }
    }

    /// <summary>Deletes a branch; its open pull requests are closed.</summary>
    public void DeleteBranch(string branch, string by = "admin")
    {
        lock (Server.Gate)
        {
            MoveBranch(Server.PersonActor(by), branch, sha: null);
        }
    }

    /// <summary>Gives the default branch another name: pull requests follow, and who asks for the old name is led to the new one.</summary>
    public void RenameDefaultBranch(string name)
    {
        lock (Server.Gate)
        {
            var old = DefaultBranch;
            Git.SetRef(Heads + name, Git.Refs[Heads + old]);
            Git.SetRef(Heads + old, null);
            Git.PointHead(name);
            DefaultBranch = name;
            _renamed[old] = name;
            _seen[name] = _seen.GetValueOrDefault(old) ?? [];
            if (_protections.Remove(old, out var protection))
            {
                _protections[name] = protection;
            }

            foreach (var pull in Pulls.Where(p => p.BaseBranch == old && p.IsOpen))
            {
                pull.BaseBranch = name;
            }
        }
    }

    /// <summary>Makes another branch, which is there, the default one.</summary>
    public void SetDefaultBranch(string name)
    {
        lock (Server.Gate)
        {
            Git.PointHead(name);
            DefaultBranch = name;
        }
    }

    /// <summary>What a branch asks of pull requests; null: nothing.</summary>
    public void Protect(string branch, BranchProtection? protection)
    {
        lock (Server.Gate)
        {
            _protections.Remove(branch);
            if (protection is not null)
            {
                _protections[branch] = protection;
            }
        }
    }

    /// <summary>A commit status, as a build server sets it.</summary>
    /// <param name="commit">SHA.</param>
    /// <param name="context">As <c>ci/build</c>.</param>
    /// <param name="state"><c>error</c>, <c>failure</c>, <c>pending</c> or <c>success</c>.</param>
    public void SetStatus(string commit, string context, string state)
    {
        lock (Server.Gate)
        {
            AddStatus(Server.PersonActor("admin"), commit, context, state, description: null, targetUrl: null);
        }
    }

    /// <summary>A check run as GitHub Actions makes it; one that is under way by that name is finished.</summary>
    /// <param name="commit">SHA.</param>
    /// <param name="name">As <c>build</c>.</param>
    /// <param name="conclusion"><c>success</c>, <c>failure</c>, <c>neutral</c>, <c>skipped</c>, …; null: in progress.</param>
    public void CheckRun(string commit, string name, string? conclusion)
    {
        lock (Server.Gate)
        {
            var run = CheckRuns.LastOrDefault(r => r.Sha == commit && r.Name == name && r.App == GitHubServer.ActionsApp && r.Status != "completed")
                ?? StartCheck(commit, name, GitHubServer.ActionsApp);
            run.Status = conclusion is null ? "in_progress" : "completed";
            run.Conclusion = conclusion;
            run.CompletedAt = conclusion is null ? null : Server.Now;
            Checked(Server.ActionsActor(this), run, conclusion is null ? "created" : "completed");
        }
    }

    /// <summary>A deployment as a workflow makes it, and what becomes of it.</summary>
    /// <param name="commit">SHA.</param>
    /// <param name="environment">As <c>production</c>.</param>
    /// <param name="states"><c>in_progress</c>, <c>success</c>, <c>failure</c>, … in order; none: only begun. GitHub's own <c>inactive</c>, of what was deployed before, comes by itself.</param>
    /// <returns>Its number.</returns>
    public long Deploy(string commit, string environment, params string[] states)
    {
        lock (Server.Gate)
        {
            var by = Server.ActionsActor(this);
            var deployment = AddDeployment(by, commit, commit, "deploy", environment, description: null);
            foreach (var state in states)
            {
                AddDeploymentStatus(by, deployment, state, "", environment, logUrl: $"https://github.com/{FullName}/actions/runs/1");
            }

            return deployment.Id;
        }
    }

    /// <summary>Makes a milestone.</summary>
    public int AddMilestone(string title)
    {
        lock (Server.Gate)
        {
            var milestone = new Milestone { Id = Server.NextId(), Number = Milestones.Count + 1, Title = title, Creator = Server.AccountOf("admin"), CreatedAt = Server.Now };
            Milestones.Add(milestone);
            return milestone.Number;
        }
    }

    /// <summary>Makes a fork.</summary>
    public HostedRepository Fork(string owner)
    {
        lock (Server.Gate)
        {
            var fork = Server.AddFork(this, owner);
            fork.Git.TakeFrom(Git);
            foreach (var (name, sha) in Git.Refs.ToList())
            {
                fork.Git.SetRef(name, sha);
            }

            fork.DefaultBranch = DefaultBranch;
            fork.PushedAt = PushedAt;
            _forks.Add(fork);
            return fork;
        }
    }

    /// <summary>Every pull request, in the order of their numbers.</summary>
    public IReadOnlyList<GitHubPullRequest> PullRequests
    {
        get
        {
            lock (Server.Gate)
            {
                return [.. Pulls.Select(Snapshot)];
            }
        }
    }

    /// <summary>The open ones.</summary>
    public IReadOnlyList<GitHubPullRequest> OpenPullRequests => [.. PullRequests.Where(p => p.IsOpen)];

    /// <summary>Every issue that is no pull request, the oldest first.</summary>
    public IReadOnlyList<GitHubIssue> PlainIssues
    {
        get
        {
            lock (Server.Gate)
            {
                return [.. Issues.Where(i => i is not GitHub.PullRequest).Select(i => new GitHubIssue(i.Number, i.Title, i.Body ?? "", i.IsOpen, i.User.Login, [.. i.Labels.Select(l => l.Name)]) { StateReason = i.StateReason })];
            }
        }
    }

    /// <summary>One of them.</summary>
    public GitHubPullRequest PullRequest(int number) => PullRequests.Single(p => p.Number == number);

    /// <summary>Comments on an issue or a pull request, the oldest first.</summary>
    public IReadOnlyList<GitHubComment> Comments(int number)
    {
        lock (Server.Gate)
        {
            return [.. Issues.Single(i => i.Number == number).Comments.Select(c => new GitHubComment(
                c.Id, c.User.Login, c.Body, [.. c.Reactions.Select(r => $"{r.User.Login} {r.Content}")]))];
        }
    }

    /// <summary>Branches and their newest commits.</summary>
    public IReadOnlyDictionary<string, string> Branches
    {
        get
        {
            lock (Server.Gate)
            {
                return Git.Refs.Where(r => r.Key.StartsWith(Heads, StringComparison.Ordinal)).ToDictionary(r => r.Key[Heads.Length..], r => r.Value, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Newest commit of a branch, or null.</summary>
    public string? Tip(string branch) => Branches.GetValueOrDefault(branch);

    /// <summary>Every commit that a branch of that name has ever been at or led to since it began, the oldest first, even those that are overwritten or deleted.</summary>
    public IReadOnlyList<string> CommitsEverOn(string branch)
    {
        lock (Server.Gate)
        {
            return [.. _seen.GetValueOrDefault(branch) ?? []];
        }
    }

    /// <summary>Is a commit on a branch now?</summary>
    public bool Contains(string branch, string commit)
    {
        lock (Server.Gate)
        {
            return FindTip(branch) is { } tip && Git.IsAncestor(commit, tip);
        }
    }

    /// <summary>Messages of a branch, the newest first.</summary>
    public IReadOnlyList<string> Messages(string branch)
    {
        lock (Server.Gate)
        {
            return FindTip(branch) is { } tip ? [.. Git.History(tip).Select(c => c.Message)] : [];
        }
    }

    /// <summary>Author's login or name of a commit.</summary>
    public string AuthorOf(string commit)
    {
        lock (Server.Gate)
        {
            return Git.GetCommit(commit).Author.Name;
        }
    }

    /// <summary>A file's bytes at a branch or commit, or null.</summary>
    public byte[]? Bytes(string path, string at)
    {
        lock (Server.Gate)
        {
            return Resolve(at) is { } commit && Git.Files(Git.GetCommit(commit).Tree).FirstOrDefault(f => f.Name == path) is { } file
                ? Git.Get(file.Sha).Content
                : null;
        }
    }

    /// <summary>A file's text at a branch or commit, or null.</summary>
    public string? File(string path, string at) => Bytes(path, at) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Statuses and finished checks of a commit, the newest of each: name and what it says.</summary>
    public IReadOnlyDictionary<string, string> Checks(string commit)
    {
        lock (Server.Gate)
        {
            var found = LatestRuns(commit).ToDictionary(r => r.Name, r => r.Conclusion ?? r.Status, StringComparer.Ordinal);
            foreach (var status in LatestStatuses(commit))
            {
                found[status.Context] = status.State;
            }

            return found;
        }
    }

    internal static HostedRepository NewFork(GitHubServer server, Account owner, HostedRepository parent, long id, BareRepository git) =>
        new(server, owner, parent.Name, id, git) { Parent = parent, IsPrivate = parent.IsPrivate };

    internal bool MaySee(Actor? actor) => !IsPrivate || (actor is not null && actor.Kind switch
    {
        ActorKind.Person => RoleOf(actor.Account.Login) > RepositoryRole.None,
        ActorKind.Installation => string.Equals(actor.Scope, Owner.Login, StringComparison.OrdinalIgnoreCase),
        ActorKind.Actions => string.Equals(actor.Scope, FullName, StringComparison.OrdinalIgnoreCase),
        _ => false,
    });

    internal bool May(Actor actor, string permission, bool write)
    {
        if (!write && !IsPrivate && permission is not "administration")
        {
            return true;
        }

        if (actor.Kind != ActorKind.Person)
        {
            return actor.Kind != ActorKind.App && MaySee(actor)
                && string.Equals(actor.Scope, actor.Kind == ActorKind.Actions ? FullName : Owner.Login, StringComparison.OrdinalIgnoreCase)
                && (permission is "metadata" || actor.Has(permission, write));
        }

        return RoleOf(actor.Account.Login) >= (permission, write) switch
        {
            ("administration", _) => RepositoryRole.Admin,
            ("comments", true) => RepositoryRole.Read,
            ("issues", true) => RepositoryRole.Triage,
            (_, true) => RepositoryRole.Write,
            _ => RepositoryRole.Read,
        };
    }

    internal RepositoryRole RoleOf(string login) =>
        string.Equals(login, Owner.Login, StringComparison.OrdinalIgnoreCase) ? RepositoryRole.Admin
        : _roles.TryGetValue(login, out var role) ? role
        : Server.RoleEverywhere(login);

    internal bool MayPush(Actor actor) => May(actor, "contents", write: true);

    internal string? FindTip(string branch) => Git.Refs.GetValueOrDefault(Heads + branch);

    internal string? RenamedTo(string branch) => FindTip(branch) is null && _renamed.TryGetValue(branch, out var name) ? name : null;

    internal BranchProtection? ProtectionOf(string branch) => _protections.GetValueOrDefault(branch);

    /// <summary>The commit that a SHA, a branch, a tag or a full ref names, or null.</summary>
    internal string? Resolve(string name)
    {
        var sha = FindTip(name) ?? Git.Refs.GetValueOrDefault($"refs/{name}") ?? Git.Refs.GetValueOrDefault(name) ?? Git.Refs.GetValueOrDefault($"refs/tags/{name}")
            ?? (name is "HEAD" ? FindTip(DefaultBranch) : name);
        return sha is null ? null : Git.FindCommit(sha)?.Sha;
    }

    internal int NextNumber() => ++_numbers;

    internal Label LabelNamed(string name)
    {
        var label = Labels.Find(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase));
        if (label is null)
        {
            label = new Label(Server.NextId(), name, "ededed", null);
            Labels.Add(label);
        }

        return label;
    }

    internal GitIdentity IdentityOf(Account account) => new(account.Login, account.Email, Server.Now);

    internal static GitIdentity GitHubItself(DateTimeOffset at) => new("GitHub", "noreply@github.com", at);

    /// <summary>Paths of workflows in a commit that neither a branch nor the default branch's past has like that.</summary>
    internal IReadOnlyList<string> NewWorkflows(string commit)
    {
        var known = Branches.Values.Append(FindTip(DefaultBranch) is { } tip ? Git.MergeBase(tip, commit) : null)
            .OfType<string>()
            .SelectMany(c => WorkflowsOf(Git.GetCommit(c).Tree))
            .ToHashSet();
        return [.. WorkflowsOf(Git.GetCommit(commit).Tree).Where(w => !known.Contains(w)).Select(w => w.Path)];
    }

    internal IEnumerable<(string Path, string Sha)> WorkflowsOf(string tree) =>
        Git.Files(tree).Where(f => IsWorkflow(f.Name)).Select(f => (f.Name, f.Sha));

    internal static bool IsWorkflow(string path) => path.StartsWith(".github/workflows/", StringComparison.Ordinal);

    internal static bool MayChangeWorkflows(Actor actor) => actor.Kind == ActorKind.Person || actor.Has("workflows", write: true);

    /// <summary>Refuses a commit that brings workflows to one who must not.</summary>
    internal void ThrowIfWorkflowsChange(Actor actor, string commit)
    {
        if (!MayChangeWorkflows(actor) && NewWorkflows(commit) is [var path, ..])
        {
            throw new Refusal(403, $"refusing to allow a GitHub App to create or update workflow `{path}` without `workflows` permission");
        }
    }

    private string WriteCommit(Actor actor, string? parent, IReadOnlyDictionary<string, byte[]?> files, string message)
    {
        var baseTree = parent is null ? null : Git.GetCommit(parent).Tree;
        var modes = (baseTree is null ? [] : Git.Files(baseTree)).ToDictionary(f => f.Name, f => f.Mode, StringComparer.Ordinal);
        var tree = Git.WriteTree(baseTree, files.Select(f => (f.Key, f.Value is null ? null : new GitEntry(modes.GetValueOrDefault(f.Key, "100644"), f.Key, Git.Write("blob", f.Value)))));
        var who = IdentityOf(actor.Account);
        return Git.WriteCommit(tree, parent is null ? [] : [parent], who, who, message).Sha;
    }

    private void See(string branch, string? old, string sha)
    {
        if (!_seen.TryGetValue(branch, out var seen))
        {
            _seen[branch] = seen = [];
        }

        var known = (old ?? (branch == DefaultBranch ? null : FindTip(DefaultBranch))) is { } from ? Git.Ahead(sha, from) : Git.History(sha);
        seen.AddRange(known.Reverse().Select(c => c.Sha).Where(c => !seen.Contains(c)).ToList());
    }
}
