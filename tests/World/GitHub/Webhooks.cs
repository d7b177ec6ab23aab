using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>What GitHub has said by a webhook.</summary>
/// <param name="Id">The header <c>X-GitHub-Delivery</c>.</param>
/// <param name="Event">The header <c>X-GitHub-Event</c>: <c>push</c>, <c>pull_request</c>, …</param>
/// <param name="Body">The exact body.</param>
/// <param name="Signature">The header <c>X-Hub-Signature-256</c>.</param>
public sealed record WebhookDelivery(Guid Id, string Event, string Body, string Signature)
{
    /// <summary>The body, parsed.</summary>
    public JsonNode Json => JsonNode.Parse(Body)!;
}

/// <summary>The App's webhook. Deliveries are kept for a test to take; none is sent by itself.</summary>
public sealed class Webhooks
{
    private readonly ConcurrentQueue<WebhookDelivery> _deliveries = new();
    private readonly GitHubServer _server;

    internal Webhooks(GitHubServer server) => _server = server;

    /// <summary>The shared secret.</summary>
    public string Secret { get; init; } = "it's a secret to everybody";

    /// <summary>How many are kept; the oldest are forgotten.</summary>
    public int Most { get; init; } = 1_000;

    /// <summary>What has been said and not taken yet, in order.</summary>
    public IReadOnlyList<WebhookDelivery> Waiting => [.. _deliveries];

    /// <summary>Takes everything that waits.</summary>
    public IReadOnlyList<WebhookDelivery> Take()
    {
        var taken = new List<WebhookDelivery>();
        while (_deliveries.TryDequeue(out var delivery))
        {
            taken.Add(delivery);
        }

        return taken;
    }

