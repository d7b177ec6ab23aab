using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Adapters.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;
using Org.BouncyCastle.Bcpg;
using Org.BouncyCastle.Bcpg.OpenPgp;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;
using Xunit;

namespace Basewatch.Adapters.Tests.Packages;

/// <summary>An archive like Ubuntu's, whose pockets have one codename, signed with a key of the tests.</summary>
public sealed class UbuntuArchiveTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 4, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Packages = "Package: curl\nVersion: 8.5.0-2ubuntu10.6\n\n"u8.ToArray();

    private readonly DirectoryInfo _keyrings = Directory.CreateTempSubdirectory("basewatch-");

    private readonly PgpKeyPair _key;

    private readonly MemoryCache _cache = new();

    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);

    public UbuntuArchiveTests()
    {
        var generator = new RsaKeyPairGenerator();
        generator.Init(new RsaKeyGenerationParameters(BigInteger.ValueOf(65537), new SecureRandom(), 2048, 25));
        _key = new PgpKeyPair(PublicKeyAlgorithmTag.RsaGeneral, generator.GenerateKeyPair(), Now.UtcDateTime.AddYears(-1));
        File.WriteAllBytes(Path.Combine(_keyrings.FullName, "ubuntu.gpg"), _key.PublicKey.GetEncoded());
        Offer("noble", "noble", Now.AddDays(-1));
        _files["/ubuntu/dists/noble/main/binary-amd64/Packages"] = Packages;
    }

    public void Dispose() => _keyrings.Delete(recursive: true);

    [Fact]
    public async Task The_index_of_another_pocket_is_refused_though_its_codename_is_the_same()
    {
        Assert.Equal("curl", Assert.Single(await FindAsync()).Key);
        Offer("noble", "noble-updates", Now);
        var e = await Assert.ThrowsAsync<PackageIndexException>(FindAsync);
        Assert.Contains("for noble", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-2, true)]
    [InlineData(-1, false)]
    [InlineData(0, false)]
    public async Task An_index_that_is_older_than_the_last_one_is_refused(int days, bool isRefused)
    {
        await FindAsync();
        Offer("noble", "noble", Now.AddDays(days));
        if (isRefused)
        {
            Assert.Contains("holds newer ones back", (await Assert.ThrowsAsync<PackageIndexException>(FindAsync)).Message, StringComparison.Ordinal);
        }

        Offer("noble", "noble", Now);
        Assert.NotEmpty(await FindAsync());
    }

    /// <summary>Asks as a process of its own.</summary>
    private async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync()
    {
        using var indexes = new PackageIndexes(
            new PackageOptions { Keyrings = _keyrings.FullName },
            _cache,
            new HttpClient(new Handler(r => _files.TryGetValue(r.RequestUri!.AbsolutePath, out var body) ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) } : new HttpResponseMessage(HttpStatusCode.NotFound))),
            new FakeTimeProvider(Now));
        return await indexes.FindAsync(new Suite("ubuntu", "noble"), null, new Platform("linux", "amd64"), ["curl"], TestContext.Current.CancellationToken);
    }

    private void Offer(string folder, string suite, DateTimeOffset date) => _files[$"/ubuntu/dists/{folder}/InRelease"] = Signed(string.Create(
        CultureInfo.InvariantCulture,
        $"Origin: Ubuntu\nSuite: {suite}\nCodename: noble\nDate: {date:ddd, dd MMM yyyy HH:mm:ss} UTC\nSHA256:\n {Convert.ToHexStringLower(SHA256.HashData(Packages))} {Packages.Length} main/binary-amd64/Packages"));

    /// <summary>In the framework of cleartext signatures.</summary>
    private byte[] Signed(string text)
    {
        var signer = new PgpSignatureGenerator(PublicKeyAlgorithmTag.RsaGeneral, HashAlgorithmTag.Sha512);
        signer.InitSign(PgpSignature.CanonicalTextDocument, _key.PrivateKey);
        signer.Update(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n")));
        using var bytes = new MemoryStream();
        using (var armour = new ArmoredOutputStream(bytes))
        {
            signer.Generate().Encode(armour);
        }

        return Encoding.UTF8.GetBytes($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{text}\n{Encoding.ASCII.GetString(bytes.ToArray())}");
    }
}
