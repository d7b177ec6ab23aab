using System.Net;
using System.Security.Cryptography;
using System.Text;
using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>What Flux and Argo CD say to <c>serve</c>.</summary>
public sealed class EvidenceDoorTests
{
    private const string Key = "a-key-of-flux-alone";

    private const string Token = "a-token-of-argocd-alone";

    /// <summary>As the store spells it.</summary>
    private const string Web = "flux!20apps._web";

    private const string Sha = "0123456789abcdef0123456789abcdef01234567";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_signed_or_has_the_token_is_kept_and_an_old_word_sent_again_is_not()
    {
        await using var serve = Serve().With("Basewatch__Rollout__FluxKey", Key).With("Basewatch__Rollout__ArgoCdToken", Token);
        await serve.StartAsync();

        Assert.Equal(HttpStatusCode.Accepted, await FluxAsync(serve, Event("info", "12:00")));
        var first = await VersionAsync(serve, Web);
        Assert.NotNull(first);
        await Eventually.SeeAsync("a line in the log", () => Task.FromResult(serve.Log), l => l.Contains("Flux: flux apps/web at 0123456789ab: healthy", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, await FluxAsync(serve, Event("error", "12:05")));
        var second = await VersionAsync(serve, Web);
        Assert.NotEqual(first, second);
        Assert.Equal(HttpStatusCode.Accepted, await FluxAsync(serve, Event("info", "12:00")));
        Assert.Equal(HttpStatusCode.Unauthorized, await FluxAsync(serve, Event("info", "12:10"), signed: Event("info", "12:09")));
        Assert.Equal(second, await VersionAsync(serve, Web));

        Assert.Equal(HttpStatusCode.Unauthorized, await ArgoCdAsync(serve, "another-token-of-argocd"));
        Assert.Null(await VersionAsync(serve, "argocd!20web"));
        Assert.Equal(HttpStatusCode.Accepted, await ArgoCdAsync(serve, Token));
        Assert.NotNull(await VersionAsync(serve, "argocd!20web"));
        Assert.DoesNotContain(Key, serve.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, serve.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_key_there_is_no_door()
    {
        await using var serve = Serve();
        await serve.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, await FluxAsync(serve, Event("info", "12:00")));
        Assert.Equal(HttpStatusCode.NotFound, await ArgoCdAsync(serve, Token));
        Assert.Null(await VersionAsync(serve, Web));
    }

    private static ServeProcess Serve() => new ServeProcess()
        .With("Basewatch__GitHub__ApiBaseAddress", "http://127.0.0.1:1/")
        .With("Basewatch__GitHub__Repositories__0", "acme/any");

    private static string Event(string severity, string time) =>
        $$$"""{"involvedObject":{"kind":"Kustomization","namespace":"apps","name":"web"},"severity":"{{{severity}}}","timestamp":"2026-01-02T{{{time}}}:00Z","message":"Health check passed in 1s","reason":"Progressing","metadata":{"revision":"main@sha1:{{{Sha}}}"},"reportingController":"kustomize-controller"}""";

    /// <summary>Another with each time that what is kept of a subject is written; null: nothing is.</summary>
    private static async Task<string?> VersionAsync(ServeProcess serve, string subject) =>
        (await serve.ReadStateAsync()).Split(Environment.NewLine).FirstOrDefault(l => l.StartsWith($"deliveries {subject} ", StringComparison.Ordinal))?.Split(' ')[^1];

    private static async Task<HttpStatusCode> FluxAsync(ServeProcess serve, string body, string? signed = null)
    {
        using var request = Post("/hooks/flux", body);
        request.Headers.Add("X-Signature", "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), Encoding.UTF8.GetBytes(signed ?? body))));
        using var answer = await serve.Client.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }

    private static async Task<HttpStatusCode> ArgoCdAsync(ServeProcess serve, string token)
    {
        using var request = Post("/hooks/argocd", $$"""{"application":"web","revision":"{{Sha}}","operationRevision":"{{Sha}}","phase":"Succeeded","health":"Healthy","sync":"Synced","finishedAt":"2026-01-02T12:00:00Z"}""");
        request.Headers.Add("Authorization", "Bearer " + token);
        using var answer = await serve.Client.SendAsync(request, Cancelled);
        return answer.StatusCode;
    }

    private static HttpRequestMessage Post(string path, string body) => new(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
