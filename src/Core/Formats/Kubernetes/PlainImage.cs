using System.Buffers;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>How sure a value alone says that it is an image, where nothing around it does.</summary>
internal static class PlainImage
{
    private static readonly SearchValues<char> PlaceholderMarks = SearchValues.Create("<>*!?|%[]()\"'`");

    /// <summary>Pictures and disks, which are called images too.</summary>
    private static readonly string[] OtherImages = [".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".iso", ".img", ".qcow2", ".raw", ".vmdk", ".vhd", ".ova"];

    /// <summary>A reference with a tag, a digest or a registry.</summary>
    public static bool Is(string value) =>
        ImageReference.TryParse(value, out var reference)
        && (reference.Tag is not null || reference.Digest is not null || (HasRegistry(value) && !IsAnotherImage(value)));

    /// <summary>A reference that can hardly be anything else: with a digest, or with a tag and a path or a version.</summary>
    public static bool IsSurely(string value) =>
        ImageReference.TryParse(value, out var reference)
        && (reference.Digest is not null || (reference.Tag is { } tag && (value.Contains('/', StringComparison.Ordinal) || IsVersion(tag))));

    /// <summary>A name in two parts that is none of a picture, a disk or a cloud's machine image.</summary>
    public static bool MayBeAName(string value) =>
        value.Contains('/', StringComparison.Ordinal) && ImageReference.TryParse(value, out _) && !IsAnotherImage(value)
        && !value.Contains("-cloud/", StringComparison.Ordinal) && !value.StartsWith("projects/", StringComparison.Ordinal) && !value.Contains("images/", StringComparison.Ordinal);

    /// <summary>A text that a person or a program is to replace, or a pattern: <c>&lt;image&gt;</c>, <c>*:latest</c>.</summary>
    public static bool IsPlaceholder(string value) =>
        (value.AsSpan().ContainsAny(PlaceholderMarks) || value.AsSpan().Count('@') > 1) && !ImageReference.TryParse(value, out _);

    private static bool HasRegistry(string value) =>
        value.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && value.AsSpan(0, slash).ContainsAny('.', ':');

    private static bool IsAnotherImage(string value) => OtherImages.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static bool IsVersion(string tag) =>
        char.IsAsciiDigit(tag[0]) || (tag[0] is 'v' or 'V' && tag.Length > 1 && char.IsAsciiDigit(tag[1])) || tag == "latest";
}
