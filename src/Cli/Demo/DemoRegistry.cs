using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Basewatch.Core.Images;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Cli.Demo;

/// <summary>
/// A small OCI registry on loopback that lives as long as the demo: real manifests with real digests. The same server takes
/// the cards that would go to Teams, and answers a probe.
/// </summary>
internal sealed class DemoRegistry : IAsyncDisposable
{
    /// <summary>What a probe asks for.</summary>
    public const string HealthPath = "/health";

    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly string[] Architectures = ["amd64", "arm64"];

    private readonly WebApplication _app;

    private readonly ConcurrentDictionary<string, (string MediaType, byte[] Body)> _content = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, string>> _tags = new(StringComparer.Ordinal);

    private int _requests;

    private DemoRegistry(WebApplication app) => _app = app;

    /// <summary>Address with scheme and port.</summary>
    public string Address => _app.Urls.First();

    /// <summary>Requests answered so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Cards received so far, as JSON.</summary>
    public ConcurrentQueue<string> Cards { get; } = new();

    /// <summary>Whether what a probe asks answers well.</summary>
    public bool IsHealthy { get; set; } = true;

    /// <summary>Starts on a free port of 127.0.0.1.</summary>
    public static async Task<DemoRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var registry = new DemoRegistry(app);
        app.Run(registry.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return registry;
    }

    /// <summary>Pushes an image for two platforms under a tag. Other content gives other digests.</summary>
    public void Push(string repository, string tag, string content)
    {
        var layer = Gzip(Encoding.UTF8.GetBytes($"{repository}:{tag}\n{content}\n"));
        var entries = Architectures.Select(architecture =>
        {
            var config = Store("application/vnd.oci.image.config.v1+json", $$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{"Labels":{"org.opencontainers.image.version":"{{{tag}}}"}},"rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(layer)}}}"]}}""");
            var blob = Store("application/vnd.oci.image.layer.v1.tar+gzip", layer);
            var manifest = Store(ManifestType, $$"""{"schemaVersion":2,"mediaType":"{{ManifestType}}","config":{{config}},"layers":[{{blob}}]}""");
            return $$$"""{{{manifest[..^1]}}},"platform":{"architecture":"{{{architecture}}}","os":"linux"}}""";
        });
        var index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{string.Join(',', entries)}}]}""");
        var digest = Digest.Of(index).ToString();
        _content[digest] = (IndexType, index);
        _tags.GetOrAdd(repository, _ => new(StringComparer.Ordinal))[tag] = digest;
    }

    /// <summary>The digest of a tag.</summary>
    public Digest DigestOf(string repository, string tag) => Digest.Parse(_tags[repository][tag]);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private string Store(string mediaType, string body) => Store(mediaType, Encoding.UTF8.GetBytes(body));

    /// <summary>Keeps content, and gives its descriptor.</summary>
    private string Store(string mediaType, byte[] body)
    {
        var digest = Digest.Of(body).ToString();
        _content[digest] = (mediaType, body);
        return string.Create(CultureInfo.InvariantCulture, $$"""{"mediaType":"{{mediaType}}","digest":"{{digest}}","size":{{body.Length}}}""");
    }

    private static byte[] Gzip(byte[] data)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(data);
        }

        return buffer.ToArray();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/teams")
        {
            using var reader = new StreamReader(context.Request.Body);
            Cards.Enqueue(await reader.ReadToEndAsync(context.RequestAborted));
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        if (path == HealthPath)
        {
            context.Response.StatusCode = IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return;
        }

        Interlocked.Increment(ref _requests);
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        switch (parts)
        {
            case ["v2"]:
                await context.Response.WriteAsync("{}");
                break;
            case ["v2", .. var name, "tags", "list"]:
                await ListAsync(context, string.Join('/', name));
                break;
            case ["v2", .. var name, "manifests", var reference]:
                await SendAsync(context, reference.StartsWith("sha256:", StringComparison.Ordinal) ? reference
                    : _tags.TryGetValue(string.Join('/', name), out var tags) && tags.TryGetValue(reference, out var tagged) ? tagged : null);
                break;
            case ["v2", .., "blobs", var digest]:
                await SendAsync(context, digest);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task ListAsync(HttpContext context, string repository)
    {
        if (!_tags.TryGetValue(repository, out var tags))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync("""{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known to registry"}]}""");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(new TagListBody(repository, [.. tags.Keys.Order(StringComparer.Ordinal)]), DemoJson.Default.TagListBody));
    }

    private async Task SendAsync(HttpContext context, string? digest)
    {
        if (digest is null || !_content.TryGetValue(digest, out var content))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = content.MediaType;
        context.Response.ContentLength = content.Body.Length;
        context.Response.Headers["Docker-Content-Digest"] = digest;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content.Body);
        }
    }
}

/// <summary>The answer of <c>/v2/NAME/tags/list</c>.</summary>
internal sealed record TagListBody(string Name, IReadOnlyList<string> Tags);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(TagListBody))]
internal sealed partial class DemoJson : System.Text.Json.Serialization.JsonSerializerContext;
