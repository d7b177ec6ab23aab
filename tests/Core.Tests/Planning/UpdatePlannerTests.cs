using System.Text;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using CsCheck;

namespace Basewatch.Core.Tests.Planning;

public sealed class UpdatePlannerTests
{
    [Fact]
    public void Every_target_is_held_by_the_registry_with_that_digest() =>
        Gen.Select(Some.Uses, Some.Registry).Sample((uses, registry) =>
        {
            var facts = Some.Facts(uses, registry);
            foreach (var update in Some.Assess(uses, facts).SelectMany(a => a.Updates))
            {
                var known = facts[update.Target.Name];
                Assert.Equal(update.Use.Reference!.Name, update.Target.Name);
                Assert.Contains(update.Target.Tag!, known.Tags!);
                if (update.Target.Digest is not null)
                {
                    Assert.Equal(known.Digests[update.Target.Tag!], update.Target.Digest);
                }

                Assert.NotEqual(update.Use.Reference, update.Target);
            }
        });

    [Fact]
    public void A_digest_is_added_only_where_it_may_be_and_never_taken_away() =>
        Gen.Select(Some.Uses, Some.Registry).Sample((uses, registry) =>
        {
            foreach (var update in Some.Assess(uses, Some.Facts(uses, registry)).SelectMany(a => a.Updates))
            {
                Assert.Equal(update.Use.Pinnable || update.Use.Reference!.Digest is not null, update.Target.Digest is not null);
            }
        });

    [Fact]
    public void What_got_no_answer_decides_nothing() =>
        Gen.Select(Some.Uses, Some.Registry).Sample((uses, registry) =>
        {
            var facts = Some.Facts(uses, registry);
            foreach (var assessment in Some.Assess(uses, facts))
            {
                var known = facts[assessment.Use.Reference!.Name];
                if (known.Problem is not null)
                {
                    Assert.Equal(known.Problem, assessment.Problem);
                }

                if (assessment.Problem is not null)
                {
                    Assert.Empty(assessment.Updates);
                    Assert.False(assessment.IsGone);
                }
            }
        });

    [Fact]
    public void No_registry_is_needed_for_what_is_built_on_the_machine_or_ignored()
    {
        const string Compose = "services:\n  a:\n    image: x:1 # basewatch: ignore\n  b: { image: localhost/y:1 }\n  c: { image: \"y:local\" }\n  d: { image: \"z:1\" }\n";
        var uses = FormatCatalog.Default.Read("compose.yaml", Encoding.UTF8.GetBytes(Compose)).Uses;
        var assessments = Some.Assess(uses, new Dictionary<ImageName, ImageFacts>());
        Assert.Equal([true, true, true, false], assessments.Select(a => a.Problem is null));
        Assert.Equal(uses.Take(3).Select(u => u.Skip), assessments.Take(3).Select(a => a.Reason));
    }

    [Fact]
    public void After_all_updates_nothing_is_left_to_do() =>
        Gen.Select(Some.Uses, Some.Registry).Sample((uses, registry) =>
        {
            // As `update` does: the furthest step of each use. Two steps may be needed where a pre-release leads to a release.
            var current = uses;
            for (var i = 0; i < 4; i++)
            {
                current = [.. Some.Assess(current, Some.Facts(current, registry)).Select(a => a.Updates.Count == 0 ? a.Use : Some.At(a.Updates[^1].Target, a.Use.Path, a.Use.Line, a.Use.Pinnable))];
            }

            Assert.All(Some.Assess(current, Some.Facts(current, registry)), a => Assert.Empty(a.Updates));
        });

    [Fact]
    public void Majors_travel_apart() =>
        Gen.Select(Some.Uses, Some.Registry).Sample((uses, registry) =>
        {
            foreach (var assessment in Some.Assess(uses, Some.Facts(uses, registry)))
            {
                Assert.InRange(assessment.Updates.Count, 0, 2);
                if (assessment.Updates.Count == 2)
                {
                    Assert.NotEqual(UpdateKind.Major, assessment.Updates[0].Kind);
                    Assert.Equal(UpdateKind.Major, assessment.Updates[1].Kind);
                }
            }
        });

