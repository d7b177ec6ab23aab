using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>What an image and its registry say that bears on its life, beside its name and tag. All of it was written by strangers.</summary>
/// <param name="Digest">What it was read of.</param>
public sealed record ImageEvidence(Digest Digest)
{
    /// <summary>The image that it says to be built from (<c>org.opencontainers.image.base.name</c>).</summary>
    public ImageReference? Base { get; init; }

    /// <summary>The digest of that when it was built (<c>org.opencontainers.image.base.digest</c>).</summary>
    public Digest? BaseDigest { get; init; }

    /// <summary>What of the image names <see cref="Base"/>.</summary>
    public BaseWord BaseSaidBy { get; init; }

    /// <summary>The images that its build took, by the provenance that BuildKit attached; null where there is none.</summary>
    public IReadOnlyList<BuildMaterial>? Materials { get; init; }

    /// <summary>The commit that it says to be built of (<c>org.opencontainers.image.revision</c>, or its provenance); null where it does not say.</summary>
    public string? Revision { get; init; }

    /// <summary>Its distribution, by its labels or variables; null where they don't say.</summary>
    public ShippedVersion? Distribution { get; init; }

    /// <summary>What it ships by the variables that official images set and that all built on them inherit.</summary>
    public IReadOnlyList<ShippedVersion> Products { get; init; } = [];

    /// <summary>The digests of its uncompressed layers, the lowest first, for one platform.</summary>
    public IReadOnlyList<Digest> Layers { get; init; } = [];

    /// <summary>When it was built; null where it does not say, or says what can't be true.</summary>
    public TagDate? Built { get; init; }

    /// <summary>The end that its publisher has attached to it (<see cref="LifecycleAnnotation"/>).</summary>
    public DateOnly? PublishedEnd { get; init; }

    /// <summary>What it says of its own deprecation, a sentence; null where it says nothing.</summary>
    public string? Deprecation { get; init; }

    /// <summary>The repository on GitHub that it says to be built in, <c>owner/name</c>; null where it does not say.</summary>
    public string? Source { get; init; }

    /// <summary>Whether the registry no longer has it.</summary>
    public bool IsGone { get; init; }
}

/// <summary>A version of a product that an image says to contain.</summary>
/// <param name="Product">The product's key in the catalogue: <c>python</c>.</param>
/// <param name="Version">Digits and points: <c>3.8.20</c>.</param>
/// <param name="Source">Where it says so, for people: <c>its variable PYTHON_VERSION</c>.</param>
public sealed record ShippedVersion(string Product, string Version, string Source);

/// <summary>What of an image names the one that it is built from.</summary>
public enum BaseWord
{
    /// <summary>Nothing does.</summary>
    None,

    /// <summary>An annotation of its manifest, or of an index: nothing inherits it.</summary>
    Annotation,

    /// <summary>A label: what is built on the image inherits it, and may say of itself what was said of its base.</summary>
    Label,
}

/// <summary>An image that a build took.</summary>
/// <param name="Image">Name, tag where one was asked for, and the digest that was taken.</param>
/// <param name="IsBase">Whether the image that was built begins with all its layers, by the provenance; null where that does not say.</param>
public sealed record BuildMaterial(ImageReference Image, bool? IsBase);
