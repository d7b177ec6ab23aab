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
    private readonly ServiceProvider _services;

    private LocalEngine(ServiceProvider services) => _services = services;

    public IServiceProvider Services => _services;

    /// <summary>Puts the jobs over these adapters, with these policies and formats.</summary>
    public static LocalEngine Create(IRepositoryHost host, IRegistry registry, ILifecycleCatalog lifecycles, IStateStore state, IChannels? channels, ILoggerFactory loggers, PolicySources policies, FormatCatalog formats, FactsCache? facts = null, IPackageIndexes? packages = null)
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

        services.AddSingleton<IJobQueue>(new InProcessJobQueue(TimeProvider.System));
        services.AddSingleton(policies);
        services.AddSingleton(formats);

        // One run by a person: what it makes waits for nobody, and no later run would make up for it.
        services.AddSingleton(Core.Planning.PullRequests.PullRequestRules.None);
        services.AddSingleton(ContentLimits.None);
        services.AddBasewatch(new BasewatchOptions { Packages = { Enabled = packages is not null } });
        return new LocalEngine(services.BuildServiceProvider());
    }

    /// <summary>One run of all three loops.</summary>
    /// <returns>What went wrong, one sentence each.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var queue = _services.GetRequiredService<IJobQueue>();
        var runner = _services.GetRequiredService<JobRunner>();
        var failures = new List<string>();
        foreach (Job start in new Job[] { new RefreshImages(), new FindRepositories(), new ReviewLifecycles() })
        {
            await queue.EnqueueAsync(start, TimeSpan.Zero, cancellationToken);
            while (await queue.ReceiveAsync(TimeSpan.FromHours(1), cancellationToken) is { } received)
            {
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
        }

        return [.. failures.Distinct(StringComparer.Ordinal)];
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
