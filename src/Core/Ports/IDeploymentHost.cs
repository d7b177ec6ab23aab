namespace Basewatch.Core.Ports;

/// <summary>What a host knows of deployments. Every call throws <see cref="RepositoryHostException"/> when the host does not do what it is asked.</summary>
public interface IDeploymentHost
{
    /// <summary>The newest deployments of a commit to an environment, the newest first, each with its newest state.</summary>
    Task<IReadOnlyList<Deployment>> ListDeploymentsAsync(RepositoryName repository, string commit, string environment, CancellationToken cancellationToken);
}

/// <summary>A deployment.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Commit">What was deployed.</param>
/// <param name="Environment">Where.</param>
/// <param name="State">Its newest state as GitHub says it: <c>success</c>, <c>failure</c>, <c>error</c>, <c>in_progress</c>, <c>inactive</c>, …; null where there is none.</param>
/// <param name="At">When that was.</param>
/// <param name="Page">Where it can be seen.</param>
public sealed record Deployment(long Id, string Commit, string Environment, string? State, DateTimeOffset At, string? Page);
