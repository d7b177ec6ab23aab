using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>Tells images from other values where the place doesn't.</summary>
internal static class ImagePlainness
{
    private static readonly string[] OtherImages = [".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".iso", ".img", ".qcow2", ".raw", ".vmdk", ".vhd", ".ova", ".tar", ".gz", ".zip"];

    /// <summary>Whether a value has a tag, a digest or, where that is enough, a registry.</summary>
    public static bool IsPlain(string value, bool needsTag)
    {
        if (!ImageReference.TryParse(value, out var reference) || value.StartsWith("aws/codebuild/", StringComparison.Ordinal))
        {
            return false;
        }

        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var hasRegistry = slash > 0 && value.AsSpan(0, slash).ContainsAny('.', ':');
        return reference.Digest is not null
            || (reference.Tag is not null && !(ushort.TryParse(reference.Tag, out _) && slash < 0 && (value.Contains('.', StringComparison.Ordinal) || value.StartsWith("localhost:", StringComparison.Ordinal))))
            || (!needsTag && hasRegistry && !OtherImages.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase)));
    }
}
