using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>
/// A package URL (<see href="https://github.com/package-url/purl-spec"/>): <c>pkg:deb/debian/libc6@2.36-9?arch=amd64&amp;distro=debian-12</c>.
/// </summary>
public sealed record PackageUrl
{
    /// <summary>The most characters that are read.</summary>
    public const int Longest = 2000;

    private const string Scheme = "pkg:";

    private PackageUrl(string type, string? @namespace, string name, string? version, ImmutableSortedDictionary<string, string> qualifiers, string? subpath) =>
        (Type, Namespace, Name, Version, Qualifiers, Subpath) = (type, @namespace, name, version, qualifiers, subpath);

    /// <summary>Lower-case: <c>deb</c>, <c>apk</c>, <c>rpm</c>, <c>npm</c>.</summary>
    public string Type { get; }

    /// <summary>Segments between slashes: a distribution, an organisation; null where there is none.</summary>
    public string? Namespace { get; }

    /// <summary>The package's name.</summary>
    public string Name { get; }

    /// <summary>Its version; null where none is named.</summary>
    public string? Version { get; }

    /// <summary>More about it, by lower-case names: <c>arch</c>, <c>distro</c>, <c>epoch</c>, <c>upstream</c>.</summary>
    public ImmutableSortedDictionary<string, string> Qualifiers { get; }

    /// <summary>A path within the package; null where there is none.</summary>
    public string? Subpath { get; }

    /// <summary>Reads a package URL.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out PackageUrl? url)
    {
        url = null;
        if (text is null || text.Length > Longest || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[Scheme.Length..].TrimStart('/');
        var subpath = Cut(ref rest, rest.IndexOf('#', StringComparison.Ordinal));
        var query = Cut(ref rest, rest.IndexOf('?', StringComparison.Ordinal));
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || !IsType(rest[..slash]))
        {
            return false;
        }

        var type = rest[..slash].ToLowerInvariant();
        rest = rest[(slash + 1)..].Trim('/');
        var at = rest.LastIndexOf('@');
        var written = at > rest.LastIndexOf('/') ? Cut(ref rest, at) : null;
        var segments = rest.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string? version = null;
        if (segments.Length == 0 || (written is not null && !TryDecode(written, out version)))
        {
            return false;
        }

        var decoded = new List<string>();
        foreach (var segment in segments)
        {
            if (!TryDecode(segment, out var part) || part.Length == 0 || part.Contains('/', StringComparison.Ordinal))
            {
                return false;
            }

            decoded.Add(part);
        }

        var qualifiers = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var pair in (query ?? "").Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || !IsKey(pair[..equals]) || !TryDecode(pair[(equals + 1)..], out var value))
            {
                return false;
            }

            if (value.Length > 0 && !qualifiers.TryAdd(pair[..equals].ToLowerInvariant(), value))
            {
                return false;
            }
        }

        string? path = null;
        if (subpath?.Trim('/') is { Length: > 0 } trimmed && !TryDecode(trimmed, out path))
        {
            return false;
        }

        var isLower = type is "deb" or "apk";
        var @namespace = decoded.Count == 1 ? null : string.Join('/', decoded.SkipLast(1));
        url = new PackageUrl(
            type,
            isLower || type is "rpm" ? @namespace?.ToLowerInvariant() : @namespace,
            isLower ? decoded[^1].ToLowerInvariant() : decoded[^1],
            version is { Length: > 0 } ? version : null,
            qualifiers.ToImmutable(),
            path?.Trim('/') is { Length: > 0 } within ? within : null);
        return true;
    }

    /// <summary>Reads a package URL.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static PackageUrl Parse(string text) => TryParse(text, out var url) ? url : throw new FormatException($"'{Images.Excerpt.Of(text)}' is no package URL: pkg:deb/debian/libc6@2.36-9 is one");

    /// <inheritdoc/>
    public bool Equals(PackageUrl? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>In its canonical form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Scheme).Append(Type).Append('/');
        if (Namespace is not null)
        {
            text.Append(EncodePath(Namespace)).Append('/');
        }

        text.Append(Encode(Name));
        if (Version is not null)
        {
            text.Append('@').Append(Encode(Version));
        }

        if (!Qualifiers.IsEmpty)
        {
            text.Append('?').AppendJoin('&', Qualifiers.Select(q => $"{q.Key}={Encode(q.Value)}"));
        }

        return Subpath is null ? text.ToString() : text.Append('#').Append(EncodePath(Subpath)).ToString();
    }

    private static string? Cut(ref string text, int at)
    {
        if (at < 0)
        {
            return null;
        }

        var tail = text[(at + 1)..];
        text = text[..at];
        return tail;
    }

    private static bool IsType(string text) => char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-');

    private static bool IsKey(string text) => char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static string EncodePath(string path) => string.Join('/', path.Split('/').Select(Encode));

    /// <summary>A colon stays as it is, so that epochs can be read.</summary>
    private static string Encode(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);

    private static bool TryDecode(string text, out string decoded)
    {
        decoded = Uri.UnescapeDataString(text);

        // What it leaves as it is is no text in UTF-8.
        return !decoded.Any(char.IsControl) && decoded.IsNormalizedOrPlain();
    }
}

/// <summary>Texts that can be written and read again.</summary>
file static class PlainText
{
    public static bool IsNormalizedOrPlain(this string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
