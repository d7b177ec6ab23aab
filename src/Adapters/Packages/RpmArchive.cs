using System.Globalization;
using System.IO.Compression;
using System.Xml;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using SharpCompress.Compressors.Xz;

namespace Basewatch.Adapters.Packages;

/// <summary>The archives of Fedora, Red Hat and their like: <c>repomd.xml</c> names the hash of the list of packages (<see href="https://createrepo-c.readthedocs.io"/>).</summary>
internal sealed class RpmArchive(PackageOptions options, PackageDownload download)
{
    private const int LargestDescription = 1024 * 1024;

    private const long LargestIndex = 128L * 1024 * 1024;

    private const long LargestUnpacked = 2048L * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LargestUnpacked, IgnoreComments = true, IgnoreWhitespace = true };

    public async Task<Dictionary<string, List<string>>> FindAsync(Suite suite, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var architecture = PackageArchitecture.NameOf(platform, PackageEcosystem.Rpm);
        foreach (var (repository, isNeeded) in PartsOf(suite, architecture))
        {
            var address = $"{options.AddressOf(suite.Distribution)}/{repository}";
            var host = new Uri(address).Authority;
            if (await download.GetAsync($"{address}/repodata/repomd.xml", LargestDescription, null, cancellationToken) is not { } description)
            {
                if (isNeeded)
                {
                    throw new PackageIndexException(host, $"it has no {suite} for {architecture}");
                }

                continue;
            }

            PackageTable.Find(await TableAsync(host, address, description.Body, architecture, cancellationToken), names, found);
        }

        return found;
    }

    private static IEnumerable<(string Path, bool IsNeeded)> PartsOf(Suite suite, string architecture)
    {
        var release = suite.Release;
        return suite.Distribution switch
        {
            "fedora" => [($"releases/{release}/Everything/{architecture}/os", true), ($"updates/{release}/Everything/{architecture}", false)],
            "ubi" => [($"ubi{release}/{release}/{architecture}/baseos/os", true), ($"ubi{release}/{release}/{architecture}/appstream/os", false)],
            "centos-stream" => [($"{release}-stream/BaseOS/{architecture}/os", true), ($"{release}-stream/AppStream/{architecture}/os", false)],
            _ => [($"{release}/BaseOS/{architecture}/os", true), ($"{release}/AppStream/{architecture}/os", false), ($"{release}/extras/{architecture}/os", false)],
        };
    }

    private async Task<ReadOnlyMemory<byte>> TableAsync(string host, string address, byte[] description, string architecture, CancellationToken cancellationToken)
    {
        try
        {
            var (path, sha256, size) = Primary(description) ?? throw new PackageIndexException(host, "its repomd.xml names no list of packages with a SHA-256");
            var name = $"package table {sha256} {architecture}";
            if (await download.KeptAsync(name, cancellationToken) is { } kept)
            {
                return kept;
            }

            if (size > LargestIndex)
            {
                throw new PackageIndexException(host, $"{path} has more than {LargestIndex >> 20} MiB");
            }

            var body = await download.GetHashedAsync($"{address}/{path}", size, sha256, cancellationToken);
            using var packed = new MemoryStream(body, writable: false);
            await using Stream plain = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(packed, CompressionMode.Decompress)
                : path.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(packed)
                : path.EndsWith(".xml", StringComparison.Ordinal) ? packed
                : throw new PackageIndexException(host, $"{Excerpt.Of(path)} is compressed in a way that is not read");
            var table = Read(plain, architecture);
            await download.KeepAsync(name, table, cancellationToken);
            return table;
        }
        catch (Exception e) when (e is XmlException or OverflowException or InvalidDataException or FormatException or SharpCompress.Common.SharpCompressException or EndOfStreamException)
        {
            throw new PackageIndexException(host, $"its index can't be read: {e.Message}", e);
        }
    }

    /// <summary>The newest list of packages that a description names.</summary>
    private static (string Path, string Sha256, long Size)? Primary(byte[] description)
    {
        using var xml = XmlReader.Create(new MemoryStream(description, writable: false), Settings);
        var (isPrimary, path, hash, size) = (false, "", "", -1L);
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.EndElement && xml.LocalName == "data" && isPrimary)
            {
                break;
            }

            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "data":
                    isPrimary = xml.GetAttribute("type") == "primary";
                    break;
                case "location" when isPrimary:
                    path = xml.GetAttribute("href") ?? "";
                    break;
                case "checksum" when isPrimary && xml.GetAttribute("type") == "sha256":
                    hash = xml.ReadString().Trim();
                    break;
                case "size" when isPrimary:
                    size = long.Parse(xml.ReadString().Trim(), NumberStyles.None, CultureInfo.InvariantCulture);
                    break;
            }
        }

        return hash.Length == 64 && size >= 0 && path.Length > 0 && !path.Contains("..", StringComparison.Ordinal) && !path.Contains(':', StringComparison.Ordinal) && path[0] != '/' ? (path, hash, size) : null;
    }

    internal static byte[] Read(Stream plain, string architecture)
    {
        using var table = new PackageTable();
        using var xml = XmlReader.Create(plain, Settings);
        var (name, arch) = ("", "");
        while (xml.Read())
        {
            if (xml.NodeType != XmlNodeType.Element || xml.Depth != 2)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "name":
                    name = xml.ReadString();
                    break;
                case "arch":
                    arch = xml.ReadString();
                    break;
                case "version":
                    if (arch == architecture || arch == "noarch")
                    {
                        var epoch = xml.GetAttribute("epoch");
                        table.Add(name, $"{(epoch is null or "" or "0" ? "" : epoch + ":")}{xml.GetAttribute("ver")}-{xml.GetAttribute("rel")}");
                    }

                    break;
            }
        }

        return table.ToBytes();
    }
}