    /// <summary>Takes everything that waits and posts it to an address, in order; returns the statuses.</summary>
    public async Task<IReadOnlyList<int>> PostAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        var statuses = new List<int>();
        foreach (var delivery in Take())
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address)
            {
                Content = new StringContent(delivery.Body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
            };
            request.Headers.UserAgent.ParseAdd("GitHub-Hookshot/044aadd");
            request.Headers.Add("X-GitHub-Event", delivery.Event);
            request.Headers.Add("X-GitHub-Delivery", delivery.Id.ToString());
            request.Headers.Add("X-Hub-Signature-256", delivery.Signature);
            using var answer = await client.SendAsync(request, cancellationToken);
            statuses.Add((int)answer.StatusCode);
        }

        return statuses;
    }

    internal void Push(HostedRepository repository, Actor by, string branch, string? before, string? after)
    {
        var none = new string('0', 40);
        var commits = after is null ? [] : before is null ? [repository.Git.GetCommit(after)] : repository.Git.Ahead(after, before).Reverse().ToList();
        Add(repository, by, "push", new JsonObject
        {
            ["ref"] = $"refs/heads/{branch}",
            ["before"] = before ?? none,
            ["after"] = after ?? none,
            ["created"] = before is null,
            ["deleted"] = after is null,
            ["forced"] = before is not null && after is not null && !repository.Git.IsAncestor(before, after),
            ["base_ref"] = null,
            ["compare"] = Representations.Page(repository, $"compare/{before ?? none}...{after ?? none}"),
            ["pusher"] = new JsonObject { ["name"] = by.Account.Login, ["email"] = by.Account.Email },
            ["commits"] = new JsonArray([.. commits.Select(c => (JsonNode)Commit(c))]),
            ["head_commit"] = after is null ? null : Commit(repository.Git.GetCommit(after)),
        });

        JsonObject Commit(GitCommit commit)
        {
            var files = _server.Shapes.Diff(repository, commit.Parents is [var parent, ..] ? repository.Git.GetCommit(parent).Tree : null, commit);
            return new JsonObject
            {
                ["id"] = commit.Sha,
                ["tree_id"] = commit.Tree,
                ["distinct"] = true,
                ["message"] = commit.Message,
                ["timestamp"] = Representations.Stamp(commit.Committer.At),
                ["url"] = Representations.Page(repository, $"commit/{commit.Sha}"),
                ["author"] = new JsonObject { ["name"] = commit.Author.Name, ["email"] = commit.Author.Email },
                ["committer"] = new JsonObject { ["name"] = commit.Committer.Name, ["email"] = commit.Committer.Email },
                ["added"] = Names("added"),
                ["removed"] = Names("removed"),
                ["modified"] = Names("modified"),
            };

            JsonArray Names(string status) => new([.. files.Where(f => (string)f["status"]! == status).Select(f => JsonValue.Create((string)f["filename"]!))]);
        }
    }

    internal void PullRequest(PullRequest pull, Actor by, string action, string? before = null)
    {
        var payload = new JsonObject { ["action"] = action, ["number"] = pull.Number, ["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: true) };
        if (action.StartsWith("auto_merge", StringComparison.Ordinal))
        {
            payload["reason"] = "";
        }

        if (before is not null)
        {
            payload["before"] = before;
            payload["after"] = pull.HeadSha;
        }

        Add(pull.Repository, by, "pull_request", payload);
    }

    internal void Edited(Issue issue, Actor by, string? title, string? body)
    {
        var changes = new JsonObject();
        foreach (var (name, old) in (ReadOnlySpan<(string, string?)>)[("title", title), ("body", body)])
        {
            if (old is not null)
            {
                changes[name] = new JsonObject { ["from"] = old };
            }
        }

        var payload = new JsonObject { ["action"] = "edited", ["changes"] = changes };
        if (issue is PullRequest pull)
        {
            payload["number"] = pull.Number;
            payload["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: true);
            Add(issue.Repository, by, "pull_request", payload);
        }
        else
        {
            payload["issue"] = _server.Shapes.IssueOf(issue);
            Add(issue.Repository, by, "issues", payload);
        }
    }

    internal void BaseChanged(PullRequest pull, Actor by, (string Branch, string Sha) old) => Add(pull.Repository, by, "pull_request", new JsonObject
    {
        ["action"] = "edited",
        ["number"] = pull.Number,
        ["changes"] = new JsonObject
        {
            ["base"] = new JsonObject { ["ref"] = new JsonObject { ["from"] = old.Branch }, ["sha"] = new JsonObject { ["from"] = old.Sha } },
        },
        ["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: true),
    });

    internal void ReviewRequested(PullRequest pull, Actor by, string member, JsonObject whom) => Add(pull.Repository, by, "pull_request", new JsonObject
    {
        ["action"] = "review_requested",
        ["number"] = pull.Number,
        ["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: true),
        [member] = whom,
    });

    internal void Labeled(Issue issue, Label label, Actor by, string action)
    {
        var payload = new JsonObject { ["action"] = action, ["label"] = _server.Shapes.LabelOf(issue.Repository, label) };
        if (issue is PullRequest pull)
        {
            payload["number"] = pull.Number;
            payload["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: true);
            Add(issue.Repository, by, "pull_request", payload);
        }
        else
        {
            payload["issue"] = _server.Shapes.IssueOf(issue);
            Add(issue.Repository, by, "issues", payload);
        }
    }

    internal void Issue(Issue issue, Actor by, string action) =>
        Add(issue.Repository, by, "issues", new JsonObject { ["action"] = action, ["issue"] = _server.Shapes.IssueOf(issue) });

    internal void Comment(IssueComment comment, Actor by, string action, string? oldBody = null)
    {
        var payload = new JsonObject { ["action"] = action, ["issue"] = _server.Shapes.IssueOf(comment.Issue), ["comment"] = _server.Shapes.CommentOf(comment) };
        if (oldBody is not null)
        {
            payload["changes"] = new JsonObject { ["body"] = new JsonObject { ["from"] = oldBody } };
        }

        Add(comment.Issue.Repository, by, "issue_comment", payload);
    }

    internal void Review(PullRequest pull, Review review, Actor by) => Add(pull.Repository, by, "pull_request_review", new JsonObject
    {
        ["action"] = "submitted",
        ["review"] = With(_server.Shapes.ReviewOf(pull, review), "state", review.State.ToLowerInvariant()),
        ["pull_request"] = _server.Shapes.PullRequestOf(pull, whole: false),
    });

    internal void Status(HostedRepository repository, CommitStatus status, Actor by) => Add(repository, by, "status", new JsonObject
    {
        ["id"] = status.Id,
        ["sha"] = status.Sha,
        ["name"] = repository.FullName,
        ["context"] = status.Context,
        ["state"] = status.State,
        ["description"] = status.Description,
        ["target_url"] = status.TargetUrl,
        ["commit"] = repository.Git.FindCommit(status.Sha) is { } commit ? _server.Shapes.Commit(repository, commit) : null,
        ["branches"] = new JsonArray([.. repository.Branches.Where(b => b.Value == status.Sha).Select(b => _server.Shapes.ShortBranch(repository, b.Key, b.Value))]),
        ["created_at"] = Representations.Stamp(status.At),
        ["updated_at"] = Representations.Stamp(status.At),
    });

    internal void DeploymentStatus(HostedRepository repository, Deployment deployment, DeploymentStatus status, Actor by)
    {
        // GitHub sends empty ones too, which its own description takes for no addresses.
        var state = _server.Shapes.DeploymentStatusOf(repository, deployment, status);
        foreach (var name in state.Where(m => m.Key.EndsWith("_url", StringComparison.Ordinal) && m.Key != "target_url" && (string?)m.Value is "").Select(m => m.Key).ToList())
        {
            state.Remove(name);
        }

        Add(repository, by, "deployment_status", new JsonObject { ["action"] = "created", ["deployment_status"] = state, ["deployment"] = _server.Shapes.DeploymentOf(repository, deployment) });
    }

    internal void CheckRun(HostedRepository repository, CheckRun run, Actor by, string action) => Add(repository, by, "check_run", new JsonObject
    {
        ["action"] = action,
        ["check_run"] = With(_server.Shapes.CheckRunOf(repository, run), "check_suite", Suite(repository, run)),
    });

    internal void CheckSuite(HostedRepository repository, CheckRun run, Actor by) =>
        Add(repository, by, "check_suite", new JsonObject { ["action"] = "completed", ["check_suite"] = Suite(repository, run) });

    private JsonObject Suite(HostedRepository repository, CheckRun run)
    {
        var runs = repository.CheckRuns.Where(r => r.Suite == run.Suite).ToList();
        var isDone = runs.All(r => r.Status == "completed");
        var commit = repository.Git.GetCommit(run.Sha);
        return new JsonObject
        {
            ["id"] = run.Suite,
            ["node_id"] = Representations.Node("CS", run.Suite),
            ["head_branch"] = repository.Branches.FirstOrDefault(b => b.Value == run.Sha).Key,
            ["head_sha"] = run.Sha,
            ["status"] = isDone ? "completed" : "queued",
            ["conclusion"] = !isDone ? null : runs.TrueForAll(r => r.Conclusion is "success" or "neutral" or "skipped") ? "success" : "failure",
            ["url"] = _server.Shapes.Url(repository, $"check-suites/{run.Suite}"),
            ["before"] = commit.Parents is [var parent, ..] ? parent : null,
            ["after"] = run.Sha,
            ["created_at"] = Representations.Stamp(run.StartedAt),
            ["updated_at"] = Representations.Stamp(run.CompletedAt ?? run.StartedAt),
            ["latest_check_runs_count"] = runs.Count,
            ["check_runs_url"] = _server.Shapes.Url(repository, $"check-suites/{run.Suite}/check-runs"),
            ["head_commit"] = new JsonObject
            {
                ["id"] = commit.Sha,
                ["tree_id"] = commit.Tree,
                ["message"] = commit.Message,
                ["timestamp"] = Representations.Stamp(commit.Committer.At),
                ["author"] = new JsonObject { ["name"] = commit.Author.Name, ["email"] = commit.Author.Email },
                ["committer"] = new JsonObject { ["name"] = commit.Committer.Name, ["email"] = commit.Committer.Email },
            },
            ["app"] = _server.Shapes.App(run.App),
            ["pull_requests"] = new JsonArray([.. repository.Pulls.Where(p => p.IsOpen && p.HeadSha == run.Sha).Select(p => (JsonNode)_server.Shapes.ShortPullRequest(p))]),
        };
    }

    private static JsonObject With(JsonObject json, string member, JsonNode? value)
    {
        json[member] = value;
        return json;
    }

    private void Add(HostedRepository repository, Actor by, string name, JsonObject payload)
    {
        payload["repository"] = _server.Shapes.Repository(repository);
        payload["sender"] = _server.Shapes.User(by.Account);
        if (repository.Owner.Type is "Organization")
        {
            payload["organization"] = _server.Shapes.Organization(repository.Owner);
        }

        payload["installation"] = new JsonObject { ["id"] = _server.InstallationOf(repository.Owner.Login), ["node_id"] = "MDIzOkludGVncmF0aW9u" };
        var body = payload.ToJsonString();
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body));
        _deliveries.Enqueue(new WebhookDelivery(Guid.NewGuid(), name, body, $"sha256={Convert.ToHexStringLower(signature)}"));
        if (_deliveries.Count > Most)
        {
            _deliveries.TryDequeue(out _);
        }
    }
}
