using System.Globalization;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>A method and an address, written as GitHub's OpenAPI description writes it, and what answers.</summary>
/// <param name="Method">GET, POST, …</param>
/// <param name="Template"><c>/repos/{owner}/{repo}/branches/{branch}</c></param>
/// <param name="Answer">Runs under the server's lock; throws <see cref="Refusal"/>.</param>
/// <param name="IsDescribed">Whether the OpenAPI description has it.</param>
internal sealed record Route(string Method, string Template, Func<Call, Reply> Answer, bool IsDescribed = true)
{
    // These may hold slashes.
    private static readonly HashSet<string> Long = ["{path}", "{ref}", "{branch}", "{basehead}"];

    private readonly string[] _segments = Template.Trim('/').Split('/');

    /// <summary>Where several match, the one with more literal parts is meant.</summary>
    public int Weight => _segments.Count(s => s[0] != '{');

    /// <summary>Reads an address; null when it is another one.</summary>
    public Dictionary<string, string>? Match(string[] path)
    {
        var at = Array.FindIndex(_segments, Long.Contains);
        var extra = path.Length - _segments.Length;
        if (extra < 0 || (extra > 0 && at < 0))
        {
            return null;
        }

        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0, from = 0; i < _segments.Length; i++)
        {
            var width = i == at ? extra + 1 : 1;
            var value = string.Join('/', path[from..(from + width)].Select(Uri.UnescapeDataString));
            from += width;
            if (_segments[i][0] == '{')
            {
                found[_segments[i].Trim('{', '}')] = value;
            }
            else if (_segments[i] != value)
            {
                return null;
            }
        }

        return found;
    }
}

/// <summary>GitHub says no.</summary>
internal sealed class Refusal : Exception
{
    public Refusal(int status, string message, JsonNode? errors = null)
        : base(message) => (Status, Errors) = (status, errors);

    /// <summary>HTTP status.</summary>
    public int Status { get; }

    /// <summary>The member <c>errors</c>, if there is one.</summary>
    public JsonNode? Errors { get; }

    /// <summary>More headers.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static Refusal NotFound() => new(404, "Not Found");

    /// <summary>422 with an error that has a sentence of its own.</summary>
    public static Refusal Custom(string resource, string message) =>
        new(422, "Validation Failed", new JsonArray(new JsonObject { ["resource"] = resource, ["code"] = "custom", ["message"] = message }));

    /// <summary>422 for one field.</summary>
    public static Refusal Field(string resource, string field, string code) =>
        new(422, "Validation Failed", new JsonArray(new JsonObject { ["resource"] = resource, ["field"] = field, ["code"] = code }));
}

/// <summary>An answer.</summary>
internal sealed record Reply(int Status, JsonNode? Body = null)
{
    /// <summary>More headers.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Bytes in place of JSON.</summary>
    public byte[]? Raw { get; init; }

    public static Reply Ok(JsonNode body) => new(200, body);

    public static Reply Created(JsonNode body) => new(201, body);

    public static Reply NoContent() => new(204);

    /// <summary>GitHub means something else by the same address: it is somewhere else now.</summary>
    public static Reply Moved(string location)
    {
        var reply = new Reply(301, new JsonObject
        {
            ["message"] = "Moved Permanently",
            ["url"] = location,
            ["documentation_url"] = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
        });
        reply.Headers["Location"] = location;
        return reply;
    }
}

/// <summary>A request under way.</summary>
internal sealed class Call(GitHubServer server, Actor? actor, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> query, JsonObject? body)
{
    public GitHubServer Server => server;

    /// <summary>Who asks.</summary>
    public Actor Actor => actor ?? throw new Refusal(401, "Requires authentication");

    public bool IsAnonymous => actor is null;

    /// <summary>The body; empty where there is none.</summary>
    public JsonObject Body { get; } = body ?? [];

    /// <summary>Body as it came, or null.</summary>
    public JsonObject? Sent => body;

