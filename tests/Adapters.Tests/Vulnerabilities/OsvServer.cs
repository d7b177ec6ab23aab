using System.Text.Json.Nodes;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Tests.Vulnerabilities;

/// <summary>OSV's service on a loopback port, with the vulnerabilities that a test gives it.</summary>
internal sealed class OsvServer : IAsyncDisposable
{
    private readonly ScriptedServer _server;

    public OsvServer() => _server = new ScriptedServer(context => (Fault ?? AnswerAsync)(context));

    /// <summary>What answers in its place; null: itself.</summary>
    public RequestDelegate? Fault { get; set; }

    /// <summary>Records by id.</summary>
    public Dictionary<string, JsonObject> Records { get; } = new(StringComparer.Ordinal);

    /// <summary>Vulnerabilities on one page.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Whether it names every record for every package.</summary>
    public bool Lies { get; set; }

    public Uri Address => _server.Address;

    public IReadOnlyList<ScriptedRequest> Requests => _server.Requests;

    public static async Task<OsvServer> StartAsync()
    {
        var server = new OsvServer();
        await server._server.InitializeAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>Adds a vulnerability of every version up to one.</summary>
    public void Add(string id, string package, string? fix, string ecosystem = "Debian:12", string modified = "2024-01-01T00:00:00Z", string vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H")
    {
        var events = new JsonArray(new JsonObject { ["introduced"] = "0" });
        if (fix is not null)
        {
            events.Add(new JsonObject { ["fixed"] = fix });
        }

        Records[id] = new JsonObject
        {
            ["id"] = id,
            ["modified"] = modified,
            ["severity"] = new JsonArray(new JsonObject { ["type"] = "CVSS_V3", ["score"] = vector }),
            ["affected"] = new JsonArray(new JsonObject
            {
                ["package"] = new JsonObject { ["ecosystem"] = ecosystem, ["name"] = package },
                ["ranges"] = new JsonArray(new JsonObject { ["type"] = "ECOSYSTEM", ["events"] = events }),
            }),
        };
    }

    private Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path.StartsWith("/v1/vulns/", StringComparison.Ordinal))
        {
            return (Records.TryGetValue(path["/v1/vulns/".Length..], out var record) ? Answers.Json(record.ToJsonString()) : Answers.Json("""{"code":5,"message":"Bug not found."}""", 404))(context);
        }

        return path == "/v1/querybatch" ? BatchAsync(context) : Answers.Status(404)(context);
    }

    /// <summary>It matches by the package's name, and leaves the versions to who asks.</summary>
    private async Task BatchAsync(HttpContext context)
    {
        var queries = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!["queries"]!.AsArray();
        if (queries.Count > 1000)
        {
            await Answers.Json("""{"code":3,"message":"Too many queries."}""", 400)(context);
            return;
        }

        var results = new JsonArray([.. queries.Select(q =>
        {
            var name = (string)q!["package"]!["name"]!;
            var named = Records.Values.Where(r => Lies || (string)r["affected"]![0]!["package"]!["name"]! == name).OrderBy(r => (string)r["id"]!, StringComparer.Ordinal).ToList();
            var from = int.Parse((string?)q["page_token"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            var result = new JsonObject();
            if (named.Count > from)
            {
                result["vulns"] = new JsonArray([.. named.Skip(from).Take(PageSize).Select(r => (JsonNode)new JsonObject { ["id"] = (string)r["id"]!, ["modified"] = (string)r["modified"]! })]);
            }

            if (named.Count > from + PageSize)
            {
                result["next_page_token"] = $"{from + PageSize}";
            }

            return (JsonNode)result;
        })]);
        await Answers.Json(new JsonObject { ["results"] = results }.ToJsonString())(context);
    }
}
