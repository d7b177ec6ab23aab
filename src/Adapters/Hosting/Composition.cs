using System.Net;
using Basewatch.Adapters.Builds;
using Basewatch.Adapters.GitHub;
using Basewatch.Adapters.Hosting.Dashboard;
using Basewatch.Adapters.Hosting.Endpoints;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Notifications;
using Basewatch.Adapters.Packages;
using Basewatch.Adapters.Probes;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Adapters.Vulnerabilities;
using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Jobs.Rollouts;
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
        services.AddSingleton(new AppServiceSignIn(options.AppServiceAuthentication, AppServiceSignIn.IsInForceHere));

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
            services.TryAddSingleton<IIssueHost>(s => s.GetRequiredService<GitHubRepositoryHost>().Issues);
            services.TryAddSingleton<IDeploymentHost>(s => s.GetRequiredService<GitHubRepositoryHost>().Deployments);
            services.TryAddSingleton<IBuildHost>(s => new BuildHosts(s.GetRequiredService<GitHubRepositoryHost>().Builds, new AcrTaskHost(AcrTaskHost.PublicCloud, options.Storage.ClientId)));
        }

        services.TryAddSingleton(s => options.Storage.CreateStateStore(s.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(s => options.Storage.CreateJobQueue(s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(s => LifecycleSource.Create(
            options.Lifecycle,
            new StateCatalogCache(s.GetRequiredService<IStateStore>()),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()));
        services.TryAddSingleton(s => new Pages(options, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IPages>(s => s.GetRequiredService<Pages>());
        services.TryAddSingleton<IChannels>(s => new Channels(options.AllChannels(), options.PublicAddress, s.GetRequiredService<IPages>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(options.FormatCatalog());
        services.AddSingleton<Memory>();
        services.TryAddSingleton(new PolicySources(options.PolicyRules()));
        services.AddSingleton<OrganisationConfiguration>();
        services.AddSingleton<RegistrySurvey>();
        if (options.Packages.Enabled)
        {
            services.TryAddSingleton<IPackageIndexes>(s => new PackageIndexes(options.Packages, new StateCache(s.GetRequiredService<IStateStore>(), "packages"), allowAnyAddress: false, s.GetRequiredService<TimeProvider>()));
            services.AddSingleton<PackageSurvey>();
            services.AddSingleton<ArchiveVersions>();
        }

        services.AddSingleton<ImageBook>();
        services.AddSingleton<PendingRepositories>();
        services.TryAddSingleton<IInstance, ProcessInstance>();
        services.AddSingleton<Leases>();
        services.AddSingleton<RegistryPauses>();
        services.AddSingleton<NoticeIntake>();
        services.AddSingleton<DeliveryBook>();
        services.TryAddSingleton<IProbes>(s => new HttpProbes([.. options.Rollout.PrivateHosts], s.GetRequiredService<TimeProvider>()));
        services.AddSingleton(s => new EvidenceFinder(s.GetService<IReviewHost>(), s.GetService<IDeploymentHost>(), s.GetService<IProbes>(), s.GetRequiredService<Memory>()));
        if (options.Vulnerabilities.Enabled)
        {
            services.TryAddSingleton<IVulnerabilityFeed>(s => new OsvFeed(
                new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.All, PooledConnectionLifetime = TimeSpan.FromMinutes(15), ConnectTimeout = TimeSpan.FromSeconds(5) }),
                options.Vulnerabilities.BaseAddress,
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<OsvFeed>>()));
        }

        services.AddSingleton<VulnerabilityBook>();
        services.AddSingleton<ReviewVulnerabilitiesProcessor>();
        services.AddSingleton<RolloutScopes>();
        services.AddSingleton<RolloutActions>();
        services.AddSingleton<ReviewRolloutsProcessor>();
        services.AddSingleton<RolloutTroubles>();
        services.AddSingleton<ImageDescriber>();
        services.AddSingleton<LifecycleBook>();
        services.AddSingleton<LifecycleSurvey>();
        services.AddSingleton<EvidenceBook>();
        services.AddSingleton<PullRequestWriter>();
        services.AddSingleton<BranchWriter>();
        services.AddSingleton<PullRequestHearing>();
        services.AddSingleton<PullRequestActions>();
        services.AddSingleton<IssueDemand>();
        services.AddSingleton<WayOutIssues>();
        services.AddSingleton<WayOutSweep>();
        services.TryAddSingleton(options.PullRequests.Rules());
        services.TryAddSingleton(options.PullRequests.Content());
        services.AddSingleton<ContentBudget>();
        services.AddSingleton(s => new PauseSwitch(s.GetRequiredService<Memory>(), options.Paused, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ReviewPullRequestsProcessor>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<FindRepositoriesProcessor>(s, options.Mode));
        services.AddSingleton<TakeInventoryProcessor>();
        services.AddSingleton<RefreshImagesProcessor>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<ReconcileProcessor>(s, options.Mode));
        services.AddSingleton<AlertConfiguration>();
        services.AddSingleton<CodeOwnersBook>();
        services.AddSingleton<SuccessorBook>();
        services.AddSingleton<Snoozes>();
        services.AddSingleton<AlertOutbox>();
        services.AddSingleton<AlertDesk>();
        services.AddSingleton<ReviewLifecyclesProcessor>();
        services.AddSingleton<ReviewAlertsProcessor>();
        services.AddSingleton<EstateCounter>();
        services.TryAddSingleton(options.Rebuilds.Limits());
        services.AddSingleton<RebuildBook>();
        services.AddSingleton<RebuildLook>();
        services.AddSingleton<DigestCommit>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<ReviewRebuildsProcessor>(s, options.Mode));
        services.AddSingleton<JobRunner>();
        services.AddSingleton<GitHubWebhookEndpoint>();
        services.AddSingleton<PushEndpoint>();
        services.AddSingleton<FluxEndpoint>();
        services.AddSingleton<ArgoCdEndpoint>();
        services.AddSingleton<HealthEndpoint>();
        services.AddSingleton<RegistryEventsEndpoint>();
        services.AddSingleton<ScanEndpoint>();
        services.AddSingleton<StatusEndpoint>();
        services.AddSingleton<SnoozeEndpoint>();
        services.AddSingleton<ReportsEndpoint>();
        services.AddSingleton<RolloutEndpoint>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<OverviewReader>(s, options.Mode));
        services.AddSingleton(s => new OverviewBook(s.GetRequiredService<OverviewReader>().ReadAsync, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<OverviewBook>>()));
        services.TryAddSingleton(s => new DashboardAccess(options.Key, s.GetRequiredService<AppServiceSignIn>(), isGuarded: false, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<DashboardEndpoint>();
        services.AddSingleton<BadgeEndpoint>();
        return services;
    }
}
