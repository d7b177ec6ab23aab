using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Looks into what lies behind a digest, with as few requests as it takes: one for an index; one more for the configuration of
/// an image, which alone knows its platform; and two more for the date of an index that is not annotated with it.
/// </summary>
internal sealed class ContentQuestion(IRegistry registry, ImageName image)
{
    private static readonly Platform Usual = new("linux", "amd64");

    /// <summary>Asks.</summary>
    /// <param name="digest">The digest of an image or an index.</param>
    /// <param name="isDateNeeded">Whether its date is needed too, if it costs more.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RegistryException">The registry gave no whole answer.</exception>
    public async Task<ImageContent> AskAsync(Digest digest, bool isDateNeeded, CancellationToken cancellationToken)
    {
        if (await ManifestAsync(digest, cancellationToken).ConfigureAwait(false) is not { } manifest)
        {
            return new ImageContent { Images = [], IsDated = true, IsGone = true };
        }

        if (!manifest.IsIndex)
        {
            var configuration = await ConfigurationAsync(manifest, cancellationToken).ConfigureAwait(false);
            return new ImageContent
            {
                Images = configuration?.Platform is { } platform ? [PlatformImage.Of(platform, digest)] : [],
                Date = DateOf(manifest, configuration),
                IsDated = true,
            };
        }

        var entries = manifest.Entries.Where(e => e.Platform is not null).ToList();
        var usual = entries.Find(e => e.Platform!.Serves(Usual)) ?? (entries.Count > 0 ? entries[0] : manifest.Entries.Count > 0 ? manifest.Entries[0] : null);
        var date = TagDate.Of(manifest.Created ?? usual?.Created, DateSource.Annotation);
        if (date is null && isDateNeeded)
        {
            if (usual is not null && await ManifestAsync(usual.Digest, cancellationToken).ConfigureAwait(false) is { IsIndex: false } one)
            {
                date = DateOf(one with { LastModified = null }, TagDate.Of(one.Created, DateSource.Annotation) is null ? await ConfigurationAsync(one, cancellationToken).ConfigureAwait(false) : null);
            }

            date ??= TagDate.Of(manifest.LastModified, DateSource.LastModified);
        }

        return new ImageContent
        {
            Images = [.. entries.Select(e => PlatformImage.Of(e.Platform!, e.Digest)).Distinct()],
            Date = date,
            IsDated = date is not null || isDateNeeded,
        };
    }

    private static TagDate? DateOf(Manifest manifest, ImageConfiguration? configuration) =>
        TagDate.Of(manifest.Created, DateSource.Annotation)
        ?? TagDate.Of(configuration?.Created, DateSource.Configuration)
        ?? TagDate.Of(manifest.LastModified, DateSource.LastModified);

    private Task<Manifest?> ManifestAsync(Digest digest, CancellationToken cancellationToken) =>
        registry.GetManifestAsync(new ImageReference(image, Digest: digest), cancellationToken);

    private async Task<ImageConfiguration?> ConfigurationAsync(Manifest manifest, CancellationToken cancellationToken) =>
        manifest.Configuration is { } digest ? await registry.GetConfigurationAsync(image, digest, cancellationToken).ConfigureAwait(false) : null;
}
