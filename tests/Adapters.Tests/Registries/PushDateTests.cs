using Basewatch.Adapters.Registries;
using Basewatch.Core.Images;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>When tags were pushed, as registries say it in ways of their own.</summary>
public sealed class PushDateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Digest Pushed => Scripts.ImageDigest;

    private static Digest Other { get; } = Digest.Of("other"u8);

    private static TagDate Date { get; } = new(new DateTimeOffset(2026, 11, 2, 3, 4, 5, TimeSpan.Zero), DateSource.Registry);

    [Theory]
    [InlineData("python:3.12", "/v2/namespaces/library/repositories/python/tags/3.12")]
    [InlineData("grafana/grafana:3.12", "/v2/namespaces/grafana/repositories/grafana/tags/3.12")]
    public async Task Docker_Hub_is_asked_by_one_request_without_credentials(string image, string path)
    {
        await using var hub = await ScriptedServer.StartAsync(Hub(Pushed));
        using var registry = Open(hub, new RegistrySettings { Host = "docker.io", Username = "octo", Password = "secret" });

        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"{image}@{Pushed}"), Token));

        var request = Assert.Single(hub.Requests);
        Assert.Equal(path, request.Path);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
    }

    [Fact]
    public async Task The_last_update_stands_for_a_date_that_is_missing()
    {
        await using var hub = await ScriptedServer.StartAsync(Answers.Json($$"""{"digest":"{{Pushed}}","tag_last_pushed":null,"last_updated":"2026-11-02T03:04:05Z"}"""));
        using var registry = Open(hub);
        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"python:3.12@{Pushed}"), Token));
    }

    [Fact]
    public async Task The_date_of_another_image_is_none()
    {
        await using var hub = await ScriptedServer.StartAsync(Hub(Other));
        using var registry = Open(hub);
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"python:3.12@{Pushed}"), Token));
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse("python:3.12"), Token));
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task A_repository_that_Docker_Hub_does_not_show_is_not_asked_about_again_for_a_while()
    {
        var time = new FakeTimeProvider();
        await using var hub = await ScriptedServer.StartAsync(Answers.Json("""{"message":"object not found"}""", 404));
        using var registry = Open(hub, time: time);
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"acme/private:1@{Pushed}"), Token));
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"acme/private:2@{Pushed}"), Token));
        Assert.Single(hub.Requests);

        hub.Script = Hub(Pushed);
        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"python:3.12@{Pushed}"), Token));
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"acme/private:2@{Pushed}"), Token));
    }

    public static TheoryData<string> Failures => ["429", "500", "html", "half", "list"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task An_API_that_fails_is_left_alone_for_a_while_and_decides_nothing(string failure)
    {
        var time = new FakeTimeProvider();
        await using var hub = await ScriptedServer.StartAsync(failure switch
        {
            "429" => Answers.Status(429).With("Retry-After", "60"),
            "500" => Answers.Status(501),
            "html" => Answers.Text(200, "text/html", "<html>"),
            "half" => Answers.Text(200, "application/json", """{"digest":"""),
            _ => Answers.Json("[]"),
        });
        using var registry = Open(hub, time: time);

        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"python:3.12@{Pushed}"), Token));
        var asked = hub.Requests.Count;
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"node:22@{Pushed}"), Token));
        Assert.Equal(asked, hub.Requests.Count);

        hub.Script = Hub(Pushed);
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"node:22@{Pushed}"), Token));
    }

    [Fact]
    public async Task A_mirror_says_nothing_of_when_a_tag_was_pushed()
    {
        await using var hub = await ScriptedServer.StartAsync(Hub(Pushed));
        using var registry = Open(hub, new RegistrySettings { Host = "docker.io", Endpoint = hub.Address.AbsoluteUri });
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"python:3.12@{Pushed}"), Token));
        Assert.Empty(hub.Requests);
    }

    [Fact]
    public async Task Quay_is_asked_for_one_tag()
    {
        await using var quay = await ScriptedServer.StartAsync(Answers.Json(
            $$"""{"tags":[{"name":"v1","reversion":false,"start_ts":{{Date.At.ToUnixTimeSeconds()}},"manifest_digest":"{{Pushed}}","is_manifest_list":true}],"page":1,"has_additional":false}"""));
        using var registry = Open(quay);

        Assert.Equal(Date, await registry.GetPushDateAsync(ImageReference.Parse($"quay.io/coreos/etcd:v1@{Pushed}"), Token));
        Assert.Null(await registry.GetPushDateAsync(ImageReference.Parse($"quay.io/coreos/etcd:v2@{Pushed}"), Token));
        Assert.Equal("/api/v1/repository/coreos/etcd/tag/?onlyActiveTags=true&limit=1&specificTag=v1", quay.Requests[0].Path);
    }

    [Fact]
    public async Task What_a_list_says_of_its_tags_is_not_asked_for_again()
    {
        await using var google = await ScriptedServer.StartAsync(Scripts.Paths(
            ("/v2/team/app/tags/list", Answers.Json(
                $$$"""
                {"name":"team/app","child":[],"tags":["1","2","3"],"manifest":{
                  "{{{Pushed}}}":{"imageSizeBytes":"763789","layerId":"","mediaType":"{{{Scripts.IndexType}}}","tag":["1","latest"],"timeCreatedMs":"0","timeUploadedMs":"{{{Date.At.ToUnixTimeMilliseconds()}}}"},
                  "{{{Other}}}":{"tag":["2"],"timeUploadedMs":"soon"},
                  "sha256:12":{"tag":["3"],"timeUploadedMs":"1"},
                  "x":[]}}
                """)),
            ("/v2/team/app/manifests/3", Scripts.Manifest())));
        var time = new FakeTimeProvider();
        using var registry = Scripts.Open(time: time);
        var name = google.Name();

        Assert.Equal(["1", "2", "3"], await registry.ListTagsAsync(name, Token));
        Assert.Equal(Pushed, await registry.ResolveAsync(new ImageReference(name, "1"), Token));
        Assert.Equal(Date, await registry.GetPushDateAsync(new ImageReference(name, "1", Pushed), Token));
        Assert.Null(await registry.GetPushDateAsync(new ImageReference(name, "1", Other), Token));
        Assert.Null(await registry.GetPushDateAsync(new ImageReference(name, "2", Other), Token));
        Assert.Single(google.Requests);

        // What is not beside the names is asked for, and so is everything after a minute.
        Assert.Equal(Pushed, await registry.ResolveAsync(new ImageReference(name, "3"), Token));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await registry.ResolveAsync(new ImageReference(name, "1"), Token));
        Assert.Equal(3, google.Requests.Count);
    }

    private static OciRegistry Open(ScriptedServer api, RegistrySettings? settings = null, TimeProvider? time = null) =>
        Scripts.Open(settings, new RegistryOptions { DockerHubApi = api.Address, QuayApi = api.Address }, time);

    private static RequestDelegate Hub(Digest digest) => Answers.Json(
        $$"""{"name":"3.12","images":[{"architecture":"amd64","digest":"sha256:12"}],"last_updated":"2026-11-09T00:00:00Z","tag_status":"active","tag_last_pushed":"2026-11-02T03:04:05.000000Z","digest":"{{digest}}"}""");
}
