using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Containers.ContainerRegistry;
using Azure.Core;
using Azure.Identity;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Functions;

/// <summary>
/// Azure Container Registries, signed in to with the app's identity. Their own tag list gives the digests and the push dates too, so
/// that what is asked of a tag soon after it costs no request. Registries elsewhere, those with credentials or an endpoint in the settings,
/// and those that refuse the identity (they may still let anyone read) are asked as every registry is.
/// </summary>
/// <remarks>
/// The SDK signs in; its typed calls list the tags of one digest, or manifests in the order of their digests, where a tag
/// that moves meanwhile is missed. So the list is asked for as the REST API has it, by name:
/// <see href="https://learn.microsoft.com/rest/api/containerregistry/dataplane/container-registry/get-tags"/>.
/// </remarks>
public sealed class AcrRegistry(OciRegistry others, IReadOnlyList<RegistrySettings> settings, string? clientId, TimeProvider time) : IRegistry
{
    private const int MostPages = 1000;
    private const int LargestPage = 16 * 1024 * 1024;

    private readonly HashSet<string> _asOthers = new(settings.Where(s => s.Username is not null || s.Token is not null || s.Endpoint is not null).Select(s => s.CanonicalHost!), StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<ContainerRegistryClient>> _clients = new(StringComparer.Ordinal);
    private readonly ListedTags _listed = new(time);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken) =>
        AskAsync(image, () => ListAsync(image, cancellationToken), () => others.ListTagsAsync(image, cancellationToken));

