namespace Basewatch.Core.Images;

/// <summary>
/// What a registry holds under a digest: an image manifest, or an index of them
/// (<see href="https://github.com/opencontainers/image-spec/blob/main/image-index.md"/>), or their Docker forerunners.
/// </summary>
/// <param name="Digest">Digest of <paramref name="Body"/>.</param>
/// <param name="MediaType">Media type as the registry gave it.</param>
/// <param name="Body">The bytes that the digest is of.</param>
/// <param name="Entries">For an index its manifests; empty for an image manifest.</param>
public sealed record Manifest(Digest Digest, string MediaType, ReadOnlyMemory<byte> Body, IReadOnlyList<ManifestEntry> Entries)
{
    /// <summary>The blob that configures an image; null for an index.</summary>
    public Digest? Configuration { get; init; }

    /// <summary>The annotation <c>org.opencontainers.image.created</c>.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The registry's header <c>Last-Modified</c>.</summary>
    public DateTimeOffset? LastModified { get; init; }

    /// <summary>Whether this is an index of several manifests.</summary>
    public bool IsIndex => MediaType is "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json";
}

/// <summary>One manifest that an index lists.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Platform">What it runs on; null where the index does not say, and for attestations.</param>
public sealed record ManifestEntry(Digest Digest, Platform? Platform)
{
    /// <summary>The annotation <c>org.opencontainers.image.created</c> beside it.</summary>
    public DateTimeOffset? Created { get; init; }
}

/// <summary>What an image says of itself (<see href="https://github.com/opencontainers/image-spec/blob/main/config.md"/>).</summary>
/// <param name="Platform">What it runs on; null where it does not say.</param>
/// <param name="Created">When it was built; null where it does not say.</param>
public sealed record ImageConfiguration(Platform? Platform, DateTimeOffset? Created);
