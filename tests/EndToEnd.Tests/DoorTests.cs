using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>Everything that may come to a door of <c>serve</c> and is none of its business.</summary>
public sealed class DoorTests(DoorTests.Service service) : IClassFixture<DoorTests.Service>
{
    private const string Key = "correct-horse-battery-staple";

    private const string Secret = "a-secret-of-webhooks";

    private const string FluxKey = "a-key-of-flux-alone";

    private const string Token = "a-token-of-argocd-alone";

    private const string Deep = "deep";

    private const string Large = "25 MB";

    private const string TooLarge = "too large";

    private const string Push = """{"ref":"refs/heads/main","repository":{"full_name":"acme/elsewhere","default_branch":"main"}}""";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Door, method, who it is from, content type, body, and the status.</summary>
    public static TheoryData<string, string, string, string?, string, int> Requests
    {
        get
        {
            const string Json = "application/json";
            var data = new TheoryData<string, string, string, string?, string, int>();
            foreach (var door in new[] { "/api/registry-events", "/api/pushes/docker-hub", "/api/pushes/quay", "/api/pushes/harbor", "/api/pushes/distribution", "/api/pushes/acr" })
            {
                data.Add(door, "POST", "nobody", Json, "{}", 401);
                data.Add(door, "POST", "wrong key", Json, "{}", 401);
                data.Add(door, "POST", "wrong key", Json, Large, 401);
                data.Add(door, "GET", "key", null, "", 405);
                data.Add(door, "POST", "key", "text/plain", "{}", 415);
                data.Add(door, "POST", "key", null, "{}", 415);
                data.Add(door, "POST", "key", Json, "nonsense", 400);
                data.Add(door, "POST", "key", Json, "", 400);
                data.Add(door, "POST", "key", Json, Deep, 400);
                data.Add(door, "POST", "key", Json, Large, 413);
                data.Add(door, "POST", "key", Json, TooLarge, 413);
                data.Add(door, "POST", "key", Json, "{}", 202);
                data.Add(door, "POST", "bearer", "application/cloudevents+json", """{"type":"nothing.known"}""", 202);
            }

            data.Add("/api/pushes/nothing", "POST", "key", Json, "{}", 404);
            data.Add("/api/pushes", "POST", "key", Json, "{}", 404);
            foreach (var door in new[] { "/api/scan", "/api/status" })
            {
                var (right, wrong) = door is "/api/scan" ? ("POST", "GET") : ("GET", "POST");
                data.Add(door, right, "nobody", null, "", 401);
                data.Add(door, right, "wrong key", null, "", 401);
                data.Add(door, wrong, "key", null, "", 405);
                data.Add(door + "?repository=acme/unknown", right, "key", null, "", 404);
                data.Add(door + "?repository=%0a%0d", right, "key", null, "", 404);
            }

            data.Add("/api/scan", "POST", "key", Json, Large, 413);
            data.Add("/api/scan", "POST", "key", Json, TooLarge, 413);
            data.Add("/api/nowhere", "GET", "key", null, "", 404);
            data.Add("/api/nowhere", "GET", "nobody", null, "", 401);
            data.Add("/api/health", "POST", "nobody", null, "", 405);

            const string Door = "/api/github";
            data.Add(Door, "GET", "nobody", null, "", 405);
            data.Add(Door, "POST", "nobody", Json, Push, 401);
            data.Add(Door, "POST", "key", Json, Push, 401);
            data.Add(Door, "POST", "wrong signature", Json, Push, 401);
            data.Add(Door, "POST", "half a signature", Json, Push, 401);
            data.Add(Door, "POST", "sha1", Json, Push, 401);
            data.Add(Door, "POST", "wrong signature", Json, Large, 401);
            data.Add(Door, "POST", "signature", Json, Large, 400);
            data.Add(Door, "POST", "signature", Json, TooLarge, 413);
            data.Add(Door, "POST", "signature", "text/plain", Push, 415);
            data.Add(Door, "POST", "signature", Json, "nonsense", 400);
            data.Add(Door, "POST", "signature", Json, "[]", 400);
            data.Add(Door, "POST", "signature", Json, Deep, 400);
            data.Add(Door, "POST", "signature", "application/x-www-form-urlencoded", "else=1", 400);
            data.Add(Door, "POST", "signature without event", Json, Push, 400);
            data.Add(Door, "POST", "signature of star", Json, "{}", 202);
            data.Add(Door, "POST", "signature of ping", Json, "{}", 200);

            foreach (var (hook, right, wrong) in new[] { ("/hooks/flux", "flux", "flux with another key"), ("/hooks/argocd", "argocd", "argocd with another token") })
            {
                data.Add(hook, "GET", right, null, "", 405);
                data.Add(hook, "POST", "nobody", Json, "{}", 401);
                data.Add(hook, "POST", "key", Json, "{}", 401);
                data.Add(hook, "POST", "bearer", Json, "{}", 401);
                data.Add(hook, "POST", "signature", Json, "{}", 401);
                data.Add(hook, "POST", wrong, Json, "{}", 401);
                data.Add(hook, "POST", right, "text/plain", "{}", 415);
                data.Add(hook, "POST", right, Json, "nonsense", 400);
                data.Add(hook, "POST", right, Json, "[]", 400);
                data.Add(hook, "POST", right, Json, Deep, 400);
                data.Add(hook, "POST", right, Json, Large, 413);
                data.Add(hook, "POST", right, Json, "{}", 202);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task It_is_refused_or_passed_over_with_a_line_in_the_log_and_without_words(string door, string method, string from, string? type, string body, int status)
    {
        await service.Gate.WaitAsync(Cancelled);
        try
        {
            var before = Lines();
            var state = await StateAsync();
            using var answer = await SendAsync(door, method, from, type, body);

            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("", await answer.Content.ReadAsStringAsync(Cancelled));
            Assert.Empty(answer.Headers.Server);
            await Eventually.SeeAsync("one line in the log", () => Task.FromResult(Lines().Count), n => n > before.Count);
            var line = Assert.Single(Lines().Skip(before.Count));
            Assert.DoesNotContain(Key, line, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, line, StringComparison.Ordinal);
            Assert.InRange(line.Length, 1, 500);
            Assert.Equal(state, await StateAsync());
        }
        finally
        {
            service.Gate.Release();
        }
    }

    [Fact]
    public async Task Of_a_delivery_that_is_not_looked_after_nothing_comes_however_often_it_is_sent()
    {
        await service.Gate.WaitAsync(Cancelled);
        try
        {
            var state = await StateAsync();
            for (var i = 0; i < 3; i++)
            {
                foreach (var (type, body) in new[] { ("application/json", Push), ("application/x-www-form-urlencoded", "payload=" + Uri.EscapeDataString(Push)) })
                {
                    using var answer = await SendAsync("/api/github", "POST", "signature", type, body);
                    Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
                }
            }

            Assert.Equal(state, await StateAsync());
        }
        finally
        {
            service.Gate.Release();
        }
    }

    [Fact]
    public async Task The_secret_before_the_last_counts_while_it_is_changed()
    {
        await service.Gate.WaitAsync(Cancelled);
        try
        {
            using var answer = await SendAsync("/api/github", "POST", "previous signature", "application/json", Push);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        }
        finally
        {
            service.Gate.Release();
        }
    }

    [Fact]
    public async Task Health_says_up_and_no_more()
    {
        foreach (var path in new[] { "/api/health", "/api/health/live", "/api/health/ready" })
        {
            using var answer = await service.Process.Client.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
            Assert.Equal((HttpStatusCode.OK, "up"), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled)));
        }
    }

    private List<string> Lines() => [.. service.Process.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private Task<string> StateAsync() => service.Process.ReadStateAsync();

    private async Task<HttpResponseMessage> SendAsync(string door, string method, string from, string? type, string body)
    {
        var bytes = body switch
        {
            Deep => Encoding.ASCII.GetBytes(new string('[', 100_000)),
            Large => Filled(25_000_000),
            TooLarge => Filled((25 * 1024 * 1024) + 1),
            _ => Encoding.UTF8.GetBytes(body),
        };
        using var request = new HttpRequestMessage(new HttpMethod(method), door);
        if (method == "POST")
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            // Who asks first is spared sending it.
            request.Headers.ExpectContinue = bytes.Length > 1_000_000;
        }

        switch (from)
        {
            case "key":
                request.Headers.Add("x-functions-key", Key);
                break;
            case "bearer":
                request.Headers.Add("Authorization", "Bearer " + Key);
                break;
            case "wrong key":
                request.Headers.Add("x-functions-key", "wrong-horse-battery-staple");
                break;
            case "nobody":
                break;
            case "argocd" or "argocd with another token":
                request.Headers.Add("Authorization", "Bearer " + (from is "argocd" ? Token : "another-token-of-argocd"));
                break;
            case "flux" or "flux with another key":
                request.Headers.Add("X-Signature", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(from is "flux" ? FluxKey : "another-key-of-flux"), bytes)));
                break;
            default:
                if (from != "signature without event")
                {
                    request.Headers.Add("X-GitHub-Event", from.Split(" of ") is [_, var name] ? name : "push");
                }

                request.Headers.Add("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958");
                var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(from switch { "wrong signature" => "another-secret-of-webhooks", "previous signature" => "the-secret-before-that", _ => Secret }), bytes));
                request.Headers.Add(from is "sha1" ? "X-Hub-Signature" : "X-Hub-Signature-256", from switch { "sha1" => "sha1=" + signature[..40], "half a signature" => "sha256=" + signature[..32], _ => "sha256=" + signature });
                break;
        }

        return await service.Process.Client.SendAsync(request, Cancelled);
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)' ');
        return bytes;
    }

    /// <summary>A service with a key and a secret, over a GitHub that is not there.</summary>
    public sealed class Service : IAsyncLifetime
    {
        internal ServeProcess Process { get; } = new ServeProcess()
            .With("Basewatch__GitHub__ApiBaseAddress", "http://127.0.0.1:1/")
            .With("Basewatch__GitHub__Repositories__0", "acme/any")
            .With("Basewatch__GitHub__WebhookSecret", Secret)
            .With("Basewatch__GitHub__PreviousWebhookSecret", "the-secret-before-that")
            .With("Basewatch__Rollout__FluxKey", FluxKey)
            .With("Basewatch__Rollout__ArgoCdToken", Token)
            .With("Basewatch__Key", Key);

        internal SemaphoreSlim Gate { get; } = new(1);

        public async ValueTask InitializeAsync()
        {
            await Process.StartAsync();
            // What it does at its start has come to its end.
            await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            Gate.Dispose();
        }
    }
}
