using System.Collections.Concurrent;
using System.Text.Json;
using Azure.Core;
using Basewatch.Adapters.Connections;
using Basewatch.Adapters.Registries.Credentials;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Registries that speak the OCI distribution protocol, which all do
/// (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md"/>). The same call made twice at once is one.
/// </summary>
public sealed class OciRegistry : IRegistry, IDisposable
{
    private const int MostPages = 1000;
    private const int LargestPage = 16 * 1024 * 1024;
    private const int LargestList = 64 * 1024 * 1024;
    private const string TagOfNone = "latest";

    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<OciRegistry> _logger;
    private readonly ConcurrentDictionary<(AddressScope Scope, string? CaFile), Lazy<HttpClient>> _clients = new();
    private readonly ConcurrentDictionary<string, Lazy<RegistryConnection>> _connections = new(StringComparer.Ordinal);
    private readonly HeldTagLists _held = new();
    private readonly RegistryLogins _logins;
    private readonly SingleFlight<ImageName, IReadOnlyList<string>?> _lists = new();
    private readonly SingleFlight<(ImageName Name, string Version), Digest?> _resolutions = new();
    private readonly SingleFlight<(ImageName Name, string Version), Manifest?> _manifests = new();
    private readonly SingleFlight<(ImageName Name, Digest Digest), ImageConfiguration?> _configurations = new();
    private readonly SingleFlight<(ImageName Name, string Tag, Digest Digest), TagDate?> _dates = new();
    private readonly SingleFlight<(ImageName Name, Digest Subject, string? ArtifactType, bool HasTag), IReadOnlyList<Referrer>> _referrers = new();
    private readonly ConcurrentDictionary<string, ReferrersApi> _referrersApis = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<TagApi?>> _apis = new(StringComparer.Ordinal);
    private readonly ListedTags _listed;

    /// <summary>Creates the client. It makes no request before it is asked.</summary>
    /// <exception cref="ArgumentException">The options have problems; the message names them all.</exception>
    public OciRegistry(RegistryOptions options, TimeProvider time, ILogger<OciRegistry> logger)
        : this(options, time, logger, AzureIdentity.Create)
    {
    }

