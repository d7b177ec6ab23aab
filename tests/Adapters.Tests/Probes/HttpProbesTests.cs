using System.Net;
using System.Net.Sockets;
using Basewatch.Adapters.Probes;
using Basewatch.Core.Rollouts;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Probes;

/// <summary>Running things, asked over real connections.</summary>
public sealed class HttpProbesTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    private readonly ScriptedServer _server = new(Answers.Status(200));

    private HttpProbes? _probes;

    private HttpProbes Asker => _probes ??= new HttpProbes(["127.0.0.*"], _time);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        _probes?.Dispose();
        return _server.DisposeAsync();
    }

    [Theory]
    [InlineData(200, "all is well", 200, "well", EvidenceState.Passed, "status 200")]
    [InlineData(200, "all is well", 200, null, EvidenceState.Passed, "status 200")]
    [InlineData(200, "all is ill", 200, "well", EvidenceState.Failed, "status 200, and no 'well'")]
    [InlineData(503, "all is well", 200, "well", EvidenceState.Failed, "status 503, where 200 is expected")]
    [InlineData(404, "", 404, null, EvidenceState.Passed, "status 404")]
    public async Task A_probe_is_held_against_status_and_words(int status, string body, int expected, string? words, EvidenceState state, string detail)
    {
        _server.Script = Answers.Text(status, "text/plain", body);
        var found = await Asker.AskAsync(Probe("health?x=1", expected) with { Contains = words }, Cancelled);
        Assert.Equal((state, detail, _time.GetUtcNow()), (found.State, found.Detail, found.At));
        var request = Assert.Single(_server.Requests);
        Assert.Equal(("GET", "/health?x=1"), (request.Method, request.Path));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_no_cookie_is_kept()
    {
        _server.Script = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location, context.Response.Headers.SetCookie) = (302, "/elsewhere", "a=b");
            return Task.CompletedTask;
        };
        Assert.Equal("status 302, where 200 is expected", (await Asker.AskAsync(Probe(""), Cancelled)).Detail);
        Assert.Equal(EvidenceState.Passed, (await Asker.AskAsync(Probe("", 302), Cancelled)).State);
        Assert.All(_server.Requests, r => Assert.Equal("/", r.Path));
        Assert.All(_server.Requests, r => Assert.DoesNotContain("Cookie", r.Headers.Keys));
    }

    [Fact]
    public async Task Of_a_body_without_end_only_the_beginning_is_read()
    {
        _server.Script = Answers.Endless("text/plain");
        Assert.Equal("status 200, and in its first 64 KiB no 'well'", (await Asker.AskAsync(Probe("") with { Contains = "well" }, Cancelled)).Detail);
        Assert.Equal(EvidenceState.Passed, (await Asker.AskAsync(Probe("") with { Contains = "[[[" }, Cancelled)).State);
        Assert.Equal("127.0.0.1 gave more than 64 KiB: ask for fewer values", (await Asker.AskAsync(Metric(), Cancelled)).Detail);
    }

    [Fact]
    public async Task Silence_ends_after_ten_seconds()
    {
        var begun = new TaskCompletionSource();
        _server.Script = context =>
        {
            begun.TrySetResult();
            return Answers.Hang()(context);
        };
        var asked = Asker.AskAsync(Probe(""), Cancelled);
        await begun.Task.WaitAsync(Cancelled);
        _time.Advance(HttpProbes.Timeout);
        var found = await asked;
        Assert.Equal((EvidenceState.Failed, "can't be reached: 127.0.0.1 did not answer within 10 seconds"), (found.State, found.Detail));
    }

    [Fact]
    public async Task What_can_t_be_reached_has_failed_as_a_probe_and_shows_nothing_as_a_metric()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}/");
        listener.Stop();

        var probe = await Asker.AskAsync(new Verification(VerificationKind.Probe, address.AbsoluteUri), Cancelled);
        var metric = await Asker.AskAsync(Metric() with { Server = address }, Cancelled);
        Assert.Equal((EvidenceState.Failed, EvidenceState.Missing), (probe.State, metric.State));
        Assert.All([probe.Detail, metric.Detail], d => Assert.StartsWith("can't be reached: ", d, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("other.example")]
    [InlineData("127.0.0.10")]
    public async Task A_private_address_is_reached_only_where_its_host_is_listed(string listed)
    {
        using var probes = new HttpProbes([listed], _time);
        foreach (var verification in new[] { Probe(""), Metric() })
        {
            var found = await probes.AskAsync(verification, Cancelled);
            Assert.Equal((EvidenceState.Missing, "127.0.0.1 is at 127.0.0.1, which is no public address: list it in Rollout:PrivateHosts where that is meant"), (found.State, found.Detail));
        }

        // Metadata services are at no time meant.
        using var all = new HttpProbes(["*"], _time);
        Assert.Equal(EvidenceState.Missing, (await all.AskAsync(new Verification(VerificationKind.Probe, "http://169.254.169.254/metadata"), Cancelled)).State);
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nonsense")]
    public async Task Other_addresses_are_not_asked(string address)
    {
        Assert.Equal(EvidenceState.Missing, (await Asker.AskAsync(new Verification(VerificationKind.Probe, address), Cancelled)).State);
        Assert.Equal(EvidenceState.Missing, (await Asker.AskAsync(Metric() with { Server = new Uri(address, UriKind.RelativeOrAbsolute) }, Cancelled)).State);
    }

    [Theory]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1435781451.781,"0.02"]}]}}""", EvidenceState.Passed, "0.02")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1435781451.781,"0.05"]}}""", EvidenceState.Passed, "0.05")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.02"]},{"metric":{},"value":[1,"0.04"]}]}}""", EvidenceState.Passed, "2 values, 0.02 to 0.04")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.02"]},{"metric":{},"value":[1,"0.06"]}]}}""", EvidenceState.Failed, "0.06 is above 0.05")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"+Inf"]}]}}""", EvidenceState.Failed, "Infinity is above 0.05")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.001"]}]}}""", EvidenceState.Failed, "0.001 is below 0.01")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"NaN"]},{"metric":{},"value":[1,"0.02"]}]}}""", EvidenceState.Missing, "no data")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[]}}""", EvidenceState.Missing, "no data")]
    [InlineData("""{"status":"success","data":{"resultType":"matrix","result":[]}}""", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    [InlineData("""{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"histogram":[1,{}]}]}}""", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1]}}""", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    [InlineData("""{"status":"success","data":{"resultType":"scalar","result":[1,"many"]}}""", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    [InlineData("<html>", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    [InlineData("[]", EvidenceState.Missing, "127.0.0.1 gave an answer that can't be read")]
    public async Task Every_value_of_a_metric_is_held_against_its_limits(string body, EvidenceState state, string detail)
    {
        _server.Script = Answers.Json(body);
        var found = await Asker.AskAsync(Metric(), Cancelled);
        Assert.Equal((state, detail), (found.State, found.Detail));
        Assert.Equal("/prometheus/api/v1/query?query=rate%28errors%7Bapp%3D%22web%22%7D%5B5m%5D%29", Assert.Single(_server.Requests).Path);
    }

    [Theory]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"parse error"}""", "127.0.0.1 answered 400: parse error")]
    [InlineData(502, "<html>", "127.0.0.1 answered 502")]
    [InlineData(302, "", "127.0.0.1 answered 302")]
    public async Task What_Prometheus_refuses_shows_nothing(int status, string body, string detail)
    {
        _server.Script = Answers.Text(status, "application/json", body);
        var found = await Asker.AskAsync(Metric(), Cancelled);
        Assert.Equal((EvidenceState.Missing, detail), (found.State, found.Detail));
    }

    private Verification Probe(string path, int status = 200) => new(VerificationKind.Probe, _server.Address + path) { Status = status };

    private Verification Metric() => new(VerificationKind.Metric, "rate(errors{app=\"web\"}[5m])") { Server = new Uri(_server.Address, "prometheus/"), Most = 0.05, Least = 0.01 };
}
