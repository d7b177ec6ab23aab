using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Tests.Planning;
using CsCheck;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Mirrors that are looked up themselves: what they lack is told and never proposed.</summary>
public sealed class MirrorTests
{
    private const string Source = "python";

    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryRegistry _registry = new();

    [Theory]
    [InlineData("contoso.azurecr.io", "contoso")]
    [InlineData("contoso.azurecr.cn", "contoso")]
    [InlineData("contoso.azurecr.us", "contoso")]
    [InlineData("contoso-a1b2c3d4.azurecr.io", "contoso")]
    public async Task What_one_of_Azures_registries_lacks_is_told_with_the_command_that_imports_it(string host, string name)
    {
        Push(host, "3.12.1", "3.12.4");
        Push("docker.io", "3.12.1", "3.12.4", "3.13.2", "3.13.1", "latest");

        var assessment = await JudgeAsync(host, "3.12.1");

        var update = Assert.Single(assessment.Updates);
        Assert.Equal("3.12.4", update.Target.Tag);
        Assert.Equal(
            [$"3.13.2 is in python and not in {host}/hub/library/python: az acr import --name {name} --source docker.io/library/python:3.13.2 --image hub/library/python:3.13.2"],
            assessment.Imports);
        Assert.EndsWith("; " + assessment.Imports[0], update.Reason, StringComparison.Ordinal);
        Assert.Equal(update.Reason, assessment.Reason);
    }

    [Theory]
    [InlineData("registry.example.com")]
    [InlineData("contoso.azurecr.io.example.com")]
    [InlineData("a.b.azurecr.io")]
    public async Task What_another_registry_lacks_is_told_without_a_command(string host)
    {
        Push(host, "3.12.1");
        Push("docker.io", "3.12.1", "3.12.4");

        Assert.Equal([$"3.12.4 is in python and not in {host}/hub/library/python: it has to be copied there before it can be used"], (await JudgeAsync(host, "3.12.1")).Imports);
    }

    [Fact]
    public async Task Each_step_that_is_lacking_is_told_and_so_is_the_tag_in_use()
    {
        Push("contoso.azurecr.io", "20.1.0");
        Push("docker.io", "18.2.0", "20.1.0", "20.19.0", "24.1.0");

        Assert.Equal(["20.19.0", "24.1.0"], Tags(await JudgeAsync("contoso.azurecr.io", "20.1.0")));
        var gone = await JudgeAsync("contoso.azurecr.io", "18.2.0");
        Assert.True(gone.IsGone);
        Assert.Equal(["18.2.0", "24.1.0"], Tags(gone));
    }

