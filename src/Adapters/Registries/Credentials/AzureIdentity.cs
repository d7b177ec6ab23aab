using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Azure.Core;
using Azure.Identity;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>
/// Signs in to registries of Azure with an Entra identity: its token is exchanged for a refresh token of the registry, which gives tokens to
/// read (<see href="https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md"/>).
/// </summary>
/// <param name="create">Makes the credential of an identity.</param>
/// <param name="time">The clock.</param>
internal sealed class AzureIdentity(Func<AzureIdentityName, TokenCredential> create, TimeProvider time)
{
    private const int LargestAnswer = 1024 * 1024;

    private const string Roles =
        "give the identity the role AcrPull on the registry, or Container Registry Repository Reader where the registry has repository permissions (ABAC), which does not honour AcrPull";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A refusal is remembered for this long: some identities take seconds to be found missing.</summary>
    private static readonly TimeSpan RefusalLife = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan DefaultLife = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<AzureIdentityName, Lazy<TokenCredential>> _credentials = new();
    private readonly Remembered<string, Outcome> _outcomes = new(time);

    /// <summary>
    /// The identity that is there: of the environment, of a workload with federation, a managed one, or that of <c>az login</c> or <c>azd auth login</c>.
    /// </summary>
    public static TokenCredential Create(AzureIdentityName name)
    {
        var options = new DefaultAzureCredentialOptions
        {
            ExcludeAzurePowerShellCredential = true,
            ExcludeBrokerCredential = true,
            ExcludeInteractiveBrowserCredential = true,
            ExcludeVisualStudioCodeCredential = true,
            ExcludeVisualStudioCredential = true,
        };

        // Without a value each has the environment's, which a null would take away.
        if (name.Authority is not null)
        {
            options.AuthorityHost = name.Authority;
        }

        if (name.TenantId is not null)
        {
            options.TenantId = name.TenantId;
        }

        if (name.ClientId is not null)
        {
            options.ManagedIdentityClientId = options.WorkloadIdentityClientId = name.ClientId;
        }

        return new DefaultAzureCredential(options);
    }

    /// <summary>The login for a registry.</summary>
    /// <param name="endpoint">The registry.</param>
    /// <param name="http">Asks it.</param>
    /// <param name="realm">Its sign-in service, as it named it.</param>
    /// <param name="service">Its name there.</param>
    /// <param name="timeout">For the exchange.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RegistryException">There is no identity, or the registry does not know it; the message says what to do.</exception>
    public async Task<RegistryLogin> SignInAsync(RegistryEndpoint endpoint, RegistryHttp http, Uri realm, string? service, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!endpoint.IsItself(realm))
        {
            throw Denied(endpoint, $"{endpoint.Host} wants the Azure identity's token sent to {Excerpt.Of(realm.Authority)}, which is not the registry itself");
        }

