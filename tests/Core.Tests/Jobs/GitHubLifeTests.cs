using Basewatch.Adapters.GitHub;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>The life of pull requests over the loopback GitHub: its API, and merges by Git.</summary>
public sealed class GitHubLifeTests : IAsyncLifetime
{
    private const string Python = PullRequestLife.Python;

    private readonly Loop _loop = new() { State = new MemoryStateStore(), IsAttended = true };

    private readonly HashSet<string> _persons = new(StringComparer.Ordinal);

    private GitHubServer _server = null!;

    private HostedRepository _web = null!;

    private GitHubRepositoryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GitHubServer.StartAsync(_loop.Time);
        _web = Create();
        _host = Host();
        _loop.GitHub = _host;
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Registry.Push("redis", "7.2");
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _server.DisposeAsync();
        _loop.Dispose();
    }

    [Fact]
    public async Task Months_pass_and_people_are_respected()
    {
        var ann = _web.Person("ann");
        var eve = _web.Person("eve", RepositoryRole.Read);
        await SettleAsync();
        Assert.Equal(["basewatch/digests", Python], _web.OpenPullRequests.Select(p => p.Branch).Order(StringComparer.Ordinal));

        _loop.Registry.Push("python", "3.12.6-slim");
        await SettleAsync();
        Assert.Contains("3.12.6-slim", Pull().Title, StringComparison.Ordinal);

        // A file moves under it; the branch follows.
        _web.Push("main", Files(("Dockerfile", "# hello\n" + PullRequestLife.Dockerfile)));
        await SettleAsync();
        Assert.StartsWith("# hello\n", _web.File("Dockerfile", Python), StringComparison.Ordinal);

        // A person's commit stays, is told so once, and goes only when somebody says so who may.
        var first = Pull().Number;
        _persons.Add(ann.PushTo(Python, "notes.txt", "mine"));
        _loop.Registry.Push("python", "3.12.7-slim");
        await SettleAsync();
        eve.Comment(first, "@basewatch recreate");
        await SettleAsync();
        Assert.True(_web.Contains(Python, _persons.Single()));
        Assert.Single(_web.Comments(first), c => c.Body.StartsWith("Somebody else has pushed", StringComparison.Ordinal));
        _persons.Clear();
        ann.Comment(first, "@basewatch recreate");
        await SettleAsync();
        Assert.Contains("3.12.7-slim", _web.File("Dockerfile", Python), StringComparison.Ordinal);
        Assert.Null(_web.File("notes.txt", Python));
        Assert.Equal(["confused", "+1"], _web.Comments(first).SelectMany(c => c.Reactions).Select(r => r.Split(' ')[^1]));

        // Closed for this version and not for the next.
        ann.Close(first);
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);
        _loop.Registry.Push("python", "3.12.8-slim");
        await SettleAsync();
        var second = Pull().Number;
        Assert.NotEqual(first, second);

        // Ignored by a word, and taken back by another.
        ann.Comment(second, "@basewatch ignore this image");
        _loop.Registry.Push("python", "3.12.9-slim");
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);
        ann.Comment(second, "@basewatch reopen");
        await SettleAsync();
        Assert.Contains("3.12.9-slim", Pull().Title, StringComparison.Ordinal);

        // Another name for the default branch.
        _web.RenameDefaultBranch("trunk");
        await SettleAsync();
        Assert.All(_web.OpenPullRequests, p => Assert.Equal("trunk", p.Base));

        // Behind, where that may not be.
        _web.Protect("trunk", new BranchProtection { RequiredChecks = ["ci/build"], IsStrict = true });
        var tip = _web.Push("trunk", Files(("other.txt", "x")));
        Green();
        await SettleAsync();
        await SettleAsync();
        Assert.True(_web.Contains(Python, tip));

        // Merged when it is green, and not before.
        ann.Comment(Pull().Number, "@basewatch merge when green");
        await SettleAsync();
        Assert.Contains(_web.OpenPullRequests, p => p.Branch == Python);
        Green();
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);
        Assert.Contains("3.12.9-slim", _web.File("Dockerfile", "trunk"), StringComparison.Ordinal);
        Assert.Null(_web.Tip(Python));
    }

    [Fact]
    public async Task What_is_merged_by_itself_waits_for_its_checks_through_all_that_happens_meanwhile()
    {
        _web.Push("main", Files((".github/basewatch.yml", "pullRequests: {automerge: true, requiredChecks: ci/build}\n")));
        var ann = _web.Person("ann");
        await SettleAsync();
        Assert.Contains("3.12.5-slim", Pull().Title, StringComparison.Ordinal);

        // A check that is missing, then one that is red.
        Status("failure");
        await SettleAsync();
        Assert.Contains("3.12.5-slim", Pull().Title, StringComparison.Ordinal);

        // The registry takes a version back.
        _loop.Registry.Push("python", "3.12.6-slim");
        await SettleAsync();
        Assert.Contains("3.12.6-slim", Pull().Title, StringComparison.Ordinal);
        _loop.Registry.Delete("python", "3.12.6-slim");
        await SettleAsync();
        Assert.Contains("3.12.5-slim", Pull().Title, StringComparison.Ordinal);
        Assert.Contains("3.12.5-slim", _web.File("Dockerfile", Python), StringComparison.Ordinal);

        // A person changes the same line: what would conflict is written on top of it.
        var tip = _web.Push("main", Files(("Dockerfile", "FROM python:3.12.3-slim\nFROM redis:7.2\n")));
        await SettleAsync();
        Assert.True(_web.Contains(Python, tip));

        // Whoever deletes the branch declines the version, even if the next one is taken back later.
        ann.DeleteBranch(Python);
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);
        _loop.Registry.Push("python", "3.12.7-slim");
        await SettleAsync();
        Assert.Contains("3.12.7-slim", Pull().Title, StringComparison.Ordinal);
        _loop.Registry.Delete("python", "3.12.7-slim");
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);

        // Done by hand, there is nothing left to do.
        _loop.Registry.Push("python", "3.12.8-slim");
        await SettleAsync();
        _web.Push("main", Files(("Dockerfile", _web.File("Dockerfile", Python)!)));
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Python);
        Assert.Null(_web.Tip(Python));

        _loop.Registry.Push("python", "3.12.9-slim");
        await SettleAsync();
        Status("success");
        await SettleAsync();
        Assert.Contains("3.12.9-slim", _web.File("Dockerfile", "main"), StringComparison.Ordinal);

        void Status(string state) => _web.SetStatus(_web.Tip(Python)!, "ci/build", state);
    }

    [Fact]
    public async Task Limits_and_windows_are_kept()
    {
        _loop.Limits = new PullRequestRules();
        foreach (var image in (string[])["nginx", "alpine", "node"])
        {
            _loop.Registry.Push(image, "1.0.0");
            _loop.Registry.Push(image, "1.1.0");
        }

        _web.Push("main", Files(
            ("Dockerfile", "FROM python:3.12.4-slim\nFROM nginx:1.0.0\nFROM alpine:1.0.0\nFROM node:1.0.0\n"),
            (".github/basewatch.yml", "pullRequests: {open: 3, perHour: 1, schedule: ['* 20-23 * * *']}\n")));
        await RunAsync(3);
        Assert.Empty(_web.OpenPullRequests);

        _loop.Time.Advance(new DateTimeOffset(2026, 11, 23, 20, 1, 0, TimeSpan.Zero) - _loop.Time.GetUtcNow());
        await RunAsync(1);
        Assert.Single(_web.OpenPullRequests);
        await RunAsync(5);
        Assert.Equal(2, _web.OpenPullRequests.Count);
        await RunAsync(8);
        Assert.Equal(3, _web.OpenPullRequests.Count);
        _loop.Time.Advance(TimeSpan.FromDays(1));
        await RunAsync(8);
        Assert.Equal(3, _web.OpenPullRequests.Count);
    }

    [Fact]
    public async Task Two_workers_at_once_open_nothing_twice()
    {
        await Task.WhenAll(_loop.RunAsync(), _loop.RunAsync());
        await SettleAsync();
        Assert.Equal(["basewatch/digests", Python], _web.OpenPullRequests.Select(p => p.Branch).Order(StringComparer.Ordinal));
        Assert.Equal(2, _web.PullRequests.Count);
    }

    [Theory]
    [InlineData(FailureKind.BrokenAfter)]
    [InlineData(FailureKind.BrokenBefore)]
    public async Task Whichever_request_that_writes_fails_once_the_next_runs_come_to_the_same_end(FailureKind kind)
    {
        _loop.Registry.Push("redis", "7.2", "first");
        for (var nth = 1; ; nth++)
        {
            _loop.State!.Clear();
            _server.DeleteRepository(_web.FullName);
            _web = Create(("Dockerfile", "FROM python:3.12.4-slim\n"), (".github/basewatch.yml", "pullRequests: {labels: [docker], assignees: ann, automerge: true, requiredChecks: ci/build}\n"));
            _web.Person("ann");
            _host.Dispose();
            _loop.GitHub = _host = Host();
            var failure = _server.Fail(kind, IsWrite, nth);
            await RunAsync(3);
            Assert.Equal(["docker"], Pull().Labels);
            Assert.Equal(["ann"], Pull().Assignees);
            Green();
            await RunAsync(4);
            Assert.True(_web.OpenPullRequests.Count == 0 && _web.Tip(Python) is null, $"at write {nth}");
            Assert.Single(_web.PullRequests);
            if (failure.Hits.Count == 0)
            {
                Assert.InRange(nth, 8, 40);
                return;
            }
        }
    }

    private async Task SettleAsync()
    {
        await RunAsync(3);
        var writes = _server.Requests.Count(IsWrite);
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(writes, _server.Requests.Count(IsWrite));
        Assert.Equal(_web.OpenPullRequests.Count, _web.OpenPullRequests.Select(p => p.Branch).Distinct(StringComparer.Ordinal).Count());
        Assert.All(_persons, c => Assert.True(_web.Contains(Python, c)));
    }

    private async Task RunAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _loop.Time.Advance(TimeSpan.FromMinutes(15));
            await _loop.RunAsync();
        }

        _loop.Time.Advance(TimeSpan.FromMinutes(15));
    }

    private static bool IsWrite(GitHubRequest request) => request.Writes && !request.Template.Contains("access_tokens", StringComparison.Ordinal);

    private GitHubPullRequest Pull() => _web.OpenPullRequests.Single(p => p.Branch == Python);

    private void Green()
    {
        foreach (var pull in _web.OpenPullRequests.Where(p => p.Branch == Python))
        {
            _web.SetStatus(_web.Tip(pull.Branch)!, "ci/build", "success");
        }
    }

    private HostedRepository Create(params (string Path, string Text)[] files) =>
        _server.CreateRepository(Loop.Web.ToString(), (files.Length == 0 ? [("Dockerfile", PullRequestLife.Dockerfile)] : files).ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal));

    private GitHubRepositoryHost Host() => new(
        new GitHubOptions { ApiBaseAddress = _server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = _server.AppPrivateKey } },
        _loop.Time,
        NullLogger<GitHubRepositoryHost>.Instance);

    private static Dictionary<string, string?> Files(params (string Path, string Text)[] files) => files.ToDictionary(f => f.Path, string? (f) => f.Text, StringComparer.Ordinal);
}
