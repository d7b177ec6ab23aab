using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Basewatch.World.GitHub;

/// <summary>
/// GitHub's REST API, and a little of its GraphQL, in this process over real bare Git repositories. Repositories are made
/// and looked at by <see cref="HostedRepository"/>, people act by <see cref="Person"/>, and tests break it by
/// <see cref="Fail"/>. The README beside it shows how.
/// </summary>
public sealed class GitHubServer : IAsyncLifetime
{
    /// <summary>The id of the App.</summary>
    public const int AppId = 4711;

    /// <summary>The App's name in addresses.</summary>
    public const string AppSlug = "basewatch";

    /// <summary>The login of what the App does.</summary>
    public const string AppLogin = "basewatch[bot]";

    /// <summary>Where <c>html_url</c>s lead to.</summary>
    public const string WebAddress = "https://github.com/";

    internal const string AppClientId = "Iv23liBasewatch0000";
    internal const string ActionsApp = "github-actions";
    internal const long ActionsAppId = 15368;

    internal static readonly IReadOnlyDictionary<string, string> ActionsPermissions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["actions"] = "write",
        ["checks"] = "write",
        ["contents"] = "write",
        ["deployments"] = "write",
        ["issues"] = "write",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
        ["statuses"] = "write",
    };

    private const string AllMethods = "docs.github.com/rest";
    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly TimeSpan TokensLive = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Account> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostedRepository> _repositories = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _moved = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Actor> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _suspended = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, (DateTimeOffset Reset, int Used)> _limits = new(StringComparer.Ordinal);
    private readonly List<PlannedFailure> _failures = [];
    private readonly ConcurrentQueue<GitHubRequest> _requests = new();
    private readonly Dictionary<string, List<DateTimeOffset>> _content = new(StringComparer.Ordinal);
    private readonly Lazy<RSA> _key = new(() => RSA.Create(2048));
    private readonly ILookup<string, Route> _routes;

    private WebApplication? _app;
    private Uri? _address;
    private string _folder = "";
    private long _lastId = 1000;
    private int _number;
    private int _secondary;
    private Func<GitHubRequest, bool> _secondaryWhen = _ => true;
    private DateTimeOffset _usedUpUntil = DateTimeOffset.MinValue;
    private TimeSpan? _secondaryFor;

    /// <summary>A server that doesn't run yet.</summary>
    public GitHubServer()
    {
        Shapes = new Representations(this);
        Webhooks = new Webhooks(this);
        _routes = Routes.OrderByDescending(r => r.Weight).ToLookup(r => r.Method, StringComparer.Ordinal);
        foreach (var (login, role) in (ReadOnlySpan<(string, RepositoryRole)>)[("admin", RepositoryRole.Admin), ("reader", RepositoryRole.Read)])
        {
            Everywhere[login] = role;
        }
    }

    /// <summary>What its clock is; the system's as it is at first.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary><c>http://127.0.0.1:port/</c>, the API's root.</summary>
    public Uri Address => _address ?? throw new InvalidOperationException("The GitHub server is not started: call InitializeAsync, or StartAsync in place of new.");

    /// <summary>The token of <c>admin</c>, who may do everything everywhere.</summary>
    public string AdminToken => PersonToken("admin");

    /// <summary>The token of <c>reader</c>, who may look at everything.</summary>
    public string ReaderToken => PersonToken("reader");

    /// <summary>The App's private key, RSA in PEM. The App is installed for every owner.</summary>
    public string AppPrivateKey => _key.Value.ExportRSAPrivateKeyPem();

    /// <summary>What installations of the App may do; may be changed before tokens are made.</summary>
    public Dictionary<string, string> AppPermissions { get; } = new(StringComparer.Ordinal)
    {
        ["actions"] = "write",
        ["administration"] = "read",
        ["checks"] = "write",
        ["contents"] = "write",
        ["deployments"] = "write",
        ["issues"] = "write",
        ["members"] = "read",
        ["metadata"] = "read",
        ["pull_requests"] = "write",
        ["statuses"] = "write",
        ["workflows"] = "write",
    };

    /// <summary>People who have a role in every repository where they have no other.</summary>
    public Dictionary<string, RepositoryRole> Everywhere { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requests an hour that a token may make.</summary>
    public int RateLimit { get; set; } = 5_000;

    /// <summary>Things (pull requests, comments, …) a minute that one may create before the secondary limit; null: any number. GitHub's is 80.</summary>
    public int? ContentPerMinute { get; set; }

    /// <summary>Entries of a tree in one answer; GitHub's is 100,000.</summary>
    public int MostTreeEntries { get; set; } = 100_000;

    /// <summary>The App's webhook.</summary>
    public Webhooks Webhooks { get; }

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<GitHubRequest> Requests => [.. _requests];

    /// <summary>Events sent by <c>dispatches</c>: repository, and the body.</summary>
    public IReadOnlyList<(string Repository, string Event)> Dispatches => [.. Dispatched];

    /// <summary>Called with each request and the answer's body (empty: none), before the answer is sent.</summary>
    public Action<GitHubRequest, string>? Watched { get; set; }

    /// <summary>What it can be asked: method, and address as GitHub's documentation writes it.</summary>
    public static IReadOnlyList<(string Method, string Template)> Operations => [.. Routes.Select(r => (r.Method, r.Template))];

    internal static IReadOnlyList<Route> Routes { get; } =
    [
        .. AppEndpoints.Routes, .. RepositoryEndpoints.Routes, .. GitDataEndpoints.Routes, .. PullRequestEndpoints.Routes,
        .. IssueEndpoints.Routes, .. CheckEndpoints.Routes, .. WorkflowEndpoints.Routes, .. GraphQLEndpoint.Routes,
    ];

    internal Lock Gate { get; } = new();

    internal Representations Shapes { get; }

    internal ConcurrentQueue<(string, string)> Dispatched { get; } = new();

    internal DateTimeOffset Now => DateTimeOffset.FromUnixTimeSeconds(Time.GetUtcNow().ToUnixTimeSeconds());

    internal DateTimeOffset StartedAt { get; private set; }

    internal IEnumerable<HostedRepository> Repositories => _repositories.Values.OrderBy(r => r.Id);

    /// <summary>A server that runs.</summary>
    public static async Task<GitHubServer> StartAsync(TimeProvider? time = null)
    {
        var server = new GitHubServer { Time = time ?? TimeProvider.System };
        await server.InitializeAsync();
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateTempSubdirectory("basewatch-github-").FullName;
        StartedAt = Now;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(o => o.Limits.MaxRequestBodySize = 100 * 1024 * 1024);
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        _app = builder.Build();
        _app.Run(AnswerAsync);
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_key.IsValueCreated)
        {
            _key.Value.Dispose();
        }

        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>Makes a repository whose default branch has one commit with these files; none leaves it empty, without a branch.</summary>
    /// <param name="name"><c>owner/name</c>; an owner that is not known becomes an organisation.</param>
    /// <param name="files">Path and text.</param>
    public HostedRepository CreateRepository(string name, IReadOnlyDictionary<string, string>? files = null)
    {
        lock (Gate)
        {
            var parts = name.Split('/');
            var owner = _accounts.GetValueOrDefault(parts[0]) ?? AddAccount(parts[0], "Organization");
            var id = NextId();
            var repository = new HostedRepository(this, owner, parts[1], id, new BareRepository(Path.Combine(_folder, $"{id}.git"), "main"));
            if (!_repositories.TryAdd(name, repository))
            {
                throw new InvalidOperationException($"There is a repository {name} already.");
            }

            if (files is { Count: > 0 })
            {
                repository.Push("main", files.ToDictionary(f => f.Key, f => (string?)f.Value, StringComparer.Ordinal), "admin", "Start");
            }

            return repository;
        }
    }

    /// <summary>Makes a repository vanish.</summary>
    public void DeleteRepository(string name)
    {
        lock (Gate)
        {
            _repositories.Remove(name);
        }
    }

    /// <summary>Gives a repository another name of the same owner; who reads by the old one is led to the new one.</summary>
    public void RenameRepository(string name, string newName)
    {
        lock (Gate)
        {
            _repositories.Remove(name, out var repository);
            repository!.Name = newName;
            _repositories[repository.FullName] = repository;
            _moved[name] = repository.FullName;
        }
    }

    /// <summary>A repository that is there.</summary>
    public HostedRepository Repository(string name)
    {
        lock (Gate)
        {
            return _repositories[name];
        }
    }

    /// <summary>A person's token; it is the same each time.</summary>
    public string PersonToken(string login)
    {
        lock (Gate)
        {
            var token = $"github_pat_{login}";
            _tokens[token] = PersonActor(login);
            return token;
        }
    }

    /// <summary>A token of the App's installation for an owner, good for an hour.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="permissions">Null: all that the App has.</param>
    public string InstallationToken(string owner, IReadOnlyDictionary<string, string>? permissions = null)
    {
        lock (Gate)
        {
            return AddInstallationToken(owner, permissions ?? AppPermissions).Token;
        }
    }

    /// <summary>The token of a workflow's job in a repository.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    /// <param name="permissions">Null: all that such a token can have.</param>
    public string ActionsToken(string repository, IReadOnlyDictionary<string, string>? permissions = null)
    {
        lock (Gate)
        {
            return AddToken("ghs_actions", ActionsActor(Repository(repository)) with { Permissions = permissions ?? ActionsPermissions });
        }
    }

    /// <summary>Makes a token worthless.</summary>
    public void Revoke(string token)
    {
        lock (Gate)
        {
            _tokens.Remove(token);
        }
    }

    /// <summary>Suspends the App's installation for an owner.</summary>
    public void Suspend(string owner)
    {
        lock (Gate)
        {
            _suspended.Add(owner);
        }
    }

    /// <summary>Lets requests fail.</summary>
    /// <param name="kind">How.</param>
    /// <param name="when">Which; null: any.</param>
    /// <param name="nth">The first of those that fails, counted from 1 and from now.</param>
    /// <param name="times">How many fail from that one on.</param>
    public PlannedFailure Fail(FailureKind kind, Func<GitHubRequest, bool>? when = null, int nth = 1, int times = 1)
    {
        var failure = new PlannedFailure(kind, when ?? (_ => true), nth, times);
        lock (Gate)
        {
            _failures.Add(failure);
        }

        return failure;
    }

    /// <summary>Uses up everyone's primary rate limit for an hour from now.</summary>
    public void UseUpRateLimit()
    {
        lock (Gate)
        {
            _usedUpUntil = Now + TimeSpan.FromHours(1);
        }
    }

    /// <summary>Answers the next requests with the secondary rate limit: 403.</summary>
    /// <param name="requests">How many.</param>
    /// <param name="retryAfter">What <c>Retry-After</c> says; null: the header is left out.</param>
    /// <param name="when">Which; null: any.</param>
    public void LimitSecondary(int requests = 1, TimeSpan? retryAfter = null, Func<GitHubRequest, bool>? when = null)
    {
        lock (Gate)
        {
            (_secondary, _secondaryFor, _secondaryWhen) = (requests, retryAfter, when ?? (_ => true));
        }
    }

    /// <summary>Forgets what was asked.</summary>
    public void ForgetRequests() => _requests.Clear();

    /// <summary>How often something was asked.</summary>
    /// <param name="method">GET, POST, …</param>
    /// <param name="template">As <c>/repos/{owner}/{repo}/pulls</c>.</param>
    public int Count(string method, string template) => _requests.Count(r => r.Method == method && r.Template == template);

    internal long NextId() => ++_lastId;

    internal long IdOf(string what) => _ids.TryGetValue(what, out var id) ? id : _ids[what] = NextId();

    internal Account AccountOf(string login) =>
        _accounts.GetValueOrDefault(login) ?? AddAccount(login, login.EndsWith("[bot]", StringComparison.Ordinal) ? "Bot" : "User");

    internal Account? FindAccount(string login) => _accounts.GetValueOrDefault(login);

    internal Account? FindAccountByEmail(string email) => _accounts.Values.FirstOrDefault(a => a.Email == email);

    internal RepositoryRole RoleEverywhere(string login) => Everywhere.GetValueOrDefault(login);

    internal Actor PersonActor(string login) => new(AccountOf(login), ActorKind.Person);

    internal Actor ActionsActor(HostedRepository repository) => new(AccountOf("github-actions[bot]"), ActorKind.Actions) { Scope = repository.FullName, Permissions = ActionsPermissions };

    internal IEnumerable<Account> Owners => Repositories.Select(r => r.Owner).Distinct();

    internal long InstallationOf(string owner) => IdOf($"installation {owner.ToUpperInvariant()}");

    internal bool IsSuspended(string owner) => _suspended.Contains(owner);

    internal bool IsThere(HostedRepository repository) => _repositories.ContainsValue(repository);

    internal HostedRepository? FindRepository(string owner, string name) => _repositories.GetValueOrDefault($"{owner}/{name}");

    internal HostedRepository AddFork(HostedRepository parent, string login)
    {
        var owner = AccountOf(login);
        var id = NextId();
        var fork = HostedRepository.NewFork(this, owner, parent, id, new BareRepository(Path.Combine(_folder, $"{id}.git"), parent.DefaultBranch));
        _repositories.Add(fork.FullName, fork);
        return fork;
    }

    internal (string Token, Actor Actor) AddInstallationToken(string owner, IReadOnlyDictionary<string, string> permissions)
    {
        var actor = new Actor(AccountOf(AppLogin), ActorKind.Installation)
        {
            Scope = owner,
            Permissions = new Dictionary<string, string>(permissions, StringComparer.Ordinal),
            ExpiresAt = Now + TokensLive,
        };
        return (AddToken("ghs_", actor), actor);
    }

    /// <summary>Mergeability as it is shown: late, where the repository finds it out late.</summary>
    internal static (bool? Mergeable, string State, IReadOnlyList<string> Reasons) MergeabilityOf(PullRequest pull, bool isAsked)
    {
        var key = (pull.Repository.FindTip(pull.BaseBranch) ?? "", pull.HeadSha);
        if (pull.IsOpen && pull.Repository.FindsMergeabilityLate && pull.Tried != key)
        {
            // A webhook asks nothing.
            pull.Tried = isAsked ? key : pull.Tried;
            return (null, "unknown", []);
        }

        return pull.Repository.Judge(pull);
    }

    private Account AddAccount(string login, string type) => _accounts[login] = new Account(login, NextId(), type);

    private string AddToken(string prefix, Actor actor)
    {
        var token = prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(18));
        _tokens[token] = actor;
        return token;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var (path, query) = target.IndexOf('?', StringComparison.Ordinal) is var at and >= 0 ? (target[..at], target[at..]) : (target, "");
        var (reply, request, failure) = Answer(context.Request, path, query, body);

        var text = reply.Body?.ToJsonString(Written) ?? "";
        var bytes = reply.Raw ?? Encoding.UTF8.GetBytes(text);
        if (failure is FailureKind.ErrorBefore or FailureKind.ErrorAfter)
        {
            (reply, bytes, request) = (new Reply(502), "<html><title>502 Bad Gateway</title></html>"u8.ToArray(), request with { Status = 502 });
        }
        else if (failure is FailureKind.BrokenBefore or FailureKind.BrokenAfter)
        {
            request = request with { Status = 0 };
        }
        else if (reply.Status == 200 && request is { Method: "GET" })
        {
            var tag = $"W/\"{Convert.ToHexStringLower(SHA256.HashData(bytes))}\"";
            reply.Headers["ETag"] = tag;
            if (context.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal))
            {
                (reply, bytes) = (With(new Reply(304), reply.Headers), []);
                request = request with { Status = 304 };
                Refund(request.Charged);
            }
        }

        _requests.Enqueue(request);
        Watched?.Invoke(request, bytes.Length == 0 || reply.Raw is not null ? "" : text);

        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers[name] = value;
        }

        context.Response.Headers["X-GitHub-Request-Id"] = string.Create(CultureInfo.InvariantCulture, $"0000:{request.Number:X4}");
        if (request.Status == 0)
        {
            // An answer that has begun: no client takes it for a connection that was never used, and asks again by itself.
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync("{\"id\":"u8.ToArray(), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
            return;
        }

        if (bytes.Length > 0)
        {
            context.Response.ContentType = failure is not null ? "text/html" : reply.Raw is not null ? "application/vnd.github.raw+json; charset=utf-8" : "application/json; charset=utf-8";
            context.Response.ContentLength = bytes.Length;
            if (!HttpMethods.IsHead(context.Request.Method))
            {
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            }
        }
    }

    private static Reply With(Reply reply, IReadOnlyDictionary<string, string> headers)
    {
        foreach (var (name, value) in headers)
        {
            reply.Headers[name] = value;
        }

        return reply;
    }

    private (Reply Reply, GitHubRequest Request, FailureKind? Failure) Answer(HttpRequest http, string path, string query, string body)
    {
        lock (Gate)
        {
            var route = FindRoute(http.Method, path, out var parameters);
            var request = new GitHubRequest(++_number, http.Method, path + query, route?.Template ?? "", body, "", 0);
            var failure = _failures.Find(f => f.Takes(request))?.Kind;
            if (failure is FailureKind.ErrorBefore or FailureKind.BrokenBefore)
            {
                return (new Reply(502), request, failure);
            }

            Actor? actor = null;
            var limits = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            Reply reply;
            try
            {
                actor = Authenticate(http);
                Charge(actor, request, limits);
                reply = route is null ? throw Refusal.NotFound() : route.Answer(Prepare(http, path, query, body, route, parameters, actor));
            }
            catch (Refusal e)
            {
                reply = Error(e, route);
            }
            catch (Exception e) when (e is InvalidOperationException or ArgumentException or KeyNotFoundException or FormatException or IOException)
            {
                // A defect of this server, or a request that GitHub would have refused: whoever looks at the answer shall see which.
                reply = new Reply(500, new JsonObject { ["message"] = e.ToString() });
            }

            return (With(reply, limits), request with { Login = actor?.Account.Login ?? "", Charged = Payer(actor), Status = reply.Status }, failure);
        }
    }

    private Call Prepare(HttpRequest http, string path, string query, string body, Route route, Dictionary<string, string> parameters, Actor? actor)
    {
        if (parameters.TryGetValue("owner", out var owner) && _moved.TryGetValue($"{owner}/{parameters["repo"]}", out var name) && FindRepository(owner, parameters["repo"]) is null)
        {
            var moved = new Refusal(http.Method is "GET" ? 301 : 307, http.Method is "GET" ? "Moved Permanently" : "Temporary Redirect");
            moved.Headers["Location"] = Address.AbsoluteUri.TrimEnd('/') + path.Replace($"/repos/{owner}/{parameters["repo"]}", $"/repos/{name}", StringComparison.OrdinalIgnoreCase) + query;
            throw moved;
        }

        JsonObject? json = null;
        if (body.Length > 0)
        {
            try
            {
                json = JsonNode.Parse(body) switch
                {
                    JsonObject o => o,
                    // The labels of an issue may be sent as a bare list.
                    JsonArray list when route.Template.EndsWith("/labels", StringComparison.Ordinal) => new JsonObject { ["labels"] = list.DeepClone() },
                    _ => throw new Refusal(400, "Body should be a JSON object"),
                };
            }
            catch (JsonException)
            {
                throw new Refusal(400, "Problems parsing JSON");
            }
        }

        var pairs = QueryHelpers.ParseQuery(query).ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
        return new Call(this, actor, parameters, pairs, json) { Path = path, Accept = http.Headers.Accept.ToString() };
    }

    private Route? FindRoute(string method, string path, out Dictionary<string, string> parameters)
    {
        var segments = path.Trim('/').Split('/');
        foreach (var route in _routes[method is "HEAD" ? "GET" : method])
        {
            if (route.Match(segments) is { } found)
            {
                parameters = found;
                return route;
            }
        }

        parameters = [];
        return null;
    }

    private Actor? Authenticate(HttpRequest http)
    {
        var header = http.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return null;
        }

        var token = header.Split(' ')[^1];
        if (token.Count(c => c == '.') == 2)
        {
            return AppTokens.Accepts(token, _key.Value, Now) is { } problem ? throw new Refusal(401, problem) : new Actor(AccountOf(AppLogin), ActorKind.App);
        }

        return _tokens.TryGetValue(token, out var actor) && actor.ExpiresAt > Now && !(actor.Kind == ActorKind.Installation && IsSuspended(actor.Scope))
            ? actor
            : throw new Refusal(401, "Bad credentials");
    }

    private void Charge(Actor? actor, GitHubRequest request, Dictionary<string, string> headers)
    {
        var who = Payer(actor);
        if (_secondary > 0 && _secondaryWhen(request))
        {
            _secondary--;
            throw TooFast(_secondaryFor);
        }

        if (ContentPerMinute is { } most && request is { Method: "POST" } && !request.Template.Contains("/git/", StringComparison.Ordinal) && request.Template.StartsWith("/repos/", StringComparison.Ordinal))
        {
            var times = _content.TryGetValue(who, out var known) ? known : _content[who] = [];
            times.RemoveAll(t => t <= Now - TimeSpan.FromMinutes(1));
            if (times.Count >= most)
            {
                throw TooFast(times[0] + TimeSpan.FromMinutes(1) - Now);
            }

            times.Add(Now);
        }

        var (reset, used) = _limits.TryGetValue(who, out var limit) && limit.Reset > Now ? limit : (Now + TimeSpan.FromHours(1), 0);
        if (_usedUpUntil > Now)
        {
            (reset, used) = (_usedUpUntil, RateLimit);
        }

        var isOver = used >= RateLimit;
        _limits[who] = (reset, isOver ? used : used + 1);
        headers["X-RateLimit-Limit"] = RateLimit.ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Remaining"] = Math.Max(0, RateLimit - used - 1).ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Used"] = (used + 1).ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Reset"] = reset.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers["X-RateLimit-Resource"] = "core";
        if (isOver)
        {
            throw new Refusal(403, $"API rate limit exceeded for {(actor is { IsApp: true } ? "installation" : "user")} ID {actor?.Account.Id ?? 0}.");
        }

        static Refusal TooFast(TimeSpan? retryAfter)
        {
            var refusal = new Refusal(403, "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.");
            if (retryAfter is { } wait)
            {
                refusal.Headers["Retry-After"] = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            return refusal;
        }
    }

    // The installations of an App have a limit each.
    private static string Payer(Actor? actor) => actor is null ? "" : $"{actor.Account.Login} {actor.Scope}";

    // 304 costs nothing.
    private void Refund(string who)
    {
        lock (Gate)
        {
            if (_limits.TryGetValue(who, out var limit))
            {
                _limits[who] = (limit.Reset, Math.Max(0, limit.Used - 1));
            }
        }
    }

    private static Reply Error(Refusal refusal, Route? route)
    {
        var json = new JsonObject { ["message"] = refusal.Message };
        if (refusal.Errors is { } errors)
        {
            json["errors"] = errors.DeepClone();
        }

        json["documentation_url"] = route is null ? $"https://{AllMethods}" : $"https://{AllMethods}#{route.Template}";
        json["status"] = refusal.Status.ToString(CultureInfo.InvariantCulture);
        return With(new Reply(refusal.Status, json), refusal.Headers);
    }
}
