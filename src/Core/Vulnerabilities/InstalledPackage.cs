using System.Text.Json.Serialization;
using Basewatch.Core.Images;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>A format of packages, each with an order of versions of its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PackageFormat>))]
public enum PackageFormat
{
    /// <summary>Debian's.</summary>
    Deb,

    /// <summary>Alpine's.</summary>
    Apk,

    /// <summary>Red Hat's.</summary>
    Rpm,
}

/// <summary>A package of a distribution that is installed in an image.</summary>
/// <param name="Format">Its format.</param>
/// <param name="Release">Of which distribution.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version, with the epoch where it has one.</param>
public sealed record InstalledPackage(PackageFormat Format, DistributionRelease Release, string Name, string Version)
{
    /// <summary>The most characters of a name or a version.</summary>
    public const int LongestText = 200;

    /// <summary>The package that it is built from, which advisories name.</summary>
    public string Source { get; init; } = Name;

    /// <summary>The version of that.</summary>
    public string SourceVersion { get; init; } = Version;

    /// <summary>The package of a package URL.</summary>
    /// <param name="url">Of type <c>deb</c>, <c>apk</c> or <c>rpm</c>.</param>
    /// <param name="fallback">The image's release, for URLs that name none.</param>
    /// <param name="built">What it was built from, name and version, by the list that it stands in; null where that does not say.</param>
    /// <returns>Null for a package of another kind, or one that is not named whole.</returns>
    public static InstalledPackage? Of(PackageUrl url, DistributionRelease? fallback = null, (string Name, string? Version)? built = null)
    {
        ArgumentNullException.ThrowIfNull(url);
        PackageFormat? format = url.Type switch { "deb" => PackageFormat.Deb, "apk" => PackageFormat.Apk, "rpm" => PackageFormat.Rpm, _ => null };
        if (format is null || url.Version is not { } version || !IsPlain(url.Name) || !IsPlain(version))
        {
            return null;
        }

        var release = DistributionRelease.Of(url.Namespace, url.Qualifiers.GetValueOrDefault("distro"));
        if (release is null or { Version: null } && fallback is not null && (release is null ? url.Namespace is null || fallback.Id == url.Namespace : release.Id == fallback.Id))
        {
            release = fallback;
        }

        if (release is null)
        {
            return null;
        }

        if (url.Qualifiers.GetValueOrDefault("epoch") is { Length: > 0 and < 10 } epoch && epoch != "0" && epoch.All(char.IsAsciiDigit) && !version.Contains(':', StringComparison.Ordinal))
        {
            version = $"{epoch}:{version}";
        }

        var (source, sourceVersion) = Upstream(format.Value, url.Qualifiers.GetValueOrDefault("upstream")) ?? built ?? (url.Name, null);
        return !IsPlain(source) || (sourceVersion is not null && !IsPlain(sourceVersion)) ? null : new InstalledPackage(format.Value, release, url.Name, version)
        {
            Source = source,
            SourceVersion = sourceVersion ?? (format == PackageFormat.Deb ? WithoutRebuild(version) : version),
        };
    }

    /// <summary>What advisories may call it: Debian, Ubuntu and Alpine name what it is built from, others the one or the other.</summary>
    public IEnumerable<(string Name, string Version)> AdvisoryNames => Release.Id is "debian" or "ubuntu" or "alpine" || Source == Name
        ? [(Source, SourceVersion)]
        : [(Source, SourceVersion), (Name, Version)];

    /// <summary>The version of the source of another version of this package; null where the two are counted apart, so that nothing says which it is.</summary>
    public string? SourceVersionOf(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        var (own, of) = Format == PackageFormat.Deb ? (WithoutRebuild(Version), WithoutRebuild(version)) : (Version, version);
        return own == SourceVersion ? of : null;
    }

    /// <summary><c>glibc</c>, <c>glibc@2.36-9</c>, or the file name of a source package.</summary>
    private static (string Name, string? Version)? Upstream(PackageFormat format, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (format == PackageFormat.Rpm)
        {
            const string Suffix = ".src.rpm";
            var name = text.EndsWith(Suffix, StringComparison.Ordinal) ? text[..^Suffix.Length] : null;
            var release = name?.LastIndexOf('-') ?? -1;
            var version = release > 0 ? name!.LastIndexOf('-', release - 1) : -1;

            // The epoch is not in the file's name: the version is the package's own.
            return version > 0 ? (name![..version], null) : null;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (text, null) : at == 0 ? null : (text[..at], text[(at + 1)..] is { Length: > 0 } said ? said : null);
    }

    /// <summary>A package that was built anew from the same source (<see href="https://wiki.debian.org/binNMU"/>).</summary>
    private static string WithoutRebuild(string version)
    {
        var plus = version.LastIndexOf("+b", StringComparison.Ordinal);
        return plus > 0 && plus + 2 < version.Length && version.AsSpan(plus + 2).IndexOfAnyExceptInRange('0', '9') < 0 ? version[..plus] : version;
    }

    private static bool IsPlain(string text) => text.Length is > 0 and <= LongestText && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}

/// <summary>The distribution's packages in an image, by the list that was attached to it.</summary>
/// <param name="Image">The digest that the list was asked for of: of an index or an image.</param>
/// <param name="Packages">By name; each once.</param>
public sealed record ImagePackages(Digest Image, IReadOnlyList<InstalledPackage> Packages);
