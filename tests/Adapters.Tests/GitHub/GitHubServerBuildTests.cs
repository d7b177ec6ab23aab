using Basewatch.Adapters.GitHub;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.World.GitHub;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Basewatch.Adapters.Tests.GitHub;

/// <summary>Workflows, on the loopback GitHub.</summary>
public sealed class GitHubServerBuildTests(GitHubServer server) : IClassFixture<GitHubServer>, IDisposable
{
    private static readonly HashSet<string> Nobody = new(StringComparer.Ordinal);

    private readonly GitHubRepositoryHost _host = new(new GitHubOptions { ApiBaseAddress = server.Address, Token = server.AdminToken, Organization = "acme" }, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);

    private readonly HostedRepository _shop = server.CreateRepository($"acme/builds-{Guid.NewGuid():N}", new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [".github/workflows/named.yml"] = "run-name: Build ${{ inputs.id }}\non: {workflow_dispatch: {inputs: {id: {type: string}}}}\n",
        [".github/workflows/plain.yml"] = "on: [workflow_dispatch]\n",
        [".github/workflows/event.yml"] = "run-name: Event ${{ github.event.client_payload.id }}\non: {repository_dispatch: {types: [rebuild]}}\n",
        [".github/workflows/never.yml"] = "on: push\n",
    });

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task A_run_is_found_by_its_name_and_followed_to_its_end()
    {
        var builds = _host.Builds;
        var since = TimeProvider.System.GetUtcNow();
        string[] ids = ["one", "two"];
        var requests = ids.Select(id => Request(RebuildKind.Workflow, "named.yml", id) with { Inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = id } }).ToList();
        foreach (var request in requests)
        {
            Assert.Equal(new BuildRun(null, null, BuildState.Running), await builds.StartAsync(request, Cancelled));
        }

        foreach (var request in requests)
        {
            var run = (await builds.FindAsync(request, since, Nobody, Cancelled))!;
            var there = _shop.WorkflowRuns.Single(r => r.Title == $"Build {request.Id}");
            Assert.Equal(there.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), run.Run);
            there.Complete(request.Id == "one" ? "success" : "failure");
            var ended = await builds.GetAsync(request, run.Run!, Cancelled);
            Assert.Equal(request.Id == "one" ? BuildState.Succeeded : BuildState.Failed, ended.State);
            Assert.StartsWith("https://github.com/acme/", ended.Url, StringComparison.Ordinal);
        }

        Assert.Equal(BuildState.Failed, (await builds.GetAsync(requests[0], "999999", Cancelled)).State);
    }

    [Fact]
    public async Task Without_a_name_it_is_found_by_who_started_it_and_is_nobody_elses()
    {
        var request = Request(RebuildKind.Workflow, "plain.yml", "x");
        var since = TimeProvider.System.GetUtcNow();
        Assert.Null(await _host.Builds.FindAsync(request, since, Nobody, Cancelled));
        await _host.Builds.StartAsync(request, Cancelled);
        var run = (await _host.Builds.FindAsync(request, since, Nobody, Cancelled))!;
        Assert.Null(await _host.Builds.FindAsync(request, since, new HashSet<string>(StringComparer.Ordinal) { run.Run! }, Cancelled));
        Assert.Null(await _host.Builds.FindAsync(request, since.AddHours(1), Nobody, Cancelled));
    }

    [Fact]
    public async Task An_event_brings_its_payload_and_what_GitHub_does_not_take_is_a_refusal()
    {
        var since = TimeProvider.System.GetUtcNow();
        var request = Request(RebuildKind.Event, "rebuild", "e1");
        await _host.Builds.StartAsync(request, Cancelled);
        Assert.Equal("Event e1", _shop.WorkflowRuns.Single().Title);
        Assert.NotNull(await _host.Builds.FindAsync(request, since, Nobody, Cancelled));

        foreach (var workflow in new[] { "never.yml", "missing.yml" })
        {
            var e = await Assert.ThrowsAsync<BuildHostException>(() => _host.Builds.StartAsync(Request(RebuildKind.Workflow, workflow, "n"), Cancelled));
            Assert.True(e.IsRefusal, e.Message);
        }
    }

    [Theory]
    [InlineData("failure", null, BuildState.Running)]
    [InlineData("failure", "success", BuildState.Succeeded)]
    [InlineData("failure", "failure", BuildState.Failed)]
    [InlineData("success", "success", BuildState.Succeeded)]
    public async Task What_a_commit_has_started_is_waited_for_until_all_of_it_has_ended(string first, string? second, BuildState state)
    {
        var request = Request(RebuildKind.Commit, "", "c1");
        var commit = _shop.Tip("main")!;
        Assert.Equal(BuildState.Running, (await _host.Builds.GetAsync(request, commit, Cancelled)).State);
        foreach (var workflow in (string[])["named.yml", "plain.yml"])
        {
            await _host.Builds.StartAsync(Request(RebuildKind.Workflow, workflow, "c1"), Cancelled);
        }

        _shop.WorkflowRuns[0].Complete(first);
        if (second is not null)
        {
            _shop.WorkflowRuns[1].Complete(second);
        }

        var run = await _host.Builds.GetAsync(request, commit, Cancelled);
        Assert.Equal((commit, state), (run.Run, run.State));
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(503, false)]
    public async Task Only_a_rate_limit_says_that_nothing_was_started(int status, bool waits)
    {
        await using var github = await ScriptedServer.StartAsync(context =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return Answers.Json("{}", status)(context);
        });
        using var host = new GitHubRepositoryHost(new GitHubOptions { ApiBaseAddress = github.Address, Token = "t", Organization = "acme" }, TimeProvider.System, NullLogger<GitHubRepositoryHost>.Instance);
        var e = await Assert.ThrowsAsync<BuildHostException>(() => host.Builds.StartAsync(Request(RebuildKind.Event, "rebuild", "r"), Cancelled));
        Assert.Equal((false, waits), (e.IsRefusal, e.RetryAfter is not null));
        Assert.Single(github.Requests);
    }

    [Fact]
    public async Task Runs_without_a_name_are_taken_in_the_order_in_which_they_began()
    {
        var since = TimeProvider.System.GetUtcNow();
        foreach (var id in (string[])["0001", "0002"])
        {
            await _host.Builds.StartAsync(Request(RebuildKind.Workflow, "plain.yml", id), Cancelled);
        }

        // Times are whole seconds, and clocks differ.
        var first = (await _host.Builds.FindAsync(Request(RebuildKind.Workflow, "plain.yml", "0001"), since.AddSeconds(5), Nobody, Cancelled))!;
        Assert.Equal(_shop.WorkflowRuns.Min(r => r.Id).ToString(System.Globalization.CultureInfo.InvariantCulture), first.Run);
    }

    private BuildRequest Request(RebuildKind kind, string name, string id) => new(id, RepositoryName.Parse(_shop.FullName), new RebuildMethod(kind, name), "ghcr.io/acme/web", "its base moved");
}
