using Basewatch.Core.Images;

namespace Basewatch.Core.Lifecycle;

/// <summary>Who says what an image is built from.</summary>
public enum OriginSource
{
    /// <summary>Nobody.</summary>
    Unknown,

    /// <summary>An annotation: <c>org.opencontainers.image.base.*</c>.</summary>
    Annotation,

    /// <summary>The provenance that BuildKit attached.</summary>
    Provenance,

    /// <summary>A label of the same names, which may be its base's.</summary>
    Label,

    /// <summary>The layers that it begins with.</summary>
    Layers,

    /// <summary>The Dockerfile of the commit that it was built of.</summary>
    Dockerfile,
}

/// <summary>What an image is built from, and who says so.</summary>
/// <param name="Base">The image; null: not known.</param>
/// <param name="At">The digest of that when it was built; null: not known.</param>
/// <param name="Source">Who says so.</param>
public sealed record ImageOrigin(ImageReference? Base, Digest? At, OriginSource Source)
{
    /// <summary>Nobody says anything.</summary>
    public static ImageOrigin Unknown { get; } = new(null, null, OriginSource.Unknown);

    /// <summary>For people: <c>by its provenance</c>.</summary>
    public string Words => Source switch
    {
        OriginSource.Annotation => "by its annotation",
        OriginSource.Provenance => "by its provenance",
        OriginSource.Label => "by its label",
        OriginSource.Layers => "by its layers",
        OriginSource.Dockerfile => "by the Dockerfile of its commit",
        _ => "unknown",
    };

    /// <summary>
    /// What an image is built from by the first of these that says it: its annotation, its provenance, its label, its layers, the Dockerfile
    /// of its commit. Of several images that its build took the base is the one with its lowest layers, or the one that its Dockerfile names;
    /// where neither tells, it is not known by the provenance.
    /// </summary>
    /// <param name="evidence">What the image says.</param>
    /// <param name="written">The bases that its Dockerfile names; none where none is known.</param>
    /// <param name="byLayers">The image whose layers it begins with; null: none is known.</param>
    /// <param name="atRevision">The base that the Dockerfile of its commit names; null: not known.</param>
    public static ImageOrigin Of(ImageEvidence evidence, IReadOnlyList<ImageReference> written, ImageReference? byLayers, ImageReference? atRevision)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(written);
        if (evidence is { Base: { } annotated, BaseSaidBy: BaseWord.Annotation })
        {
            return new(annotated with { Digest = null }, evidence.BaseDigest ?? annotated.Digest, OriginSource.Annotation);
        }

        if (ByProvenance(evidence, written) is { } material)
        {
            return new(material with { Digest = null }, material.Digest, OriginSource.Provenance);
        }

        // A build that took no such image inherited the label, or somebody wrote it wrongly.
        if (evidence.Base is { } labelled && (evidence.Materials is null || evidence.Materials.Any(m => m.Image.Name == labelled.Name)) && (byLayers is null || byLayers.Name == labelled.Name))
        {
            return new(labelled with { Digest = null }, evidence.BaseDigest ?? labelled.Digest, OriginSource.Label);
        }

        return byLayers is not null ? new(byLayers with { Digest = null }, byLayers.Digest, OriginSource.Layers)
            : atRevision is not null ? new(atRevision with { Digest = null }, atRevision.Digest, OriginSource.Dockerfile)
            : Unknown;
    }

    private static ImageReference? ByProvenance(ImageEvidence evidence, IReadOnlyList<ImageReference> written)
    {
        if (evidence.Materials is not { Count: > 0 } materials)
        {
            return null;
        }

        // Several may share their lowest layers, and one be built on another: the one that was named in the Dockerfile is meant.
        var begins = materials.Where(m => m.IsBase == true).ToList();
        var possible = begins.Count > 0 ? begins : materials.Where(m => m.IsBase is null).ToList();
        var named = possible.Where(m => written.Any(w => w.Name == m.Image.Name && (w.Tag == m.Image.Tag || (w.Digest is { } pin && pin == m.Image.Digest)))).ToList();
        return named is [var only] ? only.Image
            : begins is [var first] ? first.Image
            // A build from scratch takes builders' images, and none of them is its base: one alone is the base only where a Dockerfile says so.
            : null;
    }
}
