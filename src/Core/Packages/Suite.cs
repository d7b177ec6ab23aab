using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;

namespace Basewatch.Core.Packages;

/// <summary>A release of a distribution: <c>debian/bookworm</c>, <c>ubuntu/noble</c>, <c>alpine/3.20</c>, <c>rocky/9</c>.</summary>
/// <param name="Distribution">Its name in lower case.</param>
/// <param name="Release">As its archive calls it: a codename, or a number.</param>
public sealed record Suite(string Distribution, string Release)
{
    /// <summary>Codenames by distribution and number; the newest last (<see href="https://www.debian.org/releases/"/>, <see href="https://releases.ubuntu.com"/>).</summary>
    private static readonly (string Distribution, string Number, string Codename)[] Codenames =
    [
        ("debian", "9", "stretch"), ("debian", "10", "buster"), ("debian", "11", "bullseye"), ("debian", "12", "bookworm"), ("debian", "13", "trixie"), ("debian", "14", "forky"),
        ("debian", "sid", "sid"), ("debian", "unstable", "sid"),
        ("ubuntu", "18.04", "bionic"), ("ubuntu", "20.04", "focal"), ("ubuntu", "22.04", "jammy"), ("ubuntu", "24.04", "noble"), ("ubuntu", "24.10", "oracular"),
        ("ubuntu", "25.04", "plucky"), ("ubuntu", "25.10", "questing"), ("ubuntu", "26.04", "resolute"),
    ];

    /// <summary>Distributions by the names of their official images and the keys of endoflife.date.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["debian"] = "debian",
        ["ubuntu"] = "ubuntu",
        ["alpine"] = "alpine",
        ["alpine-linux"] = "alpine",
        ["rockylinux"] = "rocky",
        ["rocky-linux"] = "rocky",
        ["rocky"] = "rocky",
        ["almalinux"] = "almalinux",
        ["fedora"] = "fedora",
        ["centos-stream"] = "centos-stream",
        ["ubi"] = "ubi",
        ["rhel"] = "ubi",
    };

    /// <summary>The distributions whose archives are known.</summary>
    public static IReadOnlyCollection<string> Distributions { get; } = [.. Names.Values.Distinct(StringComparer.Ordinal)];

    /// <summary>Whose packages it has.</summary>
    public PackageEcosystem Ecosystem => Distribution switch
    {
        "debian" or "ubuntu" => PackageEcosystem.Apt,
        "alpine" => PackageEcosystem.Apk,
        _ => PackageEcosystem.Rpm,
    };

    /// <summary>Reads <c>debian/bookworm</c>, and <c>debian/12</c> as the same.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Suite? suite)
    {
        suite = text?.Split('/') is [var name, { Length: > 0 } release] && release.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && char.IsAsciiLetterOrDigit(release[0]) && !release.Contains("..", StringComparison.Ordinal)
            ? Of(name, release)
            : null;
        return suite is not null;
    }

    /// <summary>The suite of a distribution and a cycle of it, by the words of endoflife.date: <c>debian</c> and <c>12</c>; null where its archive is not known.</summary>
    public static Suite? Of(string? product, string? cycle)
    {
        if (product is null || string.IsNullOrEmpty(cycle) || !Names.TryGetValue(product, out var distribution))
        {
            return null;
        }

        return distribution switch
        {
            "debian" or "ubuntu" => Array.Find(Codenames, c => c.Distribution == distribution && (c.Codename == cycle || c.Number == (Numbers(cycle, distribution == "debian" ? 1 : 2) ?? cycle))) is { Codename: { } codename } ? new Suite(distribution, codename)
                : cycle.All(char.IsAsciiLetterLower) ? new Suite(distribution, cycle) : null,
            "alpine" => cycle == "edge" ? new Suite(distribution, "edge") : Numbers(cycle, 2) is { } release ? new Suite(distribution, release) : null,
            _ => Numbers(cycle, 1) is { } major ? new Suite(distribution, major) : null,
        };
    }

    /// <summary>The suite that an image's name and tag say: <c>debian:12-slim</c>, <c>python:3.12-bookworm</c>, <c>node:22-alpine3.20</c>, <c>ubi9/ubi-minimal:9.4</c>; null where they say none.</summary>
    public static Suite? Of(ImageReference image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var tag = image.Tag ?? "";
        var parts = tag.Split('-', '_');
        foreach (var part in parts)
        {
            if (Array.Find(Codenames, c => c.Codename == part) is { Codename: { } codename } known)
            {
                return new Suite(known.Distribution, codename);
            }

            if (part.StartsWith("alpine", StringComparison.Ordinal) && Numbers(part["alpine".Length..], 2) is { } release)
            {
                return new Suite("alpine", release);
            }
        }

        var last = image.Name.Repository[(image.Name.Repository.LastIndexOf('/') + 1)..];
        return last switch
        {
            "ubi-minimal" or "ubi-init" or "ubi" or "ubi-micro" => OfTag("rhel"),
            ['u', 'b', 'i', .. var rest] when Numbers(rest.Split('-')[0], 1) is { } major => new Suite("ubi", major),
            _ when image.Name.Repository == $"library/{last}" || Names.ContainsKey(image.Name.Repository.Split('/')[0]) => OfTag(last),
            _ => null,
        };

        Suite? OfTag(string name) => parts[0].Length > 0 && (char.IsAsciiDigit(parts[0][0]) || parts[0] == "edge") ? Of(name, parts[0]) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Distribution}/{Release}";

    /// <summary>So many first numbers of a version; null where it has fewer, or something else.</summary>
    private static string? Numbers(string version, int count)
    {
        var numbers = version.Split('.');
        return numbers.Length >= count && numbers.All(n => n.Length is > 0 and < 9 && n.All(char.IsAsciiDigit)) ? string.Join('.', numbers.Take(count)) : null;
    }
}
