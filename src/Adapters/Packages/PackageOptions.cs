namespace Basewatch.Adapters.Packages;

/// <summary>Where pinned packages are looked up.</summary>
public sealed class PackageOptions
{
    /// <summary>Whether they are looked up at all.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Addresses of mirrors by their names: those of <see cref="Usual"/>.</summary>
    public IDictionary<string, string> Addresses { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>A folder with keyrings of archives: <c>debian.gpg</c>, <c>ubuntu.gpg</c>, and Alpine's <c>*.rsa.pub</c>; null: Debian's own that is shipped, and what distributions install.</summary>
    public string? Keyrings { get; set; }

    /// <summary>The addresses that are asked where nobody says otherwise.</summary>
    public static IReadOnlyDictionary<string, string> Usual { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["debian"] = "https://deb.debian.org/debian",
        ["debian-security"] = "https://deb.debian.org/debian-security",

        // Not to be had over TLS: their indexes are signed.
        ["ubuntu"] = "http://archive.ubuntu.com/ubuntu",
        ["ubuntu-ports"] = "http://ports.ubuntu.com/ubuntu-ports",
        ["alpine"] = "https://dl-cdn.alpinelinux.org/alpine",
        ["rocky"] = "https://dl.rockylinux.org/pub/rocky",
        ["almalinux"] = "https://repo.almalinux.org/almalinux",
        ["centos-stream"] = "https://mirror.stream.centos.org",
        ["fedora"] = "https://dl.fedoraproject.org/pub/fedora/linux",
        ["ubi"] = "https://cdn-ubi.redhat.com/content/public/ubi/dist",
        ["pip"] = "https://pypi.org/simple",
        ["npm"] = "https://registry.npmjs.org",
        ["gem"] = "https://rubygems.org",
        ["go"] = "https://proxy.golang.org",
        ["dotnet"] = "https://api.nuget.org/v3-flatcontainer",
    };

    /// <summary>What is wrong, one sentence each.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, address) in Addresses)
        {
            if (!Usual.ContainsKey(name))
            {
                yield return $"Packages: '{Core.Images.Excerpt.Of(name)}' is no archive: there are {string.Join(", ", Usual.Keys)}";
            }
            else if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length + uri.Query.Length + uri.Fragment.Length > 0)
            {
                yield return $"Packages: {name}: write an http or https address without a user name and a query";
            }
        }
    }

    internal string AddressOf(string name) => (Addresses.TryGetValue(name, out var own) ? own : Usual[name]).TrimEnd('/');
}