    /// <summary>Creates a client with Azure identities of another kind.</summary>
    internal OciRegistry(RegistryOptions options, TimeProvider time, ILogger<OciRegistry> logger, Func<AzureIdentityName, TokenCredential> azure)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException(string.Join("; ", problems), nameof(options));
        }

        (_options, _time, _logger, _listed) = (options, time, logger, new ListedTags(time));
        _logins = new RegistryLogins(
            options.DockerConfig is { } place ? new DockerCredentialStore(place, Environment.GetEnvironmentVariable, time, logger) : null,
            new AzureIdentity(azure, time),
            options.GitHubToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var registry = Connection(image);
        return await _lists.RunAsync(image, token => ListAsync(registry, image, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.Tag is { } tag && _listed.TryGet(reference.Name, tag, out var listed) && listed is not null)
        {
            return listed.Digest;
        }

        var registry = Connection(reference.Name);
        var version = reference.Tag ?? reference.Digest?.ToString() ?? TagOfNone;
        return await _resolutions.RunAsync(
            (reference.Name, version),
            token => ResolveAsync(registry, reference.Name, version, token),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var registry = Connection(reference.Name);
        var version = reference.Digest?.ToString() ?? reference.Tag ?? TagOfNone;
        return await _manifests.RunAsync(
            (reference.Name, version),
            token => FetchAsync(registry, reference.Name, version, token),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(digest);
        var registry = Connection(image);
        return await _configurations.RunAsync((image, digest), token => ReadAsync(registry, image, digest, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(digest);
        var question = new RegistryQuestion("blob", $"{image.Repository}@{digest}", "*/*", most);
        using var answer = await Connection(image).SendAsync(HttpMethod.Get, image.Repository, "blobs/" + digest, question, _options.CallTimeout, cancellationToken);
        return IsAbsence(answer, image.Registry, question) ? null
            : digest.Matches(answer.Body.Span) ? answer.Body.ToArray()
            : throw Malformed(image.Registry, $"gave a body whose digest is {Digest.Of(answer.Body.Span)}", question);
    }

    /// <inheritdoc/>
    public async Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag is not { Tag: { } name, Digest: { } digest })
        {
            return null;
        }

        if (_listed.TryGet(tag.Name, name, out var listed) && listed?.Digest == digest)
        {
            return TagDate.Of(listed.PushedAt, DateSource.Registry);
        }

        var api = _apis.GetOrAdd(tag.Name.Registry, host => new Lazy<TagApi?>(() => TagApi.Of(Endpoint(host), _options, Connect, _time, _logger))).Value;
        return api is null ? null : await _dates.RunAsync((tag.Name, name, digest), token => api.AskAsync(tag.Name, name, digest, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Referrer>> GetReferrersAsync(
        ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(subject);
        var registry = Connection(image);
        var hasTag = tags is null || tags.Contains(Referrer.TagOf(subject), StringComparer.Ordinal);
        return await _referrers.RunAsync(
            (image, subject, artifactType, hasTag),
            token => FindReferrersAsync(registry, image, subject, artifactType, hasTag, token),
            cancellationToken);
    }

    /// <summary>Reads a blob where a registry says that it lies, without signing in there.</summary>
    /// <param name="image">Whose blob.</param>
    /// <param name="address">Its address, with whatever it takes to read it.</param>
    /// <param name="most">Bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ReadOnlyMemory<byte>> ReadElsewhereAsync(ImageName image, Uri address, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(address);
        using var answer = await Connection(image).ReadElsewhereAsync(address, new RegistryQuestion("blob", $"a blob of {image.Repository}", "*/*", most), _options.CallTimeout, cancellationToken);
        return answer.Body.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(c => c.IsValueCreated))
        {
            client.Value.Dispose();
        }

        foreach (var api in _apis.Values.Where(a => a.IsValueCreated))
        {
            api.Value?.Dispose();
        }

        foreach (var api in _referrersApis.Values)
        {
            api.Dispose();
        }

        foreach (var connection in _connections.Values.Where(c => c.IsValueCreated))
        {
            connection.Value.Dispose();
        }
    }

    private async Task<IReadOnlyList<string>?> ListAsync(RegistryConnection registry, ImageName image, CancellationToken cancellationToken)
    {
        var held = _held.Find(image);
        var question = new RegistryQuestion("tags", $"the tags of {image.Repository}", "application/json", LargestPage);
        var begun = _time.GetTimestamp();
        var tags = new List<string>();
        var details = new Dictionary<string, ListedTag>(StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        var query = $"?n={_options.TagPageSize}";
        var asked = new HashSet<string>(StringComparer.Ordinal) { query };
        long size = 0;
        for (var page = 1; page <= MostPages; page++)
        {
            var left = _options.ListTimeout - _time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero)
            {
                throw new RegistryException(
                    image.Registry, RegistryFailure.Unreachable, $"{image.Registry} did not give all of {question.Subject} within {RegistryHttp.Seconds(_options.ListTimeout)}: page {page} is still to come");
            }

            using var answer = await registry.SendAsync(
                HttpMethod.Get, image.Repository, "tags/list" + query, page == 1 ? question with { Held = held?.ETag } : question, left < _options.CallTimeout ? left : _options.CallTimeout, cancellationToken);
            if (IsAbsence(answer, image.Registry, question))
            {
                return page == 1 ? null : throw Malformed(image.Registry, $"gave no page {page} of its list", question);
            }

            if (answer.Status == System.Net.HttpStatusCode.NotModified)
            {
                return held!.Tags;
            }

            size += answer.Body.Length;
            if (size > LargestList)
            {
                throw Malformed(image.Registry, $"sent more than {LargestList / (1024 * 1024)} MiB", question);
            }

            var list = ReadPage(answer, image.Registry, question);
            ListedTags.Read(list.Manifest, details);
            foreach (var tag in list.Tags ?? [])
            {
                if (tag is not null && ImageReference.IsTag(tag) && known.Add(tag))
                {
                    tags.Add(tag);
                }
            }

            if (answer.Link is not { } link || LinkHeader.Next(link) is not { } next)
            {
                if (details.Count > 0)
                {
                    _listed.Keep(image, details, begun);
                }

                // The ETag is that of a page: of a list only where it has no other, and gets none. A full one may stay as it is when a tag comes after it.
                var isFull = tags.Count == _options.TagPageSize || tags.Count % 100 == 0;
                _held.Keep(image, page == 1 && !isFull && answer.ETag is { } tag ? new HeldTagList(tag, tags) : null);
                return tags;
            }

            query = NextQuery(registry.Endpoint, next, question);
            if (!asked.Add(query))
            {
                throw Malformed(image.Registry, "gave pages that go round in a circle", question);
            }
        }

        throw Malformed(image.Registry, $"gave more than {MostPages} pages", question);
    }

    private async Task<Digest?> ResolveAsync(RegistryConnection registry, ImageName image, string version, CancellationToken cancellationToken)
    {
        if (!registry.KnowsNoHead)
        {
            var question = ManifestQuestion(image, version);
            using var answer = await registry.SendAsync(HttpMethod.Head, image.Repository, "manifests/" + version, question, _options.CallTimeout, cancellationToken);
            switch ((int)answer.Status)
            {
                case 404 when !answer.IsHtml:
                    return null;
                case 200 when ManifestReader.IsSchemaOne(answer.MediaType):
                    // The GET would bring the same, and say no more.
                    throw Malformed(image.Registry, "gave a manifest of schema 1, which Docker has given up (push the image again with a current tool),", question);
                case 200 when !answer.IsHtml && Digest.TryParse(answer.ContentDigest, out var digest):
                    return IsDigest(version) && digest.ToString() != version
                        ? throw Malformed(image.Registry, $"gave {digest}", question)
                        : digest;
                case 405 or 501:
                    registry.KnowsNoHead = true;
                    break;
            }
        }

        return (await FetchAsync(registry, image, version, cancellationToken))?.Digest;
    }

    private async Task<Manifest?> FetchAsync(RegistryConnection registry, ImageName image, string version, CancellationToken cancellationToken)
    {
        var question = ManifestQuestion(image, version);
        using var answer = await registry.SendAsync(HttpMethod.Get, image.Repository, "manifests/" + version, question, _options.CallTimeout, cancellationToken);
        if (IsAbsence(answer, image.Registry, question))
        {
            return null;
        }

        if (answer.IsHtml)
        {
            throw NoRegistry(answer, image.Registry, question);
        }

        var body = answer.Body.ToArray();
        var digest = Checked(answer, body, version, image.Registry, question);
        try
        {
            return ManifestReader.Read(digest, answer.MediaType, body, answer.LastModified);
        }
        catch (FormatException e)
        {
            throw Malformed(image.Registry, $"gave {e.Message}", question, e);
        }
    }

    private async Task<ImageConfiguration?> ReadAsync(RegistryConnection registry, ImageName image, Digest digest, CancellationToken cancellationToken)
    {
        var question = ConfigurationQuestion(image);
        using var answer = await registry.SendAsync(HttpMethod.Get, image.Repository, "blobs/" + digest, question, _options.CallTimeout, cancellationToken);
        return IsAbsence(answer, image.Registry, question) ? null
            : digest.Matches(answer.Body.Span) ? ManifestReader.ReadConfiguration(answer.Body.Span)
            : throw Malformed(image.Registry, $"gave a body whose digest is {Digest.Of(answer.Body.Span)}", question);
    }

    private async Task<IReadOnlyList<Referrer>> FindReferrersAsync(
        RegistryConnection registry, ImageName image, Digest subject, string? artifactType, bool hasTag, CancellationToken cancellationToken)
    {
        if (await ProbeAsync(registry, image, subject, artifactType, cancellationToken) is { } referrers)
        {
            return referrers;
        }

        if (!hasTag)
        {
            return [];
        }

        var tag = Referrer.TagOf(subject);
        var index = await FetchAsync(registry, image, tag, cancellationToken);
        return index is { IsIndex: true } ? Read(index.Body.Span, artifactType, image.Registry, ManifestQuestion(image, tag)) : [];
    }

    /// <summary>What the referrers API says; null where the registry has none.</summary>
    private async Task<IReadOnlyList<Referrer>?> ProbeAsync(
        RegistryConnection registry, ImageName image, Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        var api = _referrersApis.GetOrAdd(image.Registry, _ => new ReferrersApi());
        if (api.IsThere is { } known)
        {
            return known ? await ListReferrersAsync(registry, api, image, subject, artifactType, cancellationToken) : null;
        }

        await api.Probe.WaitAsync(cancellationToken);
        try
        {
            return api.IsThere == false ? null
                : await ListReferrersAsync(registry, api, image, subject, artifactType, cancellationToken);
        }
        finally
        {
            api.Probe.Release();
        }
    }

    private async Task<IReadOnlyList<Referrer>?> ListReferrersAsync(
        RegistryConnection registry, ReferrersApi api, ImageName image, Digest subject, string? artifactType, CancellationToken cancellationToken)
    {
        const int MostReferrerPages = 100;
        var question = new RegistryQuestion("referrers", $"what is attached to {image.Repository}@{subject}", ReferrersReader.Accept, ManifestReader.LargestManifest) { MayBeUnknown = true };
        var referrers = new List<Referrer>();
        var query = artifactType is null ? "" : $"?artifactType={Uri.EscapeDataString(artifactType)}";
        var asked = new HashSet<string>(StringComparer.Ordinal) { query };
        while (true)
        {
            using var answer = await registry.SendAsync(HttpMethod.Get, image.Repository, $"referrers/{subject}{query}", question, _options.CallTimeout, cancellationToken);
            if (answer.Status != System.Net.HttpStatusCode.OK || !string.Equals(answer.MediaType, ReferrersReader.Accept, StringComparison.OrdinalIgnoreCase))
            {
                // Some answer any address with some page, or with what a proxy has to say.
                var isFirst = asked.Count == 1;
                api.IsThere ??= false;
                return isFirst && (api.IsThere == false || (answer.Status == System.Net.HttpStatusCode.NotFound && !answer.IsHtml))
                    ? null
                    : throw Malformed(image.Registry, $"answered {answer.StatusText}", question);
            }

            api.IsThere = true;
            referrers.AddRange(Read(answer.Body.Span, artifactType, image.Registry, question));
            if (answer.Link is not { } link || LinkHeader.Next(link) is not { } next)
            {
                return referrers;
            }

            query = NextQuery(registry.Endpoint, next, question);
            if (!asked.Add(query) || asked.Count > MostReferrerPages || referrers.Count > ReferrersReader.Most)
            {
                throw Malformed(image.Registry, $"gave pages that go round in a circle, more than {MostReferrerPages} of them, or more than {ReferrersReader.Most} entries", question);
            }
        }
    }

    private static List<Referrer> Read(ReadOnlySpan<byte> body, string? artifactType, string host, RegistryQuestion question)
    {
        try
        {
            return [.. ReferrersReader.Read(body, artifactType)];
        }
        catch (FormatException e)
        {
            throw Malformed(host, $"gave {e.Message}", question, e);
        }
    }

    /// <summary>The digest of a body, after it has been held against the one asked for and the one that the registry says it has.</summary>
    private static Digest Checked(RegistryAnswer answer, byte[] body, string version, string host, RegistryQuestion question)
    {
        var asked = IsDigest(version) ? Digest.Parse(version) : null;
        if (asked is not null && !asked.Matches(body))
        {
            throw Malformed(host, $"gave a body whose digest is {Digest.Of(body)}", question);
        }

        if (ManifestReader.IsSchemaOne(answer.MediaType) || answer.ContentDigest is null)
        {
            return asked ?? Digest.Of(body);
        }

        return Digest.TryParse(answer.ContentDigest, out var said, out var error) && said.Matches(body) ? asked ?? said
            : throw Malformed(host, error is null ? $"gave a body whose digest is {Digest.Of(body)} and not, as it says, {said}," : $"gave a digest that is none ({error})", question);
    }

    private static TagPage ReadPage(RegistryAnswer answer, string host, RegistryQuestion question)
    {
        if (answer.IsHtml)
        {
            throw NoRegistry(answer, host, question);
        }

        try
        {
            var page = JsonSerializer.Deserialize(answer.Body.Span, RegistryJson.Default.TagPage);
            return page is { Tags: not null } or { Name: not null } ? page : throw Malformed(host, "gave JSON that is no tag list", question);
        }
        catch (JsonException e)
        {
            throw Malformed(host, $"gave {Excerpt.Of(answer.MediaType ?? "something")} that can't be read ({Excerpt.Of(e.Message)})", question, e);
        }
    }

    /// <summary>
    /// The query of the next page. Nothing else of the link is used: the host must be the registry's, and the path is known
    /// (some proxies write another one).
    /// </summary>
    private static string NextQuery(RegistryEndpoint endpoint, string link, RegistryQuestion question)
    {
        if (!Uri.TryCreate(endpoint.Origin, link, out var next) || !next.IdnHost.Equals(endpoint.Origin.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            throw Malformed(endpoint.Host, $"gave a next page that is elsewhere, '{Excerpt.Of(link)}',", question);
        }

        return next.Query.Length > 1 ? next.Query : throw Malformed(endpoint.Host, $"gave a next page without a place to go on from, '{Excerpt.Of(link)}',", question);
    }

    /// <summary>Whether a registry says that there is no such thing. A page for people says nothing about images.</summary>
    private static bool IsAbsence(RegistryAnswer answer, string host, RegistryQuestion question) =>
        answer.Status == System.Net.HttpStatusCode.NotFound && (answer.IsHtml ? throw NoRegistry(answer, host, question) : true);

    private static RegistryQuestion ManifestQuestion(ImageName image, string version) =>
        new("manifest", $"the manifest of {image.Repository}{(IsDigest(version) ? '@' : ':')}{version}", ManifestReader.Accept, ManifestReader.LargestManifest);

    private static RegistryQuestion ConfigurationQuestion(ImageName image) =>
        new("configuration", $"the configuration of an image of {image.Repository}", "*/*", ManifestReader.LargestManifest);

    private static bool IsDigest(string version) => version.Contains(':', StringComparison.Ordinal);

    private static RegistryException NoRegistry(RegistryAnswer answer, string host, RegistryQuestion question) =>
        Malformed(host, $"answered {(int)answer.Status} with a web page ({Excerpt.Of(answer.MediaType ?? "")})", question, advice: ": is there a registry, and no proxy or portal before it?");

    private static RegistryException Malformed(string host, string what, RegistryQuestion question, Exception? inner = null, string advice = "") =>
        new(host, RegistryFailure.Malformed, $"{host} {what} when asked for {question.Subject}{advice}", innerException: inner);

    private RegistryConnection Connection(ImageName image) =>
        _connections.GetOrAdd(image.Registry, host => new Lazy<RegistryConnection>(() => Connect(Endpoint(host)))).Value;

    private RegistryEndpoint Endpoint(string host) => RegistryEndpoint.Of(host, _options)
        ?? throw new RegistryException(host, RegistryFailure.Unreachable, $"'{Excerpt.Of(host)}' is no address that a registry can be at");

    private RegistryConnection Connect(RegistryEndpoint endpoint)
    {
        var client = _clients.GetOrAdd((endpoint.Scope, endpoint.Settings.CaFile), key => new Lazy<HttpClient>(() => GuardedConnections.CreateClient(
            key.Scope, _options.ConcurrencyPerHost, key.CaFile is null ? null : PrivateAuthorities.Read(key.CaFile))));
        return new RegistryConnection(endpoint, client.Value, _logins, _options, _time, _logger);
    }
}
