using System.Globalization;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <content>What becomes of pull requests when branches move, checks end, and people decide.</content>
public sealed partial class HostedRepository
{
    private static readonly string[] Passing = ["success", "neutral", "skipped"];

    /// <summary>Moves or deletes (null) a branch, with all that follows from it.</summary>
    internal void MoveBranch(Actor by, string branch, string? sha)
    {
        var old = FindTip(branch);
        if (old == sha)
        {
            return;
        }

        if (sha is not null)
        {
            See(branch, old, sha);
            _renamed.Remove(branch);
        }

        Git.SetRef(Heads + branch, sha);
        PushedAt = Server.Now;
        Server.Webhooks.Push(this, by, branch, old, sha);

        foreach (var pull in (Parent ?? this).Network().SelectMany(r => r.Pulls).Where(p => p.IsOpen && p.HeadRepository == this && p.HeadBranch == branch).ToList())
        {
            pull.Repository.HeadMoved(by, pull, sha);
        }

        foreach (var pull in Pulls.Where(p => p.IsOpen && p.BaseBranch == branch).ToList())
        {
            BaseMoved(by, pull, old, sha);
        }

        Settle();
    }

    internal PullRequest OpenPullRequest(Actor by, HostedRepository headRepository, string headBranch, string baseBranch, string title, string? body, bool isDraft)
    {
        if (FindTip(baseBranch) is not { } baseSha)
        {
            throw Refusal.Field("PullRequest", "base", "invalid");
        }

        if (headRepository.FindTip(headBranch) is not { } head || (headRepository == this && headBranch == baseBranch && head != baseSha))
        {
            throw Refusal.Field("PullRequest", "head", "invalid");
        }

        ThrowIfOpen(headRepository, headBranch, baseBranch, except: null);
        Take(headRepository);
        if (Git.MergeBase(baseSha, head) is null)
        {
            throw Refusal.Custom("PullRequest", $"The {headBranch} branch has no history in common with {baseBranch}");
        }

        if (Git.IsAncestor(head, baseSha))
        {
            throw Refusal.Custom("PullRequest", $"No commits between {baseBranch} and {headBranch}");
        }

        var pull = new PullRequest
        {
            Repository = this,
            Id = Server.NextId(),
            Number = NextNumber(),
            User = by.Account,
            CreatedAt = Server.Now,
            UpdatedAt = Server.Now,
            Title = title,
            Body = body,
            HeadRepository = headRepository,
            HeadBranch = headBranch,
            HeadSha = head,
            BaseBranch = baseBranch,
            BaseSha = baseSha,
            IsDraft = isDraft,
        };
        Issues.Add(pull);
        Server.Webhooks.PullRequest(pull, by, "opened");
        StartWorkflows(by, head);
        return pull;
    }

    internal void ClosePullRequest(Actor by, PullRequest pull)
    {
        if (!pull.IsOpen)
        {
            return;
        }

        pull.IsOpen = false;
        pull.ClosedAt = pull.UpdatedAt = Server.Now;
        pull.ClosedBy = by.Account;
        pull.AutoMerge = null;
        Server.Webhooks.PullRequest(pull, by, "closed");
    }

    internal void ReopenPullRequest(Actor by, PullRequest pull)
    {
        if (pull.IsOpen)
        {
            return;
        }

        if (pull.MergedAt is not null)
        {
            throw Unchangeable("The pull request cannot be reopened.");
        }

        if (pull.HeadRepository.FindTip(pull.HeadBranch) is not { } tip)
        {
            throw Unchangeable($"The {pull.HeadBranch} branch has been deleted.");
        }

        if (FindTip(pull.BaseBranch) is not { } baseTip)
        {
            throw Unchangeable($"The {pull.BaseBranch} branch has been deleted.");
        }

        Take(pull.HeadRepository);
        if (!Git.IsAncestor(pull.HeadSha, tip))
        {
            throw Unchangeable($"The {pull.HeadBranch} branch was force-pushed or recreated.");
        }

        if (Git.IsAncestor(tip, baseTip))
        {
            throw Unchangeable($"There are no new commits on the {pull.HeadRepository.Owner.Login}:{pull.HeadBranch} branch.");
        }

        if (Pulls.Any(p => p.IsOpen && p.HeadRepository == pull.HeadRepository && p.HeadBranch == pull.HeadBranch && p.BaseBranch == pull.BaseBranch))
        {
            throw Unchangeable($"There is already an open pull request from {pull.HeadBranch} to {pull.BaseBranch}.");
        }

        (pull.IsOpen, pull.ClosedAt, pull.ClosedBy, pull.HeadSha, pull.BaseSha, pull.UpdatedAt) = (true, null, null, tip, baseTip, Server.Now);
        Server.Webhooks.PullRequest(pull, by, "reopened");

        static Refusal Unchangeable(string why) => new(422, "Validation Failed", new JsonArray(new JsonObject
        {
            ["resource"] = "PullRequest",
            ["code"] = "invalid",
            ["field"] = "state",
            ["message"] = $"state cannot be changed. {why}",
        }));
    }

