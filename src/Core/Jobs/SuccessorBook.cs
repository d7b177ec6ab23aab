using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Jobs;

/// <summary>Where to go from images, by what their registries hold.</summary>
public sealed class SuccessorBook(ImageBook images)
{
    /// <summary>The successor of an image; a null one where there is none, and nothing where the registry did not say what it holds.</summary>
    public async Task<(bool IsKnown, ImageReference? Image)> FindAsync(LifecycleResolver resolver, ImageReference image, DateOnly today, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var facts = await images.GetAsync(image.Name, [], cancellationToken).ConfigureAwait(false);
        return facts.Tags is null
            ? (facts.Problem is null, null)
            : (true, new SuccessorFinder(resolver).Find(image, facts.Tags, today).Image);
    }
}
