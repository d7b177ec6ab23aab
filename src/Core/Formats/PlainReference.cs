using System.Buffers;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>What a value itself has to show before it counts as an image; the weaker before the stronger.</summary>
internal enum Proof
{
    /// <summary>Nothing: its place says it.</summary>
    Place,

    /// <summary>A name in two parts that is none of a file or a cloud's machine image, or what <see cref="Plain"/> asks for.</summary>
    Name,

    /// <summary>A tag, a digest or a registry.</summary>
    Plain,

    /// <summary>A tag or a digest.</summary>
    Version,

    /// <summary>What can hardly be anything else: a digest, or a tag with a path or a version.</summary>
    Sure,
}

/// <summary>Tells images from other text where the place alone does not say what it holds.</summary>
internal static class PlainReference
{
    private static readonly SearchValues<char> PatternMarks = SearchValues.Create("<>*!?|%[]()\"'`");

    /// <summary>Pictures and disks, which are called images too, and archives.</summary>
    private static readonly string[] Files =
    [
        ".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".iso", ".img", ".qcow2", ".raw", ".vmdk", ".vhd", ".ova", ".tgz", ".tar", ".gz", ".zip", ".cnb",
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

        // Who wrote a digest meant it.
        return isWord && capitals >= ShortestWord && !value.AsSpan(end).StartsWith("@sha", StringComparison.Ordinal);
    }

    /// <summary>Whether a text is a reference that shows as much as is asked for.</summary>
    public static bool Is(string value, Proof proof = Proof.Plain)
    {
        if (!ImageReference.TryParse(value, out var reference))
        {
            return false;
        }

        var hasVersion = reference.Tag is not null || reference.Digest is not null;
        return proof switch
        {
            Proof.Place => true,
            Proof.Name => hasVersion || HasRegistry(value) || MayBeAName(value),
            Proof.Plain => hasVersion || HasRegistry(value),
            Proof.Version => hasVersion,
            _ => reference.Digest is not null || (reference.Tag is { } tag && (value.Contains('/', StringComparison.Ordinal) || IsVersion(tag))),
        };
    }

    /// <summary>A text that no reference is near: <c>&lt;image&gt;</c>, <c>*:latest</c>, <c>!unknown</c>.</summary>
    public static bool IsPattern(string value) =>
        (value.AsSpan().ContainsAny(PatternMarks) || value.AsSpan().Count('@') > 1) && !ImageReference.TryParse(value, out _);

    private static bool MayBeAName(string value) =>
        value.Contains('/', StringComparison.Ordinal) && !IsFile(value)
        && !value.Contains("-cloud/", StringComparison.Ordinal) && !value.StartsWith("projects/", StringComparison.Ordinal) && !value.Contains("images/", StringComparison.Ordinal);

    private static bool HasRegistry(string value) =>
        value.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && value.AsSpan(0, slash).ContainsAny('.', ':') && !IsFile(value);

    private static bool IsFile(string value) => Files.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static bool IsVersion(string tag) =>
        char.IsAsciiDigit(tag[0]) || (tag[0] is 'v' or 'V' && tag.Length > 1 && char.IsAsciiDigit(tag[1])) || tag == "latest";
}
