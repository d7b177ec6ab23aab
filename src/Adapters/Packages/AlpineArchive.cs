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

    private const int LongestLine = 64 * 1024;

    private const int LargestSignature = 64 * 1024;

    /// <summary>Places that look like the beginning of a stream: in a signature there is hardly one by chance.</summary>
    private const int MostCandidates = 32;

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

            using var gzip = new GZipStream(new MemoryStream(body, signed, body.Length - signed, writable: false), CompressionMode.Decompress);
            using var stream = new BoundedStream(gzip, LargestUnpacked);
            using var tar = new TarReader(stream);
            for (var i = 0; i < 10 && tar.GetNextEntry() is { } entry; i++)
            {
                if (entry.Name == "APKINDEX" && entry.DataStream is { } index)
                {
                    return ReadIndex(index);
                }
            }

            throw new PackageIndexException(host, "there is no APKINDEX in its index");
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or CryptographicException or FormatException or ArgumentException)
        {
            throw new PackageIndexException(host, $"its index can't be read: {e.Message}", e);
        }
    }

    private static byte[] ReadIndex(Stream index)
    {
        using var table = new PackageTable();
        using var reader = new StreamReader(index, Encoding.UTF8);
        var (name, version) = ("", "");
        while (ReadLine(reader) is { } line)
        {
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

    /// <summary>A line without its end; null: there is none any more.</summary>
    private static string? ReadLine(StreamReader reader)
    {
        var line = new StringBuilder();
        while (reader.Read() is >= 0 and var c)
        {
            if (c == '\n')
            {
                return line.ToString();
            }

            if (line.Length == LongestLine)
            {
                throw new InvalidDataException($"a line of it is longer than {LongestLine >> 10} KiB");
            }

            line.Append((char)c);
        }

        return line.Length > 0 ? line.ToString() : null;
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
        using var gzip = new GZipStream(new MemoryStream(first, writable: false), CompressionMode.Decompress);
        using var stream = new BoundedStream(gzip, LargestSignature);

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
        var candidates = 0;
        for (var at = 18; at + 10 < body.Length && at < LargestSignature && candidates < MostCandidates; at++)
        {
            if (body[at] == 0x1f && body[at + 1] == 0x8b && body[at + 2] == 8)
            {
                candidates++;
                if (IsWhole(body.AsSpan(0, at)))
                {
                    return at;
                }
            }
        }

        throw new InvalidDataException("it has no signature before it");
    }

    private static bool IsWhole(ReadOnlySpan<byte> stream)
    {
        var length = BitConverter.ToUInt32(stream[^4..]);
        if (length is 0 or > LargestSignature)
        {
            return false;
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(stream.ToArray(), writable: false), CompressionMode.Decompress);
            var plain = new byte[length + 1];
            return gzip.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false) == length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
