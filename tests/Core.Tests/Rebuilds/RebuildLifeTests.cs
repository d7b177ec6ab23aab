using System.Globalization;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Rebuilds;

/// <summary>Bases move, and own images are built again: over a store, a registry and a host of builds in memory, minute by minute.</summary>
public sealed class RebuildLifeTests
{
    /// <summary>Image, and what it is built on.</summary>
    private static readonly (string Image, string Base)[] Tree =
    [
        ("core", "debian:12"), ("other", "alpine:3"), ("web", "ghcr.io/acme/core:1"), ("job", "ghcr.io/acme/core:1"), ("shop", "ghcr.io/acme/web:1"), ("tool", "ghcr.io/acme/other:1"),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_base_moves_and_exactly_what_is_built_on_it_is_built_once_and_in_order()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(3);
        Assert.Empty(world.Builds.Starts);

        world.Registry.Push("debian", "12", "patched");
        await world.PlayAsync(30);
        Assert.Equal(["core", "job", "web", "shop"], world.Builds.Starts);
        Assert.All(await world.EntriesAsync(), e => Assert.Equal((RebuildStage.Idle, 0), (e.Stage, e.Causes.Count)));

        // Nothing is left to do, and nothing is written or asked for but what moves.
        var asked = world.Registry.Requests;
        await world.PlayAsync(1);
        Assert.Equal(["core", "job", "web", "shop"], world.Builds.Starts);
        Assert.InRange(world.Registry.Requests - asked, 0, 5);
        Assert.Empty(world.Channels.Messages);
    }

    [Fact]
    public async Task Both_bases_move_within_the_window_and_each_image_is_built_once()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Registry.Push("debian", "12", "patched");
        await world.PlayAsync(2);
        world.Registry.Push("debian", "12", "patched again");
        world.Registry.Push("alpine", "3", "patched");
        await world.PlayAsync(40);
        Assert.Equal(["core", "job", "other", "shop", "tool", "web"], world.Builds.Starts.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_between_any_two_steps_starts_nothing_twice_and_loses_nothing(bool after)
    {
        for (var at = 0; ; at += at < 60 ? 1 : 3)
        {
            var world = await World.CreateAsync();
            await world.PlayAsync(2);
            world.Registry.Push("debian", "12", "patched");
            var crash = new CrashPlan(at, after);
            await world.PlayAsync(12, crash);
            await world.PlayAsync(40);
            Assert.True(world.Builds.Starts.Order(StringComparer.Ordinal).SequenceEqual(["core", "job", "shop", "web"], StringComparer.Ordinal), $"after a crash at {at} ({crash.Call}): {string.Join(", ", world.Builds.Starts)}");
            if (!crash.Happened)
            {
                Assert.True(at > 60, $"only {at} calls were made");
                return;
            }
        }
    }

    [Fact]
    public async Task A_build_that_fails_is_tried_three_times_and_what_is_built_on_it_waits_and_both_are_told_once()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Builds.Failing.Add("web");
        world.Registry.Push("debian", "12", "patched");
        await world.PlayAsync(300);
        Assert.Equal(["core", "job", "web", "web", "web"], world.Builds.Starts.Order(StringComparer.Ordinal));
        Assert.DoesNotContain("shop", world.Builds.Starts);
        var message = Assert.Single(world.Channels.Messages, m => m.Kind == MessageKind.Rebuild);
        Assert.Equal("ghcr.io/acme/web failed three times in a row", message.Title);
        Assert.Equal(["ghcr.io/acme/shop", "acme/shop", "ghcr.io/acme/web"], message.Tables[1].Rows.Single().Select(c => c.Text));

        // The base moves again: another occasion, and this time it works.
        world.Builds.Failing.Clear();
        world.Registry.Push("debian", "12", "patched again");
        await world.PlayAsync(60);
        Assert.Equal(["shop", "web"], world.Builds.Starts.Skip(5).Where(s => s is "web" or "shop").Order(StringComparer.Ordinal));
        Assert.Equal(2, world.Channels.Messages.Count(m => m.Kind == MessageKind.Rebuild));
        Assert.Equal(Severity.Good, world.Channels.Messages.Last(m => m.Kind == MessageKind.Rebuild).Severity);
    }