    internal void ChangeBase(Actor by, PullRequest pull, string branch)
    {
        if (FindTip(branch) is not { } tip)
        {
            throw Refusal.Field("PullRequest", "base", "invalid");
        }

        ThrowIfOpen(pull.HeadRepository, pull.HeadBranch, branch, except: pull);
        if (Git.IsAncestor(pull.HeadSha, tip))
        {
            throw new Refusal(422, "Validation Failed", new JsonArray(new JsonObject
            {
                ["resource"] = "PullRequest",
                ["code"] = "invalid",
                ["field"] = "base",
                ["message"] = $"There are no new commits between base branch '{branch}' and head branch '{pull.HeadBranch}'",
            }));
        }

        var old = (pull.BaseBranch, pull.BaseSha);
        (pull.BaseBranch, pull.BaseSha, pull.UpdatedAt) = (branch, tip, Server.Now);
        Server.Webhooks.BaseChanged(pull, by, old);
    }

    /// <summary>Whether it can be merged, in GitHub's words, and every sentence that is against it.</summary>
    internal (bool? Mergeable, string State, IReadOnlyList<string> Reasons) Judge(PullRequest pull)
    {
        var tip = FindTip(pull.BaseBranch);
        if (!pull.IsOpen || tip is null)
        {
            return (null, "unknown", ["Pull Request is not mergeable"]);
        }

        if (Git.Merge(tip, pull.HeadSha) is null)
        {
            return (false, "dirty", ["Pull Request is not mergeable"]);
        }

        if (pull.IsDraft)
        {
            return (true, "draft", ["Pull Request is still a draft"]);
        }

        var reasons = new List<string>();
        var isBehind = false;
        if (ProtectionOf(pull.BaseBranch) is { } protection)
        {
            var verdicts = Verdicts(pull.HeadSha);
            foreach (var name in protection.RequiredChecks)
            {
                if (!verdicts.TryGetValue(name, out var verdict))
                {
                    reasons.Add($"Required status check \"{name}\" is expected.");
                }
                else if (verdict != true)
                {
                    reasons.Add($"Required status check \"{name}\" is {(verdict is null ? "pending" : "failing")}.");
                }
            }

            var last = LastWords(pull);
            if (protection.RequiredApprovals > 0 && last.Any(r => r.State is "CHANGES_REQUESTED"))
            {
                reasons.Add("Changes have been requested.");
            }

            if (last.Count(r => r.State is "APPROVED") < protection.RequiredApprovals)
            {
                reasons.Add(string.Create(CultureInfo.InvariantCulture, $"At least {protection.RequiredApprovals} approving review{(protection.RequiredApprovals == 1 ? " is" : "s are")} required by reviewers with write access."));
            }

            isBehind = protection.IsStrict && !Git.IsAncestor(tip, pull.HeadSha);
        }

        return reasons.Count > 0 ? (true, "blocked", reasons)
            : isBehind ? (true, "behind", [$"Head branch is out of date. Review and try the merge again."])
            : Verdicts(pull.HeadSha).Values.Any(v => v != true) ? (true, "unstable", [])
            : (true, "clean", []);
    }

