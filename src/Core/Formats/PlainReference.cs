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

    /// <summary>Fewer capitals are no word.</summary>
    private const int ShortestWord = 3;

    /// <summary>Whether a name has a word in it that a person or a program is to replace: <c>PROJECT_ID/app</c>, <c>&lt;registry&gt;/app</c>.</summary>
    /// <param name="value">What is no image reference.</param>
    public static bool IsPlaceholder(string value)
    {
        var end = value.IndexOf('@', StringComparison.Ordinal) is var at and >= 0 ? at : value.Length;
        var name = value.AsSpan(0, end);
        var colon = name.LastIndexOf(':');
        name = colon > name.LastIndexOf('/') ? name[..colon] : name;
        var (capitals, isWord) = (0, true);
        foreach (var c in name)
        {
            if (c is '<' or '>' or ']' or '}' or '%' or '$')
            {
                return c != '$';
            }

            var isPart = char.IsAsciiLetterOrDigit(c) || c == '_';
            if (!isPart && isWord && capitals >= ShortestWord)
            {
                return true;
            }

            isWord = !isPart || (isWord && !char.IsAsciiLetterLower(c));
            capitals = !isPart ? 0 : capitals + (char.IsAsciiLetterUpper(c) ? 1 : 0);
        }

        return isWord && capitals >= ShortestWord;
    }

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
