using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Octokit;

namespace Basewatch.Adapters.GitHub;

/// <summary>One GitHub with one set of credentials: what all that is asked of it shares.</summary>
internal sealed class GitHubConnection : IDisposable
{
    /// <summary>The most that GitHub gives on a page.</summary>
    public const int PageSize = 100;

    // A permission may be given meanwhile.
    private static readonly TimeSpan RefusalHolds = TimeSpan.FromHours(1);

    private readonly GitHubOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly GitHubTransport _transport;
    private readonly GitHubAccessFinder _access;
    private readonly Uri _graphQl;
    private readonly ConcurrentDictionary<RepositoryName, DateTimeOffset> _workflowsRefused = new();

    /// <summary>Creates the connection; nothing is asked yet.</summary>
    /// <exception cref="ArgumentException">The settings are wrong; the message names each problem.</exception>
    public GitHubConnection(GitHubOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        (_options, _time) = (options, time);
        var address = options.ApiBaseAddress.AbsoluteUri.EndsWith('/') ? options.ApiBaseAddress : new Uri(options.ApiBaseAddress.AbsoluteUri + "/");
        _http = new HttpClient(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _transport = new GitHubTransport(_http, address, time, logger);
        App = options.App is null ? null : new GitHubApp(options.App, _transport, time);
        _access = new GitHubAccessFinder(this, options.Token);
        // A GitHub Enterprise Server has it beside api/v3, GitHub itself below its one address.
        _graphQl = new Uri(address.AbsolutePath.EndsWith("/v3/", StringComparison.Ordinal) ? "../graphql" : "graphql", UriKind.Relative);
    }

    /// <summary>Host of the API, with its port where it is not the usual one.</summary>
    public string Host => _transport.Host;

    /// <summary>The App, where there is one in place of a token.</summary>
    public GitHubApp? App { get; }

    /// <summary>A client for one call about something of an owner's.</summary>
    public GitHubClient Client(string owner, CancellationToken cancellationToken) =>
        // The limits of a token are one for all owners, those of an App one for each installation.
        _transport.Client(App is null ? "" : owner, c => App?.TokenForOwnerAsync(owner, c) ?? ValueTask.FromResult(_options.Token), cancellationToken);

    /// <summary>A client for one call about an installation of the App.</summary>
    public GitHubClient Client(long installation, CancellationToken cancellationToken) =>
        _transport.Client($"installation {installation}", c => App!.TokenForInstallationAsync(installation, c), cancellationToken);

    /// <summary>Makes a call about a repository, and says in the port's words what goes wrong.</summary>
    public Task<T> CallAsync<T>(RepositoryName repository, Func<IGitHubClient, Task<T>> call, CancellationToken cancellationToken) =>
        GitHubErrors.TranslateAsync(Host, repository.ToString(), () => call(Client(repository.Owner, cancellationToken)));

    /// <summary>Reads what Octokit has no model of, or one that takes no incomplete answer.</summary>
    /// <param name="repository">Which repository.</param>
    /// <param name="path">Path below the repository, with a query.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<T> GetAsync<T>(RepositoryName repository, string path, CancellationToken cancellationToken) =>
        CallAsync(repository, async c => (await c.Connection.Get<T>(Below(repository, path), parameters: null)).Body, cancellationToken);

    /// <summary>The pages of a list, until one is not full.</summary>
    /// <param name="repository">Which repository.</param>
    /// <param name="path">Path below the repository, with a query.</param>
    /// <param name="mostPages">Where reading ends at the latest.</param>
    /// <param name="items">The list in a page.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>What was read, and whether that is all.</returns>
    public async Task<(IReadOnlyList<T> Items, bool IsWhole)> PagesAsync<TPage, T>(RepositoryName repository, string path, int mostPages, Func<TPage, IReadOnlyList<T>?> items, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        for (var page = 1; page <= mostPages; page++)
        {
            var found = items(await GetAsync<TPage>(repository, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page={PageSize}&page={page}", cancellationToken)) ?? [];
            all.AddRange(found);
            if (found.Count < PageSize)
            {
                return (all, true);
            }
        }

        return (all, false);
    }

    /// <summary>Runs a query or mutation of GraphQL.</summary>
    /// <returns>Its data.</returns>
    /// <exception cref="RepositoryHostException">It was refused; the message has GitHub's words.</exception>
    public async Task<T> QueryAsync<T>(string owner, string query, JsonObject variables, CancellationToken cancellationToken)
        where T : class
    {
        var body = new JsonObject { ["query"] = query, ["variables"] = variables }.ToJsonString();
        var answer = await GitHubErrors.TranslateAsync(
            Host,
            owner,
            async () => (await Client(owner, cancellationToken).Connection.Post<GraphQlAnswer<T>>(_graphQl, body, accepts: null, contentType: null, cancellationToken: cancellationToken)).Body);
        return answer switch
        {
            { Errors: { } errors } when errors.Exists(e => e.Type == "RATE_LIMITED") => throw new RepositoryHostException(
                Host, RepositoryHostFailure.RateLimited, $"{Host} takes no more queries for a while: their rate limit is used up", TimeSpan.FromMinutes(1)),
            { Errors: { Count: > 0 } errors } => throw Malformed($"{Host} refused: {Excerpt.Of(string.Join("; ", errors.Select(e => e.Message)))}"),
            { Data: { } data } => data,
            _ => throw Malformed($"{Host} gave an empty answer about {owner}"),
        };
    }

    /// <summary>Who this is to GitHub, and what it may do; asked once.</summary>
    public async Task<GitHubAccess> AccessAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var access = await _access.FindAsync(repository.Owner, cancellationToken);
        return _workflowsRefused.TryGetValue(repository, out var at) && _time.GetUtcNow() - at < RefusalHolds
            ? access with { Abilities = access.Abilities with { ChangesWorkflows = false } }
            : access;
    }

    /// <summary>Remembers for a while that workflow files may not be changed there.</summary>
    public void NoteWorkflowsRefused(RepositoryName repository) => _workflowsRefused[repository] = _time.GetUtcNow();

    /// <summary>An answer that can't be used.</summary>
    public RepositoryHostException Malformed(string message) => new(Host, RepositoryHostFailure.Malformed, message);

    /// <summary>An address below a repository's.</summary>
    public static Uri Below(RepositoryName repository, string path) => new($"repos/{repository}/{path}", UriKind.Relative);

    /// <summary>A branch in an address: it may hold what addresses keep for themselves, % and #.</summary>
    public static string InAddress(string branch) => string.Join('/', branch.Split('/').Select(Uri.EscapeDataString));

    /// <inheritdoc/>
    public void Dispose()
    {
        App?.Dispose();
        _access.Dispose();
        _http.Dispose();
    }
}