    [Fact]
    public async Task A_build_that_brings_the_old_base_is_a_finding_and_is_not_repeated()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Builds.Cached.Add("core");
        world.Registry.Push("debian", "12", "patched");
        await world.PlayAsync(90);
        Assert.Single(world.Builds.Starts, s => s == "core");
        Assert.Equal(RebuildEnd.StillOld, (await world.EntriesAsync()).Single(e => e.Key.StartsWith("ghcr.io/acme/core ", StringComparison.Ordinal)).End);
        Assert.Equal("ghcr.io/acme/core was built, and still is on what it was", Assert.Single(world.Channels.Messages, m => m.Kind == MessageKind.Rebuild).Title);
    }

    [Fact]
    public async Task Whoever_builds_it_first_Basewatch_does_not_build_it_again_and_in_observe_mode_it_starts_nothing()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Registry.Push("alpine", "3", "patched");
        await world.PlayAsync(3);
        await world.BuildAsync("other");
        await world.PlayAsync(30);
        Assert.Equal(["tool"], world.Builds.Starts);

        var watching = await World.CreateAsync();
        watching.Mode = ServiceMode.Observe;
        await watching.PlayAsync(2);
        watching.Registry.Push("debian", "12", "patched");
        await watching.PlayAsync(30);
        Assert.Empty(watching.Builds.Starts);
        Assert.Equal(["ghcr.io/acme/core"], (await watching.EntriesAsync()).Where(e => e.Causes.Count > 0).Select(e => e.Key.Split(' ')[0]));
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_starts_nothing_and_a_wish_counts_as_long_as_the_image_is_what_it_was_said_of()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Registry.Silent.Add(ImageName.Parse("debian"));
        world.Registry.Push("debian", "12", "patched");
        await world.WishAsync("tool", "3.0.1");
        await world.PlayAsync(30);
        Assert.Equal(["tool"], world.Builds.Starts);
    }

    [Fact]
    public async Task A_vulnerability_that_a_build_does_not_mend_is_told_and_built_for_again_only_when_something_changes()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        await world.WishAsync("tool", "3.0.1");
        await world.PlayAsync(30);
        Assert.Equal(["tool"], world.Builds.Starts);

        // A cached layer: it is in the new digest as well, and said of that.
        await world.WishAsync("tool", "3.0.1");
        await world.PlayAsync(45);
        Assert.Equal(["tool"], world.Builds.Starts);
        Assert.Equal("ghcr.io/acme/tool was built, and still has what that was to mend", Assert.Single(world.Channels.Messages, m => m.Kind == MessageKind.Rebuild).Title);

        // It is fixed elsewhere; that build fails, and the next one runs.
        world.Builds.Failing.Add("tool");
        await world.WishAsync("tool", "3.0.2");
        await world.PlayAsync(5);
        world.Builds.Failing.Clear();
        await world.PlayAsync(30);
        Assert.Equal(["tool", "tool", "tool"], world.Builds.Starts);

        // Another base, and it may come from there.
        await world.WishAsync("tool", "3.0.2");
        await world.PlayAsync(15);
        world.Registry.Push("alpine", "3", "patched");
        await world.PlayAsync(40);
        Assert.Equal(["tool", "tool", "tool", "other", "tool"], world.Builds.Starts);
    }

    [Fact]
    public async Task A_host_that_answers_with_errors_is_asked_less_and_less_often()
    {
        var world = await World.CreateAsync();
        await world.PlayAsync(2);
        world.Builds.IsBroken = true;
        await world.WishAsync("tool", "3.0.1");
        await world.PlayAsync(10 + 60);
        Assert.Equal([0, 2, 6, 14, 30], world.Builds.Asked.Select(a => (a - world.Builds.Asked[0]).TotalMinutes));

        world.Builds.IsBroken = false;
        await world.PlayAsync(20);
        Assert.Equal(["tool"], world.Builds.Starts);
        Assert.Equal(RebuildEnd.Built, Assert.Single(await world.EntriesAsync()).End);
    }

    [Fact]
    public async Task Runs_without_a_name_are_taken_in_the_order_in_which_they_were_asked_for()
    {
        var world = await World.CreateAsync();
        world.Time.AutoAdvanceAmount = TimeSpan.FromMilliseconds(1);
        world.Builds.AreNameless = true;
        await world.PlayAsync(2);
        world.Builds.Failing.Add("tool");
        await world.WishAsync("tool", "3.0.1");
        world.Registry.Push("debian", "12", "patched");
        await world.PlayAsync(15);
        Assert.Equal(["tool", "core"], world.Builds.Starts.Take(2));
        Assert.Equal([("core", 0), ("tool", 1)], (await world.EntriesAsync()).Select(e => (e.Key.Split(' ')[0].Split('/')[^1], e.Failures)).Where(e => e.Item1 is "core" or "tool").Order());
    }

    [Fact]
    public async Task What_a_commit_of_the_digest_started_is_done_once_the_image_is_pushed_whatever_else_still_runs()
    {
        var world = await World.CreateAsync();
        await world.CommitsAsync("other");
        await world.PlayAsync(2);
        world.Registry.Push("alpine", "3", "patched");
        await world.PlayAsync(15);
        Assert.Equal(RebuildStage.Running, Assert.Single(await world.EntriesAsync()).Stage);
        await world.BuildAsync("other");
        await world.PlayAsync(2);
        Assert.Equal((RebuildStage.Idle, RebuildEnd.Built), (await world.EntriesAsync()).Where(e => e.Sequence > 0).Select(e => (e.Stage, e.End)).First());
    }

    /// <summary>Every minute a process of its own.</summary>
    private sealed class World
    {
        private readonly MemoryRepositoryHost _host = new();

        private int _builds;

        private World()
        {
            Memory = new Memory(Store);
            Builds = new MemoryBuilds(this);
            _host.Create(RepositoryName.Parse("acme/empty"), ("README.md", "nothing"));
        }

        public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

        public MemoryStateStore Store { get; } = new();

        public MemoryRegistry Registry { get; } = new();

        public MemoryChannels Channels { get; } = new();

        public MemoryBuilds Builds { get; }

        public Memory Memory { get; }

        public ServiceMode Mode { get; set; } = ServiceMode.Propose;

        public static async Task<World> CreateAsync()
        {
            var world = new World();
            world.Registry.Push("debian", "12");
            world.Registry.Push("alpine", "3");
            foreach (var (image, on) in Tree)
            {
                var name = RepositoryName.Parse($"acme/{image}");
                await world.Memory.Repositories.PutAsync(Memory.RepositoryKey(name), new RepositoryRecord(name.ToString(), null, "main", "0", 0, world.Time.GetUtcNow(), 1, []), Cancelled);
                await world.Memory.Builds.PutAsync(Memory.BuildsKey(name), new BuildsRecord(name.ToString(), [new BuildRecord($"ghcr.io/acme/{image}:1", "Dockerfile", [on])], []) { Methods = [new RebuildMethod(RebuildKind.Workflow, "build.yml")] }, Cancelled);
                await world.BuildAsync(image);
            }

            return world;
        }

        /// <summary>Has the Dockerfile of an image pin its base as it is now, and move that by a commit.</summary>
        public async Task CommitsAsync(string image)
        {
            var name = RepositoryName.Parse($"acme/{image}");
            var on = ImageReference.Parse(Tree.Single(t => t.Image == image).Base);
            var pinned = (on with { Digest = await Registry.ResolveAsync(on, Cancelled) }).Familiar;
            _host.Create(name, ("Dockerfile", $"FROM {pinned}\n"));
            await Memory.Builds.PutAsync(Memory.BuildsKey(name), new BuildsRecord(name.ToString(), [new BuildRecord($"ghcr.io/acme/{image}:1", "Dockerfile", [pinned])], []) { Methods = [new RebuildMethod(RebuildKind.Commit, "")] }, Cancelled);
        }

        /// <summary>Builds and pushes an image on what its base is now, or was.</summary>
        public async Task BuildAsync(string image, Digest? on = null)
        {
            var reference = ImageReference.Parse(Tree.Single(t => t.Image == image).Base);
            on ??= (await Registry.ResolveAsync(reference, Cancelled))!;
            var content = $"{image} {++_builds}";
            Registry.Push($"ghcr.io/acme/{image}", "1", content);
            Registry.Said[MemoryRegistry.DigestOf($"ghcr.io/acme/{image}:1 {content}")] = new ImageConfiguration(new Platform("linux", "amd64"), null)
            {
                Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["org.opencontainers.image.base.name"] = reference.Familiar, ["org.opencontainers.image.base.digest"] = on.ToString() },
                DiffIds = [MemoryRegistry.DigestOf(content)],
            };
        }

        /// <summary>Says that a vulnerability in what an image is now is fixed in a version.</summary>
        public async Task WishAsync(string image, string version)
        {
            var name = ImageName.Parse($"ghcr.io/acme/{image}");
            var digest = (await Registry.ResolveAsync(new ImageReference(name, "1"), Cancelled))!.ToString();
            await Memory.RebuildWishes.PutAsync(Memory.RebuildWishKey(name, "test"), new RebuildWishRecord(name.Canonical, digest, "test", [new RebuildCause(RebuildReason.Vulnerability, "CVE-2026-1", null, $"openssl {version}") { Priority = 9 }]), Cancelled);
        }

        public Task<List<RebuildEntry>> EntriesAsync() => Memory.ListRebuildsAsync(Cancelled).ToListAsync(Cancelled).AsTask();

        public async Task PlayAsync(int minutes, CrashPlan? crash = null)
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                await RunAsync(new ReviewRebuilds(), crash?.Happened == false ? crash : null);
                if (minute % 15 == 14)
                {
                    await RunAsync(new ReviewAlerts(), null);
                }

                Time.Advance(TimeSpan.FromMinutes(1));
                await Builds.TickAsync();
            }
        }

        private async Task RunAsync(Job start, CrashPlan? crash)
        {
            var queue = new InProcessJobQueue(Time);
            await using var services = Services(queue, crash);
            await queue.EnqueueAsync(start, TimeSpan.Zero, Cancelled);
            try
            {
                var runner = services.GetRequiredService<JobRunner>();
                while (await queue.ReceiveAsync(TimeSpan.FromHours(1), Cancelled) is { } received)
                {
                    var outcome = await runner.RunAsync(received.Job, Cancelled);
                    Assert.True(outcome is JobDone, outcome.ToString());
                    await queue.CompleteAsync(received, Cancelled);
                }
            }
            catch (CrashException)
            {
                // Another instance takes over once the lease of the dead one is over.
                Time.Advance(TimeSpan.FromMinutes(3));
            }
        }

        private ServiceProvider Services(IJobQueue queue, CrashPlan? crash)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton<IRepositoryHost>(_host);
            services.AddSingleton<IRegistry>(Registry);
            services.AddSingleton(Around<IStateStore>(Store));
            services.AddSingleton(Around<IBuildHost>(Builds));
            services.AddSingleton<IChannels>(Channels);
            services.AddSingleton(Around(queue));
            services.AddSingleton<ILifecycleCatalog>(new Loop.Catalog(null));
            services.AddBasewatch(new BasewatchOptions { Mode = Mode });
            return services.BuildServiceProvider();

            T Around<T>(T port)
                where T : class => crash is null ? port : PlannedPort.Around(port, crash);
        }
    }

    /// <summary>Builds take two minutes; what they push is on what the base was when they began.</summary>
    private sealed class MemoryBuilds(World world) : IBuildHost
    {
        private readonly List<(string Run, string Id, string Image, Digest On, DateTimeOffset At, BuildState State)> _runs = [];

        /// <summary>Images, in the order in which builds began.</summary>
        public List<string> Starts { get; } = [];

        /// <summary>Builds that fail.</summary>
        public HashSet<string> Failing { get; } = new(StringComparer.Ordinal);

        /// <summary>Builds that take their base from a cache of theirs.</summary>
        public HashSet<string> Cached { get; } = new(StringComparer.Ordinal);

        /// <summary>Whether it answers with errors, and does nothing.</summary>
        public bool IsBroken { get; set; }

        /// <summary>Whether its runs do not say who asked for them.</summary>
        public bool AreNameless { get; set; }

        /// <summary>When it was asked to start one.</summary>
        public List<DateTimeOffset> Asked { get; } = [];

        public async Task TickAsync()
        {
            for (var i = 0; i < _runs.Count; i++)
            {
                var run = _runs[i];
                if (run.State == BuildState.Running && world.Time.GetUtcNow() - run.At >= TimeSpan.FromMinutes(2))
                {
                    _runs[i] = run with { State = Failing.Contains(run.Image) ? BuildState.Failed : BuildState.Succeeded };
                    if (!Failing.Contains(run.Image))
                    {
                        await world.BuildAsync(run.Image, run.On);
                    }
                }
            }
        }

        public async Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken)
        {
            Asked.Add(world.Time.GetUtcNow());
            if (IsBroken)
            {
                throw new BuildHostException("builds", "builds answered with 503");
            }

            var image = request.Image.Split('/')[^1];
            Starts.Add(image);
            var on = Cached.Contains(image) ? MemoryRegistry.DigestOf("debian:12 first") : (await world.Registry.ResolveAsync(ImageReference.Parse(Tree.Single(t => t.Image == image).Base), cancellationToken))!;
            _runs.Add((_runs.Count.ToString(CultureInfo.InvariantCulture), request.Id, image, on, world.Time.GetUtcNow(), BuildState.Running));
            return new BuildRun(null, null, BuildState.Running);
        }

        public Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken) =>
            Task.FromResult((AreNameless ? _runs.Find(r => r.At >= since - TimeSpan.FromSeconds(10) && !others.Contains(r.Run)) : _runs.FindLast(r => r.Id == request.Id)) is { Run: { } run } found ? new BuildRun(run, null, found.State) : null);

        public Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken) =>
            Task.FromResult(request.Method.Kind == RebuildKind.Commit
                ? new BuildRun(run, "https://builds/1", BuildState.Running)
                : new BuildRun(run, null, _runs[int.Parse(run, CultureInfo.InvariantCulture)].State, "it broke"));
    }
}
