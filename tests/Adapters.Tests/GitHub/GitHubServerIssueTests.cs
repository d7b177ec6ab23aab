using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>Issues, on the loopback GitHub.</summary>
public sealed class GitHubServerIssueTests(GitHubServer server) : IClassFixture<GitHubServer>, IDisposable
{
    private const string Label = "end-of-life";

    private readonly List<GitHubRepositoryHost> _hosts = [];
    private readonly HostedRepository _shop = server.CreateRepository($"acme/shop-{Guid.NewGuid():N}", new Dictionary<string, string>(StringComparer.Ordinal) { ["Dockerfile"] = "FROM a\n" });

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private RepositoryName Shop => RepositoryName.Parse(_shop.FullName);

    public void Dispose() => _hosts.ForEach(h => h.Dispose());

    [Theory]
    [InlineData("App")]
    [InlineData("person")]
    [InlineData("Actions")]
    public async Task An_issue_is_opened_found_changed_and_closed(string who)
    {
        var issues = As(who);
        _shop.Person("eve").OpenIssue("not ours");
        var opened = (await issues.OpenIssueAsync(Shop, new IssueDraft("t", "b", [Label]) { Assignees = ["nobody-there"] }, Cancellation))!;
        _shop.Person("eve").Label(1, Label);

        var found = Assert.Single(await issues.ListOpenIssuesAsync(Shop, Label, Cancellation));
        Assert.Equal((opened.Number, true, "t", "b"), (found.Number, found.IsOpen, found.Title, found.Body));
        Assert.StartsWith("https://", found.Url.Replace("http:", "https:", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(await issues.ListOpenIssuesAsync(Shop, "other", Cancellation));

        await issues.UpdateIssueAsync(Shop, opened.Number, new string('x', 400), "c", Cancellation);
        var changed = (await issues.GetIssueAsync(Shop, opened.Number, Cancellation))!;
        Assert.Equal((256, "c"), (changed.Title.Length, changed.Body));

        await issues.CloseIssueAsync(Shop, opened.Number, "done", Cancellation);
        Assert.False((await issues.GetIssueAsync(Shop, opened.Number, Cancellation))!.IsOpen);
        Assert.Equal("completed", _shop.PlainIssues.Single(i => i.Number == opened.Number).StateReason);
        Assert.Equal("done", Assert.Single(_shop.Comments(opened.Number)).Body);
        Assert.Empty(await issues.ListOpenIssuesAsync(Shop, Label, Cancellation));
        Assert.Null(await issues.GetIssueAsync(Shop, 99, Cancellation));
    }

    [Fact]
    public async Task Where_issues_are_switched_off_there_are_none_and_none_is_opened()
    {
        _shop.HasIssues = false;
        var issues = As("App");
        Assert.Empty(await issues.ListOpenIssuesAsync(Shop, Label, Cancellation));
        Assert.Null(await issues.OpenIssueAsync(Shop, new IssueDraft("t", "b", [Label]), Cancellation));
        Assert.Null(await issues.GetIssueAsync(Shop, 1, Cancellation));
    }

    [Fact]
    public async Task Without_the_permission_it_is_a_refusal()
    {
        var token = server.InstallationToken("acme", new Dictionary<string, string>(StringComparer.Ordinal) { ["contents"] = "write", ["metadata"] = "read", ["pull_requests"] = "write" });
        var failure = await Assert.ThrowsAsync<RepositoryHostException>(() => With(new GitHubOptions { ApiBaseAddress = server.Address, Organization = "acme", Token = token }).OpenIssueAsync(Shop, new IssueDraft("t", "b", []), Cancellation));
        Assert.Equal(RepositoryHostFailure.Denied, failure.Failure);
    }

    private GitHubIssueHost As(string who) => With(who switch
    {
        "App" => new GitHubOptions { ApiBaseAddress = server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = server.AppPrivateKey } },
        "person" => new GitHubOptions { ApiBaseAddress = server.Address, Organization = "acme", Token = server.AdminToken },
        _ => new GitHubOptions { ApiBaseAddress = server.Address, Organization = "acme", Token = server.ActionsToken(_shop.FullName) },
    });

    private GitHubIssueHost With(GitHubOptions options)
    {
        var host = new GitHubRepositoryHost(options, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);
        _hosts.Add(host);
        return host.Issues;
    }
}
