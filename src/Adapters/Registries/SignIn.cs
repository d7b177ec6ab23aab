using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Signs in to one registry: not at all, by user name and password, or by a token of the sign-in service that the registry names
/// (<see href="https://distribution.github.io/distribution/spec/auth/token/"/>). What the registry wanted once is remembered, so that
/// it is refused no more than one request. Logins are looked for only after that: most registries are open.
/// </summary>
internal sealed class SignIn(RegistryEndpoint endpoint, RegistryHttp http, RegistryLogins logins, TimeProvider time, ILogger logger)
{
    private const int KeptTokens = 2000;
    private const int LargestGrant = 1024 * 1024;

    // Azure's registries want this right for tag lists, beside that to pull (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md).
    private const string MetadataRead = "metadata_read";

    /// <summary>A token without a stated life lives this long.</summary>
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(12);

    /// <summary>It is not used in its last seconds: it has to arrive, and clocks differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<TokenKey, Token> _tokens = [];
    private readonly SingleFlight<TokenKey, Token> _fetches = new();
    private volatile AuthenticationChallenge? _known;
    private volatile bool _wantsMetadataRead;
    private int _toldRefusal;

    /// <summary>What to send with the first attempt to read a repository; null where nothing is known to be needed.</summary>
    public async Task<Credential?> BeforeAsync(string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (endpoint.Settings.Token is { } token)
        {
            return new Credential(new("Bearer", token), new RegistryLogin("in the registry settings"), IsFresh: true);
        }

        try
        {
            return _known is { } challenge ? await AnswerAsync(challenge, repository, timeout, cancellationToken) : null;
        }
        catch (RegistryException e) when (endpoint.Settings.Username is null && e.Failure == RegistryFailure.Denied)
        {
            // Another repository needed a token. This one may be open to everyone.
            return new Credential(null, null, IsFresh: true, e);
        }
    }

    /// <summary>What to send after a registry said 401 to <paramref name="rejected"/>; null where there is nothing better.</summary>
    public async Task<Credential?> AfterAsync(string? header, Credential? rejected, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (endpoint.Settings.Token is not null || Choose(header) is not { } challenge)
        {
            return null;
        }

        var wantsMore = !_wantsMetadataRead && Actions(challenge).Contains(MetadataRead, StringComparer.Ordinal);
        _wantsMetadataRead |= wantsMore;
        if (rejected is not null)
        {
            var changed = wantsMore
                || _known is not { } known || known.Scheme != challenge.Scheme || known["realm"] != challenge["realm"] || known["service"] != challenge["service"];
            if (!changed && rejected.IsFresh)
            {
                return null;
            }

            Forget(rejected);
        }

        _known = challenge;
        return await AnswerAsync(challenge, repository, timeout, cancellationToken);
    }

    private static AuthenticationChallenge? Choose(string? header)
    {
        var challenges = AuthenticationChallenge.ParseAll(header ?? "");
        return challenges.FirstOrDefault(c => c.Is("Bearer") && c["realm"] is not null) ?? challenges.FirstOrDefault(c => c.Is("Basic"));
    }

    private async Task<Credential?> AnswerAsync(AuthenticationChallenge challenge, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (challenge.Is("Basic"))
        {
            var login = await logins.FindAsync(endpoint, http, repository, null, null, timeout, cancellationToken);
            return login is null ? null
                : login.Username is not null ? new Credential(Basic(login), login, IsFresh: true)
                : new Credential(null, null, IsFresh: true, new RegistryException(
                    endpoint.Host, RegistryFailure.Denied,
                    $"{endpoint.Host} wants a user name and a password, and {login} are a token: run docker login {endpoint.RealHost} with a user name, or list it with both in the registry settings"));
        }

        var key = new TokenKey(challenge["realm"]!, challenge["service"], Scope(challenge, repository));
        if (Held(key) is { } held)
        {
            return held.Credential(isFresh: false);
        }

        // Looked up once more within: the last fetch may have ended just now.
        var fetched = await _fetches.RunAsync(key, async token => Held(key) ?? await FetchAsync(key, repository, timeout, token), cancellationToken);
        return fetched.Credential(isFresh: true);
    }

