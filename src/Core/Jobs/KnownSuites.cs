using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Packages;

namespace Basewatch.Core.Jobs;

/// <summary>Which release of which distribution an image is of.</summary>
public static class KnownSuites
{
    /// <summary>By its name and tag; else by what is known of its life; else by what it is built on; null where nothing says so.</summary>
    public static Suite? Of(ImageReference image, ImageLifecycle? life) =>
        Suite.Of(image)
            ?? Suite.Of(life?.Distribution?.Key, life?.Distribution?.Cycle)
            ?? Suite.Of(life?.Product?.Key, life?.Product?.Cycle)
            ?? Suite.Of(life?.Inherited?.Life.Key, life?.Inherited?.Life.Cycle)
            ?? (life?.Inherited?.Root is { } root ? Suite.Of(root) : null);
}
