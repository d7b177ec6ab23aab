using System.Net;
using System.Text;
using Basewatch.Adapters.Packages;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Packages;

/// <summary>Debian's archive, as it answered once: <c>dists/bookworm-updates</c> of 2026-11-24.</summary>
public sealed class DebianArchiveTests
{
    private static readonly Suite Updates = new("debian", "bookworm-updates");

    private static readonly Platform Amd64 = new("linux", "amd64");

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Packages", "debian");

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 4, 0, 0, TimeSpan.Zero));

    private readonly MemoryCache _cache = new();

    private readonly List<string> _asked = [];

    private byte[] _release = File.ReadAllBytes(Path.Combine(Folder, "InRelease"));

    private readonly byte[] _packages = File.ReadAllBytes(Path.Combine(Folder, "Packages.xz"));

    [Fact]
    public async Task What_the_archive_signed_is_believed_and_read()
    {
        using var indexes = Open();
        var found = await FindAsync(indexes, "openssl", "no-such-package");
        Assert.Equal("openssl", Assert.Single(found).Key);
        Assert.All(found["openssl"], v => Assert.True(DebianVersion.TryParse(v, out _)));
        Assert.NotEmpty(found["openssl"]);
        Assert.Contains(_asked, a => a.Contains("/by-hash/SHA256/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_run_asks_whether_the_index_is_the_same_and_for_no_packages()
    {
        using (var first = Open())
        {
            await FindAsync(first, "openssl");
        }

        _asked.Clear();
        using var second = Open();
        Assert.NotEmpty(await FindAsync(second, "openssl"));
        Assert.DoesNotContain(_asked, a => a.Contains("Packages", StringComparison.Ordinal) || a.Contains("by-hash", StringComparison.Ordinal));
        Assert.Contains("304 /debian/dists/bookworm-updates/InRelease", _asked);

        // Within ten minutes nobody is asked again.
        _asked.Clear();
        await FindAsync(second, "libc6");
        Assert.DoesNotContain(_asked, a => a.Contains("bookworm-updates/InRelease", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Codename: bookworm-updates", "Codename: bookworm-updatez")]
    [InlineData("Hash: SHA256", "Hash: SHA256\nX: y")]
    [InlineData("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN")]
    [InlineData("-----BEGIN PGP SIGNATURE-----", "-----BEGIN NOTHING-----")]
    [InlineData("main/binary-amd64/Packages.xz", "main/binary-amd64/Packages.xy")]
    public async Task What_was_changed_on_the_way_is_not_believed(string text, string other)
    {
        _release = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(_release).Replace(text, other, StringComparison.Ordinal));
        using var indexes = Open();
        await Assert.ThrowsAsync<PackageIndexException>(() => FindAsync(indexes, "openssl"));
    }

    [Fact]
    public async Task Text_before_the_signed_part_changes_nothing_for_it_is_refused()
    {
        _release = [.. "Codename: bookworm-updates\n"u8, .. _release];
        using var indexes = Open();
        await Assert.ThrowsAsync<PackageIndexException>(() => FindAsync(indexes, "openssl"));
    }

    [Fact]
    public async Task Packages_that_are_not_those_of_the_index_are_refused()
    {
        _packages[^20] ^= 1;
        using var indexes = Open();
        var e = await Assert.ThrowsAsync<PackageIndexException>(() => FindAsync(indexes, "openssl"));
        Assert.Contains("hash", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_index_of_another_suite_is_refused_though_it_is_signed()
    {
        using var indexes = Open();
        var e = await Assert.ThrowsAsync<PackageIndexException>(() => indexes.FindAsync(new Suite("debian", "trixie-updates"), null, Amd64, ["openssl"], TestContext.Current.CancellationToken));
        Assert.Contains("trixie-updates", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_keyring_signed_is_not_believed()
    {
        var keyrings = Directory.CreateTempSubdirectory("basewatch-");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(keyrings.FullName, "debian.gpg"), File.ReadAllBytes(Path.Combine(Folder, "other.gpg")), TestContext.Current.CancellationToken);
            using var indexes = Open(new PackageOptions { Keyrings = keyrings.FullName });
            var e = await Assert.ThrowsAsync<PackageIndexException>(() => FindAsync(indexes, "openssl"));
            Assert.Contains("signed", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            keyrings.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_release_that_is_gone_is_told()
    {
        using var indexes = Open();
        var e = await Assert.ThrowsAsync<PackageIndexException>(() => indexes.FindAsync(new Suite("debian", "stretch"), null, Amd64, ["openssl"], TestContext.Current.CancellationToken));
        Assert.Contains("stretch", e.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> FindAsync(PackageIndexes indexes, params string[] names) =>
        indexes.FindAsync(Updates, null, Amd64, names, TestContext.Current.CancellationToken);

    private PackageIndexes Open(PackageOptions? options = null) => new(options ?? new PackageOptions(), _cache, new HttpClient(new Handler(Answer)), _time);

    private HttpResponseMessage Answer(HttpRequestMessage request)
    {
        var path = request.RequestUri!.AbsolutePath;
        var response = new HttpResponseMessage(HttpStatusCode.NotFound);
        if (path is "/debian/dists/bookworm-updates/InRelease" or "/debian/dists/trixie-updates/InRelease")
        {
            response = request.Headers.IfNoneMatch.Count > 0
                ? new HttpResponseMessage(HttpStatusCode.NotModified)
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(_release), Headers = { ETag = new("\"1\"") } };
        }
        else if (path.StartsWith("/debian/dists/bookworm-updates/main/binary-amd64/by-hash/SHA256/", StringComparison.Ordinal))
        {
            response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(_packages) };
        }

        _asked.Add($"{(int)response.StatusCode} {path}");
        return response;
    }
}
