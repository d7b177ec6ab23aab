using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Signs in to one registry: not at all, by user name and password, or by a token of the sign-in service that the registry names
/// (<see href="https://distribution.github.io/distribution/spec/auth/token/"/>). What the registry wanted once is remembered, so that
/// it is refused no more than one request.
/// </summary>
internal sealed class SignIn(RegistryEndpoint endpoint, RegistryHttp http, TimeProvider time)
{
    private const int KeptTokens = 2000;
    private const int LargestGrant = 1024 * 1024;

    /// <summary>A token without a stated life lives this long.</summary>
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(12);

    /// <summary>It is not used in its last seconds: it has to arrive, and clocks differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<TokenKey, Token> _tokens = [];
    private readonly SingleFlight<TokenKey, Token> _fetches = new();
    private volatile AuthenticationChallenge? _known;

    private AuthenticationHeaderValue? Basic { get; } = endpoint.Settings.Username is { } user
        ? new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{endpoint.Settings.Password}")))
        : null;

    /// <summary>What to send with the first attempt to read a repository; null where nothing is known to be needed.</summary>
    public async Task<Credential?> BeforeAsync(string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (endpoint.Settings.Token is { } token)
        {
            return new Credential(new("Bearer", token), IsFresh: true);
        }

        try
        {
            return _known is { } challenge ? await AnswerAsync(challenge, repository, timeout, cancellationToken) : null;
        }
        catch (RegistryException e) when (Basic is null && e.Failure == RegistryFailure.Denied)
        {
            // Another repository needed a token. This one may be open to everyone.
            return null;
        }
    }

    /// <summary>What to send after a registry said 401 to <paramref name="rejected"/>; null where there is nothing better.</summary>
    public async Task<Credential?> AfterAsync(string? header, Credential? rejected, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (endpoint.Settings.Token is not null || Choose(header) is not { } challenge)
        {
            return null;
        }

        if (rejected is not null)
        {
            var changed = _known is not { } known || known.Scheme != challenge.Scheme || known["realm"] != challenge["realm"] || known["service"] != challenge["service"];
            if (!changed && rejected.IsFresh)
            {
                return null;
            }

            Forget(rejected);
        }

        _known = challenge;
        return await AnswerAsync(challenge, repository, timeout, cancellationToken);
    }

    private AuthenticationChallenge? Choose(string? header)
    {
        var challenges = AuthenticationChallenge.ParseAll(header ?? "");
        return challenges.FirstOrDefault(c => c.Is("Bearer") && c["realm"] is not null)
            ?? (Basic is null ? null : challenges.FirstOrDefault(c => c.Is("Basic")));
    }

    private async Task<Credential> AnswerAsync(AuthenticationChallenge challenge, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (challenge.Is("Basic"))
        {
            return new Credential(Basic!, IsFresh: true);
        }

        // No more than the right to read is asked for. A few services have scopes of another kind (ECR Public: aws): those are passed on.
        var scope = challenge["scope"] is { Length: > 0 } asked && !asked.Contains("repository:", StringComparison.Ordinal) ? asked : $"repository:{endpoint.Prefix}{repository}:pull";
        var key = new TokenKey(challenge["realm"]!, challenge["service"], scope);
        if (Held(key) is { } held)
        {
            return new Credential(new("Bearer", held.Text), IsFresh: false);
        }

        // Looked up once more within: the last fetch may have ended just now.
        var fetched = await _fetches.RunAsync(key, async token => Held(key) ?? await FetchAsync(key, repository, timeout, token), cancellationToken);
        return new Credential(new("Bearer", fetched.Text), IsFresh: true);
    }

    private Token? Held(TokenKey key)
    {
        lock (_gate)
        {
            return _tokens.TryGetValue(key, out var token) && token.Expires > time.GetUtcNow() ? token : null;
        }
    }

    private async Task<Token> FetchAsync(TokenKey key, string repository, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var address = Realm(key);
        var question = new RegistryQuestion("token", $"a token to read {repository}", "application/json", LargestGrant);
        using var answer = await http.SendAsync(HttpMethod.Get, address, Basic, question, timeout, cancellationToken);
        var who = $"the sign-in service {Excerpt.Of(address.Authority)} of {endpoint.Host}";
        switch (answer.Status)
        {
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.NotFound:
                throw new RegistryException(
                    endpoint.Host, RegistryFailure.Denied,
                    $"{who} gives no token to read {repository} ({answer.StatusText}): {(Basic is null ? $"list {endpoint.Host} with a user name and password in the registry settings" : "check the user name and password, and their right to read it")}");
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

        var text = grant?.Token ?? grant?.AccessToken;
        if (string.IsNullOrEmpty(text) || text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Malformed, $"{who} answered {answer.MediaType ?? "something"} without a token in it");
        }

        var life = grant!.ExpiresIn is { } seconds and > 0 ? TimeSpan.FromSeconds(Math.Min(seconds, LongestLife.TotalSeconds)) : DefaultLife;
        var token = new Token(text, time.GetUtcNow() + life - Slack);
        Keep(key, token);
        return token;
    }

    private Uri Realm(TokenKey key)
    {
        if (!Uri.TryCreate(key.Realm, UriKind.Absolute, out var realm) || realm.Scheme is not ("http" or "https"))
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Malformed, $"{endpoint.Host} names a sign-in service that is no address: '{Excerpt.Of(key.Realm)}'");
        }

        if (realm.Scheme == "http" && endpoint.Origin.Scheme != "http" && !realm.IsLoopback)
        {
            throw new RegistryException(endpoint.Host, RegistryFailure.Denied, $"{endpoint.Host} names a sign-in service without encryption, {Excerpt.Of(realm.Authority)}: it is not used");
        }

        if (Basic is not null && !endpoint.Trusts(realm))
        {
            throw new RegistryException(
                endpoint.Host, RegistryFailure.Denied,
                $"{endpoint.Host} wants its password sent to {Excerpt.Of(realm.Authority)}: where that is its sign-in service, set {nameof(RegistrySettings.TokenHost)} to {Excerpt.Of(realm.IdnHost)} in its registry settings");
        }

        var query = new StringBuilder(realm.Query.TrimStart('?'));
        if (key.Service is not null)
        {
            query.Append(query.Length == 0 ? "" : "&").Append("service=").Append(Uri.EscapeDataString(key.Service));
        }

        query.Append(query.Length == 0 ? "" : "&").Append("scope=").Append(Uri.EscapeDataString(key.Scope));
        return new UriBuilder(realm.Scheme, realm.Host, realm.Port, realm.AbsolutePath) { Query = query.ToString() }.Uri;
    }

    private void Keep(TokenKey key, Token token)
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
    }

    private void Forget(Credential rejected)
    {
        lock (_gate)
        {
            foreach (var (key, _) in _tokens.Where(t => t.Value.Text == rejected.Header.Parameter).ToList())
            {
                _tokens.Remove(key);
            }
        }
    }

    private readonly record struct TokenKey(string Realm, string? Service, string Scope);

    private sealed record Token(string Text, DateTimeOffset Expires);
}

/// <summary>What is sent to sign in.</summary>
/// <param name="Header">The value of <c>Authorization</c>.</param>
/// <param name="IsFresh">Whether it was made for this request, so that it is of no use to make it anew.</param>
internal sealed record Credential(AuthenticationHeaderValue Header, bool IsFresh);
