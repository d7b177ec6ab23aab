using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>The loopback GitHub does what tests rely on.</summary>
public sealed class GitHubServerTests : IAsyncLifetime
{
    private const string Root = "repos/acme/shop";
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private GitHubServer _github = null!;
    private HostedRepository _shop = null!;
    private Person _anna = null!;
    private string _token = "";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _github = await GitHubServer.StartAsync(_time);
        _client.BaseAddress = _github.Address;
        _shop = _github.CreateRepository("acme/shop", new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "1\n2\n3\n4\n5\n", ["b"] = "b\n" });
        _anna = _shop.Person("anna");
        _token = _github.InstallationToken("acme");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _github.DisposeAsync();
    }

    [Fact]
    public async Task Git_itself_finds_the_repository_whole()
    {
        _anna.PushTo("x/y", "dir.x", "x");
        _anna.PushTo("x/y", "dir/ä", "ä");
        var number = _anna.Open("x/y", "Add");
        _shop.Push("main", Files("b", "2\n"));
        _anna.Merge(number);
        _anna.DeleteBranch("x/y");

        using var fsck = Process.Start(new ProcessStartInfo("git", ["--git-dir", _shop.Folder, "fsck", "--full", "--strict"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = await fsck.StandardOutput.ReadToEndAsync(Cancellation) + await fsck.StandardError.ReadToEndAsync(Cancellation);
        await fsck.WaitForExitAsync(Cancellation);

        Assert.True(fsck.ExitCode == 0, said);
        Assert.DoesNotContain("error", said, StringComparison.Ordinal);
        Assert.Equal("ä", _shop.File("dir/ä", "main"));
    }

    [Fact]
    public async Task Changes_apart_merge_and_changes_of_one_line_conflict()
    {
        _anna.PushTo("apart", "a", "one\n2\n3\n4\n5\n");
        _anna.PushTo("same", "a", "1\n2\n3\n4\nfive\n");
        var (apart, same) = (_anna.Open("apart", "Apart"), _anna.Open("same", "Same"));
        _shop.Push("main", Files("a", "1\n2\n3\n4\nFIVE\n"));

        Assert.Equal(("true", "clean"), await StateAsync(apart));
        Assert.Equal(("false", "dirty"), await StateAsync(same));
        await ExpectAsync(405, "Pull Request is not mergeable", HttpMethod.Put, $"{Root}/pulls/{same}/merge", "{}");
        await SendAsync(HttpMethod.Put, $"{Root}/pulls/{apart}/merge", "{}");
        Assert.Equal("one\n2\n3\n4\nFIVE\n", _shop.File("a", "main"));
    }

    [Theory]
    [InlineData("merge", 2, "Merge pull request #1 from acme/x")]
    [InlineData("squash", 1, "Both (#1)")]
    [InlineData("rebase", 1, "second")]
    public async Task Each_way_of_merging_leaves_its_own_history(string method, int parents, string message)
    {
        _anna.PushTo("x", "a", "one\n2\n3\n4\n5\n", "first");
        _anna.PushTo("x", "c", "c", "second");
        _anna.Open("x", "Both");
        _shop.Push("main", Files("b", "2\n"));

        var merged = await SendAsync(HttpMethod.Put, $"{Root}/pulls/1/merge", $$"""{"merge_method":"{{method}}"}""");

        Assert.Equal(_shop.Tip("main"), (string)merged["sha"]!);
        Assert.StartsWith(message, _shop.Messages("main")[0], StringComparison.Ordinal);
        var commit = await SendAsync(HttpMethod.Get, $"{Root}/git/commits/{merged["sha"]}");
        Assert.Equal(parents, commit["parents"]!.AsArray().Count);
        Assert.Equal(("one\n2\n3\n4\n5\n", "c", "2\n"), (_shop.File("a", "main"), _shop.File("c", "main"), _shop.File("b", "main")));
        Assert.True(_shop.PullRequest(1).IsMerged);
    }

    [Fact]
    public async Task A_protected_branch_takes_what_is_reviewed_up_to_date_and_green()
    {
        _shop.Protect("main", new BranchProtection { RequiredChecks = ["ci/build"], IsStrict = true, RequiredApprovals = 1, DismissesStaleReviews = true });
        var head = _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");
        Assert.Equal(("true", "blocked"), await StateAsync(1));
        await ExpectAsync(405, "Required status check \"ci/build\" is expected.", HttpMethod.Put, $"{Root}/pulls/1/merge", "{}");

        _shop.SetStatus(head, "ci/build", "failure");
        await ExpectAsync(405, "Required status check \"ci/build\" is failing.", HttpMethod.Put, $"{Root}/pulls/1/merge", "{}");
        _shop.CheckRun(head, "ci/build", "success");
        _shop.SetStatus(head, "ci/build", "success");
        await ExpectAsync(405, "At least 1 approving review is required by reviewers with write access.", HttpMethod.Put, $"{Root}/pulls/1/merge", "{}");

        _shop.Person("eve", RepositoryRole.Read).Approve(1);
        Assert.Equal("blocked", (await StateAsync(1)).State);
        var bob = _shop.Person("bob");
        bob.Approve(1);
        Assert.Equal("clean", (await StateAsync(1)).State);
        _shop.SetStatus(head, "lint", "failure");
        Assert.Equal("unstable", (await StateAsync(1)).State);
        bob.RequestChanges(1);
        Assert.Equal("blocked", (await StateAsync(1)).State);
        bob.Approve(1);
        _shop.Push("main", Files("a", "new\n"));
        Assert.Equal("behind", (await StateAsync(1)).State);

        var updated = _anna.PushTo("x", "b", "4\n");
        Assert.Equal("blocked", (await StateAsync(1)).State);
        await ExpectAsync(409, "Head branch was modified. Review and try the merge again.", HttpMethod.Put, $"{Root}/pulls/1/merge", $$"""{"sha":"{{head}}"}""");
        await ExpectAsync(422, "Changes must be made through a pull request.", HttpMethod.Patch, $"{Root}/git/refs/heads/main", $$"""{"sha":"{{updated}}","force":true}""");
    }

    [Fact]
    public async Task Auto_merge_merges_when_the_last_check_is_green()
    {
        _shop.AllowsAutoMerge = true;
        _shop.Protect("main", new BranchProtection { RequiredChecks = ["ci"] });
        _shop.Workflows.Add("ci");
        var head = _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");
        var id = (string)(await SendAsync(HttpMethod.Get, $"{Root}/pulls/1"))["node_id"]!;
        var enable = new JsonObject
        {
            ["query"] = "mutation($id:ID!,$method:PullRequestMergeMethod!){enablePullRequestAutoMerge(input:{pullRequestId:$id,mergeMethod:$method}){clientMutationId}}",
            ["variables"] = new JsonObject { ["id"] = id, ["mergeMethod"] = "SQUASH" },
        }.ToJsonString();

        Assert.Null((await SendAsync(HttpMethod.Post, "graphql", enable))["errors"]);
        Assert.Equal("squash", _shop.PullRequest(1).AutoMerge);
        _shop.CheckRun(head, "ci", conclusion: null);
        Assert.True(_shop.PullRequest(1).IsOpen);
        _shop.CheckRun(head, "ci", "success");

        Assert.True(_shop.PullRequest(1).IsMerged);
        _anna.PushTo("y", "b", "4\n");
        _anna.Open("y", "Y");
        var clean = (await SendAsync(HttpMethod.Get, $"{Root}/pulls/2"))["node_id"]!;
        _shop.Protect("main", null);
        _shop.CheckRun(_shop.Tip("y")!, "ci", "success");
        Assert.Equal("Pull request is in clean status", (string)(await SendAsync(HttpMethod.Post, "graphql", enable.Replace(id, (string)clean!, StringComparison.Ordinal)))["errors"]![0]!["message"]!);
    }

    [Fact]
    public async Task A_pull_request_ends_with_its_branch_and_comes_back_with_it_alone()
    {
        var head = _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");
        await ExpectAsync(422, "A pull request already exists for acme:x.", HttpMethod.Post, $"{Root}/pulls", """{"title":"t","head":"x","base":"main"}""");
        _anna.DeleteBranch("x");
        Assert.False(_shop.PullRequest(1).IsOpen);
        await ExpectAsync(422, "state cannot be changed. The x branch has been deleted.", HttpMethod.Patch, $"{Root}/pulls/1", """{"state":"open"}""");

        _shop.SetBranch("x", head);
        _anna.Reopen(1);
        _anna.Close(1);
        _shop.ForcePush("x", _shop.Tip("main")!, Files("b", "other\n"), "anna");
        await ExpectAsync(422, "state cannot be changed. The x branch was force-pushed or recreated.", HttpMethod.Patch, $"{Root}/pulls/1", """{"state":"open"}""");
        Assert.Equal(head, (string)(await SendAsync(HttpMethod.Get, $"{Root}/pulls/1"))["head"]!["sha"]!);
        Assert.Equal(2, _shop.CommitsEverOn("x").Count);

        _shop.SetBranch("x", _shop.Tip("main")!);
        await ExpectAsync(422, "No commits between main and x", HttpMethod.Post, $"{Root}/pulls", """{"title":"t","head":"x","base":"main"}""");
    }

    [Fact]
    public async Task What_lands_on_the_base_by_a_push_is_merged()
    {
        var head = _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");

        _shop.SetBranch("main", head);

        Assert.True(_shop.PullRequest(1).IsMerged);
        await ExpectAsync(422, "state cannot be changed. The pull request cannot be reopened.", HttpMethod.Patch, $"{Root}/pulls/1", """{"state":"open"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await AnswerAsync(HttpMethod.Get, $"{Root}/pulls/1/merge", _token)).Status);
    }

    [Fact]
    public async Task A_renamed_default_branch_takes_pull_requests_along_and_leads_on()
    {
        _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");

        _shop.RenameDefaultBranch("trunk");

        Assert.Equal("trunk", _shop.PullRequest(1).Base);
        Assert.Equal("trunk", (string)(await SendAsync(HttpMethod.Get, Root))["default_branch"]!);
        Assert.Equal($"{Root}/branches/trunk", await LocationAsync($"{Root}/branches/main"));
        _github.RenameRepository("acme/shop", "store");
        Assert.Equal("repos/acme/store/pulls?state=all", await LocationAsync($"{Root}/pulls?state=all"));
        Assert.Equal("acme/store", (string)(await SendAsync(HttpMethod.Get, "repos/acme/store"))["full_name"]!);

        async Task<string> LocationAsync(string path)
        {
            var (status, _, headers) = await AnswerAsync(HttpMethod.Get, path, _token);
            Assert.Equal(HttpStatusCode.MovedPermanently, status);
            return headers.Location!.ToString()[_github.Address.ToString().Length..];
        }
    }

    [Theory]
    [InlineData(FailureKind.ErrorBefore, false)]
    [InlineData(FailureKind.BrokenBefore, false)]
    [InlineData(FailureKind.ErrorAfter, true)]
    [InlineData(FailureKind.BrokenAfter, true)]
    public async Task A_planned_failure_hits_once_before_or_after_it_is_done(FailureKind kind, bool isDone)
    {
        _anna.PushTo("x", "b", "3\n");
        var failure = _github.Fail(kind, r => r.Writes);
        await SendAsync(HttpMethod.Get, Root);
        Assert.False(failure.WasHit);

        const string Body = """{"title":"t","head":"x","base":"main"}""";
        if (kind is FailureKind.BrokenBefore or FailureKind.BrokenAfter)
        {
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => AnswerAsync(HttpMethod.Post, $"{Root}/pulls", _token, Body));
        }
        else
        {
            Assert.Equal(HttpStatusCode.BadGateway, (await AnswerAsync(HttpMethod.Post, $"{Root}/pulls", _token, Body)).Status);
        }

        Assert.True(failure.WasHit);
        Assert.Equal(isDone ? 1 : 0, _shop.OpenPullRequests.Count);
        Assert.Equal(isDone ? HttpStatusCode.UnprocessableEntity : HttpStatusCode.Created, (await AnswerAsync(HttpMethod.Post, $"{Root}/pulls", _token, Body)).Status);
        Assert.Single(_shop.OpenPullRequests);
        Assert.Equal(2, _github.Count("POST", "/repos/{owner}/{repo}/pulls"));
    }

    [Fact]
    public async Task Limits_are_said_as_GitHub_says_them()
    {
        _github.LimitSecondary(retryAfter: TimeSpan.FromSeconds(30));
        var (status, _, headers) = await AnswerAsync(HttpMethod.Get, Root, _token);
        Assert.Equal((HttpStatusCode.Forbidden, TimeSpan.FromSeconds(30)), (status, headers.RetryAfter!.Delta!.Value));

        _github.RateLimit = 2;
        await SendAsync(HttpMethod.Get, Root);
        await SendAsync(HttpMethod.Get, Root);
        (status, _, headers) = await AnswerAsync(HttpMethod.Get, Root, _token);
        Assert.Equal((HttpStatusCode.Forbidden, "0"), (status, headers.GetValues("X-RateLimit-Remaining").Single()));
        Assert.Equal(_time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), headers.GetValues("X-RateLimit-Reset").Single());
        _time.Advance(TimeSpan.FromHours(1));
        _token = _github.InstallationToken("acme");
        await SendAsync(HttpMethod.Get, Root);

        (_github.RateLimit, _github.ContentPerMinute) = (1000, 1);
        await SendAsync(HttpMethod.Post, $"{Root}/issues", """{"title":"t"}""");
        Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(HttpMethod.Post, $"{Root}/issues", _token, """{"title":"t"}""")).Status);
        _time.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(HttpMethod.Post, $"{Root}/issues", """{"title":"t"}""");
    }

    [Fact]
    public async Task What_is_unchanged_is_not_sent_again_and_costs_nothing()
    {
        var (_, _, headers) = await AnswerAsync(HttpMethod.Get, Root, _token);
        using var request = Request(HttpMethod.Get, Root, _token, body: null);
        request.Headers.IfNoneMatch.Add(headers.ETag!);
        using var again = await _client.SendAsync(request, Cancellation);
        var (_, _, third) = await AnswerAsync(HttpMethod.Get, Root, _token);

        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal(int.Parse(headers.GetValues("X-RateLimit-Remaining").Single(), System.Globalization.CultureInfo.InvariantCulture) - 1, int.Parse(third.GetValues("X-RateLimit-Remaining").Single(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Lists_come_in_pages_that_name_each_other()
    {
        foreach (var i in Enumerable.Range(1, 5))
        {
            _anna.OpenIssue($"Issue {i}");
        }

        var (_, body, headers) = await AnswerAsync(HttpMethod.Get, $"{Root}/issues?per_page=2&page=2&state=all", _token);

        Assert.Equal(["Issue 3", "Issue 2"], body.AsArray().Select(i => (string)i!["title"]!));
        var links = headers.GetValues("Link").Single();
        Assert.Contains($"<{_github.Address}{Root}/issues?per_page=2&state=all&page=3>; rel=\"next\"", links, StringComparison.Ordinal);
        Assert.Contains("rel=\"prev\"", links, StringComparison.Ordinal);
        Assert.Contains("rel=\"last\"", links, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_may_do_what_they_may()
    {
        var eve = _github.PersonToken("eve");
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(HttpMethod.Get, Root, "unknown")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AnswerAsync(HttpMethod.Get, Root, eve)).Status);
        _shop.Person("eve", RepositoryRole.Read);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(HttpMethod.Get, Root, eve)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(HttpMethod.Post, $"{Root}/issues/1/labels", eve, """{"labels":["x"]}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await AnswerAsync(HttpMethod.Get, Root, _github.InstallationToken("elsewhere"))).Status);

        var run = $$"""{"name":"n","head_sha":"{{_shop.Tip("main")}}"}""";
        var (status, said, _) = await AnswerAsync(HttpMethod.Post, $"{Root}/check-runs", _github.PersonToken("anna"), run);
        Assert.Equal((HttpStatusCode.Forbidden, "You must authenticate via a GitHub App."), (status, (string)said["message"]!));
        Assert.Equal(HttpStatusCode.Created, (await AnswerAsync(HttpMethod.Post, $"{Root}/check-runs", _token, run)).Status);
        var few = _github.InstallationToken("acme", new Dictionary<string, string>(StringComparer.Ordinal) { ["contents"] = "read" });
        Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(HttpMethod.Post, $"{Root}/check-runs", few, run)).Status);

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await AnswerAsync(HttpMethod.Get, Root, _token)).Status);
    }

    [Fact]
    public async Task Workflows_are_changed_by_those_alone_who_may()
    {
        const string Workflow = """{"tree":[{"path":".github/workflows/ci.yml","mode":"100644","type":"blob","content":"on: push\n"}],"base_tree":"BASE"}""";
        var tree = Workflow.Replace("BASE", _shop.Tip("main"), StringComparison.Ordinal);
        var actions = _github.ActionsToken("acme/shop");
        Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(HttpMethod.Post, $"{Root}/git/trees", actions, tree)).Status);
        Assert.Equal(HttpStatusCode.Created, (await AnswerAsync(HttpMethod.Post, $"{Root}/git/trees", _token, tree)).Status);

        _anna.PushTo("x", ".github/workflows/ci.yml", "on: push\n");
        _anna.Open("x", "X");
        var (status, said, _) = await AnswerAsync(HttpMethod.Put, $"{Root}/pulls/1/merge", actions, "{}");
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Equal("refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without `workflows` permission", (string)said["message"]!);
        await SendAsync(HttpMethod.Put, $"{Root}/pulls/1/merge", "{}");
    }

    [Fact]
    public async Task The_token_of_a_workflow_starts_no_checks()
    {
        _shop.Workflows.Add("ci");
        var (ours, theirs) = (_anna.PushTo("x", "b", "3\n"), _anna.PushTo("y", "b", "4\n"));
        await AnswerAsync(HttpMethod.Post, $"{Root}/pulls", _github.ActionsToken("acme/shop"), """{"title":"t","head":"x","base":"main"}""");
        await AnswerAsync(HttpMethod.Post, $"{Root}/pulls", _token, """{"title":"t","head":"y","base":"main"}""");

        Assert.Empty(_shop.Checks(ours));
        Assert.Equal("queued", Assert.Single(_shop.Checks(theirs)).Value);
    }

    [Fact]
    public async Task Mergeability_may_be_found_out_late()
    {
        _shop.FindsMergeabilityLate = true;
        _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");

        Assert.Equal(("", "unknown"), await StateAsync(1));
        Assert.Equal(("true", "clean"), await StateAsync(1));
        _shop.Push("main", Files("a", "x\n"));
        Assert.Equal(("", "unknown"), await StateAsync(1));
    }

    [Fact]
    public async Task Webhooks_are_signed_and_say_who_did_what()
    {
        _github.Webhooks.Take();
        _anna.PushTo("x", "b", "3\n");
        _anna.Open("x", "X");
        _anna.Comment(1, "@basewatch rebase");

        var said = _github.Webhooks.Take();

        Assert.Equal(["push", "pull_request", "issue_comment"], said.Select(d => d.Event));
        Assert.All(said, d => Assert.Equal("anna", (string)d.Json["sender"]!["login"]!));
        Assert.All(said, d => Assert.Equal($"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(_github.Webhooks.Secret), Encoding.UTF8.GetBytes(d.Body)))}", d.Signature));
        Assert.Empty(_github.Webhooks.Waiting);
        Assert.Equal("2026-01-05T09:00:00Z", (string)(await SendAsync(HttpMethod.Get, $"{Root}/pulls/1"))["created_at"]!);
    }

    [Fact]
    public async Task A_fork_brings_a_branch_of_the_same_name()
    {
        var fork = _shop.Fork("carl");
        _anna.PushTo("x", "b", "3\n");
        fork.Push("x", Files("b", "4\n"), "carl");
        var ours = _anna.Open("x", "Ours");
        var theirs = _shop.Person("carl", RepositoryRole.Read).OpenFrom(fork, "x", "Theirs");
        fork.Push("x", Files("c", "5\n"), "carl");

        var found = await SendAsync(HttpMethod.Get, $"{Root}/pulls?head=acme:x&state=all");

        Assert.Equal(ours, (int)Assert.Single(found.AsArray())!["number"]!);
        Assert.Equal("carl/shop", (string)(await SendAsync(HttpMethod.Get, $"{Root}/pulls/{theirs}"))["head"]!["repo"]!["full_name"]!);
        _anna.Merge(theirs);
        Assert.Equal(("4\n", "5\n"), (_shop.File("b", "main"), _shop.File("c", "main")));
    }

    private static Dictionary<string, string?> Files(string path, string text) => new(StringComparer.Ordinal) { [path] = text };

    private static HttpRequestMessage Request(HttpMethod method, string path, string token, string? body)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return request;
    }

    private async Task<(string Mergeable, string State)> StateAsync(int number)
    {
        var pull = await SendAsync(HttpMethod.Get, $"{Root}/pulls/{number}");
        return (pull["mergeable"]?.ToJsonString() ?? "", (string)pull["mergeable_state"]!);
    }

    private async Task ExpectAsync(int status, string says, HttpMethod method, string path, string body)
    {
        var answer = await AnswerAsync(method, path, _token, body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Contains(says, (string)answer.Body["message"]! + answer.Body["errors"]?[0]?["message"], StringComparison.Ordinal);
    }

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
    {
        var (status, said, _) = await AnswerAsync(method, path, _token, body);
        Assert.True((int)status is >= 200 and < 300, $"{status} {said}");
        return said;
    }

    private async Task<(HttpStatusCode Status, JsonNode Body, HttpResponseHeaders Headers)> AnswerAsync(HttpMethod method, string path, string token, string? body = null)
    {
        using var request = Request(method, path, token, body);
        using var answer = await _client.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return (answer.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text)! : new JsonObject(), answer.Headers);
    }
}