    /// <summary>Merges, and returns the SHA of the commit that the base has now.</summary>
    internal string MergePullRequest(Actor by, PullRequest pull, string method, string? expected = null, string? title = null, string? message = null, bool byQueue = false)
    {
        if (!pull.IsOpen || FindTip(pull.BaseBranch) is not { } tip)
        {
            throw new Refusal(405, "Pull Request is not mergeable");
        }

        if (expected is not null && expected != pull.HeadSha)
        {
            throw new Refusal(409, "Head branch was modified. Review and try the merge again.");
        }

        var (isAllowed, name) = method switch
        {
            "merge" => (AllowsMergeCommits, "Merge commits"),
            "squash" => (AllowsSquash, "Squash merges"),
            "rebase" => (AllowsRebase, "Rebase merges"),
            _ => throw Refusal.Field("PullRequest", "merge_method", "invalid"),
        };
        if (!isAllowed)
        {
            throw new Refusal(405, $"{name} are not allowed on this repository.");
        }

        var (_, state, reasons) = Judge(pull);
        var mayOverrule = state is "blocked" or "behind" && by.Kind == ActorKind.Person && RoleOf(by.Account.Login) == RepositoryRole.Admin;
        if (reasons.Count > 0 && !mayOverrule)
        {
            throw new Refusal(405, reasons[0]);
        }

        if (!byQueue && ProtectionOf(pull.BaseBranch) is { HasMergeQueue: true })
        {
            throw new Refusal(405, "Repository rule violations found\n\nChanges must be made through the merge queue\n\n");
        }

        ThrowIfWorkflowsChange(by, pull.HeadSha, tip);
        var result = method switch
        {
            "rebase" => Rebase(by, pull, tip),
            _ => MergeCommit(by, pull, tip, method, title, message),
        };
        MarkMerged(by, pull, result);
        MoveBranch(by, pull.BaseBranch, result);
        if (DeletesMergedBranches && pull.HeadRepository == this)
        {
            MoveBranch(by, pull.HeadBranch, sha: null);
        }

        return result;
    }

    /// <summary>Merges the base into the head, as the button on the page does.</summary>
    internal void UpdateBranch(Actor by, PullRequest pull, string? expected)
    {
        if (expected is not null && expected != pull.HeadSha)
        {
            throw new Refusal(422, "expected head sha didn’t match current head ref.");
        }

        var tip = FindTip(pull.BaseBranch)!;
        if (Git.IsAncestor(tip, pull.HeadSha))
        {
            throw new Refusal(422, "There are no new commits on the base branch.");
        }

        var tree = Git.Merge(pull.HeadSha, tip) ?? throw new Refusal(422, "merge conflict between base and head");
        var commit = Git.WriteCommit(tree, [pull.HeadSha, tip], IdentityOf(by.Account), GitHubItself(Server.Now), $"Merge branch '{pull.BaseBranch}' into {pull.HeadBranch}");
        Signed.Add(commit.Sha);
        pull.HeadRepository.Git.TakeFrom(Git);
        pull.HeadRepository.MoveBranch(by, pull.HeadBranch, commit.Sha);
    }

    internal void AddReview(Actor by, PullRequest pull, string state, string body, string? commit = null)
    {
        if (state is not "COMMENTED" && pull.User == by.Account)
        {
            throw new Refusal(422, "Unprocessable Entity", new JsonArray($"Review Can not {(state is "APPROVED" ? "approve" : "request changes on")} your own pull request"));
        }

        var review = new Review { Id = Server.NextId(), User = by.Account, State = state, Body = body, Commit = commit ?? pull.HeadSha, At = Server.Now };
        pull.Reviews.Add(review);
        pull.RequestedReviewers.Remove(by.Account);
        pull.UpdatedAt = Server.Now;
        Server.Webhooks.Review(pull, review, by);
        Settle();
    }

    internal CommitStatus AddStatus(Actor by, string commit, string context, string state, string? description, string? targetUrl)
    {
        var status = new CommitStatus(Server.NextId(), commit, context, state, description, targetUrl, by.Account, Server.Now);
        Statuses.Add(status);
        Server.Webhooks.Status(this, status, by);
        Settle();
        return status;
    }

    internal Deployment AddDeployment(Actor by, string commit, string name, string task, string environment, string? description)
    {
        var deployment = new Deployment
        {
            Id = Server.NextId(),
            Sha = commit,
            Ref = name,
            Task = task,
            Environment = environment,
            Description = description,
            Creator = by.Account,
            CreatedAt = Server.Now,
        };
        Deployments.Add(deployment);
        return deployment;
    }

    internal DeploymentStatus AddDeploymentStatus(Actor by, Deployment deployment, string state, string description, string environment, string logUrl)
    {
        var status = Add(deployment, state);

        // auto_inactive, which GitHub does everywhere but in production.
        foreach (var earlier in state is "success" && environment is not "production" ? Deployments.TakeWhile(d => d != deployment).Where(d => d.Environment == environment && d.Statuses is [.., { State: "success" }]).ToList() : [])
        {
            Add(earlier, "inactive");
        }

        return status;

        DeploymentStatus Add(Deployment of, string to)
        {
            var added = new DeploymentStatus(Server.NextId(), to, of == deployment ? description : "", of.Environment, of == deployment ? logUrl : "", by.Account, Server.Now);
            of.Statuses.Add(added);
            Server.Webhooks.DeploymentStatus(this, of, added, by);
            return added;
        }
    }

