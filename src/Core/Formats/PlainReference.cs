using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Tells images from other text where the place alone does not say what it holds.</summary>
internal static class PlainReference
{
    /// <summary>Pictures, disks and archives.</summary>
    private static readonly string[] Endings =
    [
        ".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".iso", ".img", ".qcow2", ".raw", ".vmdk", ".vhd", ".ova", ".tgz", ".tar", ".zip", ".cnb",
    ];

    /// <summary>Whether a text has a tag, a digest or a registry, and is nothing else that looks so.</summary>
    public static bool Is(string value)
    {
        if (!ImageReference.TryParse(value, out var reference))
        {
            return false;
        }

        var slash = value.IndexOf('/', StringComparison.Ordinal);
        return reference.Tag is not null || reference.Digest is not null
            || (slash > 0 && value.AsSpan(0, slash).ContainsAny('.', ':') && !Endings.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase)));
    }
}
