using System.Buffers;

namespace Basewatch.Core.Formats.Builds;

/// <summary>A place that says from which Dockerfile an image is built.</summary>
/// <param name="Image">
/// The image's name, with its tag where that is written there. <c>{repository}</c>, <c>{owner}</c> and <c>{name}</c> stand for the repository
/// that it is built in; the host <c>azurecr.io</c> for a registry of Azure that is not named.
/// </param>
/// <param name="Dockerfile">Its path from the root of the repository.</param>
/// <param name="Stage">The stage that is built; null: the last.</param>
public sealed record ImageBuild(string Image, string Dockerfile, string? Stage)
{
    /// <summary>Longer names are nobody's.</summary>
    private const int LongestImage = 400;

    private static readonly SearchValues<char> NotInAName = SearchValues.Create("$*{}<>()% \t\r\n\"'");

    /// <summary>The image as it is called in a repository.</summary>
    /// <param name="owner">The repository's owner.</param>
    /// <param name="name">The repository's name.</param>
    public Images.ImageReference? In(string owner, string name) =>
        Images.ImageReference.TryParse(
            Image.Contains('{', StringComparison.Ordinal)
                // Registries take lower case alone, and actions make it so.
                ? Image.Replace("{repository}", $"{owner}/{name}", StringComparison.Ordinal).Replace("{owner}", owner, StringComparison.Ordinal).Replace("{name}", name, StringComparison.Ordinal).ToLowerInvariant()
                : Image,
            out var reference) ? reference : null;

    /// <summary>A build of what a text names; null where the name is known only when it is built.</summary>
    /// <param name="image">Name and tag as they are written, variables replaced as far as they are known.</param>
    /// <param name="dockerfile">Path from the root; null where it is known only then.</param>
    /// <param name="stage">The stage; null or empty: the last.</param>
    internal static ImageBuild? Of(string? image, string? dockerfile, string? stage)
    {
        if (image is null || image.Length is 0 or > LongestImage || dockerfile is null || stage is not null && IsOpen(stage))
        {
            return null;
        }

        image = image.Trim();
        var at = image.IndexOf('@', StringComparison.Ordinal);
        image = at > 0 ? image[..at] : image;
        var colon = image.IndexOf(':', image.LastIndexOf('/') + 1);
        var (name, tag) = colon < 0 ? (image, "") : (image[..colon], image[(colon + 1)..]);
        if (IsOpen(name.Replace("{repository}", "", StringComparison.Ordinal).Replace("{owner}", "", StringComparison.Ordinal).Replace("{name}", "", StringComparison.Ordinal)))
        {
            return null;
        }

        var whole = IsOpen(tag) || tag.Length == 0 ? name : $"{name}:{tag}";
        return new ImageBuild(whole, dockerfile, string.IsNullOrEmpty(stage) ? null : stage) is { } build && build.In("owner", "name") is not null ? build : null;
    }

    /// <summary>Whether a part of a text is known only when it is built.</summary>
    internal static bool IsOpen(string text) => text.AsSpan().IndexOfAny(NotInAName) >= 0;
}
