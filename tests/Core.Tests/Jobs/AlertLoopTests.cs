using Basewatch.Core.Alerts;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Alerts over whole repositories: routes, owners of files, merges, weeks.</summary>
public sealed class AlertLoopTests : IDisposable
{
    private static readonly RepositoryName Home = RepositoryName.Parse("acme/.github");

    private readonly Loop _loop = new() { Channels = new MemoryChannels("web", "platform", "all"), ReviewsAlerts = true };

    public AlertLoopTests()
    {
        _loop.Registry.Push("python", "3.8");
        _loop.Registry.Push("python", "3.8-slim");
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task An_organisation_says_who_is_told_and_a_repository_does_not()
    {
        _loop.Host.Create(Home, (".github/basewatch.yml", """
            alerts:
              routes:
                - {teams: acme/platform, to: platform}
                - {repositories: web, to: [web, lost]}
            """));
        _loop.Host.Create(Loop.Web, ("Dockerfile", "FROM python:3.8-slim\n"), ("deploy/Dockerfile", "FROM python:3.8\n"), ("CODEOWNERS", "/deploy/ @acme/platform\n"));
        _loop.Host.Create(RepositoryName.Parse("acme/other"), ("Dockerfile", "FROM python:3.8-slim\n"), (".github/basewatch.yml", "alerts: {routes: [{to: all}]}\n"));
        await _loop.RunAsync();

        Assert.Equal(
            ["platform acme/web deploy/Dockerfile:1", "web acme/web Dockerfile:1"],
            _loop.Channels.Taken.SelectMany(t => t.Message.Tables[0].Rows.Select(r => $"{t.Channel} {r[^2].Text} {r[^1].Text}")).Order(StringComparer.Ordinal));
        var status = await StatusAsync();
        Assert.Equal(1, status.Delivery.Untaken);
        Assert.Contains(status.Delivery.Problems, p => p.Contains("the channel 'lost', which the settings do not have", StringComparison.Ordinal));
        var other = await _loop.RecallAsync(m => m.Repositories.GetAsync(Core.Jobs.State.Memory.RepositoryKey(RepositoryName.Parse("acme/other")), TestContext.Current.CancellationToken));
        Assert.Contains(other!.Problems, p => p.Message.Contains("'alerts' counts in the organisation's repository .github alone", StringComparison.Ordinal));

        // Another owner, one commit later: he is told, and nobody else again.
        _loop.Host.Push(Loop.Web, "main", ("CODEOWNERS", "* @acme/platform\n"));
        _loop.Time.Advance(TimeSpan.FromDays(1));
        var before = _loop.Channels.Taken.Count;
        await _loop.RunAsync();
        var (channel, message) = Assert.Single(_loop.Channels.Taken.Skip(before));
        Assert.Equal(("platform", "newPlaces", "Dockerfile:1"), (channel, message.Properties["reason"], Assert.Single(message.Tables[0].Rows)[^1].Text));
    }

    [Fact]
    public async Task By_a_wrong_configuration_nobody_is_told_and_the_status_says_so()
    {
        _loop.Host.Create(Home, (".github/basewatch.yml", "alerts: {routes: [{to: all, team: x}]}\n"));
        _loop.Host.Create(Loop.Web, ("Dockerfile", "FROM python:3.8-slim\n"));
        await _loop.RunAsync();
        Assert.Empty(_loop.Channels.Taken);
        Assert.Contains((await StatusAsync()).Delivery.Problems, p => p.Contains("nothing is told until that is right", StringComparison.Ordinal));

        _loop.Host.Push(Home, "main", (".github/basewatch.yml", "alerts: {routes: [{to: all}]}\n"));
        await _loop.RunAsync();
        Assert.Equal("all", Assert.Single(_loop.Channels.Taken).Channel);
        Assert.Empty((await StatusAsync()).Delivery.Problems);
    }

    [Fact]
    public async Task Pull_requests_that_wait_and_the_week_are_told_with_the_trend()
    {
        _loop.Channels = new MemoryChannels("all");
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Host.Create(Loop.Web, ("Dockerfile", "FROM python:3.12.4-slim\n"), ("old/Dockerfile", "FROM python:3.8-slim\n"));
        await _loop.RunAsync();
        Assert.Equal([MessageKind.EndOfLife], _loop.Channels.Taken.Select(t => t.Message.Kind));

        // It is Monday: the first week is the next one.
        for (var day = 0; day < 16; day++)
        {
            _loop.Time.Advance(TimeSpan.FromDays(1));
            Assert.Empty(await _loop.RunAsync());
        }

        var waiting = Assert.Single(_loop.Channels.Messages, m => m.Kind == MessageKind.Waiting);
        Assert.EndsWith("for more than 14 days", waiting.Title, StringComparison.Ordinal);
        var digests = _loop.Channels.Messages.Where(m => m.Kind == MessageKind.Digest).ToList();
        Assert.Equal(["Images of acme: the week to 2026-11-30", "Images of acme: the week to 2026-12-07"], digests.Select(d => d.Title));
        Assert.Equal("50.0% of all places use something past its end of life.", digests[0].Paragraphs[0]);
        Assert.Equal("2 (as before)", digests[1].Facts.Single(f => f.Name == "Places").Value);
        Assert.Equal("Python 3.8", Assert.Single(digests[1].Tables.Single(t => t.Title == "Ended, and still in use").Rows)[0].Text);
    }

    private Task<StatusReport> StatusAsync() =>
        _loop.RecallAsync(m => StatusReport.ReadAsync(m, new PauseSwitch(m, isPausedBySettings: false, _loop.Time), new Loop.Catalog(null), TestContext.Current.CancellationToken));
}
