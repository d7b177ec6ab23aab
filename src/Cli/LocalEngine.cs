using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli;

/// <summary>The service's jobs in this process, run until there is nothing left to do.</summary>
internal sealed class LocalEngine : IAsyncDisposable
{
    /// <summary>More stages than anybody has.</summary>
    private const int MostLooks = 20;

    private readonly ServiceProvider _services;

    private LocalEngine(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    /// <summary>Puts the jobs over these adapters, with these policies and formats.</summary>
    public static LocalEngine Create(IRepositoryHost host, IRegistry registry, ILifecycleCatalog lifecycles, IStateStore state, IChannels? channels, ILoggerFactory loggers, PolicySources policies, FormatCatalog formats, FactsCache? facts = null, IPackageIndexes? packages = null, IProbes? probes = null, TimeProvider? time = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.TryAdd(ServiceDescriptor.Singleton(typeof(ILogger<>), typeof(Logger<>)));
        services.AddSingleton(host);
        services.AddSingleton(registry);
        services.AddSingleton(lifecycles);
        services.AddSingleton(state);
        if (channels is not null)
        {
            services.AddSingleton(channels);
        }

        if (facts is not null)
        {
            services.AddSingleton(facts);
        }

        if (packages is not null)
        {
            services.AddSingleton(packages);
        }

        if (probes is not null)
        {
            services.AddSingleton(probes);
        }

        services.AddSingleton(time ?? TimeProvider.System);
        services.AddSingleton<IJobQueue>(new InProcessJobQueue(time ?? TimeProvider.System));
        services.AddSingleton(policies);
        services.AddSingleton(formats);

        // One run by a person: what it makes waits for nobody, and no later run would make up for it.
        services.AddSingleton(Core.Planning.PullRequests.PullRequestRules.None);
        services.AddSingleton(ContentLimits.None);
        services.AddBasewatch(new BasewatchOptions { Packages = { Enabled = packages is not null } });
        return new LocalEngine(services.BuildServiceProvider());
    }

    /// <summary>One run of all loops.</summary>
    /// <returns>What went wrong, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var failures = new List<string>();
        foreach (Job start in new Job[] { new RefreshImages(), new FindRepositories(), new ReviewLifecycles() })
        {
            await RunAsync(start, failures, cancellationToken);
        }

        // What a look at rollouts decides is reconciled, which may give the next look something to decide.
        for (var i = 0; i < MostLooks && await RunAsync(new ReviewRollouts(), failures, cancellationToken); i++)
        {
        }

        return [.. failures.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Runs a job and all that it queues.</summary>
    /// <returns>Whether a repository was reconciled.</returns>
    private async Task<bool> RunAsync(Job start, List<string> failures, CancellationToken cancellationToken)
    {
        var queue = _services.GetRequiredService<IJobQueue>();
        var runner = _services.GetRequiredService<JobRunner>();
        var hasReconciled = false;
        await queue.EnqueueAsync(start, TimeSpan.Zero, cancellationToken);
        while (await queue.ReceiveAsync(TimeSpan.FromHours(1), cancellationToken) is { } received)
        {
            hasReconciled |= received.Job is Reconcile;
            var outcome = await runner.RunAsync(received.Job, cancellationToken);
            await queue.CompleteAsync(received, cancellationToken);
            if (outcome is JobFailed failed)
            {
                failures.Add(failed.Reason);
            }
            else if (outcome is JobPostponed postponed)
            {
                failures.Add(postponed.Reason);
            }
        }

        return hasReconciled;
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
