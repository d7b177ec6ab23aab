using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>What people and checks say, on the loopback GitHub.</summary>
public sealed class GitHubServerReviewTests(GitHubServer server) : IClassFixture<GitHubServer>, IDisposable
{
    private const string Branch = "basewatch/python";

    private readonly List<GitHubRepositoryHost> _hosts = [];
    private readonly HostedRepository _shop = server.CreateRepository($"acme/shop-{Guid.NewGuid():N}", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM a\n", [".github/workflows/ci.yml"] = "image: a\n" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RepositoryName Shop => RepositoryName.Parse(_shop.FullName);

    public void Dispose() => _hosts.ForEach(h => h.Dispose());

    [Theory]
    [InlineData("App")]
    [InlineData("person")]
    [InlineData("Actions")]
    public async Task Everything_can_be_done_as_an_App_as_a_person_and_as_an_Actions_job(string who)
    {
        var host = As(who);
        _shop.AllowsSquash = false;
        _shop.Protect("main", new BranchProtection { RequiredChecks = ["ci/build"], RequiredApprovals = 1 });
        _shop.AddMilestone("v1");
        var number = await OpenAsync(host, new PullRequestDraft(Branch, "main", "t", "b") { Labels = ["docker"], Milestone = "V1", IsDraft = true });
        var anna = _shop.Person("anna");
        var head = _shop.Tip(Branch)!;

        Assert.Equal(("v1", true), (_shop.PullRequest(number).Milestone, _shop.PullRequest(number).IsDraft));
        Assert.Equal(MergeState.Draft, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));
        anna.SetDraft(number, isDraft: false);
        Assert.Equal(MergeState.Blocked, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));
        Assert.Equal("the message", (await host.Reviews.ListCommitMessagesAsync(Shop, Branch, Cancellation))[0]);
        Assert.Contains("ci/build", await host.Reviews.MergeAsync(Shop, number, head, Cancellation), StringComparison.Ordinal);

        await host.Reviews.CommentAsync(Shop, number, "@basewatch says so", Cancellation);
        var said = anna.Comment(number, "@basewatch rebase");
        var heard = Assert.Single(await host.Reviews.ListCommentsAsync(Shop, number, since: null, Cancellation));
        Assert.Equal((said, "anna", "@basewatch rebase"), (heard.Id, heard.Author, heard.Body));
        Assert.Single(await host.Reviews.ListCommentsAsync(Shop, number, heard.At, Cancellation));
        Assert.Empty(await host.Reviews.ListCommentsAsync(Shop, number, heard.At.AddSeconds(1), Cancellation));
        await host.Reviews.AcknowledgeAsync(Shop, said, isObeyed: true, Cancellation);
        Assert.EndsWith(" +1", Assert.Single(_shop.Comments(number).Single(c => c.Id == said).Reactions), StringComparison.Ordinal);
        await host.Reviews.RemoveLabelAsync(Shop, number, "docker", Cancellation);
        await host.Reviews.RemoveLabelAsync(Shop, number, "docker", Cancellation);
        Assert.Empty(_shop.PullRequest(number).Labels);

        await host.Reviews.ReportAsync(Shop, head, new Verdict(CheckState.Pending, "waits", ""), Cancellation);
        await host.Reviews.ReportAsync(Shop, head, new Verdict(CheckState.Passed, "fine", ""), Cancellation);
        Assert.Equal("success", _shop.Checks(head)["basewatch"]);
        _shop.CheckRun(head, "build", "failure");
        _shop.SetStatus(head, "ci/build", "pending");
        Assert.Equal([("build", CheckState.Failed), ("ci/build", CheckState.Pending)], (await host.Reviews.ListChecksAsync(Shop, head, Cancellation)).Select(c => (c.Name, c.State)).Order());
        _shop.CheckRun(head, "build", "success");
        _shop.SetStatus(head, "ci/build", "success");
        Assert.All(await host.Reviews.ListChecksAsync(Shop, head, Cancellation), c => Assert.Equal(CheckState.Passed, c.State));

        Assert.Equal(new ReviewState([], IsRefused: false), await host.Reviews.GetReviewStateAsync(Shop, number, Cancellation));
        _shop.Person("eve", RepositoryRole.Read).Approve(number);
        anna.RequestChanges(number);
        Assert.Equal(new ReviewState([], IsRefused: true), await host.Reviews.GetReviewStateAsync(Shop, number, Cancellation));
        anna.Approve(number);
        Assert.Equal(new ReviewState(["anna"], IsRefused: false), await host.Reviews.GetReviewStateAsync(Shop, number, Cancellation));

