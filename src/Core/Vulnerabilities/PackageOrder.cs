using Basewatch.Core.Packages;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>The order of versions of each format of packages.</summary>
public static class PackageOrder
{
    /// <summary>Below zero where the first is older; null where one of them is no version: then nothing is to be said.</summary>
    public static int? Compare(PackageFormat format, string? a, string? b) => format switch
    {
        PackageFormat.Deb => DebianVersion.TryParse(a, out var x) && DebianVersion.TryParse(b, out var y) ? DebianVersion.Compare(x, y) : null,
        PackageFormat.Apk => ApkVersion.TryParse(a, out var x) && ApkVersion.TryParse(b, out var y) ? ApkVersion.Compare(x, y) : null,
        _ => RpmVersion.TryParse(a, out var x) && RpmVersion.TryParse(b, out var y) ? RpmVersion.Compare(x, y) : null,
    };
}
