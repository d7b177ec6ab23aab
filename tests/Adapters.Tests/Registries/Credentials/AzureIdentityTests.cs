using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using Azure.Core;
using Azure.Identity;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries.Credentials;

/// <summary>Against a stand-in for Azure's registries after their documented protocol (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md).</summary>
public sealed class AzureIdentityTests
{
    private const string EntraToken = "entra-s3cret";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly ConcurrentDictionary<string, string> _scopes = new(StringComparer.Ordinal);
    private readonly Warnings _warnings = new();
    private int _issued;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_identity_is_exchanged_once_and_one_token_a_repository_lists_and_pulls()
    {
        await using var server = await ScriptedServer.StartAsync(Azure());
        var identity = new Identity();
        using var registry = Open(server, identity);
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.NotNull(await registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(
            ["GET /v2/team/app/tags/list?n=1000", "POST /oauth2/exchange", "POST /oauth2/token", "GET /v2/team/app/tags/list?n=1000", "HEAD /v2/team/app/manifests/1"],
            server.Requests.Select(r => $"{r.Method} {r.Path}"));
        var host = Uri.EscapeDataString(server.Address.Authority);
        Assert.Equal($"grant_type=access_token&service={host}&access_token={EntraToken}", server.Requests[1].Body);
        Assert.Contains("grant_type=refresh_token", server.Requests[2].Body, StringComparison.Ordinal);
        Assert.Contains("scope=repository%3Ateam%2Fapp%3Apull%2Cmetadata_read", server.Requests[2].Body, StringComparison.Ordinal);
        Assert.All(server.Requests.Where((_, i) => i != 1), r => Assert.DoesNotContain(EntraToken, r.Body + string.Concat(r.Headers.Values), StringComparison.Ordinal));
        Assert.Equal("https://containerregistry.azure.net/.default", Assert.Single(identity.Scopes));

        await registry.ListTagsAsync(server.Name("team/other"), Token);
        Assert.Equal(["POST /oauth2/token", "GET /v2/team/other/tags/list?n=1000"], server.Requests.Skip(5).Select(r => $"{r.Method} {r.Path}"));

        // The tokens say themselves how long they live: 75 minutes, and three hours for the one that the others come from.
        _time.Advance(TimeSpan.FromMinutes(74));
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(8, server.Requests.Count);
        _time.Advance(TimeSpan.FromMinutes(110));
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(["POST /oauth2/exchange", "POST /oauth2/token", "GET /v2/team/app/tags/list?n=1000"], server.Requests.Skip(8).Select(r => $"{r.Method} {r.Path}"));
    }

    [Fact]
    public async Task A_token_that_pulls_is_changed_for_one_that_lists_too()
    {
        await using var server = await ScriptedServer.StartAsync(Azure());
        using var registry = Open(server, new Identity());
        Assert.NotNull(await registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(["team/app:pull", "team/app:pull,metadata_read"], _scopes.Values.Order(StringComparer.Ordinal));
        Assert.Equal(1, server.Requests.Count(r => r.Path == "/oauth2/exchange"));
    }

    [Fact]
    public async Task Without_an_identity_a_registry_that_anyone_may_pull_from_is_read_all_the_same()
    {
        await using var server = await ScriptedServer.StartAsync(Azure(anonymousPull: true));
        using var registry = Open(server, new Identity(new CredentialUnavailableException("nobody is signed in")));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Contains("there is no Azure identity to sign in to", Assert.Single(_warnings.Lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_is_no_identity_of_use_the_message_says_what_to_do(bool broken)
    {
        await using var server = await ScriptedServer.StartAsync(Azure());
        var identity = new Identity(broken ? new AuthenticationFailedException("AADSTS700016: no such application") : new CredentialUnavailableException("nobody is signed in"));
        using var registry = Open(server, identity);
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains(broken ? "can't be used (AADSTS700016: no such application): check az login" : "run az login, or give the service a managed identity", e.Message, StringComparison.Ordinal);

        // It takes long to find that there is none, so it is not looked for again at once.
        await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name("team/other"), Token));
        Assert.Single(identity.Scopes);
    }

    [Theory]
    [InlineData("/oauth2/exchange")]
    [InlineData("/oauth2/token")]
    [InlineData("/v2/team/app/tags/list")]
    public async Task A_denial_names_both_roles(string where)
    {
        var azure = Azure();
        await using var server = await ScriptedServer.StartAsync(context => context.Request.Path == where && (where[1] == 'o' || context.Request.Headers.Authorization.Count > 0)
            ? Answers.Json("""{"errors":[{"code":"DENIED","message":"no"}]}""", 403)(context) : azure(context));
        using var registry = Open(server, new Identity());
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Denied, e.Failure);
        Assert.Contains("AcrPull", e.Message, StringComparison.Ordinal);
        Assert.Contains("Container Registry Repository Reader", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_identity_is_not_shown_to_another_host_even_where_a_password_would_be()
    {
        await using var foreign = await ScriptedServer.StartAsync(Azure());
        await using var server = await ScriptedServer.StartAsync(context => Challenge(context, $"Bearer realm=\"{foreign.Address}oauth2/token\",service=\"x\""));
        var identity = new Identity();
        using var registry = Open(server, identity, new RegistrySettings { Host = server.Host, AzureIdentity = true, TokenHost = "127.0.0.1" });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Contains($"wants the Azure identity's token sent to {foreign.Host}, which is not the registry itself", e.Message, StringComparison.Ordinal);
        Assert.Empty(identity.Scopes);
        Assert.All(foreign.Requests, r => Assert.Equal(("GET", false), (r.Method, r.Headers.ContainsKey("Authorization"))));
    }

    [Fact]
    public async Task Each_registry_has_the_identity_that_its_settings_name()
    {
        const string Client = "11111111-2222-3333-4444-555555555555";
        const string Tenant = "contoso.example";
        await using var server = await ScriptedServer.StartAsync(Azure());
        var asked = new List<AzureIdentityName>();
        using var registry = Scripts.Open(
            new RegistrySettings { Host = server.Host, AzureIdentity = true, ClientId = Client, TenantId = Tenant }, time: _time,
            azure: name =>
            {
                asked.Add(name);
                return new Identity();
            });
        await registry.ListTagsAsync(server.Name(), Token);
        Assert.Equal(new AzureIdentityName(Client, Tenant, null), Assert.Single(asked));
        Assert.EndsWith($"&tenant={Tenant}", server.Requests[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fox.azurecr.io", null, "https://containerregistry.azure.net/.default", "https://login.microsoftonline.com/")]
    [InlineData("fox-abc123.azurecr.io", null, "https://containerregistry.azure.net/.default", "https://login.microsoftonline.com/")]
    [InlineData("fox.westeurope.geo.azurecr.io", null, "https://containerregistry.azure.net/.default", "https://login.microsoftonline.com/")]
    [InlineData("fox.azurecr.cn", null, "https://management.chinacloudapi.cn/.default", "https://login.chinacloudapi.cn/")]
    [InlineData("fox.azurecr.us", null, "https://management.usgovcloudapi.net/.default", "https://login.microsoftonline.us/")]
    [InlineData("fox.azurecr.io.evil.example", null, null, null)]
    [InlineData("azurecr.io", null, null, null)]
    [InlineData("fox.azurecr.io", "https://mirror.example.com", null, null)]
    [InlineData("registry.example.com", "https://fox.azurecr.io", "https://containerregistry.azure.net/.default", "https://login.microsoftonline.com/")]
    public void A_registry_of_Azure_is_told_by_where_it_is_really_reached(string host, string? endpoint, string? scope, string? authority)
    {
        var registry = RegistryEndpoint.Of(host, new RegistryOptions { Registries = [new RegistrySettings { Host = host, Endpoint = endpoint }] })!;
        Assert.Equal(scope is not null, registry.HasAzureIdentity);
        Assert.Equal((scope, authority), (AzureCloud.Of(registry.Origin.IdnHost)?.Scope, AzureCloud.Of(registry.Origin.IdnHost)?.Authority.AbsoluteUri));
    }

    [Theory]
    [InlineData("https://fox.azurecr.io/oauth2/token", true)]
    [InlineData("https://fox.westeurope.geo.azurecr.io/oauth2/token", true)]
    [InlineData("https://fox.eastus.geo.azurecr.io/oauth2/token", true)]
    [InlineData("https://hen.azurecr.io/oauth2/token", false)]
    [InlineData("https://hen.westeurope.geo.azurecr.io/oauth2/token", false)]
    [InlineData("https://fox.azurecr.cn/oauth2/token", false)]
    [InlineData("http://fox.azurecr.io/oauth2/token", false)]
    [InlineData("https://azurecr.io/oauth2/token", false)]
    [InlineData("https://fox.azurecr.io:8443/oauth2/token", false)]
    public void A_region_of_a_registry_is_the_same_registry_and_another_is_not(string realm, bool same) =>
        Assert.Equal(same, RegistryEndpoint.Of("fox.westeurope.geo.azurecr.io", new RegistryOptions())!.IsItself(new Uri(realm)));

    private OciRegistry Open(ScriptedServer server, Identity identity, RegistrySettings? settings = null) =>
        Scripts.Open(settings ?? new RegistrySettings { Host = server.Host, AzureIdentity = true }, time: _time, logger: _warnings, azure: _ => identity);

    private static Task Challenge(HttpContext context, string challenge)
    {
        context.Response.Headers.WWWAuthenticate = challenge;
        return Answers.Json("""{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""", 401)(context);
    }

    private RequestDelegate Azure(bool anonymousPull = false) => async context =>
    {
        var (request, host) = (context.Request, context.Request.Host.ToString());
        if (request.Path == "/oauth2/exchange")
        {
            var form = await request.ReadFormAsync(context.RequestAborted);
            await (form["grant_type"] == "access_token" && form["service"] == host && form["access_token"] == EntraToken
                ? Answers.Json($$"""{"refresh_token":"{{Jwt("refresh", TimeSpan.FromHours(3))}}"}""") : Answers.Json("{}", 401))(context);
        }
        else if (request.Path == "/oauth2/token")
        {
            var form = request.Method == "POST" ? await request.ReadFormAsync(context.RequestAborted) : null;
            var isKnown = form is not null && form["grant_type"] == "refresh_token" && form["service"] == host && form["refresh_token"].ToString().Contains('.', StringComparison.Ordinal);
            if (!isKnown && !(anonymousPull && form is null))
            {
                await Answers.Json("{}", 401)(context);
                return;
            }

            var token = Jwt($"access-{Interlocked.Increment(ref _issued)}", TimeSpan.FromMinutes(75));
            _scopes[token] = (form?["scope"] ?? request.Query["scope"]).ToString()["repository:".Length..];
            await Answers.Json($$"""{"access_token":"{{token}}"}""")(context);
        }
        else
        {
            var path = request.Path.ToString();
            var isList = path.EndsWith("/tags/list", StringComparison.Ordinal);
            var repository = path["/v2/".Length..path.LastIndexOf(isList ? "/tags" : "/manifests", StringComparison.Ordinal)];
            var action = isList ? "metadata_read" : "pull";
            var held = request.Headers.Authorization.ToString() is ['B', 'e', 'a', 'r', 'e', 'r', ' ', .. var token] ? _scopes.GetValueOrDefault(token) : null;
            await (held is null || held.Split(':') is not [var name, var actions] || name != repository || !actions.Split(',').Contains(action, StringComparer.Ordinal)
                ? c => Challenge(c, $"Bearer realm=\"http://{host}/oauth2/token\",service=\"{host}\",scope=\"repository:{repository}:{action}\"")
                : isList ? Scripts.Tags("1") : Scripts.Manifest())(context);
        }
    };

    private string Jwt(string id, TimeSpan life) =>
        $"{Part("""{"alg":"none","typ":"JWT"}""")}.{Part($$"""{"jti":"{{id}}","exp":{{(_time.GetUtcNow() + life).ToUnixTimeSeconds()}}}""")}.c2ln";

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed class Identity(Exception? failure = null) : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return failure is null ? new(new AccessToken(EntraToken, DateTimeOffset.MaxValue)) : throw failure;
        }
    }
}
