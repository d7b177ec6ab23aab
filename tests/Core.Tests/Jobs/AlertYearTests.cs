using System.Globalization;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A year of alerts, day by day, with all of the service's jobs over a store in memory. What is expected is worked out beside it, in other words than the planner's.</summary>
public sealed class AlertYearTests
{
    private static readonly DateOnly First = new(2026, 1, 1);

    /// <summary>Product, and the end of its only cycle.</summary>
    private static readonly (string Product, DateOnly Eol)[] Products =
    [
        ("alpha", new(2025, 12, 20)), ("beta", new(2026, 3, 15)), ("gamma", new(2026, 7, 1)), ("delta", new(2027, 2, 1)), ("omega", new(2030, 1, 1)),
    ];

    /// <summary>Repository, image, and the days from which and until which it is used.</summary>
    private static readonly (string Repository, string Product, int From, int Until)[] Uses =
    [
        ("acme/web", "alpha", 0, 366), ("acme/web", "beta", 0, 366), ("acme/shop", "beta", 0, 366), ("acme/late", "beta", 60, 366), ("acme/later", "beta", 60, 366),
        ("acme/shop", "gamma", 0, 150), ("acme/web", "delta", 0, 366), ("acme/late", "omega", 60, 366),
    ];

    /// <summary>The service does not run on these.</summary>
    private static readonly HashSet<int> Down = [.. Enumerable.Range(65, 12)];

    /// <summary>What rests: from which day, until which day.</summary>
    private static readonly (string Product, int From, int Until) Rest = ("delta", 210, 300);

    [Fact]
    public async Task A_year_brings_exactly_the_expected_cards_on_the_expected_days()
    {
        var world = new World();
        await world.PlayAsync(0, 365, null);
        Assert.Equal(Expected().Order(StringComparer.Ordinal), world.Told().Order(StringComparer.Ordinal));
        Assert.Equal(world.Channels.Taken.Count, world.Channels.Messages.Count());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_between_any_two_steps_of_a_day_loses_nothing_and_doubles_nothing(bool after)
    {
        // The first day tells one thing that ended and two that are near; the day is done again by the next process, and goes on as if nothing had been.
        var expected = Expected().Where(e => string.CompareOrdinal(e[..10], "2026-01-04") < 0).Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(expected);
        for (var at = 0; ; at++)
        {
            var world = new World();
            var crash = new CrashPlan(at, after);
            await world.PlayAsync(0, 0, crash);
            world.Time.Advance(TimeSpan.FromMinutes(30));
            await world.RunAsync(new ReviewAlerts(), null);
            await world.RunAsync(new ReviewLifecycles(), null);
            await world.PlayAsync(1, 2, null);
            Assert.True(expected.SequenceEqual(world.Told().Order(StringComparer.Ordinal), StringComparer.Ordinal), $"after a crash at {at}: {string.Join("; ", world.Told())}");
            Assert.Empty(await world.Memory.ListOutboxAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));

            // Between the send and the note of it, and nowhere else, a second copy of the same message may go out.
            var copies = world.Channels.Taken.Count - world.Channels.Messages.Count();
            Assert.InRange(copies, 0, crash.Call == (after ? "SendAsync" : "TryDeleteAsync") ? 1 : 0);
            if (!crash.Happened)
            {
                Assert.True(at > 20, $"only {at} calls were made");
                return;
            }
        }
    }

