using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>An image that the updater is to look at.</summary>
/// <param name="Image">The image.</param>
/// <param name="Constraint">What stands behind its colon; empty where nothing does.</param>
/// <param name="Settings">What is said of it, all that is above it included.</param>
/// <param name="Line">Where it is written.</param>
internal sealed record ImageEntry(ImageName Image, string Constraint, UpdateSettings Settings, int Line)
{
    /// <summary>The image in whose place Kustomize is to write it; null where it is named itself.</summary>
    public ImageName? Replaced { get; init; }

    /// <summary>Why nothing can be decided for it, already told; null where all is well.</summary>
    public string? Mistake { get; init; }

    /// <summary>
    /// Reads <c>ghcr.io/acme/shop:^1.0</c>. A digest behind it counts for nothing (<c>NewFromIdentifier</c> in
    /// <c>registry-scanner/pkg/image/image.go</c>).
    /// </summary>
    public static bool TryReadImage(string text, [NotNullWhen(true)] out ImageName? image, out string constraint, [NotNullWhen(false)] out string? error)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        text = at < 0 ? text : text[..at];
        var colon = text.IndexOf(':', text.LastIndexOf('/') + 1);
        constraint = colon < 0 ? "" : text[(colon + 1)..].Trim();
        return ImageName.TryParse((colon < 0 ? text : text[..colon]).Trim(), out image, out error);
    }

    /// <summary>The image that <c>kustomize.image-name</c> names, where it is another.</summary>
    public static ImageName? ReplacedBy(ImageName image, string? kustomizeName) =>
        kustomizeName is not null && TryReadImage(kustomizeName.Trim(), out var named, out _, out _) && named != image ? named : null;
}

/// <summary>What the updater is told of one Application.</summary>
/// <param name="Images">The images.</param>
/// <param name="WriteBack">How and where it writes.</param>
/// <param name="File">Where the images are written.</param>
internal sealed record ApplicationSettings(IReadOnlyList<ImageEntry> Images, WriteBack WriteBack, ConfigurationPart File)
{
    /// <summary>Why nothing is done for it, already told; null where all is well.</summary>
    public string? Mistake { get; init; }

    /// <summary>Why images that are not named stay as they are, already told; null where they are none of its.</summary>
    public string? Unnamed { get; init; }
}
