using System.Diagnostics;
using Basewatch.Core.Images;
using Basewatch.Core.Rebuilds;
using CsCheck;

namespace Basewatch.Core.Tests.Rebuilds;

/// <summary>The graph of own images, and the plan over it: whatever repositories say.</summary>
public sealed class RebuildGraphTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static readonly RebuildLimits AtOnce = new(2, TimeSpan.Zero, TimeSpan.Zero);

    private static readonly RebuildMethod Method = new(RebuildKind.Workflow, "build.yml");

    /// <summary>Images that are built on others of them, or on one of two roots; with circles now and then.</summary>
    private static readonly Gen<OwnImage[]> Images =
        from count in Gen.Int[1, 14]
        from bases in Gen.Int[-3, 13].Array[1, 2].Array[count]
        from circular in Gen.Int[0, 3]
        select Enumerable.Range(0, count).Select(i => Image(
            i, [.. bases[i].Select(b => circular == 0 ? b % count : b < i ? b : -1 - (b % 2)).Distinct().Select(b => b < 0 ? $"root{-b}:1" : $"ghcr.io/acme/i{b}:1")])).ToArray();

    [Fact]
    public void What_is_built_on_another_comes_after_it_and_every_circle_is_reported() => Images.Sample(images =>
    {
        var graph = RebuildGraph.Of(images);
        var place = graph.Images.Select((image, at) => (image, at)).ToDictionary(p => p.image, p => p.at);
        Assert.Equal(images.Length, graph.Images.Count);
        var circular = images.Where(i => Reaches(graph, i, i)).ToHashSet();
        Assert.Equal(circular.Order(ByKey), graph.Cycles.SelectMany(c => c).Order(ByKey));
        Assert.Equal(circular.Order(ByKey), graph.Images.Where(graph.IsCircular).Order(ByKey));
        foreach (var image in images.Where(i => !circular.Contains(i)))
        {
            Assert.All(graph.ParentsOf(image).Where(p => !circular.Contains(p)), p => Assert.True(place[p] < place[image] && graph.DepthOf(p) < graph.DepthOf(image)));
            Assert.Equal(graph.ParentsOf(image).Order(ByKey), images.Where(p => graph.ChildrenOf(p).Contains(image)).Order(ByKey));
        }
    }, iter: 2000);

    [Fact]
    public void The_order_in_which_images_are_found_changes_nothing() => Gen.Select(Images, Gen.Int).Sample((images, seed) =>
    {
        var shuffled = images.ToArray();
        new Random(seed).Shuffle(shuffled);
        var (one, other) = (RebuildGraph.Of(images), RebuildGraph.Of(shuffled));
        Assert.Equal(one.Images.Select(i => i.Key), other.Images.Select(i => i.Key));
        Assert.Equal(one.Roots, other.Roots);
        var entries = images.Where((_, i) => (seed >> (i % 16) & 1) == 0).ToDictionary(i => i.Key, Due, StringComparer.Ordinal);
        Assert.Equal(Lines(RebuildPlanner.Plan(one, entries, AtOnce, Now)), Lines(RebuildPlanner.Plan(other, entries, AtOnce, Now)));
    }, iter: 500);

    [Fact]
    public void The_tree_has_each_image_that_is_shown_once_behind_one_that_it_is_built_on() => Gen.Select(Images, Gen.Int).Sample((images, seed) =>
    {
        var graph = RebuildGraph.Of(images);
        var shown = images.Where((_, i) => (seed >> (i % 16) & 1) == 0).ToHashSet();
        var tree = graph.Tree(shown.Contains).ToList();
        Assert.Equal(shown.Order(ByKey), tree.Select(b => b.Image).Order(ByKey));
        foreach (var (i, branch) in tree.Index())
        {
            if (branch.Level > 0)
            {
                Assert.Contains(tree.Take(i).Last(b => b.Level == branch.Level - 1).Image, graph.ParentsOf(branch.Image));
            }
            else if (branch.Root is not null)
            {
                Assert.Contains(branch.Root, branch.Image.Bases);
            }
        }

        // Nothing that has a base of others is left to the end.
        Assert.All(tree.Where(b => b is { Level: 0, Root: null }), b => Assert.True(graph.DepthOf(b.Image) > 0 || graph.IsCircular(b.Image) || !b.Image.Bases.Any(graph.Roots.Contains)));
    }, iter: 1000);

    [Fact]
    public void A_wave_builds_each_image_above_what_moved_once_after_what_it_is_built_on_and_never_more_than_may() => Gen.Select(Images, Gen.Int[1, 4], Gen.Int).Sample((images, most, seed) =>
    {
        var graph = RebuildGraph.Of(images);
        var random = new Random(seed);
        var limits = AtOnce with { AtOnce = most };
        var entries = graph.Images.Where(i => !graph.IsCircular(i) && i.Bases.Any(b => b.Familiar == "root1:1")).ToDictionary(i => i.Key, Due, StringComparer.Ordinal);
        var expected = graph.Images.Where(i => !graph.IsCircular(i) && Above(graph, i, entries.Keys)).Select(i => i.Key).ToHashSet(StringComparer.Ordinal);
        var built = new List<string>();
        for (var turn = 0; turn < 200; turn++)
        {
            var plan = RebuildPlanner.Plan(graph, entries, limits, Now);
            foreach (var start in plan.Starts)
            {
                // Whatever it is built on is as it should be by then.
                Assert.All(graph.ParentsOf(start.Image).Where(p => expected.Contains(p.Key)), p => Assert.Contains(p.Key, built));
                entries[start.Image.Key] = entries[start.Image.Key].Begin(Method, null, Now).Started("run", null);
            }

            Assert.InRange(entries.Values.Count(e => e.IsBuilding), 0, most);
            if (entries.Values.Where(e => e.IsBuilding).ToList() is not [_, ..] running)
            {
                Assert.Empty(plan.Starts);
                break;
            }

            var done = running[random.Next(running.Count)];
            built.Add(done.Key);
            entries[done.Key] = done.Settled(RebuildEnd.Built, [], Now);
            foreach (var child in graph.ChildrenOf(graph.Find(done.Key)!).Where(c => !graph.IsCircular(c)))
            {
                var entry = entries.GetValueOrDefault(child.Key) ?? new RebuildEntry(child.Key);
                entries[child.Key] = entry.Notice([.. entry.Causes, new RebuildCause(RebuildReason.BaseDigest, $"{graph.Find(done.Key)!.Name.Familiar}:1", null, $"after {built.Count}")], Now);
            }
        }

        Assert.Equal(expected.Order(StringComparer.Ordinal), built.Order(StringComparer.Ordinal));
    }, iter: 1000);

    [Fact]
    public void Behind_one_that_was_given_up_everything_waits_and_says_for_which()
    {
        var images = new[] { Image(0, "root1:1"), Image(1, "ghcr.io/acme/i0:1"), Image(2, "ghcr.io/acme/i1:1"), Image(3, "root1:1") };
        var graph = RebuildGraph.Of(images);
        var stopped = Due(images[0]).Begin(Method, null, Now).Started("1", null).Failed("no", Now) with { Failures = 3 };
        var plan = RebuildPlanner.Plan(graph, new Dictionary<string, RebuildEntry>(StringComparer.Ordinal) { [images[0].Key] = stopped, [images[3].Key] = Due(images[3]) }, AtOnce, Now.AddDays(1));
        Assert.Equal(
            [("i0", RebuildAction.Stopped, null), ("i1", RebuildAction.Blocked, images[0].Key), ("i2", RebuildAction.Blocked, images[0].Key), ("i3", RebuildAction.Start, (string?)null)],
            plan.Steps.Select(s => (s.Image.Name.Repository[5..], s.Action, s.For)));

        // Another digest of the base is another occasion.
        Assert.False(stopped.Notice([new RebuildCause(RebuildReason.BaseDigest, "root1:1", null, "newer")], Now).IsStopped);
    }

    [Fact]
    public void Several_reasons_within_the_window_are_one_build_and_what_a_commit_changed_is_left_to_its_workflows_first()
    {
        var image = Image(0, "root1:1", "root2:1");
        var graph = RebuildGraph.Of([image]);
        var limits = new RebuildLimits(2, TimeSpan.FromMinutes(10), TimeSpan.FromHours(1));
        var first = new RebuildCause(RebuildReason.BaseDigest, "root1:1", null, "b");
        var entry = new RebuildEntry(image.Key).Notice([first], Now);
        entry = entry.Notice([first, new RebuildCause(RebuildReason.BaseDigest, "root2:1", null, "b")], Now.AddMinutes(9));
        Assert.Equal(RebuildAction.Gather, Plan(entry, Now.AddMinutes(9)));
        Assert.Equal(RebuildAction.Start, Plan(entry, Now.AddMinutes(10)));
        var changed = new RebuildEntry(image.Key).Notice([new RebuildCause(RebuildReason.Dependency, "package-lock.json", null, "b")], Now);
        Assert.Equal(RebuildAction.Gather, Plan(changed, Now.AddMinutes(59)));
        Assert.Equal(RebuildAction.Start, Plan(changed, Now.AddMinutes(60)));

        RebuildAction Plan(RebuildEntry known, DateTimeOffset at) => Assert.Single(RebuildPlanner.Plan(graph, new Dictionary<string, RebuildEntry>(StringComparer.Ordinal) { [image.Key] = known }, limits, at).Steps).Action;
    }

    [Fact]
    public void A_pinned_base_is_moved_by_a_commit_or_not_at_all()
    {
        var (old, now) = (Jobs.MemoryRegistry.DigestOf("old"), Jobs.MemoryRegistry.DigestOf("new"));
        var pinned = Image(0, $"root1:1@{old}");
        var facts = new OwnImageFacts(Jobs.MemoryRegistry.DigestOf("image"), Now, [new BuiltOn(pinned.Bases[0], old, null)]);
        var moved = new Dictionary<ImageReference, BaseNow> { [ImageReference.Parse("root1:1")] = new(now, []) };
        Assert.Empty(RebuildReasons.Of(pinned, facts, moved));

        var commits = pinned with { Methods = [Method, new RebuildMethod(RebuildKind.Commit, "")] };
        var causes = RebuildReasons.Of(commits, facts, moved);
        Assert.True(RebuildPlanner.MovesPin(commits, causes));
        Assert.Equal(RebuildKind.Commit, commits.MethodFor(movesPin: true)?.Kind);

        // Somebody else has moved it: the image was not built of that commit.
        var merged = Image(0, $"root1:1@{now}");
        Assert.Equal(RebuildReason.BaseVersion, Assert.Single(RebuildReasons.Of(merged, facts with { Bases = [new BuiltOn(merged.Bases[0], old, null)] }, moved)).Reason);
    }

    [Fact]
    public void Five_thousand_images_six_deep_are_planned_within_a_second()
    {
        var images = Enumerable.Range(0, 5000).Select(i => Image(i, i < 20 ? $"root{i % 4}:1" : $"ghcr.io/acme/i{(i - 20) / 3}:1")).ToArray();
        RebuildGraph.Of(images.Take(50));
        var clock = Stopwatch.StartNew();
        var graph = RebuildGraph.Of(images);
        var plan = RebuildPlanner.Plan(graph, images.Take(20).Where((_, i) => i % 4 == 0).ToDictionary(i => i.Key, Due, StringComparer.Ordinal), AtOnce, Now);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.InRange(graph.Images.Max(graph.DepthOf), 5, 7);
        Assert.Equal(2, plan.Starts.Count());
        Assert.InRange(plan.Steps.Count, 1000, 2000);
    }

    private static IComparer<OwnImage> ByKey { get; } = Comparer<OwnImage>.Create((a, b) => StringComparer.Ordinal.Compare(a.Key, b.Key));

    private static OwnImage Image(int number, params string[] bases) => new(ImageName.Parse($"ghcr.io/acme/i{number}"), $"acme/r{number % 3}", "Dockerfile")
    {
        Tags = ["1"],
        Bases = [.. bases.Select(ImageReference.Parse)],
        Methods = [Method],
    };

    private static RebuildEntry Due(OwnImage image) => new RebuildEntry(image.Key).Notice([new RebuildCause(RebuildReason.BaseDigest, "root1:1", null, "b")], Now);

    private static IEnumerable<string> Lines(RebuildPlan plan) => plan.Steps.Select(s => $"{s.Image.Key} {s.Action} {s.For} {s.Depth}");

    private static bool Reaches(RebuildGraph graph, OwnImage from, OwnImage to)
    {
        var (seen, next) = (new HashSet<OwnImage>(), new Queue<OwnImage>(graph.ChildrenOf(from)));
        while (next.TryDequeue(out var at))
        {
            if (at.Equals(to))
            {
                return true;
            }

            if (seen.Add(at))
            {
                foreach (var child in graph.ChildrenOf(at))
                {
                    next.Enqueue(child);
                }
            }
        }

        return false;
    }

    private static bool Above(RebuildGraph graph, OwnImage image, IEnumerable<string> moved) =>
        moved.Contains(image.Key, StringComparer.Ordinal) || graph.ParentsOf(image).Any(p => !graph.IsCircular(p) && Above(graph, p, moved));
}
