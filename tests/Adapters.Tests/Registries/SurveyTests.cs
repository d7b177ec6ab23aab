using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Decisions that take more than tags, against the distribution registry itself, with the requests that they cost.</summary>
public sealed class SurveyTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    private static readonly DateTimeOffset Now = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, true, "list 1, head 2, manifest 4, blob 2")]
    [InlineData(true, false, "list 1, head 2, manifest 4, blob 2")]
    [InlineData(false, true, "list 1, head 2, manifest 2, blob 2")]
    [InlineData(false, false, "list 1, head 2, manifest 2, blob 2")]
    public async Task The_age_of_a_tag_is_that_of_its_image(bool index, bool docker, string requests)
    {
        var image = new SampleImage($"dates/{(index ? "index" : "image")}-{(docker ? "docker" : "oci")}", "1.0.0") { Index = index, DockerMediaTypes = docker };
        await server.Driver.PushAsync(image with { Created = Now.AddDays(-40) }, Token);
        await server.Driver.PushAsync(image with { Tag = "1.1.0", Created = Now.AddDays(-9) }, Token);
        await server.Driver.PushAsync(image with { Tag = "1.2.0", Created = Now.AddDays(-1) }, Token);

        var (assessment, asked) = await JudgeAsync(image, "{minimumAge: 3d}", new Platform("linux", "amd64"));

        var update = Assert.Single(assessment.Updates);
        Assert.Equal(("1.1.0", "newest 1.x; 1.2.0 was built less than 3 days ago (image config)"), (update.Target.Tag, update.Reason));
        Assert.Equal(requests, asked);
    }

    [Fact]
    public async Task The_newest_build_is_found_by_the_dates_of_the_images()
    {
        var image = new SampleImage("dates/newest", "main-3f2a");
        await server.Driver.PushAsync(image with { Created = Now.AddDays(-4) }, Token);
        await server.Driver.PushAsync(image with { Tag = "main-0c1d", Created = Now.AddDays(-2) }, Token);
        await server.Driver.PushAsync(image with { Tag = "main-9b9b", Created = DateTimeOffset.UnixEpoch }, Token);

        var (assessment, _) = await JudgeAsync(image, "newestBuild");

        var update = Assert.Single(assessment.Updates);
        Assert.Equal(("main-0c1d", "built last, on 2026-08-18 (image config); of 1 tags nobody knows when they were pushed"), (update.Target.Tag, update.Reason));
    }

    [Fact]
    public async Task The_most_precise_name_is_found_by_digests_with_requests_for_heads_alone()
    {
        var image = new SampleImage("dates/precise", "1");
        foreach (var tag in new[] { "1.0.0", "1.1.0", "1.2.0", "2.0.0" })
        {
            await server.Driver.PushAsync(image with { Tag = tag }, Token);
        }

        await CopyAsync(image.Repository, "1.1.0", "1");

        var (assessment, asked) = await JudgeAsync(image, "precise", new Platform("linux", "amd64"));

        Assert.Equal("1.1.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.Equal("list 1, head 4, manifest 1, blob 0", asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_candidate_without_the_platforms_in_use_is_passed_over(bool docker)
    {
        var image = new SampleImage($"platforms/lost-{docker}".ToLowerInvariant(), "1.0.0") { DockerMediaTypes = docker };
        await server.Driver.PushAsync(image, Token);
        await server.Driver.PushAsync(image with { Tag = "1.1.0" }, Token);
        await server.Driver.PushAsync(image with { Tag = "1.2.0", Platforms = ["linux/amd64"] }, Token);
        await server.Driver.PushAsync(image with { Tag = "1.3.0", Platforms = ["linux/arm64"], Index = false }, Token);

        var (assessment, asked) = await JudgeAsync(image, "{level: minor}");

        var update = Assert.Single(assessment.Updates);
        Assert.Equal("1.1.0", update.Target.Tag);
        Assert.EndsWith("; 1.3.0 has no image for linux/amd64, which 1.0.0 has; 1.2.0 has no image for linux/arm64, which 1.0.0 has", update.Reason, StringComparison.Ordinal);

        // Four manifests (the one in use and three candidates), the configuration of the one that is no index, and the dates of
        // what is passed over, which might still be on its way.
        Assert.Equal("list 1, head 4, manifest 6, blob 2", asked);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 1)]
    public async Task Signatures_cost_one_request_of_all_that_a_registry_without_the_API_is_asked(bool isPinned, int requests)
    {
        var uses = new List<ImageUse>();
        foreach (var name in new[] { "one", "two", "three" })
        {
            var image = new SampleImage($"signed/{name}-{isPinned}".ToLowerInvariant(), "1.0.0");
            var digest = await server.Driver.PushAsync(image, Token);
            await server.Driver.PushAsync(image with { Tag = "1.1.0" }, Token);
            var reference = ImageReference.Parse($"{server.Address}/{image.Repository}:{image.Tag}{(isPinned ? "@" + digest : "")}");
            uses.Add(ImageUse.Of(new SourceFile("Dockerfile", reference.Canonical), "dockerfile", WrittenText.At(reference.Canonical, 0), 0, new Platform("linux", "amd64")));
        }

        using var registry = Scripts.Open();
        var before = (await server.RequestsAsync(Token)).Count;
        var facts = await new RegistrySurvey(registry).AskAsync(UpdatePlanner.Followed(uses, PolicySet.Default), new TagChoices(Now), null, Token);

        var asked = (await server.RequestsAsync(Token)).Skip(before).ToList();
        Assert.All(UpdatePlanner.Assess(uses, PolicySet.Default, facts, new TagChoices(Now)), a => Assert.Equal("1.1.0", Assert.Single(a.Updates).Target.Tag));
        Assert.Equal(requests, asked.Count(r => r.Path.Contains("/referrers/", StringComparison.Ordinal)));

        // A list, a digest and the platforms of what is proposed, for each.
        Assert.Equal(9 + requests, asked.Count);
    }

    [Fact]
    public async Task Signatures_that_cosign_keeps_under_tags_are_seen_in_the_list()
    {
        var image = new SampleImage("signed/cosign", "1.0.0");
        var signed = await server.Driver.PushAsync(image, Token);
        await server.Driver.PushAsync(image with { Tag = "1.1.0" }, Token);
        await server.Driver.PushAsync(image with { Tag = SignatureKinds.CosignTagOf(Digest.Parse(signed)), Index = false }, Token);

        var (assessment, asked) = await JudgeAsync(image, "{level: minor}", new Platform("linux", "amd64"));

        Assert.Empty(assessment.Updates);
        Assert.EndsWith("; 1.1.0 is not signed, and 1.0.0 is", assessment.Reason, StringComparison.Ordinal);
        Assert.Equal("list 1, head 2, manifest 1, blob 0", asked);
    }

    [Fact]
    public async Task Nothing_but_lists_and_heads_is_asked_for_where_there_is_no_step()
    {
        var image = new SampleImage("platforms/still", "1.0.0");
        await server.Driver.PushAsync(image, Token);

        Assert.Equal("list 1, head 1, manifest 0, blob 0", (await JudgeAsync(image, "docker")).Requests);
    }

    [Fact]
    public async Task A_blob_that_lies_elsewhere_is_read_without_what_signs_in()
    {
        const string Configuration = """{"os":"linux","architecture":"amd64","created":"2026-08-01T00:00:00Z"}""";
        var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(Configuration));
        await using var elsewhere = await ScriptedServer.StartAsync(Answers.Text(200, "application/octet-stream", Configuration));
        await using var home = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Redirect($"{elsewhere.Address}blob");
            return Task.CompletedTask;
        });
        using var registry = Scripts.Open();

        var configuration = await registry.GetConfigurationAsync(home.Reference().Name, digest, Token);

        Assert.Equal(new ImageConfiguration(new Platform("linux", "amd64"), new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero)), configuration);
        Assert.DoesNotContain("Authorization", Assert.Single(elsewhere.Requests).Headers.Keys);
    }

    [Fact]
    public async Task A_tag_that_is_deleted_between_the_list_and_its_turn_is_never_proposed()
    {
        var image = new SampleImage("deleted/meanwhile", "1.0.0");
        await server.Driver.PushAsync(image, Token);
        await server.Driver.PushAsync(image with { Tag = "1.1.0" }, Token);
        await server.Driver.PushAsync(image with { Tag = "1.2.0" }, Token);
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Address}") };
        await using var before = await ScriptedServer.StartAsync(async context =>
        {
            using var question = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
            question.Headers.TryAddWithoutValidation("Accept", context.Request.Headers.Accept.ToString());
            using var answer = await client.SendAsync(question, context.RequestAborted);
            if (context.Request.Path.ToString().EndsWith("/tags/list", StringComparison.Ordinal))
            {
                await server.Driver.DeleteTagAsync(image.Repository, "1.2.0", Token);
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
            context.Response.Headers["Docker-Content-Digest"] = answer.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.First() : null;
            if (context.Request.Method != "HEAD")
            {
                await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
            }
        });

        var (assessment, _) = await JudgeAsync(image, "{level: minor}", address: before.Host);

        Assert.All(assessment.Updates, u => Assert.NotEqual("1.2.0", u.Target.Tag));
        Assert.Contains(before.Requests, r => r.Path.EndsWith("/manifests/1.2.0", StringComparison.Ordinal));
    }

    private async Task<(Assessment Assessment, string Requests)> JudgeAsync(SampleImage image, string policy, Platform? platform = null, string? address = null)
    {
        var reference = ImageReference.Parse($"{address ?? server.Address}/{image.Repository}:{image.Tag}");
        var read = DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", policy));
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", policy), read.Policy) { Pins = false });
        var use = ImageUse.Of(new SourceFile("Dockerfile", reference.Canonical), "dockerfile", WrittenText.At(reference.Canonical, 0), 0, platform);
        using var registry = Scripts.Open();
        var before = (await server.RequestsAsync(Token)).Count;

        var facts = await new RegistrySurvey(registry).AskAsync(UpdatePlanner.Followed([use], policies), new TagChoices(Now), null, Token);

        var asked = (await server.RequestsAsync(Token)).Skip(before).ToList();
        return (
            UpdatePlanner.Assess([use], policies, facts, new TagChoices(Now)).Single(),
            $"list {Count("GET", "/tags/")}, head {Count("HEAD", "/manifests/")}, manifest {Count("GET", "/manifests/")}, blob {Count("GET", "/blobs/")}");

        int Count(string method, string part) => asked.Count(r => r.Method == method && r.Path.Contains(part, StringComparison.Ordinal));
    }

    /// <summary>Gives an image another tag.</summary>
    private async Task CopyAsync(string repository, string from, string to)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://{server.Address}") };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Accept", Scripts.IndexType);
        using var index = await client.GetAsync(new Uri($"/v2/{repository}/manifests/{from}", UriKind.Relative), Token);
        using var content = new ByteArrayContent(await index.Content.ReadAsByteArrayAsync(Token));
        content.Headers.ContentType = new(Scripts.IndexType);
        using var answer = await client.PutAsync(new Uri($"/v2/{repository}/manifests/{to}", UriKind.Relative), content, Token);
        answer.EnsureSuccessStatusCode();
    }
}
