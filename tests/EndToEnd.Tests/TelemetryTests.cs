using System.Diagnostics.Metrics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Telemetry;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>What <c>serve</c> tells an OpenTelemetry receiver, and what <c>docs/telemetry.md</c> says of it.</summary>
public sealed partial class TelemetryTests(RegistryServer registry, GitHubEmulator github) : IClassFixture<GitHubEmulator>
{
    private const string Secret = "it's a secret to everybody";

    private readonly ImageNamespace _images = new(registry);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_a_webhook_to_the_pull_request_is_one_trace_and_everything_is_counted()
    {
        await using var receiver = new OtlpReceiver();
        await receiver.InitializeAsync();
        var repository = await github.Driver.CreateRepositoryAsync($"{GitHubEmulator.Organization}/traced", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM alpine:3.20\n" }, Cancelled);
        await _images.PushAsync("alpine:3.20");
        await _images.PushAsync("nginx:1.28");
        await using var serve = await new ServeProcess().Over(github, repository).With(_images.Settings)
            .With("Basewatch__GitHub__WebhookSecret", Secret)
            .With("Basewatch__Schedules__Alerts", ServeProcess.Often)
            .With("Basewatch__Telemetry__Endpoint", receiver.Address.AbsoluteUri)
            .With("OTEL_METRIC_EXPORT_INTERVAL", "500").With("OTEL_BSP_SCHEDULE_DELAY", "200").With("OTEL_BLRP_SCHEDULE_DELAY", "200")
            .StartAsync();
        await Eventually.SeeAsync("the first pull request", () => github.Driver.PullRequestsAsync(repository, Cancelled), p => p.Count == 1, () => serve.Log);

        await github.Driver.PushAsync(repository, "main", new Dictionary<string, string>(StringComparer.Ordinal) { ["api/Dockerfile"] = "FROM nginx:1.28\n" }, Cancelled);
        await DeliverAsync(serve, $$$"""{"ref":"refs/heads/main","repository":{"full_name":"{{{repository}}}","default_branch":"main"},"sender":{"login":"admin","type":"User"}}""");
        await Eventually.SeeAsync("the image is in use", () => serve.StatusAsync(), s => (int)s!["images"]! == 2, () => serve.Log);

        // A tag that comes while it is watched.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancelled);
        await _images.PushAsync("nginx:1.29");
        using (var told = await serve.PostAsync("/api/pushes/distribution", """{"events":[{"action":"push","target":{"repository":"library/nginx","tag":"1.29"},"request":{"host":"docker.io"}}]}"""))
        {
            Assert.Equal(HttpStatusCode.Accepted, told.StatusCode);
        }

        await Eventually.SeeAsync("the second pull request", () => github.Driver.PullRequestsAsync(repository, Cancelled), p => p.Any(o => o.Head == "basewatch/nginx-1.x"), () => serve.Log);
        await Eventually.SeeAsync(
            "spans and metrics",
            () => Task.FromResult((receiver.Spans, receiver.Points)),
            r => r.Spans.Any(s => s.Name == "POST /api/pushes/{kind}" && r.Spans.Any(o => o.Trace == s.Trace && o.Name == "open pull request")) && r.Points.Any(p => p is { Metric: "basewatch.pull_requests", Value: 2 }),
            () => serve.Log);

        // The webhook: what it caused is one trace, each span a part of the one before.
        var spans = receiver.Spans;
        Assert.All(spans, s => Assert.Equal("Basewatch", s.Scope));
        var webhook = Assert.Single(spans, s => s.Name == "POST /api/github");
        Assert.Equal((2, "", "202"), (webhook.Kind, webhook.Parent, webhook.Attributes["http.response.status_code"]));
        var inventory = Assert.Single(spans, s => s.Trace == webhook.Trace && s.Name == "process TakeInventory");
        Assert.Equal((5, webhook.Id, $"repository {repository}", "done"), (inventory.Kind, inventory.Parent, inventory.Attributes["basewatch.job.subject"], inventory.Attributes["basewatch.job.outcome"]));
        Assert.Contains(spans, s => s.Parent == inventory.Id && s is { Name: "GET github", Kind: 3 } && s.Attributes["server.address"] == github.Address.Authority);

        // The registry's word, to the pull request.
        var push = Assert.Single(spans, s => s.Name == "POST /api/pushes/{kind}");
        var look = Assert.Single(spans, s => s.Parent == push.Id);
        Assert.Equal("process RefreshImage", look.Name);
        Assert.Contains(spans, s => s is { Name: "GET tags", Kind: 3 } && s.Parent == look.Id && s.Attributes["server.address"] == "docker.io");
        var reconcile = Assert.Single(spans, s => s.Parent == look.Id && s.Name == "process Reconcile");
        var opened = Assert.Single(spans, s => s.Parent == reconcile.Id && s.Name == "open pull request");
        Assert.Equal((push.Trace, repository), (opened.Trace, opened.Attributes["basewatch.repository"]));
        Assert.Equal("2", opened.Attributes["basewatch.pull_request.number"]);
        Assert.Contains(receiver.Logs, l => l.Text.Contains("opened #2", StringComparison.Ordinal) && l.Trace == push.Trace);

        // A timer's traces are its own.
        Assert.Contains(spans, s => s is { Name: "timer FindRepositories", Kind: 1, Parent: "" });

        // Metrics, with units, of few series.
        var points = receiver.Points;
        Assert.All(points, p => Assert.Equal("Basewatch", p.Scope));
        Assert.Equal(2, Last("basewatch.uses", "basewatch.use.state").Values.Sum());
        Assert.Equal(2, Last("basewatch.pull_requests", "basewatch.pull_request.state")["open"]);
        Assert.Equal(1, Assert.Single(Last("basewatch.repositories", "")).Value);
        Assert.Equal(2, Last("basewatch.pull_request.changes", "basewatch.pull_request.change")["opened"]);
        Assert.True(Last("basewatch.updates", "basewatch.update.kind").Values.Sum() >= 2);
        Assert.Contains(points, p => p.Metric == "basewatch.registry.requests" && p.Unit == "{request}" && p.Attributes["server.address"] == "docker.io" && p.Attributes["http.response.status_code"] == "200");
        Assert.Contains(points, p => p.Metric == "basewatch.github.requests" && p.Attributes["server.address"] == github.Address.Authority);
        Assert.Contains(points, p => p is { Metric: "basewatch.queue.age", Unit: "s", Kind: "histogram", Count: > 0 } && p.Attributes["basewatch.job"] == "TakeInventory");
        Assert.Contains(points, p => p is { Metric: "basewatch.job.duration", Unit: "s", Kind: "histogram" } && p.Attributes["basewatch.job.outcome"] == "done");
        var freshness = points.Last(p => p.Metric == "basewatch.freshness");
        Assert.Equal(("s", 1L, "first_seen"), (freshness.Unit, freshness.Count, freshness.Attributes["basewatch.freshness.source"]));
        Assert.InRange(freshness.Value, 0, 30);
        Assert.All(points, p => Assert.DoesNotContain(p.Attributes.Values, v => v.Contains(repository, StringComparison.Ordinal)));

        Assert.Equal("basewatch", receiver.Resource["service.name"]);
        foreach (var sent in receiver.Requests)
        {
            Assert.DoesNotContain(GitHubEmulator.Token, sent.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, sent.Body, StringComparison.Ordinal);
        }

        Dictionary<string, double> Last(string metric, string label) =>
            points.Where(p => p.Metric == metric).GroupBy(p => p.Attributes.GetValueOrDefault(label, "")).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_is_not_there_holds_up_nothing_and_a_wrong_address_is_told()
    {
        var repository = await github.Driver.CreateRepositoryAsync($"{GitHubEmulator.Organization}/unheard", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM alpine:3.20\n" }, Cancelled);
        await _images.PushAsync("alpine:3.20");
        await using (var serve = await new ServeProcess().Over(github, repository).With(_images.Settings).With("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1").StartAsync())
        {
            await Eventually.SeeAsync("the pull request", () => github.Driver.PullRequestsAsync(repository, Cancelled), p => p.Count == 1, () => serve.Log);
        }

        await using var wrong = new ServeProcess().Over(github, repository).With("Basewatch__Telemetry__Endpoint", "https://user@example.com/");
        var e = await Assert.ThrowsAsync<InvalidOperationException>(wrong.StartAsync);
        Assert.Contains("Telemetry:Endpoint must be an address without a user name", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_lists_every_instrument_with_its_kind_and_unit_and_labels_and_no_other()
    {
        var made = new List<string>();
        using (var listener = new MeterListener { InstrumentPublished = (instrument, _) => Add(instrument) })
        {
            // All are made before the first is used.
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(RequestInstruments).TypeHandle);
            System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Instruments).TypeHandle);
            listener.Start();
        }

        var page = await File.ReadAllTextAsync(Path.Combine(FunctionsDoor.Root, "docs", "telemetry.md"), Cancelled);
        var listed = InstrumentRow().Matches(page).Select(m => $"{m.Groups["name"].Value} {m.Groups["kind"].Value} {m.Groups["unit"].Value}");
        Assert.Equal(made.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.True(made.Count >= 12);

        // And every attribute that code names.
        var names = typeof(TagNames).GetFields().Select(f => (string)f.GetRawConstantValue()!);
        Assert.All(names, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));

        // What the rules ask for is there.
        var asked = RuleMetric().Matches(page).Select(m => m.Value).Distinct(StringComparer.Ordinal)
            .Except(typeof(TagNames).GetFields().Select(f => ((string)f.GetRawConstantValue()!).Replace('.', '_')), StringComparer.Ordinal).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, metric => Assert.Contains(made, m => metric.StartsWith(m.Split(' ')[0].Replace('.', '_'), StringComparison.Ordinal)));

        void Add(Instrument instrument)
        {
            if (instrument.Meter.Name == Instruments.MeterName)
            {
                var kind = instrument.GetType().Name.Split('`')[0].Replace("Observable", "", StringComparison.Ordinal).ToLowerInvariant();
                made.Add($"{instrument.Name} {kind} {instrument.Unit}");
                Assert.NotEmpty(instrument.Description!);
            }
        }
    }

    private static async Task DeliverAsync(ServeProcess serve, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/github") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("X-GitHub-Event", "push");
        request.Headers.Add("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958");

        // A trace of a stranger's is not taken up.
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        request.Headers.Add("X-Hub-Signature-256", $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes(body)))}");
        using var answer = await serve.Client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [GeneratedRegex(@"^\| `(?<name>basewatch\.[a-z_.]+)` \| (?<kind>counter|gauge|histogram) \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex InstrumentRow();

    [GeneratedRegex("basewatch_[a-z_]+", RegexOptions.NonBacktracking)]
    private static partial Regex RuleMetric();
}
