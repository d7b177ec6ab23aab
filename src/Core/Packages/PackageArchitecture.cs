using Basewatch.Core.Images;

namespace Basewatch.Core.Packages;

/// <summary>How distributions call processors.</summary>
public static class PackageArchitecture
{
    private static readonly (string Architecture, string? Variant, string Apt, string Apk, string Rpm)[] Names =
    [
        ("amd64", null, "amd64", "x86_64", "x86_64"), ("arm64", null, "arm64", "aarch64", "aarch64"), ("386", null, "i386", "x86", "i686"),
        ("arm", "v6", "armel", "armhf", "armv7hl"), ("arm", "v5", "armel", "armhf", "armv7hl"), ("arm", null, "armhf", "armv7", "armv7hl"),
        ("ppc64le", null, "ppc64el", "ppc64le", "ppc64le"), ("s390x", null, "s390x", "s390x", "s390x"), ("riscv64", null, "riscv64", "riscv64", "riscv64"),
        ("loong64", null, "loong64", "loongarch64", "loongarch64"), ("mips64le", null, "mips64el", "mips64el", "mips64el"),
    ];

    /// <summary>A platform's processor, as the archives of an ecosystem call it.</summary>
    public static string NameOf(Platform platform, PackageEcosystem ecosystem)
    {
        ArgumentNullException.ThrowIfNull(platform);
        var known = Array.Find(Names, n => n.Architecture == platform.Architecture && (n.Variant is null || n.Variant == platform.Variant));
        return known.Architecture is null ? platform.Architecture : ecosystem switch
        {
            PackageEcosystem.Apt => known.Apt,
            PackageEcosystem.Apk => known.Apk,
            _ => known.Rpm,
        };
    }

    /// <summary>The platform that a distribution's name for a processor means.</summary>
    public static Platform PlatformOf(string name) =>
        Array.Find(Names, n => n.Apt == name || n.Apk == name || n.Rpm == name) is { Architecture: { } architecture } known
            ? new Platform("linux", architecture, known.Variant)
            : name == "noarch" ? new Platform("linux", "amd64") : new Platform("linux", name);
}
