using Basewatch.Adapters.GitHub;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Notifications;
using Basewatch.Adapters.Registries;
using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting;

/// <summary>Puts the parts together, the same for every door.</summary>
public static class Composition
{
    /// <summary>Adds the jobs and the adapters that the settings choose. What a door has added before stays.</summary>
    public static IServiceCollection AddBasewatch(this IServiceCollection services, BasewatchOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);

        services.TryAddSingleton(s => new OciRegistry(
            options.RegistriesFor(allowAnyAddress: false),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILogger<OciRegistry>>()));
        services.TryAddSingleton<IRegistry>(s => options.Mirrored(s.GetRequiredService<OciRegistry>()));
        if (!services.Any(s => s.ServiceType == typeof(IRepositoryHost)))
        {
            services.AddSingleton(s => new GitHubRepositoryHost(
                options.GitHub,
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<GitHubRepositoryHost>>()));
            services.AddSingleton<IRepositoryHost>(s => s.GetRequiredService<GitHubRepositoryHost>());
            // What people and checks say: Git on this machine has nothing of it.
            services.TryAddSingleton<IReviewHost>(s => s.GetRequiredService<GitHubRepositoryHost>().Reviews);
        }

        services.TryAddSingleton(s => options.Storage.CreateStateStore(s.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(s => options.Storage.CreateJobQueue(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(s => LifecycleSource.Create(
            options.Lifecycle,
            new StateCatalogCache(s.GetRequiredService<IStateStore>()),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()));
        if (options.TeamsWebhook is { } webhook)
        {
            services.TryAddSingleton<INotifier>(s => new TeamsNotifier(
                new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(15) }),
                webhook,
                s.GetRequiredService<TimeProvider>()));
        }

        services.TryAddSingleton(options.FormatCatalog());
        services.AddSingleton<Memory>();
        services.TryAddSingleton(new PolicySources(options.PolicyRules()));
        services.AddSingleton<OrganisationConfiguration>();
        services.AddSingleton<RegistrySurvey>();
        services.AddSingleton<ImageBook>();
        services.AddSingleton<PendingRepositories>();
        services.AddSingleton<ImageDescriber>();
        services.AddSingleton<PullRequestWriter>();
        services.AddSingleton<BranchWriter>();
        services.AddSingleton<PullRequestHearing>();
        services.AddSingleton<PullRequestActions>();
        services.TryAddSingleton(options.PullRequests.Rules());
        services.TryAddSingleton(options.PullRequests.Content());
        services.AddSingleton<ContentBudget>();
        services.AddSingleton(s => new PauseSwitch(s.GetRequiredService<Memory>(), options.Paused, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ReviewPullRequestsProcessor>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<FindRepositoriesProcessor>(s, options.Mode));
        services.AddSingleton<TakeInventoryProcessor>();
        services.AddSingleton<RefreshImagesProcessor>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<ReconcileProcessor>(s, options.Mode));
        services.AddSingleton<ReviewLifecyclesProcessor>();
        services.AddSingleton<JobRunner>();
        services.AddSingleton<RegistryEventsEndpoint>();
        services.AddSingleton<ScanEndpoint>();
        services.AddSingleton<StatusEndpoint>();
        return services;
    }
}
