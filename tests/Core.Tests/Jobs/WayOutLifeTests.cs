using Basewatch.Adapters.GitHub;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Tests.Lifecycle;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>The life of drafts and issues about ways out, over the loopback GitHub.</summary>
public sealed class WayOutLifeTests : IAsyncLifetime
{
    private const string Branch = "basewatch/_successor/python/debian-10";

    private const string Dying = "FROM python:3.8-slim-buster\n";

    private readonly Loop _loop = new() { State = new MemoryStateStore(), IsAttended = true, Lifecycles = SmallCatalog.Value };

    private GitHubServer _server = null!;

    private HostedRepository _web = null!;

    private GitHubRepositoryHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await GitHubServer.StartAsync(_loop.Time);
        _loop.Registry.Push("python", "3.8-slim-buster");
        _loop.Registry.Push("python", "3.14.2-slim-trixie");
        _loop.Registry.Push("redis", "7.2");
    }

    public async ValueTask DisposeAsync()
    {
        _host?.Dispose();
        await _server.DisposeAsync();
        _loop.Dispose();
    }

    [Fact]
    public async Task A_draft_leads_out_is_never_merged_by_itself_and_what_only_rebuilds_names_it()
    {
        Create("", "pullRequests: {automerge: true, requiredChecks: []}\n");
        await SettleAsync();

        var draft = _web.OpenPullRequests.Single(p => p.Branch == Branch);
        Assert.True(draft.IsDraft);
        Assert.Contains("python from 3.8-slim-buster to 3.14.2-slim-trixie", draft.Title, StringComparison.Ordinal);
        Assert.Contains("What will likely break", draft.Body, StringComparison.Ordinal);
        Assert.Matches("^FROM python:3.14.2-slim-trixie@sha256:[0-9a-f]{64}\n", _web.File("Dockerfile", Branch)!);
        Assert.Empty(_web.PlainIssues);

        // The digests are merged, as they may be; they say that this does not help, and what does.
        var digests = _web.PullRequests.First(p => p.Branch == "basewatch/digests");
        Assert.Contains("Do not just rebuild", digests.Body, StringComparison.Ordinal);
        Assert.Contains("python:3.14.2-slim-trixie", digests.Body, StringComparison.Ordinal);
        Assert.Contains(_web.OpenPullRequests, p => p.Branch == Branch);

        // Closed for this version and not for the next, which is found without a push.
        _web.Person("ann").Close(draft.Number);
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Branch);
        _loop.Registry.Push("python", "3.14.3-slim-trixie");
        await SettleAsync();
        Assert.Contains("3.14.3-slim-trixie", _web.OpenPullRequests.Single(p => p.Branch == Branch).Title, StringComparison.Ordinal);

        _web.Push("main", Files(("Dockerfile", "FROM redis:7.2\n")));
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Branch);
    }

    [Fact]
    public async Task A_republished_digest_names_the_pull_request_that_leads_out()
    {
        Create();
        await SettleAsync();
        var draft = _web.OpenPullRequests.Single(p => p.Branch == Branch);
        Assert.Contains($"(#{draft.Number})", _web.OpenPullRequests.Single(p => p.Branch == "basewatch/digests").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_issue_is_opened_kept_up_to_date_and_closed_and_a_persons_words_stay()
    {
        Create("endOfLife: {propose: issue}\n");
        await SettleAsync();

        var issue = Assert.Single(_web.PlainIssues);
        Assert.Equal(["end-of-life"], issue.Labels);
        Assert.Equal("Debian 10 has been past its end of life since 2022-09-10: python", issue.Title);
        Assert.Contains("`Dockerfile:1`", issue.Body, StringComparison.Ordinal);
        Assert.Contains("python:3.14.2-slim-trixie@sha256:", issue.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Branch);
        Assert.Contains($"(#{issue.Number})", _web.OpenPullRequests.Single(p => p.Branch == "basewatch/digests").Body, StringComparison.Ordinal);

        // A newer version: the plan changes, and what a person wrote below stays.
        var ann = _web.Person("ann");
        ann.EditBody(issue.Number, b => b + "\n\nWe do this in spring.");
        ann.Unlabel(issue.Number, "end-of-life");
        _loop.Registry.Push("python", "3.14.3-slim-trixie");
        await SettleAsync();
        issue = Assert.Single(_web.PlainIssues);
        Assert.Contains("3.14.3-slim-trixie@sha256:", issue.Body, StringComparison.Ordinal);
        Assert.EndsWith("-->\n\nWe do this in spring.", issue.Body, StringComparison.Ordinal);

        // Another place.
        _web.Push("main", Files(("web/Dockerfile", Dying)));
        await SettleAsync();
        Assert.Contains("`web/Dockerfile:1`", Assert.Single(_web.PlainIssues).Body, StringComparison.Ordinal);

        // Done: closed with a reason. It comes back: another one.
        _web.Push("main", Files(("Dockerfile", "FROM redis:7.2\n"), ("web/Dockerfile", null)));
        await SettleAsync();
        issue = Assert.Single(_web.PlainIssues);
        Assert.Equal((false, "completed"), (issue.IsOpen, issue.StateReason));
        Assert.Contains("depends on it", Assert.Single(_web.Comments(issue.Number)).Body, StringComparison.Ordinal);
        _web.Push("main", Files(("Dockerfile", Dying)));
        await SettleAsync();
        Assert.Equal(2, _web.PlainIssues.Count);

        // A person closes it: it stays closed for this cycle, whatever comes.
        ann.Close(_web.PlainIssues[1].Number);
        await SettleAsync();
        _loop.Registry.Push("python", "3.14.4-slim-trixie");
        _web.Push("main", Files(("other/Dockerfile", Dying)));
        await SettleAsync();
        Assert.All(_web.PlainIssues, i => Assert.False(i.IsOpen));
        Assert.Equal(2, _web.PlainIssues.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_there_are_no_issues_or_none_may_be_opened_it_is_remembered_and_fails_nothing(bool isOff)
    {
        Create("endOfLife: {propose: issue}\n");
        _web.HasIssues = !isOff;
        if (!isOff)
        {
            _server.AppPermissions.Remove("issues");
        }

        await SettleAsync();

        Assert.Empty(_web.PlainIssues);
        Assert.Contains(_web.OpenPullRequests, p => p.Branch == "basewatch/digests");
        var record = await _loop.RecallAsync(m => m.Issues.GetAsync(Memory.IssueKey(Loop.Web, "debian-10"), TestContext.Current.CancellationToken));
        Assert.Equal("refused", record?.State);
        var asked = _server.Requests.Count(r => r.Template.EndsWith("/issues", StringComparison.Ordinal));
        _web.Push("main", Files(("other.txt", "x")));
        await SettleAsync();
        Assert.Equal(asked, _server.Requests.Count(r => r.Template.EndsWith("/issues", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"packageRules":[{"matchPackageNames":["python"],"allowedVersions":"<3.9"}]}""", "renovate.json")]
    [InlineData("""{"packageRules":[{"matchPackageNames":["python"],"enabled":false}]}""", "renovate.json")]
    public async Task What_another_tools_configuration_holds_back_is_told_by_an_issue_alone(string renovate, string source)
    {
        Create("endOfLife: {propose: issue}\n", "", ("renovate.json", renovate));
        await SettleAsync();
        var body = Assert.Single(_web.PlainIssues).Body;
        Assert.Contains(source, body, StringComparison.Ordinal);
        Assert.Contains("No pull request takes it", body, StringComparison.Ordinal);

        _web.Push("main", Files((".github/basewatch.yml", "endOfLife: {propose: pullRequest}\n")));
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Branch);
        Assert.All(_web.PlainIssues, i => Assert.False(i.IsOpen));
    }

    [Fact]
    public async Task Nothing_is_proposed_where_an_update_leads_out_or_a_platform_is_missing_or_nobody_wants_it()
    {
        _loop.Registry.Push("python", "3.8-slim");
        _loop.Registry.Push("python", "3.14-slim");
        _loop.Registry.Push("node", "16-alpine3.18");
        _loop.Registry.Push("node", "24.1.0-alpine3.22", platforms: "linux/amd64");
        Create("", "", ("a/Dockerfile", "FROM python:3.8-slim\n"), ("b/Dockerfile", "FROM node:16-alpine3.18\n"));
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch.Contains("/node", StringComparison.Ordinal));
        Assert.DoesNotContain("a/Dockerfile", _web.OpenPullRequests.Single(p => p.Branch == Branch).Body, StringComparison.Ordinal);

        _web.Push("main", Files((".github/basewatch.yml", "endOfLife: {propose: none}\n")));
        await SettleAsync();
        Assert.DoesNotContain(_web.OpenPullRequests, p => p.Branch == Branch);
    }

    [Fact]
    public async Task An_image_that_was_given_up_is_left_for_the_one_in_its_place()
    {
        _loop.Registry.Push("openjdk", "17-jdk-slim");
        _loop.Registry.Push("eclipse-temurin", "17-jdk");
        _loop.Registry.Push("eclipse-temurin", "8-jdk");
        Create("", "", ("Dockerfile", "FROM openjdk:17-jdk-slim\n"));
        await SettleAsync();
        var draft = _web.OpenPullRequests.Single(p => p.Branch == "basewatch/openjdk-to-eclipse-temurin");
        Assert.True(draft.IsDraft);
        Assert.Matches("^FROM eclipse-temurin:17-jdk@sha256:", _web.File("Dockerfile", draft.Branch)!);
        Assert.Contains("What its publishers say", draft.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FailureKind.BrokenAfter, "issue")]
    [InlineData(FailureKind.BrokenBefore, "issue")]
    [InlineData(FailureKind.BrokenAfter, "pullRequest")]
    public async Task Whichever_request_that_writes_fails_once_the_next_runs_come_to_the_same_end(FailureKind kind, string propose)
    {
        for (var nth = 1; ; nth++)
        {
            _loop.State!.Clear();
            if (_web is not null)
            {
                _server.DeleteRepository(_web.FullName);
            }

            Create($"endOfLife: {{propose: {propose}}}\n");
            var failure = _server.Fail(kind, IsWrite, nth);
            await RunAsync(4);
            _loop.Registry.Push("python", $"3.14.{10 + nth}-slim-trixie");
            await RunAsync(3);
            if (propose == "issue")
            {
                Assert.Contains($"3.14.{10 + nth}-slim", Assert.Single(_web!.PlainIssues, i => i.IsOpen).Body, StringComparison.Ordinal);
                Assert.Single(_web.PlainIssues);
            }
            else
            {
                Assert.Contains($"3.14.{10 + nth}-slim", _web!.OpenPullRequests.Single(p => p.Branch == Branch).Title, StringComparison.Ordinal);
            }

            _web.Push("main", Files(("Dockerfile", "FROM redis:7.2\n")));
            await RunAsync(4);
            Assert.True(_web.PlainIssues.All(i => !i.IsOpen) && _web.OpenPullRequests.All(p => p.Branch != Branch) && _web.Tip(Branch) is null, $"at write {nth}");
            if (failure.Hits.Count == 0)
            {
                Assert.InRange(nth, 5, 40);
                return;
            }
        }
    }

    [Fact]
    public async Task What_an_organisation_says_of_an_end_is_seen_to_come_near()
    {
        Create("endOfLife: {propose: issue}\n", "", ("Dockerfile", "FROM python:3.14.2-slim-trixie\n"));
        _server.CreateRepository("acme/.github", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [".github/basewatch.yml"] = $"lifecycles: [{{product: debian, cycles: [{{cycle: '13', eol: {_loop.Time.GetUtcNow().AddDays(200):yyyy-MM-dd}}}]}}]\n",
        });
        await SettleAsync();
        Assert.Empty(_web.PlainIssues);

        // Nobody pushes, and nothing new is in the registry: only the day comes.
        _loop.Time.Advance(TimeSpan.FromDays(30));
        await SettleAsync();
        Assert.StartsWith("Debian 13 ", Assert.Single(_web.PlainIssues).Title, StringComparison.Ordinal);
    }

    private async Task SettleAsync()
    {
        await RunAsync(4);
        var writes = _server.Requests.Count(IsWrite);
        Assert.Empty(await _loop.RunAsync());
        Assert.Equal(writes, _server.Requests.Count(IsWrite));
        Assert.Equal(_web.PlainIssues.Count(i => i.IsOpen), _web.PlainIssues.Where(i => i.IsOpen).Select(i => IssueMarker.TryFind(i.Body, out var marker, out _) ? marker.Key : "").Distinct(StringComparer.Ordinal).Count());
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

    private void Create(string endOfLife = "", string pullRequests = "", params (string Path, string Text)[] files)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = Dying, [".github/basewatch.yml"] = endOfLife + pullRequests };
        foreach (var (path, text) in files)
        {
            all[path] = text;
        }

        _web = _server.CreateRepository(Loop.Web.ToString(), all);
        _host?.Dispose();
        _loop.GitHub = _host = new(
            new GitHubOptions { ApiBaseAddress = _server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = _server.AppPrivateKey } },
            _loop.Time,
            NullLogger<GitHubRepositoryHost>.Instance);
    }

    private static Dictionary<string, string?> Files(params (string Path, string? Text)[] files) => files.ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal);
}
