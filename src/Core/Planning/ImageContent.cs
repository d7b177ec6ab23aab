using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>What is known of what lies behind a digest. It never changes, so that it is asked for once.</summary>
public sealed record ImageContent
{
    /// <summary>The image for each platform; empty where the registry no longer has it, or does not say; null as long as nobody asked.</summary>
    public IReadOnlyList<PlatformImage>? Images { get; init; }

    /// <summary>When it was made; null where that is not known.</summary>
    public TagDate? Date { get; init; }

    /// <summary>Whether its date was asked for.</summary>
    public bool IsDated { get; init; }

    /// <summary>Whether the registry does not have it, or not yet. That may change: it is asked for again with the next list of tags.</summary>
    public bool IsGone { get; init; }
}

/// <summary>What an index holds for one platform.</summary>
/// <param name="Platform">The platform.</param>
/// <param name="Id">Tells its manifests apart: the beginning of the digest.</param>
public sealed record PlatformImage(Platform Platform, string Id)
{
    /// <summary>The image of a manifest.</summary>
    public static PlatformImage Of(Platform platform, Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return new(platform, manifest.Hex[..16]);
    }
}
