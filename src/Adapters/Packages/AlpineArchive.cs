using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Packages;

/// <summary>
/// The archive of Alpine: <c>APKINDEX.tar.gz</c>, one gzip stream with the signature of the next, which has the index
/// (<see href="https://wiki.alpinelinux.org/wiki/Apk_spec"/>).
/// </summary>
internal sealed class AlpineArchive(PackageOptions options, PackageDownload download, Keyrings keyrings)
{
    private const int LargestIndex = 32 * 1024 * 1024;

    private const long LargestUnpacked = 256L * 1024 * 1024;

    public async Task<Dictionary<string, List<string>>> FindAsync(Suite suite, Platform platform, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var architecture = PackageArchitecture.NameOf(platform, PackageEcosystem.Apk);
        var branch = suite.Release == "edge" ? "edge" : "v" + suite.Release;
        foreach (var repository in (string[])["main", "community"])
        {
            var address = $"{options.AddressOf("alpine")}/{branch}/{repository}/{architecture}/APKINDEX.tar.gz";
            var host = new Uri(address).Authority;
            if (await download.GetAsync(address, LargestIndex, null, cancellationToken) is not { } answer)
            {
                throw new PackageIndexException(host, $"it has no {suite} for {architecture}");
            }

            var name = $"package table {Convert.ToHexStringLower(SHA256.HashData(answer.Body))}";
            if (await download.KeptAsync(name, cancellationToken) is not { } table)
            {
                table = Read(answer.Body, host, new Uri(address).Scheme == Uri.UriSchemeHttps);
                await download.KeepAsync(name, table, cancellationToken);
            }

            PackageTable.Find(table, names, found);
        }

        return found;
    }

    /// <summary>Checks the signature and reads the index.</summary>
    /// <param name="body">The file.</param>
    /// <param name="host">Who sent it.</param>
    /// <param name="isSecure">Whether the connection vouches for who sent it: enough where no key is at hand.</param>
    internal byte[] Read(byte[] body, string host, bool isSecure)
    {
        try
        {
            var signed = EndOfFirstStream(body);
            var isVouched = TryReadSignature(body.AsSpan(0, signed).ToArray(), out var keyName, out var algorithm, out var signature)
                && keyrings.AlpineKey(keyName) is { } pem && IsGood(pem, body.AsSpan(signed), algorithm, signature);
            if (!isVouched && (keyrings.HasAlpineKeys || !isSecure))
            {
                throw new PackageIndexException(host, "no key of Alpine that is at hand has signed its index: put the .rsa.pub files of the package alpine-keys into the folder of Packages:Keyrings");
            }

            using var stream = new GZipStream(new MemoryStream(body, signed, body.Length - signed, writable: false), CompressionMode.Decompress);
            using var tar = new TarReader(stream);
            for (var i = 0; i < 10 && tar.GetNextEntry() is { } entry; i++)
            {
                if (entry.Name == "APKINDEX" && entry.DataStream is { } index)
                {
                    return ReadIndex(index, host);
                }
            }

            throw new PackageIndexException(host, "there is no APKINDEX in its index");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or CryptographicException or FormatException or ArgumentException)
        {
            throw new PackageIndexException(host, $"its index can't be read: {e.Message}", e);
        }
    }

    private static byte[] ReadIndex(Stream index, string host)
    {
        using var table = new PackageTable();
        using var reader = new StreamReader(index, Encoding.UTF8);
        var (name, version, length) = ("", "", 0L);
        while (reader.ReadLine() is { } line)
        {
            length += line.Length + 1;
            if (length > LargestUnpacked)
            {
                throw new PackageIndexException(host, $"its index unpacks to more than {LargestUnpacked >> 20} MiB");
            }

            switch (line)
            {
                case "":
                    table.Add(name, version);
                    (name, version) = ("", "");
                    break;
                case ['P', ':', .. var text]:
                    name = text;
                    break;
                case ['V', ':', .. var text]:
                    version = text;
                    break;
            }
        }

        table.Add(name, version);
        return table.ToBytes();
    }

    private static bool IsGood(string pem, ReadOnlySpan<byte> signed, HashAlgorithmName algorithm, byte[] signature)
    {
        using var key = RSA.Create();
        key.ImportFromPem(pem);
        return key.VerifyData(signed, signature, algorithm, RSASignaturePadding.Pkcs1);
    }

    private static bool TryReadSignature(byte[] first, out string keyName, out HashAlgorithmName algorithm, out byte[] signature)
    {
        const int LongestSignature = 8 * 1024;
        (keyName, algorithm, signature) = ("", HashAlgorithmName.SHA256, []);
        using var stream = new GZipStream(new MemoryStream(first, writable: false), CompressionMode.Decompress);

        // The end of the archive is left out, so that the next stream goes on with it.
        using var tar = new TarReader(stream);
        if (tar.GetNextEntry() is not { DataStream: { } data, Length: <= LongestSignature } entry)
        {
            return false;
        }

        foreach (var (prefix, name) in ((string, HashAlgorithmName)[])[(".SIGN.RSA256.", HashAlgorithmName.SHA256), (".SIGN.RSA512.", HashAlgorithmName.SHA512), (".SIGN.RSA.", HashAlgorithmName.SHA1)])
        {
            if (entry.Name.StartsWith(prefix, StringComparison.Ordinal))
            {
                using var bytes = new MemoryStream();
                data.CopyTo(bytes);
                (keyName, algorithm, signature) = (entry.Name[prefix.Length..], name, bytes.ToArray());
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the first gzip stream ends: what follows is what was signed.</summary>
    private static int EndOfFirstStream(byte[] body)
    {
        // A stream ends where one can begin anew and the length before it is that of what was unpacked.
        for (var at = 18; at + 10 < body.Length && at < 64 * 1024; at++)
        {
            if (body[at] == 0x1f && body[at + 1] == 0x8b && body[at + 2] == 8 && IsWhole(body.AsSpan(0, at)))
            {
                return at;
            }
        }

        throw new InvalidDataException("it has no signature before it");
    }

    private static bool IsWhole(ReadOnlySpan<byte> stream)
    {
        var length = BitConverter.ToUInt32(stream[^4..]);
        if (length is 0 or > 64 * 1024)
        {
            return false;
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(stream.ToArray(), writable: false), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            return plain.Length == length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