    internal CheckRun StartCheck(string commit, string name, string app)
    {
        var suite = CheckRuns.Find(r => r.Sha == commit && r.App == app)?.Suite ?? Server.NextId();
        var run = new CheckRun { Id = Server.NextId(), Sha = commit, Name = name, App = app, Suite = suite, StartedAt = Server.Now };
        CheckRuns.Add(run);
        return run;
    }

    internal void Checked(Actor by, CheckRun run, string action)
    {
        Server.Webhooks.CheckRun(this, run, by, action);
        if (run.Status == "completed" && CheckRuns.Where(r => r.Suite == run.Suite).All(r => r.Status == "completed"))
        {
            Server.Webhooks.CheckSuite(this, run, by);
        }

        Settle();
    }

    internal IReadOnlyList<CommitStatus> LatestStatuses(string commit) =>
        [.. Statuses.Where(s => s.Sha == commit).GroupBy(s => s.Context, StringComparer.Ordinal).Select(g => g.Last())];

    internal IReadOnlyList<CheckRun> LatestRuns(string commit) =>
        [.. CheckRuns.Where(r => r.Sha == commit).GroupBy(r => (r.App, r.Name)).Select(g => g.Last())];

    /// <summary>The last word of everyone with write access: approval, or request for changes.</summary>
    internal IReadOnlyList<Review> LastWords(PullRequest pull) =>
        [.. pull.Reviews
            .Where(r => r.State is not "COMMENTED" && RoleOf(r.User.Login) >= RepositoryRole.Write)
            .GroupBy(r => r.User)
            .Select(g => g.Last())];

    internal IssueComment AddComment(Actor by, Issue issue, string body)
    {
        var comment = new IssueComment
        {
            Id = Server.NextId(),
            Issue = issue,
            User = by.Account,
            Body = body,
            CreatedAt = Server.Now,
            UpdatedAt = Server.Now,
            IsByApp = by.Kind == ActorKind.Installation,
        };
        issue.Comments.Add(comment);
        issue.UpdatedAt = Server.Now;
        Server.Webhooks.Comment(comment, by, "created");
        return comment;
    }

    internal Issue AddIssue(Actor by, string title, string? body)
    {
        var issue = new Issue { Repository = this, Id = Server.NextId(), Number = NextNumber(), User = by.Account, CreatedAt = Server.Now, UpdatedAt = Server.Now, Title = title, Body = body };
        Issues.Add(issue);
        Server.Webhooks.Issue(issue, by, "opened");
        return issue;
    }

    internal void SetDraft(Actor by, PullRequest pull, bool isDraft)
    {
        pull.IsDraft = isDraft;
        Server.Webhooks.PullRequest(pull, by, isDraft ? "converted_to_draft" : "ready_for_review");
        Settle();
    }

    internal void EditIssue(Actor by, Issue issue, string? title, string? body)
    {
        var (oldTitle, oldBody) = (issue.Title, issue.Body ?? "");
        if ((title ?? oldTitle, body ?? oldBody) == (oldTitle, oldBody))
        {
            return;
        }

        (issue.Title, issue.Body, issue.UpdatedAt) = (title ?? oldTitle, body ?? issue.Body, Server.Now);
        Server.Webhooks.Edited(issue, by, issue.Title == oldTitle ? null : oldTitle, (issue.Body ?? "") == oldBody ? null : oldBody);
    }

    internal void EditComment(Actor by, IssueComment comment, string body)
    {
        var old = comment.Body;
        (comment.Body, comment.UpdatedAt) = (body, Server.Now);
        Server.Webhooks.Comment(comment, by, "edited", old);
    }

    internal void CloseIssue(Actor by, Issue issue, string? reason = null)
    {
        if (issue is PullRequest pull)
        {
            ClosePullRequest(by, pull);
        }
        else if (issue.IsOpen)
        {
            (issue.IsOpen, issue.ClosedAt, issue.UpdatedAt, issue.ClosedBy, issue.StateReason) = (false, Server.Now, Server.Now, by.Account, reason ?? "completed");
            Server.Webhooks.Issue(issue, by, "closed");
        }
    }

