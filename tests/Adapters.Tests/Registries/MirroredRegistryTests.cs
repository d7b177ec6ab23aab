using Basewatch.Adapters.Registries;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

/// <summary>Against distribution registries: one, and a cache of it or one that images were copied to.</summary>
public sealed class MirroredRegistryTests(RegistryServer origin) : IClassFixture<RegistryServer>
{
    private static readonly DateTimeOffset Now = new(2026, 8, 20, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_a_cache_the_source_is_asked_and_what_is_proposed_comes_through_the_cache()
    {
        await using var cache = new RegistryServer { CacheOf = $"http://{origin.Address}" };
        await cache.InitializeAsync();
        await PushAsync(origin, "cached/app", "1.0.0", "1.1.0", "1.2.0");
        var before = (await origin.RequestsAsync(Token)).Count;
        await cache.ForgetRequestsAsync(Token);
        using var client = Scripts.Open();
        var registry = Mirrored(client, cache.Address, origin.Address, MirrorLookup.Source);

        var assessment = await JudgeAsync(registry, $"{cache.Address}/cached/app:1.0.0");

        var target = Assert.Single(assessment.Updates).Target;
        Assert.Equal(("1.2.0", cache.Address), (target.Tag, target.Name.Registry));
        Assert.Empty(assessment.Imports);
        Assert.Equal("list 1, head 1, manifest 1, referrers 0, all 3", await RequestsAsync(origin, before));
        Assert.Empty(await cache.RequestsAsync(Token));

        // The same digest, though nobody had pulled it through the cache.
        Assert.Equal(target.Digest, (await client.GetManifestAsync(target, Token))?.Digest);
        Assert.Null(await registry.ResolveAsync(target with { Tag = "9", Digest = null }, Token));
        Assert.NotNull(await registry.GetManifestAsync(target, Token));
        Assert.Null(await registry.GetPushDateAsync(target, Token));
        Assert.Empty(await registry.GetReferrersAsync(target.Name, target.Digest!, null, [], Token));
    }

    [Fact]
    public async Task Of_copies_only_what_is_there_is_proposed_and_the_rest_is_told_for_one_request_more()
    {
        await using var copy = new RegistryServer();
        await copy.InitializeAsync();
        await PushAsync(origin, "copied/app", "1.0.0", "1.1.0", "1.2.0", "2.0.0-rc.1");
        await PushAsync(copy, "hub/copied/app", "1.0.0", "1.1.0");
        var before = (await origin.RequestsAsync(Token)).Count;
        await copy.ForgetRequestsAsync(Token);
        using var client = Scripts.Open();
        var registry = Mirrored(client, $"{copy.Address}/hub", origin.Address, MirrorLookup.Mirror);

        var assessment = await JudgeAsync(registry, $"{copy.Address}/hub/copied/app:1.0.0");

        var update = Assert.Single(assessment.Updates);
        Assert.Equal("1.1.0", update.Target.Tag);
        Assert.Equal([$"1.2.0 is in {origin.Address}/copied/app and not in {copy.Address}/hub/copied/app: it has to be copied there before it can be used"], assessment.Imports);
        Assert.EndsWith("; " + assessment.Imports[0], update.Reason, StringComparison.Ordinal);
        Assert.Equal("list 1, head 1, manifest 1, referrers 0, all 3", await RequestsAsync(copy, 0));
        Assert.Equal("list 1, head 0, manifest 0, referrers 0, all 1", await RequestsAsync(origin, before));

        await copy.Driver.PushAsync(new SampleImage("hub/copied/app", "1.2.0"), Token);
        assessment = await JudgeAsync(registry, $"{copy.Address}/hub/copied/app:1.0.0");
        Assert.Equal("1.2.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.Empty(assessment.Imports);
    }

    [Fact]
    public async Task A_source_that_does_not_answer_takes_nothing_from_its_copies()
    {
        await PushAsync(origin, "alone/app", "1.0.0", "1.1.0");
        using var client = Scripts.Open();
        var registry = Mirrored(client, origin.Address, "127.0.0.1:1", MirrorLookup.Mirror);

        var assessment = await JudgeAsync(registry, $"{origin.Address}/alone/app:1.0.0");

        Assert.Null(assessment.Problem);
        Assert.Equal("1.1.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.StartsWith("what 127.0.0.1:1/alone/app has besides is not known: 127.0.0.1:1 ", Assert.Single(assessment.Imports), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_the_two_gets_only_what_signs_in_to_it()
    {
        await using var copy = new RegistryServer { RequiresLogin = true };
        await copy.InitializeAsync();
        await copy.Driver.PushAsync(new SampleImage("closed/app", "1.0.0"), Token);
        await PushAsync(origin, "closed/app", "1.0.0", "1.1.0");
        using var client = Scripts.Open(new RegistrySettings { Host = copy.Address, Username = RegistryServer.UserName, Password = RegistryServer.Password });

        var assessment = await JudgeAsync(Mirrored(client, copy.Address, origin.Address, MirrorLookup.Mirror), $"{copy.Address}/closed/app:1.0.0");
        Assert.StartsWith("1.1.0 is in ", Assert.Single(assessment.Imports), StringComparison.Ordinal);

        // The other way round the source is the one that refuses, and it is the one that is named.
        using var stranger = Scripts.Open();
        assessment = await JudgeAsync(Mirrored(stranger, origin.Address, copy.Address, MirrorLookup.Source), $"{origin.Address}/closed/app:1.0.0");
        Assert.StartsWith(copy.Address, assessment.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_the_source_lacks_is_said_of_the_source()
    {
        using var client = Scripts.Open();
        var assessment = await JudgeAsync(Mirrored(client, "mirror.example.com/hub", origin.Address, MirrorLookup.Source), "mirror.example.com/hub/no/app:1");

        Assert.True(assessment.IsGone);
        Assert.Equal($"{origin.Address} has no repository no/app", assessment.Reason);
    }

    private static MirroredRegistry Mirrored(OciRegistry client, string prefix, string source, MirrorLookup lookIn) =>
        new(client, MirrorTable.Of([new MirrorSettings { Prefix = prefix, Source = source, LookIn = lookIn }]));

    private static async Task PushAsync(RegistryServer server, string repository, params string[] tags)
    {
        foreach (var tag in tags)
        {
            await server.Driver.PushAsync(new SampleImage(repository, tag), Token);
        }
    }

    private static async Task<Assessment> JudgeAsync(MirroredRegistry registry, string reference)
    {
        var use = ImageUse.Of(new SourceFile("Dockerfile", reference), "dockerfile", WrittenText.At(reference, 0), 0, new Platform("linux", "amd64"));
        var choices = new TagChoices(Now);
        var facts = await new RegistrySurvey(registry).AskAsync(UpdatePlanner.Followed([use], PolicySet.Default), choices, null, Token);
        return UpdatePlanner.Assess([use], PolicySet.Default, facts, choices).Single();
    }

    private static async Task<string> RequestsAsync(RegistryServer server, int before)
    {
        var asked = (await server.RequestsAsync(Token)).Skip(before).ToList();
        return $"list {Count("GET", "/tags/")}, head {Count("HEAD", "/manifests/")}, manifest {Count("GET", "/manifests/")}, referrers {Count("GET", "/referrers/")}, all {asked.Count}";

        int Count(string method, string part) => asked.Count(r => r.Method == method && r.Path.Contains(part, StringComparison.Ordinal));
    }
}
