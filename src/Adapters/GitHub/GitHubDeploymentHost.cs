using Basewatch.Core.Ports;

namespace Basewatch.Adapters.GitHub;

/// <summary>Deployments on GitHub: <see href="https://docs.github.com/en/rest/deployments"/>. Safe to share.</summary>
public sealed class GitHubDeploymentHost : IDeploymentHost
{
    /// <summary>What was deployed more often was deployed again.</summary>
    private const int MostDeployments = 5;

    private const int MostStatuses = 10;

    private readonly GitHubConnection _connection;

    internal GitHubDeploymentHost(GitHubConnection connection) => _connection = connection;

    /// <inheritdoc/>
    /// <remarks>GitHub makes inactive what had succeeded; where a person did it to another, what it was before counts.</remarks>
    public async Task<IReadOnlyList<Deployment>> ListDeploymentsAsync(RepositoryName repository, string commit, string environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(commit);
        ArgumentNullException.ThrowIfNull(environment);
        var answers = await _connection.GetAsync<List<DeploymentAnswer>>(
            repository, $"deployments?sha={Uri.EscapeDataString(commit)}&environment={Uri.EscapeDataString(environment)}&per_page={MostDeployments}", cancellationToken);
        var deployments = new List<Deployment>();
        foreach (var answer in answers.Where(a => a.Sha is not null).OrderByDescending(a => a.Id).Take(MostDeployments))
        {
            var statuses = await _connection.GetAsync<List<DeploymentStatusAnswer>>(repository, $"deployments/{answer.Id}/statuses?per_page={MostStatuses}", cancellationToken);
            var newest = statuses.OrderByDescending(s => s.Id).FirstOrDefault(s => s.State != "inactive" || statuses.Exists(o => o.State == "success"));
            deployments.Add(new Deployment(answer.Id, answer.Sha!, answer.Environment ?? environment, newest?.State, newest?.CreatedAt ?? answer.CreatedAt, PageOf(newest)));
        }

        return deployments;
    }

    /// <summary>Whoever deploys gives it, and may give anything.</summary>
    private static string? PageOf(DeploymentStatusAnswer? status) =>
        Uri.TryCreate(status?.LogUrl, UriKind.Absolute, out var page) && page.Scheme == Uri.UriSchemeHttps && page.UserInfo.Length == 0 ? page.AbsoluteUri : null;
}
