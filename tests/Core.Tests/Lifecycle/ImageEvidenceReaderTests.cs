using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using CsCheck;

namespace Basewatch.Core.Tests.Lifecycle;

public sealed class ImageEvidenceReaderTests
{
    private static readonly ImageLives Lives = new(new LifecycleResolver(SmallCatalog.Value), SmallCatalog.Today);

    [Theory]
    [InlineData("org.opencontainers.image.ref.name=ubuntu;org.opencontainers.image.version=20.04", "Ubuntu 20.04")]
    [InlineData("org.opencontainers.image.ref.name=ubuntu;org.opencontainers.image.version=1.4.2", null)]
    [InlineData("com.redhat.component=ubi8-minimal-container;version=8.10", "Red Hat Enterprise Linux 8")]
    [InlineData("cpe=cpe:/o:redhat:enterprise_linux:8::baseos;name=acme/web", "Red Hat Enterprise Linux 8")]
    [InlineData("name=ubi8/ubi", "Red Hat Enterprise Linux 8")]
    [InlineData("$OS_FLAVOUR=debian-11", "Debian 11")]
    [InlineData("$OS_FLAVOUR=debian-99", null)]
    [InlineData("org.opencontainers.image.base.name=docker.io/library/debian:bullseye-slim", "Debian 11")]
    [InlineData("org.opencontainers.image.base.name=bitnami/minideb:bullseye", "Debian 11")]
    [InlineData("org.opencontainers.image.base.name=alpine:3.18", "Alpine Linux 3.18")]
    [InlineData("org.opencontainers.image.base.name=scratch", null)]
    [InlineData("org.opencontainers.image.base.name=not an image", null)]
    public void The_distribution_is_what_labels_and_variables_say(string said, string? distribution)
    {
        var life = Lives.Of(ImageReference.Parse("acme/web:1.0"), Read(said)).Distribution;

        Assert.Equal(distribution, life?.Title);
        Assert.Equal(distribution is null, life?.Evidence is null);
    }

    [Theory]
    [InlineData("acme/web:1", "$PYTHON_VERSION=3.8.20", "Python 3.8")]
    [InlineData("acme/web:1", "$PYTHON_VERSION=3.14.0rc1", "Python 3.14")]
    [InlineData("acme/web:1", "$PYTHON_VERSION=latest", null)]
    [InlineData("acme/web:1", "$PYTHON_VERSION=3.14.1;$NODE_VERSION=16.20.2", "Node.js 16")]
    [InlineData("acme/web:1", "$ASPNET_VERSION=6.0.36", ".NET 6")]
    [InlineData("acme/web:1", "$JAVA_VERSION=jdk8u412-b08", "Eclipse Temurin 8")]
    [InlineData("acme/web:1", "$JAVA_VERSION=17.0.2", null)]
    [InlineData("python:3", "$PYTHON_VERSION=3.14.1", "Python 3.14")]
    [InlineData("python:3.8", "$PYTHON_VERSION=3.14.1", "Python 3.8")]
    [InlineData("nginx:latest", "$PYTHON_VERSION=3.8.1", "nginx")]
    public void The_product_is_what_the_tag_says_and_else_what_the_variables_of_official_images_say(string image, string said, string? product) =>
        Assert.Equal(product, Lives.Of(ImageReference.Parse(image), Read(said)).Product?.Title);

    [Theory]
    [InlineData("org.opencontainers.image.deprecated=true", "its publisher calls it deprecated")]
    [InlineData("org.opencontainers.image.deprecated=false", null)]
    [InlineData("org.opencontainers.image.deprecated=use acme/new", "its publisher calls it deprecated: use acme/new")]
    [InlineData("org.opencontainers.image.description=[DEPRECATED] this image has moved", "its publisher says: [DEPRECATED] this image has moved")]
    [InlineData("org.opencontainers.image.description=Finds deprecated things", null)]
    public void A_deprecation_is_told_in_a_line(string said, string? deprecation) => Assert.Equal(deprecation, Read(said).Deprecation);

    [Theory]
    [InlineData("https://github.com/acme/web", "acme/web")]
    [InlineData("https://github.com/acme/web.git#main:sub", "acme/web")]
    [InlineData("git@github.com:acme/web.git", "acme/web")]
    [InlineData("https://gitlab.com/acme/web", null)]
    [InlineData("https://evil.example/github.com/acme/web", null)]
    public void The_source_is_a_repository_on_GitHub(string source, string? repository) => Assert.Equal(repository, Read($"org.opencontainers.image.source={source}").Source);

    [Fact]
    public void A_published_end_counts_as_a_life_of_the_image()
    {
        var life = Lives.Of(ImageReference.Parse("mcr.microsoft.com/acme/web:1"), Read("") with { PublishedEnd = new DateOnly(2026, 12, 1) });

        Assert.Equal(LifecycleStatus.Ending, life.Status);
        Assert.Equal(LifeOf.Image, life.First?.Of);
    }

    [Fact]
    public void Windows_is_known_by_its_build() =>
        Assert.Equal(("windows-server", "2019"), Shipped(new ImageConfiguration(new Platform("windows", "amd64", null, "10.0.17763.6054"), null)));

    [Fact]
    public void Nothing_that_an_image_says_throws_and_what_is_told_is_bounded()
    {
        const string Prefix = "org.opencontainers.image.";
        string[] keys =
        [
            "cpe", "name", "version", "com.redhat.component", "org.label-schema.vcs-url",
            Prefix + "base.name", Prefix + "base.digest", Prefix + "deprecated", Prefix + "description", Prefix + "source", Prefix + "ref.name", Prefix + "version",
        ];
        string[] variables = ["PYTHON_VERSION", "OS_FLAVOUR", "JAVA_VERSION", "JAVA_HOME", "DISTRIB_ID", "DISTRIB_RELEASE"];
        Gen.Select(Gen.String.Array[keys.Length], Gen.String.Array[variables.Length]).Sample((labels, values) =>
        {
            var evidence = Read(new ImageConfiguration(null, null)
            {
                Labels = keys.Zip(labels).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal),
                Environment = variables.Zip(values).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal),
            });
            Assert.True(evidence.Deprecation is not { Length: > 300 });
            Assert.DoesNotContain(evidence.Deprecation ?? "", char.IsControl);
            Lives.Of(ImageReference.Parse("acme/web"), evidence);
        });
    }

    private static (string?, string?) Shipped(ImageConfiguration configuration) => (Read(configuration).Distribution?.Product, Read(configuration).Distribution?.Version);

    private static ImageEvidence Read(string said)
    {
        var pairs = said.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToList();
        return Read(new ImageConfiguration(new Platform("linux", "amd64"), null)
        {
            Labels = pairs.Where(p => p[0][0] != '$').ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal),
            Environment = pairs.Where(p => p[0][0] == '$').ToDictionary(p => p[0][1..], p => p[1], StringComparer.Ordinal),
        });
    }

    private static ImageEvidence Read(ImageConfiguration configuration)
    {
        var manifest = new Manifest(Digest.Of("image"u8), "application/vnd.oci.image.manifest.v1+json", default, []);
        return ImageEvidenceReader.Read(manifest, null, manifest, configuration);
    }
}
