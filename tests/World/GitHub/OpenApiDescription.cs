using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Basewatch.World.Parts;

namespace Basewatch.World.GitHub;

/// <summary>
/// GitHub's own OpenAPI description of its REST API (npm's <c>@octokit/openapi</c>), to hold requests and answers against.
/// It knows the words of JSON Schema that this description uses. Where GitHub says <c>oneOf</c>, one or more is enough:
/// many of its alternatives include each other.
/// </summary>
public sealed class OpenApiDescription
{
    private static readonly Lazy<Task<OpenApiDescription>> Shared = new(() => ReadAsync(CancellationToken.None));

    /// <summary>Where the description contradicts itself, and so can't be held against anyone: operation, and what a problem holds.</summary>
    private static readonly (string Operation, string Problem)[] Contradictions =
    [
        // It asks the account to be a user and an enterprise at once; that of a single installation is one of them.
        ("GET /app/installations", "].account."),
        // A label's description may be null everywhere else.
        ("GET /repos/{owner}/{repo}/pulls", "].description is null"),
        // "You can also pass an array of labels directly", it says at the member that is then not there.
        ("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", "$ is Array in place of object"),
    ];

    private readonly JsonElement _root;

    private OpenApiDescription(JsonDocument document) => _root = document.RootElement;

    /// <summary>The description, read once a process; skips the test where it can't be had.</summary>
    public static async Task<OpenApiDescription> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Shared.Value.WaitAsync(cancellationToken);
        }
        catch (MissingPartException e)
        {
            e.SkipOrFail();
            throw;
        }
    }

    /// <summary>Is there such an operation?</summary>
    public bool Has(string method, string template) => Operation(method, template) is not null;

    /// <summary>What is wrong with a request's body; nothing when all is well.</summary>
    public IReadOnlyList<string> ProblemsOfRequest(GitHubRequest request)
    {
        if (Operation(request.Method, request.Template) is not { } operation)
        {
            return [$"{request.Method} {request.Template} is not described"];
        }

        var problems = new List<string>();
        foreach (var name in Query(request.Path))
        {
            if (!Parameters(operation, request.Template).Contains(name))
            {
                problems.Add($"{request.Method} {request.Template}: no parameter {name} is described");
            }
        }

        if (request.Body.Length > 0)
        {
            using var body = JsonDocument.Parse(request.Body);
            if (operation.TryGetProperty("requestBody", out var described) && SchemaOf(Follow(described)) is { } schema)
            {
                Check(schema, body.RootElement, "$", problems);
            }
            else
            {
                problems.Add("no body is described");
            }
        }

        return Sound(request, problems);
    }

    /// <summary>What is wrong with an answer's body; nothing when all is well.</summary>
    /// <param name="request">What was asked, and with what status it was answered.</param>
    /// <param name="answer">The body; empty: none.</param>
    public IReadOnlyList<string> ProblemsOfAnswer(GitHubRequest request, string answer)
    {
        if (Operation(request.Method, request.Template) is not { } operation)
        {
            return [$"{request.Method} {request.Template} is not described"];
        }

        var problems = new List<string>();
        var status = request.Status.ToString(CultureInfo.InvariantCulture);
        JsonElement? schema = null;
        if (operation.GetProperty("responses").TryGetProperty(status, out var described))
        {
            schema = SchemaOf(Follow(described));
        }
        else if (request.Status < 400 && request.Status is not (301 or 304))
        {
            problems.Add($"status {status} is not described");
        }

        // Not every error is described with every operation: what they have in common holds.
        if (schema is null && request.Status >= 400)
        {
            schema = _root.GetProperty("components").GetProperty("schemas").GetProperty("basic-error");
        }

        if (schema is null)
        {
            if (answer.Length > 0 && problems.Count == 0)
            {
                problems.Add($"status {status} is described without a body");
            }
        }
        else if (answer.Length == 0)
        {
            problems.Add($"status {status} is described with a body");
        }
        else
        {
            using var body = JsonDocument.Parse(answer);
            Check(schema.Value, body.RootElement, "$", problems);
        }

        return Sound(request, problems);
    }

    /// <summary>What is wrong with a webhook's body; nothing when all is well.</summary>
    public IReadOnlyList<string> ProblemsOfWebhook(WebhookDelivery delivery)
    {
        using var body = JsonDocument.Parse(delivery.Body);
        var name = delivery.Event.Replace('_', '-');
        if (body.RootElement.TryGetProperty("action", out var action))
        {
            name = $"{name}-{action.GetString()!.Replace('_', '-')}";
        }

        if (!_root.GetProperty("x-webhooks").TryGetProperty(name, out var described))
        {
            return [$"no webhook {name} is described"];
        }

        var problems = new List<string>();
        Check(SchemaOf(described.GetProperty("post").GetProperty("requestBody"))!.Value, body.RootElement, "$", problems);
        return problems;
    }

    private static async Task<OpenApiDescription> ReadAsync(CancellationToken cancellationToken)
    {
        var packages = await NodePackages.GetAsync(cancellationToken);
        await using var file = File.OpenRead(Path.Combine(packages.Modules, NodePackages.OpenApi));
        return new OpenApiDescription(await JsonDocument.ParseAsync(file, default, cancellationToken));
    }

    private static List<string> Sound(GitHubRequest request, List<string> problems)
    {
        problems.RemoveAll(p => Array.Exists(Contradictions, c => c.Operation == $"{request.Method} {request.Template}" && p.Contains(c.Problem, StringComparison.Ordinal)));
        return problems;
    }

    private JsonElement? Operation(string method, string template)
    {
        return _root.GetProperty("paths").TryGetProperty(template, out var path) && path.TryGetProperty(method.ToLowerInvariant(), out var operation) ? operation : null;
    }

    private HashSet<string> Parameters(JsonElement operation, string template)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var owner in (JsonElement[])[operation, _root.GetProperty("paths").GetProperty(template)])
        {
            if (owner.TryGetProperty("parameters", out var parameters))
            {
                names.UnionWith(parameters.EnumerateArray().Select(Follow).Where(p => p.GetProperty("in").GetString() == "query").Select(p => p.GetProperty("name").GetString()!));
            }
        }

        return names;
    }

    private static IEnumerable<string> Query(string path) =>
        path.Split('?', 2) is [_, var query] ? query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => Uri.UnescapeDataString(p.Split('=')[0])) : [];

    private static JsonElement? SchemaOf(JsonElement described) =>
        described.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out var json) && json.TryGetProperty("schema", out var schema) ? schema : null;

    private JsonElement Follow(JsonElement element)
    {
        while (element.TryGetProperty("$ref", out var reference))
        {
            element = reference.GetString()![2..].Split('/').Aggregate(_root, (at, name) => at.GetProperty(name));
        }

        return element;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        schema = Follow(schema);
        if (value.ValueKind == JsonValueKind.Null)
        {
            if (!AllowsNull(schema))
            {
                problems.Add($"{at} is null");
            }

            return;
        }

        foreach (var word in (string[])["oneOf", "anyOf"])
        {
            if (schema.TryGetProperty(word, out var alternatives))
            {
                var tried = alternatives.EnumerateArray().Select(a => Problems(a, value, at)).ToList();
                if (!tried.Exists(t => t.Count == 0))
                {
                    problems.AddRange(tried.MinBy(t => t.Count)!.Select(p => $"{p} (the nearest of {tried.Count})"));
                }
            }
        }

        if (schema.TryGetProperty("allOf", out var parts))
        {
            foreach (var part in parts.EnumerateArray())
            {
                Check(part, value, at, problems);
            }
        }

        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)))
        {
            problems.Add($"{at} is {value.GetRawText()}, which is none of {values.GetRawText()}");
        }

        if (schema.TryGetProperty("type", out var type) && !IsA(value, type.GetString()!))
        {
            problems.Add($"{at} is {value.ValueKind} in place of {type}");
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(schema, value, at, problems);
                break;
            case JsonValueKind.Array:
                CheckArray(schema, value, at, problems);
                break;
            case JsonValueKind.String:
                CheckText(schema, value.GetString()!, at, problems);
                break;
            case JsonValueKind.Number:
                if ((schema.TryGetProperty("minimum", out var least) && value.GetDouble() < least.GetDouble()) || (schema.TryGetProperty("maximum", out var most) && value.GetDouble() > most.GetDouble()))
                {
                    problems.Add($"{at} is {value}, out of its bounds");
                }

                break;
        }
    }

    private List<string> Problems(JsonElement schema, JsonElement value, string at)
    {
        var problems = new List<string>();
        Check(schema, value, at, problems);
        return problems;
    }

    private void CheckObject(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        if (schema.TryGetProperty("required", out var required))
        {
            problems.AddRange(required.EnumerateArray().Select(r => r.GetString()!).Where(r => !value.TryGetProperty(r, out _)).Select(r => $"{at}.{r} is missing"));
        }

        var isOpen = !schema.TryGetProperty("additionalProperties", out var more) || more.ValueKind != JsonValueKind.False;
        var hasProperties = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (hasProperties && properties.TryGetProperty(member.Name, out var described))
            {
                Check(described, member.Value, $"{at}.{member.Name}", problems);
            }
            else if (!isOpen)
            {
                problems.Add($"{at}.{member.Name} is not described");
            }
            else if (more.ValueKind == JsonValueKind.Object)
            {
                Check(more, member.Value, $"{at}.{member.Name}", problems);
            }
        }
    }

    private void CheckArray(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        if ((schema.TryGetProperty("minItems", out var least) && value.GetArrayLength() < least.GetInt32()) || (schema.TryGetProperty("maxItems", out var most) && value.GetArrayLength() > most.GetInt32()))
        {
            problems.Add($"{at} has {value.GetArrayLength()} items");
        }

        if (schema.TryGetProperty("items", out var items))
        {
            foreach (var (i, item) in value.EnumerateArray().Index())
            {
                Check(items, item, $"{at}[{i}]", problems);
            }
        }
    }

    private static void CheckText(JsonElement schema, string value, string at, List<string> problems)
    {
        if ((schema.TryGetProperty("minLength", out var least) && value.Length < least.GetInt32()) || (schema.TryGetProperty("maxLength", out var most) && value.Length > most.GetInt32()))
        {
            problems.Add($"{at} has {value.Length} characters");
        }

        if (schema.TryGetProperty("pattern", out var pattern) && !Regex.IsMatch(value, pattern.GetString()!, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)))
        {
            problems.Add($"{at} is '{value}', which does not match {pattern}");
        }

        // GitHub gives "" as the default of some addresses, which is none.
        if (schema.TryGetProperty("default", out var usual) && usual.ValueKind == JsonValueKind.String && usual.GetString() == value)
        {
            return;
        }

        var isWrong = schema.TryGetProperty("format", out var format) && format.GetString() switch
        {
            "date-time" => !Regex.IsMatch(value, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)),
            "uri" => !Uri.TryCreate(value, UriKind.Absolute, out _) || value.Contains('{', StringComparison.Ordinal),
            "email" => !value.Contains('@', StringComparison.Ordinal),
            _ => false,
        };
        if (isWrong)
        {
            problems.Add($"{at} is '{value}', which is no {format}");
        }
    }

    /// <summary><c>nullable</c>, which OpenAPI 3.0 has in place of a type; alternatives may allow it too.</summary>
    private bool AllowsNull(JsonElement schema)
    {
        schema = Follow(schema);
        if (schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
        {
            return true;
        }

        foreach (var word in (string[])["oneOf", "anyOf"])
        {
            if (schema.TryGetProperty(word, out var alternatives) && alternatives.EnumerateArray().Any(AllowsNull))
            {
                return true;
            }
        }

        return schema.TryGetProperty("allOf", out var parts) && parts.EnumerateArray().All(AllowsNull);
    }

    private static bool IsA(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => true,
    };
}
