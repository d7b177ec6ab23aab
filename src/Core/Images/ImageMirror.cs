namespace Basewatch.Core.Images;

/// <summary>What an image mirrors, and which of the two is asked what there is of it.</summary>
/// <param name="Source">The image that it is a mirror of.</param>
/// <param name="LookIn">Which is asked.</param>
public sealed record ImageMirror(ImageName Source, MirrorLookup LookIn);

/// <summary>Where it is looked up what there is of an image that is pulled from a mirror.</summary>
public enum MirrorLookup
{
    /// <summary>
    /// In the source: the mirror is a pull-through cache. It lists only what was pulled through it already, and gets all else when it is pulled.
    /// </summary>
    Source,

    /// <summary>In the mirror: it holds copies, and what was not copied to it can't be pulled from it.</summary>
    Mirror,
}