    [Fact]
    public async Task A_crash_on_every_day_of_a_month_each_time_at_another_step_loses_nothing_and_doubles_nothing()
    {
        var world = new World();
        var steps = 0;
        for (var day = 0; day <= 80; day++)
        {
            var crash = new CrashPlan(steps++ * 7 % 40, after: day % 2 == 0);
            await world.PlayAsync(day, day, Down.Contains(day) ? null : crash);
            if (!Down.Contains(day))
            {
                world.Time.Advance(TimeSpan.FromMinutes(30));
                await world.RunAsync(new ReviewAlerts(), null);
                await world.RunAsync(new ReviewLifecycles(), null);
            }
        }

        var last = Day(80);
        Assert.Equal(Expected().Where(e => string.CompareOrdinal(e[..10], last) <= 0).Order(StringComparer.Ordinal), world.Told().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_channel_that_is_gone_is_given_up_soon_and_told_elsewhere_and_gets_everything_when_it_is_asked_again()
    {
        var world = new World("teams", "other");
        world.Channels.Down.Add("teams");
        world.Channels.IsPermanent = true;
        await world.PlayAsync(0, 0, null);
        var told = world.Channels.Taken.Count;
        Assert.NotEqual(0, told);
        Assert.Empty((await world.StatusAsync()).Delivery.Dead);

        for (var i = 0; i < 36; i++)
        {
            world.Time.Advance(TimeSpan.FromMinutes(5));
            await world.RunAsync(new ReviewAlerts(), null);
        }

        Assert.Equal(told, (await world.StatusAsync()).Delivery.Dead.Count);
        var failure = Assert.Single(world.Channels.Messages, m => m.Kind == Core.Alerts.MessageKind.Failure);
        Assert.Equal("Basewatch can't do its work: channel teams", failure.Title);
        Assert.Contains("basewatch redeliver", Assert.Single(failure.Paragraphs), StringComparison.Ordinal);
        var attempts = world.Channels.Attempts;
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.RunAsync(new ReviewAlerts(), null);
        Assert.Equal(attempts, world.Channels.Attempts);

        world.Channels.Down.Clear();
        await world.RedeliverAsync();
        await world.RunAsync(new ReviewAlerts(), null);
        Assert.Equal(told, world.Channels.Taken.Count(t => t.Channel == "teams" && t.Message.Kind == Core.Alerts.MessageKind.EndOfLife));
    }

    [Fact]
    public async Task A_channel_that_is_down_holds_up_no_other_and_is_told_elsewhere_and_gets_everything_when_it_is_asked_again()
    {
        var world = new World("teams", "other");
        world.Channels.Down.Add("teams");
        await world.PlayAsync(0, 0, null);
        Assert.All(world.Channels.Taken, t => Assert.Equal("other", t.Channel));
        var told = world.Channels.Taken.Count;
        Assert.NotEqual(0, told);

        for (var i = 0; i < 40; i++)
        {
            world.Time.Advance(TimeSpan.FromHours(1));
            await world.RunAsync(new ReviewAlerts(), null);
        }

        var status = await world.StatusAsync();
        Assert.Equal(told, status.Delivery.Dead.Count);
        Assert.All(status.Delivery.Dead, d => Assert.Equal(("teams", "teams.example", "the channel is down"), (d.Channel, d.Host, d.Reason)));
        Assert.Equal("Basewatch can't do its work: channel teams", Assert.Single(world.Channels.Messages, m => m.Kind == Core.Alerts.MessageKind.Failure).Title);

        world.Channels.Down.Clear();
        world.Time.Advance(TimeSpan.FromHours(23));
        await world.RedeliverAsync();
        await world.RunAsync(new ReviewAlerts(), null);
        world.Time.Advance(TimeSpan.FromDays(1));
        await world.RunAsync(new ReviewAlerts(), null);
        Assert.Equal(told, world.Channels.Taken.Count(t => t.Channel == "teams" && t.Message.Kind == Core.Alerts.MessageKind.EndOfLife));
        Assert.Empty((await world.StatusAsync()).Delivery.Dead);
        Assert.Equal("Basewatch works again: channel teams", world.Channels.Messages.Last(m => m.Kind == Core.Alerts.MessageKind.Failure).Title);
    }

    [Fact]
    public async Task A_channel_that_asks_to_wait_is_left_alone_for_as_long()
    {
        var world = new World();
        world.Channels.Down.Add("teams");
        world.Channels.RetryAfter = TimeSpan.FromMinutes(20);
        await world.PlayAsync(0, 0, null);
        Assert.Equal(1, world.Channels.Attempts);
        world.Time.Advance(TimeSpan.FromMinutes(15));
        await world.RunAsync(new ReviewAlerts(), null);
        Assert.Equal(1, world.Channels.Attempts);
        world.Channels.Down.Clear();
        world.Time.Advance(TimeSpan.FromMinutes(6));
        await world.RunAsync(new ReviewAlerts(), null);
        Assert.NotEmpty(world.Channels.Taken);
    }

    [Fact]
    public async Task A_quiet_day_writes_nothing_but_that_it_was_looked_at()
    {
        var world = new World();
        await world.PlayAsync(0, 1, null);
        var writes = world.Store.Writes;
        await world.PlayAsync(2, 2, null);

        // That of vulnerabilities follows it, under a lease.
        Assert.Equal(writes + 3, world.Store.Writes);
    }

    private static string Day(int day) => First.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The days on which each is to be told, by hand from what is promised, not by what the planner does.</summary>
    private static IEnumerable<string> Expected()
    {
        int[] before = [180, 90, 30, 7, 0];
        foreach (var (product, eol) in Products)
        {
            var end = eol.DayNumber - First.DayNumber;
            var steps = before.Select(b => end - b).Concat(Enumerable.Range(1, 60).Select(r => end + (r * 30))).Order().ToList();
            var told = new HashSet<string>(StringComparer.Ordinal);
            var seen = -1;
            var woke = false;
            for (var day = 0; day <= 365; day++)
            {
                var users = Uses.Where(u => u.Product == product && u.From <= day && day < u.Until).Select(u => u.Repository).Order(StringComparer.Ordinal).ToList();
                if (Down.Contains(day) || users.Count == 0 || (product == Rest.Product && day >= Rest.From && day < Rest.Until))
                {
                    continue;
                }

                // How many steps lie behind: the last of them is what counts.
                var behind = steps.Count(s => s <= day) - 1;
                if (behind < 0)
                {
                    continue;
                }

                var wakes = product == Rest.Product && day >= Rest.Until && !woke;
                var fresh = users.Where(u => !told.Contains(u)).ToList();
                if (behind > seen || wakes)
                {
                    yield return $"{Day(day)} {product} {(wakes ? "woke" : "threshold")} {string.Join(',', users)}";
                    told.UnionWith(users);
                }
                else if (fresh.Count > 0)
                {
                    yield return $"{Day(day)} {product} newPlaces {string.Join(',', fresh)}";
                    told.UnionWith(fresh);
                }

                woke |= wakes;
                seen = behind;
            }
        }
    }

    /// <summary>The service at six in the morning of each day.</summary>
    private sealed class World
    {
        private readonly MemoryRepositoryHost _host = new();

        public World(params string[] channels)
        {
            Channels = new MemoryChannels(channels);
            Memory = new Memory(Store);
            // No organisation has said anything.
            _host.Create(RepositoryName.Parse("acme/empty"), ("README.md", "nothing"));
        }

        public FakeTimeProvider Time { get; } = new(new DateTimeOffset(First.ToDateTime(new TimeOnly(6, 0)), TimeSpan.Zero));

        public CountingStore Store { get; } = new();

        public MemoryChannels Channels { get; }

        public Memory Memory { get; }

        public IEnumerable<string> Told() => Channels.Messages
            .Where(m => m.Kind == Core.Alerts.MessageKind.EndOfLife)
            .Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.At:yyyy-MM-dd} {m.Properties["product"]} {m.Properties["reason"]} {string.Join(',', m.Tables[0].Rows.Select(r => r[^2].Text).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}"));

        public Task<StatusReport> StatusAsync() => StatusReport.ReadAsync(Memory, new PauseSwitch(Memory, isPausedBySettings: false, Time), new Loop.Catalog(null), TestContext.Current.CancellationToken);

        public async Task PlayAsync(int from, int to, CrashPlan? crash)
        {
            for (var day = from; day <= to; day++)
            {
                var morning = new DateTimeOffset(First.AddDays(day).ToDateTime(new TimeOnly(6, 0)), TimeSpan.Zero);
                if (morning > Time.GetUtcNow())
                {
                    Time.SetUtcNow(morning);
                }

                await UseAsync(day);
                if (day == Rest.From)
                {
                    var until = First.AddDays(Rest.Until);
                    await new Snoozes(Memory, Time).PutAsync($"delta 1 eol {Products[3].Eol:yyyy-MM-dd}", until, "a contract runs until then", "ann", TestContext.Current.CancellationToken);
                }

                if (!Down.Contains(day))
                {
                    await RunAsync(new ReviewLifecycles(), crash);
                }
            }
        }

        /// <summary>One process, which may die.</summary>
        public async Task RunAsync(Job start, CrashPlan? crash)
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            var queue = new InProcessJobQueue(Time);
            await using var services = Services(queue, crash);
            await queue.EnqueueAsync(start, TimeSpan.Zero, cancellationToken);
            try
            {
                var runner = services.GetRequiredService<JobRunner>();
                for (var pause = 0; pause < 5; pause++)
                {
                    while (await queue.ReceiveAsync(TimeSpan.FromHours(1), cancellationToken) is { } received)
                    {
                        // What repositories use is written above; there is nothing of them to be read.
                        if (received.Job is not (Reconcile or TakeInventory))
                        {
                            await runner.RunAsync(received.Job, cancellationToken);
                        }

                        await queue.CompleteAsync(received, cancellationToken);
                    }

                    // A channel takes four messages a second.
                    Time.Advance(TimeSpan.FromSeconds(1));
                }
            }
            catch (CrashException)
            {
            }
        }

        public async Task RedeliverAsync()
        {
            await using var services = Services(new InProcessJobQueue(Time), null);
            await services.GetRequiredService<AlertOutbox>().RedeliverAsync(null, TestContext.Current.CancellationToken);
        }

        private async Task UseAsync(int day)
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            foreach (var (repository, product, from, until) in Uses)
            {
                var image = ImageName.Parse(product);
                var name = RepositoryName.Parse(repository);
                if (day == from)
                {
                    await Memory.Images.PutAsync(Memory.ImageKey(image), new ImageRecord(image.Canonical, null, null, null, null), cancellationToken);
                    await Memory.Facts.PutAsync(Memory.FactsKey(image), new ImageFactsRecord([], new Dictionary<string, string?>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal)), cancellationToken);
                    await Memory.Repositories.PutAsync(Memory.RepositoryKey(name), new RepositoryRecord(repository, null, "main", "0", 0, Time.GetUtcNow(), 1, []), cancellationToken);
                }

                if (day == until)
                {
                    await Memory.Users.DeleteAsync(Memory.UserKey(image, name), cancellationToken);
                }
                else if (day == from || (day > from && day < until && day % 10 == 0))
                {
                    // Lines move every now and then, which is no news.
                    await Memory.Users.PutAsync(Memory.UserKey(image, name), new ImageUser(repository, [new ImagePlace("1.0", "Dockerfile", 1 + (day / 10))]), cancellationToken);
                }
            }
        }

