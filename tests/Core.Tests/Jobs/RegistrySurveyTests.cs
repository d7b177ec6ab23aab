using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using Basewatch.Core.Tests.Planning;
using CsCheck;

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tag_of_the_list_without_an_image_gives_way_to_the_next(bool hasDigest)
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");
        _registry.Push("acme/app", "1.2.0");
        _ = hasDigest ? _registry.Missing.Add(MemoryRegistry.DigestOf("acme/app:1.2.0 first")) : _registry.Dangling.Add("1.2.0");

        var assessment = await JudgeAsync("acme/app:1.0.0");

        Assert.Equal("1.1.0", Assert.Single(assessment.Updates).Target.Tag);
        Assert.EndsWith("; 1.2.0 is in the list of tags, but there is no image: it was deleted, or is still being pushed", assessment.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_else_is_newer_the_tag_in_use_is_pinned()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.2.0");
        _registry.Dangling.Add("1.2.0");

        var assessment = await JudgeAsync("acme/app:1.0.0", pins: true);

        Assert.Equal("1.0.0", Assert.Single(assessment.Updates).Target.Tag);
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
    public async Task A_registry_that_says_when_tags_were_pushed_is_not_asked_for_images()
    {
        _registry.KeepsDates = true;
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0", created: Now.AddDays(-9));
        _registry.Push("acme/app", "1.2.0", created: Now.AddDays(-2));
        var (policies, use) = Rule("acme/app:1.0.0", policy: "{minimumAge: 3d}", required: [new("linux", "amd64")]);

        var facts = await AskAsync(policies, use);

        var update = Assert.Single(UpdatePlanner.Assess([use], policies, facts, new TagChoices(Now)).Single().Updates);
        Assert.Equal(("1.1.0", "newest 1.x; 1.2.0 was pushed less than 3 days ago (registry)"), (update.Target.Tag, update.Reason));

        // Dates of both, and one manifest: for the platforms of what is proposed.
        Assert.Equal((2, 1), (_registry.Dates, _registry.Manifests));
    }

    [Fact]
    public void A_push_date_holds_for_the_digest_that_was_pushed()
    {
        var (old, current) = (MemoryRegistry.DigestOf("old"), MemoryRegistry.DigestOf("current"));
        var facts = new ImageFacts(ImageName.Parse("acme/app"))
        {
            Tags = ["1", "2"],
            Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["1"] = current, ["2"] = current },
            Pushed = new Dictionary<string, PushDate>(StringComparer.Ordinal) { ["1"] = new(old, Now), ["2"] = new(current, Now) },
        };

        Assert.True(facts.DateOf("1").IsOpen);
        Assert.Equal(new TagDate(Now, DateSource.Registry), facts.DateOf("2").Value);
    }

    [Fact]
    public async Task An_image_that_is_signed_gives_way_to_none_that_is_not()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");
        _registry.Push("acme/app", "1.2.0");
        _registry.Signed.UnionWith([DigestOf("1.0.0"), DigestOf("1.1.0")]);

        var assessment = await JudgeAsync($"acme/app:1.0.0@{DigestOf("1.0.0")}", new Platform("linux", "amd64"));

        var update = Assert.Single(assessment.Updates);
        Assert.Equal("1.1.0", update.Target.Tag);
        Assert.EndsWith("; 1.2.0 is not signed, and 1.0.0 is", update.Reason, StringComparison.Ordinal);
        Assert.Equal(3, _registry.Referrers);

        Assert.Equal("1.2.0", Assert.Single((await JudgeAsync($"acme/app:1.0.0@{DigestOf("1.0.0")}", signed: SignatureRule.Ignore)).Updates).Target.Tag);
        Assert.Equal(3, _registry.Referrers);
    }

    [Fact]
    public async Task A_republished_tag_that_lost_its_signature_is_not_followed()
    {
        _registry.Push("acme/app", "1.0.0");
        var old = DigestOf("1.0.0");
        _registry.Signed.Add(old);
        _registry.Push("acme/app", "1.0.0", "second");

        var assessment = await JudgeAsync($"acme/app:1.0.0@{old}");

        Assert.Empty(assessment.Updates);
        Assert.EndsWith("; 1.0.0 is not signed, and the digest in use is", assessment.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, null, 0, 2)]
    [InlineData(true, null, 1, 2)]
    [InlineData(false, SignatureRule.Keep, 1, 2)]
    [InlineData(true, SignatureRule.Ignore, 0, 2)]
    [InlineData(false, SignatureRule.Required, 4, 5)]
    public async Task What_is_asked_for_signatures_where_there_are_none(bool isPinned, SignatureRule? signed, int referrers, int resolutions)
    {
        foreach (var tag in new[] { "1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0" })
        {
            _registry.Push("acme/app", tag);
        }

        var assessment = await JudgeAsync($"acme/app:1.0.0{(isPinned ? "@" + DigestOf("1.0.0") : "")}", signed: signed);

        Assert.Equal(signed == SignatureRule.Required ? 0 : 1, assessment.Updates.Count);
        Assert.Equal((1, referrers), (_registry.Lists, _registry.Referrers));

        // The target, and the tag in use for its platforms or where nothing replaces it; each candidate where all are refused.
        Assert.Equal(isPinned ? resolutions - 1 : resolutions, _registry.Resolutions);
    }

    [Fact]
    public async Task Signatures_among_the_tags_cost_no_request()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");
        _registry.Push("acme/app", SignatureKinds.CosignTagOf(DigestOf("1.0.0")));
        _registry.Push("acme/app", SignatureKinds.CosignTagOf(DigestOf("1.1.0")));

        Assert.Equal("1.1.0", Assert.Single((await JudgeAsync("acme/app:1.0.0")).Updates).Target.Tag);
        Assert.Equal((2, 0), (_registry.Resolutions, _registry.Referrers));

        // They show too that images are signed here: then a tag alone is held to it.
        _registry.Delete("acme/app", SignatureKinds.CosignTagOf(DigestOf("1.1.0")));
        Assert.EndsWith("; 1.1.0 is not signed, and 1.0.0 is", (await JudgeAsync("acme/app:1.0.0")).Reason, StringComparison.Ordinal);
        Assert.Equal(1, _registry.Referrers);
    }

    [Fact]
    public async Task A_signature_is_no_newer_build()
    {
        _registry.KeepsDates = true;
        _registry.Push("acme/app", "main-1", created: Now.AddDays(-3));
        _registry.Push("acme/app", "main-2", created: Now.AddDays(-2));
        _registry.Push("acme/app", SignatureKinds.CosignTagOf(DigestOf("main-2")), created: Now.AddDays(-1));

        Assert.Equal("main-2", Assert.Single((await JudgeAsync("acme/app:main-1", policy: "newestBuild")).Updates).Target.Tag);
    }

    [Fact]
    public async Task What_is_young_is_not_signed_yet()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0", created: Now.AddHours(-1));
        _registry.Signed.Add(DigestOf("1.0.0"));

        Assert.EndsWith("; 1.1.0 is not signed yet, and 1.0.0 is", (await JudgeAsync($"acme/app:1.0.0@{DigestOf("1.0.0")}")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_that_nobody_can_tell_decides_nothing()
    {
        _registry.RefusedReferrers = true;
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");

        var assessment = await JudgeAsync($"acme/app:1.0.0@{DigestOf("1.0.0")}");

        Assert.Empty(assessment.Updates);
        Assert.StartsWith("broken", assessment.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_there_is_a_signature_is_known_for_ever_and_that_there_is_none_for_a_while()
    {
        _registry.Push("acme/app", "1.0.0");
        _registry.Push("acme/app", "1.1.0");
        _registry.Signed.Add(DigestOf("1.0.0"));
        var (policies, use) = Rule($"acme/app:1.0.0@{DigestOf("1.0.0")}");
        var (image, followed) = UpdatePlanner.Followed([use], policies).Single();
        var survey = new RegistrySurvey(_registry);
        var (facts, _) = await survey.AskAsync(image, followed, new TagChoices(Now), null, TestContext.Current.CancellationToken);
        Assert.Equal(2, _registry.Referrers);

        (facts, _) = await survey.AskAsync(image, followed, new TagChoices(Now.AddMinutes(14)), facts, TestContext.Current.CancellationToken);
        Assert.Equal(2, _registry.Referrers);

        _registry.Signed.Add(DigestOf("1.1.0"));
        (facts, _) = await survey.AskAsync(image, followed, new TagChoices(Now.AddMinutes(16)), facts, TestContext.Current.CancellationToken);
        Assert.Equal(3, _registry.Referrers);
        Assert.Single(UpdatePlanner.Assess([use], policies, new Dictionary<ImageName, ImageFacts> { [image] = facts }, new TagChoices(Now.AddMinutes(16))).Single().Updates);

        (_, _) = await survey.AskAsync(image, followed, new TagChoices(Now.AddYears(1)), facts, TestContext.Current.CancellationToken);
        Assert.Equal(3, _registry.Referrers);
    }

    [Fact]
    public async Task What_a_rule_on_signatures_excludes_is_never_proposed() =>
        await Gen.Select(Gen.Int[0, 255], Gen.Int[1, 8], Gen.Int[-1, 2].Select(n => n < 0 ? (SignatureRule?)null : (SignatureRule)n), Gen.Bool, Gen.Bool)
            .SampleAsync(
                async (marks, count, rule, isPinned, byTag) =>
                {
                    var registry = new MemoryRegistry();
                    var tags = Enumerable.Range(0, count).Select(n => $"1.{n}.0").ToList();
                    tags.ForEach(t => registry.Push("acme/app", t));
                    var signed = tags.Where((_, n) => (marks & (1 << n)) != 0).Select(DigestOf).ToHashSet();
                    foreach (var digest in signed)
                    {
                        if (byTag)
                        {
                            registry.Push("acme/app", SignatureKinds.CosignTagOf(digest));
                        }
                        else
                        {
                            registry.Signed.Add(digest);
                        }
                    }

                    var assessment = await JudgeAsync($"acme/app:1.0.0{(isPinned ? "@" + DigestOf("1.0.0") : "")}", signed: rule, registry: registry, pins: true);

                    Assert.Null(assessment.Problem);
                    var isHeld = rule == SignatureRule.Required
                        || (rule != SignatureRule.Ignore && signed.Contains(DigestOf("1.0.0")) && (isPinned || byTag || rule == SignatureRule.Keep));
                    Assert.All(assessment.Updates, u => Assert.True(!isHeld || signed.Contains(DigestOf(u.Target.Tag!)), $"{u.Target} is proposed"));
                    if (!isHeld && count > 1)
                    {
                        Assert.Contains(assessment.Updates, u => u.Target.Tag == tags[^1]);
                    }
                },
                iter: 400,
                threads: 1);

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
            Pushed = new Dictionary<string, PushDate>(StringComparer.Ordinal) { ["3.12"] = new(digest, Now) },
            Signatures = new Dictionary<Digest, SignatureFact> { [digest] = new(SignatureKind.Cosign, Now), [MemoryRegistry.DigestOf("y")] = new(SignatureKind.None, Now, IsAwaited: true) },
            SignatureProblems = new Dictionary<Digest, string> { [MemoryRegistry.DigestOf("z")] = "silent" },
            Mirror = new ImageMirror(ImageName.Parse("ghcr.io/acme/python"), MirrorLookup.Mirror),
            Lacking = ["3.13"],
            SourceProblem = "silent",
        };

        var again = ImageFactsRecord.Of(facts).ToFacts(facts.Image);

        Assert.Equal(facts.Contents[digest].Images!, again.Contents[digest].Images!);
        Assert.Equal(facts.Contents[digest].Date, again.Contents[digest].Date);
        Assert.Equal(facts.Contents[MemoryRegistry.DigestOf("y")], again.Contents[MemoryRegistry.DigestOf("y")]);
        Assert.Equal(facts.ContentProblems, again.ContentProblems);
        Assert.Equal((facts.Mirror, "3.13", "silent"), (again.Mirror, Assert.Single(again.Lacking), again.SourceProblem));
        Assert.Equal(facts.FirstSeen, again.FirstSeen);
        Assert.Equal(facts.Pushed, again.Pushed);
        Assert.Equal(facts.Signatures, again.Signatures);
        Assert.Equal(facts.SignatureProblems, again.SignatureProblems);
        Assert.Equal(facts.Problems, again.Problems);
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

    private static Digest DigestOf(string tag) => MemoryRegistry.DigestOf($"acme/app:{tag} first");

    private static (PolicySet Policies, ImageUse Use) Rule(
        string reference, Platform? platform = null, string policy = "{level: minor}", Platform[]? required = null, SignatureRule? signed = null, bool pins = false)
    {
        var source = new RuleSource("settings", null, "basewatch");
        var read = DialectCatalog.Find("basewatch")!.ReadPolicy(new SourceFile("policy", policy));
        var rule = new PolicyRule(new PolicyText("basewatch", policy) { Signed = signed }, read.Policy) { Pins = pins, Source = source, Platforms = required ?? [] };
        return (new PolicySet([], rule), Some.At(ImageReference.Parse(reference)) with { Platform = platform });
    }

    private Task<IReadOnlyDictionary<ImageName, ImageFacts>> AskAsync(PolicySet policies, ImageUse use, MemoryRegistry? registry = null) =>
        new RegistrySurvey(registry ?? _registry).AskAsync(UpdatePlanner.Followed([use], policies), new TagChoices(Now), null, TestContext.Current.CancellationToken);

    private async Task<Assessment> JudgeAsync(
        string reference,
        Platform? platform = null,
        string policy = "{level: minor}",
        Platform[]? required = null,
        SignatureRule? signed = null,
        MemoryRegistry? registry = null,
        bool pins = false)
    {
        var (policies, use) = Rule(reference, platform, policy, required, signed, pins);
        return UpdatePlanner.Assess([use], policies, await AskAsync(policies, use, registry), new TagChoices(Now)).Single();
    }
}
