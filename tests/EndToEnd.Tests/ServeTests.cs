using System.Diagnostics;
using System.Net;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>serve</c> over an emulated GitHub and a real registry.</summary>
public sealed class ServeTests(RegistryServer registry, GitHubEmulator github) : IClassFixture<GitHubEmulator>
{
    private readonly ImageNamespace _images = new(registry);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ticks_open_one_pull_request_keep_it_and_follow_a_republished_tag()
    {
        var repository = await CreateAsync("ticks", ("Dockerfile", "FROM python:3.8-slim\n"), ("compose.yaml", "services:\n  db:\n    image: postgres:17.1\n"));
        await _images.PushAsync("python:3.8-slim");
        await _images.PushAsync("python:3.13-slim");
        var first = await _images.PushAsync("postgres:17.1");
        await using var inbox = new TeamsInbox();
        await inbox.InitializeAsync();
        await using var serve = await Service(repository).Telling(inbox).Every(ServeProcess.Often).StartAsync();

        // The first tick.
        var opened = await SeeAsync(serve, repository, pulls => pulls.Count == 2);
        Assert.All(opened, p => Assert.True(p.IsOpen));
        Assert.Equal(["basewatch/digests", "basewatch/python-3.x-slim"], opened.Select(p => p.Head).Order(StringComparer.Ordinal));
        Assert.All(opened, p => Assert.Equal("main", p.Base));
        Assert.Equal($"services:\n  db:\n    image: postgres:17.1@{first}\n", await github.Driver.TextAsync(repository, "compose.yaml", "basewatch/digests", Cancelled));
        Assert.Contains("reached its end of life", await CardAsync(serve, inbox), StringComparison.OrdinalIgnoreCase);
        var branches = await github.Driver.BranchesAsync(repository, Cancelled);

        // Later ticks.
        var asked = await _images.TagListsAsync("postgres");
        await Eventually.SeeAsync("two more ticks", () => _images.TagListsAsync("postgres"), n => n >= asked + 2, () => serve.Log);
        Assert.Equal(opened.Select(Text), (await github.Driver.PullRequestsAsync(repository, Cancelled)).Select(Text));
        Assert.Equal(branches, await github.Driver.BranchesAsync(repository, Cancelled));
        Assert.Single(inbox.Cards);

        // A tag is republished.
        var second = await _images.PushAsync("postgres:17.1", "rebuilt");
        await Eventually.SeeAsync(
            "the branch follows",
            () => github.Driver.TextAsync(repository, "compose.yaml", "basewatch/digests", Cancelled),
            text => text == $"services:\n  db:\n    image: postgres:17.1@{second}\n",
            () => serve.Log);
        var updated = await SeeAsync(serve, repository, pulls => pulls.Single(p => p.Head is "basewatch/digests").Body!.Contains(second[7..15], StringComparison.Ordinal));
        Assert.Equal(opened.Select(p => p.Number), updated.Select(p => p.Number));
        Assert.Equal(2, (await github.Driver.CommitMessagesAsync(repository, "basewatch/digests", Cancelled)).Count);
        Assert.Single(inbox.Cards);

        var status = (await serve.StatusAsync())!;
        Assert.Equal((1, 2, 2, 0, 1), ((int)status["repositories"]!, (int)status["uses"]!, (int)status["images"]!, (int)status["unreachable"]!, (int)status["alerts"]!));
        Assert.Empty(status["failures"]!.AsArray());
        var report = (await serve.StatusAsync(repository))!;
        Assert.Equal(
            opened.Select(p => $"{p.Head} {p.Number}").Order(StringComparer.Ordinal),
            report["pullRequests"]!.AsArray().Select(p => $"basewatch/{p!["key"]} {p["number"]}").Order(StringComparer.Ordinal));
        Assert.Null(await serve.StatusAsync("acme/nobody"));

        // The dashboard tells of all this.
        var page = await Eventually.SeeAsync(
            "its page",
            () => serve.Client.GetStringAsync(new Uri($"/repository?name={repository}", UriKind.Relative), Cancelled),
            p => opened.All(o => p.Contains($"#{o.Number} ", StringComparison.Ordinal)),
            () => serve.Log);
        Assert.Contains("python:3.13-slim", page.Answer, StringComparison.Ordinal);
        Assert.Contains("Python 3.8", page.Answer, StringComparison.Ordinal);
        Assert.Contains(">Dockerfile:1<", page.Answer, StringComparison.Ordinal);
        var overview = await Eventually.SeeAsync("the overview", () => serve.Client.GetStringAsync(new Uri("/", UriKind.Relative), Cancelled), p => p.Contains("2</strong> <span>open pull requests", StringComparison.Ordinal));
        string[] loops = ["Repositories", "Registries", "Lifecycles", "Pull requests"];
        Assert.All(loops, loop => Assert.Contains($"<th scope=\"row\">{loop}</th>", overview.Answer, StringComparison.Ordinal));

        // Nothing is lost when it is asked to stop.
        Assert.Equal(0, await serve.StopAsync());
    }

