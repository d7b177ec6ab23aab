using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>The contract on the emulator, with a token.</summary>
public sealed class GitHubRepositoryHostTests(GitHubEmulator emulator) : RepositoryHostContract, IClassFixture<GitHubEmulator>, IDisposable
{
    private readonly GitHubOptions _options = new() { ApiBaseAddress = emulator.Address, Token = GitHubEmulator.Token, Repositories = { "acme/none" } };
    private GitHubRepositoryHost? _host;

    protected override IRepositoryHost Host => _host ??= new GitHubRepositoryHost(_options, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);

    public void Dispose() => _host?.Dispose();

    protected override async Task<RepositoryName> CreateAsync(IReadOnlyDictionary<string, byte[]> files)
    {
        var name = $"acme/web-{Guid.NewGuid():N}";
        await emulator.Driver.CreateRepositoryAsync(name, new Dictionary<string, string>(), Cancellation);
        if (files.Count > 0)
        {
            await emulator.Driver.PushAsync(name, "main", files.ToDictionary(f => f.Key, f => (byte[]?)f.Value, StringComparer.Ordinal), "Start", Cancellation);
        }

        _options.Repositories.Add(name);
        return RepositoryName.Parse(name);
    }

    protected override Task RemoveAsync(RepositoryName repository) => emulator.Driver.DeleteRepositoryAsync(repository.ToString(), Cancellation);

    protected override Task MergeAsync(RepositoryName repository, int number) => emulator.Driver.MergePullRequestAsync(repository.ToString(), number, Cancellation);

    [Fact]
    public async Task An_archived_repository_is_left_out_and_one_that_is_gone_is_listed_so_that_its_head_is_asked()
    {
        var archived = await CreateAsync(Files());
        await emulator.Driver.ChangeRepositoryAsync(archived.ToString(), new JsonObject { ["archived"] = true }, Cancellation);

        var listed = await Host.ListAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Equal([new RepositoryListing(RepositoryName.Parse("acme/none"), null)], listed);
    }

    [Fact]
    public async Task A_closed_pull_request_says_why()
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;
        var commit = await Host.CommitAsync(repository, new CommitRequest(head, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "m"), Cancellation);
        await Host.SetBranchAsync(repository, "basewatch/a", commit.Sha, null, Cancellation);
        var pull = await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/a", "main", "t", "b"), Cancellation);

        await Host.ClosePullRequestAsync(repository, pull.Number, "The image is no longer used.", Cancellation);

        Assert.Equal(["The image is no longer used."], await emulator.Driver.CommentsAsync(repository.ToString(), pull.Number, Cancellation));
    }

    [Fact]
    public async Task A_pull_request_has_its_labels_and_those_that_are_not_there_are_made()
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;
        var commit = await Host.CommitAsync(repository, new CommitRequest(head, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "m"), Cancellation);
        await Host.SetBranchAsync(repository, "basewatch/a", commit.Sha, null, Cancellation);

        await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/a", "main", "t", "b") { Labels = ["docker", "new one"] }, Cancellation);

        Assert.Equal(["docker", "new one"], Assert.Single(await emulator.Driver.PullRequestsAsync(repository.ToString(), Cancellation)).Labels.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_token_without_rights_is_told_which_one_it_lacks()
    {
        var repository = await CreateAsync(Files());
        var options = new GitHubOptions { ApiBaseAddress = emulator.Address, Token = GitHubEmulator.ReaderToken, Repositories = { repository.ToString() } };
        using var reader = new GitHubRepositoryHost(options, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);
        var head = (await reader.GetHeadAsync(repository, Cancellation))!.Commit;

        var e = await Assert.ThrowsAsync<RepositoryHostException>(() =>
            reader.CommitAsync(repository, new CommitRequest(head, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "m"), Cancellation));

        Assert.Equal(RepositoryHostFailure.Denied, e.Failure);
        Assert.Equal(emulator.Address.Authority, e.Host);
        Assert.Contains($"{repository}: the token needs contents: write", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(GitHubEmulator.ReaderToken, e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_App_reads_and_writes_as_its_installation()
    {
        var repository = await CreateAsync(Files());
        var options = new GitHubOptions
        {
            ApiBaseAddress = emulator.Address,
            App = new GitHubAppOptions { Id = $"{GitHubEmulator.AppId}", PrivateKey = emulator.AppPrivateKey.ReplaceLineEndings("\\n") },
        };
        using var app = new GitHubRepositoryHost(options, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);

        var head = (await app.GetHeadAsync(repository, Cancellation))!.Commit;
        var commit = await app.CommitAsync(repository, new CommitRequest(head, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "m"), Cancellation);
        Assert.True(await app.SetBranchAsync(repository, "basewatch/app", commit.Sha, null, Cancellation));

        Assert.Equal("FROM a\n", Encoding.UTF8.GetString((await emulator.Driver.FileAsync(repository.ToString(), "Dockerfile", "basewatch/app", Cancellation))!));
        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => app.GetHeadAsync(RepositoryName.Parse("elsewhere/web"), Cancellation));
        Assert.Contains("not installed for elsewhere", e.Message, StringComparison.Ordinal);
    }
}
