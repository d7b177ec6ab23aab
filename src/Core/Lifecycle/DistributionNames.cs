namespace Basewatch.Core.Lifecycle;

/// <summary>
/// How tags and names name distributions: by codename (<c>-bookworm</c>), by name and release (<c>-alpine3.17</c>, <c>-debian-11</c>,
/// <c>-ubi8</c>), by edition of Windows (<c>-windowsservercore-ltsc2022</c>).
/// </summary>
internal sealed class DistributionNames
{
    /// <summary>Shorter codenames are too common: Debian's Rex and Bo.</summary>
    private const int ShortestCodename = 4;

    /// <summary>Words and the products they name. UBI is Red Hat Enterprise Linux and lives as long.</summary>
    private static readonly (string Word, string Product)[] Known =
    [
        ("alpine", "alpine-linux"), ("debian", "debian"), ("deb", "debian"), ("ubuntu", "ubuntu"), ("ubi", "rhel"), ("rhel", "rhel"),
        ("oraclelinux", "oracle-linux"), ("ol", "oracle-linux"), ("amazonlinux", "amazon-linux"), ("amzn", "amazon-linux"), ("al", "amazon-linux"),
        ("rockylinux", "rocky-linux"), ("rocky", "rocky-linux"), ("almalinux", "almalinux"), ("alma", "almalinux"), ("centos", "centos"), ("fedora", "fedora"),
        ("leap", "opensuse"), ("opensuse", "opensuse"), ("photon", "vmware-photon"), ("mageia", "mageia"),
        ("windowsservercore", "windows-server-core"), ("nanoserver", "windows-nano-server"),
    ];

    private readonly Dictionary<string, (Product, Cycle)> _byCodename = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Product, Cycle)>.AlternateLookup<ReadOnlySpan<char>> _codenames;
    private readonly List<(string Word, Product Product)> _words = [];
    private readonly Product? _stream;

    public DistributionNames(Dictionary<string, Product> products)
    {
        foreach (var (word, name) in Known)
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
                    if (LifecycleResolver.CodenameOf(cycle) is { Length: >= ShortestCodename } codename)
                    {
                        _byCodename.TryAdd(codename, (product, cycle));
                    }
                }
            }
        }

        _codenames = _byCodename.GetAlternateLookup<ReadOnlySpan<char>>();
        _stream = products.GetValueOrDefault("centos-stream");
    }

    /// <summary>The first distribution with a release that a text names between dashes.</summary>
    /// <param name="text">A tag or a part of it.</param>
    /// <param name="skipFirst">Whether its first piece names something else.</param>
    public (Product Product, Cycle Cycle)? Find(ReadOnlySpan<char> text, bool skipFirst = false) => Find(text, skipFirst, hasCodenames: true);

    /// <summary>The distribution that a component of an image's name names, with its release: <c>ubi9-minimal</c>, <c>java17-debian12</c>.</summary>
    public (Product Product, Cycle Cycle)? FindInName(ReadOnlySpan<char> component) => Find(component, skipFirst: false, hasCodenames: false);

    private (Product Product, Cycle Cycle)? Find(ReadOnlySpan<char> text, bool skipFirst, bool hasCodenames)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny('-', '_');
            var piece = end < 0 ? text : text[..end];
            var rest = end < 0 ? default : text[(end + 1)..];
            if (!skipFirst && !piece.IsEmpty && !char.IsAsciiDigit(piece[0]) && FindAt(piece, rest, hasCodenames) is { } found)
            {
                return found;
            }

            skipFirst = false;
            text = rest;
        }

        return null;
    }

    private (Product Product, Cycle Cycle)? FindAt(ReadOnlySpan<char> piece, ReadOnlySpan<char> rest, bool hasCodenames)
    {
        if (hasCodenames && _codenames.TryGetValue(piece, out var found))
        {
            return found;
        }

        foreach (var (word, product) in _words)
        {
            if (!piece.StartsWith(word, StringComparison.Ordinal))
            {
                continue;
            }

            var release = piece[word.Length..];
            if (release.IsEmpty)
            {
                var end = rest.IndexOfAny('-', '_');
                release = end < 0 ? rest : rest[..end];

                // centos-stream9, centos-stream-9
                if (word == "centos" && release.StartsWith("stream", StringComparison.Ordinal))
                {
                    return InStream(release["stream".Length..], end < 0 ? default : rest[(end + 1)..]);
                }
            }
            else if (word == "centos" && release.StartsWith("stream", StringComparison.Ordinal))
            {
                return InStream(release["stream".Length..], rest);
            }

            if (CycleOf(product, release) is { } cycle)
            {
                return (product, cycle);
            }
        }

        return null;
    }

    private (Product Product, Cycle Cycle)? InStream(ReadOnlySpan<char> release, ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('-', '_');
        return _stream is not null && CycleNames.LongestPrefix(_stream, !release.IsEmpty ? release : end < 0 ? rest : rest[..end]) is { } cycle ? (_stream, cycle) : null;
    }

    private static Cycle? CycleOf(Product product, ReadOnlySpan<char> release)
    {
        if (release.IsEmpty)
        {
            return null;
        }

        if (WindowsReleases.IsOf(product))
        {
            return WindowsReleases.Find(product, release.ToString());
        }

        if (CycleNames.LongestPrefix(product, release) is { } cycle)
        {
            return cycle;
        }

        // Without the dot: alpine320, ubuntu2204.
        var major = product.Name switch { "alpine-linux" => 1, "ubuntu" => 2, _ => 0 };
        return major > 0 && release.Length > major && release.Length <= 4 && !release.ContainsAnyExceptInRange('0', '9')
            ? CycleNames.LongestPrefix(product, $"{release[..major]}.{release[major..]}")
            : null;
    }
}
