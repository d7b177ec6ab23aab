using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using SharpCompress.Compressors.Xz;

namespace Basewatch.Adapters.Packages;

/// <summary>
/// The archives of Debian and Ubuntu: a signed <c>InRelease</c> names the hashes of the indexes
/// (<see href="https://wiki.debian.org/DebianRepository/Format"/>).
/// </summary>
internal sealed class DebianArchive(PackageOptions options, PackageDownload download, Keyrings keyrings, TimeProvider time)
{
    private const int LargestRelease = 4 * 1024 * 1024;

    private const long LargestIndex = 128L * 1024 * 1024;

    private const long LargestUnpacked = 1024L * 1024 * 1024;

    private static readonly string[] Compressions = [".xz", ".gz", ""];

    /// <summary>Of the newest index that was seen, by its folder.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _dates = new(StringComparer.Ordinal);

    public async Task<Dictionary<string, List<string>>> FindAsync(Suite suite, string? target, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var architecture = PackageArchitecture.NameOf(platform, PackageEcosystem.Apt);
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (address, release, isNeeded) in PartsOf(suite, target, architecture))
        {
            await FindInAsync(suite, address, release, isNeeded, architecture, names, found, cancellationToken);
        }

        return found;
    }

    /// <summary>The suite with its updates: those that apt takes from where nobody asks for another.</summary>
    private IEnumerable<(string Address, string Release, bool IsNeeded)> PartsOf(Suite suite, string? target, string architecture)
    {
        var release = suite.Release;
        var isUbuntu = suite.Distribution == "ubuntu";
        var main = options.AddressOf(!isUbuntu ? "debian" : architecture is "amd64" or "i386" ? "ubuntu" : "ubuntu-ports");
        yield return (main, release, true);
        if (release is "sid" or "experimental")
        {
            yield break;
        }

        yield return (main, $"{release}-updates", false);
        yield return isUbuntu ? (main, $"{release}-security", false)
            : (options.AddressOf("debian-security"), release is "stretch" or "buster" ? $"{release}/updates" : $"{release}-security", false);
        if (target is not null && target != release && target.StartsWith(release + "-", StringComparison.Ordinal) && target.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            yield return (main, target, false);
        }
    }

    private async Task FindInAsync(
        Suite suite, string address, string release, bool isNeeded, string architecture, IReadOnlyCollection<string> names, Dictionary<string, List<string>> found, CancellationToken cancellationToken)
    {
        var host = new Uri(address).Authority;
        var folder = $"{address}/dists/{release}";
        if (await download.GetAsync($"{folder}/InRelease", LargestRelease, null, cancellationToken) is not { } signed)
        {
            if (isNeeded)
            {
                throw new PackageIndexException(host, $"it has no {suite} any more: what is past its end of life is moved to another archive");
            }

            return;
        }

        var now = time.GetUtcNow();
        var index = ReleaseFile.Read(keyrings.Of(suite.Distribution, host).Verify(signed.Body, host, now));
        if (!IsOf(index, suite, release))
        {
            throw new PackageIndexException(host, $"it sent the index of {Excerpt.Of(index.Codename)} for {release}");
        }

        if (index.ValidUntil < now)
        {
            throw new PackageIndexException(host, string.Create(CultureInfo.InvariantCulture, $"the index of {release} was good until {index.ValidUntil:yyyy-MM-dd} alone: something holds newer ones back"));
        }

        await ThrowIfOlderAsync(index, host, folder, release, cancellationToken);
        foreach (var component in suite.Distribution == "ubuntu" ? (string[])["main", "universe", "restricted", "multiverse"] : ["main"])
        {
            var path = $"{component}/binary-{architecture}/Packages";
            foreach (var compression in Compressions)
            {
                if (index.Files.TryGetValue(path + compression, out var file))
                {
                    PackageTable.Find(await TableAsync(host, folder, path + compression, file, index, cancellationToken), names, found);
                    break;
                }
            }
        }
    }

    /// <summary>Of Ubuntu all pockets have one codename, so that the suite alone tells them apart; of Debian that is a name that goes on to the next release.</summary>
    private static bool IsOf(ReleaseFile index, Suite suite, string release) =>
        index.Suite == release || (suite.Distribution != "ubuntu" && (index.Codename == release || $"{index.Codename}/updates" == release || index.Codename == release.Split('/')[0]));

    /// <summary>What was signed once stays signed: that it is no older than the last one is what tells that nobody holds newer ones back.</summary>
    private async Task ThrowIfOlderAsync(ReleaseFile index, string host, string folder, string release, CancellationToken cancellationToken)
    {
        var name = "package index date " + folder;
        var date = index.Date ?? DateTimeOffset.MinValue;
        var kept = await download.KeptAsync(name, cancellationToken) is { Length: sizeof(long) } bytes ? DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(bytes.Span)) : DateTimeOffset.MinValue;
        var last = _dates.AddOrUpdate(folder, kept > date ? kept : date, (_, known) => known > kept && known > date ? known : kept > date ? kept : date);
        if (date < last)
        {
            throw new PackageIndexException(host, string.Create(CultureInfo.InvariantCulture, $"the index of {release} is of {date:yyyy-MM-dd HH:mm}Z, and one of {last:yyyy-MM-dd HH:mm}Z was seen: something holds newer ones back"));
        }

        if (date > kept)
        {
            var value = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(value, date.ToUnixTimeSeconds());
            await download.KeepAsync(name, value, cancellationToken);
        }
    }

    private async Task<ReadOnlyMemory<byte>> TableAsync(string host, string folder, string path, ReleaseFile.Entry file, ReleaseFile index, CancellationToken cancellationToken)
    {
        var name = $"package table {file.Sha256}";
        if (await download.KeptAsync(name, cancellationToken) is { } kept)
        {
            return kept;
        }

        if (file.Size > LargestIndex)
        {
            throw new PackageIndexException(host, $"{path} has more than {LargestIndex >> 20} MiB");
        }

        var address = index.IsByHash ? $"{folder}/{path[..path.LastIndexOf('/')]}/by-hash/SHA256/{file.Sha256}" : $"{folder}/{path}";
        var body = await download.GetHashedAsync(address, file.Size, file.Sha256, cancellationToken);
        try
        {
            using var packed = new MemoryStream(body, writable: false);
            await using Stream plain = path.EndsWith(".xz", StringComparison.Ordinal) ? new XZStream(packed) : path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(packed, CompressionMode.Decompress) : packed;
            var table = Read(plain, host);
            await download.KeepAsync(name, table, cancellationToken);
            return table;
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or SharpCompress.Common.SharpCompressException or EndOfStreamException)
        {
            throw new PackageIndexException(host, $"{path} can't be unpacked: {e.Message}", e);
        }
    }

    /// <summary>Stanzas with a package and its version each.</summary>
    private static byte[] Read(Stream plain, string host)
    {
        using var table = new PackageTable();
        using var reader = new StreamReader(plain, Encoding.UTF8, false, 64 * 1024);
        var (name, version, length) = ("", "", 0L);
        while (reader.ReadLine() is { } line)
        {
            length += line.Length + 1;
            if (length > LargestUnpacked)
            {
                throw new PackageIndexException(host, $"an index unpacks to more than {LargestUnpacked >> 20} MiB");
            }

            if (line.Length == 0)
            {
                table.Add(name, version);
                (name, version) = ("", "");
            }
            else if (line.StartsWith("Package: ", StringComparison.Ordinal))
            {
                name = line["Package: ".Length..].Trim();
            }
            else if (line.StartsWith("Version: ", StringComparison.Ordinal))
            {
                version = line["Version: ".Length..].Trim();
            }
        }

        table.Add(name, version);
        return table.ToBytes();
    }
}
