using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>Deployments, on the loopback GitHub.</summary>
public sealed class GitHubServerDeploymentTests(GitHubServer server) : IClassFixture<GitHubServer>, IDisposable
{
    private readonly List<GitHubRepositoryHost> _hosts = [];
    private readonly HostedRepository _shop = server.CreateRepository($"acme/shop-{Guid.NewGuid():N}", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM a\n" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RepositoryName Shop => RepositoryName.Parse(_shop.FullName);

    public void Dispose() => _hosts.ForEach(h => h.Dispose());

    [Fact]
    public async Task Deployments_of_a_commit_to_an_environment_are_listed_with_their_newest_state()
    {
        var first = _shop.Tip("main")!;
        Assert.Empty(await ListAsync(first));
        var failed = _shop.Deploy(first, "staging", "in_progress", "failure");
        var second = _shop.Deploy(first, "staging", "in_progress", "success");
        _shop.Deploy(first, "production", "failure");
        var found = await ListAsync(first);
        Assert.Equal([(second, "success"), (failed, "failure")], found.Select(d => (d.Id, d.State)));
        Assert.All(found, d => Assert.Equal((first, "staging", $"https://github.com/{_shop.FullName}/actions/runs/1"), (d.Commit, d.Environment, d.Page)));
        Assert.All(found, d => Assert.InRange(d.At, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5)));

        // Another commit has its own, and makes inactive what had succeeded.
        var next = _shop.Person("anna").PushTo("main", "Dockerfile", "FROM b\n");
        Assert.Empty(await ListAsync(next));
        var third = _shop.Deploy(next, "staging", "success");
        Assert.Equal([(second, "inactive"), (failed, "failure")], (await ListAsync(first)).Select(d => (d.Id, d.State)));
        Assert.Equal((third, "success"), ((await ListAsync(next)).Single().Id, (await ListAsync(next)).Single().State));

        // One that had not succeeded is what it was, and one that only begins is nothing yet.
        var given = _shop.Deploy(next, "staging", "failure", "inactive");
        var begun = _shop.Deploy(next, "staging");
        Assert.Equal([(begun, null), (given, "failure"), (third, "success")], (await ListAsync(next)).Select(d => (d.Id, d.State)));
    }

    [Fact]
    public async Task Of_many_the_last_five_are_looked_at()
    {
        var commit = _shop.Tip("main")!;
        var all = Enumerable.Range(0, 7).Select(_ => _shop.Deploy(commit, "staging", "failure")).ToList();
        Assert.Equal(all.AsEnumerable().Reverse().Take(5), (await ListAsync(commit)).Select(d => d.Id));
    }

    [Fact]
    public async Task Who_may_not_look_is_told_which_permission_is_missing()
    {
        using var host = new GitHubRepositoryHost(
            new GitHubOptions { ApiBaseAddress = server.Address, Token = server.ActionsToken(_shop.FullName, new Dictionary<string, string>(StringComparer.Ordinal) { ["contents"] = "read" }), Repositories = { _shop.FullName } },
            TimeProvider.System,
            NullLogger<GitHubRepositoryHost>.Instance);
        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => host.Deployments.ListDeploymentsAsync(Shop, _shop.Tip("main")!, "staging", Cancellation));
        Assert.Equal(RepositoryHostFailure.Denied, e.Failure);
        Assert.Contains("deployments", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_is_told_by_a_webhook()
    {
        server.Webhooks.Take();
        _shop.Deploy(_shop.Tip("main")!, "staging", "success");
        var told = Assert.Single(server.Webhooks.Take(), d => d.Event == "deployment_status");
        Assert.Equal(("success", "staging", _shop.Tip("main")), ((string?)told.Json["deployment_status"]!["state"], (string?)told.Json["deployment"]!["environment"], (string?)told.Json["deployment"]!["sha"]));
    }

    private Task<IReadOnlyList<Deployment>> ListAsync(string commit)
    {
        var host = new GitHubRepositoryHost(
            new GitHubOptions { ApiBaseAddress = server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = server.AppPrivateKey } },
            TimeProvider.System,
            NullLogger<GitHubRepositoryHost>.Instance);
        _hosts.Add(host);
        return host.Deployments.ListDeploymentsAsync(Shop, commit, "staging", Cancellation);
    }
}
