using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Octokit;
using Xunit;
using CheckState = Basewatch.Core.Ports.CheckState;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>What GitHub says of pull requests, in its own words.</summary>
public sealed class GitHubReviewHostTests : IAsyncLifetime
{
    private static readonly RepositoryName Web = RepositoryName.Parse("octo/web");
    private static readonly string Head = new('a', 40);
    private static readonly string Old = new('b', 40);

    private readonly ScriptedServer _server = new(Answers.Status(404));
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly Dictionary<string, (int Status, string Body)> _answers = new(StringComparer.Ordinal);
    private readonly List<GitHubRepositoryHost> _hosts = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _server.Script = context =>
        {
            var path = context.Request.Path + context.Request.QueryString.ToString();
            var (status, body) = Find($"{context.Request.Method} {path}") ?? Find($"{context.Request.Method} {context.Request.Path}") ?? (404, """{"message":"Not Found"}""");
            if (context.Request.Path == "/user")
            {
                context.Response.Headers["X-OAuth-Scopes"] = "read:org, repo";
            }

            return Answers.Json(body, status)(context);
        };
        Answer("GET /user", """{"login":"Robin","type":"User"}""");

        (int, string)? Find(string request) => _answers.TryGetValue(request.Replace("/repos/octo/web/", "", StringComparison.Ordinal), out var answer) ? answer : null;
    }

    public async ValueTask DisposeAsync()
    {
        _hosts.ForEach(h => h.Dispose());
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("true", "clean", MergeState.Clean)]
    [InlineData("true", "has_hooks", MergeState.Clean)]
    [InlineData("true", "unstable", MergeState.Unstable)]
    [InlineData("true", "blocked", MergeState.Blocked)]
    [InlineData("true", "behind", MergeState.Behind)]
    [InlineData("true", "draft", MergeState.Draft)]
    [InlineData("false", "dirty", MergeState.Conflicting)]
    [InlineData("null", "unknown", MergeState.Unknown)]
    [InlineData("true", "something new", MergeState.Unknown)]
    public async Task Whether_it_could_be_merged_is_what_GitHub_says(string mergeable, string state, MergeState expected)
    {
        Answer("GET pulls/7", $$"""{"number":7,"mergeable":{{mergeable}},"mergeable_state":"{{state}}"}""");

        Assert.Equal(expected, await Reviews().GetMergeStateAsync(Web, 7, Cancellation));
    }

    [Fact]
    public async Task Of_each_check_the_newest_counts_and_of_those_with_one_name_the_worst()
    {
        Answer($"GET commits/{Head}/check-runs", new JsonObject
        {
            ["check_runs"] = new JsonArray(
                Run(1, "rerun", "failure", suite: 1),
                Run(2, "rerun", "success", suite: 1),
                Run(3, "twice", "failure", suite: 1),
                Run(4, "twice", "success", suite: 2),
                Run(5, "superseded", "cancelled", suite: 1),
                Run(6, "superseded", "success", suite: 2),
                Run(7, "cancelled", "cancelled", suite: 1),
                Run(8, "running", null, suite: 1),
                Run(9, "skipped", "skipped", suite: 1),
                Run(10, "both", "success", suite: 1),
                Run(11, "basewatch", "failure", suite: 1)),
        }.ToJsonString());
        Answer($"GET commits/{Head}/status", """{"statuses":[{"context":"both","state":"pending"},{"context":"old ci","state":"error","updated_at":"2026-11-23T09:00:00Z"},{"context":"basewatch","state":"failure"}]}""");

        var checks = await Reviews().ListChecksAsync(Web, Head, Cancellation);

        Assert.Equal(
            [
                ("basewatch", CheckState.Failed), ("both", CheckState.Pending), ("cancelled", CheckState.Failed), ("old ci", CheckState.Failed),
                ("rerun", CheckState.Passed), ("running", CheckState.Pending), ("skipped", CheckState.Passed), ("superseded", CheckState.Passed), ("twice", CheckState.Failed),
            ],
            checks.Select(c => (c.Name, c.State)).Order());
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero), checks.Max(c => c.At));
    }

    [Fact]
    public async Task Checks_are_read_to_the_last_page()
    {
        Answer($"GET commits/{Head}/check-runs?filter=latest&per_page=100&page=1", new JsonObject { ["check_runs"] = new JsonArray([.. Enumerable.Range(1, 100).Select(i => Run(i, $"c{i}", "success", 1))]) }.ToJsonString());
        Answer($"GET commits/{Head}/check-runs?filter=latest&per_page=100&page=2", new JsonObject { ["check_runs"] = new JsonArray(Run(101, "last", "failure", 1)) }.ToJsonString());
        Answer($"GET commits/{Head}/status", """{"statuses":[]}""");

        var checks = await Reviews().ListChecksAsync(Web, Head, Cancellation);

        Assert.Equal(101, checks.Count);
        Assert.Contains(new CheckResult("last", CheckState.Failed), checks);
    }

    [Fact]
    public async Task The_last_word_of_each_person_who_may_write_counts_and_approvals_only_of_the_newest_commit()
    {
        Answer("GET pulls/7", $$$"""{"number":7,"user":{"login":"robin"},"head":{"sha":"{{{Head}}}"}}""");
        foreach (var (login, permission) in new[] { ("ann", "write"), ("bob", "admin"), ("cid", "read"), ("dee", "write"), ("eve", "write"), ("robin", "admin") })
        {
            Answer($"GET collaborators/{login}/permission", $$"""{"permission":"{{permission}}"}""");
        }

        Assert.Equal(
            new ReviewState(["ann"], false),
            await StateAsync(
                // Changed her mind, and a comment takes nothing back.
                ("ann", "CHANGES_REQUESTED", Old), ("ann", "APPROVED", Head), ("ann", "COMMENTED", Head),
                ("bob", "APPROVED", Old),
                ("cid", "APPROVED", Head),
                ("dee", "CHANGES_REQUESTED", Old), ("dee", "DISMISSED", Head),
                ("robin", "APPROVED", Head),
                ("review[bot]", "APPROVED", Head)));
        Assert.Equal(new ReviewState(["ann"], true), await StateAsync(("ann", "APPROVED", Head), ("bob", "CHANGES_REQUESTED", Old)));
        Assert.Equal(new ReviewState([], false), await StateAsync(("cid", "CHANGES_REQUESTED", Head), ("stranger", "CHANGES_REQUESTED", Head)));
        Assert.Equal(new ReviewState([], true), await StateAsync(("review[bot]", "CHANGES_REQUESTED", Head)));
        Assert.Equal(new ReviewState([], false), await StateAsync());

        async Task<ReviewState> StateAsync(params (string Login, string State, string Commit)[] reviews)
        {
            Answer("GET pulls/7/reviews", new JsonArray([.. reviews.Select((r, i) => new JsonObject { ["id"] = i + 1, ["user"] = new JsonObject { ["login"] = r.Login, ["type"] = "User" }, ["state"] = r.State, ["commit_id"] = r.Commit })]).ToJsonString());
            return await Reviews().GetReviewStateAsync(Web, 7, Cancellation);
        }
    }

    [Fact]
    public async Task What_a_person_says_under_the_login_of_the_token_is_not_taken_for_our_own_and_what_we_said_is()
    {
        Answer("POST issues/7/comments", """{"id":1}""", 201);
        var reviews = Reviews();
        await reviews.CommentAsync(Web, 7, "@basewatch says so", Cancellation);
        var said = (string)JsonNode.Parse(_server.Requests[^1].Body)!["body"]!;
        Answer("GET issues/7/comments?since=2027-01-15T08:00:00Z&per_page=100&page=1", new JsonArray(
            Comment(2, "robin", "@basewatch rebase", 2),
            Comment(1, "robin", said, 1),
            Comment(3, null, "who was I", 3),
            Comment(0, "ann", "edited since", -1),
            Comment(4, "ann", $"> {said}\n\nreally?", 4)).ToJsonString());

        var comments = await reviews.ListCommentsAsync(Web, 7, _time.GetUtcNow(), Cancellation);

        Assert.StartsWith("@basewatch says so", said, StringComparison.Ordinal);
        Assert.Equal([(2, "robin"), (3, "ghost"), (4, "ann")], comments.Select(c => (c.Id, c.Author)));
        Assert.Equal(_time.GetUtcNow().AddSeconds(2), comments[0].At);
        Assert.Single(_server.Requests, r => r.Path == "/user");
    }

    [Theory]
    [InlineData("admin", true)]
    [InlineData("maintain", true)]
    [InlineData("write", true)]
    [InlineData("triage", false)]
    [InlineData("read", false)]
    [InlineData("none", false)]
    public async Task Who_may_write_is_known_by_the_permission(string permission, bool expected)
    {
        Answer("GET collaborators/ann/permission", $$"""{"permission":"{{permission}}"}""");

        Assert.Equal(expected, await Reviews().MayWriteAsync(Web, "ann", Cancellation));
        Assert.False(await Reviews().MayWriteAsync(Web, "nobody/../x", Cancellation));
        Assert.False(await Reviews().MayWriteAsync(Web, "helper[bot]", Cancellation));
    }

    [Fact]
    public async Task A_comment_is_acknowledged_and_one_that_is_gone_is_not_missed()
    {
        Answer("POST issues/comments/5/reactions", """{"id":1,"content":"+1"}""", 201);

        await Reviews().AcknowledgeAsync(Web, 5, isObeyed: true, Cancellation);
        await Reviews().AcknowledgeAsync(Web, 6, isObeyed: false, Cancellation);

        Assert.Equal(["+1", "confused"], _server.Requests.Select(r => (string?)JsonNode.Parse(r.Body)!["content"]));
    }

    [Fact]
    public async Task A_label_is_taken_off_whatever_it_is_called_and_one_that_is_not_there_is_not_missed()
    {
        Answer("DELETE issues/7/labels/a%2Fb%20%23c", "[]");

        await Reviews().RemoveLabelAsync(Web, 7, "a/b #c", Cancellation);
        await Reviews().RemoveLabelAsync(Web, 7, "gone", Cancellation);

        Assert.Equal("/repos/octo/web/issues/7/labels/a%2Fb%20%23c", _server.Requests[0].Path);
    }

    [Fact]
    public async Task A_token_reports_by_a_status_of_at_most_140_characters_and_only_once()
    {
        Answer($"GET commits/{Head}/status", """{"statuses":[]}""");
        Answer($"POST statuses/{Head}", """{"id":1}""", 201);
        var verdict = new Verdict(CheckState.Failed, new string('x', 138) + "😀😀", "more");

        await Reviews().ReportAsync(Web, Head, verdict, Cancellation);

        var written = JsonNode.Parse(_server.Requests[^1].Body)!;
        Assert.Equal(("failure", "basewatch", new string('x', 138) + "…"), ((string)written["state"]!, (string)written["context"]!, (string)written["description"]!));

        Answer($"GET commits/{Head}/status", new JsonObject { ["statuses"] = new JsonArray(written.DeepClone()) }.ToJsonString());
        var before = _server.Requests.Count(r => r.Method == "POST");
        await Reviews().ReportAsync(Web, Head, verdict, Cancellation);
        Assert.Equal(before, _server.Requests.Count(r => r.Method == "POST"));
    }

    [Fact]
    public async Task An_App_reports_by_a_check_run_that_is_changed_in_place()
    {
        using var rsa = RSA.Create(2048);
        AnswerApp("""{"checks":"write","pull_requests":"write","contents":"write"}""");
        Answer($"GET commits/{Head}/check-runs", """{"check_runs":[{"id":3,"name":"basewatch","status":"completed","conclusion":"success","app":{"slug":"other"}}]}""");
        Answer("POST check-runs", """{"id":4}""", 201);
        Answer("PATCH check-runs/4", """{"id":4}""");
        var reviews = Host(App(rsa)).Reviews;

        await reviews.ReportAsync(Web, Head, new Verdict(CheckState.Pending, "waits", "for checks"), Cancellation);

        var made = JsonNode.Parse(_server.Requests[^1].Body)!.AsObject();
        Assert.Equal(("POST", Head, "in_progress", "waits"), (_server.Requests[^1].Method, (string)made["head_sha"]!, (string)made["status"]!, (string)made["output"]!["title"]!));
        Assert.False(made.ContainsKey("conclusion"));

        Answer($"GET commits/{Head}/check-runs", """{"check_runs":[{"id":4,"name":"basewatch","status":"in_progress","app":{"slug":"basewatch-octo"},"output":{"title":"waits","summary":"for checks"}},{"id":5,"name":"basewatch","status":"completed","conclusion":"success","app":{"slug":"github-actions"}}]}""");
        await reviews.ReportAsync(Web, Head, new Verdict(CheckState.Pending, "waits", "for checks"), Cancellation);
        Assert.Equal("GET", _server.Requests[^1].Method);

        await reviews.ReportAsync(Web, Head, new Verdict(CheckState.Passed, "fine", ""), Cancellation);
        Assert.Equal(("PATCH", "/repos/octo/web/check-runs/4", "success"), (_server.Requests[^1].Method, _server.Requests[^1].Path, (string)JsonNode.Parse(_server.Requests[^1].Body)!["conclusion"]!));

        // Our own is no check of the commit; that of a workflow's job is one.
        Answer($"GET commits/{Head}/status", """{"statuses":[]}""");
        Assert.Equal([new CheckResult("basewatch", CheckState.Passed)], await reviews.ListChecksAsync(Web, Head, Cancellation));
    }

    [Fact]
    public async Task The_first_method_that_the_repository_allows_merges_the_commit_that_was_looked_at()
    {
        Answer("PUT pulls/7/merge", """{"message":"Squash merges are not allowed on this repository."}""", 405);
        _server.Script = Then(_server.Script, request => request.Body.Contains("rebase", StringComparison.Ordinal), """{"sha":"c","merged":true,"message":"Pull Request successfully merged"}""");

        Assert.Null(await Reviews().MergeAsync(Web, 7, Head, Cancellation));

        Assert.Equal([("squash", Head), ("merge", Head), ("rebase", Head)], _server.Requests.Select(r => JsonNode.Parse(r.Body)!).Select(b => ((string)b["merge_method"]!, (string)b["sha"]!)));
    }

    [Theory]
    [InlineData(405, "Required status check \"ci/build\" is expected.")]
    [InlineData(409, "Head branch was modified. Review and try the merge again.")]
    public async Task What_is_not_merged_says_why(int status, string why)
    {
        Answer("PUT pulls/7/merge", new JsonObject { ["message"] = why }.ToJsonString(), status);

        Assert.Equal(why, await Reviews().MergeAsync(Web, 7, Head, Cancellation));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task The_configured_method_is_the_only_one()
    {
        Answer("PUT pulls/7/merge", """{"message":"Merge commits are not allowed on this repository."}""", 405);
        var options = Options();
        options.MergeMethod = PullRequestMergeMethod.Merge;

        Assert.Contains("not allowed", await Host(options).Reviews.MergeAsync(Web, 7, Head, Cancellation), StringComparison.Ordinal);
        Assert.Contains("\"merge\"", Assert.Single(_server.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_a_merge_queue_it_is_put_into_that()
    {
        Answer("PUT pulls/7/merge", """{"message":"Changes must be made through the merge queue"}""", 405);
        Answer("GET pulls/7", """{"number":7,"node_id":"PR_7"}""");
        Answer("POST /graphql", """{"data":{"done":null},"errors":[{"type":"UNPROCESSABLE","message":"Pull request is in clean status"}]}""");
        _server.Script = Then(_server.Script, request => request.Body.Contains("enqueue", StringComparison.Ordinal), """{"data":{"done":{"clientMutationId":null}}}""");

        Assert.Equal("it waits in the merge queue of its base", await Reviews().MergeAsync(Web, 7, Head, Cancellation));

        Assert.All(_server.Requests.Where(r => r.Path == "/graphql"), r => Assert.Equal(("PR_7", Head), ((string)JsonNode.Parse(r.Body)!["variables"]!["id"]!, (string)JsonNode.Parse(r.Body)!["variables"]!["head"]!)));
    }

    [Fact]
    public async Task A_classic_token_says_what_it_may_by_its_scopes()
    {
        var abilities = await Reviews().GetAbilitiesAsync(Web, Cancellation);

        Assert.Equal(new HostAbilities { ChangesWorkflows = false }, abilities);
    }

    [Fact]
    public async Task The_token_of_an_Actions_job_is_known_by_its_login_and_that_of_an_App_is_not_taken_for_it()
    {
        Answer("POST /graphql", """{"data":{"viewer":{"login":"github-actions[bot]"}}}""");
        Assert.Equal(new HostAbilities { ChangesWorkflows = false, StartsChecks = false }, await Host(Options("ghs_1")).Reviews.GetAbilitiesAsync(Web, Cancellation));

        Answer("POST /graphql", """{"data":{"viewer":{"login":"ours[bot]"}}}""");
        Assert.Equal(HostAbilities.All, await Host(Options("ghs_1")).Reviews.GetAbilitiesAsync(Web, Cancellation));
        Assert.DoesNotContain(_server.Requests, r => r.Path == "/user");
    }

    [Fact]
    public async Task An_App_says_what_it_may_by_the_permissions_of_its_installation()
    {
        using var rsa = RSA.Create(2048);
        AnswerApp("""{"contents":"write","pull_requests":"read","workflows":"write"}""");
        Assert.Equal(new HostAbilities { Reviews = false }, await Host(App(rsa)).Reviews.GetAbilitiesAsync(Web, Cancellation));

        AnswerApp("""{"contents":"write","pull_requests":"write"}""");
        Assert.Equal(new HostAbilities { ChangesWorkflows = false }, await Host(App(rsa)).Reviews.GetAbilitiesAsync(Web, Cancellation));
    }

    [Theory]
    [InlineData(404, "Not Found", ".github/workflows/ci.yml")]
    [InlineData(403, "Resource not accessible by personal access token", ".github/workflows/ci.yml")]
    [InlineData(422, "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission", ".github/workflows/ci.yml")]
    [InlineData(403, "refusing to allow an OAuth App to create or update workflow `x` without `workflow` scope", "Dockerfile")]
    public async Task Workflow_files_that_may_not_be_changed_are_told_with_what_to_do_and_remembered(int status, string words, string path)
    {
        Answer("GET /user", """{"login":"robin"}""");
        Answer($"GET git/commits/{Head}", """{"sha":"c1","tree":{"sha":"t1"},"message":"m","parents":[]}""");
        Answer("POST git/trees", new JsonObject { ["message"] = words }.ToJsonString(), status);
        _server.Script = Then(_server.Script, request => request.Path == "/user", """{"login":"robin"}""");
        var host = Host();
        Assert.True((await host.Reviews.GetAbilitiesAsync(Web, Cancellation)).ChangesWorkflows);

        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => host.CommitAsync(Web, new Basewatch.Core.Ports.CommitRequest(Head, [new CommitFile(path, "100644", "a"u8.ToArray())], _ => "m"), Cancellation));

        Assert.Equal(RepositoryHostFailure.Denied, e.Failure);
        Assert.Contains("with workflows: write, or a classic token with the scope workflow", e.Message, StringComparison.Ordinal);
        Assert.False((await host.Reviews.GetAbilitiesAsync(Web, Cancellation)).ChangesWorkflows);
        Assert.True((await host.Reviews.GetAbilitiesAsync(RepositoryName.Parse("octo/other"), Cancellation)).ChangesWorkflows);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.True((await host.Reviews.GetAbilitiesAsync(Web, Cancellation)).ChangesWorkflows);
    }

    [Fact]
    public async Task The_newest_commits_say_how_messages_are_written_and_a_branch_that_is_not_there_has_none()
    {
        Answer("GET commits?sha=a%23b&per_page=100", """[{"sha":"2","commit":{"message":"fix: b"}},{"sha":"1","commit":{"message":"feat: a"}}]""");
        Answer("GET commits?sha=empty&per_page=100", """{"message":"Git Repository is empty."}""", 409);

        Assert.Equal(["fix: b", "feat: a"], await Reviews().ListCommitMessagesAsync(Web, "a#b", Cancellation));
        Assert.Empty(await Reviews().ListCommitMessagesAsync(Web, "gone", Cancellation));
        Assert.Empty(await Reviews().ListCommitMessagesAsync(Web, "empty", Cancellation));
    }

    [Fact]
    public async Task A_draft_that_the_plan_has_not_is_opened_as_usual_and_a_milestone_is_found_by_its_title()
    {
        Answer("POST pulls", """{"message":"Draft pull requests are not supported in this repository."}""", 422);
        _server.Script = Then(
            _server.Script,
            request => request.Method == "POST" && !request.Body.Contains("draft", StringComparison.Ordinal),
            """{"number":7,"title":"t","body":"b","state":"open","updated_at":"2027-01-15T08:00:00Z","labels":[{"name":"docker"}],"head":{"ref":"basewatch/a","sha":"s"},"base":{"ref":"release"}}""");
        Answer("GET milestones", """[{"number":3,"title":"v1"},{"number":4,"title":"V2"}]""");
        Answer("PATCH issues/7", """{"number":7}""");

        var opened = await Host().OpenPullRequestAsync(Web, new PullRequestDraft("basewatch/a", "main", "t", "b") { IsDraft = true, Milestone = "v2" }, Cancellation);

        Assert.Equal(("release", _time.GetUtcNow()), (opened.Base, opened.UpdatedAt));
        Assert.Equal(["docker"], opened.Labels);
        Assert.Equal("""{"milestone":4}""", _server.Requests[^1].Body);
    }

    [Fact]
    public async Task An_author_is_named_in_commits_only_where_the_settings_have_one()
    {
        Answer($"GET git/commits/{Head}", """{"sha":"c1","tree":{"sha":"t1"},"message":"m","parents":[]}""");
        Answer("POST git/trees", """{"sha":"t2","tree":[]}""", 201);
        Answer("POST git/commits", """{"sha":"c2","tree":{"sha":"t2"},"message":"m","parents":[]}""", 201);
        var options = Options();
        options.Author = new GitHubAuthorOptions { Name = "Platform", Email = "platform@example.org" };

        await Host(options).CommitAsync(Web, new Basewatch.Core.Ports.CommitRequest(Head, [new CommitFile("Dockerfile", "100644", "a"u8.ToArray())], _ => "m"), Cancellation);

        var author = JsonNode.Parse(_server.Requests[^1].Body)!["author"]!;
        Assert.Equal(("Platform", "platform@example.org"), ((string)author["name"]!, (string)author["email"]!));
        options.Author = new GitHubAuthorOptions { Name = "a <b>", Email = "nobody" };
        Assert.Equal(["GitHub:Author:Name", "GitHub:Author:Email"], options.Problems().Select(p => p.Split(' ')[0]));
    }

    [Fact]
    public async Task No_more_content_is_made_than_GitHub_allows()
    {
        Answer("POST issues/7/comments", """{"id":1}""", 201);
        Answer("PUT pulls/7/merge", """{"merged":true}""");
        var reviews = Reviews();
        await reviews.GetAbilitiesAsync(Web, Cancellation);
        Task CommentAsync() => reviews.CommentAsync(Web, 7, "said", Cancellation);
        for (var i = 0; i < 60; i++)
        {
            await CommentAsync();
        }

        var e = await Assert.ThrowsAsync<RepositoryHostException>(CommentAsync);
        Assert.Equal((RepositoryHostFailure.RateLimited, TimeSpan.FromMinutes(1)), (e.Failure, e.RetryAfter));
        // What makes no content goes on.
        Assert.Null(await reviews.MergeAsync(Web, 7, Head, Cancellation));

        // A short wait is waited for.
        _time.Advance(TimeSpan.FromSeconds(55));
        var waiting = CommentAsync();
        Assert.False(waiting.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await waiting;

        for (var made = 61; made < 400; made++)
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await CommentAsync();
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        e = await Assert.ThrowsAsync<RepositoryHostException>(CommentAsync);
        Assert.InRange(e.RetryAfter!.Value, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(50));
        Assert.Equal(400, _server.Requests.Count(r => r.Path.EndsWith("/comments", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_account_that_is_asked_to_wait_is_quiet_until_then()
    {
        var script = _server.Script;
        _server.Script = Answers.TooManyRequests("90");
        var reviews = Reviews();
        await Assert.ThrowsAsync<RepositoryHostException>(() => reviews.GetMergeStateAsync(Web, 7, Cancellation));
        _server.Script = script;
        Answer("GET pulls/7", """{"number":7,"mergeable":true,"mergeable_state":"clean"}""");

        _time.Advance(TimeSpan.FromSeconds(30));
        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => reviews.GetMergeStateAsync(Web, 7, Cancellation));

        Assert.Equal((RepositoryHostFailure.RateLimited, TimeSpan.FromSeconds(60)), (e.Failure, e.RetryAfter));
        Assert.Single(_server.Requests);
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(MergeState.Clean, await reviews.GetMergeStateAsync(Web, 7, Cancellation));
    }

    private static JsonObject Run(int id, string name, string? conclusion, int suite) => new()
    {
        ["id"] = id,
        ["name"] = name,
        ["status"] = conclusion is null ? "in_progress" : "completed",
        ["conclusion"] = conclusion,
        ["app"] = new JsonObject { ["slug"] = "github-actions" },
        ["check_suite"] = new JsonObject { ["id"] = suite },
    };

    private JsonObject Comment(int id, string? login, string body, int second) => new()
    {
        ["id"] = id,
        ["user"] = login is null ? null : new JsonObject { ["login"] = login },
        ["body"] = body,
        ["created_at"] = _time.GetUtcNow().AddSeconds(second).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture),
    };

    private Microsoft.AspNetCore.Http.RequestDelegate Then(Microsoft.AspNetCore.Http.RequestDelegate script, Func<ScriptedRequest, bool> when, string answer) => context =>
        when(_server.Requests[^1]) ? Answers.Json(answer)(context) : script(context);

    private void Answer(string request, string body, int status = 200) => _answers[request] = (status, body);

    private void AnswerApp(string permissions)
    {
        Answer("GET /app", """{"id":1,"slug":"basewatch-octo"}""");
        Answer("POST /app/installations/5/access_tokens", $$"""{"token":"ghs_1","expires_at":"{{_time.GetUtcNow().AddHours(1):O}}","permissions":{{permissions}}}""", 201);
    }

    private GitHubOptions App(RSA rsa) => new()
    {
        ApiBaseAddress = _server.Address,
        App = new GitHubAppOptions { Id = "Iv23li", PrivateKey = rsa.ExportPkcs8PrivateKeyPem(), InstallationId = 5 },
    };

    private GitHubOptions Options(string token = "ghp_not_a_real_token") => new() { ApiBaseAddress = _server.Address, Token = token, Repositories = { Web.ToString() } };

    private GitHubReviewHost Reviews() => Host().Reviews;

    private GitHubRepositoryHost Host(GitHubOptions? options = null)
    {
        var host = new GitHubRepositoryHost(options ?? Options(), _time, NullLogger<GitHubRepositoryHost>.Instance);
        _hosts.Add(host);
        return host;
    }
}