    [Fact]
    public void A_tag_is_gone_only_when_the_registry_says_so_of_the_tag_itself()
    {
        var use = Some.At(ImageReference.Parse("python:3.12"));
        Assert.True(Judge(held: ["3.11"], digest: null).IsGone);
        Assert.False(Judge(held: ["3.11"], digest: Digest.Of("a"u8)).IsGone);

        Assessment Judge(string[] held, Digest? digest) => Some.Assess([use], new Dictionary<ImageName, ImageFacts>
        {
            [use.Reference!.Name] = new(use.Reference.Name) { Tags = held, Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["3.12"] = digest } },
        }).Single();
    }

    [Fact]
    public void A_tag_whose_only_step_is_major_is_pinned_meanwhile()
    {
        var use = Some.At(ImageReference.Parse("redis:7.2"));
        var (old, current) = (Digest.Of("old"u8), Digest.Of("current"u8));
        var facts = new ImageFacts(use.Reference!.Name)
        {
            Tags = ["7.2", "8.0"],
            Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["7.2"] = current, ["8.0"] = Digest.Of("new"u8) },
            Signatures = new Dictionary<Digest, SignatureFact> { [old] = new(SignatureKind.None, default), [current] = new(SignatureKind.None, default) },
        };

        Assert.Equal(["7.2", "8.0"], Some.DigestsNeeded(facts.Tags!, ["7.2"]).Order(StringComparer.Ordinal));
        Assert.Equal([UpdateKind.Pin, UpdateKind.Major], KindsOf(use));
        Assert.Equal([UpdateKind.Digest, UpdateKind.Major], KindsOf(Some.At(use.Reference with { Digest = old })));
        Assert.Equal([UpdateKind.Major], KindsOf(Some.At(use.Reference with { Digest = current })));

        IEnumerable<UpdateKind> KindsOf(Core.Formats.ImageUse one) =>
            Some.Assess([one], new Dictionary<ImageName, ImageFacts> { [facts.Image] = facts }).Single().Updates.Select(u => u.Kind);
    }

    [Fact]
    public void An_image_without_a_tag_gets_the_tag_that_it_means_with_its_digest()
    {
        var use = Some.At(ImageReference.Parse("nginx"));
        var digest = Digest.Of("a"u8);
        var facts = new ImageFacts(use.Reference!.Name) { Tags = ["latest", "1.29"], Digests = new Dictionary<string, Digest?>(StringComparer.Ordinal) { ["latest"] = digest } };

        var update = Some.Assess([use], new Dictionary<ImageName, ImageFacts> { [facts.Image] = facts }).Single().Updates.Single();

        Assert.Equal((UpdateKind.Pin, $"nginx:latest@{digest}"), (update.Kind, update.Target.Familiar));
    }

    [Fact]
    public void Only_digests_that_a_decision_needs_are_asked_for() =>
        Gen.Select(Some.Tag.List[0, 40], Some.Tag.List[1, 5]).Sample((held, used) =>
        {
            var needed = Some.DigestsNeeded(held, used);
            Assert.InRange(needed.Count, 1, used.Count * 3);
            Assert.All(needed, tag => Assert.True(held.Contains(tag) || used.Contains(tag)));
        });

    [Fact]
    public void A_rule_of_ones_own_decides_for_its_images_alone()
    {
        var source = new RuleSource("settings", null, "basewatch");
        Assert.True(ScopedRule.TryCreate("python", "semver:~3.12", source, out var range, out _));
        Assert.True(ScopedRule.TryCreate("ghcr.io/acme/*", "digest", source, out var digest, out _));
        var policies = new PolicySet([new ScopedRules([range, digest])]);

        Assert.Equal(["python:3.12.9 (semver)"], Next("python:3.12.1"));
        Assert.Equal(["node:3.14.0 (docker)", "node:4.0.0 (docker)"], Next("node:3.12.1"));
        Assert.Equal([$"ghcr.io/acme/app:3.12.1 (digest)"], Next("ghcr.io/acme/app:3.12.1"));

        IEnumerable<string> Next(string image)
        {
            var use = Some.At(ImageReference.Parse(image));
            string[] tags = ["3.12.1", "3.12.9", "3.14.0", "4.0.0"];
            var facts = new ImageFacts(use.Reference!.Name) { Tags = tags, Digests = tags.ToDictionary(t => t, t => (Digest?)Digest.Of(System.Text.Encoding.UTF8.GetBytes(t)), StringComparer.Ordinal) };
            return UpdatePlanner.Assess([use], policies, new Dictionary<ImageName, ImageFacts> { [facts.Image] = facts }, new TagChoices(default)).Single().Updates.Select(u => $"{(u.Target with { Digest = null }).Familiar} ({u.Policy})");
        }
    }
}
