using System.Text;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class ConfigurationReaderTests
{
    private static readonly string A = new('a', 64);

    [Fact]
    public void What_an_image_says_of_how_it_runs_is_read()
    {
        var configuration = Read($$$"""
            {"os":"linux","architecture":"amd64","created":"2026-08-01T00:00:00Z","config":{"User":"app","WorkingDir":"/srv","Env":["PATH=/bin:/usr/bin","EMPTY=","A=b=c"],
            "Entrypoint":["tini","--"],"Cmd":["serve"],"ExposedPorts":{"8080/tcp":{}},"Volumes":{"/data":{}},"Labels":{"a":"b"}},"rootfs":{"type":"layers","diff_ids":["sha256:{{{A}}}"]},"history":[{}]}
            """);

        Assert.Equal("app", configuration.User);
        Assert.Equal("/srv", configuration.WorkingDirectory);
        Assert.Equal("/bin:/usr/bin|b=c|", $"{configuration.Environment["PATH"]}|{configuration.Environment["A"]}|{configuration.Environment["EMPTY"]}");
        Assert.Equal(["tini", "--"], configuration.Entrypoint);
        Assert.Equal(["serve"], configuration.Command);
        Assert.Equal(["8080/tcp"], configuration.Ports);
        Assert.Equal(["/data"], configuration.Volumes);
        Assert.Equal("b", configuration.Labels["a"]);
        Assert.Equal($"sha256:{A}", Assert.Single(configuration.DiffIds).ToString());
    }

    [Fact]
    public void What_is_too_long_is_stood_for_by_its_digest()
    {
        var text = new string('x', 5000);
        var configuration = Read($$$"""{"config":{"Env":["A={{{text}}}"],"User":"{{{text}}}"}}""");

        Assert.Equal(Digest.Of(Encoding.UTF8.GetBytes(text)).ToString(), configuration.Environment["A"]);
        Assert.Equal(configuration.Environment["A"], configuration.User);
    }

    [Fact]
    public void There_are_only_so_many_of_each()
    {
        var variables = string.Join(',', Enumerable.Range(0, 9000).Select(i => $"\"V{i}=1\""));
        var labels = string.Join(',', Enumerable.Range(0, 9000).Select(i => $"\"l{i}\":\"1\""));
        var layers = string.Join(',', Enumerable.Repeat($"\"sha256:{A}\"", 9000));
        var configuration = Read($$$"""{"config":{"Env":[{{{variables}}}],"Labels":{LABELS}},"rootfs":{"diff_ids":[{{{layers}}}]}}""".Replace("LABELS", labels, StringComparison.Ordinal));

        Assert.InRange(configuration.Environment.Count, 1, 500);
        Assert.InRange(configuration.Labels.Count, 1, 500);
        Assert.Empty(configuration.DiffIds);
    }

    [Fact]
    public void Layers_and_annotations_of_a_manifest_are_read()
    {
        var body = Encoding.UTF8.GetBytes($$$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"sha256:{{{A}}}"},"layers":[{"digest":"sha256:{{{A}}}","size":42}],
            "annotations":{"org.opencontainers.image.source":"https://github.com/a/b","other":"x"}}
            """);
        var manifest = ManifestReader.Read(Digest.Of(body), null, body);

        Assert.Equal(42, Assert.Single(manifest.Layers).Size);
        Assert.Equal("org.opencontainers.image.source", Assert.Single(manifest.Annotations).Key);
    }

    [Theory]
    [InlineData("""{"digest":"sha256:00","size":1}""")]
    [InlineData("""{"size":1}""")]
    [InlineData("""{"digest":7,"size":1}""")]
    [InlineData("\"x\"")]
    public void Layers_that_can_not_be_read_are_none(string layer)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"config":{"digest":"sha256:{{{A}}}"},"layers":[{"digest":"sha256:{{{A}}}","size":1},{{{layer}}}]}""");

        Assert.Empty(ManifestReader.Read(Digest.Of(body), "application/vnd.oci.image.manifest.v1+json", body).Layers);
    }

    [Fact]
    public void Nothing_that_is_there_breaks_it()
    {
        var value = Gen.OneOf("null", "1", "true", "\"x\"", "[]", "{}", "[1,null,\"=\",\"a\"]", "{\"a\":1,\"b\":null,\"c\":\"d\"}", "[[[]]]", "-1e99");
        Gen.Select(value, value, value, value).Sample((one, two, three, four) =>
            Assert.NotNull(Read($$$"""{"config":{"Env":{{{one}}},"Labels":{{{two}}},"User":{{{three}}},"Entrypoint":{{{four}}},"Cmd":{{{one}}},"ExposedPorts":{{{two}}},"Volumes":{{{three}}},"WorkingDir":{{{four}}}},"rootfs":{"diff_ids":{{{one}}}}}""")));
        value.Sample(any => Assert.NotNull(Read($$$"""{"config":{{{any}}},"rootfs":{{{any}}}}""")));
    }

    private static ImageConfiguration Read(string text) => ManifestReader.ReadConfiguration(Encoding.UTF8.GetBytes(text));
}
