using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class ManifestTests
{
    private const string Other = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_head_without_the_digest_header_is_followed_by_a_get_whose_body_is_hashed()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Text(200, Scripts.ManifestType, Scripts.Image));
        using var registry = Scripts.Open();
        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(["HEAD", "GET"], server.Requests.Select(r => r.Method));
    }

    [Theory]
    [InlineData(405, "HEAD GET GET")]
    [InlineData(501, "HEAD GET GET")]
    [InlineData(400, "HEAD GET HEAD GET")]
    public async Task A_registry_that_knows_no_head_is_asked_by_get(int status, string requests)
    {
        await using var server = await ScriptedServer.StartAsync(context => (context.Request.Method == "HEAD" ? Answers.Status(status) : Scripts.Manifest())(context));
        using var registry = Scripts.Open();
        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(Scripts.ImageDigest, await registry.ResolveAsync(server.Reference("team/app:2"), Token));
        Assert.Equal(requests, string.Join(' ', server.Requests.Select(r => r.Method)));
    }

    [Fact]
    public async Task The_four_kinds_of_manifest_are_accepted_and_latest_is_meant_where_nothing_is_said()
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Manifest());
        using var registry = Scripts.Open();
        await registry.ResolveAsync(server.Reference("team/app"), Token);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/v2/team/app/manifests/latest", request.Path);
        Assert.Equal(
            ["application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json", Scripts.IndexType, Scripts.ManifestType],
            request.Headers["Accept"].Split(", ").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Entries_keep_variant_and_windows_build_and_attestations_have_no_platform()
    {
        var index = $$$"""
            {"schemaVersion":2,"mediaType":"{{{Scripts.IndexType}}}","manifests":[
              {"digest":"{{{Other}}}","platform":{"os":"linux","architecture":"arm","variant":"v6"}},
              {"digest":"{{{Other}}}","platform":{"os":"windows","architecture":"amd64","os.version":"10.0.20348.2700","os.features":["win32k"]}},
              {"digest":"{{{Other}}}","platform":{"os":"unknown","architecture":"unknown"}},
              {"digest":"{{{Other}}}","platform":{"os":"linux","architecture":"amd64"},"annotations":{"vnd.docker.reference.type":"attestation-manifest"}},
              {"digest":"{{{Other}}}"}]}
            """;
        await using var server = await ScriptedServer.StartAsync(Scripts.Manifest(index, Scripts.IndexType));
        using var registry = Scripts.Open();
        var manifest = await registry.GetManifestAsync(server.Reference(), Token);
        Assert.Equal(
            [new Platform("linux", "arm", "v6"), new Platform("windows", "amd64", OsVersion: "10.0.20348.2700"), null, null, null],
            manifest!.Entries.Select(e => e.Platform));
    }

    [Fact]
    public async Task A_manifest_without_a_media_type_in_the_header_is_known_by_what_it_holds()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json("""{"schemaVersion":2,"manifests":[]}"""));
        using var registry = Scripts.Open();
        var manifest = await registry.GetManifestAsync(server.Reference(), Token);
        Assert.Equal(Scripts.IndexType, manifest!.MediaType);
        Assert.True(manifest.IsIndex);
    }

    [Fact]
    public async Task A_digest_of_sha512_is_checked_too()
    {
        var digest = "sha512:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Encoding.UTF8.GetBytes(Scripts.Image)));
        await using var server = await ScriptedServer.StartAsync(Scripts.Manifest());
        using var registry = Scripts.Open();
        Assert.Equal(digest, (await registry.GetManifestAsync(server.Reference("team/app@" + digest), Token))!.Digest.ToString());
    }

    public static TheoryData<string, RequestDelegate, string> Lies => new()
    {
        { "team/app:1", Scripts.Manifest(digest: Other), "gave a body whose digest is sha256:" },
        { "team/app:1", Scripts.Manifest(digest: "sha256:zz"), "gave a digest that is none" },
        { "team/app@" + Other, Scripts.Manifest(), "gave a body whose digest is sha256:" },
        { "team/app@" + Other, Scripts.Manifest(digest: Other), "gave a body whose digest is sha256:" },
        { "team/app:1", Answers.Html(), "with a web page (text/html)" },
        { "team/app:1", Answers.Text(404, "text/html", "<h1>404</h1>"), "answered 404 with a web page" },
        { "team/app:1", Scripts.Manifest("{"), "a manifest that can't be read" },
        { "team/app:1", Scripts.Manifest("null"), "null where a manifest belongs" },
        { "team/app:1", Scripts.Manifest("{}"), "no image manifest and no index" },
        { "team/app:1", Scripts.Manifest(new string('[', 5000)), "a manifest that can't be read" },
        { "team/app:1", Scripts.Manifest("""{"schemaVersion":2,"config":{},"layers":[],"manifests":[]}"""), "an image and an index at once" },
        { "team/app:1", Scripts.Manifest("""{"schemaVersion":2,"config":{},"layers":[],"config":{}}"""), "a manifest that can't be read" },
        { "team/app:1", Scripts.Manifest(Scripts.Image, Scripts.IndexType), "as application/vnd.oci.image.index.v1+json" },
        { "team/app:1", Scripts.Manifest("""{"schemaVersion":2,"manifests":[{"digest":"sha256:1"}]}""", Scripts.IndexType), "an entry that has no valid digest" },
        { "team/app:1", Scripts.Manifest("""{"schemaVersion":2,"manifests":[null]}""", Scripts.IndexType), "an entry that has no valid digest" },
        { "team/app:1", Scripts.Manifest("""{"schemaVersion":1}""", "application/vnd.docker.distribution.manifest.v1+prettyjws", Other), "schema 1" },
        { "team/app:1", Answers.Endless(Scripts.ManifestType), "sent more than 4 MiB" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Anything_but_the_manifest_is_refused_and_told(string rest, RequestDelegate script, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(script);
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.GetManifestAsync(server.Reference(rest), Token));
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.StartsWith(server.Host, e.Message, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/vnd.docker.distribution.manifest.v1+prettyjws", "team/app:1", "schema 1")]
    [InlineData(Scripts.ManifestType, "team/app@sha256:0000000000000000000000000000000000000000000000000000000000000000", "gave sha256:")]
    public async Task A_digest_that_may_not_be_pinned_is_refused_at_head(string type, string rest, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(Scripts.Manifest(type: type));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ResolveAsync(server.Reference(rest), Token));
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifest by digest")]
    [InlineData("manifest by tag")]
    [InlineData("digest of a tag without HEAD")]
    [InlineData("digest of a tag after a HEAD without one")]
    [InlineData("digest of a digest")]
    [InlineData("configuration")]
    public async Task A_body_that_is_not_its_digest_is_refused_on_every_path(string path)
    {
        var script = Answers.Text(200, Scripts.ManifestType, Scripts.Image + " ");
        var lies = script.With("Docker-Content-Digest", Scripts.ImageDigest.ToString());
        await using var server = await ScriptedServer.StartAsync(context =>
            (context.Request.Method != "HEAD" ? lies : path.EndsWith("without HEAD", StringComparison.Ordinal) ? Answers.Status(405) : script)(context));
        using var registry = Scripts.Open();
        var byDigest = server.Reference($"team/app@{Scripts.ImageDigest}");
        var e = await Assert.ThrowsAsync<RegistryException>(() => path switch
        {
            "manifest by digest" => registry.GetManifestAsync(byDigest, Token),
            "manifest by tag" => registry.GetManifestAsync(server.Reference(), Token),
            "digest of a digest" => registry.ResolveAsync(byDigest, Token),
            "configuration" => registry.GetConfigurationAsync(server.Name(), Scripts.ImageDigest, Token),
            _ => (Task)registry.ResolveAsync(server.Reference(), Token),
        });
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.Contains("gave a body whose digest is", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_registry_does_not_say_that_a_tag_is_gone()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Text(404, "text/html", "<h1>404</h1>"));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ResolveAsync(server.Reference(), Token));
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
    }
}
