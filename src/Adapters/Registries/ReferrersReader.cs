using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Registries;

/// <summary>Reads an index of what was attached to a digest.</summary>
internal static class ReferrersReader
{
    /// <summary>More than anyone attaches to one image.</summary>
    public const int Most = 10_000;

    /// <summary>The media type of the index.</summary>
    public const string Accept = "application/vnd.oci.image.index.v1+json";

    /// <summary>Reads an index.</summary>
    /// <param name="body">The index.</param>
    /// <param name="artifactType">Of this type alone, whether the registry has filtered or not; null: of any.</param>
    /// <exception cref="FormatException">It is none; the message says why, after "gave".</exception>
    public static IEnumerable<Referrer> Read(ReadOnlySpan<byte> body, string? artifactType)
    {
        ReferrersDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(body, RegistryJson.Default.ReferrersDocument);
        }
        catch (JsonException e)
        {
            throw new FormatException($"an index that can't be read ({Excerpt.Of(e.Message)})", e);
        }

        var entries = document?.Manifests ?? throw new FormatException("JSON that is no index");
        return entries.Length > Most
            ? throw new FormatException($"more than {Most} entries")
            : [.. entries.Select(Entry).Where(r => artifactType is null || r.ArtifactType == artifactType)];
    }

    private static Referrer Entry(ReferrerEntry? entry) => Digest.TryParse(entry?.Digest, out var digest, out var error)
        ? new Referrer(digest, string.IsNullOrEmpty(entry!.ArtifactType) ? null : entry.ArtifactType, entry.MediaType ?? "", entry.Size ?? 0, entry.Annotations ?? [])
        : throw new FormatException($"an index with an entry that has no valid digest: {error}");
}
