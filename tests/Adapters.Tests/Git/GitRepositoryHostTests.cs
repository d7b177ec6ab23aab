using Basewatch.Adapters.Git;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Git;

public sealed class GitRepositoryHostTests : RepositoryHostContract, IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("basewatch-git-").FullName;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly GitRepositoryHost _host;

    public GitRepositoryHostTests() => _host = new GitRepositoryHost(_root, _time);

    protected override IRepositoryHost Host => _host;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    protected override async Task<RepositoryName> CreateAsync(IReadOnlyDictionary<string, byte[]> files)
    {
        var repository = RepositoryName.Parse($"octo/web-{Guid.NewGuid():N}");
        var bare = Folder(repository);
        Directory.CreateDirectory(bare);
        await Shell.GitAsync(bare, "init", "--quiet", "--bare");
        if (files.Count > 0)
        {
            var work = await WorkTreeAsync(files);
            await Shell.GitAsync(work, "push", "--quiet", bare, "main");
            Directory.Delete(work, recursive: true);
        }

        return repository;
    }

    protected override Task RemoveAsync(RepositoryName repository)
    {
        Directory.Delete(Folder(repository), recursive: true);
        return Task.CompletedTask;
    }

    protected override Task MergeAsync(RepositoryName repository, int number) => _host.MergePullRequestAsync(repository, number, Cancellation);

    [Fact]
    public async Task Links_and_submodules_are_no_files()
    {
        var work = await WorkTreeAsync(Files());
        File.CreateSymbolicLink(Path.Combine(work, "link"), "Dockerfile");
        await Shell.GitAsync(work, "add", "link");
        await Shell.GitAsync(work, "update-index", "--add", "--cacheinfo", $"160000,{new string('1', 40)},module");
        await Shell.GitAsync(work, "commit", "--quiet", "-m", "links");
        var (host, repository) = Of(work);

        var head = await host.GetHeadAsync(repository, Cancellation);

        var tree = await host.GetTreeAsync(repository, head!.Commit, Cancellation);
        var paths = tree.Files.Select(f => f.Path);
        var link = Assert.Single(tree.Links);
        Assert.Equal(("link", "120000", "Dockerfile"), (link.Path, link.Mode, System.Text.Encoding.UTF8.GetString(await host.GetBlobAsync(repository, link.Blob, Cancellation))));
        Assert.Equal(Files().Keys.Order(StringComparer.Ordinal), paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_commit_and_a_branch_leave_the_work_tree_and_its_index_alone_and_run_no_hook()
    {
        var work = await WorkTreeAsync(Files());
        var hooks = Path.Combine(work, ".git", "hooks");
        Directory.CreateDirectory(hooks);
        foreach (var hook in (string[])["reference-transaction", "post-index-change", "pre-commit", "post-commit"])
        {
            await File.WriteAllTextAsync(Path.Combine(hooks, hook), $"#!/bin/sh\ntouch '{work}/ran-{hook}'\n", Cancellation);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Path.Combine(hooks, hook), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(work, "Dockerfile"), "changed", Cancellation);
        var (host, repository) = Of(work);
        var head = (await host.GetHeadAsync(repository, Cancellation))!;

        var commit = await host.CommitAsync(repository, new CommitRequest(head.Commit, [new CommitFile("Dockerfile", "100644", "FROM b\n"u8.ToArray())], _ => "m"), Cancellation);
        Assert.True(await host.SetBranchAsync(repository, "basewatch/b", commit.Sha, null, Cancellation));

        Assert.Equal("M Dockerfile", (await Shell.GitAsync(work, "-c", "core.hooksPath=/dev/null", "status", "--porcelain")).Trim());
        Assert.Empty(Directory.EnumerateFiles(work, "ran-*"));
        Assert.Equal("main", await Shell.GitAsync(work, "symbolic-ref", "--short", "HEAD"));
        Assert.Equal("basewatch <basewatch@users.noreply.github.com> 1800000000", await Shell.GitAsync(work, "log", "-1", "--format=%an <%ae> %at", "basewatch/b"));
        Assert.Equal(["pulls"], Directory.EnumerateFileSystemEntries(Path.Combine(work, ".git", "basewatch")).Select(Path.GetFileName).DefaultIfEmpty("pulls"));
    }

    [Fact]
    public async Task A_pull_request_that_a_person_merged_or_whose_branch_he_deleted_is_known_for_that()
    {
        var work = await WorkTreeAsync(Files());
        var (host, repository) = Of(work);
        foreach (var branch in (string[])["basewatch/a", "basewatch/b"])
        {
            await Shell.GitAsync(work, "checkout", "--quiet", "-b", branch, "main");
            await Shell.GitAsync(work, "commit", "--quiet", "--allow-empty", "-m", branch);
            await host.OpenPullRequestAsync(repository, new PullRequestDraft(branch, "main", branch, "body"), Cancellation);
        }

        await Shell.GitAsync(work, "checkout", "--quiet", "main");
        await Shell.GitAsync(work, "merge", "--quiet", "--no-ff", "-m", "merge", "basewatch/a");
        await Shell.GitAsync(work, "branch", "--quiet", "-D", "basewatch/a", "basewatch/b");

        Assert.Equal(PullRequestState.Merged, (await host.FindPullRequestsAsync(repository, "basewatch/a", Cancellation)).Single().State);
        var closed = (await host.FindPullRequestsAsync(repository, "basewatch/b", Cancellation)).Single();
        Assert.Equal(PullRequestState.Closed, closed.State);
        Assert.Contains("`basewatch/b` → `main`, closed", await File.ReadAllTextAsync(new Uri(closed.Url).LocalPath, Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pull_request_without_a_commit_of_its_own_is_refused()
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;
        await Host.SetBranchAsync(repository, "basewatch/a", head, null, Cancellation);

        await Assert.ThrowsAsync<RepositoryHostException>(() => Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/a", "main", "t", "b"), Cancellation));
    }

    [Theory]
    [InlineData("--upload-pack=x")]
    [InlineData("a..b")]
    [InlineData("a b")]
    [InlineData("a/.b")]
    [InlineData("a.lock")]
    [InlineData("a\nb")]
    [InlineData("a//b")]
    [InlineData("")]
    public async Task A_branch_that_git_could_take_for_something_else_is_refused(string branch)
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;

        Assert.Null(await Host.GetBranchAsync(repository, branch, Cancellation));
        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => Host.SetBranchAsync(repository, branch, head, null, Cancellation));
        Assert.Equal(RepositoryHostFailure.Malformed, e.Failure);
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData(".git/hooks/pre-commit")]
    [InlineData("/etc/passwd")]
    public async Task A_commit_never_holds_a_path_out_of_the_repository(string path)
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;

        await Assert.ThrowsAsync<RepositoryHostException>(() =>
            Host.CommitAsync(repository, new CommitRequest(head, [new CommitFile(path, "100644", "x"u8.ToArray())], _ => "m"), Cancellation));
    }

    private string Folder(RepositoryName repository) => Path.Combine(_root, repository.Owner, repository.Name + ".git");

    private async Task<string> WorkTreeAsync(IReadOnlyDictionary<string, byte[]> files)
    {
        var work = Path.Combine(_root, $"work-{Guid.NewGuid():N}");
        foreach (var (path, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(work, path))!);
            await File.WriteAllBytesAsync(Path.Combine(work, path), content, Cancellation);
        }

        await Shell.GitAsync(work, "init", "--quiet");
        await Shell.GitAsync(work, "add", ".");
        await Shell.GitAsync(work, "commit", "--quiet", "-m", "Start");
        return work;
    }

    private (GitRepositoryHost Host, RepositoryName Repository) Of(string work)
    {
        var repository = RepositoryName.Parse("local/work");
        return (new GitRepositoryHost(new Dictionary<RepositoryName, string> { [repository] = work }, _time), repository);
    }
}
