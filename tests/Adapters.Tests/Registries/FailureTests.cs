using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class FailureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_registry_that_refuses_plain_HTTP_may_speak_HTTPS_and_the_message_says_how_to_tell()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Text(400, "text/plain", "Client sent an HTTP request to an HTTPS server.\n"));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.EndsWith($"where it speaks HTTPS, list it in the registry settings with the Endpoint https://{server.Host}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_hangs_is_unreachable_and_not_asked_again()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Hang());
        using var registry = Scripts.Open(options: new RegistryOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        var e = await FailsAsync(registry, server);
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.Equal($"{server.Host} did not answer within 0.3 s when asked for the tags of team/app", e.Message);
        Assert.True(server.Requests.Count <= 1);
    }

    [Fact]
    public async Task A_body_that_never_ends_to_come_is_given_up_too()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"tags":[""", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Answers.Hang()(context);
        });
        using var registry = Scripts.Open(options: new RegistryOptions { RequestTimeout = TimeSpan.FromMilliseconds(500) });
        Assert.Equal(RegistryFailure.Unreachable, (await FailsAsync(registry, server)).Failure);
    }

    [Fact]
    public async Task A_failure_that_passes_is_not_seen()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.InTurn(
            Answers.Status(503), context => Task.Run(context.Abort), Scripts.Tags("1")));
        using var registry = Scripts.Open();
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(500, 3)]
    [InlineData(503, 3)]
    [InlineData(501, 1)]
    public async Task A_server_error_that_stays_is_told_after_a_few_attempts(int status, int requests)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json("""{"errors":[{"code":"UNKNOWN","message":"the disk is full"}]}""", status));
        using var registry = Scripts.Open();
        var e = await FailsAsync(registry, server);
        Assert.Equal(RegistryFailure.ServerError, e.Failure);
        Assert.Equal($"{server.Host} answered {status} UNKNOWN: the disk is full when asked for the tags of team/app", e.Message);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task A_short_wait_is_sat_out()
    {
        var time = new HastyTime(100);
        await using var server = await ScriptedServer.StartAsync(Answers.InTurn(Answers.TooManyRequests("7"), Scripts.Tags("1")));
        using var registry = Scripts.Open(options: Patient, time: time);
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Contains(time.Timers, t => t.TotalSeconds is > 4 and < 7.5);
    }

    [Theory]
    [InlineData("60", 60)]
    [InlineData("99999999999999999999", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    public async Task A_long_wait_is_told_and_kept(string retryAfter, int? seconds)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.TooManyRequests(retryAfter));
        using var registry = Scripts.Open();
        var e = await FailsAsync(registry, server);
        Assert.Equal(RegistryFailure.RateLimited, e.Failure);
        Assert.Equal(seconds, e.RetryAfter?.TotalSeconds);
        Assert.Contains("was asked too often (429)", e.Message, StringComparison.Ordinal);
        Assert.Equal(seconds is null ? 3 : 1, server.Requests.Count);

        if (seconds is not null)
        {
            var again = await FailsAsync(registry, server);
            Assert.Equal(RegistryFailure.RateLimited, again.Failure);
            Assert.InRange(again.RetryAfter!.Value.TotalSeconds, 1, seconds.Value + 1);
            Assert.Single(server.Requests);
        }
    }

    [Fact]
    public async Task A_wait_can_be_a_date()
    {
        var until = TimeProvider.System.GetUtcNow().AddMinutes(10);
        await using var server = await ScriptedServer.StartAsync(Answers.TooManyRequests(until.ToString("R")));
        using var registry = Scripts.Open();
        var e = await FailsAsync(registry, server);
        Assert.InRange(e.RetryAfter!.Value.TotalSeconds, 500, 600);
    }

    [Theory]
    [InlineData("/v2/team/app/tags/list", "redirects more than 5 times")]
    [InlineData("ftp://example.com/", "redirects to nowhere")]
    [InlineData("", "redirects to nowhere")]
    public async Task A_redirect_that_leads_nowhere_is_malformed(string location, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = location.Length == 0 ? default : location;
            return Task.CompletedTask;
        });
        using var registry = Scripts.Open();
        var e = await FailsAsync(registry, server);
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.True(server.Requests.Count <= 6);
    }

    [Fact]
    public async Task A_status_that_means_nothing_here_is_malformed()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(418));
        using var registry = Scripts.Open();
        Assert.Equal(RegistryFailure.Malformed, (await FailsAsync(registry, server)).Failure);
    }

    [Fact]
    public async Task A_403_is_denied()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json("""{"errors":[{"code":"DENIED"}]}""", 403));
        using var registry = Scripts.Open();
        var e = await FailsAsync(registry, server);
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains("(403 DENIED)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable_by_name()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var host = $"127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ResolveAsync(ImageReference.Parse($"{host}/team/app:1"), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.Equal($"{host} could not be reached (Connection refused)", e.Message);
    }

    [Fact]
    public async Task Plain_http_where_tls_is_expected_is_told_with_a_remedy()
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open(new RegistrySettings { Host = "registry.example.com", Endpoint = $"https://{server.Host}" });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageName.Parse("registry.example.com/a/b"), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.Contains("where it speaks plain HTTP", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99.99:0/a/b")]
    [InlineData("1.2.3.4.5:99/a/b")]
    [InlineData("xn--a:443/a/b")]
    public async Task A_host_that_can_be_none_is_a_registry_that_failed_and_nothing_else(string image)
    {
        using var registry = Scripts.Open(options: new RegistryOptions { RequestTimeout = TimeSpan.FromSeconds(1), CallTimeout = TimeSpan.FromSeconds(2) });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(ImageName.Parse(image), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
    }

    [Fact]
    public async Task Requests_are_counted()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.InTurn(Answers.Status(500), Scripts.Tags("1")));
        var counted = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "basewatch.registry.requests")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var all = tags.ToArray().ToDictionary(t => t.Key, t => t.Value!);
            if (all["server.address"] is string host && host == server.Host)
            {
                lock (counted)
                {
                    counted.Add($"{value} {all["basewatch.registry.request.kind"]} {all["http.response.status_code"]}");
                }
            }
        });
        listener.Start();
        using var registry = Scripts.Open();
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(["1 tags 500", "1 tags 200"], counted);
    }

    private static RegistryOptions Patient { get; } = new() { RequestTimeout = TimeSpan.FromHours(1), CallTimeout = TimeSpan.FromHours(1) };

    private static Task<RegistryException> FailsAsync(OciRegistry registry, ScriptedServer server) =>
        Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
}
