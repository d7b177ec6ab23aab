using Basewatch.Core.Vulnerabilities;
using CsCheck;

namespace Basewatch.Core.Tests.Vulnerabilities;

public sealed class PackageUrlTests
{
    private static readonly Gen<string> Piece = Gen.String[Gen.Char["abcxyzABC0129.-_~+:@%/?#&= é中"], 1, 12];

    [Theory]
    [InlineData("pkg:deb/debian/libc6@2.36-9+deb12u4?arch=amd64&upstream=glibc&distro=debian-12", "deb", "debian", "libc6", "2.36-9+deb12u4")]
    [InlineData("pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12.5", "deb", "debian", "libc6", "2.36-9+deb12u4")]
    [InlineData("pkg:deb/debian/bind9@1%3A9.18.24-1", "deb", "debian", "bind9", "1:9.18.24-1")]
    [InlineData("pkg:deb/debian/bind9@1:9.18.24-1", "deb", "debian", "bind9", "1:9.18.24-1")]
    [InlineData("pkg:apk/alpine/MUSL@1.2.4-r2", "apk", "alpine", "musl", "1.2.4-r2")]
    [InlineData("pkg:rpm/Rocky/NetworkManager@1.44.0-3.el9?epoch=1", "rpm", "rocky", "NetworkManager", "1.44.0-3.el9")]
    [InlineData("PKG:npm/%40angular/animation@12.3.1", "npm", "@angular", "animation", "12.3.1")]
    [InlineData("pkg://golang/google.golang.org/genproto#googleapis/api/annotations", "golang", "google.golang.org", "genproto", null)]
    [InlineData("pkg:generic/openssl", "generic", null, "openssl", null)]
    public void It_is_read(string text, string type, string? @namespace, string name, string? version)
    {
        var url = PackageUrl.Parse(text);
        Assert.Equal((type, @namespace, name, version), (url.Type, url.Namespace, url.Name, url.Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData("deb/debian/libc6")]
    [InlineData("pkg:deb")]
    [InlineData("pkg:deb/")]
    [InlineData("pkg:de b/debian/libc6")]
    [InlineData("pkg:deb/debian/libc6?=x")]
    [InlineData("pkg:deb/debian/libc6?arch=a&arch=b")]
    [InlineData("pkg:deb/debian/lib%0Ac6")]
    [InlineData("pkg:deb/debian/a%2Fb")]
    public void What_is_none_is_refused(string text) => Assert.False(PackageUrl.TryParse(text, out _));

    [Fact]
    public void What_was_written_is_read_as_the_same() => Gen.Select(Piece, Piece, Piece, Piece, Piece).Sample((@namespace, name, version, value, subpath) =>
    {
        var text = $"pkg:rpm/{Encode(@namespace)}/{Encode(name)}@{Encode(version)}?distro={Encode(value)}&epoch=1#{Encode(subpath)}";
        if (PackageUrl.TryParse(text, out var url))
        {
            Assert.Equal(url, PackageUrl.Parse(url.ToString()));
            Assert.Equal(url.ToString(), PackageUrl.Parse(url.ToString()).ToString());
            Assert.Equal(version, url.Version);
            Assert.Equal(value, url.Qualifiers["distro"]);
        }
        else
        {
            // A slash within a segment is the only thing that can't be told from one between them.
            Assert.Contains('/', @namespace + name);
        }

        static string Encode(string text) => Uri.EscapeDataString(text);
    });

    [Fact]
    public void Anything_is_read_or_refused() => Gen.String[Gen.Char["pkg:deb/ubn@?#&=%2F41 \u0001\ud83d"], 0, 40].Sample(text =>
    {
        if (PackageUrl.TryParse("pkg:" + text, out var url))
        {
            Assert.Equal(url, PackageUrl.Parse(url.ToString()));
        }
    });

    [Theory]
    [InlineData("debian", "debian-12.5", "Debian:12")]
    [InlineData("debian", "12", "Debian:12")]
    [InlineData("debian", "bookworm", "Debian:12")]
    [InlineData("debian", "debian-trixie", "Debian:13")]
    [InlineData("ubuntu", "ubuntu-22.04", "Ubuntu:22.04:LTS")]
    [InlineData("ubuntu", "noble", "Ubuntu:24.04:LTS")]
    [InlineData("ubuntu", "25.10", "Ubuntu:25.10")]
    [InlineData("ubuntu", "23.04", "Ubuntu:23.04")]
    [InlineData("alpine", "3.19.1", "Alpine:v3.19")]
    [InlineData("alpine", "alpine-3.19.0", "Alpine:v3.19")]
    [InlineData("alpine", "edge", "Alpine:edge")]
    [InlineData("rocky", "rocky-9.1", "Rocky Linux:9")]
    [InlineData("almalinux", "almalinux-9.3", "AlmaLinux:9")]
    [InlineData("redhat", "rhel-9.2", "Red Hat:enterprise_linux:9::baseos")]
    [InlineData("wolfi", "wolfi-20230201", "Wolfi")]
    [InlineData("chainguard", null, "Chainguard")]
    [InlineData("debian", null, null)]
    [InlineData("debian", "jammy", null)]
    [InlineData("arch", "rolling", null)]
    [InlineData("debian", "bookworm-or-so", null)]
    public void A_release_has_the_name_that_OSV_gives_it(string name, string? distro, string? ecosystem) =>
        Assert.Equal(ecosystem, DistributionRelease.Of(name, distro)?.Ecosystems is [var first, ..] ? first : null);

    [Theory]
    [InlineData("pkg:deb/debian/libc6@2.36-9+b2?distro=bookworm&upstream=glibc", "glibc", "2.36-9")]
    [InlineData("pkg:deb/debian/libgcc-s1@12.2.0-14?distro=bookworm&upstream=gcc-12%4012.2.0-14", "gcc-12", "12.2.0-14")]
    [InlineData("pkg:deb/debian/perl-base@5.36.0-7?distro=bookworm", "perl-base", "5.36.0-7")]
    [InlineData("pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=3.19.1&upstream=openssl", "openssl", "3.1.4-r5")]
    [InlineData("pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?distro=rocky-9.3&epoch=1&upstream=openssl-3.0.7-24.el9.src.rpm", "openssl", "1:3.0.7-24.el9")]
    public void Advisories_name_what_a_package_was_built_from(string url, string source, string version)
    {
        var package = InstalledPackage.Of(PackageUrl.Parse(url))!;
        Assert.Equal((source, version), (package.Source, package.SourceVersion));
    }

    [Theory]
    [InlineData("pkg:npm/left-pad@1.0.0")]
    [InlineData("pkg:deb/debian/libc6?distro=bookworm")]
    [InlineData("pkg:deb/nothing/libc6@1?distro=x-1")]
    [InlineData("pkg:deb/debian/a%20b@1?distro=bookworm")]
    public void What_is_no_package_of_a_distribution_is_passed_over(string url) => Assert.Null(InstalledPackage.Of(PackageUrl.Parse(url)));
}
