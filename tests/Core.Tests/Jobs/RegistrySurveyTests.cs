using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using Basewatch.Core.Tests.Planning;

namespace Basewatch.Core.Tests.Jobs;

public sealed class RegistrySurveyTests
{
    private static readonly DateTimeOffset Now = new(2026, 8, 15, 12, 0, 0, TimeSpan.Zero);

    private readonly MemoryRegistry _registry = new();

    [Fact]
    public async Task A_candidate_that_lacks_a_platform_gives_way_to_the_next()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");
        _registry.Push("acme/app", "1.2.0", platforms: "linux/amd64");

        var assessment = await JudgeAsync("acme/app:1.0.0");

        Assert.Equal("1.1.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.EndsWith("; 1.2.0 has no image for linux/arm64, which 1.0.0 has", assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_platform_that_a_file_asks_for_counts_alone()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.2.0", platforms: "linux/amd64");

        Assert.Equal("1.2.0", Assert.Single((await JudgeAsync("acme/app:1.0.0", new Platform("linux", "amd64"))).Updates).Target.Tag);
        var refused = await JudgeAsync("acme/app:1.0.0", new Platform("linux", "arm64"));
        Assert.EndsWith("; 1.2.0 has no image for linux/arm64, which the file asks for", refused.Reason + "", StringComparison.Ordinal);
        Assert.DoesNotContain(refused.Updates, u => u.Target.Tag == "1.2.0");
    }

    [Fact]
    public async Task The_platforms_that_a_rule_requires_count_in_place_of_those_of_the_image_in_use()
    {
        Platform[] required = [new("linux", "arm64")];
        _registry.Push("acme/app", "1.0.0", platforms: ["linux/amd64", "linux/s390x"]);
        _registry.Push("acme/app", "1.1.0", platforms: ["linux/amd64", "linux/arm64"]);
        _registry.Push("acme/app", "1.2.0", platforms: "linux/amd64");

        var assessment = await JudgeAsync("acme/app:1.0.0", required: required);

        Assert.Equal("1.1.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.EndsWith("; 1.2.0 has no image for linux/arm64, which settings requires", assessment.Reason, StringComparison.Ordinal);
        Assert.Equal("1.2.0", Assert.Single((await JudgeAsync("acme/app:1.0.0", new Platform("linux", "amd64"), required: required)).Updates).Target.Tag);
        Assert.Empty((await JudgeAsync("acme/app:1.0.0", required: [new("linux", "arm64"), new("linux", "riscv64")])).Updates);
    }

    [Fact]
    public async Task What_a_rule_requires_is_waited_for_and_a_republished_tag_has_to_be_there_for_it()
    {
        Platform[] required = [new("linux", "arm64")];
        var old = MemoryRegistry.DigestOf("acme/app:1.0.0 first");
        _registry.Push("acme/app", "1.0.0", platforms: ["linux/amd64", "linux/arm64"]);
        _registry.Push("acme/app", "1.2.0", created: Now.AddHours(-3), platforms: "linux/amd64");
        Assert.EndsWith("; 1.2.0 is still being pushed: linux/arm64 is not there yet", (await JudgeAsync("acme/app:1.0.0", required: required)).Reason, StringComparison.Ordinal);

        _registry.Push("acme/app", "1.0.0", "second", platforms: "linux/amd64");
        var assessment = await JudgeAsync($"acme/app:1.0.0@{old}", policy: "digest", required: required);
        Assert.Empty(assessment.Updates);
        Assert.EndsWith("; 1.0.0 has no image for linux/arm64, which settings requires", assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_is_being_filled_settles_first()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.2.0", created: Now.AddHours(-3), platforms: "linux/amd64");

        var assessment = await JudgeAsync($"acme/app:1.0.0@{MemoryRegistry.DigestOf("acme/app:1.0.0 first")}");

        Assert.Empty(assessment.Updates);
        Assert.EndsWith("; 1.2.0 is still being pushed: linux/arm64 is not there yet", assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_is_asked_for_only_where_there_is_a_step()
    {
        string[] common = ["linux/amd64", "linux/arm64/v8", "linux/arm/v7", "linux/ppc64le", "linux/s390x"];
        _registry.Push("acme/app", "1.0.0", platforms: common);
        await JudgeAsync("acme/app:1.0.0");
        Assert.Equal((1, 1, 0), (_registry.Lists, _registry.Resolutions, _registry.Manifests));

        // One for a candidate that is for everything there commonly is.
        _registry.Push("acme/app", "1.2.0", platforms: common);
        await JudgeAsync("acme/app:1.0.0");
        Assert.Equal((2, 2, 1), (_registry.Lists, _registry.Resolutions, _registry.Manifests));

        // Else one for the image in use too.
        _registry.Push("acme/lib", "1.0.0");
        _registry.Push("acme/lib", "1.2.0");
        await JudgeAsync("acme/lib:1.0.0");
        Assert.Equal((3, 4, 3), (_registry.Lists, _registry.Resolutions, _registry.Manifests));
    }

    [Fact]
    public async Task Only_what_is_used_makes_a_republished_tag_worth_a_hurry()
    {
        _registry.Push("acme/app", "1.0.0");
        var old = MemoryRegistry.DigestOf("acme/app:1.0.0 first");
        _registry.Push("acme/app", "1.0.0", "second");
        _registry.Share(old, MemoryRegistry.DigestOf("acme/app:1.0.0 second"), "linux/arm64");

        var update = Assert.Single((await JudgeAsync($"acme/app:1.0.0@{old}")).Updates);
        Assert.Equal((UpdateKind.Digest, false, "1.0.0 was republished"), (update.Kind, update.IsMinorRefresh, update.Reason));

        update = Assert.Single((await JudgeAsync($"acme/app:1.0.0@{old}", new Platform("linux", "arm64"))).Updates);
        Assert.Equal((UpdateKind.Digest, true, "1.0.0 was republished: only other platforms or attestations changed"), (update.Kind, update.IsMinorRefresh, update.Reason));

        _registry.Share(old, MemoryRegistry.DigestOf("acme/app:1.0.0 second"), "linux/amd64");
        Assert.True(Assert.Single((await JudgeAsync($"acme/app:1.0.0@{old}")).Updates).IsMinorRefresh);
    }

    [Fact]
    public async Task A_manifest_that_is_refused_decides_nothing()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.2.0");
        _registry.RefusedContents = true;

        var assessment = await JudgeAsync("acme/app:1.0.0");

        Assert.Empty(assessment.Updates);
        Assert.StartsWith("asked too often", assessment.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Young_tags_are_passed_over_by_the_dates_of_the_registry()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0", created: Now.AddDays(-9));
        _registry.Push("acme/app", "1.2.0", created: Now.AddDays(-2));

        var assessment = await JudgeAsync("acme/app:1.0.0", policy: "{minimumAge: 3d}");

        var update = Assert.Single(assessment.Updates);
        Assert.Equal(("1.1.0", "newest 1.x; 1.2.0 was built less than 3 days ago (annotation)"), (update.Target.Tag, update.Reason));
    }

    [Fact]
    public void Facts_are_kept_whole()
    {
        var digest = MemoryRegistry.DigestOf("x");
        var facts = new ImageFacts(ImageName.Parse("python"))
        {
            Tags = ["3.12"],
            Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["3.12"] = digest },
            Contents = new Dictionary<Digest, ImageContent>
            {
                [digest] = new() { Images = [PlatformImage.Of(new Platform("windows", "amd64", null, "10.0.20348.1"), digest)], Date = new TagDate(Now, DateSource.Configuration), IsDated = true },
                [MemoryRegistry.DigestOf("y")] = new() { IsDated = true },
            },
            ContentProblems = new Dictionary<Digest, string> { [MemoryRegistry.DigestOf("z")] = "silent" },
            FirstSeen = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { ["3.12"] = Now },
        };

        var again = ImageFactsRecord.Of(facts).ToFacts(facts.Image);

        Assert.Equal(facts.Contents[digest].Images!, again.Contents[digest].Images!);
        Assert.Equal(facts.Contents[digest].Date, again.Contents[digest].Date);
        Assert.Equal(facts.Contents[MemoryRegistry.DigestOf("y")], again.Contents[MemoryRegistry.DigestOf("y")]);
        Assert.Equal(facts.ContentProblems, again.ContentProblems);
        Assert.Equal(facts.FirstSeen, again.FirstSeen);
    }

    [Fact]
    public void A_tag_that_is_new_in_the_list_was_first_seen_then()
    {
        var image = ImageName.Parse("python");
        var first = ImageFacts.Of(image, ["1"], null, Now);
        var second = ImageFacts.Of(image, ["1", "2"], first, Now.AddDays(1));
        var third = ImageFacts.Of(image, ["2", "3"], second, Now.AddDays(2));

        Assert.Empty(first.FirstSeen);
        Assert.Equal([("2", Now.AddDays(1)), ("3", Now.AddDays(2))], third.FirstSeen.Select(s => (s.Key, s.Value)));
    }

    [Theory]
    [InlineData("linux/arm/v6", "linux/arm/v7", true)]
    [InlineData("linux/arm/v7", "linux/arm", true)]
    [InlineData("linux/arm/v7", "linux/arm/v6", false)]
    [InlineData("linux/arm64", "linux/arm64/v8", true)]
    [InlineData("linux/arm64/v8", "linux/aarch64", true)]
    [InlineData("linux/amd64/v3", "linux/amd64", false)]
    [InlineData("linux/amd64", "windows/amd64", false)]
    [InlineData("windows/amd64 10.0.20348.2700", "windows/amd64 10.0.20348.1", true)]
    [InlineData("windows/amd64 10.0.17763.2700", "windows/amd64 10.0.20348.1", false)]
    public void A_platform_serves_where_its_images_run(string candidate, string required, bool serves)
    {
        Assert.True(Platform.TryParseFull(candidate, out var one));
        Assert.True(Platform.TryParseFull(required, out var other));
        Assert.Equal(serves, one.Serves(other));
        Assert.Equal(candidate, one.ToFullString());
    }

    private async Task<Assessment> JudgeAsync(string reference, Platform? platform = null, string policy = "{level: minor}", Platform[]? required = null)
    {
        var source = new RuleSource("settings", null, "basewatch");
        var read = DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", policy));
        var policies = new PolicySet([], new PolicyRule(new PolicyText("basewatch", policy), read.Policy) { Pins = false, Source = source, Platforms = required ?? [] });
        var use = Some.At(ImageReference.Parse(reference)) with { Platform = platform };
        var facts = await new RegistrySurvey(_registry).AskAsync(UpdatePlanner.Followed([use], policies), Now, null, TestContext.Current.CancellationToken);
        return UpdatePlanner.Assess([use], policies, facts, Now).Single();
    }
}
