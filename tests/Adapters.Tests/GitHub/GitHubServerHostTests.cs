using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>The contract on the loopback GitHub, as an App.</summary>
public sealed class GitHubServerHostTests(GitHubServer server) : RepositoryHostContract, IClassFixture<GitHubServer>, IDisposable
{
    private GitHubRepositoryHost? _host;

    protected override IRepositoryHost Host => _host ??= new GitHubRepositoryHost(
        new GitHubOptions { ApiBaseAddress = server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = server.AppPrivateKey } },
        TimeProvider.System,
        NullLogger<GitHubRepositoryHost>.Instance);

    public void Dispose() => _host?.Dispose();

    protected override Task<RepositoryName> CreateAsync(IReadOnlyDictionary<string, byte[]> files)
    {
        var repository = server.CreateRepository($"acme/web-{Guid.NewGuid():N}");
        if (files.Count > 0)
        {
            repository.Push("main", files.ToDictionary(f => f.Key, f => (byte[]?)f.Value, StringComparer.Ordinal), message: "Start");
        }

        return Task.FromResult(RepositoryName.Parse(repository.FullName));
    }

    protected override Task RemoveAsync(RepositoryName repository)
    {
        server.DeleteRepository(repository.ToString());
        return Task.CompletedTask;
    }

    protected override Task MergeAsync(RepositoryName repository, int number)
    {
        server.Repository(repository.ToString()).Person("anna").Merge(number);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_an_App_commits_is_signed_and_what_it_opens_is_its_own()
    {
        var name = await CreateAsync(Files());
        var repository = server.Repository(name.ToString());
        var head = (await Host.GetHeadAsync(name, Cancellation))!.Commit;
        var commit = await Host.CommitAsync(name, new CommitRequest(head, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "m"), Cancellation);
        await Host.SetBranchAsync(name, "basewatch/a", commit.Sha, null, Cancellation);

        await Host.OpenPullRequestAsync(name, new PullRequestDraft("basewatch/a", "main", "t", "b") { Labels = ["docker"] }, Cancellation);

        var pull = Assert.Single(repository.OpenPullRequests);
        Assert.Equal((GitHubServer.AppLogin, "basewatch/a", commit.Sha, "docker"), (pull.Author, pull.Branch, pull.Head, Assert.Single(pull.Labels)));
        Assert.Equal([commit.Sha], repository.CommitsEverOn("basewatch/a"));
        Assert.Equal(GitHubServer.AppLogin, repository.AuthorOf(commit.Sha));
    }
}
