using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// Registries of which some are mirrors. What is pulled through a cache is asked of its source, where the same digests are; all
/// else is asked of the registry that is named. Each is signed in to with what is set for its own host.
/// </summary>
internal sealed class MirroredRegistry(IRegistry registry, MirrorTable mirrors) : IRegistry
{
    /// <inheritdoc/>
    public ImageMirror? MirrorOf(ImageName image) => mirrors.Find(image);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken) =>
        registry.ListTagsAsync(LookedUp(image), cancellationToken);

    /// <inheritdoc/>
    public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) =>
        registry.ResolveAsync(LookedUp(reference), cancellationToken);

    /// <inheritdoc/>
    public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
        registry.GetManifestAsync(LookedUp(reference), cancellationToken);

    /// <inheritdoc/>
    public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) =>
        registry.GetConfigurationAsync(LookedUp(image), digest, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken) =>
        registry.GetBlobAsync(LookedUp(image), digest, most, cancellationToken);

    /// <inheritdoc/>
    public Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken) =>
        registry.GetPushDateAsync(LookedUp(tag), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Referrer>> GetReferrersAsync(
        ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) =>
        registry.GetReferrersAsync(LookedUp(image), subject, artifactType, tags, cancellationToken);

    private ImageName LookedUp(ImageName image) => mirrors.Find(image) is { LookIn: MirrorLookup.Source, Source: var source } ? source : image;

    private ImageReference LookedUp(ImageReference reference) => reference with { Name = LookedUp(reference.Name) };
}
