using System.Collections.Immutable;

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

    /// <summary>The layers of an image, the lowest first; none for an index, or where they can't be read.</summary>
    public IReadOnlyList<ManifestLayer> Layers { get; init; } = [];

    /// <summary>Annotations whose names begin with <c>org.opencontainers.image.</c>, of a bounded length.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether this is an index of several manifests.</summary>
    public bool IsIndex => MediaType is "application/vnd.oci.image.index.v1+json" or "application/vnd.docker.distribution.manifest.list.v2+json";
}

/// <summary>One manifest that an index lists.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="Platform">What it runs on; null where the index does not say, and for attestations.</param>
public sealed record ManifestEntry(Digest Digest, Platform? Platform)
{
    /// <summary>
    /// The entry that it holds attestations of, as BuildKit attaches them
    /// (<see href="https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md"/>); null for an image.
    /// </summary>
    public Digest? Attests { get; init; }

    /// <summary>The annotation <c>org.opencontainers.image.created</c> beside it.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Annotations beside it, as <see cref="Manifest.Annotations"/>.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>A layer as a manifest lists it.</summary>
/// <param name="Digest">Digest of the layer as it is packed.</param>
/// <param name="Size">What there is to pull, in bytes, from 0.</param>
public sealed record ManifestLayer(Digest Digest, long Size)
{
    /// <summary>What an attestation states (its annotation <c>in-toto.io/predicate-type</c>); null for a layer of files.</summary>
    public string? PredicateType { get; init; }
}