        Assert.Equal(MergeState.Clean, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));
        Assert.Contains("modified", await host.Reviews.MergeAsync(Shop, number, new string('0', 40), Cancellation), StringComparison.Ordinal);
        Assert.Null(await host.Reviews.MergeAsync(Shop, number, head, Cancellation));
        Assert.True(_shop.PullRequest(number).IsMerged);
        Assert.Equal("FROM b\n", _shop.File("Dockerfile", "main"));
    }

    [Theory]
    [InlineData(FailureKind.ErrorBefore)]
    [InlineData(FailureKind.BrokenBefore)]
    [InlineData(FailureKind.ErrorAfter)]
    [InlineData(FailureKind.BrokenAfter)]
    public async Task Whichever_request_fails_once_a_pull_request_that_is_open_has_what_it_should_have(FailureKind kind)
    {
        var anna = _shop.Person("anna");
        _shop.AddMilestone("v1");
        var host = As("App");
        var draft = new PullRequestDraft(Branch, "main", "t", "b") { Labels = ["docker"], Milestone = "v1", Assignees = [anna.Login], Reviewers = [anna.Login] };
        var wanted = await OpenAsync(host, draft);
        for (var nth = 1; nth <= 8; nth++)
        {
            anna.Close(_shop.OpenPullRequests.Single().Number);
            var failure = server.Fail(kind, r => r.Path.Contains(_shop.FullName, StringComparison.Ordinal), nth);
            try
            {
                await host.OpenPullRequestAsync(Shop, draft, Cancellation);
            }
            catch (RepositoryHostException)
            {
                // Nothing was opened: the next run does.
                Assert.Empty(_shop.OpenPullRequests);
                await host.OpenPullRequestAsync(Shop, draft, Cancellation);
            }

            var pull = _shop.OpenPullRequests.Single();
            Assert.Equal(["docker", "v1", "anna", "anna"], [.. pull.Labels, pull.Milestone, .. pull.Assignees, .. pull.RequestedReviewers]);
            if (!failure.WasHit)
            {
                Assert.Equal(7, nth);
                return;
            }
        }

        Assert.Fail($"more requests than expected for #{wanted}");
    }

    [Fact]
    public async Task A_conflict_and_a_base_that_has_moved_are_told_apart()
    {
        var host = As("App");
        _shop.Protect("main", new BranchProtection { RequiredChecks = ["ci"], IsStrict = true });
        var number = await OpenAsync(host, new PullRequestDraft(Branch, "main", "t", "b"));
        _shop.SetStatus(_shop.Tip(Branch)!, "ci", "success");
        Assert.Equal(MergeState.Clean, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));

        _shop.Push("main", new Dictionary<string, string?>(StringComparer.Ordinal) { ["README.md"] = "new\n" });
        Assert.Equal(MergeState.Behind, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));
        _shop.Push("main", new Dictionary<string, string?>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM c\n" });
        Assert.Equal(MergeState.Conflicting, await host.Reviews.GetMergeStateAsync(Shop, number, Cancellation));

        _shop.Push("release", new Dictionary<string, string?>(StringComparer.Ordinal) { ["NEWS.md"] = "new\n" });
        await host.Reviews.SetBaseAsync(Shop, number, "release", Cancellation);
        Assert.Equal("release", Assert.Single(await host.ListOpenPullRequestsAsync(Shop, "basewatch/", Cancellation)).Base);
    }

    [Fact]
    public async Task Who_may_write_is_known_by_the_role()
    {
        _shop.Person("anna");
        _shop.Person("eve", RepositoryRole.Read);
        var reviews = As("App").Reviews;

        Assert.True(await reviews.MayWriteAsync(Shop, "anna", Cancellation));
        Assert.False(await reviews.MayWriteAsync(Shop, "eve", Cancellation));
        Assert.False(await reviews.MayWriteAsync(Shop, "nobody-at-all", Cancellation));
    }

    [Theory]
    [InlineData("App", true, true)]
    [InlineData("Actions", false, false)]
    public async Task A_workflow_file_is_changed_by_who_may(string who, bool mayChange, bool startsChecks)
    {
        var host = As(who);
        Assert.Equal(new HostAbilities { ChangesWorkflows = mayChange, StartsChecks = startsChecks }, await host.Reviews.GetAbilitiesAsync(Shop, Cancellation));

        var head = _shop.Tip("main")!;
        var changing = host.CommitAsync(Shop, new CommitRequest(head, [new CommitFile(".github/workflows/ci.yml", "100644", "image: b\n"u8.ToArray())], _ => "m"), Cancellation);

        if (mayChange)
        {
            await changing;
        }
        else
        {
            var e = await Assert.ThrowsAsync<RepositoryHostException>(() => changing);
            Assert.Equal(RepositoryHostFailure.Denied, e.Failure);
            Assert.Contains("the token of an Actions job never may", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_App_without_checks_says_its_verdict_by_a_status()
    {
        var permissions = server.AppPermissions.Where(p => p.Key != "checks").ToDictionary(StringComparer.Ordinal);
        var host = Host(new GitHubOptions { ApiBaseAddress = server.Address, Token = server.InstallationToken("acme", permissions), Repositories = { _shop.FullName } });
        var head = _shop.Tip("main")!;

        await host.Reviews.ReportAsync(Shop, head, new Verdict(CheckState.Failed, "no", ""), Cancellation);

        Assert.Equal("failure", _shop.Checks(head)["basewatch"]);
        var e = await Assert.ThrowsAsync<RepositoryHostException>(() => host.Reviews.ListChecksAsync(Shop, head, Cancellation));
        Assert.Contains("checks: read", e.Message, StringComparison.Ordinal);
    }

    private GitHubRepositoryHost As(string who) => Host(who switch
    {
        "App" => new GitHubOptions { ApiBaseAddress = server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = server.AppPrivateKey } },
        "Actions" => new GitHubOptions { ApiBaseAddress = server.Address, Token = server.ActionsToken(_shop.FullName), Repositories = { _shop.FullName } },
        _ => new GitHubOptions { ApiBaseAddress = server.Address, Token = server.PersonToken(_shop.Person("robin").Login), Repositories = { _shop.FullName } },
    });

    private GitHubRepositoryHost Host(GitHubOptions options)
    {
        var host = new GitHubRepositoryHost(options, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);
        _hosts.Add(host);
        return host;
    }

    private async Task<int> OpenAsync(GitHubRepositoryHost host, PullRequestDraft draft)
    {
        var commit = await host.CommitAsync(Shop, new CommitRequest(_shop.Tip("main")!, [new CommitFile("Dockerfile", "100644", "FROM b\n"u8.ToArray())], _ => "the message"), Cancellation);
        await host.SetBranchAsync(Shop, draft.Branch, commit.Sha, expected: null, Cancellation);
        return (await host.OpenPullRequestAsync(Shop, draft, Cancellation)).Number;
    }
}
