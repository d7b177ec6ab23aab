using System.Text;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>What each registry does differently (docs/registries.md), and which host gets which requests with which header.</summary>
public sealed class RegistryMannersTests
{
    private const string Configuration = """{"os":"linux","architecture":"amd64"}""";

    // What a repository that isn't there looks like.
    private const string NameUnknown = """{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}""";
    private const string Refused = """{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}""";

    private static readonly Manner[] Manners =
    [
        new("Docker Hub")
        {
            Realm = "/token", RealmIsElsewhere = true, Service = "registry.docker.io", Repository = "library/python",
            Next = "</v2/library/python/tags/list?last=b&n=1000>; rel=\"next\"", NextQuery = "?last=b&n=1000", Headers = { ["ratelimit-limit"] = "100;w=21600", ["ratelimit-remaining"] = "99;w=21600" },
            Absent = Absence.Denied,
        },
        new("Azure Container Registry")
        {
            Realm = "/oauth2/token", Service = "HOST", Next = "</v2/team/app/tags/list?last=b&n=1000&orderby=>; rel=\"next\"", NextQuery = "?last=b&n=1000&orderby=",
            TagsAction = "metadata_read", Asked = "repository:team/app:pull,metadata_read", Grant = "access_token",
        },
        new("GitHub") { Realm = "/token", Service = "ghcr.io", Next = "</v2/team/app/tags/list?last=b&n=1000>; rel=\"next\"", NextQuery = "?last=b&n=1000", Absent = Absence.NoToken },
        new("Microsoft") { Absent = Absence.NotFound, AbsentBody = "<?xml version=\"1.0\"?><Error><Code>BlobNotFound</Code></Error>", AbsentType = "application/xml" },
        new("Quay") { Realm = "/v2/auth", Service = "quay.io", Next = "</v2/team/app/tags/list?n=100&last=b>; rel=\"next\"", NextQuery = "?n=100&last=b", Absent = Absence.Denied },
        new("Quay, formerly") { Realm = "/v2/auth", Service = "quay.io", Next = "<http://HOST/v2/team/app/tags/list?next_page=gAAA%3D%3D&n=50>; rel=\"next\"", NextQuery = "?next_page=gAAA%3D%3D&n=50", Absent = Absence.Denied },
        new("Amazon ECR")
        {
            Basic = "Basic realm=\"https://HOST/\",service=\"ecr.amazonaws.com\"", TagsType = "text/plain; charset=utf-8", Order = ["b", "1", "a"],
            Next = "<http://HOST/v2/team/app/tags/list?last=bG9uZyBhbmQgb3BhcXVl>; rel=\"next\"", NextQuery = "?last=bG9uZyBhbmQgb3BhcXVl",
        },
        new("Amazon ECR Public") { Realm = "/token/", Service = "public.ecr.aws", Scope = "aws", Asked = "aws", Order = ["b", "a", "1"], OneTokenForAll = true },
        new("Google") { Realm = "/v2/token", Service = "HOST", TagsMore = ""","child":[],"manifest":{"sha256:0":{"tag":["1"],"timeUploadedMs":"1"}}""" },
        new("GitLab") { Realm = "/jwt/auth", RealmIsElsewhere = true, Service = "container_registry", Next = "</v2/team/app/tags/list?last=b&n=1000>; rel=\"next\"", NextQuery = "?last=b&n=1000", Absent = Absence.Denied },
        new("Harbor") { Realm = "/service/token", Service = "harbor-registry", Scope = "", Next = "</v2/team/app/tags/list?last=b&n=1000>; rel=\"next\"", NextQuery = "?last=b&n=1000", Absent = Absence.Denied },
        new("Artifactory")
        {
            Realm = "/artifactory/api/docker/docker-hub/v2/token", Service = "HOST", Repository = "docker-hub/team/app",
            Next = "</v2/team/app/tags/list?last=1000&n=1000>; rel=\"next\"", NextQuery = "?last=1000&n=1000", Absent = Absence.Forbidden,
        },
        new("Nexus") { Basic = "Basic realm=\"Sonatype Nexus Repository Manager\"", Next = "<http://HOST/repository/hub/v2/team/app/tags/list?n=1000&last=b>; rel=\"next\"", NextQuery = "?n=1000&last=b" },
        new("distribution") { Next = "</v2/team/app/tags/list?last=b&n=1000>; rel=\"next\"", NextQuery = "?last=b&n=1000" },
    ];

