using System.Collections.Concurrent;
using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// The API that a registry has for its web page, which says when a tag was pushed. It is at a host of its own, or has limits of its
/// own, and gets no credentials of the registry: so it has a connection to itself. Whatever goes wrong there decides nothing; then
/// the image is asked itself.
/// </summary>
internal sealed class TagApi : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;
    private const int MostRefusals = 1000;

    /// <summary>So long one that does not answer is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(10);

    private readonly RegistryConnection _connection;
    private readonly Func<ImageName, string, (string Repository, string Path)> _question;
    private readonly Func<JsonElement, string, Digest, DateTimeOffset?> _read;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<ImageName, DateTimeOffset> _refusals = new();
    private readonly Lock _gate = new();
    private DateTimeOffset _restsUntil = DateTimeOffset.MinValue;

    private TagApi(
        RegistryConnection connection,
        Func<ImageName, string, (string Repository, string Path)> question,
        Func<JsonElement, string, Digest, DateTimeOffset?> read,
        RegistryOptions options,
        TimeProvider time,
        ILogger logger) =>
        (_connection, _question, _read, _options, _time, _logger) = (connection, question, read, options, time, logger);

    /// <summary>The API of a registry; null where it has none, or is a mirror: when that got something says nothing.</summary>
    public static TagApi? Of(RegistryEndpoint registry, RegistryOptions options, Func<RegistryEndpoint, RegistryConnection> connect, TimeProvider time, ILogger logger)
    {
        return registry switch
        {
            { IsDockerHub: true } => Open(options.DockerHubApi, "/v2/namespaces/", HubQuestion, HubDate),

            // Signed in to by other tokens than the registry: what is private is not there.
            { Host: "quay.io", Settings.Endpoint: null, HasCredentials: false } => Open(options.QuayApi, "/api/v1/repository/", QuayQuestion, QuayDate),
            _ => null,
        };

        TagApi Open(Uri origin, string root, Func<ImageName, string, (string, string)> question, Func<JsonElement, string, Digest, DateTimeOffset?> read)
        {
            var endpoint = new RegistryEndpoint(origin.Authority, origin, "", new RegistrySettings { Host = origin.Authority, Anonymous = true }, registry.Scope) { Root = root };
            return new TagApi(connect(endpoint), question, read, options, time, logger);
        }
    }

    /// <summary>When a tag was pushed as a digest; null where that can't be learnt here.</summary>
    public async Task<TagDate?> AskAsync(ImageName image, string tag, Digest digest, CancellationToken cancellationToken)
    {
        if (IsResting(image))
        {
            return null;
        }

        var (repository, rest) = _question(image, tag);
        var question = new RegistryQuestion("dates", $"the date of {image.Familiar}:{tag}", "application/json", LargestAnswer);
        try
        {
            using var answer = await _connection.SendAsync(HttpMethod.Get, repository, rest, question, _options.CallTimeout, cancellationToken);
            if (answer.Status == System.Net.HttpStatusCode.NotFound)
            {
                Refuse(image);
                return null;
            }

            using var document = JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 32 });
            return TagDate.Of(_read(document.RootElement, tag, digest), DateSource.Registry);
        }
        catch (RegistryException e) when (e.Failure == RegistryFailure.Denied)
        {
            Refuse(image);
        }
        catch (RegistryException e)
        {
            Pause(e.Message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            Pause($"{_connection.Endpoint.Host} gave something that can't be read when asked for {question.Subject}");
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary><see href="https://docs.docker.com/reference/api/hub/latest/operations/GetRepositoryTag/"/>.</summary>
    private static (string Repository, string Path) HubQuestion(ImageName image, string tag)
    {
        var slash = image.Repository.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (image.Repository, "tags/" + tag) : ($"{image.Repository[..slash]}/repositories/{Uri.EscapeDataString(image.Repository[(slash + 1)..])}", "tags/" + tag);
    }

    private static DateTimeOffset? HubDate(JsonElement answer, string tag, Digest digest) =>
        IsOf(answer, "digest", digest) ? Date(answer, "tag_last_pushed") ?? Date(answer, "last_updated") : null;

    /// <summary><see href="https://docs.quay.io/api/"/>.</summary>
    private static (string Repository, string Path) QuayQuestion(ImageName image, string tag) =>
        (image.Repository, $"tag/?onlyActiveTags=true&limit=1&specificTag={Uri.EscapeDataString(tag)}");

    private static DateTimeOffset? QuayDate(JsonElement answer, string tag, Digest digest) =>
        answer.GetProperty("tags").EnumerateArray().FirstOrDefault(t => t.GetProperty("name").ValueEquals(tag) && IsOf(t, "manifest_digest", digest)) is { ValueKind: JsonValueKind.Object } found
            && found.TryGetProperty("start_ts", out var seconds) && seconds.TryGetInt64(out var at) && at is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(at)
            : null;

    private static bool IsOf(JsonElement answer, string name, Digest digest) =>
        answer.TryGetProperty(name, out var said) && said.ValueKind == JsonValueKind.String && said.ValueEquals(digest.ToString());

    private static DateTimeOffset? Date(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.TryGetDateTimeOffset(out var date) ? date : null;

    private bool IsResting(ImageName image)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (now < _restsUntil)
            {
                return true;
            }
        }

        return _refusals.TryGetValue(image, out var until) && now < until;
    }

    /// <summary>A repository that is not there is private, and its next tag is not there either.</summary>
    private void Refuse(ImageName image)
    {
        if (_refusals.Count >= MostRefusals)
        {
            _refusals.Clear();
        }

        _refusals[image] = _time.GetUtcNow() + Rest;
    }

    private void Pause(string why)
    {
        lock (_gate)
        {
            _restsUntil = _time.GetUtcNow() + Rest;
        }

        _logger.KeepsItsDates(why, Rest);
    }
}
