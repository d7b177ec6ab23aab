using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>What the emulator can't be made to answer.</summary>
public sealed class GitHubAnswersTests : IAsyncLifetime
{
    private const string Token = "ghp_not_a_real_token_1234";
    private static readonly RepositoryName Web = RepositoryName.Parse("octo/web");
    // Brings the second try about, and is far from the time that an answer may take.
    private static readonly TimeSpan BeforeRetry = TimeSpan.FromMilliseconds(500);
    private static readonly string Sha = new('a', 40);

    private readonly ScriptedServer _server = new(Answers.Status(404));
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly List<GitHubRepositoryHost> _hosts = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _hosts.ForEach(h => h.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_cut_off_tree_is_read_folder_by_folder_until_it_is_whole()
    {
        Script(
            ($"git/trees/{Sha}?recursive=1", Tree(truncated: true, ("a", "100644", "b1"))),
            ($"git/trees/{Sha}", Tree(truncated: false, ("a", "100644", "b1"), ("x", "040000", "t1"), ("y", "040000", "t2"), ("module", "160000", "c1"), ("link", "120000", "b9"))),
            ("git/trees/t1?recursive=1", Tree(truncated: false, ("sub", "040000", "t3"), ("sub/b", "100755", "b2"))),
            ("git/trees/t2?recursive=1", Tree(truncated: true)),
            ("git/trees/t2", Tree(truncated: false, ("c", "100644", "b3"), ("z", "040000", "t4"))),
            ("git/trees/t4?recursive=1", Tree(truncated: false, ("d", "100644", "b4"))));

        var tree = await Host().GetTreeAsync(Web, Sha, Cancellation);

        Assert.Equal("link 120000 b9", Assert.Single(tree.Links.Select(l => $"{l.Path} {l.Mode} {l.Blob}")));
        Assert.Equal(["a 100644", "x/sub/b 100755", "y/c 100644", "y/z/d 100644"], tree.Files.Select(f => $"{f.Path} {f.Mode}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_that_is_cut_off_by_itself_is_a_failure_and_no_part()
    {
        Script(($"git/trees/{Sha}?recursive=1", Tree(truncated: true)), ($"git/trees/{Sha}", Tree(truncated: true, ("a", "100644", "b1"))));

        await FailsAsync(h => h.GetTreeAsync(Web, Sha, Cancellation), RepositoryHostFailure.Malformed, "too large");
    }

    [Fact]
    public async Task A_used_up_rate_limit_says_when_it_is_over()
    {
        _server.Script = context =>
        {
            context.Response.Headers["x-ratelimit-remaining"] = "0";
            context.Response.Headers["x-ratelimit-reset"] = "1800000090";
            return Answers.Json("""{"message":"API rate limit exceeded"}""", 403)(context);
        };

        var e = await FailsAsync(h => h.GetTreeAsync(Web, Sha, Cancellation), RepositoryHostFailure.RateLimited, "rate limit");
        Assert.Equal(TimeSpan.FromSeconds(90), e.RetryAfter);
    }

    [Fact]
    public async Task A_secondary_limit_waits_as_long_as_it_says_or_a_minute()
    {
        _server.Script = Answers.TooManyRequests("17");
        Assert.Equal(TimeSpan.FromSeconds(17), (await FailsAsync(h => h.GetTreeAsync(Web, Sha, Cancellation), RepositoryHostFailure.RateLimited, "17 s")).RetryAfter);

        _server.Script = Answers.Json("""{"message":"You have exceeded a secondary rate limit."}""", 403);
        Assert.Equal(TimeSpan.FromMinutes(1), (await FailsAsync(h => h.GetTreeAsync(Web, Sha, Cancellation), RepositoryHostFailure.RateLimited, "60 s")).RetryAfter);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task A_wrong_token_is_said_to_be_wrong()
    {
        _server.Script = Answers.Json("""{"message":"Bad credentials"}""", 401);

        await FailsAsync(h => h.GetHeadAsync(Web, Cancellation), RepositoryHostFailure.Denied, "does not accept the token");
    }

    [Theory]
    [InlineData("html", RepositoryHostFailure.Malformed, "text/html")]
    [InlineData("broken", RepositoryHostFailure.Malformed, "broken JSON")]
    [InlineData("deep", RepositoryHostFailure.Malformed, "broken JSON")]
    [InlineData("half", RepositoryHostFailure.Unreachable, "can't be reached")]
    [InlineData("endless", RepositoryHostFailure.Malformed, "too large")]
    [InlineData("500", RepositoryHostFailure.Unreachable, "answered with 500")]
    [InlineData("other", RepositoryHostFailure.Malformed, "about octo/web")]
    [InlineData("elsewhere", RepositoryHostFailure.Malformed, "another address")]
    public async Task A_bad_answer_is_told_with_the_host_and_never_taken_for_an_empty_one(string kind, RepositoryHostFailure failure, string says)
    {
        _server.Script = kind switch
        {
            "html" => Answers.Html(),
            "broken" => Answers.Json("[{\"a\":"),
            "deep" => Answers.Json(new string('[', 100_000) + new string(']', 100_000)),
            "half" => Answers.Half("application/json", "[{\"a\":1}]"),
            "endless" => Answers.Endless("application/json"),
            "500" => Answers.Status(500),
            "other" => Answers.Json("[\"text\"]"),
            _ => RedirectTo("https://example.invalid/repos"),
        };

        await FailsAsync(h => h.FindPullRequestsAsync(Web, "basewatch/a", Cancellation), failure, says, step: kind is "half" or "500" ? BeforeRetry : null);
    }

    [Fact]
    public async Task A_look_is_tried_once_more_after_a_server_error_and_a_change_is_not()
    {
        _server.Script = Answers.InTurn(Answers.Status(502), Answers.Json("[]"));
        var looking = Host().FindPullRequestsAsync(Web, "basewatch/a", Cancellation);
        await AdvanceUntilAsync(looking, BeforeRetry);
        Assert.Empty(await looking);
        Assert.Equal(2, _server.Requests.Count);

        _server.Script = Answers.Status(502);
        await FailsAsync(h => h.UpdatePullRequestAsync(Web, 7, "t", "b", Cancellation), RepositoryHostFailure.Unreachable, "502");
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_and_a_cancelled_call_is_cancelled()
    {
        _server.Script = Answers.Hang();
        await FailsAsync(h => h.GetHeadAsync(Web, Cancellation), RepositoryHostFailure.Unreachable, "60 s", step: TimeSpan.FromSeconds(30));

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        cancel.CancelAfter(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Host().GetHeadAsync(Web, cancel.Token));
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_said_to_be()
    {
        Script(($"git/blobs/{Sha}", new JsonObject { ["sha"] = Sha, ["size"] = 9 * 1024 * 1024, ["encoding"] = "base64", ["content"] = "" }.ToJsonString()));

        await FailsAsync(h => h.GetBlobAsync(Web, Sha, Cancellation), RepositoryHostFailure.Malformed, "too large (9 MiB)");
    }

    [Fact]
    public async Task Plain_text_travels_with_the_tree_and_anything_else_as_base64()
    {
        _server.Script = context => Answers.Json(context.Request.Path.Value switch
        {
            "/repos/octo/web/git/blobs" => """{"sha":"b1"}""",
            "/repos/octo/web/git/trees" => """{"sha":"t2","tree":[]}""",
            _ => """{"sha":"c1","tree":{"sha":"t1"},"message":"m","parents":[]}""",
        })(context);
        CommitFile File(string path, params ReadOnlySpan<byte> content) => new(path, "100644", content.ToArray());

        await Host().CommitAsync(
            Web,
            new CommitRequest(Sha, [File("text", [.. "a\r\n\t\"ä\""u8]), File("mark", [0xEF, 0xBB, 0xBF, 0x61]), File("control", [0x61, 0x1B]), File("latin", [0xE4, 0x61])], tree => tree),
            Cancellation);

        Assert.Equal(
            ["77u/YQ==", "YRs=", "5GE="],
            _server.Requests.Where(r => r.Path.EndsWith("/blobs", StringComparison.Ordinal)).Select(r => (string)JsonNode.Parse(r.Body)!["content"]!));
        var tree = JsonNode.Parse(_server.Requests.Single(r => r.Path.EndsWith("/trees", StringComparison.Ordinal)).Body)!;
        Assert.Equal("t1", (string?)tree["base_tree"]);
        Assert.Equal("a\r\n\t\"ä\"", (string?)tree["tree"]![0]!["content"]);
        Assert.Equal([null, "b1", "b1", "b1"], tree["tree"]!.AsArray().Select(i => (string?)i!["sha"]));
        var commit = JsonNode.Parse(_server.Requests[^1].Body)!;
        Assert.Equal("t2", (string?)commit["message"]);
        Assert.Null(commit["author"]);
    }

    [Fact]
    public async Task A_renamed_repository_is_read_at_its_new_address_and_its_old_name_has_no_head()
    {
        _server.Script = context =>
        {
            var answer = context.Request.Path == "/repos/octo/web" ? RedirectTo("/repositories/7") : Answers.Json(Repository("octo/new-web", "2027-01-01T00:00:00Z"));
            return answer(context);
        };

        Assert.Null(await Host().GetHeadAsync(Web, Cancellation));
        Assert.Equal([RepositoryName.Parse("octo/new-web")], await Host().ListAsync(Cancellation).Select(l => l.Repository).ToListAsync(Cancellation));
        Assert.All(_server.Requests, r => Assert.Equal($"Bearer {Token}", r.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_pull_request_of_a_fork_is_not_ours_though_its_branch_has_our_name()
    {
        static JsonObject Pull(int number, string branch, long head) => new()
        {
            ["number"] = number,
            ["state"] = "open",
            ["title"] = "t",
            ["head"] = new JsonObject { ["ref"] = branch, ["sha"] = Sha, ["repo"] = head == 0 ? null : new JsonObject { ["id"] = head } },
            ["base"] = new JsonObject { ["ref"] = "main", ["sha"] = Sha, ["repo"] = new JsonObject { ["id"] = 1 } },
        };
        _server.Script = Answers.Json(new JsonArray(Pull(1, "basewatch/a", 1), Pull(2, "basewatch/a", 2), Pull(3, "basewatch/b", 1), Pull(4, "basewatch/a", 0)).ToJsonString());

        Assert.Equal([1], (await Host().FindPullRequestsAsync(Web, "basewatch/a", Cancellation)).Select(p => p.Number));
        Assert.Equal([3, 1], (await Host().ListOpenPullRequestsAsync(Web, "basewatch/", Cancellation)).Select(p => p.Number));
        Assert.Contains("head=octo%3Abasewatch%2Fa", _server.Requests[0].Path, StringComparison.Ordinal);
        Assert.Contains("state=all", _server.Requests[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_organisation_is_listed_a_hundred_a_page_with_what_tells_a_push()
    {
        var pages = new[] { Enumerable.Range(0, 100), Enumerable.Range(100, 3) }.Select(page => new JsonArray([.. page.Select(i => JsonNode.Parse(i switch
        {
            1 => Repository("octo/r1", "2027-01-01T00:00:00Z", archived: true),
            2 => Repository("octo/r2", "2027-01-01T00:00:00Z", fork: true),
            // Five seconds before now.
            3 => Repository("octo/r3", "2027-01-15T07:59:55Z"),
            _ => Repository($"octo/r{i}", "2027-01-01T00:00:00Z"),
        }))]).ToJsonString()).ToArray();
        _server.Script = context => Answers.Json(pages[int.Parse(context.Request.Query["page"]!, System.Globalization.CultureInfo.InvariantCulture) - 1])(context);
        var options = new GitHubOptions { ApiBaseAddress = _server.Address, Token = Token, Organization = "octo", Exclude = { "r9?", "octo/r10*" } };

        var listed = await Host(options).ListAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal(
            Enumerable.Range(0, 90).Where(i => i is not (1 or 2 or 10)).Select(i => $"octo/r{i}"),
            listed.Select(l => l.Repository.ToString()));
        Assert.Null(listed.Single(l => l.Repository.Name == "r3").ChangeToken);
        Assert.Equal("2027-01-01T00:00:00Z main", listed[0].ChangeToken);
        Assert.Equal(2, _server.Requests.Count);
        Assert.All(_server.Requests, r => Assert.Contains("per_page=100", r.Path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_App_signs_a_short_token_of_its_own_and_holds_that_of_its_installation_until_shortly_before_its_end()
    {
        using var rsa = RSA.Create(2048);
        var options = new GitHubOptions { ApiBaseAddress = _server.Address, App = new GitHubAppOptions { Id = "Iv23li", PrivateKey = rsa.ExportPkcs8PrivateKeyPem() } };
        var given = 0;
        _server.Script = context => Answers.Json((context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET", "/app/installations") => """[{"id":5,"account":{"login":"Octo"},"suspended_at":null},{"id":6,"account":{"login":"gone"},"suspended_at":"2026-01-01T00:00:00Z"}]""",
            ("POST", "/app/installations/5/access_tokens") => new JsonObject { ["token"] = $"ghs_{++given}", ["expires_at"] = _time.GetUtcNow().AddHours(1).ToString("O") }.ToJsonString(),
            ("GET", "/installation/repositories") => $$"""{"total_count":2,"repositories":[{{Repository("Octo/web", "2027-01-01T00:00:00Z")}},{{Repository("Octo/fork", "2027-01-01T00:00:00Z", fork: true)}}]}""",
            _ => "[]",
        })(context);
        var host = Host(options);

        Assert.Equal([Web], await host.ListAsync(Cancellation).Select(l => l.Repository).ToListAsync(Cancellation));
        await host.FindPullRequestsAsync(Web, "basewatch/a", Cancellation);
        _time.Advance(TimeSpan.FromMinutes(54));
        await host.FindPullRequestsAsync(Web, "basewatch/a", Cancellation);
        Assert.Equal(1, given);
        _time.Advance(TimeSpan.FromMinutes(2));
        await host.FindPullRequestsAsync(Web, "basewatch/a", Cancellation);
        Assert.Equal(2, given);
        Assert.Equal("Bearer ghs_2", _server.Requests[^1].Headers["Authorization"]);

        var parts = _server.Requests[0].Headers["Authorization"]["Bearer ".Length..].Split('.');
        using var header = JsonDocument.Parse(FromBase64Url(parts[0]));
        using var claims = JsonDocument.Parse(FromBase64Url(parts[1]));
        Assert.Equal("RS256", header.RootElement.GetProperty("alg").GetString());
        Assert.Equal("Iv23li", claims.RootElement.GetProperty("iss").GetString());
        Assert.Equal(1_800_000_000 - 60, claims.RootElement.GetProperty("iat").GetInt64());
        Assert.InRange(claims.RootElement.GetProperty("exp").GetInt64(), 1_800_000_001, 1_800_000_600);
        Assert.True(rsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), FromBase64Url(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => host.GetHeadAsync(RepositoryName.Parse("gone/web"), Cancellation));
        Assert.Equal(RepositoryHostFailure.Denied, e.Failure);
    }

    [Fact]
    public void Wrong_settings_are_named_one_by_one_and_never_with_their_secrets()
    {
        var options = new GitHubOptions
        {
            ApiBaseAddress = new Uri("http://github.example.org/api/v3"),
            Token = "secret token",
            App = new GitHubAppOptions { Id = "", PrivateKey = "secret key" },
            Repositories = { "no-owner" },
        };

        var problems = options.Problems();

        Assert.Equal(
            ["GitHub:ApiBaseAddress", "GitHub:Token", "GitHub:Token", "GitHub:App:Id", "GitHub:App:PrivateKey", "GitHub:Repositories"],
            problems.Select(p => p.Split(' ')[0]));
        Assert.DoesNotContain(problems, p => p.Contains("secret", StringComparison.Ordinal));
        Assert.Contains("GitHub:Organization", Assert.Single(new GitHubOptions { Token = "t" }.Problems()), StringComparison.Ordinal);
        Assert.Empty(new GitHubOptions { Token = "t", Organization = "octo" }.Problems());
    }

    [Fact]
    public async Task One_reviewer_who_is_refused_keeps_no_other_from_being_asked()
    {
        // GitHub refuses all when one is no collaborator, or the author.
        const string Pull = """{"number":7,"title":"t","body":"b","state":"open","html_url":"https://github.com/octo/web/pull/7","head":{"ref":"basewatch/a","sha":"s"},"base":{"ref":"main"}}""";
        _server.Script = context => (context.Request.Path.Value, _server.Requests[^1].Body) switch
        {
            ("/repos/octo/web/pulls", _) => Answers.Json(Pull, 201)(context),
            ("/repos/octo/web/pulls/7/requested_reviewers", var body) => body.Contains("ann", StringComparison.Ordinal)
                ? Answers.Json("""{"message":"Reviews may only be requested from collaborators."}""", 422)(context)
                : Answers.Json(Pull, 201)(context),
            ("/repos/octo/web/issues/7/labels", _) => Answers.Json("[]")(context),
            ("/repos/octo/web/issues/7/assignees", _) => Answers.Json("""{"number":7}""", 201)(context),
            _ => Answers.Status(404)(context),
        };
        var logger = new Warnings();
        var host = Host(logger: logger);

        var opened = await host.OpenPullRequestAsync(
            Web, new PullRequestDraft("basewatch/a", "main", "t", "b") { Labels = ["docker"], Reviewers = ["ann", "bob"], TeamReviewers = ["platform"], Assignees = ["cid"] }, Cancellation);

        Assert.Equal(7, opened.Number);
        Assert.Equal(
            [
                """/repos/octo/web/issues/7/labels ["docker"]""",
                """/repos/octo/web/issues/7/assignees {"assignees":["cid"]}""",
                """/repos/octo/web/pulls/7/requested_reviewers {"reviewers":["ann","bob"],"team_reviewers":[]}""",
                """/repos/octo/web/pulls/7/requested_reviewers {"reviewers":["ann"],"team_reviewers":[]}""",
                """/repos/octo/web/pulls/7/requested_reviewers {"reviewers":["bob"],"team_reviewers":[]}""",
                """/repos/octo/web/pulls/7/requested_reviewers {"reviewers":[],"team_reviewers":["platform"]}""",
            ],
            _server.Requests.Skip(1).Select(r => $"{r.Path} {r.Body}"));
        var warning = Assert.Single(logger.Messages);
        Assert.Contains("octo/web: #7 is open without all that it should have: reviewers: ann: ", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("bob", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_labels_of_a_pull_request_that_is_there_already_are_left_to_people()
    {
        const string Pull = """{"number":7,"title":"t","body":"b","state":"open","html_url":"https://github.com/octo/web/pull/7","head":{"ref":"basewatch/a","sha":"s","repo":{"id":1}},"base":{"ref":"main","repo":{"id":1}}}""";
        _server.Script = context => context.Request.Method == "POST"
            ? Answers.Json("""{"message":"Validation Failed","errors":[{"message":"A pull request already exists for octo:basewatch/a."}]}""", 422)(context)
            : Answers.Json($"[{Pull}]")(context);

        var opened = await Host().OpenPullRequestAsync(Web, new PullRequestDraft("basewatch/a", "main", "t", "b") { Labels = ["docker"] }, Cancellation);

        Assert.Equal(7, opened.Number);
        Assert.Equal(["POST", "GET"], _server.Requests.Select(r => r.Method));
    }

    private static RequestDelegate RedirectTo(string address) => context =>
    {
        context.Response.Headers.Location = address;
        return Answers.Status(301)(context);
    };

    private static byte[] FromBase64Url(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);

    private static string Repository(string name, string pushedAt, bool archived = false, bool fork = false) => new JsonObject
    {
        ["id"] = 7,
        ["full_name"] = name,
        ["default_branch"] = "main",
        ["archived"] = archived,
        ["fork"] = fork,
        ["pushed_at"] = pushedAt,
    }.ToJsonString();

    private static string Tree(bool truncated, params (string Path, string Mode, string Sha)[] entries) => new JsonObject
    {
        ["sha"] = Sha,
        ["truncated"] = truncated,
        ["tree"] = new JsonArray([.. entries.Select(e => new JsonObject
        {
            ["path"] = e.Path,
            ["mode"] = e.Mode,
            ["sha"] = e.Sha,
            ["type"] = e.Mode switch { "040000" => "tree", "160000" => "commit", _ => "blob" },
        })]),
    }.ToJsonString();

    private void Script(params (string Path, string Answer)[] answers) => _server.Script = context =>
        answers.FirstOrDefault(a => $"/repos/octo/web/{a.Path}" == context.Request.Path + context.Request.QueryString.ToString()) is { Answer: { } answer }
            ? Answers.Json(answer)(context)
            : Answers.Json("""{"message":"Not Found"}""", 404)(context);

    private GitHubRepositoryHost Host(GitHubOptions? options = null, ILogger<GitHubRepositoryHost>? logger = null)
    {
        var host = new GitHubRepositoryHost(
            options ?? new GitHubOptions { ApiBaseAddress = _server.Address, Token = Token, Repositories = { Web.ToString() } },
            _time,
            logger ?? NullLogger<GitHubRepositoryHost>.Instance);
        _hosts.Add(host);
        return host;
    }

    private async Task<RepositoryHostException> FailsAsync(Func<IRepositoryHost, Task> call, RepositoryHostFailure failure, string says, TimeSpan? step = null)
    {
        var calling = call(Host());
        if (step is { } advance)
        {
            await AdvanceUntilAsync(calling, advance);
        }

        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => calling);
        Assert.Equal(failure, e.Failure);
        Assert.Equal(_server.Host, e.Host);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, e.ToString(), StringComparison.Ordinal);
        return e;
    }

    private async Task AdvanceUntilAsync(Task task, TimeSpan step)
    {
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, Task.Delay(50, Cancellation));
            _time.Advance(step);
        }
    }

    private sealed class Warnings : ILogger<GitHubRepositoryHost>
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Messages.Add(formatter(state, exception));
            }
        }
    }
}
