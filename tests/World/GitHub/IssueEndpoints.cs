using System.Globalization;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>Issues, comments, reactions, labels, assignees and milestones; a pull request is an issue here.</summary>
internal static class IssueEndpoints
{
    private const string Root = "/repos/{owner}/{repo}";
    private const string One = $"{Root}/issues/{{issue_number}}";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET", $"{Root}/issues", List),
        new("POST", $"{Root}/issues", Create),
        new("GET", One, c => Reply.Ok(c.Server.Shapes.IssueOf(Issue(c)))),
        new("PATCH", One, Update),
        new("GET", $"{One}/comments", Comments),
        new("POST", $"{One}/comments", Comment),
        new("GET", $"{Root}/issues/comments/{{comment_id}}", c => Reply.Ok(c.Server.Shapes.CommentOf(CommentOf(c)))),
        new("PATCH", $"{Root}/issues/comments/{{comment_id}}", EditComment),
        new("DELETE", $"{Root}/issues/comments/{{comment_id}}", DeleteComment),
        new("GET", $"{Root}/issues/comments/{{comment_id}}/reactions", c => c.Page(CommentOf(c).Reactions, c.Server.Shapes.ReactionOf)),
        new("POST", $"{Root}/issues/comments/{{comment_id}}/reactions", React),
        new("GET", $"{One}/labels", c => Labels(c, Issue(c))),
        new("POST", $"{One}/labels", AddLabels),
        new("PUT", $"{One}/labels", SetLabels),
        new("DELETE", $"{One}/labels/{{name}}", RemoveLabel),
        new("GET", $"{Root}/labels", c => c.Page(c.RepositoryFor("issues").Labels, l => c.Server.Shapes.LabelOf(c.Repository, l))),
        new("POST", $"{Root}/labels", CreateLabel),
        new("GET", $"{Root}/labels/{{name}}", FindLabel),
        new("POST", $"{One}/assignees", c => Assign(c, add: true)),
        new("DELETE", $"{One}/assignees", c => Assign(c, add: false)),
        new("GET", $"{Root}/milestones", Milestones),
    ];

    /// <summary>The issue in the address; either permission opens a pull request's.</summary>
    private static Issue Issue(Call call, bool write = false, bool isComment = false)
    {
        var number = call.Number("issue_number");
        var issue = call.Repository.Issues.Find(i => i.Number == number);
        Authorize(call, issue, write, isComment);
        if (issue is not (null or PullRequest))
        {
            ThrowIfOff(call.Repository);
        }

        return issue ?? throw Refusal.NotFound();
    }

    private static void Authorize(Call call, Issue? issue, bool write, bool isComment)
    {
        if (isComment && write && !call.IsAnonymous && call.Actor.Kind == ActorKind.Person)
        {
            call.RepositoryFor("comments", write);
        }
        else if (!(issue is PullRequest && !call.IsAnonymous && call.Repository.May(call.Actor, "pull_requests", write)))
        {
            call.RepositoryFor("issues", write);
        }
        else
        {
            call.RepositoryFor("pull_requests", write);
        }
    }

    private static IssueComment CommentOf(Call call, bool write = false)
    {
        var id = call.Number("comment_id");
        var comment = call.Repository.Issues.SelectMany(i => i.Comments).FirstOrDefault(c => c.Id == id);
        Authorize(call, comment?.Issue, write, isComment: true);
        return comment ?? throw Refusal.NotFound();
    }

    private static Reply List(Call call)
    {
        IEnumerable<Issue> issues = call.RepositoryFor("issues").Issues;
        if (!call.Repository.HasIssues)
        {
            // Pull requests are listed all the same.
            issues = issues.Where(i => i is PullRequest);
        }

        issues = (call.Query("state") ?? "open") switch { "open" => issues.Where(i => i.IsOpen), "closed" => issues.Where(i => !i.IsOpen), _ => issues };
        if (call.Query("labels") is { Length: > 0 } labels)
        {
            issues = issues.Where(i => labels.Split(',').All(l => i.Labels.Exists(x => string.Equals(x.Name, l, StringComparison.OrdinalIgnoreCase))));
        }

        if (call.Query("creator") is { } creator)
        {
            issues = issues.Where(i => string.Equals(i.User.Login, creator, StringComparison.OrdinalIgnoreCase));
        }

        if (Since(call) is { } since)
        {
            issues = issues.Where(i => i.UpdatedAt >= since);
        }

        var ordered = call.Query("sort") is "updated" ? issues.OrderBy(i => i.UpdatedAt).ThenBy(i => i.Number) : issues.OrderBy(i => i.Number);
        return call.Page([.. call.Query("direction") is "asc" ? ordered : ordered.Reverse()], call.Server.Shapes.IssueOf);
    }

    private static Reply Create(Call call)
    {
        var repository = call.RepositoryFor("issues", write: true);
        ThrowIfOff(repository);
        ThrowIfLong(call, "Issue");
        var issue = repository.AddIssue(call.Actor, call.RequiredText("Issue", "title"), call.Text("body"));
        foreach (var label in call.Texts("labels"))
        {
            repository.AddLabel(call.Actor, issue, label);
        }

        return Reply.Created(call.Server.Shapes.IssueOf(issue));
    }

    private static Reply Update(Call call)
    {
        var issue = Issue(call, write: true);
        var repository = issue.Repository;
        ThrowIfLong(call, "Issue");
        if (call.Body.TryGetPropertyValue("milestone", out var milestone))
        {
            issue.Milestone = milestone is null ? null
                : milestone is JsonValue value && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && repository.Milestones.Find(m => m.Number == number) is { } found ? found
                : throw Refusal.Field("Issue", "milestone", "invalid");
            issue.UpdatedAt = call.Server.Now;
        }

        if (call.Body["labels"] is JsonArray)
        {
            Replace(call, issue, call.Texts("labels"));
        }

        if (call.Body["assignees"] is JsonArray)
        {
            issue.Assignees.Clear();
            issue.Assignees.AddRange(call.Texts("assignees").Where(l => repository.RoleOf(l) > RepositoryRole.None).Select(call.Server.AccountOf));
        }

        repository.EditIssue(call.Actor, issue, call.Text("title"), call.Text("body"));
        switch (call.Text("state"))
        {
            case "open":
                repository.ReopenIssue(call.Actor, issue);
                break;
            case "closed":
                repository.CloseIssue(call.Actor, issue, call.Text("state_reason"));
                break;
        }

        return Reply.Ok(call.Server.Shapes.IssueOf(issue));
    }

    private static Reply Comments(Call call)
    {
        var since = Since(call);
        return call.Page([.. Issue(call).Comments.Where(c => since is null || c.UpdatedAt >= since)], call.Server.Shapes.CommentOf);
    }

    private static Reply Comment(Call call)
    {
        var issue = Issue(call, write: true, isComment: true);
        ThrowIfLong(call, "IssueComment");
        var body = call.RequiredText("IssueComment", "body");
        return body.Length == 0
            ? throw Refusal.Field("IssueComment", "body", "missing_field")
            : Reply.Created(call.Server.Shapes.CommentOf(issue.Repository.AddComment(call.Actor, issue, body)));
    }

    private static Reply EditComment(Call call)
    {
        var comment = CommentOf(call, write: true);
        ThrowIfLong(call, "IssueComment");
        comment.Issue.Repository.EditComment(call.Actor, comment, call.RequiredText("IssueComment", "body"));
        return Reply.Ok(call.Server.Shapes.CommentOf(comment));
    }

    private static Reply DeleteComment(Call call)
    {
        var comment = CommentOf(call, write: true);
        comment.Issue.Comments.Remove(comment);
        call.Server.Webhooks.Comment(comment, call.Actor, "deleted");
        return Reply.NoContent();
    }

    private static Reply React(Call call)
    {
        var comment = CommentOf(call, write: true);
        var content = call.RequiredText("Reaction", "content");
        if (content is not ("+1" or "-1" or "laugh" or "confused" or "heart" or "hooray" or "rocket" or "eyes"))
        {
            throw Refusal.Field("Reaction", "content", "invalid");
        }

        if (comment.Reactions.Find(r => r.User == call.Actor.Account && r.Content == content) is { } known)
        {
            return Reply.Ok(call.Server.Shapes.ReactionOf(known));
        }

        var reaction = new Reaction(call.Server.NextId(), call.Actor.Account, content, call.Server.Now);
        comment.Reactions.Add(reaction);
        return Reply.Created(call.Server.Shapes.ReactionOf(reaction));
    }

    private static Reply Labels(Call call, Issue issue) => call.Page(issue.Labels, l => call.Server.Shapes.LabelOf(issue.Repository, l));

    private static Reply AddLabels(Call call)
    {
        var issue = Issue(call, write: true);
        var labels = call.Texts("labels");
        ThrowIfBad(labels);
        foreach (var label in labels)
        {
            issue.Repository.AddLabel(call.Actor, issue, label);
        }

        return Labels(call, issue);
    }

    private static Reply SetLabels(Call call)
    {
        var issue = Issue(call, write: true);
        Replace(call, issue, call.Texts("labels"));
        return Labels(call, issue);
    }

    private static Reply RemoveLabel(Call call)
    {
        var issue = Issue(call, write: true);
        return issue.Repository.RemoveLabel(call.Actor, issue, call["name"]) ? Labels(call, issue) : throw new Refusal(404, "Label does not exist");
    }

    private static void Replace(Call call, Issue issue, IReadOnlyList<string> labels)
    {
        ThrowIfBad(labels);
        foreach (var old in issue.Labels.Where(l => !labels.Contains(l.Name, StringComparer.OrdinalIgnoreCase)).ToList())
        {
            issue.Repository.RemoveLabel(call.Actor, issue, old.Name);
        }

        foreach (var label in labels)
        {
            issue.Repository.AddLabel(call.Actor, issue, label);
        }
    }

    private static Reply CreateLabel(Call call)
    {
        var repository = call.RepositoryFor("issues", write: true);
        var name = call.RequiredText("Label", "name");
        ThrowIfBad([name]);
        if (repository.Labels.Exists(l => string.Equals(l.Name, name, StringComparison.OrdinalIgnoreCase)))
        {
            throw Refusal.Field("Label", "name", "already_exists");
        }

        var label = new Label(call.Server.NextId(), name, call.Text("color") ?? "ededed", call.Text("description"));
        repository.Labels.Add(label);
        return Reply.Created(call.Server.Shapes.LabelOf(repository, label));
    }

    private static Reply FindLabel(Call call)
    {
        var repository = call.RepositoryFor("issues");
        return Reply.Ok(call.Server.Shapes.LabelOf(repository, repository.Labels.Find(l => string.Equals(l.Name, call["name"], StringComparison.OrdinalIgnoreCase)) ?? throw Refusal.NotFound()));
    }

    private static Reply Assign(Call call, bool add)
    {
        var issue = Issue(call, write: true);
        // Who can't be assigned is left out in silence.
        var people = call.Texts("assignees").Where(l => call.Server.FindAccount(l) is not null && issue.Repository.RoleOf(l) > RepositoryRole.None).Select(call.Server.AccountOf).ToList();
        issue.Assignees.RemoveAll(people.Contains);
        if (add)
        {
            issue.Assignees.AddRange(people);
        }

        issue.UpdatedAt = call.Server.Now;
        return add ? Reply.Created(call.Server.Shapes.IssueOf(issue)) : Reply.Ok(call.Server.Shapes.IssueOf(issue));
    }

    private static Reply Milestones(Call call)
    {
        var repository = call.RepositoryFor("issues");
        var state = call.Query("state") ?? "open";
        return call.Page([.. repository.Milestones.Where(m => state is "all" || m.IsOpen == (state is "open"))], m => call.Server.Shapes.MilestoneOf(repository, m));
    }

    private static void ThrowIfOff(HostedRepository repository)
    {
        if (!repository.HasIssues)
        {
            throw new Refusal(410, "Issues has been disabled in this repository.");
        }
    }

    private static DateTimeOffset? Since(Call call) =>
        call.Query("since") is not { } since ? null
        : DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at
        : throw new Refusal(422, "Invalid since parameter");

    private static void ThrowIfBad(IReadOnlyList<string> labels)
    {
        if (labels.Any(l => l.Length is 0 or > 50))
        {
            throw Refusal.Custom("Label", "name is too long (maximum is 50 characters)");
        }
    }

    private static void ThrowIfLong(Call call, string resource)
    {
        if (call.Text("body") is { Length: > 65_536 })
        {
            throw Refusal.Custom(resource, "body is too long (maximum is 65536 characters)");
        }
    }
}
