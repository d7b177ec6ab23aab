using Basewatch.Adapters.GitHub;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Tests.Jobs;
using Basewatch.World.GitHub;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Core.Tests.Rollouts;

/// <summary>An organisation with stages over the loopback GitHub, its people, and Basewatch after each thing that happens.</summary>
internal sealed class RolloutLife : IAsyncDisposable
{
    private readonly Dictionary<string, HostedRepository> _repositories = new(StringComparer.Ordinal);

    private GitHubServer _server = null!;

    private GitHubRepositoryHost _host = null!;

    public Loop Loop { get; } = new() { State = new MemoryStateStore(), IsAttended = true };

    public GitHubServer Server => _server;

    public IReadOnlyDictionary<string, HostedRepository> Repositories => _repositories;

    public HostedRepository this[string name] => _repositories[name];

    public static async Task<RolloutLife> StartAsync(string configuration)
    {
        var life = new RolloutLife();
        life._server = await GitHubServer.StartAsync(life.Loop.Time);
        life._host = new(
            new GitHubOptions { ApiBaseAddress = life._server.Address, App = new GitHubAppOptions { Id = $"{GitHubServer.AppId}", PrivateKey = life._server.AppPrivateKey } },
            life.Loop.Time,
            NullLogger<GitHubRepositoryHost>.Instance);
        life.Loop.GitHub = life._host;
        life.Create(".github", (".github/basewatch.yml", configuration));
        return life;
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _server.DisposeAsync();
        Loop.Dispose();
    }

    public HostedRepository Create(string name, params (string Path, string Text)[] files) =>
        _repositories[name] = _server.CreateRepository($"acme/{name}", files.ToDictionary(f => f.Path, f => f.Text, StringComparer.Ordinal));

    public static string Pod(string image) => $"apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: {image}\n";

    public void Write(string repository, string path, string text) => _repositories[repository].Push("main", new Dictionary<string, string?>(StringComparer.Ordinal) { [path] = text });

    /// <summary>The open pull request of a stage.</summary>
    public GitHubPullRequest? Find(string repository, string branch) => _repositories[repository].OpenPullRequests.SingleOrDefault(p => p.Branch == "basewatch/" + branch);

    public void Merge(string repository, string branch) => _repositories[repository].Person("ann").Merge((Find(repository, branch) ?? throw new InvalidOperationException($"nothing is open from {branch}; but {string.Join(", ", _repositories[repository].OpenPullRequests.Select(p => p.Branch))}")).Number);

    public string? Image(string repository, string path, string at = "main") =>
        _repositories[repository].File(path, at)?.Split('\n').FirstOrDefault(l => l.Contains("image:", StringComparison.Ordinal))?.Split("image: ")[1];

    public async Task WaitAsync(TimeSpan time)
    {
        var end = Loop.Time.GetUtcNow() + time;
        while (Loop.Time.GetUtcNow() < end)
        {
            var left = end - Loop.Time.GetUtcNow();
            Loop.Time.Advance(left < TimeSpan.FromMinutes(30) ? left : TimeSpan.FromMinutes(30));
            await Loop.RunAsync();
        }

        await SettleAsync();
    }

    /// <summary>Lets Basewatch come to rest, holds what it did to what must always be true, and sees that another run writes nothing.</summary>
    public async Task SettleAsync()
    {
        for (var i = 0; i < 4; i++)
        {
            Loop.Time.Advance(TimeSpan.FromMinutes(1));
            await Loop.RunAsync();
            await CheckAsync();
        }

        var writes = _server.Requests.Count(IsWrite);
        Assert.Empty(await Loop.RunAsync());
        Assert.Equal(writes, _server.Requests.Count(IsWrite));
    }

    public async Task<LineState> LineAsync(string scope, string line) =>
        (await Loop.RecallAsync(m => m.Rollouts.Lines.GetAsync(RolloutMemory.LineKey(scope, line), TestContext.Current.CancellationToken)))?.State ?? new LineState(line);

    public Task<List<Hold>> HoldsAsync() => Loop.RecallAsync(async m => await m.Rollouts.ListHoldsAsync("acme", TestContext.Current.CancellationToken).ToListAsync());

    public Task HoldAsync(Hold hold) => Loop.RecallAsync(async m =>
    {
        await m.Rollouts.Holds.PutAsync(RolloutMemory.HoldKey(hold), hold, TestContext.Current.CancellationToken);
        return true;
    });

    public Task ReleaseAsync(Hold hold) => Loop.RecallAsync(async m =>
    {
        await m.Rollouts.Holds.DeleteAsync(RolloutMemory.HoldKey(hold), TestContext.Current.CancellationToken);
        await m.Pending.PutAsync(Memory.PendingKey(RepositoryName.Parse("acme/deploy")), new PendingRecord("acme/deploy", Loop.Time.GetUtcNow(), "released"), TestContext.Current.CancellationToken);
        return true;
    });

    /// <summary>No stage is offered what the stages before it have not verified, and nothing that is blocked is offered at all.</summary>
    private async Task CheckAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var blocked = (await HoldsAsync()).Where(h => h.Kind == HoldKind.Block).Select(h => h.Image!).ToHashSet(StringComparer.Ordinal);
        var verified = await Loop.RecallAsync(async m =>
        {
            var all = new HashSet<string>(StringComparer.Ordinal);
            await foreach (var scope in m.Rollouts.ListScopesAsync(cancellationToken))
            {
                await foreach (var line in m.Rollouts.ListLinesAsync(scope.Scope, cancellationToken))
                {
                    var members = await m.Rollouts.ListMembersAsync(scope.Scope, line.State.Line, cancellationToken).ToListAsync(cancellationToken);
                    all.UnionWith(members.SelectMany(x => x.Passages.Where(p => line.State.Find(x, p)?.VerifiedAt is not null)).SelectMany(p => p.Freight.Parsed).Select(Hold.ImageOf));
                }
            }

            return all;
        });
        foreach (var (name, repository) in _repositories)
        {
            foreach (var pull in repository.OpenPullRequests)
            {
                var images = repository.Folder.Length > 0 ? Changed(repository, pull) : [];
                Assert.All(images, i => Assert.False(blocked.Contains(Hold.ImageOf(i)), $"{name}#{pull.Number} proposes {i}, which is blocked"));
                if (pull.Branch.StartsWith("basewatch/_stage/production", StringComparison.Ordinal) || pull.Branch.StartsWith("basewatch/_stage/staging", StringComparison.Ordinal))
                {
                    Assert.All(images, i => Assert.True(verified.Contains(Hold.ImageOf(i)), $"{name}#{pull.Number} promotes {i}, which nothing has verified"));
                }
            }
        }
    }

    private static List<ImageReference> Changed(HostedRepository repository, GitHubPullRequest pull)
    {
        var references = new List<ImageReference>();
        foreach (var path in (string[])["clusters/dev/web.yaml", "clusters/staging/web.yaml", "clusters/production/web.yaml"])
        {
            if (repository.File(path, pull.Branch) is { } after && after != repository.File(path, "main"))
            {
                references.AddRange(after.Split('\n').Where(l => l.Contains("image: ", StringComparison.Ordinal)).Select(l => ImageReference.Parse(l.Split("image: ")[1].Trim())));
            }
        }

        return references;
    }

    private static bool IsWrite(GitHubRequest request) => request.Writes && !request.Template.Contains("access_tokens", StringComparison.Ordinal);
}
