using System.Text;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>The loop over files whose values stand beside them.</summary>
public sealed class SiblingLoopTests : IDisposable
{
    private const string Compose = "services:\n  web:\n    image: python:${PYTHON}\n";
    private const string Production = "services:\n  web:\n    image: python:${PYTHON}\n    restart: always\n";
    private const string Branch = "basewatch/python-3.x.x-slim";

    private readonly Loop _loop = new();

    public SiblingLoopTests()
    {
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Host.Create(Loop.Web, ("compose.yaml", Compose), ("compose.prod.yaml", Production), (".env", "# ours\nPYTHON=3.12.4-slim\n"), ("other/Dockerfile", "FROM scratch\n"));
        _loop.Host.Executable.Add(".env");
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task An_update_of_a_value_changes_the_file_it_stands_in_and_no_other()
    {
        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(["compose.prod.yaml", "compose.yaml"], (await UsesAsync()).Select(u => u.Path));
        Assert.Equal(Branch, Assert.Single(Open()).Branch);
        Assert.StartsWith("# ours\nPYTHON=3.12.5-slim", _loop.Host.Text(Loop.Web, Branch, ".env"), StringComparison.Ordinal);
        Assert.Equal(Compose, _loop.Host.Text(Loop.Web, Branch, "compose.yaml"));
        Assert.Equal(Production, _loop.Host.Text(Loop.Web, Branch, "compose.prod.yaml"));
    }

    [Fact]
    public async Task Files_are_read_again_when_one_beside_them_changes_and_no_other_is_fetched()
    {
        await _loop.RunAsync();
        var head = _loop.Host.Branches(Loop.Web)[Branch];
        _loop.Host.Push(Loop.Web, "main", (".env", "# theirs\nX=1\nPYTHON=3.12.4-slim\n"));
        _loop.Mode = Core.Jobs.ServiceMode.Observe;
        var reads = _loop.Host.BlobReads;
        await _loop.RunAsync();
        Assert.Equal(3, _loop.Host.BlobReads - reads);

        _loop.Mode = Core.Jobs.ServiceMode.Propose;
        await _loop.RunAsync();

        Assert.NotEqual(head, _loop.Host.Branches(Loop.Web)[Branch]);
        Assert.StartsWith("# theirs\nX=1\nPYTHON=3.12.5-slim", _loop.Host.Text(Loop.Web, Branch, ".env"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_gone_closes_the_pull_request()
    {
        await _loop.RunAsync();
        _loop.Host.Push(Loop.Web, "main", ".env", null);

        Assert.Empty(await _loop.RunAsync());

        Assert.Empty(Open());
        Assert.All(await UsesAsync(), u => Assert.Null(u.Reference));
    }

    [Fact]
    public async Task A_file_beside_that_is_no_UTF_8_gives_no_values_and_stops_nobody()
    {
        _loop.Host.Push(Loop.Web, "main", ".env", [.. Encoding.ASCII.GetBytes("PYTHON=3.12.4-slim\n#"), 0xE9]);

        Assert.Empty(await _loop.RunAsync());

        Assert.Equal(2, (await UsesAsync()).Count(u => u.Reference is null && u.Skip is not null));
        Assert.Empty(Open());
    }

    [Fact]
    public async Task A_locked_chart_is_known_and_never_updated()
    {
        _loop.Registry.Push("ghcr.io/acme/base", "1.2.3");
        _loop.Registry.Push("ghcr.io/acme/base", "1.2.4");
        _loop.Host.Create(
            Loop.Web,
            ("chart/Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\ndependencies:\n  - name: base\n    version: 1.2.3\n    repository: oci://ghcr.io/acme\n"),
            ("chart/Chart.lock", "dependencies:\n- name: base\n  repository: oci://ghcr.io/acme\n  version: 1.2.3\ndigest: sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\n"));

        Assert.Empty(await _loop.RunAsync());

        var use = Assert.Single(await UsesAsync());
        Assert.Equal("ghcr.io/acme/base:1.2.3", use.Reference?.Canonical);
        Assert.Contains("lock", use.Skip, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(Open());
    }

    [Fact]
    public async Task A_crash_at_any_call_leaves_one_pull_request_with_the_value_of_the_day()
    {
        for (var at = 0; ; at++)
        {
            using var world = new SiblingLoopTests();
            var loop = world._loop;
            await loop.RunAsync();
            loop.Registry.Push("python", "3.12.6-slim");
            loop.Host.Push(Loop.Web, "main", (".env", "# moved\nPYTHON=3.12.4-slim\n"));
            loop.Time.Advance(TimeSpan.FromHours(1));
            var crash = new CrashPlan(at, after: at % 2 == 0);
            try
            {
                await loop.RunAsync(crash);
            }
            catch (CrashException)
            {
            }

            loop.Time.Advance(TimeSpan.FromHours(1));
            await loop.RunAsync();
            await loop.RunAsync();
            Assert.Equal(Branch, Assert.Single(world.Open()).Branch);
            Assert.StartsWith("# moved\nPYTHON=3.12.6-slim", loop.Host.Text(Loop.Web, Branch, ".env"), StringComparison.Ordinal);
            if (!crash.Happened)
            {
                Assert.True(at > 20, $"only {at} calls were made");
                return;
            }
        }
    }

    private async Task<IReadOnlyList<Core.Formats.ImageUse>> UsesAsync() =>
        [.. (await _loop.RecallAsync(m => m.Inventories.GetAsync(Memory.InventoryKey(Loop.Web), TestContext.Current.CancellationToken)))!.Uses];

    private List<PullRequest> Open() => [.. _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open)];
}
