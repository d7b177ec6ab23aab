using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>The loopback GitHub, and what we send to it, against GitHub's own OpenAPI description.</summary>
public sealed class GitHubServerDescriptionTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoFiles = [];

    private readonly GitHubServer _github = new();
    private readonly HttpClient _client = new();
    private readonly List<(GitHubRequest Request, string Answer)> _seen = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _github.InitializeAsync();
        _client.BaseAddress = _github.Address;
        _github.Watched = (request, answer) => _seen.Add((request, answer));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _github.DisposeAsync();
    }

    [Fact]
    public async Task Every_answer_is_what_GitHub_describes()
    {
        var description = await OpenApiDescription.GetAsync(Cancellation);
        await DriveAsync();
        await DriveRefusalsAsync();

        var problems = _seen
            .Where(s => description.Has(s.Request.Method, s.Request.Template))
            .SelectMany(s => description.ProblemsOfAnswer(s.Request, s.Answer).Select(p => $"{s.Request.Method} {s.Request.Template} {s.Request.Status}: {p}"));
        AssertNone(problems);
        var answered = _seen.Where(s => s.Request.Status is >= 200 and < 300).Select(s => (s.Request.Method, s.Request.Template)).ToHashSet();
        Assert.Equal([], GitHubServer.Operations.Where(o => !answered.Contains(o)));
        Assert.Equal([("GET", "/repos/{owner}/{repo}/git/refs/{ref}"), ("POST", "/graphql")], GitHubServer.Operations.Where(o => !description.Has(o.Method, o.Template)));
    }

    [Fact]
    public async Task Every_document_of_GraphQL_and_its_answer_fit_GitHubs_schema()
    {
        await DriveAsync();

        var said = _seen.Where(s => s.Request.Template == "/graphql").Select(s => (s.Request.Body, s.Answer)).ToList();

        Assert.Equal(7, said.Count);
        Assert.Equal(6, said.Count(s => JsonNode.Parse(s.Answer)!["errors"] is null));
        AssertNone(await GraphQLDescription.ProblemsAsync(said, Cancellation));
        Assert.Contains("Cannot query field \"name2\"", Assert.Single(await GraphQLDescription.ProblemsAsync([("""{"query":"{ viewer { name2 } }"}""", "{}")], Cancellation)), StringComparison.Ordinal);
        Assert.Contains("in place of", Assert.Single(await GraphQLDescription.ProblemsAsync([("""{"query":"{ viewer { login } }"}""", """{"data":{"viewer":{"login":"a","id":"b"}}}""")], Cancellation)), StringComparison.Ordinal);
        Assert.Contains("non-nullable", Assert.Single(await GraphQLDescription.ProblemsAsync([("""{"query":"{ viewer { login } }"}""", """{"data":{"viewer":{}}}""")], Cancellation)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_webhook_is_what_GitHub_describes()
    {
        var description = await OpenApiDescription.GetAsync(Cancellation);
        await DriveAsync();

        var deliveries = _github.Webhooks.Take();

        AssertNone(deliveries.SelectMany(d => description.ProblemsOfWebhook(d).Select(p => $"{d.Event} {d.Json["action"]}: {p}")));
        Assert.Superset(
            new HashSet<string>(StringComparer.Ordinal) { "push", "pull_request", "issue_comment", "issues", "check_run", "check_suite", "status", "pull_request_review" },
            deliveries.Select(d => d.Event).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_request_of_ours_is_what_GitHub_describes()
    {
        var description = await OpenApiDescription.GetAsync(Cancellation);
        var repository = _github.CreateRepository("acme/shop", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM a\n" });
        repository.Person("anna");
        repository.Teams.Add("makers");
        repository.AddMilestone("Next");
        repository.Push("other", new Dictionary<string, string?>(StringComparer.Ordinal) { ["other"] = "o\n" });
        var name = RepositoryName.Parse("acme/shop");
        using var host = new GitHubRepositoryHost(
            new GitHubOptions { ApiBaseAddress = _github.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = _github.AppPrivateKey } },
            TimeProvider.System,
            NullLogger<GitHubRepositoryHost>.Instance);

        await host.ListAsync(Cancellation).ToListAsync(Cancellation);
        var head = (await host.GetHeadAsync(name, Cancellation))!;
        await host.GetTreeAsync(name, head.Commit, Cancellation);
        var commit = await host.CommitAsync(
            name, new CommitRequest(head.Commit, [new CommitFile("Dockerfile", "100644", "FROM b\n"u8.ToArray()), new CommitFile("x", "100755", new byte[] { 0, 1 })], _ => "m"), Cancellation);
        await host.SetBranchAsync(name, "basewatch/b", commit.Sha, null, Cancellation);
        await host.SetBranchAsync(name, "basewatch/b", commit.Sha, commit.Sha, Cancellation);
        var draft = new PullRequestDraft("basewatch/b", "main", "t", "b") { Labels = ["docker"], Assignees = ["anna"], Reviewers = ["anna"], TeamReviewers = ["makers"], Milestone = "Next" };
        var pull = await host.OpenPullRequestAsync(name, draft, Cancellation);
        await host.FindPullRequestsAsync(name, "basewatch/b", Cancellation);
        await host.ListOpenPullRequestsAsync(name, "basewatch/", Cancellation);
        await host.UpdatePullRequestAsync(name, pull.Number, "t2", "b2", Cancellation);
        await ReviewAsync(host.Reviews, pull.Number);
        var issue = (await host.Issues.OpenIssueAsync(name, new IssueDraft("t", "b", ["end-of-life"]) { Assignees = ["anna"] }, Cancellation))!;
        await host.Issues.ListOpenIssuesAsync(name, "end-of-life", Cancellation);
        await host.Issues.GetIssueAsync(name, issue.Number, Cancellation);
        await host.Issues.UpdateIssueAsync(name, issue.Number, "t2", "b2", Cancellation);
        await host.Issues.CloseIssueAsync(name, issue.Number, "Done", Cancellation);
        await host.ClosePullRequestAsync(name, pull.Number, "Done", Cancellation);
        await host.DeleteBranchAsync(name, "basewatch/b", Cancellation);

        AssertNone(_seen.Where(s => s.Request.Template != "/graphql").SelectMany(s => description.ProblemsOfRequest(s.Request).Select(p => $"{s.Request.Method} {s.Request.Path}: {p} {s.Request.Body}")));
        // What goes through a queue is refused at first.
        Assert.Equal(["PUT /repos/acme/shop/pulls/3/merge 405"], _seen.Where(s => s.Request.Status is < 200 or > 299).Select(s => $"{s.Request.Method} {s.Request.Path} {s.Request.Status}"));
        AssertNone(await GraphQLDescription.ProblemsAsync([.. _seen.Where(s => s.Request.Template == "/graphql").Select(s => (s.Request.Body, s.Answer))], Cancellation));

        async Task ReviewAsync(IReviewHost reviews, int number)
        {
            var comment = repository.Person("anna").Comment(number, "@basewatch rebase");
            await reviews.GetAbilitiesAsync(name, Cancellation);
            await reviews.ListCommitMessagesAsync(name, "main", Cancellation);
            await reviews.GetMergeStateAsync(name, number, Cancellation);
            await reviews.ListChecksAsync(name, commit.Sha, Cancellation);
            await reviews.GetReviewStateAsync(name, number, Cancellation);
            await reviews.ListCommentsAsync(name, number, _github.Time.GetUtcNow().AddDays(-1), Cancellation);
            await reviews.MayWriteAsync(name, "anna", Cancellation);
            await reviews.CommentAsync(name, number, "Hello", Cancellation);
            await reviews.AcknowledgeAsync(name, comment, isObeyed: true, Cancellation);
            await reviews.RemoveLabelAsync(name, number, "docker", Cancellation);
            await reviews.ReportAsync(name, commit.Sha, new Verdict(CheckState.Pending, "t", "s"), Cancellation);
            await reviews.ReportAsync(name, commit.Sha, new Verdict(CheckState.Passed, "t", "s"), Cancellation);
            await reviews.SetBaseAsync(name, number, "other", Cancellation);
            var merged = repository.Person("bob").Open("other", "Other");
            Assert.Null(await reviews.MergeAsync(name, merged, repository.Tip("other")!, Cancellation));
            repository.Protect("main", new BranchProtection { HasMergeQueue = true, IsRuleset = true });
            repository.Push("queued", new Dictionary<string, string?>(StringComparer.Ordinal) { ["queued"] = "q\n" });
            var queued = repository.Person("bob").Open("queued", "Queued");
            Assert.Contains("merge queue", await reviews.MergeAsync(name, queued, repository.Tip("queued")!, Cancellation), StringComparison.Ordinal);
            Assert.True(repository.PullRequest(queued).IsMerged);
        }
    }

    [Fact]
    public async Task A_wrong_body_is_found_out()
    {
        var description = await OpenApiDescription.GetAsync(Cancellation);
        var sound = new GitHubRequest(1, "POST", "/repos/a/b/git/refs", "/repos/{owner}/{repo}/git/refs", """{"ref":"refs/heads/a","sha":"1"}""", "", 201);
        const string Answer = """{"ref":"refs/heads/a","node_id":"n","url":"https://example.org/","object":{"type":"commit","sha":"aa218f56b14c9653891f9e74264a383fa43fefbd","url":"https://example.org/"}}""";

        Assert.Empty(description.ProblemsOfRequest(sound));
        Assert.Empty(description.ProblemsOfAnswer(sound, Answer));
        Assert.Equal(["$.sha is missing"], description.ProblemsOfRequest(sound with { Body = """{"ref":"refs/heads/a"}""" }));
        Assert.Equal(["$.ref is Number in place of string"], description.ProblemsOfAnswer(sound, Answer.Replace("\"refs/heads/a\"", "1", StringComparison.Ordinal)));
        Assert.Equal(["$.url is null"], description.ProblemsOfAnswer(sound, Answer.Replace("\"url\":\"https://example.org/\",\"object\"", "\"url\":null,\"object\"", StringComparison.Ordinal)));
        Assert.Equal(["$.object.url is 'a b', which is no uri"], description.ProblemsOfAnswer(sound, Answer.Replace("\"url\":\"https://example.org/\"}}", "\"url\":\"a b\"}}", StringComparison.Ordinal)));
        Assert.Equal(["$.object.sha has 3 characters"], description.ProblemsOfAnswer(sound, Answer.Replace("aa218f56b14c9653891f9e74264a383fa43fefbd", "abc", StringComparison.Ordinal)));
        Assert.Equal(["status 299 is not described"], description.ProblemsOfAnswer(sound with { Status = 299 }, ""));
    }

    private static void AssertNone(IEnumerable<string> problems)
    {
        var distinct = problems.Distinct(StringComparer.Ordinal).ToList();
        Assert.True(distinct.Count == 0, string.Join('\n', distinct));
    }

    private async Task DriveAsync()
    {
        var repository = _github.CreateRepository("acme/shop", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM a\n", ["sub/b"] = "b\n", [".github/workflows/ci.yml"] = "on: [push, workflow_dispatch]\n" });
        repository.AllowsAutoMerge = true;
        repository.Teams.Add("makers");
        repository.Workflows.Add("ci");
        repository.AddMilestone("Next");
        var anna = repository.Person("anna");
        repository.Person("bob");
        var token = _github.InstallationToken("acme");
        var admin = _github.AdminToken;
        var main = repository.Tip("main")!;
        var r = "repos/acme/shop";

        await DriveAppsAsync();
        foreach (var path in (string[])["", "/branches", "/branches/main", "/rules/branches/main", "/commits?sha=main&per_page=5", "/commits/main", "/contents/Dockerfile", "/contents/sub", "/git/trees/main?recursive=1", "/git/ref/heads/main", "/git/refs/heads/main", "/git/matching-refs/heads/", $"/git/commits/{main}", "/labels", "/milestones?state=all", "/collaborators/anna/permission"])
        {
            await SendAsync("GET", r + path, token);
        }

        var blob = await SendAsync("POST", $"{r}/git/blobs", token, """{"content":"AAE=","encoding":"base64"}""");
        await SendAsync("GET", $"{r}/git/blobs/{blob["sha"]}", token);
        var tree = await SendAsync("POST", $"{r}/git/trees", token, $$"""{"base_tree":"{{main}}","tree":[{"path":"Dockerfile","mode":"100644","type":"blob","content":"FROM b\n"},{"path":"x","mode":"100755","type":"blob","sha":"{{blob["sha"]}}"}]}""");
        var commit = (string)(await SendAsync("POST", $"{r}/git/commits", token, $$"""{"message":"m","tree":"{{tree["sha"]}}","parents":["{{main}}"]}"""))["sha"]!;
        await SendAsync("POST", $"{r}/git/refs", token, $$"""{"ref":"refs/heads/a","sha":"{{main}}"}""");
        await SendAsync("PATCH", $"{r}/git/refs/heads/a", token, $$"""{"sha":"{{commit}}","force":false}""");
        await SendAsync("GET", $"{r}/compare/main...a", token);

        var pull = await SendAsync("POST", $"{r}/pulls", token, """{"title":"t","head":"a","base":"main","body":"b"}""");
        var p = $"{r}/pulls/{pull["number"]}";
        var i = $"{r}/issues/{pull["number"]}";
        await SendAsync("PATCH", p, token, """{"title":"t2","body":"b2"}""");
        await SendAsync("POST", $"{p}/requested_reviewers", token, """{"reviewers":["anna","bob"],"team_reviewers":["makers"]}""");
        await SendAsync("DELETE", $"{p}/requested_reviewers", token, """{"reviewers":["bob"]}""");
        await SendAsync("POST", $"{p}/reviews", _github.PersonToken("anna"), """{"event":"APPROVE"}""");
        await SendAsync("POST", $"{i}/labels", token, """{"labels":["docker","new"]}""");
        await SendAsync("PUT", $"{i}/labels", token, """{"labels":["docker","other"]}""");
        await SendAsync("DELETE", $"{i}/labels/other", token);
        await SendAsync("POST", $"{i}/assignees", token, """{"assignees":["anna","bob"]}""");
        await SendAsync("DELETE", $"{i}/assignees", token, """{"assignees":["bob"]}""");
        await SendAsync("PATCH", i, token, """{"milestone":1}""");
        var comment = await SendAsync("POST", $"{i}/comments", token, """{"body":"Hello"}""");
        var c = $"{r}/issues/comments/{comment["id"]}";
        await SendAsync("PATCH", c, token, """{"body":"Hello again"}""");
        await SendAsync("POST", $"{c}/reactions", token, """{"content":"+1"}""");
        await SendAsync("POST", $"{c}/reactions", token, """{"content":"+1"}""");
        await SendAsync("POST", $"{r}/labels", token, """{"name":"made","color":"ff0000","description":"d"}""");
        var issue = await SendAsync("POST", $"{r}/issues", token, """{"title":"Dashboard","body":"b","labels":["docker"]}""");
        await SendAsync("PATCH", $"{r}/issues/{issue["number"]}", token, """{"state":"closed","state_reason":"not_planned"}""");
        await SendAsync("POST", $"{r}/statuses/{commit}", token, """{"state":"success","context":"ci/build","description":"d","target_url":"https://example.org/"}""");
        var run = await SendAsync("POST", $"{r}/check-runs", token, $$"""{"name":"basewatch","head_sha":"{{commit}}","status":"in_progress"}""");
        await SendAsync("PATCH", $"{r}/check-runs/{run["id"]}", token, """{"status":"completed","conclusion":"success","output":{"title":"t","summary":"s"}}""");
        repository.CheckRun(commit, "ci", "success");
        var deployment = await SendAsync("POST", $"{r}/deployments", token, """{"ref":"a","environment":"production","required_contexts":[]}""");
        await SendAsync("POST", $"{r}/deployments/{deployment["id"]}/statuses", token, """{"state":"success"}""");
        await SendAsync("POST", $"{r}/dispatches", token, """{"event_type":"basewatch","client_payload":{}}""");
        await SendAsync("POST", $"{r}/actions/workflows/ci.yml/dispatches", admin, """{"ref":"main"}""");
        await SendAsync("GET", $"{r}/actions/workflows/ci.yml/runs?event=workflow_dispatch&created=%3E%3D2020-01-01T00:00:00Z&per_page=100&page=1", token);
        await SendAsync("GET", $"{r}/actions/runs?head_sha={main}&per_page=100&page=1", token);
        await SendAsync("GET", $"{r}/actions/runs/{repository.WorkflowRuns[0].Id}", token);

        repository.Protect("main", new BranchProtection { RequiredChecks = ["ci/build", "other"], RequiredApprovals = 1, IsStrict = true });
        await SendAsync("GET", $"{r}/branches/main/protection", admin);
        await SendAsync("GET", $"{r}/branches/main", token);
        await SendAsync("POST", "graphql", token, new JsonObject { ["query"] = "mutation($id:ID!){enablePullRequestAutoMerge(input:{pullRequestId:$id}){clientMutationId}}", ["variables"] = new JsonObject { ["id"] = (string)pull["node_id"]! } }.ToJsonString());
        await SendAsync("GET", p, token);
        foreach (var (mutation, selected) in ((string, string)[])
            [
                ("disablePullRequestAutoMerge", "pullRequest { id number state autoMergeRequest { mergeMethod } }"),
                ("enablePullRequestAutoMerge", "pullRequest { title merged autoMergeRequest { mergeMethod enabledAt enabledBy { login } } }"),
                ("convertPullRequestToDraft", "clientMutationId pullRequest { isDraft headRefName headRefOid }"),
                ("markPullRequestReadyForReview", "pullRequest { isDraft url }"),
                ("enqueuePullRequest", "mergeQueueEntry { position }"),
            ])
        {
            var document = new JsonObject { ["query"] = $"mutation($id: ID!) {{ done: {mutation}(input: {{pullRequestId: $id}}) {{ {selected} }} }}", ["variables"] = new JsonObject { ["id"] = (string)pull["node_id"]! } };
            await SendAsync("POST", "graphql", token, document.ToJsonString());
        }

        await SendAsync("POST", "graphql", token, """{"query":"query { viewer { login } }","variables":{}}""");
        repository.Protect("main", new BranchProtection { RequiredChecks = ["ci/build", "other"], RequiredApprovals = 1, IsRuleset = true, HasMergeQueue = true });
        await SendAsync("GET", $"{r}/rules/branches/main", token);
        repository.Push("main", new Dictionary<string, string?>(StringComparer.Ordinal) { ["new"] = "n\n", ["sub/b"] = null });
        await SendAsync("PUT", $"{p}/update-branch", token, "{}");

        foreach (var path in (string[])[$"{r}/pulls?state=all&per_page=1", p, $"{p}/files", $"{p}/commits", $"{p}/reviews", $"{p}/requested_reviewers", $"{r}/issues?state=all", i, $"{i}/comments?since=2020-01-01T00:00:00Z", c, $"{c}/reactions", $"{i}/labels", $"{r}/labels", $"{r}/labels/docker", $"{r}/milestones", $"{r}/commits/{commit}/status", $"{r}/commits/{commit}/statuses", $"{r}/commits/{commit}/check-runs?filter=all", $"{r}/check-runs/{run["id"]}", $"{r}/deployments", $"{r}/deployments/{deployment["id"]}", $"{r}/deployments/{deployment["id"]}/statuses", $"{r}/commits/a"])
        {
            await SendAsync("GET", path, token);
        }

        anna.Approve(1);
        anna.RequestChanges(1);
        anna.Review(1, "Hm");
        repository.Protect("main", null);
        if (repository.PullRequest(1).IsOpen)
        {
            await SendAsync("PUT", $"{p}/merge", token, """{"merge_method":"squash","commit_title":"T","commit_message":"M"}""");
        }

        await SendAsync("GET", p, token);
        await SendAsync("GET", $"{p}/merge", token);
        await SendAsync("DELETE", $"{r}/git/refs/heads/a", token);
        await SendAsync("DELETE", c, token);
        var fork = repository.Fork("carl");
        fork.Push("theirs", new Dictionary<string, string?>(StringComparer.Ordinal) { ["theirs"] = "t\n" }, "carl");
        var theirs = repository.Person("carl", RepositoryRole.Read).OpenFrom(fork, "theirs", "From a fork");
        await SendAsync("GET", $"{r}/pulls/{theirs}", token);
        await SendAsync("GET", "repos/carl/shop", admin);

        async Task DriveAppsAsync()
        {
            var options = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = _github.AppPrivateKey };
            using var http = new HttpClient();
            using var app = new GitHubApp(options, new GitHubTransport(http, _github.Address, TimeProvider.System, NullLogger.Instance), TimeProvider.System);
            var jwt = app.CreateJwt();
            await SendAsync("GET", "app", jwt);
            var installation = (await SendAsync("GET", "app/installations", jwt))[0]!;
            await SendAsync("GET", "orgs/acme/installation", jwt);
            await SendAsync("GET", "repos/acme/shop/installation", jwt);
            await SendAsync("POST", $"app/installations/{installation["id"]}/access_tokens", jwt, """{"permissions":{"contents":"read","metadata":"read"}}""");
            await SendAsync("GET", "installation/repositories", token);
            await SendAsync("GET", "orgs/acme/repos", admin);
            await SendAsync("GET", "users/acme/repos", admin);
            await SendAsync("GET", "user", admin);
            await SendAsync("GET", "users/anna", admin);
        }
    }

    private async Task DriveRefusalsAsync()
    {
        _github.CreateRepository("acme/empty", NoFiles);
        var token = _github.InstallationToken("acme");
        var reader = _github.ReaderToken;
        foreach (var (method, path, by, body) in ((string, string, string, string?)[])
            [
                ("GET", "repos/acme/none", token, null),
                ("GET", "repos/acme/empty/branches/main", token, null),
                ("GET", "repos/acme/empty/git/trees/main", token, null),
                ("GET", "repos/acme/empty/commits", token, null),
                ("GET", "repos/acme/shop/branches/main/protection", token, null),
                ("GET", "repos/acme/shop", "wrong", null),
                ("POST", "repos/acme/shop/pulls", token, """{"title":"t","head":"none","base":"main"}"""),
                ("POST", "repos/acme/shop/pulls", token, """{"title":"t","head":"main","base":"main"}"""),
                ("POST", "repos/acme/shop/pulls", reader, """{"title":"t","head":"main","base":"main"}"""),
                ("PATCH", "repos/acme/shop/pulls/1", token, """{"state":"open"}"""),
                ("PUT", "repos/acme/shop/pulls/1/merge", token, "{}"),
                ("POST", "repos/acme/shop/git/refs", token, """{"ref":"refs/heads/main","sha":"1"}"""),
                ("POST", "repos/acme/shop/check-runs", reader, """{"name":"n","head_sha":"1"}"""),
                ("POST", "repos/acme/shop/pulls/1/requested_reviewers", token, """{"reviewers":["nobody"]}"""),
                ("DELETE", "repos/acme/shop/issues/1/labels/none", token, null),
                ("POST", "repos/acme/shop/git/trees", token, """{"tree":[]}"""),
            ])
        {
            await SendAsync(method, path, by, body);
            Assert.InRange(_seen[^1].Request.Status, 300, 499);
        }
    }

    private async Task<JsonNode> SendAsync(string method, string path, string token, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var answer = await _client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.False((int)answer.StatusCode >= 500, text);
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }
}
