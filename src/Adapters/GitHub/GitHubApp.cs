using System.Security.Cryptography;
using Basewatch.Core.Ports;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Octokit;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// Acts as a GitHub App: signs its JWT, finds its installations, and holds their tokens, which live an hour.
/// <see href="https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app"/>
/// </summary>
internal sealed class GitHubApp : IDisposable
{
    private const int MostInstallations = 10_000;

    // GitHub's clock may be behind ours, and allows a life of ten minutes.
    private static readonly TimeSpan Backdated = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan InstallationsHold = TimeSpan.FromMinutes(10);

    private readonly GitHubAppOptions _options;
    private readonly GitHubTransport _transport;
    private readonly TimeProvider _time;
    private readonly RSA _key;
    private readonly SigningCredentials _signing;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<long, InstallationTokenAnswer> _grants = [];
    private Dictionary<string, long>? _installations;
    private DateTimeOffset _installationsSeen;

    public GitHubApp(GitHubAppOptions options, GitHubTransport transport, TimeProvider time)
    {
        (_options, _transport, _time) = (options, transport, time);
        _key = options.ReadPrivateKey();
        _signing = new SigningCredentials(new RsaSecurityKey(_key), SecurityAlgorithms.RsaSha256)
        {
            CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
        };
    }

    /// <summary>The installations that are not suspended, by the owner's name. Where one is configured it is the only one, under any name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ListInstallationsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return await FindInstallationsAsync(atMost: TimeSpan.Zero, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>A token for the repositories of an owner.</summary>
    public async ValueTask<string?> TokenForOwnerAsync(string owner, CancellationToken cancellationToken) =>
        (await GrantForOwnerAsync(owner, cancellationToken)).Token;

    /// <summary>What was given to the App for the repositories of an owner, by permission (<c>pull_requests</c>) and level (<c>write</c>); null where the server does not say.</summary>
    public async ValueTask<IReadOnlyDictionary<string, string>?> PermissionsForOwnerAsync(string owner, CancellationToken cancellationToken) =>
        (await GrantForOwnerAsync(owner, cancellationToken)).Permissions;

    /// <summary>The login that it comments and commits under: <c>basewatch[bot]</c>.</summary>
    public async Task<string> FindLoginAsync(CancellationToken cancellationToken)
    {
        var app = await CallAsync("name", async c => (await c.Connection.Get<AppAnswer>(new Uri("app", UriKind.Relative), parameters: null)).Body, cancellationToken);
        return app.Slug is { Length: > 0 } slug
            ? $"{slug}[bot]"
            : throw new RepositoryHostException(_transport.Host, RepositoryHostFailure.Malformed, $"{_transport.Host} gave a GitHub App without its name");
    }

    /// <summary>A token of an installation, good for five minutes at least.</summary>
    public async ValueTask<string?> TokenForInstallationAsync(long installation, CancellationToken cancellationToken) =>
        (await GrantForInstallationAsync(installation, cancellationToken)).Token;

    private async ValueTask<InstallationTokenAnswer> GrantForOwnerAsync(string owner, CancellationToken cancellationToken)
    {
        if (_options.InstallationId is { } configured)
        {
            return await GrantForInstallationAsync(configured, cancellationToken);
        }

        long installation;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!(await FindInstallationsAsync(InstallationsHold, cancellationToken)).TryGetValue(owner, out installation))
            {
                throw new RepositoryHostException(_transport.Host, RepositoryHostFailure.Denied, $"the GitHub App is not installed for {owner}, or suspended there: install it, or leave its repositories out");
            }
        }
        finally
        {
            _gate.Release();
        }

        return await GrantForInstallationAsync(installation, cancellationToken);
    }

    private async ValueTask<InstallationTokenAnswer> GrantForInstallationAsync(long installation, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!_grants.TryGetValue(installation, out var grant) || grant.ExpiresAt - RenewedBefore <= _time.GetUtcNow())
            {
                // Octokit's AccessToken leaves out the permissions.
                var address = new Uri($"app/installations/{installation}/access_tokens", UriKind.Relative);
                grant = await CallAsync($"installation {installation}", async c => (await c.Connection.Post<InstallationTokenAnswer>(address, "{}", accepts: null, contentType: null, cancellationToken: cancellationToken)).Body, cancellationToken);
                _grants[installation] = grant;
            }

            return grant;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The App's own token.</summary>
    internal string CreateJwt()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _options.Id,
            IssuedAt = now - Backdated,
            Expires = now + Life,
            SigningCredentials = _signing,
        });
    }

    public void Dispose()
    {
        _gate.Dispose();
        _key.Dispose();
    }

    private async Task<Dictionary<string, long>> FindInstallationsAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        if (_installations is not null && _time.GetUtcNow() - _installationsSeen <= atMost)
        {
            return _installations;
        }

        var found = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        for (var page = 1; page <= MostInstallations / GitHubConnection.PageSize; page++)
        {
            var options = new ApiOptions { PageSize = GitHubConnection.PageSize, StartPage = page, PageCount = 1 };
            var installations = await CallAsync("its installations", c => c.GitHubApps.GetAllInstallationsForCurrent(options), cancellationToken);
            foreach (var installation in installations.Where(i => i.SuspendedAt is null && i.Account?.Login is not null))
            {
                found[installation.Account.Login] = installation.Id;
            }

            if (installations.Count < GitHubConnection.PageSize)
            {
                break;
            }
        }

        _installationsSeen = _time.GetUtcNow();
        return _installations = found;
    }

    private Task<T> CallAsync<T>(string subject, Func<IGitHubClient, Task<T>> call, CancellationToken cancellationToken) =>
        GitHubErrors.TranslateAsync(_transport.Host, $"the GitHub App's {subject}", () => call(_transport.Client("the App", _ => ValueTask.FromResult<string?>(CreateJwt()), cancellationToken)));
}