    [Fact]
    public async Task A_repository_that_was_never_copied_is_gone_and_can_be()
    {
        Push("docker.io", "3.12.1");

        var assessment = await JudgeAsync("contoso.azurecr.io", "3.12.1");

        Assert.True(assessment.IsGone);
        Assert.StartsWith("contoso.azurecr.io has no repository hub/library/python; 3.12.1 is in python and not in ", assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_is_silent_decides_nothing_and_keeps_nothing_from_being_decided()
    {
        Push("contoso.azurecr.io", "3.12.1", "3.12.4");
        _registry.Silent.Add(ImageName.Parse(Source));

        var assessment = await JudgeAsync("contoso.azurecr.io", "3.12.1");

        Assert.Null(assessment.Problem);
        Assert.Equal("3.12.4", Assert.Single(assessment.Updates).Target.Tag);
        Assert.Equal(["what python has besides is not known: docker.io did not answer"], assessment.Imports);
    }

    [Fact]
    public async Task The_source_is_asked_for_its_list_and_for_nothing_more()
    {
        Push("contoso.azurecr.io", "3.12.1", "3.12.4");
        await JudgeAsync("contoso.azurecr.io", "3.12.1", "{minimumAge: 3d}");
        var alone = _registry.Requests;

        Push("docker.io", "3.12.1", "3.12.4", "3.13.2");
        Assert.Equal(["3.13.2"], Tags(await JudgeAsync("contoso.azurecr.io", "3.12.1", "{minimumAge: 3d}")));
        Assert.Equal(alone, _registry.Requests - alone);
    }

    [Fact]
    public async Task Nothing_is_proposed_that_the_mirror_lacks_and_what_would_be_is_told() =>
        await Gen.Select(Gen.Int[0, 4095], Gen.Int[0, 4095], Gen.Int[0, 11], Gen.OneOf("docker", "{level: minor}", "semver:>=1 <3", "numerical", "alphabetical", "digest", "precise", "newestBuild", "{minimumAge: 3d}"))
            .SampleAsync(
                async (copied, held, current, policy) =>
                {
                    string[] all = ["1", "1.0.0", "1.1.0", "1.1.1", "1.2.0-rc.1", "2", "2.0.0", "2.1.0-slim", "2.1.0", "3.0.0", "latest", "20260801"];
                    var (mirror, both) = (new MemoryRegistry(), new MemoryRegistry());
                    var name = Mirror(mirror, "contoso.azurecr.io");
                    for (var i = 0; i < all.Length; i++)
                    {
                        var created = Now.AddDays(-10 - i);
                        if ((copied & (1 << i)) != 0)
                        {
                            mirror.Push(name, all[i], created: created);
                        }

                        if ((held & (1 << i)) != 0)
                        {
                            mirror.Push(Source, all[i], created: created);
                        }

                        if (((copied | held) & (1 << i)) != 0)
                        {
                            both.Push(name, all[i], created: created);
                        }
                    }

                    var tags = await mirror.ListTagsAsync(ImageName.Parse(name), TestContext.Current.CancellationToken) ?? [];
                    var assessment = await JudgeAsync("contoso.azurecr.io", all[current], policy, mirror);

                    Assert.Null(assessment.Problem);
                    Assert.All(assessment.Updates, u => Assert.Contains(u.Target.Tag, tags));
                    Assert.All(Tags(assessment), t => Assert.DoesNotContain(t, tags));
                    if (policy is not ("precise" or "newestBuild"))
                    {
                        var whole = await JudgeAsync("contoso.azurecr.io", all[current], policy, both);
                        Assert.Equal(
                            whole.Updates.Select(u => u.Target.Tag!).Where(t => t != all[current] && !tags.Contains(t)),
                            Tags(assessment).Where(t => t != all[current]));
                    }
                },
                iter: 2000,
                threads: 1);

    [Fact]
    public async Task The_service_tells_too_and_what_it_keeps_of_one_place_is_not_taken_for_the_other()
    {
        using var loop = new Loop();
        var name = Mirror(loop.Registry, "contoso.azurecr.io");
        loop.Host.Create(Loop.Web, ("Dockerfile", $"FROM {name}:3.12.1\n"));
        loop.Registry.Push(name, "3.12.1");
        loop.Registry.Push(Source, "3.12.1");
        loop.Registry.Push(Source, "3.13.2");
        Assert.Empty(await loop.RunAsync());
        Assert.DoesNotContain(loop.Host.Branches(Loop.Web).Keys, b => b.Contains("3.x", StringComparison.Ordinal));
        var kept = await loop.RecallAsync(m => m.Facts.GetAsync(Memory.FactsKey(ImageName.Parse(name)), TestContext.Current.CancellationToken));
        Assert.Equal(["3.13.2"], kept!.Lacking);

        loop.Registry.Push(name, "3.13.2");
        await loop.RunAsync();
        Assert.Contains(loop.Host.Branches(Loop.Web).Keys, b => b.EndsWith("python-3.x.x", StringComparison.Ordinal));
        var lists = loop.Registry.Lists;
        await loop.RunAsync();
        Assert.Equal(2, loop.Registry.Lists - lists);
    }

    [Fact]
    public async Task Facts_of_another_place_are_asked_for_anew()
    {
        using var loop = new Loop();
        var name = Mirror(loop.Registry, "contoso.azurecr.io");
        loop.Host.Create(Loop.Web, ("Dockerfile", $"FROM {name}:3.12.1\n"));
        loop.Registry.Push(name, "3.12.1");
        await loop.RunAsync();
        loop.Registry.Mirrors.Clear();
        loop.Registry.Push(name, "3.12.2");
        await loop.RunAsync();

        var kept = await loop.RecallAsync(m => m.Facts.GetAsync(Memory.FactsKey(ImageName.Parse(name)), TestContext.Current.CancellationToken));
        Assert.Equal((null, null), (kept!.Source, kept.LookIn));
        Assert.Null(kept.FirstSeen);
    }

    private void Push(string host, params string[] tags)
    {
        foreach (var tag in tags)
        {
            _registry.Push(host == "docker.io" ? Source : $"{host}/hub/library/python", tag, created: Now.AddDays(-10));
        }
    }

    private static string Mirror(MemoryRegistry registry, string host)
    {
        var name = $"{host}/hub/library/python";
        registry.Mirrors[ImageName.Parse(name)] = new ImageMirror(ImageName.Parse(Source), MirrorLookup.Mirror);
        return name;
    }

    private static IEnumerable<string> Tags(Assessment assessment) => assessment.Imports.Select(i => i[..i.IndexOf(' ', StringComparison.Ordinal)]);

    private async Task<Assessment> JudgeAsync(string host, string tag, string policy = "docker", MemoryRegistry? registry = null)
    {
        var name = registry is null ? Mirror(_registry, host) : $"{host}/hub/library/python";
        var read = DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", policy));
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", policy), read.Policy) { Pins = false });
        var use = Some.At(ImageReference.Parse($"{name}:{tag}"));
        var choices = new TagChoices(Now);
        var facts = await new RegistrySurvey(registry ?? _registry).AskAsync(UpdatePlanner.Followed([use], policies), choices, null, TestContext.Current.CancellationToken);
        return UpdatePlanner.Assess([use], policies, facts, choices).Single();
    }
}
