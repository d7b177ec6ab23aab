using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>How much is asked of a registry at a time, and when it is left alone.</summary>
public sealed class LimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static RegistryOptions Patient { get; } = new() { RequestTimeout = TimeSpan.FromHours(1), CallTimeout = TimeSpan.FromHours(1) };

    [Fact]
    public async Task A_short_pause_is_sat_out_by_all_calls_together()
    {
        var (time, pause) = (new HastyTime(10), TimeSpan.FromSeconds(5));
        var arrivals = new ConcurrentQueue<(TimeSpan At, bool IsRefused)>();
        var refused = new Lazy<TimeSpan>(() => time.Elapsed);
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            var at = time.Elapsed;
            var isRefused = !arrivals.IsEmpty && at < refused.Value + pause;
            arrivals.Enqueue((at, isRefused));
            return isRefused ? Answers.TooManyRequests("5")(context) : Scripts.Tags("1")(context);
        });
        using var registry = Scripts.Open(options: Patient, time: time);
        await ListAsync(registry, server, 1);
        var lists = await ListAsync(registry, server, 16);

        // However many of them were on their way when the first was refused: each is asked once more at most, and none before the time.
        Assert.All(lists, l => Assert.Equal(["1"], l));
        Assert.InRange(arrivals.Count(a => a.IsRefused), 1, 16);
        Assert.Equal(1 + 16, arrivals.Count(a => !a.IsRefused));
    }

    [Fact]
    public async Task Requests_of_a_round_that_leave_late_are_no_round_of_their_own()
    {
        const int Round = 12;
        var time = new FakeTimeProvider();
        using var limiter = new HostLimiter("example.com", Round, "", time, NullLogger.Instance);
        using (await limiter.EnterAsync(isPull: false, TimeSpan.FromMinutes(1), Token))
        {
            await LearnAsync(HttpStatusCode.OK);
        }

        var turns = await Task.WhenAll(Enumerable.Range(0, Round).Select(_ => limiter.EnterAsync(isPull: false, TimeSpan.FromMinutes(1), Token)));
        foreach (var turn in turns)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await LearnAsync(HttpStatusCode.TooManyRequests);
            turn.Dispose();
        }

        // A quarter of a second and what is added by chance, and not twice as long for each.
        var next = limiter.EnterAsync(isPull: false, TimeSpan.FromMinutes(1), Token);
        time.Advance(TimeSpan.FromSeconds(1));
        using (await next.WaitAsync(TimeSpan.FromSeconds(10), Token))
        {
            await LearnAsync(HttpStatusCode.OK);
        }

        async Task LearnAsync(HttpStatusCode status)
        {
            using var response = new HttpResponseMessage(status);
            var begun = time.GetTimestamp();
            using var answer = await RegistryAnswer.ReadAsync(response, 64 * 1024, time, Token);
            limiter.Learn(answer, "example.com", isPull: false, begun);
        }
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_long_pause_is_told_to_all_in_the_same_words_and_costs_one_request(int status)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(status).With("Retry-After", "120"));
        using var registry = Scripts.Open();
        var failures = await FailAsync(registry, server.Host, 50);

        Assert.Single(server.Requests);
        Assert.Single(failures.Select(f => f.Message).Distinct());
        Assert.All(failures, f => Assert.Equal(status == 429 ? RegistryFailure.RateLimited : RegistryFailure.ServerError, f.Failure));
        Assert.All(failures, f => Assert.InRange(f.RetryAfter!.Value.TotalSeconds, 100, 121));
        Assert.Contains($"{(status == 429 ? "(429)" : "503")}: it wants 120 s without requests, until ", failures[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_always_has_enough_is_given_up_for_all()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(429));
        using var registry = Scripts.Open(options: Patient, time: new HastyTime(100));
        var failures = await FailAsync(registry, server.Host, 200);
        Assert.All(failures, f => Assert.Equal(RegistryFailure.RateLimited, f.Failure));
        Assert.InRange(server.Requests.Count, 3, 40);
    }

    [Fact]
    public async Task Fewer_calls_at_once_are_made_where_more_are_refused()
    {
        const int Allowed = 4;
        var (now, refused) = (0, 0);
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            var isTooMany = Interlocked.Increment(ref now) > Allowed;
            await Task.Delay(5, context.RequestAborted);
            Interlocked.Decrement(ref now);
            if (isTooMany)
            {
                Interlocked.Increment(ref refused);
            }

            await (isTooMany ? Answers.Status(429) : Scripts.Tags("1"))(context);
        });
        using var registry = Scripts.Open(options: Patient, time: new HastyTime(10));
        Assert.All(await ListAsync(registry, server, 150), l => Assert.Equal(["1"], l));
        Assert.InRange(refused, 1, 40);
    }

    [Fact]
    public async Task A_rate_that_is_refused_is_not_kept_up()
    {
        var gate = new Lock();
        var tokens = 10.0;
        var last = TimeProvider.System.GetTimestamp();
        var refused = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            lock (gate)
            {
                // Fifty a second, ten at once.
                tokens = Math.Min(10, tokens + (TimeProvider.System.GetElapsedTime(last).TotalSeconds * 50));
                last = TimeProvider.System.GetTimestamp();
                if (tokens >= 1)
                {
                    tokens--;
                    return Scripts.Tags("1")(context);
                }

                refused++;
                return Answers.Status(429)(context);
            }
        });
        using var registry = Scripts.Open(options: Patient);
        Assert.All(await ListAsync(registry, server, 120), l => Assert.Equal(["1"], l));
        Assert.InRange(refused, 1, 60);
    }

    [Fact]
    public async Task A_host_that_is_not_there_costs_three_attempts_however_many_images_it_has()
    {
        using var nobody = Nobody();
        var host = $"127.0.0.1:{((IPEndPoint)nobody.LocalEndPoint!).Port}";
        using var requests = new RequestCount(host);
        using var registry = Scripts.Open(time: new HastyTime(10));
        var failures = await FailAsync(registry, host, 500);
        Assert.Equal(3, requests.Count);
        Assert.Equal([$"{host} could not be reached (Connection refused)"], failures.Select(f => f.Message).Distinct());
        Assert.All(failures, f => Assert.Equal(RegistryFailure.Unreachable, f.Failure));
        Assert.Contains(failures, f => f.RetryAfter is { TotalSeconds: > 10 and <= 60 });
        Assert.Equal(3, requests.Count);
    }

    [Theory]
    [InlineData("registry.invalid", "https://registry.invalid")]
    [InlineData("registry.example.com", null)]
    public async Task What_no_second_attempt_mends_costs_one(string host, string? endpoint)
    {
        // Plain HTTP where TLS is expected, and a name that nobody has.
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var requests = new RequestCount(host);
        using var registry = Scripts.Open(new RegistrySettings { Host = host, Endpoint = endpoint ?? $"https://{server.Host}" });
        var failures = await FailAsync(registry, host, 60);
        Assert.Single(failures.Select(f => f.Message).Distinct());
        Assert.All(failures, f => Assert.Equal(RegistryFailure.Unreachable, f.Failure));
        Assert.InRange(requests.Count, 1, 3);
    }

    [Fact]
    public async Task A_host_that_was_given_up_is_asked_again_later_and_found()
    {
        using var nobody = Nobody();
        var endpoint = (IPEndPoint)nobody.LocalEndPoint!;
        var name = ImageName.Parse($"127.0.0.1:{endpoint.Port}/a/b");
        var time = new HastyTime(300);
        using var requests = new RequestCount(name.Registry);
        using var registry = Scripts.Open(options: Patient, time: time);
        await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(name, Token));
        var wait = (await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(name, Token))).RetryAfter!.Value;
        Assert.Equal(3, requests.Count);

        // Still not there: one attempt shows it, and it is left alone for longer.
        await Task.Delay(wait + TimeSpan.FromSeconds(1), time, Token);
        var longer = (await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(name, Token))).RetryAfter!.Value;
        Assert.Equal(4, requests.Count);
        Assert.InRange(longer.TotalSeconds, 61, 120);

        nobody.Listen();
        var served = ServeAsync(nobody);
        await Task.Delay(longer + TimeSpan.FromSeconds(1), time, Token);
        Assert.Equal(["1"], await registry.ListTagsAsync(name, Token));
        await served;
    }

    [Fact]
    public async Task A_registry_that_hangs_is_given_up_after_a_few_and_holds_up_no_other()
    {
        await using var slow = await ScriptedServer.StartAsync(Answers.Hang());
        await using var quick = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open(options: new RegistryOptions { RequestTimeout = TimeSpan.FromSeconds(2) });
        var used = Enumerable.Range(0, 100).Select(i => slow.Name($"a/b{i}")).Concat(Enumerable.Range(0, 20).Select(i => quick.Name($"a/b{i}")))
            .ToDictionary(i => i, _ => (IReadOnlyCollection<FollowedTag>)[]);

        var survey = new RegistrySurvey(registry).AskAsync(used, new TagChoices(DateTimeOffset.UnixEpoch), null, Token);
        while (quick.Requests.Count < 20)
        {
            Assert.False(survey.IsCompleted);
            await Task.Delay(5, Token);
        }

        Assert.True(slow.Requests.Count <= 1);
        var facts = await survey;
        Assert.All(facts.Values, f => Assert.Equal(f.Image.Registry == slow.Host, f.Problem is not null));
        Assert.True(slow.Requests.Count <= 1 + (2 * 16), $"{slow.Requests.Count} requests");
    }

    [Fact]
    public async Task A_limited_registry_holds_up_no_other()
    {
        await using var limited = await ScriptedServer.StartAsync(Answers.TooManyRequests("8"));
        await using var quick = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open();
        var used = Enumerable.Range(0, 100).Select(i => limited.Name($"a/b{i}")).Concat(Enumerable.Range(0, 20).Select(i => quick.Name($"a/b{i}")))
            .ToDictionary(i => i, _ => (IReadOnlyCollection<FollowedTag>)[]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var survey = new RegistrySurvey(registry).AskAsync(used, new TagChoices(DateTimeOffset.UnixEpoch), null, stop.Token);
        while (quick.Requests.Count < 20)
        {
            await Task.Delay(5, Token);
        }

        Assert.False(survey.IsCompleted);
        Assert.True(limited.Requests.Count <= 1);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => survey);
    }

    [Fact]
    public async Task Without_pulls_left_manifests_are_not_read_and_everything_else_is()
    {
        var left = "0";
        await using var server = await ScriptedServer.StartAsync(context =>
            (context.Request.Path.Value!.EndsWith("list", StringComparison.Ordinal) ? Scripts.Tags("1") : Scripts.Manifest())
                .With("ratelimit-limit", "100;w=21600").With("ratelimit-remaining", $"{left};w=21600").With("docker-ratelimit-source", "192.0.2.1")(context));
        using var registry = Scripts.Open(new RegistrySettings { Host = "docker.io", Endpoint = $"http://{server.Host}" });
        var reference = ImageReference.Parse("docker.io/library/python:3");

        Assert.Equal(["1"], await registry.ListTagsAsync(reference.Name, Token));
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.GetManifestAsync(reference, Token));
        Assert.Equal((RegistryFailure.RateLimited, true), (e.Failure, e.RetryAfter > TimeSpan.FromMinutes(59)));
        Assert.Contains("has no pull left (100 in 6 h for 192.0.2.1): manifests can't be read for now", e.Message, StringComparison.Ordinal);
        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(reference, Token));
        Assert.Equal(["GET /v2/library/python/tags/list?n=1000", "HEAD /v2/library/python/manifests/3"], server.Requests.Select(r => $"{r.Method} {r.Path}"));

        left = "1";
        await registry.ResolveAsync(reference, Token);
        Assert.NotNull(await registry.GetManifestAsync(reference, Token));
    }

    [Fact]
    public async Task A_pull_that_is_refused_stops_pulls_alone()
    {
        await using var server = await ScriptedServer.StartAsync(context => (context.Request.Method == "HEAD"
            ? Scripts.Manifest()
            : Answers.Json("""{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You may increase the limit by authenticating."}]}""", 429))(context));
        using var registry = Scripts.Open();
        for (var i = 0; i < 3; i++)
        {
            var e = await Assert.ThrowsAsync<RegistryException>(() => registry.GetManifestAsync(server.Reference($"team/app:{i}"), Token));
            Assert.Equal(RegistryFailure.RateLimited, e.Failure);
        }

        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(["GET", "HEAD"], server.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData(400, """{"__type":"ThrottlingException","message":"Rate exceeded"}""")]
    [InlineData(400, """{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}""")]
    [InlineData(403, """{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}""")]
    [InlineData(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 880.092µs, allowed: 44000/minute"}]}""")]
    [InlineData(429, "<html><head><title>429 Too Many Requests</title></head></html>")]
    [InlineData(429, "Ref A: 9E31E74CD9834672839D9F06B9E41573")]
    public async Task Too_often_is_known_however_it_is_said(int status, string body)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.InTurn(
            Answers.Text(status, body[0] == '<' ? "text/html" : "application/json", body), Answers.Text(status, body[0] == '<' ? "text/html" : "application/json", body), Scripts.Tags("1"), Answers.Text(status, "application/json", body)));
        using var registry = Scripts.Open(options: Patient, time: new HastyTime(100));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.RateLimited, (await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token))).Failure);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_last_request_of_a_quota_is_followed_by_a_pause(bool isDate)
    {
        var time = new HastyTime(10);
        await using var server = await ScriptedServer.StartAsync(context => Scripts.Tags("1")
            .With("RateLimit-Limit", "60, 60;w=60").With("RateLimit-Remaining", "0")
            .With("RateLimit-Reset", isDate ? (time.GetUtcNow().ToUnixTimeSeconds() + 6).ToString(CultureInfo.InvariantCulture) : "6")(context));
        using var registry = Scripts.Open(options: Patient, time: time);
        await ListAsync(registry, server, 1);
        var before = time.Elapsed;
        await ListAsync(registry, server, 1);
        Assert.InRange((time.Elapsed - before).TotalSeconds, 4, 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_quota_that_is_long_used_up_is_told(bool isOneHeader)
    {
        await using var server = await ScriptedServer.StartAsync(isOneHeader
            ? Scripts.Tags("1").With("RateLimit-Policy", "\"default\";q=60;w=600").With("RateLimit", "\"default\";r=0;t=600")
            : Scripts.Tags("1").With("RateLimit-Limit", "60").With("RateLimit-Remaining", "0").With("RateLimit-Reset", "600"));
        using var registry = Scripts.Open();
        await ListAsync(registry, server, 1);
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.RateLimited, e.Failure);
        Assert.InRange(e.RetryAfter!.Value.TotalSeconds, 500, 600);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_list_that_came_with_an_etag_is_not_sent_twice()
    {
        var tags = new[] { "1", "2" };
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            var tag = $"W/\"{tags.Length}\"";
            return (context.Request.Headers.IfNoneMatch == tag ? Answers.Status(304) : Scripts.Tags(tags)).With("ETag", tag)(context);
        });
        using var registry = Scripts.Open();
        Assert.Equal(["1", "2"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(["1", "2"], await registry.ListTagsAsync(server.Name(), Token));
        tags = ["1", "2", "3"];
        Assert.Equal(["1", "2", "3"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(["1", "2", "3"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal([null, "W/\"2\"", "W/\"2\"", "W/\"3\""], server.Requests.Select(r => r.Headers.GetValueOrDefault("If-None-Match")));
    }

    [Fact]
    public async Task A_list_of_several_pages_is_read_anew()
    {
        await using var server = await ScriptedServer.StartAsync(context =>
            (context.Request.Query.ContainsKey("last") ? Scripts.Tags("2") : Scripts.Tags("1").With("Link", "<?last=1>; rel=\"next\"")).With("ETag", "\"x\"")(context));
        using var registry = Scripts.Open();
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(["1", "2"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.DoesNotContain(server.Requests, r => r.Headers.ContainsKey("If-None-Match"));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(100, 1000)]
    public async Task A_full_page_is_read_anew_since_a_tag_may_have_come_after_it(int count, int size)
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags([.. Enumerable.Range(1, count).Select(i => $"{i}")]).With("ETag", "\"x\""));
        using var registry = Scripts.Open(options: new RegistryOptions { TagPageSize = size });
        await registry.ListTagsAsync(server.Name(), Token);
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.DoesNotContain(server.Requests, r => r.Headers.ContainsKey("If-None-Match"));
    }

    [Fact]
    public async Task Not_modified_is_no_answer_where_nothing_is_held()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(304));
        using var registry = Scripts.Open();
        Assert.Equal(RegistryFailure.Malformed, (await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token))).Failure);
    }

    private static Task<IReadOnlyList<string>?[]> ListAsync(OciRegistry registry, ScriptedServer server, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => registry.ListTagsAsync(server.Name($"team/app{i}"), Token)));

    private static Task<RegistryException[]> FailAsync(OciRegistry registry, string host, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageName.Parse($"{host}/team/app{i}"), Token))));

    /// <summary>A port that is taken and where nobody listens.</summary>
    private static Socket Nobody()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static async Task ServeAsync(Socket listener)
    {
        const string Body = """{"name":"a/b","tags":["1"]}""";
        using var client = await listener.AcceptAsync(Token);
        await client.ReceiveAsync(new byte[4096], Token);
        await client.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\nConnection: close\r\n\r\n{Body}"), Token);
    }
}
