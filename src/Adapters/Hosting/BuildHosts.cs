using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Adapters.Hosting;

/// <summary>Every host of builds: each is asked for what is built its way.</summary>
/// <param name="workflows">GitHub's workflows.</param>
/// <param name="tasks">Tasks of Azure Container Registry.</param>
public sealed class BuildHosts(IBuildHost workflows, IBuildHost tasks) : IBuildHost
{
    /// <inheritdoc/>
    public Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken) => HostOf(request).StartAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken) =>
        HostOf(request).FindAsync(request, since, others, cancellationToken);

    /// <inheritdoc/>
    public Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken) => HostOf(request).GetAsync(request, run, cancellationToken);

    private IBuildHost HostOf(BuildRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Method.Kind == RebuildKind.AcrTask ? tasks : workflows;
    }
}
