using System.Collections.Immutable;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What a registry says of an image for one platform, without its layers having been pulled.</summary>
/// <param name="Digest">Digest of what a reference names: of the index, where there is one.</param>
/// <param name="Configuration">What it says of itself.</param>
public sealed record ImageDescription(Digest Digest, ImageConfiguration Configuration)
{
    private const string Created = "org.opencontainers.image.created";

    private const string BaseNameKey = "org.opencontainers.image.base.name";

    private const string BaseDigestKey = "org.opencontainers.image.base.digest";

    /// <summary>Its layers, the lowest first.</summary>
    public IReadOnlyList<ManifestLayer> Layers { get; init; } = [];

    /// <summary>Annotations of the index and beside its entry: whoever published the image wrote them, and none comes from a base.</summary>
    public IReadOnlyDictionary<string, string> IndexAnnotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Annotations of the image's own manifest. Some tools take over those of its base.</summary>
    public IReadOnlyDictionary<string, string> ManifestAnnotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>When it was built; null where nothing says so that can be believed.</summary>
    public TagDate? Date =>
        TagDate.Of(Configuration.Created, DateSource.Configuration)
        ?? TagDate.Of(DateTimeOffset.TryParse(Find(Created), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var at) ? at : null, DateSource.Annotation);

    /// <summary>The image that it was built on, by its own account; null where it does not say.</summary>
    public string? BaseName => Find(BaseNameKey);

    /// <summary>The digest of that; null where it does not say.</summary>
    public Digest? BaseDigest => Digest.TryParse(Find(BaseDigestKey), out var digest) ? digest : null;

    /// <summary>What it says under a name that may be an annotation or a label; null where it says nothing.</summary>
    public string? Find(string name) =>
        (IndexAnnotations.GetValueOrDefault(name) ?? Inheritable(name)) is { Length: > 0 } value ? value : null;

    /// <summary>The same from where a base may have said it.</summary>
    public string? Inheritable(string name) =>
        (ManifestAnnotations.GetValueOrDefault(name) ?? Configuration.Labels.GetValueOrDefault(name)) is { Length: > 0 } value ? value : null;

    /// <summary>Whether this image begins with all the layers of another.</summary>
    public bool IsBuiltOn(ImageDescription other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (own, below) = (Configuration.DiffIds, other.Configuration.DiffIds);
        return below.Count > 0 && below.Count <= own.Count && own.Take(below.Count).SequenceEqual(below);
    }
}
