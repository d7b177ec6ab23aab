using System.Globalization;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>Reads manifests and indexes, OCI's and Docker's.</summary>
internal static class ManifestReader
{
    /// <summary>What a client accepts: indexes first.</summary>
    public const string Accept = $"{OciIndex}, {DockerList}, {OciManifest}, {DockerManifest}";

    /// <summary>The largest manifest, in bytes, that registries must take (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests"/>).</summary>
    public const int LargestManifest = 4 * 1024 * 1024;

    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string SchemaOne = "application/vnd.docker.distribution.manifest.v1+";

    /// <summary>Whether a media type is that of Docker's first manifests, which no tool writes any more and whose digests are not of their bodies.</summary>
    public static bool IsSchemaOne(string? mediaType) => mediaType is not null && mediaType.StartsWith(SchemaOne, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a body.</summary>
    /// <param name="digest">The body's digest, checked.</param>
    /// <param name="mediaType">As the registry gave it.</param>
    /// <param name="body">The body.</param>
    /// <param name="lastModified">As the registry gave it.</param>
    /// <exception cref="FormatException">It is no manifest; the message says why, after "gave".</exception>
    public static Manifest Read(Digest digest, string? mediaType, ReadOnlyMemory<byte> body, DateTimeOffset? lastModified = null)
    {
        if (IsSchemaOne(mediaType))
        {
            throw new FormatException("a manifest of schema 1, which Docker has given up: push the image again with a current tool");
        }

        var document = Parse(body.Span);
        if (document.SchemaVersion == 1)
        {
            throw new FormatException("a manifest of schema 1, which Docker has given up: push the image again with a current tool");
        }

        var isIndex = document.Manifests is not null;
        var isImage = document.Config is { ValueKind: JsonValueKind.Object } && document.Layers is { ValueKind: JsonValueKind.Array };
        if (isIndex && (document.Config is not null || document.Layers is not null))
        {
            throw new FormatException("a document that is an image and an index at once");
        }

        if (!isIndex && !isImage)
        {
            throw new FormatException($"{Excerpt.Of(mediaType ?? "JSON")} that is no image manifest and no index");
        }

        // The header, where it names one of ours; what the document says of itself must be the same.
        var given = KindOf(mediaType) ?? KindOf(document.MediaType) ?? (isIndex ? OciIndex : OciManifest);
        if ((KindOf(document.MediaType) ?? given) != given || given is OciIndex or DockerList != isIndex)
        {
            throw new FormatException($"a document of {Excerpt.Of(document.MediaType ?? (isIndex ? "an index" : "an image"))} as {given}");
        }

        return new Manifest(digest, given, body, isIndex ? Array.ConvertAll(document.Manifests!, Entry) : [])
        {
            Configuration = isImage && document.Config!.Value.TryGetProperty("digest", out var config) && config.ValueKind == JsonValueKind.String && Digest.TryParse(config.GetString(), out var configuration)
                ? configuration
                : null,
            Created = Created(document.Annotations),
            LastModified = lastModified,
            Layers = isImage ? ConfigurationReader.Layers(document.Layers!.Value) : [],
            Annotations = ConfigurationReader.Annotations(document.Annotations),
        };
    }

    /// <summary>Reads the configuration of an image. What is there for another kind of artifact says nothing.</summary>
    public static ImageConfiguration ReadConfiguration(ReadOnlySpan<byte> body)
    {
        try
        {
            var document = JsonSerializer.Deserialize(body, RegistryJson.Default.ConfigurationDocument);
            return ConfigurationReader.Read(
                new ImageConfiguration(
                    Text(document?.Os) is { } os && Text(document?.Architecture) is { } architecture ? new Platform(os, architecture, Text(document?.Variant), Text(document?.OsVersion)) : null,
                    Date(Text(document?.Created))),
                document?.Config,
                document?.Rootfs);
        }
        catch (JsonException)
        {
            return new ImageConfiguration(null, null);
        }
    }

    private static string? Text(JsonElement? element) => element is { ValueKind: JsonValueKind.String } text ? Present(text.GetString()) : null;

    private static DateTimeOffset? Created(Dictionary<string, string>? annotations) => Date(annotations?.GetValueOrDefault("org.opencontainers.image.created"));

    private static DateTimeOffset? Date(string? text) =>
        text is { Length: <= 64 } && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static ManifestDocument Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, RegistryJson.Default.ManifestDocument) ?? throw new FormatException("null where a manifest belongs");
        }
        catch (JsonException e)
        {
            throw new FormatException($"a manifest that can't be read ({Excerpt.Of(e.Message)})", e);
        }
    }

    private static string? KindOf(string? mediaType) => mediaType?.ToLowerInvariant() switch
    {
        OciIndex => OciIndex,
        OciManifest => OciManifest,
        DockerList => DockerList,
        DockerManifest => DockerManifest,
        _ => null,
    };

    private static ManifestEntry Entry(IndexEntry? entry)
    {
        if (!Digest.TryParse(entry?.Digest, out var digest, out var error))
        {
            throw new FormatException($"an index with an entry that has no valid digest: {error}");
        }

        var isAttestation = entry!.Annotations?.ContainsKey("vnd.docker.reference.type") ?? false;
        return new ManifestEntry(
            digest,
            !isAttestation && entry.Platform is { Os: { Length: > 0 } os and not "unknown", Architecture: { Length: > 0 } architecture and not "unknown" } platform
                ? new Platform(os, architecture, Present(platform.Variant), Present(platform.OsVersion))
                : null)
        {
            Attests = entry.Annotations?.GetValueOrDefault("vnd.docker.reference.type") == "attestation-manifest"
                && Digest.TryParse(entry.Annotations.GetValueOrDefault("vnd.docker.reference.digest"), out var attested) ? attested : null,
            Created = isAttestation ? null : Created(entry.Annotations),
            Annotations = ConfigurationReader.Annotations(isAttestation ? null : entry.Annotations),
        };
    }

    private static string? Present(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
