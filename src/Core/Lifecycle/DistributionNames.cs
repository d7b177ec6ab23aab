namespace Basewatch.Core.Lifecycle;

/// <summary>
/// How tags name distributions: by codename (<c>-bookworm</c>), by name and release (<c>-alpine3.17</c>, <c>-debian-11</c>,
/// <c>-ubi8</c>), by edition of Windows (<c>-windowsservercore-ltsc2022</c>).
/// </summary>
internal sealed class DistributionNames
{
    /// <summary>Words in tags and the products they name. UBI is Red Hat Enterprise Linux and lives as long.</summary>
    private static readonly (string Word, string Product)[] Words =
    [
        ("alpine", "alpine-linux"), ("debian", "debian"), ("ubuntu", "ubuntu"), ("ubi", "rhel"), ("rhel", "rhel"),
        ("oraclelinux", "oracle-linux"), ("ol", "oracle-linux"), ("amazonlinux", "amazon-linux"), ("al", "amazon-linux"),
        ("rockylinux", "rocky-linux"), ("almalinux", "almalinux"), ("centos", "centos"), ("fedora", "fedora"),
        ("windowsservercore", "windows-server-core"), ("nanoserver", "windows-nano-server"),
    ];

    private readonly Dictionary<string, (Product, Cycle)> _byCodename = new(StringComparer.Ordinal);
    private readonly List<(string Word, Product Product)> _words = [];

    public DistributionNames(Dictionary<string, Product> products)
    {
        foreach (var (word, name) in Words)
        {
            if (products.TryGetValue(name, out var product))
            {
                _words.Add((word, product));
            }
        }

        foreach (var name in (string[])["debian", "ubuntu"])
        {
            if (products.TryGetValue(name, out var product))
            {
                foreach (var cycle in product.Cycles)
                {
                    if (LifecycleResolver.CodenameOf(cycle) is { } codename)
                    {
                        _byCodename.TryAdd(codename, (product, cycle));
                    }
                }
            }
        }
    }

    /// <summary>The first distribution with a release that a text names between dashes.</summary>
    public (Product Product, Cycle Cycle)? Find(string text)
    {
        var pieces = text.Split('-');
        for (var i = 0; i < pieces.Length; i++)
        {
            if (_byCodename.TryGetValue(pieces[i], out var found))
            {
                return found;
            }

            foreach (var (word, product) in _words)
            {
                if (!pieces[i].StartsWith(word, StringComparison.Ordinal))
                {
                    continue;
                }

                var release = pieces[i].Length > word.Length ? pieces[i][word.Length..] : i + 1 < pieces.Length ? pieces[i + 1] : "";
                if (CycleOf(product, release) is { } cycle)
                {
                    return (product, cycle);
                }
            }
        }

        return null;
    }

    private static Cycle? CycleOf(Product product, string release)
    {
        if (!product.Name.StartsWith("windows", StringComparison.Ordinal))
        {
            return LifecycleResolver.LongestPrefix(product, release);
        }

        // Images of 1809 are the long-term release 2019, of the same build; its channel of 2018 ended long before them.
        // https://learn.microsoft.com/virtualization/windowscontainers/deploy-containers/base-image-lifecycle
        release = release == "1809" ? "2019" : release.StartsWith("ltsc", StringComparison.Ordinal) ? release[4..] : release;
        return product.Cycles.FirstOrDefault(c => c.Name.Equals(release, StringComparison.OrdinalIgnoreCase));
    }
}
