using Basewatch.Adapters.Registries;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class SignInTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_fetched_from_the_realm_and_sent_to_the_registry()
    {
        await using var server = await ScriptedServer.StartAsync(WithTokens());
        using var registry = Scripts.Open(Login(server));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));

        Assert.Equal(["/v2/team/app/tags/list?n=1000", "/token?service=reg%20istry&scope=repository%3Ateam%2Fapp%3Apull", "/v2/team/app/tags/list?n=1000"], server.Requests.Select(r => r.Path));
        Assert.False(server.Requests[0].Headers.ContainsKey("Authorization"));
        Assert.Equal("Basic " + Convert.ToBase64String("ann:s3cret"u8), server.Requests[1].Headers["Authorization"]);
        Assert.Equal("Bearer token-1", server.Requests[2].Headers["Authorization"]);
    }

    [Fact]
    public async Task A_token_is_used_until_it_ends_and_what_the_registry_wants_is_remembered()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var server = await ScriptedServer.StartAsync(WithTokens(grant: """{"access_token":"TOKEN","expires_in":300}"""));
        using var registry = Scripts.Open(time: time);

        await registry.ListTagsAsync(server.Name(), Token);
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(4, server.Requests.Count);

        time.Advance(TimeSpan.FromSeconds(291));
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(["/token", "/v2/team/app/tags/list"], server.Requests.Skip(4).Select(r => r.Path.Split('?')[0]));

        await registry.ListTagsAsync(server.Name("team/other"), Token);
        Assert.Equal(["/token", "/v2/team/other/tags/list"], server.Requests.Skip(6).Select(r => r.Path.Split('?')[0]));
        Assert.All(server.Requests.Where(r => r.Path.StartsWith("/token", StringComparison.Ordinal)), r => Assert.False(r.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task A_token_that_was_revoked_is_fetched_anew()
    {
        var tokens = 0;
        var accepted = "Bearer token-1";
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Path == "/token" ? Answers.Json($$"""{"token":"token-{{Interlocked.Increment(ref tokens)}}","expires_in":"300"}""")(context)
            : context.Request.Headers.Authorization == accepted ? Scripts.Tags("1")(context)
            : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\""));
        using var registry = Scripts.Open();
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        accepted = "Bearer token-2";
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(2, tokens);
    }

    [Fact]
    public async Task Calls_at_once_for_one_repository_share_one_token()
    {
        const int Calls = 12;
        await using var server = await ScriptedServer.StartAsync(WithTokens(inner: Scripts.Manifest()));
        using var registry = Scripts.Open();
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(i => registry.ResolveAsync(server.Reference($"team/app:{i}"), Token)));

        // The first goes alone, so that one is refused and not all.
        Assert.Equal(Calls + 1, server.Requests.Count(r => r.Method == "HEAD"));
        Assert.Single(server.Requests, r => r.Method == "GET");
    }

    [Fact]
    public async Task A_password_is_not_sent_to_a_realm_on_a_foreign_host()
    {
        await using var foreign = await ScriptedServer.StartAsync(Answers.Json("""{"token":"x"}"""));
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, $"Bearer realm=\"http://localhost:{foreign.Address.Port}/token\",service=\"s\""));
        using var registry = Scripts.Open(Login(server));
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains($"wants its password sent to localhost:{foreign.Address.Port}: where that is its sign-in service, set TokenHost to localhost", e.Message, StringComparison.Ordinal);
        Assert.Empty(foreign.Requests);
    }

    [Fact]
    public async Task A_foreign_realm_that_is_configured_gets_the_password_and_one_that_is_not_is_asked_without()
    {
        await using var foreign = await ScriptedServer.StartAsync(Answers.Json("""{"token":"x"}"""));
        await using var server = await ScriptedServer.StartAsync(context =>
            context.Request.Headers.Authorization == "Bearer x" ? Scripts.Tags("1")(context)
            : Challenge(context, $"Bearer realm=\"http://localhost:{foreign.Address.Port}/token\",service=\"s\""));
        using var signedIn = Scripts.Open(Login(server) with { TokenHost = "localhost" });
        Assert.Equal(["1"], await signedIn.ListTagsAsync(server.Name(), Token));
        using var anonymous = Scripts.Open();
        Assert.Equal(["1"], await anonymous.ListTagsAsync(server.Name(), Token));
        Assert.Equal([true, false], foreign.Requests.Select(r => r.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task What_signs_in_does_not_follow_a_redirect_to_another_origin()
    {
        await using var elsewhere = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            if (context.Request.Headers.Authorization.Count == 0)
            {
                return Challenge(context, "Basic realm=\"x\"");
            }

            context.Response.Redirect($"{elsewhere.Address}v2/team/app/tags/list");
            return Task.CompletedTask;
        });
        using var registry = Scripts.Open(Login(server));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.False(Assert.Single(elsewhere.Requests).Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_configured_token_is_sent_as_it_is()
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open(new RegistrySettings { Host = server.Host, Token = "abc" });
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal("Bearer abc", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task Where_nobody_asks_for_the_credentials_the_message_says_so()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Status(403));
        using var registry = Scripts.Open(new RegistrySettings { Host = server.Host, Username = "ann", Password = "s3cret" });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Contains("it did not ask for the credentials in the registry settings", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_a_fresh_token_does_not_open_is_denied_after_three_requests()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Path == "/token" ? Answers.Json("""{"token":"x"}""")(context) : Challenge(
            context, $"Bearer realm=\"http://{context.Request.Host}/token\",scope=\"repository:other/thing:pull,push\"", """{"errors":[{"code":"UNAUTHORIZED","message":"authentication\nrequired","detail":[{}]}]}"""));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains("denies the tags of team/app (401 UNAUTHORIZED: authentication\uFFFDrequired): it is not there or private", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, server.Requests.Count);
        Assert.EndsWith("scope=repository%3Ateam%2Fapp%3Apull", server.Requests[1].Path, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name("team/another"), Token));
        Assert.Equal(5, server.Requests.Count);
    }

    [Theory]
    [InlineData("""{"expires_in":300}""", 200, RegistryFailure.Malformed, "without a token")]
    [InlineData("""{"token":"a\r\nb"}""", 200, RegistryFailure.Malformed, "without a token")]
    [InlineData("<html>", 200, RegistryFailure.Malformed, "without a token")]
    [InlineData("""{"errors":[{"code":"DENIED","message":"wrong password"}]}""", 401, RegistryFailure.Denied, "(401 DENIED: wrong password): check the credentials in the registry settings, and their right to read it")]
    [InlineData("", 503, RegistryFailure.ServerError, "answered 503")]
    public async Task A_sign_in_service_that_gives_no_token_is_named(string body, int status, RegistryFailure failure, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(WithTokens(grant: body, grantStatus: status));
        using var registry = Scripts.Open(Login(server));
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(failure, e.Failure);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.Contains("the sign-in service " + server.Host, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker.io", null, "https://auth.docker.io/token", true)]
    [InlineData("registry.gitlab.com", null, "https://gitlab.com/jwt/auth", true)]
    [InlineData("ghcr.io", null, "https://ghcr.io/token", true)]
    [InlineData("registry.digitalocean.com", null, "https://api.digitalocean.com/v2/registry/auth", true)]
    [InlineData("quay.io", null, "https://quay.io/v2/auth", true)]
    [InlineData("gcr.io", null, "https://gcr.io/v2/token", true)]
    [InlineData("eu.gcr.io", null, "https://eu.gcr.io/v2/token", true)]
    [InlineData("europe-west1-docker.pkg.dev", null, "https://europe-west1-docker.pkg.dev/v2/token", true)]
    [InlineData("europe-west1-docker.pkg.dev", null, "https://us-docker.pkg.dev/v2/token", false)]
    [InlineData("public.ecr.aws", null, "https://public.ecr.aws/token/", true)]
    [InlineData("fox.azurecr.io", null, "https://fox.azurecr.io/oauth2/token", true)]
    [InlineData("fox.westeurope.geo.azurecr.io", null, "https://fox.azurecr.io/oauth2/token", true)]
    [InlineData("gitlab.example.com:5050", null, "https://gitlab.example.com/jwt/auth", true)]
    [InlineData("registry.gitlab.example.com", null, "https://gitlab.example.com/jwt/auth", true)]
    [InlineData("registry.example.com", null, "https://gitlab.example.com/jwt/auth", false)]
    [InlineData("harbor.example.com", null, "https://harbor.example.com/service/token", true)]
    [InlineData("acme.jfrog.io", null, "https://acme.jfrog.io/artifactory/api/docker/null/v2/token", true)]
    [InlineData("acme-docker.jfrog.io", null, "https://acme-docker.jfrog.io/artifactory/api/docker/docker/v2/token", true)]
    [InlineData("acme.jfrog.io", null, "https://other.jfrog.io/artifactory/api/docker/null/v2/token", false)]
    [InlineData("docker.artifactory.example.com", null, "https://artifactory.example.com/v2/token", true)]
    [InlineData("a.azurecr.io", null, "https://b.azurecr.io/oauth2/token", false)]
    [InlineData("docker.io", null, "https://auth.docker.io.evil.example/token", false)]
    [InlineData("docker.io", null, "https://evildocker.io/token", false)]
    [InlineData("registry.io", null, "https://io/token", false)]
    [InlineData("docker.io", "https://mirror.example.com", "https://auth.docker.io/token", false)]
    [InlineData("10.0.0.1:5000", null, "https://0.0.1/token", false)]
    public void Credentials_go_to_realms_of_the_same_house_alone(string host, string? endpoint, string realm, bool trusted)
    {
        var settings = new RegistrySettings { Host = host, Endpoint = endpoint, Username = "ann", Password = "s3cret" };
        Assert.Equal(trusted, RegistryEndpoint.Of(host, new RegistryOptions { Registries = [settings] })!.Trusts(new Uri(realm)));
    }

    private static RegistrySettings Login(ScriptedServer server) => new() { Host = server.Host, Username = "ann", Password = "s3cret" };

    private static Task Challenge(HttpContext context, string challenge, string body = "")
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return Answers.Json(body, 401)(context);
    }

    /// <summary>A registry with a sign-in service on the same host. It takes any token that the service gave.</summary>
    private static RequestDelegate WithTokens(string grant = """{"token":"token-1","expires_in":300}""", int grantStatus = 200, RequestDelegate? inner = null) => context =>
        context.Request.Path == "/token" ? Answers.Json(grant, grantStatus)(context)
        : context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal) ? (inner ?? Scripts.Tags("1"))(context)
        : Challenge(context, $"Bearer realm=\"http://{context.Request.Host}/token\",service=\"reg istry\",scope=\"repository:team/app:pull\", Basic realm=\"x\"");
}
