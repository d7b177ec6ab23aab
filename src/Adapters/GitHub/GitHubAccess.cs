using System.Text.Json.Nodes;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.GitHub;

/// <summary>Who an access is, and what it may do.</summary>
/// <param name="Login">Its login: <c>octocat</c>, <c>basewatch[bot]</c>; null where GitHub does not say.</param>
/// <param name="Abilities">What it may do, as far as is known.</param>
internal sealed record GitHubAccess(string? Login, HostAbilities Abilities)
{
    /// <summary>Whether it may make check runs: an App alone can.</summary>
    public bool MakesCheckRuns { get; init; }

    /// <summary>Whether nobody else writes under this login.</summary>
    public bool IsBot => Login?.EndsWith("[bot]", StringComparison.Ordinal) == true;
}

/// <summary>Finds out who this is to GitHub. What a token is does not change, so it is asked once.</summary>
internal sealed class GitHubAccessFinder(GitHubConnection connection, string? token) : IDisposable
{
    private const string ActionsLogin = "github-actions[bot]";

    private readonly SemaphoreSlim _gate = new(1, 1);
    private GitHubAccess? _ofToken;
    private string? _ofApp;

    /// <summary>Who this is to an owner's repositories, and what it may do there.</summary>
    public async Task<GitHubAccess> FindAsync(string owner, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return connection.App is { } app
                ? OfInstallation(_ofApp ??= await app.FindLoginAsync(cancellationToken), await app.PermissionsForOwnerAsync(owner, cancellationToken))
                : _ofToken ??= await FindTokenAsync(owner, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    /// <param name="login">The App's login.</param>
    /// <param name="permissions">What an installation was given; null where the server does not say.</param>
    private static GitHubAccess OfInstallation(string login, IReadOnlyDictionary<string, string>? permissions)
    {
        bool Writes(string permission) => permissions is null || permissions.GetValueOrDefault(permission) is "write" or "admin";
        return new GitHubAccess(login, new HostAbilities { ChangesWorkflows = Writes("workflows"), Reviews = Writes("pull_requests") }) { MakesCheckRuns = Writes("checks") };
    }

    private async Task<GitHubAccess> FindTokenAsync(string owner, CancellationToken cancellationToken)
    {
        if (token is null)
        {
            return new GitHubAccess(null, new HostAbilities { ChangesWorkflows = false, Reviews = false });
        }

        // Tokens of installations, the one of an Actions job among them, may not ask who they are by REST.
        if (!token.StartsWith("ghs_", StringComparison.Ordinal))
        {
            return await GitHubErrors.TranslateAsync(connection.Host, "the token's user", async () =>
            {
                var answer = await connection.Client(owner, cancellationToken).Connection.Get<UserAnswer>(new Uri("user", UriKind.Relative), parameters: null);
                return new GitHubAccess(answer.Body.Login, OfScopes(answer.HttpResponse.Headers.FirstOrDefault(h => h.Key.Equals("X-OAuth-Scopes", StringComparison.OrdinalIgnoreCase)).Value));
            });
        }

        string? login = null;
        try
        {
            login = (await connection.QueryAsync<ViewerAnswer>(owner, "query { viewer { login } }", new JsonObject(), cancellationToken)).Viewer?.Login;
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.NotFound or RepositoryHostFailure.Denied or RepositoryHostFailure.Malformed)
        {
            // A server without GraphQL. In an Actions job it is most likely that job's token, which can do the least.
            login = Environment.GetEnvironmentVariable("GITHUB_ACTIONS") == "true" ? ActionsLogin : null;
        }

        return new GitHubAccess(login, login == ActionsLogin ? new HostAbilities { ChangesWorkflows = false, StartsChecks = false } : HostAbilities.All);
    }

    /// <summary>A classic token names its scopes; a fine-grained one does not: what it may not do shows when it is refused.</summary>
    private static HostAbilities OfScopes(string? scopes)
    {
        var names = (scopes ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length == 0
            ? HostAbilities.All
            : new HostAbilities { ChangesWorkflows = names.Contains("workflow"), Reviews = names.Contains("repo") || names.Contains("public_repo") };
    }
}