    [Fact]
    public async Task A_push_event_moves_the_pull_request_at_once()
    {
        var repository = await CreateAsync("events", ("Dockerfile", "FROM team/base:1.0\n"));
        await _images.PushAsync("team/base:1.0");
        await using var serve = await Service(repository).StartAsync();
        await SeeAsync(serve, repository, pulls => pulls.Count == 1);

        var digest = await _images.PushAsync("team/base:1.0", "rebuilt");
        var took = await PostAndSeeAsync(digest, $$"""
            [{
              "id": "831e1650-001e-001b-66ab-eeb76e069631",
              "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/any",
              "subject": "base:1.0", "eventType": "Microsoft.ContainerRegistry.ImagePushed", "eventTime": "2026-08-25T21:39:47.6549614Z",
              "data": {
                "id": "31c51664-e5bd-416a-a5df-e5206bc47ed0", "timestamp": "2026-08-25T21:39:47.276585742Z", "action": "push",
                "target": { "mediaType": "application/vnd.oci.image.index.v1+json", "size": 3023, "digest": "{{digest}}", "length": 3023, "repository": "team/base", "tag": "1.0" },
                "request": { "id": "7c66f28b-de19-40a4-821c-6f5f6c0003a4", "host": "docker.io", "method": "PUT", "useragent": "docker/24" }
              },
              "dataVersion": "1.0", "metadataVersion": "1"
            }]
            """);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));

        digest = await _images.PushAsync("team/base:1.0", "rebuilt again");
        took = await PostAndSeeAsync(digest, """
            {
              "specversion": "1.0", "id": "1", "source": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/any",
              "type": "Microsoft.ContainerRegistry.ImagePushed", "time": "2026-08-25T21:39:47Z",
              "data": { "action": "push", "target": { "repository": "team/base", "tag": "1.0" }, "request": { "host": "docker.io" } }
            }
            """);
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(5));

        // An image that nobody uses, and one of another registry, are nobody's business.
        foreach (var (host, name) in new[] { ("docker.io", "team/unknown"), ("elsewhere.invalid", "team/base") })
        {
            using var other = await serve.PostAsync("/api/registry-events", $$$"""{"specversion":"1.0","type":"Microsoft.ContainerRegistry.ImagePushed","data":{"request":{"host":"{{{host}}}"},"target":{"repository":"{{{name}}}"} } }""");
            Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
        }

        Assert.Single(await github.Driver.PullRequestsAsync(repository, Cancelled));
        var status = (await serve.StatusAsync())!;
        Assert.Equal(1, (int)status["images"]!);
        Assert.Empty(status["failures"]!.AsArray());

        async Task<TimeSpan> PostAndSeeAsync(string digest, string body)
        {
            var clock = Stopwatch.StartNew();
            using var answer = await serve.PostAsync("/api/registry-events", body);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            await Eventually.SeeAsync(
                "the pull request brings the pushed image",
                () => github.Driver.TextAsync(repository, "Dockerfile", "basewatch/digests", Cancelled),
                text => text == $"FROM team/base:1.0@{digest}\n",
                () => serve.Log);
            TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms from the event to the branch");
            return clock.Elapsed;
        }
    }

    [Fact]
    public async Task A_webhook_of_GitHub_and_one_of_a_registry_are_looked_at_at_once()
    {
        const string Secret = "it's a secret to everybody";
        var repository = await CreateAsync("webhooks", ("Dockerfile", "FROM alpine:3.20\n"));
        await _images.PushAsync("alpine:3.20");
        await _images.PushAsync("nginx:1.28");
        await _images.PushAsync("nginx:1.29");
        await using var serve = await Service(repository).With("Basewatch__GitHub__WebhookSecret", Secret).StartAsync();
        await SeeAsync(serve, repository, pulls => pulls.Count == 1);

        await github.Driver.PushAsync(repository, "main", new Dictionary<string, string>(StringComparer.Ordinal) { ["api/Dockerfile"] = "FROM nginx:1.28\n" }, Cancelled);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 3; i++)
        {
            // A delivery sent again is harmless.
            await DeliverAsync("push", $$$"""{"ref":"refs/heads/main","repository":{"full_name":"{{{repository}}}","default_branch":"main"},"sender":{"login":"admin","type":"User"}}""");
        }

        var opened = await SeeAsync(serve, repository, pulls => pulls.Count == 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{clock.ElapsedMilliseconds} ms from the push to the pull request");

        var digest = await _images.PushAsync("alpine:3.20", "rebuilt");
        using (var told = await serve.PostAsync("/api/pushes/distribution", """{"events":[{"action":"push","target":{"repository":"library/alpine","tag":"3.20"},"request":{"host":"docker.io"}}]}"""))
        {
            Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);
        }

        await Eventually.SeeAsync("the branch follows", () => github.Driver.TextAsync(repository, "Dockerfile", "basewatch/digests", Cancelled), t => t == $"FROM alpine:3.20@{digest}\n", () => serve.Log);

        // A person closes one, and it is noted.
        await github.Driver.ClosePullRequestAsync(repository, opened.Single(p => p.Head == "basewatch/nginx-1.x").Number, Cancelled);
        await DeliverAsync("pull_request", $$$"""{"action":"closed","pull_request":{"head":{"ref":"basewatch/nginx-1.x","repo":{"full_name":"{{{repository}}}"} } },"repository":{"full_name":"{{{repository}}}"},"sender":{"login":"ann","type":"User"}}""");
        await Eventually.SeeAsync("it is declined", () => serve.StatusAsync(repository), s => s!["pullRequests"]!.AsArray().Any(p => (string?)p!["state"] is "declined"), () => serve.Log);

        await github.Driver.DeleteRepositoryAsync(repository, Cancelled);
        await DeliverAsync("repository", $$$"""{"action":"deleted","repository":{"full_name":"{{{repository}}}"},"sender":{"login":"ann","type":"User"}}""");
        await Eventually.SeeAsync("it is forgotten", () => serve.StatusAsync(repository), s => s is null, () => serve.Log);

        async Task DeliverAsync(string name, string body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/github") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("X-GitHub-Event", name);
            request.Headers.Add("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958");
            var signature = System.Security.Cryptography.HMACSHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret), System.Text.Encoding.UTF8.GetBytes(body));
            request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(signature)}");
            using var answer = await serve.Client.SendAsync(request, Cancelled);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Of_two_processes_on_one_store_one_runs_the_timers_and_the_other_takes_over()
    {
        var repository = await CreateAsync("twice", ("Dockerfile", "FROM alpine:3.20\n"));
        await _images.PushAsync("alpine:3.20");
        await using var first = await Service(repository).Every(ServeProcess.Often).StartAsync();
        await SeeAsync(first, repository, pulls => pulls.Count == 1);
        await using var second = await new ServeProcess(first).Over(github, repository).With(_images.Settings).Every(ServeProcess.Often).StartAsync();
        await Eventually.SeeAsync("the second waits", () => Task.FromResult(second.Log), l => l.Contains("another process runs the timers", StringComparison.Ordinal));

        // It answers all the same.
        Assert.Equal(1, (int)(await second.StatusAsync())!["repositories"]!);

        await first.KillAsync();
        var asked = await _images.TagListsAsync("alpine");
        await Eventually.SeeAsync("the second runs them", () => _images.TagListsAsync("alpine"), n => n > asked + 1, () => second.Log);
        Assert.Equal(0, await second.StopAsync());
        Assert.Single(await github.Driver.PullRequestsAsync(repository, Cancelled));
    }

    [Fact]
    public async Task What_people_do_is_left_alone()
    {
        var repository = await CreateAsync("people", ("Dockerfile", "FROM alpine:3.20\n"), ("api/Dockerfile", "FROM nginx:1.28\n"), ("web/Dockerfile", "FROM redis:7.2.1\n"));
        foreach (var image in new[] { "alpine:3.20", "alpine:3.21", "nginx:1.28", "nginx:1.29", "redis:7.2.1", "redis:7.4.0" })
        {
            await _images.PushAsync(image);
        }

        await using var serve = await Service(repository).StartAsync();
        var opened = await SeeAsync(serve, repository, pulls => pulls.Count == 3);

        // Someone pushes to one branch, closes another pull request, and does the third one's work himself.
        var theirs = await github.Driver.PushAsync(repository, "basewatch/alpine-3.x", new Dictionary<string, string>(StringComparer.Ordinal) { ["fix.txt"] = "mine\n" }, Cancelled);
        await github.Driver.ClosePullRequestAsync(repository, Number("basewatch/nginx-1.x"), Cancelled);
        var done = await github.Driver.TextAsync(repository, "web/Dockerfile", "basewatch/redis-7.x.x", Cancelled);
        await github.Driver.PushAsync(repository, "main", new Dictionary<string, string>(StringComparer.Ordinal) { ["web/Dockerfile"] = done! }, Cancelled);
        await _images.PushAsync("alpine:3.21", "rebuilt");
        await _images.PushAsync("nginx:1.29", "rebuilt");
        await ScanAsync();

        await SeeAsync(serve, repository, pulls => pulls.All(p => p.IsOpen == (p.Head is "basewatch/alpine-3.x")));
        Assert.Contains("there is nothing left to do", Assert.Single(await github.Driver.CommentsAsync(repository, Number("basewatch/redis-7.x.x"), Cancelled)), StringComparison.Ordinal);
        await Eventually.SeeAsync("both are left", () => serve.StatusAsync(repository), s => s!["pullRequests"]!.AsArray().Count(p => (string?)p!["state"] is "left" or "declined") == 2, () => serve.Log);
        await ScanAsync();
        await Eventually.SeeAsync("nothing waits", () => serve.StatusAsync(), s => (int)s!["pending"]! == 0, () => serve.Log);
        var branches = await github.Driver.BranchesAsync(repository, Cancelled);
        Assert.Equal(theirs, branches["basewatch/alpine-3.x"]);
        Assert.DoesNotContain("basewatch/redis-7.x.x", branches.Keys);
        Assert.Equal(3, (await github.Driver.PullRequestsAsync(repository, Cancelled)).Count);

        // The next version is another question.
        await _images.PushAsync("nginx:1.30");
        await ScanAsync();
        var again = await SeeAsync(serve, repository, pulls => pulls.Count == 4);
        Assert.True(again[^1] is { Head: "basewatch/nginx-1.x", IsOpen: true });

        int Number(string head) => opened.Single(p => p.Head == head).Number;

        async Task ScanAsync()
        {
            using var answer = await serve.PostAsync("/api/scan", "");
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_repository_that_vanished_and_a_bad_file_stop_nobody_else()
    {
        var gone = await CreateAsync("vanishing", ("Dockerfile", "FROM alpine:3.20\n"));
        var kept = await CreateAsync("kept", ("Dockerfile", "FROM alpine:3.20\n"));
        await github.Driver.PushAsync(kept, "main", new Dictionary<string, byte[]?>(StringComparer.Ordinal) { ["bad/Dockerfile"] = [.. "FROM alpine:3.20\n# caf"u8, 0xE9, .. "\n"u8] }, "Change", Cancelled);
        await _images.PushAsync("alpine:3.20");
        await using var serve = await Service(gone, kept, "acme/never-was").Every(ServeProcess.Often).StartAsync();
        await SeeAsync(serve, gone, pulls => pulls.Count == 1);
        await SeeAsync(serve, kept, pulls => pulls.Count == 1);

        await github.Driver.DeleteRepositoryAsync(gone, Cancelled);
        var digest = await _images.PushAsync("alpine:3.20", "rebuilt");

        await Eventually.SeeAsync(
            "the other one goes on", () => github.Driver.TextAsync(kept, "Dockerfile", "basewatch/digests", Cancelled), t => t == $"FROM alpine:3.20@{digest}\n", () => serve.Log);
        await Eventually.SeeAsync("the vanished one is forgotten", () => serve.StatusAsync(gone), s => s is null, () => serve.Log);
        Assert.Contains($"{gone} is gone", serve.Log, StringComparison.Ordinal);
        Assert.Contains("acme/never-was is gone, or its token may not see it", serve.Log, StringComparison.Ordinal);
        var problem = Assert.Single((await serve.StatusAsync(kept))!["repository"]!["problems"]!.AsArray())!;
        Assert.Equal(("bad/Dockerfile", 2), ((string)problem["path"]!, (int)problem["line"]!));
        Assert.Contains("not UTF-8", (string)problem["message"]!, StringComparison.Ordinal);
        await Eventually.SeeAsync("no failure is left", () => serve.StatusAsync(), s => s!["failures"]!.AsArray().Count == 0, () => serve.Log);
    }

    [Fact]
    public async Task A_token_without_rights_is_told_in_status_and_log_and_nowhere_else()
    {
        var repository = await CreateAsync("readonly", ("Dockerfile", "FROM python:3.8-slim\n"));
        await _images.PushAsync("python:3.8-slim");
        await using var inbox = new TeamsInbox();
        await inbox.InitializeAsync();
        await using var serve = await Service(repository).As(GitHubEmulator.ReaderToken).Telling(inbox).StartAsync();

        var (status, _) = await Eventually.SeeAsync("the failure", () => serve.StatusAsync(), s => s!["failures"]!.AsArray().Count > 0, () => serve.Log);
        var failure = Assert.Single(status!["failures"]!.AsArray())!;
        Assert.Contains(repository, (string)failure["job"]!, StringComparison.Ordinal);
        var message = (string)failure["message"]!;
        Assert.StartsWith($"{github.Address.Authority} refused access to {repository}: ", message, StringComparison.Ordinal);
        Assert.Contains(message, serve.Log, StringComparison.Ordinal);
        Assert.Empty(await github.Driver.PullRequestsAsync(repository, Cancelled));

        // What needs no rights is done all the same.
        Assert.NotEmpty(await CardAsync(serve, inbox));
        Assert.DoesNotContain(GitHubEmulator.ReaderToken, serve.Log + status.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("not-a-real-signature", serve.Log + status.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Observing_opens_nothing()
    {
        var repository = await CreateAsync("observed", ("Dockerfile", "FROM alpine:3.20\n"));
        await _images.PushAsync("alpine:3.20");
        await using var serve = await Service(repository).With("Basewatch__Mode", "Observe").StartAsync();

        var (status, _) = await Eventually.SeeAsync("the proposal", () => serve.StatusAsync(repository), s => s?["pullRequests"]?.AsArray().Count == 1, () => serve.Log);
        Assert.Equal("proposed", (string?)status!["pullRequests"]![0]!["state"]);
        using (var scan = await serve.PostAsync($"/api/scan?repository={repository}", ""))
        {
            Assert.Equal(HttpStatusCode.Accepted, scan.StatusCode);
        }

        Assert.Empty(await github.Driver.PullRequestsAsync(repository, Cancelled));
        Assert.Equal(["main"], (await github.Driver.BranchesAsync(repository, Cancelled)).Keys);
    }

    [Fact]
    public async Task Registries_that_fail_and_addresses_that_are_no_business_of_a_service_stop_nobody_else()
    {
        await using var busy = await ScriptedServer.StartAsync(Answers.TooManyRequests("600"));
        await using var broken = await ScriptedServer.StartAsync(Answers.Status(500));
        // Nobody listed it, so nobody may make the service ask it.
        await using var inside = await ScriptedServer.StartAsync(Answers.Json("""{"name":"x","tags":["1.0"]}"""));
        var repository = await CreateAsync("hostile", ("Dockerfile", "FROM alpine:3.20\n"), ("busy/Dockerfile", $"FROM {busy.Host}/team/app:1.0\n"), ("broken/Dockerfile", $"FROM {broken.Host}/team/app:1.0\n"), ("inside/Dockerfile", $"FROM {inside.Host}/team/app:1.0\n"));
        var digest = await _images.PushAsync("alpine:3.20");
        await using var serve = Service(repository);
        foreach (var (server, i) in new[] { (busy, 1), (broken, 2) })
        {
            serve.With($"Basewatch__Registries__{i}__Host", server.Host).With($"Basewatch__Registries__{i}__AllowPrivate", "true");
        }

        await serve.StartAsync();

        await SeeAsync(serve, repository, pulls => pulls.Count == 1);
        Assert.Equal($"FROM alpine:3.20@{digest}\n", await github.Driver.TextAsync(repository, "Dockerfile", "basewatch/digests", Cancelled));
        using (await serve.PostAsync("/api/scan", ""))
        {
            var (status, _) = await Eventually.SeeAsync("three failures", () => serve.StatusAsync(), s => s!["failures"]!.AsArray().Count == 3, () => serve.Log);
            Assert.Equal(3, (int)status!["unreachable"]!);
            var messages = status["failures"]!.AsArray().Select(f => (string)f!["message"]!).ToList();
            Assert.Contains("without requests, until", messages.Single(m => m.Contains(busy.Host, StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains("500", messages.Single(m => m.Contains(broken.Host, StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Contains("no public address", messages.Single(m => m.Contains(inside.Host, StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        Assert.Empty(inside.Requests);
        Assert.Single(busy.Requests);
    }

    [Fact]
    public async Task On_Azure_Storage_it_does_the_same_and_a_new_process_goes_on_where_a_killed_one_was()
    {
        await using var azurite = new AzuriteServer();
        await azurite.InitializeAsync();
        var repository = await CreateAsync("azure", ("Dockerfile", "FROM alpine:3.20\n"));
        await _images.PushAsync("alpine:3.20");
        await using var serve = await Service(repository).With("Basewatch__Storage__ConnectionString", azurite.ConnectionString).StartAsync();
        await SeeAsync(serve, repository, pulls => pulls.Count == 1);
        await serve.KillAsync();

        var digest = await _images.PushAsync("alpine:3.20", "rebuilt");
        await serve.StartAsync();
        await Eventually.SeeAsync(
            "the branch follows", () => github.Driver.TextAsync(repository, "Dockerfile", "basewatch/digests", Cancelled), t => t == $"FROM alpine:3.20@{digest}\n", () => serve.Log);
        Assert.Single(await github.Driver.PullRequestsAsync(repository, Cancelled));
        Assert.DoesNotContain("AccountKey", serve.Log, StringComparison.Ordinal);
    }

    private ServeProcess Service(params string[] repositories) => new ServeProcess().Over(github, repositories).With(_images.Settings).With("Basewatch__PullRequests__PerHour", "100");

    private Task<string> CreateAsync(string name, params (string Path, string Text)[] files) =>
        github.Driver.CreateRepositoryAsync($"{GitHubEmulator.Organization}/{name}", files.ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal), Cancelled);

    private async Task<IReadOnlyList<EmulatedPullRequest>> SeeAsync(ServeProcess serve, string repository, Func<IReadOnlyList<EmulatedPullRequest>, bool> isRight) =>
        (await Eventually.SeeAsync($"the pull requests of {repository}", () => github.Driver.PullRequestsAsync(repository, Cancelled), isRight, () => serve.Log)).Answer;

    private static async Task<string> CardAsync(ServeProcess serve, TeamsInbox inbox)
    {
        var (cards, _) = await Eventually.SeeAsync("a card", () => Task.FromResult(inbox.Cards), c => c.Count > 0, () => serve.Log);
        return Assert.Single(cards).ToJsonString(Readable);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Text(EmulatedPullRequest pull) => $"#{pull.Number} {pull.Head} {pull.IsOpen} {pull.Title}\n{pull.Body}";
}