        private ServiceProvider Services(IJobQueue queue, CrashPlan? crash)
        {
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton<TimeProvider>(Time);
            services.AddSingleton<IRepositoryHost>(_host);
            services.AddSingleton<IRegistry>(new MemoryRegistry());
            services.AddSingleton(Around<IStateStore>(Store));
            services.AddSingleton(Around<IChannels>(Channels));
            services.AddSingleton(Around(queue));
            services.AddSingleton<ILifecycleCatalog>(new Catalog());
            services.AddBasewatch(new BasewatchOptions());
            return services.BuildServiceProvider();

            T Around<T>(T port)
                where T : class => crash is null ? port : PlannedPort.Around(port, crash);
        }

        private sealed class Catalog : ILifecycleCatalog
        {
            public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new LifecycleCatalog(
                [.. Products.Select(p => new Product(p.Product, p.Product, [], [$"docker.io/library/{p.Product}"], [new Cycle("1", null, null, p.Eol, false, null, false)]))],
                DateTimeOffset.UnixEpoch));
        }
    }

    /// <summary>State in memory that counts what is written.</summary>
    private sealed class CountingStore : IStateStore
    {
        private readonly MemoryStateStore _inner = new();

        public int Writes { get; private set; }

        public Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken) => _inner.GetAsync(key, cancellationToken);

        public IAsyncEnumerable<StateEntry> ListAsync(string partition, CancellationToken cancellationToken) => _inner.ListAsync(partition, cancellationToken);

        public Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
        {
            Writes++;
            return _inner.TryPutAsync(key, value, expected, cancellationToken);
        }

        public Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
        {
            Writes++;
            return _inner.TryDeleteAsync(key, expected, cancellationToken);
        }
    }
}
