using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Adapters.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Packages;

/// <summary>Alpine's archive, those of RPM, and the indexes of languages.</summary>
public sealed class OtherIndexesTests : IDisposable
{
    private const string KeyName = "alpine-devel@lists.alpinelinux.org-1.rsa.pub";

    private static readonly Platform Arm64 = new("linux", "arm64", "v8");

    private readonly RSA _key = RSA.Create(2048);

    private readonly DirectoryInfo _keyrings = Directory.CreateTempSubdirectory("basewatch-");

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    private readonly List<string> _accepted = [];

    public void Dispose()
    {
        _key.Dispose();
        _keyrings.Delete(recursive: true);
    }

    [Theory]
    [InlineData(".SIGN.RSA.")]
    [InlineData(".SIGN.RSA256.")]
    public async Task Alpines_index_is_read_once_its_signature_is_good(string prefix)
    {
        await File.WriteAllTextAsync(Path.Combine(_keyrings.FullName, KeyName), _key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        _files["/alpine/v3.20/main/aarch64/APKINDEX.tar.gz"] = Index(prefix, "P:curl\nV:8.9.1-r1\nA:aarch64\n\nP:git\nV:2.45.2-r0\n\n");
        _files["/alpine/v3.20/community/aarch64/APKINDEX.tar.gz"] = Index(prefix, "P:nodejs\nV:20.15.1-r0\n\n");
        using var indexes = Open(new PackageOptions { Keyrings = _keyrings.FullName });
        var found = await indexes.FindAsync(new Suite("alpine", "3.20"), null, Arm64, ["curl", "nodejs", "none"], TestContext.Current.CancellationToken);
        Assert.Equal("curl 8.9.1-r1, nodejs 20.15.1-r0", string.Join(", ", found.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key} {f.Value.Single()}")));
    }

    [Fact]
    public async Task An_index_of_Alpine_that_no_known_key_signed_is_not_believed()
    {
        await File.WriteAllTextAsync(Path.Combine(_keyrings.FullName, KeyName), _key.ExportSubjectPublicKeyInfoPem(), TestContext.Current.CancellationToken);
        using var other = RSA.Create(2048);
        _files["/alpine/v3.20/main/x86_64/APKINDEX.tar.gz"] = Index(".SIGN.RSA.", "P:curl\nV:8.9.1-r1\n\n", other);
        using var indexes = Open(new PackageOptions { Keyrings = _keyrings.FullName });
        await Assert.ThrowsAsync<PackageIndexException>(() => indexes.FindAsync(new Suite("alpine", "3.20"), null, new Platform("linux", "amd64"), ["curl"], TestContext.Current.CancellationToken));

        // Without a key the connection has to vouch for it.
        using var plain = Open(new PackageOptions { Addresses = { ["alpine"] = "http://mirror.example/alpine" } });
        await Assert.ThrowsAsync<PackageIndexException>(() => plain.FindAsync(new Suite("alpine", "3.20"), null, new Platform("linux", "amd64"), ["curl"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_hostile_index_of_Alpine_is_refused_before_it_fills_the_memory()
    {
        using var download = new PackageDownload(new HttpClient(), null, TimeProvider.System);
        var archive = new AlpineArchive(new PackageOptions(), download, new Keyrings(_keyrings.FullName));

        // A signature that unpacks to much more than it says.
        var bomb = Zip(new byte[40 * 1024 * 1024]);
        BitConverter.TryWriteBytes(bomb.AsSpan(^4), 512);
        var index = Index(".SIGN.RSA.", "P:curl\nV:1-r0\n\n");
        AssertRefused([.. bomb, .. index]);
        AssertRefused(Index(".SIGN.RSA.", "P:curl\nV:1-r0\n" + new string('x', 40 * 1024 * 1024)));
        Assert.NotEmpty(archive.Read(index, "host", isSecure: true));

        void AssertRefused(byte[] body)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<PackageIndexException>(() => archive.Read(body, "host", isSecure: true));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 * 1024 * 1024);
        }
    }

    [Fact]
    public async Task The_list_of_RPM_packages_is_read_by_its_hash()
    {
        var primary = Zip(Encoding.UTF8.GetBytes(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <metadata xmlns="http://linux.duke.edu/metadata/common" packages="4">
              <package type="rpm"><name>curl</name><arch>x86_64</arch><version epoch="0" ver="7.76.1" rel="29.el9_4.1"/><format><name>not this</name></format></package>
              <package type="rpm"><name>curl</name><arch>i686</arch><version epoch="0" ver="9.9" rel="1"/></package>
              <package type="rpm"><name>openssl</name><arch>x86_64</arch><version epoch="1" ver="3.0.7" rel="27.el9"/></package>
              <package type="rpm"><name>python3-pip</name><arch>noarch</arch><version epoch="0" ver="21.3.1" rel="1.el9"/></package>
            </metadata>
            """));
        var hash = Convert.ToHexStringLower(SHA256.HashData(primary));
        const string Root = "/pub/rocky/9/BaseOS/x86_64/os/repodata/";
        _files[Root + "repomd.xml"] = Encoding.UTF8.GetBytes($"""<repomd xmlns="http://linux.duke.edu/metadata/repo"><data type="filelists"><checksum type="sha256">00</checksum><location href="repodata/f.xml.gz"/></data><data type="primary"><checksum type="sha256">{hash}</checksum><location href="repodata/p-primary.xml.gz"/><size>{primary.Length}</size></data></repomd>""");
        _files[Root + "p-primary.xml.gz"] = primary;
        using var indexes = Open();
        var found = await indexes.FindAsync(new Suite("rocky", "9"), null, new Platform("linux", "amd64"), ["curl", "openssl", "python3-pip"], TestContext.Current.CancellationToken);
        Assert.Equal(["7.76.1-29.el9_4.1"], found["curl"]);
        Assert.Equal(["1:3.0.7-27.el9"], found["openssl"]);
        Assert.Equal(["21.3.1-1.el9"], found["python3-pip"]);
        primary[^9] ^= 1;
        using var again = Open();
        await Assert.ThrowsAsync<PackageIndexException>(() => again.FindAsync(new Suite("rocky", "9"), null, new Platform("linux", "amd64"), ["curl"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(PackageEcosystem.Pip, "Poetry.Core", "/simple/poetry-core/", """{"versions":["1.0","1.1","1.2"],"files":[{"filename":"poetry_core-1.0-py3-none-any.whl"},{"filename":"poetry_core-1.1.tar.gz","yanked":"broken"},{"filename":"poetry_core-1.2.tar.gz","yanked":false}]}""", "1.0 (1.1) 1.2")]
    [InlineData(PackageEcosystem.Npm, "@angular/cli", "/@angular%2fcli", """{"versions":{"17.0.0":{},"17.0.1":{"deprecated":"broken"},"18.0.0":{"deprecated":false}}}""", "17.0.0 (17.0.1) 18.0.0")]
    [InlineData(PackageEcosystem.Gem, "bundler", "/api/v1/versions/bundler.json", """[{"number":"2.5.7"},{"number":"2.5.6","platform":"java"},{"number":"2.5.6"}]""", "2.5.7 2.5.6")]
    [InlineData(PackageEcosystem.Dotnet, "dotnet-EF", "/v3-flatcontainer/dotnet-ef/index.json", """{"versions":["8.0.3","9.0.0-rc.1"]}""", "8.0.3 9.0.0-rc.1")]
    [InlineData(PackageEcosystem.Go, "github.com/Azure/x/cmd/y", "/github.com/!azure/x/@v/list", "v1.0.0\nv1.1.0\n", "v1.0.0 v1.1.0")]
    public async Task Languages_have_indexes_of_their_own(PackageEcosystem ecosystem, string name, string path, string answer, string versions)
    {
        _files[path] = Encoding.UTF8.GetBytes(answer);
        using var indexes = Open();
        Assert.Equal(versions, string.Join(' ', (await indexes.ListVersionsAsync(ecosystem, name, TestContext.Current.CancellationToken))!.Select(v => v.IsWithdrawn ? $"({v.Version})" : v.Version)));
        Assert.Null(await indexes.ListVersionsAsync(ecosystem, "none/such/thing", TestContext.Current.CancellationToken));
        _files[path] = "<html>"u8.ToArray();
        if (ecosystem != PackageEcosystem.Go)
        {
            using var again = Open();
            await Assert.ThrowsAsync<PackageIndexException>(() => again.ListVersionsAsync(ecosystem, name, TestContext.Current.CancellationToken));
        }
    }

    private PackageIndexes Open(PackageOptions? options = null) => new(options ?? new PackageOptions(), null, new HttpClient(new Handler(request =>
    {
        _accepted.Add(request.Headers.Accept.ToString());
        return _files.TryGetValue(request.RequestUri!.AbsolutePath, out var body)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) }
            : new HttpResponseMessage(HttpStatusCode.NotFound);
    })), new FakeTimeProvider());

    /// <summary>Two gzip streams: the signature, and what it is of.</summary>
    private byte[] Index(string prefix, string text, RSA? key = null)
    {
        var index = Zip(Tar("APKINDEX", Encoding.UTF8.GetBytes(text)));
        var signature = (key ?? _key).SignData(index, prefix.Contains("256", StringComparison.Ordinal) ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);

        // The end of the first archive is cut off.
        return [.. Zip(Tar(prefix + KeyName, signature)[..1024]), .. index];
    }

    private static byte[] Tar(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }

        return bytes.ToArray();
    }

    private static byte[] Zip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return bytes.ToArray();
    }
}
