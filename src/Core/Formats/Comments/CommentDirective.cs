using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Comments;

/// <summary>What a comment asks for.</summary>
internal enum CommentKind
{
    /// <summary>The line is not to be updated.</summary>
    Ignore,

    /// <summary>The line names an image.</summary>
    Image,

    /// <summary>The line has the tag or digest of an image that the comment names.</summary>
    Version,
}

/// <summary>
/// A comment about the next line, or about what stands before it in its own: <c>basewatch: ignore</c>,
/// <c>basewatch: image</c>, <c>basewatch: image=ghcr.io/acme/app</c>, and Renovate's
/// <c>renovate: datasource=docker depName=ghcr.io/acme/app</c>.
/// </summary>
/// <param name="Kind">What it asks for.</param>
/// <param name="Image">The image's name, as it is written.</param>
/// <param name="Skip">Why the tag is not what the line holds.</param>
/// <param name="IsOwn">Whether it is written for Basewatch, so that a line which does not fit is wrong.</param>
/// <param name="Start">Where the comment begins in its line.</param>
/// <param name="StandsAlone">Whether nothing else is in its line.</param>
internal sealed record CommentDirective(CommentKind Kind, string? Image, string? Skip, bool IsOwn, int Start, bool StandsAlone)
{
    private const string Own = "basewatch:";
    private const string Renovate = "renovate:";

    /// <summary>What comments begin with, in all the languages of configuration.</summary>
    private const string Markers = "#/-;*%:'!<{";

    /// <summary>Whether a file may have one.</summary>
    public static bool MayBeIn(ReadOnlySpan<byte> bytes) => bytes.IndexOf("basewatch:"u8) >= 0 || bytes.IndexOf("renovate:"u8) >= 0;

    /// <summary>Whether a file may have one that is Basewatch's own.</summary>
    public static bool MayBeIn(string text) => text.Contains(Own, StringComparison.Ordinal);

    /// <summary>Reads the directive of a line; false where it has none.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out CommentDirective? directive)
    {
        directive = null;
        var own = line.IndexOf(Own, StringComparison.Ordinal);
        var at = own >= 0 ? own : line.IndexOf(Renovate, StringComparison.Ordinal);
        if (at <= 0)
        {
            return false;
        }

        var before = line[..at].TrimEnd();
        var code = before.TrimEnd(Markers);
        code = code.EndsWith("rem", StringComparison.OrdinalIgnoreCase) && before.Length == code.Length && (code.Length == 3 || char.IsWhiteSpace(code[^4])) ? code[..^3] : code;
        if (code.Length == before.Length)
        {
            return false;
        }

        var text = line[(at + (own >= 0 ? Own.Length : Renovate.Length))..].Trim().ToString();
        foreach (var end in new[] { "-->", "*/", "#}", "}}" })
        {
            text = text.EndsWith(end, StringComparison.Ordinal) ? text[..^end.Length].TrimEnd() : text;
        }

        directive = (own >= 0 ? ParseOwn(text) : ParseRenovate(text)) is { } parsed
            ? parsed with { Start = code.Length, StandsAlone = code.Trim(" \t\uFEFF").IsEmpty }
            : null;
        return directive is not null;
    }

    private static CommentDirective? ParseOwn(string text)
    {
        var word = text.Split([' ', '\t'], 2)[0];
        return word switch
        {
            "ignore" => new CommentDirective(CommentKind.Ignore, null, null, IsOwn: true, 0, false),
            "image" => new CommentDirective(CommentKind.Image, null, null, IsOwn: true, 0, false),
            _ when word.StartsWith("image=", StringComparison.Ordinal) => new CommentDirective(CommentKind.Version, word["image=".Length..], null, IsOwn: true, 0, false),
            _ => null,
        };
    }

    private static CommentDirective? ParseRenovate(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                break;
            }

            values.TryAdd(word[..equals], word[(equals + 1)..].Trim('"', '\''));
        }

        // Above the appVersion of a chart it says image alone.
        if (values.GetValueOrDefault("datasource", values.ContainsKey("image") ? "docker" : "") != "docker")
        {
            return null;
        }

        var name = values.GetValueOrDefault("packageName") ?? values.GetValueOrDefault("lookupName") ?? values.GetValueOrDefault("depName") ?? values.GetValueOrDefault("image");
        if (string.IsNullOrEmpty(name))
        {
            return null;
        }

        if (values.TryGetValue("registryUrl", out var address) && Uri.TryCreate(address, UriKind.Absolute, out var registry) && registry.Authority.Length > 0
            && !(name.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && ImageName.IsRegistry(name.AsSpan(0, slash))))
        {
            name = $"{registry.Authority}{registry.AbsolutePath.TrimEnd('/')}/{name}";
        }

        var skip = values.ContainsKey("extractVersion") ? "extractVersion makes another tag of what is written here" : null;
        return new CommentDirective(CommentKind.Version, name, skip, IsOwn: false, 0, false);
    }
}
