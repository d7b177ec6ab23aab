using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Several instances over one store.</summary>
public sealed class LeaseTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private readonly Memory _memory = new(new MemoryStateStore());

    private readonly Loop _loop = new();

    private static readonly string[] Names = ["a", "b"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task What_one_holds_another_gets_when_it_is_given_back()
    {
        var lease = await Of("a").TryTakeAsync("repository acme/web", Cancelled);
        Assert.NotNull(lease);
        Assert.Null(await Of("b").TryTakeAsync("repository Acme/Web", Cancelled));
        await using (await Of("b").TryTakeAsync("repository acme/other", Cancelled))
        {
        }

        await lease.DisposeAsync();
        var next = await Of("b").TryTakeAsync("repository acme/web", Cancelled);
        Assert.NotNull(next);
        await next.DisposeAsync();
    }

    [Fact]
    public async Task What_is_held_is_renewed_as_long_as_it_is()
    {
        await using var lease = (await Of("a").TryTakeAsync("timers", Cancelled))!;
        for (var i = 0; i < 10; i++)
        {
            await AdvanceAsync(Leases.Lasting / 2);
            Assert.Null(await Of("b").TryTakeAsync("timers", Cancelled));
            Assert.False(lease.Lost.IsCancellationRequested);
        }
    }

    [Fact]
    public async Task What_a_dead_process_held_runs_out_or_is_free_at_once_where_it_is_known_to_be_dead()
    {
        await _memory.Leases.PutAsync(Memory.LeaseKey("timers"), new LeaseRecord("dead", _time.GetUtcNow() + Leases.Lasting), Cancelled);
        Assert.Null(await Of("b").TryTakeAsync("timers", Cancelled));

        var sees = new Leases(_memory, new Instance("c", "dead"), _time);
        await (await sees.TryTakeAsync("timers", Cancelled))!.DisposeAsync();

        await _memory.Leases.PutAsync(Memory.LeaseKey("timers"), new LeaseRecord("dead", _time.GetUtcNow() + Leases.Lasting), Cancelled);
        await AdvanceAsync(Leases.Lasting);
        var taken = await Of("b").TryTakeAsync("timers", Cancelled);
        Assert.NotNull(taken);
        await taken.DisposeAsync();
    }

    [Fact]
    public async Task A_holder_that_stood_still_hears_that_it_has_lost_and_takes_nothing_from_the_next_one()
    {
        var lease = (await Of("a").TryTakeAsync("timers", Cancelled))!;
        await _memory.Leases.PutAsync(Memory.LeaseKey("timers"), new LeaseRecord("b", _time.GetUtcNow() + TimeSpan.FromHours(1)), Cancelled);
        var lost = new TaskCompletionSource();
        await using var told = lease.Lost.Register(lost.SetResult);
        await AdvanceAsync(Leases.Lasting / 2);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(10), Cancelled);

        await lease.DisposeAsync();

        Assert.Equal("b", (await _memory.Leases.GetAsync(Memory.LeaseKey("timers"), Cancelled))!.Owner);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Two_instances_never_write_to_one_repository_at_the_same_time_and_lose_nothing(int seed)
    {
        var random = new Random(seed);
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Registry.Push("redis", "7.2");
        RepositoryName[] repositories = [Loop.Web, RepositoryName.Parse("acme/other"), RepositoryName.Parse("acme/third")];
        foreach (var repository in repositories)
        {
            _loop.Host.Create(repository, ("Dockerfile", "FROM python:3.12.4-slim\nFROM redis:7.2\n"));
        }

        var store = new MemoryStateStore();
        var queue = new InProcessJobQueue(_loop.Time);
        var writes = new ConcurrentQueue<string>();
        var jobs = repositories.SelectMany(r => new Job[] { new TakeInventory(r.ToString()), new Reconcile(r.ToString()), new TakeInventory(r.ToString(), "again") }).Append(new FindRepositories()).Append(new RefreshImages()).ToArray();
        random.Shuffle(jobs);
        foreach (var job in jobs)
        {
            await queue.EnqueueAsync(job, TimeSpan.FromSeconds(random.Next(3)), Cancelled);
        }

        var isOver = false;
        var instances = Names.Select(name => Task.Run(() => WorkAsync(name), Cancelled)).ToList();
        for (var quiet = 0; quiet < 40; quiet++)
        {
            // Time goes on while they work, and what was put off comes again.
            var before = writes.Count;
            _loop.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Cancelled);
            quiet = writes.Count == before ? quiet : 0;
        }

        Volatile.Write(ref isOver, true);
        await Task.WhenAll(instances);

        Assert.DoesNotContain(writes, w => w.StartsWith("without", StringComparison.Ordinal));
        Assert.NotEmpty(writes);
        foreach (var repository in repositories)
        {
            Assert.Equal(["basewatch/digests", "basewatch/python-3.x.x-slim"], (await _loop.Host.ListOpenPullRequestsAsync(repository, "basewatch/", Cancelled)).Select(p => p.Branch).Order(StringComparer.Ordinal));
        }

        Assert.Equal(2 * repositories.Length, _loop.Host.Drafts.Count);
        var memory = new Memory(store);
        Assert.Empty(await memory.Leases.ListAsync("leases", cancellationToken: Cancelled).ToListAsync(Cancelled));
        Assert.Empty(await memory.ListFailuresAsync(Cancelled).ToListAsync(Cancelled));
        Assert.Empty(await memory.ListPendingAsync(Cancelled).ToListAsync(Cancelled));

        async Task WorkAsync(string name)
        {
            var host = WatchedHost.Around(_loop.Host, (method, repository) =>
            {
                var owner = new Memory(store).Leases.GetAsync(Memory.LeaseKey($"repository {repository}"), CancellationToken.None).Result?.Owner;
                writes.Enqueue(owner == name ? $"{method} by {name}" : $"without the right to: {method} by {name} while {owner ?? "nobody"} had it");
            });
            await using var services = _loop.Services(new SlowStore(store), queue, more: s => s.AddSingleton<IInstance>(new Instance(name)).AddSingleton(host));
            var runner = services.GetRequiredService<JobRunner>();
            var running = new List<Task>();
            while (!Volatile.Read(ref isOver))
            {
                if (await queue.ReceiveAsync(TimeSpan.FromHours(1), Cancelled) is { } received)
                {
                    running.Add(Task.Run(
                        async () =>
                        {
                            await runner.RunAsync(received.Job, Cancelled);
                            await queue.CompleteAsync(received, Cancelled);
                        },
                        Cancelled));
                }
                else
                {
                    await Task.Delay(1, Cancelled);
                }
            }

            await Task.WhenAll(running);
        }
    }

    private Leases Of(string name) => new(_memory, new Instance(name), _time);

    /// <summary>Lets time go on in steps, and what waits for it do its work.</summary>
    private async Task AdvanceAsync(TimeSpan by)
    {
        for (var i = 0; i < 10; i++)
        {
            _time.Advance(by / 10);
            await Task.Delay(5, Cancelled);
        }
    }

    private sealed class Instance(string id, params string[] gone) : IInstance
    {
        public string Id => id;

        public bool IsGone(string id) => gone.Contains(id, StringComparer.Ordinal);
    }

    /// <summary>A store that lets others go first at every call.</summary>
    private sealed class SlowStore(IStateStore store) : IStateStore
    {
        public async Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await store.GetAsync(key, cancellationToken);
        }

        public async IAsyncEnumerable<StateEntry> ListAsync(string partition, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            await foreach (var entry in store.ListAsync(partition, cancellationToken))
            {
                yield return entry;
            }
        }

        public async Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await store.TryPutAsync(key, value, expected, cancellationToken);
        }

        public async Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
        {
            await Task.Yield();
            return await store.TryDeleteAsync(key, expected, cancellationToken);
        }
    }

    /// <summary>A host that is asked one thing at a time, and tells of every write.</summary>
#pragma warning disable CA1852 // DispatchProxy makes a subclass of it.
    private class WatchedHost : DispatchProxy
    {
        private static readonly string[] Writing = ["CommitAsync", "SetBranchAsync", "DeleteBranchAsync", "OpenPullRequestAsync", "UpdatePullRequestAsync", "ClosePullRequestAsync"];

        private MemoryRepositoryHost _host = null!;

        private Action<string, RepositoryName> _tell = null!;

        public static IRepositoryHost Around(MemoryRepositoryHost host, Action<string, RepositoryName> tell)
        {
            var proxy = Create<IRepositoryHost, WatchedHost>();
            var watched = (WatchedHost)(object)proxy;
            (watched._host, watched._tell) = (host, tell);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            lock (_host)
            {
                if (Writing.Contains(targetMethod!.Name, StringComparer.Ordinal))
                {
                    _tell(targetMethod.Name, (RepositoryName)args![0]!);
                }

                return targetMethod.Invoke(_host, args);
            }
        }
    }
}