    /// <inheritdoc/>
    public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) =>
        AskAsync(reference.Name, () => FindAsync(reference, cancellationToken), () => others.ResolveAsync(reference, cancellationToken));

    /// <inheritdoc/>
    public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
        AskAsync(reference.Name, () => FetchAsync(reference, cancellationToken), () => others.GetManifestAsync(reference, cancellationToken));

    /// <inheritdoc/>
    public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) =>
        AskAsync(image, () => ConfigurationAsync(image, digest, cancellationToken), () => others.GetConfigurationAsync(image, digest, cancellationToken));

    /// <inheritdoc/>
    public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken) =>
        AskAsync(image, () => BlobAsync(image, digest, most, cancellationToken), () => others.GetBlobAsync(image, digest, most, cancellationToken));

    /// <inheritdoc/>
    public async Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(tag.Name, () => DateAsync(tag, cancellationToken), () => others.GetPushDateAsync(tag, cancellationToken));
        }
        catch (RegistryException)
        {
            // What the image says of itself has to do then; where the registry does not answer that either, it is told.
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Referrer>> GetReferrersAsync(
        ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) =>
        await AskAsync(
            image,
            () => AttachedAsync(image, subject, artifactType, cancellationToken),
            async () => (IReadOnlyList<Referrer>?)await others.GetReferrersAsync(image, subject, artifactType, tags, cancellationToken)) ?? [];

    /// <summary>Whether a host is one of Azure's: in the public cloud, in China, or for the government of the US.</summary>
    internal static bool IsAzure(string host) =>
        host.EndsWith(".azurecr.io", StringComparison.Ordinal) || host.EndsWith(".azurecr.cn", StringComparison.Ordinal) || host.EndsWith(".azurecr.us", StringComparison.Ordinal);

    private async Task<T?> AskAsync<T>(ImageName image, Func<Task<T?>> azure, Func<Task<T?>> other)
        where T : class
    {
        if (!IsAzure(image.Registry) || _asOthers.Contains(image.Registry))
        {
            return await other();
        }

        try
        {
            return await azure();
        }
        catch (RegistryException denied) when (denied.Failure == RegistryFailure.Denied)
        {
            try
            {
                return await other();
            }
            catch (RegistryException)
            {
                // What the identity lacks is what has to be put right.
                throw denied;
            }
        }
    }

    private async Task<IReadOnlyList<string>?> ListAsync(ImageName image, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var names = new List<string>();
        var listed = new Dictionary<string, ListedTag>(StringComparer.Ordinal);
        var path = $"/acr/v1/{image.Repository}/_tags";
        var query = "?n=1000";
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (asked.Count < MostPages && asked.Add(query))
        {
            if (await SendAsync(image, RequestMethod.Get, path + query, "application/json", cancellationToken) is not { } answer)
            {
                return asked.Count == 1 ? null : throw Malformed(image, "gave a part of its tags and then no more");
            }

            foreach (var (name, tag) in Read(answer, image, TagsOf))
            {
                if (ImageReference.IsTag(name) && listed.TryAdd(name, tag))
                {
                    names.Add(name);
                }
            }

            if (answer.Link is null || LinkHeader.Next(answer.Link) is not { } next)
            {
                _listed.Keep(image, listed, begun);
                return names;
            }

            query = NextQuery(image, next);
        }

        throw Malformed(image, $"gave pages of tags that go round in a circle, or more than {MostPages}");
    }

    private async Task<Digest?> FindAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (reference.Tag is { } tag && _listed.TryGet(reference.Name, tag, out var listed))
        {
            return listed?.Digest;
        }

        var version = reference.Tag ?? reference.Digest?.ToString() ?? "latest";
        if (await SendAsync(reference.Name, RequestMethod.Head, ManifestPath(reference.Name, version), ManifestReader.Accept, cancellationToken) is not { } answer)
        {
            return null;
        }

        return Digest.TryParse(answer.Digest, out var digest) ? digest : throw Malformed(reference.Name, $"gave no digest of {version}");
    }

    /// <summary>
    /// When a tag last moved, from the list or by one request of its own
    /// (<see href="https://learn.microsoft.com/rest/api/containerregistry/tag/get-attributes"/>).
    /// </summary>
    private async Task<TagDate?> DateAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (reference is not { Tag: { } tag, Digest: { } digest })
        {
            return null;
        }

        if (!_listed.TryGet(reference.Name, tag, out var listed))
        {
            var answer = await SendAsync(reference.Name, RequestMethod.Get, $"/acr/v1/{reference.Name.Repository}/_tags/{tag}", "application/json", cancellationToken);
            listed = answer is null ? null : Read(answer, reference.Name, TagOf);
        }

        return listed?.Digest == digest ? TagDate.Of(listed.PushedAt, DateSource.Registry) : null;
    }

    private async Task<IReadOnlyList<Referrer>?> AttachedAsync(ImageName image, Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        const int MostReferrerPages = 100;
        var path = $"/v2/{image.Repository}/referrers/{subject}";
        var query = artifactType is null ? "" : $"?artifactType={Uri.EscapeDataString(artifactType)}";
        var asked = new HashSet<string>(StringComparer.Ordinal);
        var referrers = new List<Referrer>();
        while (asked.Count < MostReferrerPages && referrers.Count <= ReferrersReader.Most && asked.Add(query))
        {
            if (await SendAsync(image, RequestMethod.Get, path + query, ReferrersReader.Accept, cancellationToken) is not { } answer)
            {
                return asked.Count == 1 ? [] : throw Malformed(image, "gave a part of what is attached to an image and then no more");
            }

            try
            {
                referrers.AddRange(ReferrersReader.Read(answer.Body.Span, artifactType));
            }
            catch (FormatException e)
            {
                throw Malformed(image, $"gave {e.Message} for what is attached to {subject}", e);
            }

            if (answer.Link is null || LinkHeader.Next(answer.Link) is not { } next)
            {
                return referrers;
            }

            query = NextQuery(image, next);
        }

        throw Malformed(image, $"gave pages that go round in a circle, more than {MostReferrerPages} of them, or more than {ReferrersReader.Most} entries");
    }

    private async Task<Manifest?> FetchAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        var version = reference.Digest?.ToString() ?? reference.Tag ?? "latest";
        if (await SendAsync(reference.Name, RequestMethod.Get, ManifestPath(reference.Name, version), ManifestReader.Accept, cancellationToken) is not { } answer)
        {
            return null;
        }

        var digest = reference.Digest ?? Digest.Of(answer.Body.Span);
        if (!digest.Matches(answer.Body.Span))
        {
            throw Malformed(reference.Name, $"gave a body whose digest is not {digest}");
        }

        try
        {
            return ManifestReader.Read(digest, answer.MediaType, answer.Body);
        }
        catch (FormatException e)
        {
            throw Malformed(reference.Name, $"gave {e.Message} for {version}", e);
        }
    }

    private async Task<ImageConfiguration?> ConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) =>
        await BlobAsync(image, digest, ManifestReader.LargestManifest, cancellationToken) is { } body ? ManifestReader.ReadConfiguration(body) : null;

    private async Task<byte[]?> BlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken)
    {
        if (await SendAsync(image, RequestMethod.Get, $"/v2/{image.Repository}/blobs/{digest}", "*/*", cancellationToken) is not { } answer)
        {
            return null;
        }

        // Blobs lie in a storage account, which wants no token beside the signature in the address.
        var body = answer.Location is null ? answer.Body : await others.ReadElsewhereAsync(image, answer.Location, most, cancellationToken);
        return digest.Matches(body.Span)
            ? body.ToArray()
            : throw Malformed(image, $"gave a body whose digest is not {digest}");
    }

    /// <summary>A request with the identity; null when it is answered with 404.</summary>
    private async Task<AcrAnswer?> SendAsync(ImageName image, RequestMethod method, string pathAndQuery, string accept, CancellationToken cancellationToken)
    {
        try
        {
            var pipeline = _clients.GetOrAdd(image.Registry, host => new Lazy<ContainerRegistryClient>(() => Connect(host))).Value.Pipeline;
            using var message = pipeline.CreateMessage();
            message.BufferResponse = false;
            message.Request.Method = method;
            message.Request.Uri.Reset(new Uri(Origin(image.Registry), pathAndQuery));
            message.Request.Headers.Add(HttpHeader.Names.Accept, accept);
            await pipeline.SendAsync(message, cancellationToken);
            var response = message.Response;
            switch (response.Status)
            {
                case 200:
                    var body = method == RequestMethod.Head || response.ContentStream is null ? default : await ReadAsync(image, response.ContentStream, cancellationToken);
                    return new AcrAnswer(body, Header("Link"), Header("Docker-Content-Digest"), response.Headers.ContentType?.Split(';')[0].Trim());
                case 404:
                    return null;
                case 301 or 302 or 303 or 307 or 308 when Uri.TryCreate(Header("Location"), UriKind.Absolute, out var location) && location.Scheme == Uri.UriSchemeHttps:
                    return new AcrAnswer(default, null, null, null, location);
                default:
                    throw Refused(image, response.Status, int.TryParse(Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null);
            }

            string? Header(string name) => response.Headers.TryGetValue(name, out var value) ? value : null;
        }
        catch (AuthenticationFailedException e)
        {
            throw Denied(image, "there is no identity to sign in with", e);
        }
        catch (RequestFailedException e) when (e.Status > 0)
        {
            // The exchange of the identity's token for one of the registry.
            throw Refused(image, e.Status, null, e);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or HttpRequestException or IOException and not RegistryException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new RegistryException(image.Registry, RegistryFailure.Unreachable, $"{image.Registry} can't be reached when asked for {image.Repository}: check its firewall, its private endpoint and the app's network", innerException: e);
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(ImageName image, Stream content, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await content.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (body.Length + read > LargestPage)
            {
                throw Malformed(image, $"gave more than {LargestPage / (1024 * 1024)} MiB");
            }

            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    private static T Read<T>(AcrAnswer answer, ImageName image, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body, new JsonDocumentOptions { MaxDepth = 16 });
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            throw Malformed(image, "gave a tag list that can't be read", e);
        }
    }

    private static List<(string Name, ListedTag Tag)> TagsOf(JsonElement answer) =>
        !answer.TryGetProperty("tags", out var tags) || tags.ValueKind == JsonValueKind.Null ? [] : [.. tags.EnumerateArray().Select(t => (t.GetProperty("name").GetString()!, Listed(t)))];

    private static ListedTag TagOf(JsonElement answer) => Listed(answer.GetProperty("tag"));

    private static ListedTag Listed(JsonElement tag) => new(
        Digest.Parse(tag.GetProperty("digest").GetString()!),
        tag.TryGetProperty("lastUpdateTime", out var at) && at.ValueKind == JsonValueKind.String && at.TryGetDateTimeOffset(out var date) ? date : null);

    /// <summary>Of a link, the query alone: host and path are known.</summary>
    private static string NextQuery(ImageName image, string next) =>
        Uri.TryCreate(Origin(image.Registry), next, out var address) && address.Query.Length > 1
            ? address.Query
            : throw Malformed(image, "gave a next page without a place to go on from");

    private ContainerRegistryClient Connect(string host)
    {
        var (audience, authority) = host[^2..] switch
        {
            "cn" => (ContainerRegistryAudience.AzureResourceManagerChina, AzureAuthorityHosts.AzureChina),
            "us" => (ContainerRegistryAudience.AzureResourceManagerGovernment, AzureAuthorityHosts.AzureGovernment),
            _ => (ContainerRegistryAudience.AzureResourceManagerPublicCloud, AzureAuthorityHosts.AzurePublicCloud),
        };
        var options = new ContainerRegistryClientOptions { Audience = audience };
        options.Retry.MaxRetries = 2;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        return new ContainerRegistryClient(
            Origin(host), new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = clientId, AuthorityHost = authority }), options);
    }

    private static Uri Origin(string host) => new($"https://{host}");

    private static string ManifestPath(ImageName image, string version) => $"/v2/{image.Repository}/manifests/{version}";

    private static RegistryException Refused(ImageName image, int status, TimeSpan? retryAfter, Exception? inner = null) => status switch
    {
        401 or 403 => Denied(image, $"it answered {status}", inner),
        429 => new RegistryException(image.Registry, RegistryFailure.RateLimited, $"{image.Registry} was asked too often (429) when asked for {image.Repository}", retryAfter, inner),
        408 or >= 500 => new RegistryException(image.Registry, RegistryFailure.ServerError, $"{image.Registry} answered {status} when asked for {image.Repository}", retryAfter, inner),
        _ => new RegistryException(image.Registry, RegistryFailure.Malformed, $"{image.Registry} answered {status} when asked for {image.Repository}, which is no answer to that", innerException: inner),
    };

    private static RegistryException Denied(ImageName image, string why, Exception? inner) => new(
        image.Registry,
        RegistryFailure.Denied,
        $"{image.Registry} denies {image.Repository} ({why}): give the app's managed identity the role AcrPull on the registry, or Container Registry Repository Reader where the registry has repository permissions (ABAC); "
        + "with a user-assigned identity, set Basewatch__Storage__ClientId",
        innerException: inner);

    private static RegistryException Malformed(ImageName image, string what, Exception? inner = null) =>
        new(image.Registry, RegistryFailure.Malformed, $"{image.Registry} {what} when asked for {image.Repository}", innerException: inner);

    /// <summary>The parts of an answer that are read.</summary>
    private sealed record AcrAnswer(ReadOnlyMemory<byte> Body, string? Link, string? Digest, string? MediaType, Uri? Location = null);
}