    internal void ReopenIssue(Actor by, Issue issue)
    {
        if (issue is PullRequest pull)
        {
            ReopenPullRequest(by, pull);
        }
        else if (!issue.IsOpen)
        {
            (issue.IsOpen, issue.ClosedAt, issue.UpdatedAt, issue.ClosedBy, issue.StateReason) = (true, null, Server.Now, null, "reopened");
            Server.Webhooks.Issue(issue, by, "reopened");
        }
    }

    internal void AddLabel(Actor by, Issue issue, string name)
    {
        var label = LabelNamed(name);
        if (!issue.Labels.Contains(label))
        {
            issue.Labels.Add(label);
            issue.UpdatedAt = Server.Now;
            Server.Webhooks.Labeled(issue, label, by, "labeled");
        }
    }

    internal bool RemoveLabel(Actor by, Issue issue, string name)
    {
        var label = issue.Labels.Find(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase));
        if (label is null)
        {
            return false;
        }

        issue.Labels.Remove(label);
        issue.UpdatedAt = Server.Now;
        Server.Webhooks.Labeled(issue, label, by, "unlabeled");
        return true;
    }

    /// <summary>Merges what waits for its checks and may be merged now.</summary>
    internal void Settle()
    {
        foreach (var pull in Pulls.Where(p => p is { IsOpen: true, AutoMerge: not null }).ToList())
        {
            if (pull is { IsOpen: true, AutoMerge: { } wanted } && Judge(pull).State is "clean" or "unstable")
            {
                MergePullRequest(wanted.By, pull, wanted.Method, title: wanted.Title, message: wanted.Message, byQueue: true);
            }
        }
    }

    internal GitHubPullRequest Snapshot(PullRequest pull) => new(
        pull.Number, pull.Title, pull.Body ?? "", pull.IsOpen, pull.MergedAt is not null, pull.IsDraft, pull.HeadBranch, pull.BaseBranch, pull.HeadSha, pull.User.Login,
        [.. pull.Labels.Select(l => l.Name).Order(StringComparer.Ordinal)])
    {
        Assignees = [.. pull.Assignees.Select(a => a.Login)],
        RequestedReviewers = [.. pull.RequestedReviewers.Select(a => a.Login), .. pull.RequestedTeams.Select(t => $"@{t}")],
        Milestone = pull.Milestone?.Title,
        AutoMerge = pull.AutoMerge?.Method,
    };

    private IEnumerable<HostedRepository> Network() => _forks.Prepend(this);

    private void Take(HostedRepository other)
    {
        if (other != this)
        {
            Git.TakeFrom(other.Git);
        }
    }

    private void ThrowIfOpen(HostedRepository headRepository, string headBranch, string baseBranch, PullRequest? except)
    {
        if (Pulls.Any(p => p != except && p.IsOpen && p.HeadRepository == headRepository && p.HeadBranch == headBranch && p.BaseBranch == baseBranch))
        {
            throw Refusal.Custom("PullRequest", $"A pull request already exists for {headRepository.Owner.Login}:{headBranch}.");
        }
    }

    private void HeadMoved(Actor by, PullRequest pull, string? sha)
    {
        if (sha is null)
        {
            ClosePullRequest(by, pull);
            return;
        }

        Take(pull.HeadRepository);
        var before = pull.HeadSha;
        var baseTip = FindTip(pull.BaseBranch)!;
        (pull.HeadSha, pull.BaseSha, pull.UpdatedAt) = (sha, baseTip, Server.Now);
        if (Git.IsAncestor(sha, baseTip))
        {
            ClosePullRequest(by, pull);
            return;
        }

        if (ProtectionOf(pull.BaseBranch) is { DismissesStaleReviews: true })
        {
            foreach (var review in pull.Reviews.Where(r => r.State is "APPROVED"))
            {
                review.State = "DISMISSED";
            }
        }

        Server.Webhooks.PullRequest(pull, by, "synchronize", before);
        StartWorkflows(by, sha);
    }

    private void BaseMoved(Actor by, PullRequest pull, string? old, string? sha)
    {
        if (sha is null)
        {
            // A branch that was merged leads those that wait for it to its own base; any other one takes them along.
            var next = Pulls.LastOrDefault(p => p.MergedAt is not null && p.HeadRepository == this && p.HeadBranch == pull.BaseBranch)?.BaseBranch;
            if (next is not null && FindTip(next) is { } tip && !Git.IsAncestor(pull.HeadSha, tip))
            {
                var from = (pull.BaseBranch, pull.BaseSha);
                (pull.BaseBranch, pull.BaseSha) = (next, tip);
                Server.Webhooks.BaseChanged(pull, by, from);
            }
            else
            {
                ClosePullRequest(by, pull);
            }
        }
        else if (Git.IsAncestor(pull.HeadSha, sha) && (old is null || !Git.IsAncestor(pull.HeadSha, old)))
        {
            MarkMerged(by, pull, sha);
        }
    }

    private void MarkMerged(Actor by, PullRequest pull, string commit)
    {
        pull.IsOpen = false;
        pull.MergedAt = pull.ClosedAt = pull.UpdatedAt = Server.Now;
        pull.MergedBy = pull.ClosedBy = by.Account;
        pull.MergeCommit = commit;
        pull.AutoMerge = null;
        Server.Webhooks.PullRequest(pull, by, "closed");
    }

    private string MergeCommit(Actor by, PullRequest pull, string tip, string method, string? title, string? message)
    {
        var tree = Git.Merge(tip, pull.HeadSha)!;
        var commits = Git.Ahead(pull.HeadSha, tip);
        var isSquash = method == "squash";
        var first = title
            ?? (!isSquash ? $"Merge pull request #{pull.Number} from {pull.HeadRepository.Owner.Login}/{pull.HeadBranch}"
                : $"{(commits.Count == 1 ? commits[0].Message.Split('\n')[0] : pull.Title)} (#{pull.Number})");
        var rest = message
            ?? (!isSquash ? pull.Title
                : commits.Count == 1 ? string.Join('\n', commits[0].Message.Split('\n').Skip(1)).Trim()
                : string.Join("\n\n", commits.Reverse().Select(c => $"* {c.Message.Trim()}")));
        var commit = Git.WriteCommit(
            tree,
            isSquash ? [tip] : [tip, pull.HeadSha],
            IdentityOf(isSquash ? pull.User : by.Account),
            GitHubItself(Server.Now),
            rest.Length == 0 ? first : $"{first}\n\n{rest}");
        Signed.Add(commit.Sha);
        return commit.Sha;
    }

    private string Rebase(Actor by, PullRequest pull, string tip)
    {
        foreach (var commit in Git.Ahead(pull.HeadSha, tip).Reverse().Where(c => c.Parents.Count == 1))
        {
            var tree = Git.CherryPick(commit, tip) ?? throw new Refusal(405, "This branch can't be rebased");
            tip = Git.WriteCommit(tree, [tip], commit.Author, IdentityOf(by.Account), commit.Message).Sha;
        }

        return tip;
    }

    private void ThrowIfWorkflowsChange(Actor by, string head, string into)
    {
        if (MayChangeWorkflows(by))
        {
            return;
        }

        var known = WorkflowsOf(Git.GetCommit(Git.MergeBase(head, into) ?? into).Tree).ToHashSet();
        if (WorkflowsOf(Git.GetCommit(head).Tree).FirstOrDefault(w => !known.Contains(w)) is { Path: { } path })
        {
            throw new Refusal(403, $"refusing to allow a GitHub App to create or update workflow `{path}` without `workflows` permission");
        }
    }

    /// <summary>What each check and status of a commit says: passed, failed, or (null) not yet.</summary>
    private Dictionary<string, bool?> Verdicts(string commit)
    {
        var verdicts = new Dictionary<string, bool?>(StringComparer.Ordinal);
        foreach (var (name, verdict) in LatestRuns(commit).Select(r => (r.Name, r.Status == "completed" ? Passing.Contains(r.Conclusion) : (bool?)null))
            .Concat(LatestStatuses(commit).Select(s => (s.Context, s.State switch { "success" => true, "pending" => (bool?)null, _ => false }))))
        {
            // Two of a name must both pass.
            verdicts[name] = verdicts.TryGetValue(name, out var other) && other != true ? other : verdict;
        }

        return verdicts;
    }

    private void StartWorkflows(Actor by, string commit)
    {
        if (by.Kind == ActorKind.Actions)
        {
            return;
        }

        foreach (var name in Workflows.Where(n => !CheckRuns.Exists(r => r.Sha == commit && r.Name == n)))
        {
            Checked(Server.ActionsActor(this), StartCheck(commit, name, GitHubServer.ActionsApp), "created");
        }
    }
}
