using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Basewatch.Core.Images;

/// <summary>An operating system and a processor: <c>linux/amd64</c>, <c>linux/arm64/v8</c>, <c>windows/amd64</c> with its build.</summary>
/// <param name="Os">GOOS: <c>linux</c>, <c>windows</c>.</param>
/// <param name="Architecture">GOARCH: <c>amd64</c>, <c>arm64</c>.</param>
/// <param name="Variant">GOARM and the like: <c>v7</c>, <c>v8</c>; null where none is given.</param>
/// <param name="OsVersion">Windows build: <c>10.0.20348.2700</c>; null elsewhere.</param>
public sealed record Platform(string Os, string Architecture, string? Variant = null, string? OsVersion = null)
{
    /// <summary>The systems that images are made for, by Go's names.</summary>
    public static IReadOnlyList<string> Systems { get; } = ["linux", "windows", "darwin", "freebsd", "wasip1"];

    /// <summary>The processors that images are made for, by Go's names.</summary>
    public static IReadOnlyList<string> Architectures { get; } =
        ["amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64", "loong64", "mips64le", "mips64", "mipsle", "mips", "ppc64", "wasm"];

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

    /// <summary>
    /// Whether an image for this platform runs where <paramref name="required"/> is required: the same system and processor, of
    /// which it needs no newer variant; for Windows the same build, whatever its revision.
    /// </summary>
    public bool Serves(Platform required)
    {
        ArgumentNullException.ThrowIfNull(required);
        return string.Equals(Os, required.Os, StringComparison.OrdinalIgnoreCase)
            && string.Equals(Processor(Architecture), Processor(required.Architecture), StringComparison.Ordinal)
            && IsOfVariant(required)
            && (OsVersion is null || required.OsVersion is null || string.Equals(Build(OsVersion), Build(required.OsVersion), StringComparison.Ordinal));
    }

    /// <summary><c>os/architecture[/variant]</c>, for Windows with its build.</summary>
    public string ToFullString() => OsVersion is null ? ToString() : $"{this} {OsVersion}";

    /// <summary>Reads what <see cref="ToFullString"/> writes.</summary>
    public static bool TryParseFull(string text, [NotNullWhen(true)] out Platform? platform)
    {
        ArgumentNullException.ThrowIfNull(text);
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        if (!TryParse(space < 0 ? text : text[..space], out platform))
        {
            return false;
        }

        platform = space < 0 ? platform : platform with { OsVersion = text[(space + 1)..] };
        return true;
    }

    /// <summary>A processor by the name that Go has for it, which is the one in image indexes.</summary>
    private static string Processor(string name) => name.ToLowerInvariant() switch
    {
        "x86_64" or "x86-64" => "amd64",
        "aarch64" => "arm64",
        "armhf" or "armel" => "arm",
        "i386" => "386",
        var other => other,
    };

    /// <summary>Major, minor and build: <c>10.0.20348</c> of <c>10.0.20348.2700</c>.</summary>
    private static string Build(string version) => string.Join('.', version.Split('.').Take(3));

    /// <summary>An image of an older variant runs on a newer one (<see href="https://github.com/containerd/platforms"/>).</summary>
    private bool IsOfVariant(Platform required)
    {
        var (mine, other) = (VariantNumber(this), VariantNumber(required));
        return mine is null || other is null ? string.Equals(Variant, required.Variant, StringComparison.OrdinalIgnoreCase) : mine <= other;
    }

    private static int? VariantNumber(Platform platform)
    {
        var text = platform.Variant ?? Processor(platform.Architecture) switch
        {
            "amd64" => "v1",
            "arm" => "v7",
            "arm64" => "v8",
            _ => "v0",
        };
        return text.Length > 1 && text[0] is 'v' or 'V' && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary><c>os/architecture[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
