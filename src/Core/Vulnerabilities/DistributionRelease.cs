namespace Basewatch.Core.Vulnerabilities;

/// <summary>A release of a distribution, as package URLs and lists of packages name it.</summary>
/// <param name="Id">As in <c>/etc/os-release</c>: <c>debian</c>, <c>ubuntu</c>, <c>alpine</c>, <c>rocky</c>, <c>almalinux</c>, <c>rhel</c>, <c>wolfi</c>.</param>
/// <param name="Version">As the distribution counts its releases, no finer: <c>12</c>, <c>22.04</c>, <c>3.19</c>, <c>9</c>; null where it has none, or it is not known.</param>
public sealed record DistributionRelease(string Id, string? Version)
{
    private static readonly Dictionary<string, string> Ids = new(StringComparer.Ordinal)
    {
        ["debian"] = "debian",
        ["ubuntu"] = "ubuntu",
        ["alpine"] = "alpine",
        ["rocky"] = "rocky",
        ["rockylinux"] = "rocky",
        ["rocky-linux"] = "rocky",
        ["almalinux"] = "almalinux",
        ["alma"] = "almalinux",
        ["rhel"] = "rhel",
        ["redhat"] = "rhel",
        ["wolfi"] = "wolfi",
        ["chainguard"] = "chainguard",
        ["minimos"] = "minimos",
        ["mageia"] = "mageia",
        ["azurelinux"] = "azurelinux",
        ["azure-linux"] = "azurelinux",
        ["photon"] = "photon",
    };

    /// <summary>Releases that are called by a name.</summary>
    private static readonly Dictionary<string, (string Id, string Version)> Codenames = new(StringComparer.Ordinal)
    {
        ["stretch"] = ("debian", "9"),
        ["buster"] = ("debian", "10"),
        ["bullseye"] = ("debian", "11"),
        ["bookworm"] = ("debian", "12"),
        ["trixie"] = ("debian", "13"),
        ["forky"] = ("debian", "14"),
        ["trusty"] = ("ubuntu", "14.04"),
        ["xenial"] = ("ubuntu", "16.04"),
        ["bionic"] = ("ubuntu", "18.04"),
        ["focal"] = ("ubuntu", "20.04"),
        ["jammy"] = ("ubuntu", "22.04"),
        ["noble"] = ("ubuntu", "24.04"),
        ["plucky"] = ("ubuntu", "25.04"),
        ["questing"] = ("ubuntu", "25.10"),
        ["resolute"] = ("ubuntu", "26.04"),
    };

    /// <summary>
    /// The names under which OSV has it (<see href="https://ossf.github.io/osv-schema/#defined-ecosystems"/>), more than one where a release has
    /// several repositories; none where OSV has nothing of it.
    /// </summary>
    public IReadOnlyList<string> Ecosystems => (Id, Version) switch
    {
        ("debian", { } v) => [$"Debian:{v}"],
        ("ubuntu", { } v) => [IsLongTerm(v) ? $"Ubuntu:{v}:LTS" : $"Ubuntu:{v}"],
        ("alpine", "edge") => ["Alpine:edge"],
        ("alpine", { } v) => [$"Alpine:v{v}"],
        ("rocky", { } v) => [$"Rocky Linux:{v}"],
        ("almalinux", { } v) => [$"AlmaLinux:{v}"],
        ("rhel", { } v) => [$"Red Hat:enterprise_linux:{v}::baseos", $"Red Hat:enterprise_linux:{v}::appstream"],
        ("mageia", { } v) => [$"Mageia:{v}"],
        ("azurelinux", { } v) => [$"Azure Linux:{v}"],
        ("photon", { } v) => [$"Photon OS:{v}"],
        ("wolfi", _) => ["Wolfi"],
        ("chainguard", _) => ["Chainguard"],
        ("minimos", _) => ["MinimOS"],
        _ => [],
    };

    /// <summary>The release that a namespace, or a name in <c>/etc/os-release</c>, and a version stand for; null where the distribution is not one of those known here.</summary>
    /// <param name="name">The distribution.</param>
    /// <param name="distro">Its release, in any of the ways in which tools write it: <c>debian-12.5</c>, <c>12</c>, <c>bookworm</c>; null: not known.</param>
    public static DistributionRelease? Of(string? name, string? distro)
    {
        var (id, text) = (name is null ? null : Ids.GetValueOrDefault(name.ToLowerInvariant()), distro?.Trim().ToLowerInvariant());
        if (text is { Length: > 0 and <= 100 })
        {
            // Of "debian-12" and "debian-bookworm" the last piece, unless that is another distribution's.
            var dash = text.LastIndexOf('-');
            var (before, after) = dash < 0 ? ("", text) : (text[..dash], text[(dash + 1)..]);
            if (before.Length > 0 && Ids.TryGetValue(before, out var said))
            {
                (id, text) = (said, after);
            }

            if (Codenames.TryGetValue(text, out var named))
            {
                return id is null || id == named.Id ? new(named.Id, named.Version) : null;
            }
        }

        return id is null ? null : new(id, VersionOf(id, text));
    }

    private static string? VersionOf(string id, string? text)
    {
        if (id is "wolfi" or "chainguard" or "minimos")
        {
            return null;
        }

        if (id == "alpine" && text == "edge")
        {
            return text;
        }

        var numbers = (text ?? "").TrimStart('v').Split('.');
        var wanted = id is "ubuntu" or "alpine" or "photon" ? 2 : 1;
        return numbers.Length >= wanted && numbers.Take(wanted).All(n => n.Length is > 0 and <= 4 && n.All(char.IsAsciiDigit)) ? string.Join('.', numbers.Take(wanted)) : null;
    }

    /// <summary>Every second April.</summary>
    private static bool IsLongTerm(string version) => version.Split('.') is [var year, "04"] && year.Length > 0 && (year[^1] - '0') % 2 == 0;
}
