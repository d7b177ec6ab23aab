namespace Basewatch.Core.Lifecycle;

/// <summary>
/// How tags name releases of Windows: <c>ltsc2022</c>, <c>1809</c>, <c>20H2</c>, <c>sac2016</c>, and by build, <c>10.0.17763.1999</c>
/// (<see href="https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/base-image-lifecycle"/>).
/// </summary>
internal static class WindowsReleases
{
    /// <summary>Builds of <c>10.0</c> and the releases that they are of.</summary>
    private static readonly Dictionary<string, string> Builds = new(StringComparer.Ordinal)
    {
        ["14393"] = "2016",
        ["16299"] = "1709",
        ["17134"] = "1803",
        ["17763"] = "2019",
        ["18362"] = "1903",
        ["18363"] = "1909",
        ["19041"] = "2004",
        ["19042"] = "20h2",
        ["20348"] = "2022",
        ["26100"] = "2025",
    };

    /// <summary>Whether a product is an edition of Windows.</summary>
    public static bool IsOf(Product product) => product.Name is "windows-server-core" or "windows-nano-server" or "windows-server";

    /// <summary>The cycle of a release.</summary>
    public static Cycle? Find(Product product, string release)
    {
        var name = release.StartsWith("ltsc", StringComparison.OrdinalIgnoreCase) ? release[4..]
            : release.StartsWith("sac", StringComparison.OrdinalIgnoreCase) ? release[3..]
            : release.StartsWith("10.0.", StringComparison.Ordinal) ? Builds.GetValueOrDefault(release[5..].Split('.', 2)[0]) ?? ""
            : release;

        // Images of 1809 are the long-term release 2019, of the same build; its channel of 2018 ended long before them.
        name = name == "1809" ? "2019" : name;

        // Nano Server of 2016 was of the channel 1607 alone.
        return Named(product, name) ?? (name == "2016" ? Named(product, "1607") : null);
    }

    private static Cycle? Named(Product product, string name) =>
        product.Cycles.FirstOrDefault(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || (c.Name.Length == name.Length + 4 && c.Name.EndsWith("-sac", StringComparison.OrdinalIgnoreCase) && c.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)));
}
