using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Images;

/// <summary>
/// <c>registry/repository:tag@digest</c>. Tag and digest may both be there and both are kept: a container runtime
/// pulls the digest, the tag says to people and to Basewatch which line it came from.
/// </summary>
/// <param name="Name">Registry and repository, canonical.</param>
/// <param name="Tag">One to 128 characters, or null.</param>
/// <param name="Digest">The content that is meant, or null.</param>
public sealed record ImageReference(ImageName Name, string? Tag = null, Digest? Digest = null)
{
    /// <summary>The longest tag that registries take.</summary>
    public const int LongestTag = 128;

    /// <summary>The reference in full: <c>docker.io/library/python:3.12@sha256:…</c>.</summary>
    public string Canonical => Name.Canonical + Suffix;

    /// <summary>The shortest form that means the same: <c>python:3.12@sha256:…</c>.</summary>
    public string Familiar => Name.Familiar + Suffix;

    /// <summary>The tag that it follows, <c>latest</c> where none is written; null where it has a digest alone and so follows nothing.</summary>
    public string? FollowedTag => Tag ?? (Digest is null ? "latest" : null);

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Reads a reference in canonical or familiar form.</summary>
    /// <exception cref="FormatException">The text is no reference; the message says why.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var error) ? reference : throw new FormatException(error);

    /// <inheritdoc cref="TryParse(string?, out ImageReference?, out string?)"/>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference) => TryParse(text, out reference, out _);

    /// <summary>Reads a reference; <paramref name="error"/> says in one sentence why it is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? error)
    {
        reference = null;
        text ??= "";
        var layout = ReferenceLayout.Of(text);
        Digest? digest = null;
        if (!ImageName.TryParse(text[layout.Name], out var name, out error)
            || (layout.Tag is { } tag && !IsTag(text[tag], out error))
            || (layout.Digest is { } range && !Digest.TryParse(text[range], out digest, out error)))
        {
            return false;
        }

        reference = new ImageReference(name, layout.Tag is { } t ? text[t] : null, digest);
        error = null;
        return true;
    }

    /// <summary>Whether a text can be a tag: <c>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}</c>.</summary>
    public static bool IsTag(string text) => IsTag(text, out _);

    /// <summary>The canonical form.</summary>
    public override string ToString() => Canonical;

    private static bool IsTag(string text, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        error = text.Length switch
        {
            0 => "the tag after the colon is empty",
            > LongestTag => $"the tag is {text.Length} characters long: {LongestTag} is the most",
            _ when text[0] is '.' or '-' => $"the tag '{Excerpt.Of(text)}' begins with '{text[0]}': a letter, a digit or '_' must",
            _ => null,
        };
        if (error is null && text.FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) is var bad and not '\0')
        {
            error = $"the tag '{Excerpt.Of(text)}' has the character '{Excerpt.Of(bad.ToString())}': letters, digits, '_', '.' and '-' may stand there";
        }
        else if (error is null && text.Contains('\0', StringComparison.Ordinal))
        {
            error = "the tag has a NUL character";
        }

        return error is null;
    }
}