    /// <summary>A part of the address.</summary>
    public string this[string name] => parameters[name];

    /// <summary>A number in the address.</summary>
    public long Number(string name) =>
        long.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Refusal.NotFound();

    /// <summary>A part of the query, or null.</summary>
    public string? Query(string name) => query.GetValueOrDefault(name);

    /// <summary>A text of the body, or null.</summary>
    public string? Text(string name) => Body[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A text that the body must have.</summary>
    public string RequiredText(string resource, string name) => Text(name) ?? throw Refusal.Field(resource, name, "missing_field");

    /// <summary>A truth value of the body, or null.</summary>
    public bool? Flag(string name) => Body[name] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    /// <summary>Texts of the body: a list of texts, or of objects with a name; one alone counts as well.</summary>
    public IReadOnlyList<string> Texts(string name) => Body[name] switch
    {
        JsonArray list => [.. list.Select(i => i is JsonObject o ? (string)o["name"]! : (string)i!)],
        JsonValue one => [(string)one!],
        _ => [],
    };

    /// <summary>The repository in the address, if whoever asks may see it.</summary>
    public HostedRepository Repository
    {
        get
        {
            var found = server.FindRepository(this["owner"], this["repo"]);
            return found is not null && found.MaySee(actor) ? found : throw Refusal.NotFound();
        }
    }

    /// <summary>The repository in the address, if whoever asks has a permission there.</summary>
    /// <param name="permission">As an App's permissions are named: <c>contents</c>, <c>pull_requests</c>, …</param>
    /// <param name="write">Reading is not enough.</param>
    public HostedRepository RepositoryFor(string permission, bool write = false)
    {
        var found = Repository;
        if (actor is null)
        {
            return write ? throw new Refusal(401, "Requires authentication") : found;
        }

        if (!found.May(actor, permission, write))
        {
            throw new Refusal(403, actor.Kind == ActorKind.Person ? "Resource not accessible by personal access token" : "Resource not accessible by integration");
        }

        return write && found.IsArchived ? throw new Refusal(403, "Repository was archived so is read-only.") : found;
    }

    /// <summary>A page of a list, with links to the others.</summary>
    public Reply Page<T>(IReadOnlyList<T> items, Func<T, JsonNode> shape, Func<JsonArray, JsonNode>? wrap = null)
    {
        var size = Math.Clamp(Positive("per_page") ?? 30, 1, 100);
        var page = Math.Max(Positive("page") ?? 1, 1);
        var last = Math.Max(1, (items.Count + size - 1) / size);
        var array = new JsonArray([.. items.Skip((page - 1) * size).Take(size).Select(shape)]);
        var reply = Reply.Ok(wrap is null ? array : wrap(array));
        var links = new List<string>();
        if (page > 1)
        {
            links.Add(Link(Math.Min(page - 1, last), "prev"));
        }

        if (page < last)
        {
            links.Add(Link(page + 1, "next"));
            links.Add(Link(last, "last"));
        }

        if (page > 1)
        {
            links.Add(Link(1, "first"));
        }

        if (links.Count > 0)
        {
            reply.Headers["Link"] = string.Join(", ", links);
        }

        return reply;

        string Link(int number, string relation)
        {
            var rest = query.Where(q => q.Key is not "page").Select(q => $"{q.Key}={Uri.EscapeDataString(q.Value)}");
            return $"<{server.Address.AbsoluteUri.TrimEnd('/')}{Path}?{string.Join('&', rest.Append(string.Create(CultureInfo.InvariantCulture, $"page={number}")))}>; rel=\"{relation}\"";
        }

        int? Positive(string name) => int.TryParse(Query(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
    }

    /// <summary>Path of the request, as it was sent.</summary>
    public string Path { get; init; } = "/";

    /// <summary>The header <c>Accept</c>.</summary>
    public string Accept { get; init; } = "";
}
