using Basewatch.Adapters.GitHub;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A small world in memory, and the service's jobs over it. State is a real SQLite file, which outlives a process.</summary>
internal sealed class Loop : IDisposable
{
    public static readonly RepositoryName Web = RepositoryName.Parse("acme/web");

    private readonly string _folder = Directory.CreateTempSubdirectory("basewatch-loop-").FullName;

    public MemoryRepositoryHost Host { get; } = new();

    public MemoryRegistry Registry { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    public MemoryChannels Channels { get; set; } = new();

    public ServiceMode Mode { get; set; } = ServiceMode.Propose;

    /// <summary>What the last run asked of the state store.</summary>
    public (int Reads, int Writes, int Deletions, int Queries, int Rows) StoreCalls { get; private set; }

    /// <summary>How many pull requests there may be; null: as the settings have it.</summary>
    public PullRequestRules? Limits { get; set; } = PullRequestRules.None;

    public ContentLimits Content { get; set; } = ContentLimits.None;

    /// <summary>State in memory, for many runs; null: in a file.</summary>
    public MemoryStateStore? State { get; set; }

    /// <summary>GitHub in the place of <see cref="Host"/>.</summary>
    public GitHubRepositoryHost? GitHub { get; set; }

    /// <summary>One call to the host that fails; null: none does.</summary>
    public FaultPlan? Fault { get; set; }

    /// <summary>Whether there are people and checks.</summary>
    public bool IsAttended { get; set; }

    /// <summary>Another catalogue of lifecycles than the smallest.</summary>
    public LifecycleCatalog? Lifecycles { get; set; }

    /// <summary>What archives hold; null: nobody asks.</summary>
    public IPackageIndexes? Packages { get; set; }

    /// <summary>What runs and can be asked; null: nothing can.</summary>
    public IProbes? Probes { get; set; }

    /// <summary>Whether it is looked for failures and weeks that are over.</summary>
    public bool ReviewsAlerts { get; set; }

    /// <summary>Rules from outside.</summary>
    public IReadOnlyList<ScopedRule> Rules { get; set; } = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One run of all loops in a process of its own.</summary>
    /// <returns>Why jobs failed or were put off.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CrashPlan? crash = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var file = new SqliteStateStore(Path.Combine(_folder, "state.db"));
        var store = new CountedStore(State ?? (IStateStore)file);
        var queue = new InProcessJobQueue(Time);
        await using var services = Services(store, queue, crash);
        var runner = services.GetRequiredService<JobRunner>();
        var failures = new List<string>();
        foreach (var start in (Job[])[new FindRepositories(), new RefreshImages(), .. IsAttended ? [new ReviewPullRequests()] : (Job[])[], new ReviewLifecycles(), .. ReviewsAlerts ? [new ReviewAlerts()] : (Job[])[]])
        {
            await queue.EnqueueAsync(start, TimeSpan.Zero, cancellationToken);
            while (await queue.ReceiveAsync(TimeSpan.FromHours(1), cancellationToken) is { } received)
            {
                var outcome = await runner.RunAsync(received.Job, cancellationToken);
                if (((outcome as JobFailed)?.Reason ?? (outcome as JobPostponed)?.Reason) is { } reason)
                {
                    failures.Add(reason);
                }

                await queue.CompleteAsync(received, cancellationToken);
            }
        }

        StoreCalls = store.Take();
        return failures;
    }

    /// <summary>Reads what is remembered.</summary>
    public async Task<T> RecallAsync<T>(Func<Memory, Task<T>> read)
    {
        await using var store = new SqliteStateStore(Path.Combine(_folder, "state.db"));
        return await read(new Memory(State ?? (IStateStore)store));
    }

    /// <summary>The jobs over a store and a queue.</summary>
    /// <param name="store">Where state is.</param>
    /// <param name="queue">Where jobs are.</param>
    /// <param name="crash">When the process dies; null: it does not.</param>
    /// <param name="more">What is put in before all else.</param>
    public ServiceProvider Services(IStateStore store, IJobQueue queue, CrashPlan? crash = null, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        more?.Invoke(services);
        services.AddSingleton<TimeProvider>(Time);
        services.TryAddSingleton(GitHub ?? Around<IRepositoryHost>(Host));
        services.AddSingleton(Content);
        if (Limits is not null)
        {
            services.AddSingleton(Limits);
        }

        if (IsAttended)
        {
            services.AddSingleton(GitHub?.Reviews ?? Around<IReviewHost>(Host));
        }

        if (GitHub is not null)
        {
            services.AddSingleton<IIssueHost>(GitHub.Issues);
            services.AddSingleton<IDeploymentHost>(GitHub.Deployments);
        }

        services.AddSingleton(Around<IRegistry>(Registry));
        services.AddSingleton(Around(store));
        services.AddSingleton(Around<IChannels>(Channels));
        services.AddSingleton(queue);
        services.AddSingleton<ILifecycleCatalog>(new Catalog(Lifecycles));
        if (Rules.Count > 0)
        {
            services.AddSingleton(new PolicySources(Rules));
        }

        if (Probes is not null)
        {
            services.AddSingleton(Probes);
        }

        if (Packages is not null)
        {
            services.AddSingleton(Packages);
        }

        services.AddBasewatch(new BasewatchOptions { Mode = Mode, Packages = { Enabled = Packages is not null } });
        return services.BuildServiceProvider();

        T Around<T>(T port)
            where T : class => ((ICallPlan?)crash ?? (port is MemoryRepositoryHost ? Fault : null)) is { } plan ? PlannedPort.Around(port, plan) : port;
    }

    internal sealed class Catalog(LifecycleCatalog? other) : ILifecycleCatalog
    {
        public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(other ?? new LifecycleCatalog(
            [new Product("python", "Python", [], ["docker.io/library/python"], [new Cycle("3.14", null, null, new DateOnly(2030, 10, 31), false, null, false), new Cycle("3.8", null, null, new DateOnly(2024, 10, 7), true, null, false)])],
            DateTimeOffset.UnixEpoch));
    }
}
