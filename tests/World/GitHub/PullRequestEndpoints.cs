using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>Pull requests and reviews.</summary>
internal static class PullRequestEndpoints
{
    private const string Root = "/repos/{owner}/{repo}/pulls";
    private const string One = $"{Root}/{{pull_number}}";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET", Root, List),
        new("POST", Root, Create),
        new("GET", One, c => Reply.Ok(c.Server.Shapes.PullRequestOf(Pull(c), whole: true, c.IsAnonymous ? null : c.Actor))),
        new("PATCH", One, Update),
        new("GET", $"{One}/merge", c => Pull(c).MergedAt is not null ? Reply.NoContent() : throw Refusal.NotFound()),
        new("PUT", $"{One}/merge", Merge),
        new("PUT", $"{One}/update-branch", UpdateBranch),
        new("GET", $"{One}/files", Files),
        new("GET", $"{One}/commits", Commits),
        new("GET", $"{One}/reviews", c => c.Page(Pull(c).Reviews, r => c.Server.Shapes.ReviewOf(Pull(c), r))),
        new("POST", $"{One}/reviews", Review),
        new("GET", $"{One}/requested_reviewers", Requested),
        new("POST", $"{One}/requested_reviewers", Request),
        new("DELETE", $"{One}/requested_reviewers", Unrequest),
    ];

    private static PullRequest Pull(Call call, bool write = false)
    {
        var number = call.Number("pull_number");
        return call.RepositoryFor("pull_requests", write).Pulls.FirstOrDefault(p => p.Number == number) ?? throw Refusal.NotFound();
    }

    private static Reply List(Call call)
    {
        var pulls = call.RepositoryFor("pull_requests").Pulls;
        pulls = (call.Query("state") ?? "open") switch
        {
            "open" => pulls.Where(p => p.IsOpen),
            "closed" => pulls.Where(p => !p.IsOpen),
            "all" => pulls,
            _ => throw Refusal.Field("PullRequest", "state", "invalid"),
        };
        // Without an owner the filter is ignored, as GitHub does.
        if (call.Query("head") is { } head && head.Contains(':', StringComparison.Ordinal))
        {
            pulls = pulls.Where(p => string.Equals($"{p.HeadRepository.Owner.Login}:{p.HeadBranch}", head, StringComparison.Ordinal));
        }

        if (call.Query("base") is { } into)
        {
            pulls = pulls.Where(p => p.BaseBranch == into);
        }

        var sort = call.Query("sort") ?? "created";
        var ordered = sort is "updated" ? pulls.OrderBy(p => p.UpdatedAt).ThenBy(p => p.Number) : pulls.OrderBy(p => p.Number);
        var isDescending = (call.Query("direction") ?? (call.Query("sort") is null or "created" ? "desc" : "asc")) is "desc";
        return call.Page([.. isDescending ? ordered.Reverse() : ordered], p => call.Server.Shapes.PullRequestOf(p, whole: false, call.IsAnonymous ? null : call.Actor));
    }

    private static Reply Create(Call call)
    {
        var repository = call.RepositoryFor("pull_requests", write: true);
        if (call.Actor.Kind == ActorKind.Actions && !repository.AllowsPullRequestsByActions)
        {
            throw new Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.");
        }

        var head = call.RequiredText("PullRequest", "head");
        var title = call.RequiredText("PullRequest", "title");
        var into = call.RequiredText("PullRequest", "base");
        if (title.Length == 0)
        {
            throw Refusal.Field("PullRequest", "title", "missing_field");
        }

        var from = repository;
        if (head.Split(':', 2) is [var owner, var branch])
        {
            from = call.Server.Repositories.FirstOrDefault(r => string.Equals(r.Owner.Login, owner, StringComparison.OrdinalIgnoreCase) && (r == repository || r.Parent == repository))
                ?? throw Refusal.Field("PullRequest", "head", "invalid");
            head = branch;
        }

        ThrowIfLong(call);
        var pull = repository.OpenPullRequest(call.Actor, from, head, into, title, call.Text("body"), call.Flag("draft") is true);
        return Reply.Created(call.Server.Shapes.PullRequestOf(pull, whole: true, call.Actor));
    }

    private static Reply Update(Call call)
    {
        var pull = Pull(call, write: true);
        var repository = pull.Repository;
        ThrowIfLong(call);
        switch (call.Text("state"))
        {
            case null:
                break;
            case "open":
                repository.ReopenPullRequest(call.Actor, pull);
                break;
            case "closed":
                repository.ClosePullRequest(call.Actor, pull);
                break;
            default:
                throw Refusal.Field("PullRequest", "state", "invalid");
        }

        if (call.Text("base") is { } into && into != pull.BaseBranch)
        {
            if (!pull.IsOpen)
            {
                throw new Refusal(422, "Validation Failed", new JsonArray(new JsonObject
                {
                    ["resource"] = "PullRequest", ["code"] = "invalid", ["field"] = "base", ["message"] = "Cannot change the base branch of a closed pull request.",
                }));
            }

            repository.ChangeBase(call.Actor, pull, into);
        }

        var (title, body) = (call.Text("title"), call.Text("body"));
        if (title is "")
        {
            throw Refusal.Field("PullRequest", "title", "missing_field");
        }

        if ((title is not null && title != pull.Title) || (body is not null && body != pull.Body))
        {
            (pull.Title, pull.Body, pull.UpdatedAt) = (title ?? pull.Title, body ?? pull.Body, call.Server.Now);
            call.Server.Webhooks.PullRequest(pull, call.Actor, "edited");
        }

        return Reply.Ok(call.Server.Shapes.PullRequestOf(pull, whole: true, call.Actor));
    }

    private static Reply Merge(Call call)
    {
        // Merging writes contents; that the pull request may be read is enough else.
        var repository = call.RepositoryFor("contents", write: true);
        var pull = Pull(call);
        var sha = repository.MergePullRequest(call.Actor, pull, call.Text("merge_method") ?? "merge", call.Text("sha"), call.Text("commit_title"), call.Text("commit_message"));
        return Reply.Ok(new JsonObject { ["sha"] = sha, ["merged"] = true, ["message"] = "Pull Request successfully merged" });
    }

    private static Reply UpdateBranch(Call call)
    {
        var pull = Pull(call, write: true);
        pull.Repository.UpdateBranch(call.Actor, pull, call.Text("expected_head_sha"));
        return new Reply(202, new JsonObject { ["message"] = "Updating pull request branch.", ["url"] = call.Server.Shapes.Url(pull.Repository, $"pulls/{pull.Number}") });
    }

    private static Reply Files(Call call)
    {
        var pull = Pull(call);
        var git = pull.Repository.Git;
        var tip = pull.IsOpen ? pull.Repository.FindTip(pull.BaseBranch) ?? pull.BaseSha : pull.BaseSha;
        var start = git.MergeBase(tip, pull.HeadSha) ?? tip;
        return call.Page(call.Server.Shapes.Diff(pull.Repository, git.GetCommit(start).Tree, git.GetCommit(pull.HeadSha)), f => f);
    }

    private static Reply Commits(Call call)
    {
        var pull = Pull(call);
        var commits = pull.Repository.Git.Ahead(pull.HeadSha, pull.IsOpen ? pull.Repository.FindTip(pull.BaseBranch) ?? pull.BaseSha : pull.BaseSha);
        return call.Page([.. commits.Reverse()], c => call.Server.Shapes.Commit(pull.Repository, c));
    }

    private static Reply Review(Call call)
    {
        var pull = Pull(call, write: true);
        if (call.Actor.Kind == ActorKind.Actions && !pull.Repository.AllowsPullRequestsByActions && call.Text("event") is "APPROVE")
        {
            throw new Refusal(422, "Unprocessable Entity", new JsonArray("GitHub Actions is not permitted to approve pull requests."));
        }

        var state = call.Text("event") switch
        {
            "APPROVE" => "APPROVED",
            "REQUEST_CHANGES" => "CHANGES_REQUESTED",
            "COMMENT" => "COMMENTED",
            _ => throw Refusal.Field("PullRequestReview", "event", "invalid"),
        };
        if (state is not "APPROVED" && call.Text("body") is null or "")
        {
            throw new Refusal(422, "Unprocessable Entity", new JsonArray("body can't be blank"));
        }

        pull.Repository.AddReview(call.Actor, pull, state, call.Text("body") ?? "", call.Text("commit_id"));
        return Reply.Ok(call.Server.Shapes.ReviewOf(pull, pull.Reviews[^1]));
    }

    private static Reply Requested(Call call)
    {
        var pull = Pull(call);
        return Reply.Ok(new JsonObject
        {
            ["users"] = new JsonArray([.. pull.RequestedReviewers.Select(call.Server.Shapes.User)]),
            ["teams"] = new JsonArray([.. pull.RequestedTeams.Select(t => call.Server.Shapes.Team(pull.Repository, t))]),
        });
    }

    private static Reply Request(Call call)
    {
        var pull = Pull(call, write: true);
        var (people, teams) = (call.Texts("reviewers"), call.Texts("team_reviewers"));
        foreach (var login in people)
        {
            if (call.Server.FindAccount(login) is not { } account || pull.Repository.RoleOf(login) == RepositoryRole.None)
            {
                throw new Refusal(422, "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the " + $"{pull.Repository.FullName} repository.");
            }

            if (account == pull.User)
            {
                throw new Refusal(422, "Review cannot be requested from pull request author.");
            }
        }

        if (teams.Any(t => !pull.Repository.Teams.Contains(t)))
        {
            throw new Refusal(422, "Could not resolve to a node with the global id of one of the teams.");
        }

        pull.RequestedReviewers.AddRange(people.Select(call.Server.AccountOf).Where(a => !pull.RequestedReviewers.Contains(a)));
        pull.RequestedTeams.AddRange(teams.Where(t => !pull.RequestedTeams.Contains(t)));
        call.Server.Webhooks.PullRequest(pull, call.Actor, "review_requested");
        return Reply.Created(call.Server.Shapes.PullRequestOf(pull, whole: false, call.Actor));
    }

    private static Reply Unrequest(Call call)
    {
        var pull = Pull(call, write: true);
        pull.RequestedReviewers.RemoveAll(a => call.Texts("reviewers").Contains(a.Login, StringComparer.OrdinalIgnoreCase));
        pull.RequestedTeams.RemoveAll(call.Texts("team_reviewers").Contains);
        return Reply.Ok(call.Server.Shapes.PullRequestOf(pull, whole: false, call.Actor));
    }

    private static void ThrowIfLong(Call call)
    {
        if (call.Text("body") is { Length: > 65_536 })
        {
            throw Refusal.Custom("PullRequest", "body is too long (maximum is 65536 characters)");
        }

        if (call.Text("title") is { Length: > 256 })
        {
            throw Refusal.Custom("PullRequest", "title is too long (maximum is 256 characters)");
        }
    }
}