    /// <summary>
    /// No more than the right to read is asked for, whatever the registry says. A few services have scopes of another kind (ECR Public: aws): those are passed on.
    /// </summary>
    private string Scope(AuthenticationChallenge challenge, string repository) =>
        challenge["scope"] is { Length: > 0 } asked && !asked.Contains("repository:", StringComparison.Ordinal) ? asked
        : $"repository:{endpoint.Prefix}{repository}:pull{(_wantsMetadataRead ? "," + MetadataRead : "")}";

    /// <summary>The actions of a scope such as <c>repository:team/app:pull,metadata_read</c>.</summary>
    private static string[] Actions(AuthenticationChallenge challenge) =>
        challenge["scope"] is { } scope ? scope[(scope.LastIndexOf(':') + 1)..].Split(',', StringSplitOptions.TrimEntries) : [];

    private Token? Held(TokenKey key)
    {
        lock (_gate)
        {
            return _tokens.TryGetValue(key, out var token) && token.Expires > time.GetUtcNow() ? token : null;
        }
    }

    /// <summary>A token by the login there is. Where nobody has named that for this registry, and it is refused, it may still let anyone read.</summary>
    private async Task<Token> FetchAsync(TokenKey key, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var realm = Realm(key.Realm);
        RegistryLogin? login = null;
        RegistryException? refusal = null;
        try
        {
            login = await logins.FindAsync(endpoint, http, repository, realm, key.Service, timeout, cancellationToken);
            if (login is not null)
            {
                return Keep(key, await GrantAsync(realm, key, login, repository, timeout, cancellationToken));
            }
        }
        catch (RegistryException e) when (e.Failure == RegistryFailure.Denied && login?.IsChosen != true)
        {
            refusal = e;
        }

        try
        {
            var token = await GrantAsync(realm, key, null, repository, timeout, cancellationToken);
            if (refusal is not null && Interlocked.Exchange(ref _toldRefusal, 1) == 0)
            {
                logger.ReadsAnonymously(refusal.Message, endpoint.Host);
            }

            return Keep(key, token with { Refusal = refusal });
        }
        catch (RegistryException e) when (refusal is not null && e.Failure == RegistryFailure.Denied)
        {
            throw refusal;
        }
    }

    private async Task<Token> GrantAsync(Uri realm, TokenKey key, RegistryLogin? login, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (login?.RegistryToken is { } registryToken)
        {
            return new Token(registryToken, time.GetUtcNow() + DefaultLife, login);
        }

        if (login is not null && !(login.IsForItsHostAlone ? endpoint.IsItself(realm) : endpoint.Trusts(realm)))
        {
            throw new RegistryException(
                endpoint.Host, RegistryFailure.Denied,
                $"{endpoint.Host} wants its password sent to {Excerpt.Of(realm.Authority)}: where that is its sign-in service, set {nameof(RegistrySettings.TokenHost)} to {Excerpt.Of(realm.IdnHost)} in its registry settings");
        }

        var question = new RegistryQuestion("token", $"a token to read {repository}", "application/json", LargestGrant);
        using var answer = login?.IdentityToken is { } identity
            ? await http.SendAsync(HttpMethod.Post, realm, null, question, timeout, cancellationToken, Form(key, identity))
            : await http.SendAsync(HttpMethod.Get, WithQuery(realm, key), login is null ? null : Basic(login), question, timeout, cancellationToken);
        var who = $"the sign-in service {Excerpt.Of(realm.Authority)} of {endpoint.Host}";
        switch (answer.Status)
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.NotFound:
                throw new RegistryException(
                    endpoint.Host, RegistryFailure.Denied,
                    $"{who} gives no token to read {repository} ({answer.StatusText}): "
                    + (login is null ? endpoint.SignInAdvice : $"check {login}, and their right to read it{(login.Advice is null ? "" : $"; {login.Advice}")}"));
            default:
                throw StatusFault.Of(endpoint, answer, who, $"a token to read {repository}");
        }