    public static TheoryData<string> Names => [.. Manners.Select(m => m.Name)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_registry_is_asked_in_its_manner_and_each_host_gets_what_is_for_it(string name)
    {
        var manner = Manners.Single(m => m.Name == name);
        await using var world = await Stage.StartAsync(manner);
        using var registry = world.Open();
        var image = world.Image(manner.Repository);

        Assert.Equal(manner.Order, await registry.ListTagsAsync(image, Token));
        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(new ImageReference(image, "1"), Token));
        Assert.Equal("linux", (await registry.GetConfigurationAsync(image, Digest.Of(Encoding.UTF8.GetBytes(Configuration)), Token))?.Platform?.Os);
        Assert.Equal(Expected(manner), world.Log);

        world.Forget();
        await registry.ListTagsAsync(world.Image("team/other"), Token);
        Assert.Equal(manner.OneTokenForAll || manner.Realm is null ? 1 : 2, world.Log.Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_not_there_is_gone_or_denied_and_never_an_empty_list(string name)
    {
        var manner = Manners.Single(m => m.Name == name);
        await using var world = await Stage.StartAsync(manner);
        using var registry = world.Open();
        var list = () => registry.ListTagsAsync(world.Image("absent/thing"), Token);
        if (manner.Absent == Absence.NotFound)
        {
            Assert.Null(await list());
        }
        else
        {
            Assert.Equal(RegistryFailure.Denied, (await Assert.ThrowsAsync<RegistryException>(list)).Failure);
        }
    }

    /// <summary>The requests, in order: who gets it, what, and what it has to sign in.</summary>
    private static IEnumerable<string> Expected(Manner manner)
    {
        var tags = $"GET /v2/{manner.Repository}/tags/list";
        var sign = manner.Realm is not null ? "Bearer" : manner.Basic is not null ? "Basic" : "-";
        if (sign != "-")
        {
            yield return $"registry {tags}?n=1000 -";
        }

        if (manner.Realm is not null)
        {
            yield return $"{(manner.RealmIsElsewhere ? "elsewhere" : "registry")} GET {manner.Realm}?service={manner.Service}&scope={Uri.EscapeDataString(manner.Asked ?? $"repository:{manner.Repository}:pull")} Basic";
        }

        yield return $"registry {tags}?n=1000 {sign}";
        if (manner.NextQuery is not null)
        {
            yield return $"registry {tags}{manner.NextQuery} {sign}";
        }

        yield return $"registry HEAD /v2/{manner.Repository}/manifests/1 {sign}";
        yield return $"registry GET /v2/{manner.Repository}/blobs/{Digest.Of(Encoding.UTF8.GetBytes(Configuration))} {sign}";
        yield return "elsewhere GET /blob?signature=x -";
    }

    public enum Absence
    {
        /// <summary>404.</summary>
        NotFound,

        /// <summary>401, whatever one signs in with.</summary>
        Denied,

        /// <summary>403.</summary>
        Forbidden,

        /// <summary>The sign-in service refuses.</summary>
        NoToken,
    }

    /// <summary>How a registry behaves. HOST stands for its host and port.</summary>
    public sealed record Manner(string Name)
    {
        public string? Realm { get; init; }

        public bool RealmIsElsewhere { get; init; }

        public string Service { get; init; } = "";

        /// <summary>The scope it names; null: of the repository.</summary>
        public string? Scope { get; init; }

        /// <summary>The action that it wants for a tag list.</summary>
        public string TagsAction { get; init; } = "pull";

        /// <summary>The scope that is to be asked for; null: to pull.</summary>
        public string? Asked { get; init; }

        public string Grant { get; init; } = "token";

        public bool OneTokenForAll { get; init; }

        public string? Basic { get; init; }

        public string Repository { get; init; } = "team/app";

        /// <summary>The tags as it orders them; the last comes on a second page where there is one.</summary>
        public string[] Order { get; init; } = ["1", "a", "b"];

        public string? Next { get; init; }

        public string? NextQuery { get; init; }

        public string TagsType { get; init; } = "application/json";

        public string TagsMore { get; init; } = "";

        public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

        public Absence Absent { get; init; }

        public string AbsentBody { get; init; } = NameUnknown;

        public string AbsentType { get; init; } = "application/json";
    }

    /// <summary>A registry of a manner, and another host, which is its sign-in service where that is elsewhere, and where its blobs lie.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly Manner _manner;
        private readonly List<string> _log = [];
        private readonly ScriptedServer _registry;
        private readonly ScriptedServer _elsewhere;

        private Stage(Manner manner) => (_manner, _registry, _elsewhere) = (manner, new ScriptedServer(c => AnswerAsync("registry", c)), new ScriptedServer(c => AnswerAsync("elsewhere", c)));

        public IReadOnlyList<string> Log
        {
            get
            {
                lock (_log)
                {
                    return [.. _log];
                }
            }
        }

        public static async Task<Stage> StartAsync(Manner manner)
        {
            var stage = new Stage(manner);
            await stage._registry.InitializeAsync();
            await stage._elsewhere.InitializeAsync();
            return stage;
        }

        public OciRegistry Open() => Scripts.Open(new RegistrySettings { Host = _registry.Host, Username = "ann", Password = "s3cret", TokenHost = _manner.RealmIsElsewhere ? "localhost" : null });

        public ImageName Image(string repository) => ImageName.Parse($"{_registry.Host}/{repository}");

        public void Forget()
        {
            lock (_log)
            {
                _log.Clear();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _registry.DisposeAsync();
            await _elsewhere.DisposeAsync();
        }

        private Task AnswerAsync(string who, HttpContext context)
        {
            var request = context.Request;
            var authorization = request.Headers.Authorization.ToString();
            lock (_log)
            {
                _log.Add($"{who} {request.Method} {request.Path}{Text(request.QueryString.ToString())} {(authorization.Length == 0 ? "-" : authorization.Split(' ')[0])}");
            }

            foreach (var (name, value) in _manner.Headers)
            {
                context.Response.Headers[name] = value;
            }

            var isAbsent = request.Path.ToString().Contains("absent", StringComparison.Ordinal) || request.QueryString.ToString().Contains("absent", StringComparison.Ordinal);
            var answer = request.Path == "/blob" ? Answers.Json(Configuration)
                : request.Path == _manner.Realm && who == (_manner.RealmIsElsewhere ? "elsewhere" : "registry")
                    ? (isAbsent && _manner.Absent == Absence.NoToken ? Answers.Json(Refused, 403) : Answers.Json($$"""{"{{_manner.Grant}}":"t","expires_in":300}"""))
                : who == "elsewhere" ? Answers.Status(500)
                : IsSignedIn(authorization) && !(isAbsent && _manner.Absent == Absence.Denied) ? Answer(request, isAbsent)
                : Challenge(request);
            return answer(context);
        }

        private bool IsSignedIn(string authorization) =>
            _manner.Realm is not null ? authorization == "Bearer t"
            : _manner.Basic is null || authorization == "Basic " + Convert.ToBase64String("ann:s3cret"u8);

        private RequestDelegate Answer(HttpRequest request, bool isAbsent)
        {
            var path = request.Path.ToString();
            if (isAbsent)
            {
                return Answers.Text(_manner.Absent == Absence.Forbidden ? 403 : 404, _manner.AbsentType, _manner.Absent == Absence.Forbidden ? Refused : _manner.AbsentBody);
            }

            if (path.EndsWith("/tags/list", StringComparison.Ordinal))
            {
                var isPaged = _manner.Next is not null && path.Contains(_manner.Repository, StringComparison.Ordinal);
                var isFirst = request.QueryString.ToString() == "?n=1000";
                var tags = !isPaged ? _manner.Order : isFirst ? _manner.Order[..^1] : _manner.Order[^1..];
                var list = Answers.Text(200, _manner.TagsType, $$"""{"name":"x","tags":[{{string.Join(',', tags.Select(t => $"\"{t}\""))}}]{{_manner.TagsMore}}}""");
                return isPaged && isFirst ? list.With("Link", _manner.Next!.Replace("HOST", _registry.Host, StringComparison.Ordinal)) : list;
            }

            return path.Contains("/manifests/", StringComparison.Ordinal) ? Scripts.Manifest()
                : Answers.Status(307).With("Location", $"http://localhost:{_elsewhere.Address.Port}/blob?signature=x");
        }

        private RequestDelegate Challenge(HttpRequest request)
        {
            if (_manner.Basic is { } basic)
            {
                return Answers.Text(401, "text/plain; charset=utf-8", "Not Authorized").With("WWW-Authenticate", basic.Replace("HOST", _registry.Host, StringComparison.Ordinal));
            }

            var parts = request.Path.ToString().Split('/');
            var action = parts[^1] == "list" ? _manner.TagsAction : "pull";
            var scope = _manner.Scope ?? $"repository:{string.Join('/', parts[2..^2])}:{action}";
            var realm = _manner.RealmIsElsewhere ? $"http://localhost:{_elsewhere.Address.Port}" : $"http://{_registry.Host}";
            var challenge = $"Bearer realm=\"{realm}{_manner.Realm}\",service=\"{_manner.Service.Replace("HOST", _registry.Host, StringComparison.Ordinal)}\"{(scope.Length == 0 ? "" : $",scope=\"{scope}\"")}";
            return Answers.Json("""{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}""", 401).With("WWW-Authenticate", challenge);
        }

        private string Text(string query) => query.Replace(Uri.EscapeDataString(_registry.Host), "HOST", StringComparison.Ordinal);
    }
}
