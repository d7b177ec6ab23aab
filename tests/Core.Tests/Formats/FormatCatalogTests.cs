using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

public sealed class FormatCatalogTests
{
    [Theory]
    [InlineData("Dockerfile", true)]
    [InlineData("a/b/dockerfile", true)]
    [InlineData("Dockerfile.alpine-3.20", true)]
    [InlineData("Dockerfile-dev", true)]
    [InlineData("api.Dockerfile", true)]
    [InlineData("api.dockerfile", true)]
    [InlineData("Containerfile.in", true)]
    [InlineData("Dockerfile.dockerignore", false)]
    [InlineData(".dockerignore", false)]
    [InlineData("Dockerfile.md", false)]
    [InlineData("Dockerfiles.MD", false)]
    [InlineData("mydockerfile", false)]
    [InlineData("Dockerfile/readme.txt", false)]
    public void A_Dockerfile_is_known_by_its_name(string path, bool matches) => Assert.Equal(matches, FormatCatalog.Default.For(path).OfType<DockerfileFormat>().Any());

    [Theory]
    [InlineData("compose.yaml", true)]
    [InlineData("a/compose.prod.yml", true)]
    [InlineData("docker-compose.override.yml", true)]
    [InlineData("Docker-Compose.yml", true)]
    [InlineData("compose.json", true)]
    [InlineData("composer.json", false)]
    [InlineData("docker-compose.yml.j2", true)]
    public void A_Compose_file_is_known_by_its_name(string path, bool matches) => Assert.Equal(matches, FormatCatalog.Default.For(path).OfType<ComposeFormat>().Any());

    [Fact]
    public void A_manifest_with_the_name_of_a_Compose_file_is_read_as_a_manifest()
    {
        var use = Assert.Single(FormatCatalog.Default.Read("compose-deployment.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: alpine:3.20\n"u8).Uses);
        Assert.Equal("kubernetes", use.Format);
    }

    [Fact]
    public void Data_that_is_no_manifest_is_passed_over_even_where_it_can_not_be_decoded()
    {
        Assert.Same(FormatReading.None, FormatCatalog.Default.Read("data.json", new byte[10 * 1024 * 1024]));
        Assert.Same(FormatReading.None, FormatCatalog.Default.Read("latin.yaml", [0x61, 0x3A, 0x20, 0xE9]));
        Assert.Same(FormatReading.None, FormatCatalog.Default.Read("playbook.yml", "- hosts: all\n  {% broken"u8));
    }
}