        TokenGrant? grant = null;
        try
        {
            grant = JsonSerializer.Deserialize(answer.Body.Span, RegistryJson.Default.TokenGrant);
        }
        catch (JsonException)
        {
            // Said below.
        }

        var text = string.IsNullOrEmpty(grant?.Token) ? grant?.AccessToken : grant.Token;
        if (string.IsNullOrEmpty(text) || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Malformed, $"{who} answered {answer.MediaType ?? "something"} without a token in it");
        }

        // Azure's registries say only in the token how long it lives. To others it is opaque.
        var said = grant!.ExpiresIn is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestLife.TotalSeconds))
            : endpoint.HasAzureIdentity ? AzureIdentity.LifeOf(text, time)
            : null;
        var life = said is { Ticks: > 0 } known ? known : DefaultLife;
        return new Token(text, time.GetUtcNow() + (life < LongestLife ? life : LongestLife) - Slack, login);
    }

    private static AuthenticationHeaderValue Basic(RegistryLogin login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.Username}:{login.Password}")));

    private static Dictionary<string, string> Form(TokenKey key, string identity)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "refresh_token",
            ["client_id"] = "basewatch",
            ["scope"] = key.Scope,
            ["refresh_token"] = identity,
        };
        if (key.Service is not null)
        {
            form["service"] = key.Service;
        }

        return form;
    }

    private static Uri WithQuery(Uri realm, TokenKey key)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        if (key.Service is not null)
        {
            query.Append(query.Length == 0 ? "" : "&").Append("service=").Append(Uri.EscapeDataString(key.Service));
        }

        query.Append(query.Length == 0 ? "" : "&").Append("scope=").Append(Uri.EscapeDataString(key.Scope));
        return new UriBuilder(realm.Scheme, realm.Host, realm.Port, realm.AbsolutePath) { Query = query.ToString() }.Uri;
    }

    private Uri Realm(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Malformed, $"{endpoint.Host} names a sign-in service that is no address: '{Excerpt.Of(text)}'");
        }

        if (realm.Scheme == "http" && endpoint.Origin.Scheme != "http" && !realm.IsLoopback)
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Denied, $"{endpoint.Host} names a sign-in service without encryption, {Excerpt.Of(realm.Authority)}: it is not used");
        }

        return realm;
    }

    private Token Keep(TokenKey key, Token token)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_tokens.Count >= KeptTokens)
            {
                foreach (var (old, _) in _tokens.Where(t => t.Value.Expires <= now).ToList())
                {
                    _tokens.Remove(old);
                }

                if (_tokens.Count >= KeptTokens)
                {
                    _tokens.Clear();
                }
            }

            if (token.Expires > now)
            {
                _tokens[key] = token;
            }
        }

        return token;
    }

    private void Forget(Credential rejected)
    {
        lock (_gate)
        {
            foreach (var (key, _) in _tokens.Where(t => t.Value.Text == rejected.Header?.Parameter).ToList())
            {
                _tokens.Remove(key);
            }
        }
    }

    private readonly record struct TokenKey(string Realm, string? Service, string Scope);

    private sealed record Token(string Text, DateTimeOffset Expires, RegistryLogin? Login, RegistryException? Refusal = null)
    {
        public Credential Credential(bool isFresh) => new(new("Bearer", Text), Login, isFresh, Refusal);
    }
}

/// <summary>What is sent to sign in.</summary>
/// <param name="Header">The value of <c>Authorization</c>; null: nothing is sent.</param>
/// <param name="Login">What it was made of; null: nothing, a token that anyone gets.</param>
/// <param name="IsFresh">Whether it was made for this request, so that it is of no use to make it anew.</param>
/// <param name="Refusal">Why there is nothing better, where something better was tried.</param>
internal sealed record Credential(AuthenticationHeaderValue? Header, RegistryLogin? Login, bool IsFresh, RegistryException? Refusal = null);
