using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using CsCheck;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Which images are mirrors of which.</summary>
public sealed class MirrorTableTests
{
    [Theory]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "contoso.azurecr.io/hub/library/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "contoso.azurecr.io/hub/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "contoso.azurecr.io/hub/grafana/grafana", "docker.io/grafana/grafana")]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "contoso.azurecr.io/hubble/python", null)]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "contoso.azurecr.io/hub", null)]
    [InlineData("contoso.azurecr.io/hub", "docker.io", "fabrikam.azurecr.io/hub/python", null)]
    [InlineData("Contoso.azurecr.io/hub/", "index.docker.io/", "contoso.azurecr.io/hub/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/official", "docker.io/library", "contoso.azurecr.io/official/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/base/python", "docker.io/library/python", "contoso.azurecr.io/base/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/base/python", "docker.io/python", "contoso.azurecr.io/base/python", "docker.io/library/python")]
    [InlineData("contoso.azurecr.io/grafana", "docker.io/grafana", "contoso.azurecr.io/grafana/loki", "docker.io/grafana/loki")]
    [InlineData("harbor.example.com/dockerhub", "docker.io", "harbor.example.com/dockerhub/library/nginx", "docker.io/library/nginx")]
    [InlineData("123.dkr.ecr.eu-west-1.amazonaws.com/docker-hub", "docker.io", "123.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/redis", "docker.io/library/redis")]
    [InlineData("europe-docker.pkg.dev/p/hub-remote", "docker.io", "europe-docker.pkg.dev/p/hub-remote/library/python", "docker.io/library/python")]
    [InlineData("artifactory.example.com/docker-remote", "docker.io", "artifactory.example.com/docker-remote/python", "docker.io/library/python")]
    [InlineData("gitlab.com/acme/dependency_proxy/containers", "docker.io", "gitlab.com/acme/dependency_proxy/containers/alpine", "docker.io/library/alpine")]
    [InlineData("mirror.gcr.io", "docker.io", "mirror.gcr.io/library/python", "docker.io/library/python")]
    [InlineData("localhost:5000/ms", "mcr.microsoft.com", "localhost:5000/ms/dotnet/sdk", "mcr.microsoft.com/dotnet/sdk")]
    public void What_follows_the_prefix_follows_the_source(string prefix, string source, string image, string? expected)
    {
        var table = MirrorTable.Of([Mirror(prefix, source)]);

        Assert.Equal(expected, table.Find(ImageName.Parse(image))?.Source.Canonical);
    }

    public static TheoryData<string, MirrorSettings[]> Wrong => new()
    {
        { "'' is no Prefix", [Mirror("", "docker.io")] },
        { "'hub' is no Prefix", [Mirror("hub", "docker.io")] },
        { "'https://contoso.azurecr.io' is no Prefix", [Mirror("https://contoso.azurecr.io", "docker.io")] },
        { "'contoso.azurecr.io/hub/*' is no Prefix", [Mirror("contoso.azurecr.io/hub/*", "docker.io")] },
        { "has the Source 'Docker Hub'", [Mirror("contoso.azurecr.io/hub", "Docker Hub")] },
        { "the mirror contoso.azurecr.io/hub has no LookIn: 'source' where it is a cache", [new MirrorSettings { Prefix = "contoso.azurecr.io/hub", Source = "docker.io" }] },
        { "the mirror contoso.azurecr.io/hub is listed twice", [Mirror("contoso.azurecr.io/hub", "docker.io"), Mirror("contoso.azurecr.io/hub/", "quay.io")] },
        { "which is in the mirror contoso.azurecr.io itself", [Mirror("contoso.azurecr.io", "contoso.azurecr.io")] },
        { "which is in the mirror fabrikam.azurecr.io/hub itself: name where that one has it from", [Mirror("contoso.azurecr.io/hub", "fabrikam.azurecr.io/hub/library"), Mirror("fabrikam.azurecr.io/hub", "docker.io")] },
        { "of which fabrikam.azurecr.io/hub is a mirror itself: list contoso.azurecr.io/all/hub too, with the source docker.io", [Mirror("contoso.azurecr.io/all", "fabrikam.azurecr.io"), Mirror("fabrikam.azurecr.io/hub", "docker.io")] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_said_and_stops_the_start(string reason, MirrorSettings[] mirrors)
    {
        Assert.Contains(reason, Assert.Single(MirrorTable.Problems(mirrors)), StringComparison.Ordinal);

        var options = new BasewatchOptions();
        Array.ForEach(mirrors, options.Mirrors.Add);
        Assert.Contains(options.Problems(), p => p.StartsWith("Mirrors: ", StringComparison.Ordinal) && p.Contains(reason, StringComparison.Ordinal));
        Assert.Throws<ArgumentException>(() => MirrorTable.Of(mirrors));
    }

    [Fact]
    public void Two_mirrors_that_name_each_other_are_told_both() => Assert.Equal(2, MirrorTable.Problems([Mirror("a.example.com", "b.example.com"), Mirror("b.example.com", "a.example.com")]).Count);

    [Fact]
    public void A_part_with_a_prefix_of_its_own_is_no_chain() => Assert.Empty(MirrorTable.Problems(
        [Mirror("contoso.azurecr.io/all", "fabrikam.azurecr.io"), Mirror("fabrikam.azurecr.io/hub", "docker.io"), Mirror("contoso.azurecr.io/all/hub", "docker.io")]));

    [Fact]
    public void They_are_read_from_configuration()
    {
        var options = OptionsLoader.Load(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Basewatch:Mirrors:0:Prefix"] = "contoso.azurecr.io/hub",
            ["Basewatch:Mirrors:0:Source"] = "docker.io",
            ["Basewatch:Mirrors:0:LookIn"] = "mirror",
        }).Build());

        Assert.Equal([new MirrorSettings { Prefix = "contoso.azurecr.io/hub", Source = "docker.io", LookIn = MirrorLookup.Mirror }], options.Mirrors);
        Assert.Empty(options.MirrorProblems());
    }

    [Fact]
    public void The_longest_prefix_counts_and_a_source_is_never_a_mirror() => Gen.Select(Settings.Array[1, 4], Image)
        .Sample(
            (settings, image) =>
            {
                if (MirrorTable.Problems(settings).Count > 0)
                {
                    return;
                }

                var table = MirrorTable.Of(settings);
                var found = table.Find(image);
                var longest = settings.Where(s => (image.Canonical + "/").StartsWith(s.Prefix + "/", StringComparison.Ordinal)).MaxBy(s => s.Prefix.Length);
                Assert.Equal(longest is null || (image.Canonical == longest.Prefix && !longest.Source.Contains('/', StringComparison.Ordinal)) ? null : longest.Source + image.Canonical[longest.Prefix.Length..], found?.Source.Canonical);
                Assert.Null(found is null ? null : table.Find(found.Source));
            },
            iter: 20_000);

    private static Gen<string> Path(params string[] hosts) => Gen.Select(Gen.OneOf(hosts), Gen.OneOf("x", "y").Array[0, 2], (host, parts) => string.Join('/', parts.Prepend(host)));

    private static Gen<MirrorSettings> Settings { get; } = Gen.Select(Path("a.io", "b.io"), Path("b.io", "c.io", "d.io"), Mirror);

    private static Gen<ImageName> Image { get; } = Gen.Select(Path("a.io", "b.io"), Gen.OneOf("x", "y", "z"), (path, last) => ImageName.Parse($"{path}/{last}"));

    private static MirrorSettings Mirror(string prefix, string source) => new() { Prefix = prefix, Source = source, LookIn = MirrorLookup.Source };
}
