using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>Who is let in at the endpoints of <c>serve</c>, and what they make of what is posted.</summary>
public sealed class EndpointTests(EndpointTests.Services services) : IClassFixture<EndpointTests.Services>
{
    private const string Key = "correct-horse-battery-staple";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, HttpStatusCode.Unauthorized)]
    [InlineData("wrong-horse-battery-staple", null, HttpStatusCode.Unauthorized)]
    [InlineData(null, "correct-horse-battery-stapl", HttpStatusCode.Unauthorized)]
    [InlineData(Key, null, HttpStatusCode.OK)]
    [InlineData(null, Key, HttpStatusCode.OK)]
    public async Task Where_there_is_a_key_callers_need_it(string? header, string? code, HttpStatusCode expected)
    {
        foreach (var path in new[] { "/api/status", "/api/nowhere" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path + (code is null ? "" : "?code=" + code));
            if (header is not null)
            {
                request.Headers.Add("x-functions-key", header);
            }

            using var answer = await services.Locked.Client.SendAsync(request, Cancelled);
            Assert.Equal(path is "/api/nowhere" && expected == HttpStatusCode.OK ? HttpStatusCode.NotFound : expected, answer.StatusCode);
        }

        using var push = new HttpRequestMessage(HttpMethod.Post, "/api/registry-events") { Content = new StringContent("[]") };
        using var refused = await services.Locked.Client.SendAsync(push, Cancelled);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.DoesNotContain(Key, services.Locked.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.OK)]
    [InlineData(null, "localhost:1", HttpStatusCode.OK)]
    [InlineData(null, "[::1]:1", HttpStatusCode.OK)]
    [InlineData("https://evil.example", null, HttpStatusCode.Unauthorized)]
    [InlineData("null", null, HttpStatusCode.Unauthorized)]
    [InlineData(null, "evil.example", HttpStatusCode.Unauthorized)]
    [InlineData(null, "127.0.0.1.evil.example", HttpStatusCode.Unauthorized)]
    [InlineData(null, "10.0.0.1", HttpStatusCode.Unauthorized)]
    public async Task Without_a_key_this_machine_is_let_in_and_no_page_in_its_browser(string? origin, string? host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await services.Open.Client.SendAsync(request, Cancelled);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Health_is_open_and_says_no_more_than_up()
    {
        using var answer = await services.Locked.Client.GetAsync(new Uri("/api/health", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("up", await answer.Content.ReadAsStringAsync(Cancelled));
        Assert.Empty(answer.Headers.Server);
    }

    [Fact]
    public async Task Schedules_years_away_leave_the_service_up()
    {
        // Later than a timer can count to.
        using var answer = await services.Open.Client.GetAsync(new Uri("/api/health", UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("BackgroundService", services.Open.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("7")]
    [InlineData("[{\"eventType\":")]
    public async Task What_is_no_event_is_400(string body)
    {
        using var answer = await services.Open.PostAsync("/api/registry-events", body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[null, 7, {\"eventType\":[]}]")]
    [InlineData("""[{"eventType":"Microsoft.ContainerRegistry.ImagePushed","data":null}]""")]
    [InlineData("""[{"eventType":"Microsoft.ContainerRegistry.ImagePushed","topic":"/","data":{"target":{"repository":"../../x"},"request":{"host":"a b"}}}]""")]
    [InlineData("""[{"eventType":"Microsoft.Storage.BlobCreated","data":{}}]""")]
    public async Task Events_about_nothing_here_are_taken_and_passed_over(string body)
    {
        using var answer = await services.Open.PostAsync("/api/registry-events", body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_of_25_MB_is_413(bool isAnnounced)
    {
        using var body = new ByteArrayContent(Encoding.ASCII.GetBytes(new string(' ', 25_000_000))) { Headers = { ContentType = new("application/json") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/registry-events") { Content = body };
        request.Headers.TransferEncodingChunked = !isAnnounced;
        // Who asks first is spared sending it.
        request.Headers.ExpectContinue = true;
        using var answer = await services.Open.Client.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Event_Grid_shakes_hands_in_both_schemas()
    {
        using var answer = await services.Open.PostAsync("/api/registry-events", """
            [{
              "id": "2d1781af-3a4c-4d7c-bd0c-e34b19da4e66", "topic": "/subscriptions/s", "subject": "",
              "data": { "validationCode": "512d38b6-c7b8-40c8-89fe-f46f9e9622b6", "validationUrl": "https://elsewhere.invalid/" },
              "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "eventTime": "2026-01-25T22:12:19.4556811Z", "metadataVersion": "1", "dataVersion": "1"
            }]
            """);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("512d38b6-c7b8-40c8-89fe-f46f9e9622b6", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancelled))!["validationResponse"]);

        using var options = new HttpRequestMessage(HttpMethod.Options, "/api/registry-events");
        options.Headers.Add("WebHook-Request-Origin", "eventgrid.azure.net");
        using var allowed = await services.Open.Client.SendAsync(options, Cancelled);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(["eventgrid.azure.net"], allowed.Headers.GetValues("WebHook-Allowed-Origin"));
    }

    [Theory]
    [InlineData("/api/scan", HttpStatusCode.Accepted)]
    [InlineData("/api/scan?repository=acme/unknown", HttpStatusCode.NotFound)]
    [InlineData("/api/scan?repository=../etc", HttpStatusCode.NotFound)]
    [InlineData("/api/scan?repository=nonsense", HttpStatusCode.NotFound)]
    public async Task A_scan_is_of_everything_or_of_what_is_known(string path, HttpStatusCode expected)
    {
        using var answer = await services.Open.PostAsync(path, "");
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("Basewatch__Key", "--listen", "0.0.0.0:0")]
    [InlineData("Basewatch__Key", "--listen", "[::]:0")]
    [InlineData("is no address and port", "--listen", "nonsense")]
    [InlineData("Repositories has 'nonsense'", "--repository", "nonsense")]
    public async Task Serve_that_is_set_up_wrongly_exits_with_2(string why, params string[] arguments)
    {
        var result = (await new CliRun(["serve", "--repository", "acme/any", .. arguments]).RunAsync()).Exits(2);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Basewatch__Schedules__Images", "every day", "Schedules:Images")]
    [InlineData("Basewatch__Key", "short", "16 characters")]
    [InlineData("Basewatch__TeamsWebhook", "http://teams.example/?sig=a-secret", "https")]
    [InlineData("Basewatch__PublicAddress", "http://basewatch.example/", "PublicAddress must be an https address")]
    [InlineData("Basewatch__PublicAddress", "https://basewatch.example/?code=a-secret", "PublicAddress must be an https address")]
    [InlineData("Basewatch__LinkKey", "a-secret", "LinkKey has fewer than 16 characters")]
    [InlineData("Basewatch__Channels__0__Kind", "Slack", "Channels:0:Kind")]
    [InlineData("Basewatch__Channels__0__Name", "x", "Channels: x: Address is missing")]
    [InlineData("Basewatch__Mode", "Wild", "Mode")]
    public async Task A_wrong_setting_exits_with_2_and_no_secret(string name, string value, string why)
    {
        var result = (await new CliRun("serve", "--repository", "acme/any").With(name, value).RunAsync()).Exits(2);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret", result.Errors, StringComparison.Ordinal);
    }

    /// <summary>Two services, with a key and without, over a GitHub that is not there.</summary>
    public sealed class Services : IAsyncLifetime
    {
        internal ServeProcess Locked { get; } = Nowhere().With("Basewatch__Key", Key);

        internal ServeProcess Open { get; } = Nowhere();

        public async ValueTask InitializeAsync() => await Task.WhenAll(Locked.StartAsync(), Open.StartAsync());

        public async ValueTask DisposeAsync()
        {
            await Locked.DisposeAsync();
            await Open.DisposeAsync();
        }

        private static ServeProcess Nowhere() => new ServeProcess().With("Basewatch__GitHub__ApiBaseAddress", "http://127.0.0.1:1/").With("Basewatch__GitHub__Repositories__0", "acme/any");
    }
}