        var exchange = new Uri(realm, "/oauth2/exchange");
        var key = $"{exchange} {service} {endpoint.Settings.ClientId} {endpoint.Settings.TenantId}";
        var outcome = await _outcomes.GetAsync(key, token => FindAsync(endpoint, http, exchange, service ?? endpoint.Origin.IdnHost, timeout, token), cancellationToken);
        return outcome.Login ?? throw outcome.Refusal!;
    }

    private async Task<(Outcome Outcome, TimeSpan Life)> FindAsync(
        RegistryEndpoint endpoint, RegistryHttp http, Uri exchange, string service, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var entra = await TokenAsync(endpoint, cancellationToken);
            var refresh = await ExchangeAsync(endpoint, http, exchange, service, entra, timeout, cancellationToken);
            var login = new RegistryLogin("of the Azure identity") { IdentityToken = refresh, IsForItsHostAlone = true, Advice = Roles };
            var life = LifeOf(refresh, time) ?? DefaultLife;
            return (new Outcome(login, null), life > Slack ? life - Slack : TimeSpan.Zero);
        }
        catch (RegistryException e) when (e.Failure == RegistryFailure.Denied)
        {
            return (new Outcome(null, e), RefusalLife);
        }
    }

    /// <summary>How long a token lives by its own words; null where it has none.</summary>
    public static TimeSpan? LifeOf(string token, TimeProvider time)
    {
        if (!new JsonWebTokenHandler().CanReadToken(token))
        {
            return null;
        }

        try
        {
            return new JsonWebToken(token).TryGetPayloadValue<long>(JwtRegisteredClaimNames.Exp, out var end) ? DateTimeOffset.FromUnixTimeSeconds(end) - time.GetUtcNow() : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private async Task<string> TokenAsync(RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        var cloud = AzureCloud.Of(endpoint.Origin.IdnHost);
        var name = new AzureIdentityName(endpoint.Settings.ClientId, endpoint.Settings.TenantId, cloud?.Authority);
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var credential = _credentials.GetOrAdd(name, n => new Lazy<TokenCredential>(() => create(n))).Value;
            return (await credential.GetTokenAsync(new TokenRequestContext([(cloud ?? AzureCloud.Public).Scope]), either.Token)).Token;
        }
        catch (CredentialUnavailableException e)
        {
            throw Denied(
                endpoint,
                $"there is no Azure identity to sign in to {endpoint.Host} with: run az login, or give the service a managed identity{(endpoint.Settings.ClientId is null ? $" (name a user-assigned one by {nameof(RegistrySettings.ClientId)})" : "")}, "
                + $"or list {endpoint.Host} with a user name and password in the registry settings",
                e);
        }
        catch (AuthenticationFailedException e)
        {
            throw Denied(endpoint, $"the Azure identity for {endpoint.Host} can't be used ({Excerpt.Of(e.Message)}): check az login, or {nameof(RegistrySettings.ClientId)} and {nameof(RegistrySettings.TenantId)} in its registry settings", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Unreachable, $"the Azure identity for {endpoint.Host} gave no token within {RegistryHttp.Seconds(Patience)}", innerException: e);
        }
    }

    private static async Task<string> ExchangeAsync(
        RegistryEndpoint endpoint, RegistryHttp http, Uri exchange, string service, string entra, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["grant_type"] = "access_token", ["service"] = service, ["access_token"] = entra };
        if (endpoint.Settings.TenantId is { } tenant)
        {
            form["tenant"] = tenant;
        }

        var question = new RegistryQuestion("token", "a token for the Azure identity", "application/json", LargestAnswer);
        using var answer = await http.SendAsync(HttpMethod.Post, exchange, null, question, timeout, cancellationToken, form);
        if (answer.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.NotFound)
        {
            throw Denied(endpoint, $"{endpoint.Host} does not let the Azure identity in ({answer.StatusText}): {Roles}");
        }

        if (answer.Status != HttpStatusCode.OK)
        {
            throw StatusFault.Of(endpoint, answer, endpoint.Host, question.Subject);
        }

        try
        {
            if (JsonSerializer.Deserialize(answer.Body.Span, RegistryJson.Default.TokenGrant)?.RefreshToken is { Length: > 0 } token)
            {
                return token;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new RegistryException(endpoint.Host, RegistryFailure.Malformed, $"{endpoint.Host} answered {answer.MediaType ?? "something"} without a token in it when asked for {question.Subject}");
    }

    private static RegistryException Denied(RegistryEndpoint endpoint, string message, Exception? inner = null) =>
        new(endpoint.Host, RegistryFailure.Denied, message, innerException: inner);

    private sealed record Outcome(RegistryLogin? Login, RegistryException? Refusal);
}

/// <summary>Which identity: each null is the environment's, or the usual one.</summary>
/// <param name="ClientId">The client id of a user-assigned or federated identity.</param>
/// <param name="TenantId">The tenant.</param>
/// <param name="Authority">Where its tokens are asked for.</param>
internal sealed record AzureIdentityName(string? ClientId, string? TenantId, Uri? Authority);
