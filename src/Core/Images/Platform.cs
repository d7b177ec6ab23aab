using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Images;

/// <summary>An operating system and a processor: <c>linux/amd64</c>, <c>linux/arm64/v8</c>, <c>windows/amd64</c> with its build.</summary>
/// <param name="Os">GOOS: <c>linux</c>, <c>windows</c>.</param>
/// <param name="Architecture">GOARCH: <c>amd64</c>, <c>arm64</c>.</param>
/// <param name="Variant">GOARM and the like: <c>v7</c>, <c>v8</c>; null where none is given.</param>
/// <param name="OsVersion">Windows build: <c>10.0.20348.2700</c>; null elsewhere.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>Reads <c>os/architecture[/variant]</c>, as <c>--platform</c> takes it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Platform? platform)
    {
        platform = text?.Split('/') switch
        {
            [{ Length: > 0 } os, { Length: > 0 } architecture] => new Platform(os, architecture),
            [{ Length: > 0 } os, { Length: > 0 } architecture, { Length: > 0 } variant] => new Platform(os, architecture, variant),
            _ => null,
        };
        return platform is not null;
    }

    /// <summary><c>os/architecture[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
