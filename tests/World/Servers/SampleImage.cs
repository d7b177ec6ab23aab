using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.Servers;

/// <summary>A small image with real layers, configurations and manifests; the same record always gives the same digests.</summary>
/// <param name="Repository">The repository within the registry: <c>library/python</c>.</param>
/// <param name="Tag">The tag.</param>
public sealed record SampleImage(string Repository, string Tag)
{
    /// <summary>What the one file in the image says. Another content under the same tag is a republished tag.</summary>
    public string Content { get; init; } = "first";

    /// <summary><c>os/architecture[/variant]</c>, one manifest each.</summary>
    public IReadOnlyList<string> Platforms { get; init; } = ["linux/amd64", "linux/arm64"];

    /// <summary>An OCI index over the platforms; without it the tag names the first platform's manifest.</summary>
    public bool Index { get; init; } = true;

    /// <summary>Docker's media types in place of OCI's.</summary>
    public bool DockerMediaTypes { get; init; }

    /// <summary>The configuration's <c>created</c>.</summary>
    public DateTimeOffset Created { get; init; } = new(2026, 8, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Labels of the configuration, besides <c>org.opencontainers.image.version</c>, which is the tag.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Attestations of each platform's manifest, as BuildKit attaches them: the type of each predicate, and the statement about a manifest of that digest.</summary>
    public IReadOnlyList<(string PredicateType, Func<string, string> Statement)> Attestations { get; init; } = [];

    /// <summary>The image that it is built on: it begins with all layers of that.</summary>
    public SampleImage? Base { get; init; }

    /// <summary>What to push, in order; the last manifest is the one that the tag names.</summary>
    internal SampleImageParts Build()
    {
        var layers = Layers();
        var blobs = layers.Select(l => l.Layer).ToList();
        var manifests = new List<SampleManifest>();
        var platforms = new JsonArray();
        var attestations = new List<(SampleManifest Manifest, string Of)>();
        foreach (var platform in Platforms)
        {
            var parts = platform.Split('/');
            var configuration = Configuration(parts, layers);
            blobs.Add(configuration);
            var manifestType = DockerMediaTypes ? "application/vnd.docker.distribution.manifest.v2+json" : "application/vnd.oci.image.manifest.v1+json";
            var manifest = new SampleManifest(manifestType, Json(new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = manifestType,
                ["config"] = Descriptor(DockerMediaTypes ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json", configuration),
                ["layers"] = new JsonArray([.. layers.Select(l => Descriptor(DockerMediaTypes ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : "application/vnd.oci.image.layer.v1.tar+gzip", l.Layer))]),
            }));
            manifests.Add(manifest);
            var descriptor = Descriptor(manifestType, manifest.Body);
            descriptor["platform"] = Platform(parts);
            platforms.Add(descriptor);
            attestations.AddRange(Attest(manifest, blobs));
            if (!Index)
            {
                break;
            }
        }

        if (Index)
        {
            foreach (var (attestation, of) in attestations)
            {
                manifests.Add(attestation);
                var descriptor = Descriptor(attestation.MediaType, attestation.Body);
                descriptor["annotations"] = new JsonObject { ["vnd.docker.reference.type"] = "attestation-manifest", ["vnd.docker.reference.digest"] = of };
                descriptor["platform"] = new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown" };
                platforms.Add(descriptor);
            }

            var indexType = DockerMediaTypes ? "application/vnd.docker.distribution.manifest.list.v2+json" : "application/vnd.oci.image.index.v1+json";
            manifests.Add(new SampleManifest(indexType, Json(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = indexType, ["manifests"] = platforms })));
        }

        return new SampleImageParts(blobs, manifests);
    }

    private IEnumerable<(SampleManifest Manifest, string Of)> Attest(SampleManifest manifest, List<byte[]> blobs)
    {
        if (Attestations.Count == 0)
        {
            yield break;
        }

        var configuration = Json(new JsonObject { ["architecture"] = "unknown", ["os"] = "unknown", ["config"] = new JsonObject(), ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() } });
        blobs.Add(configuration);
        var layers = new JsonArray();
        foreach (var (type, statement) in Attestations)
        {
            var body = Encoding.UTF8.GetBytes(statement(manifest.Digest));
            blobs.Add(body);
            var layer = Descriptor("application/vnd.in-toto+json", body);
            layer["annotations"] = new JsonObject { ["in-toto.io/predicate-type"] = type };
            layers.Add(layer);
        }

        const string Type = "application/vnd.oci.image.manifest.v1+json";
        yield return (new SampleManifest(Type, Json(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Type,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", configuration),
            ["layers"] = layers,
        })), manifest.Digest);
    }

    private List<(byte[] Archive, byte[] Layer)> Layers() => [.. Base?.Layers() ?? [], Layer()];

    private (byte[] Archive, byte[] Layer) Layer()
    {
        using var archive = new MemoryStream();
        using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "etc/sample")
            {
                ModificationTime = Created,
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes($"{Repository}:{Tag}\n{Content}\n")),
            });
        }

        using var layer = new MemoryStream();
        using (var gzip = new GZipStream(layer, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(archive.ToArray());
        }

        return (archive.ToArray(), layer.ToArray());
    }

    private byte[] Configuration(string[] platform, List<(byte[] Archive, byte[] Layer)> layers)
    {
        var labels = new JsonObject { ["org.opencontainers.image.version"] = Tag };
        foreach (var (name, value) in Labels)
        {
            labels[name] = value;
        }

        var configuration = Platform(platform);
        configuration["created"] = Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        configuration["config"] = new JsonObject { [nameof(Labels)] = labels };
        configuration["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. layers.Select(l => (JsonNode)SampleManifest.DigestOf(l.Archive))]) };
        return Json(configuration);
    }

    private static JsonObject Platform(string[] platform)
    {
        var json = new JsonObject { ["architecture"] = platform[1], ["os"] = platform[0] };
        if (platform.Length > 2)
        {
            json["variant"] = platform[2];
        }

        return json;
    }

    private static JsonObject Descriptor(string mediaType, byte[] content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = SampleManifest.DigestOf(content), ["size"] = content.Length };

    private static byte[] Json(JsonObject value) => Encoding.UTF8.GetBytes(value.ToJsonString());
}
