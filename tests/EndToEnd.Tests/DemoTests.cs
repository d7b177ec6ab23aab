using System.Diagnostics;
using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>demo</c>: what a newcomer sees first.</summary>
public sealed class DemoTests : IDisposable
{
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    // A proxy that isn't there: whoever asked it would fail.
    [InlineData("http://127.0.0.1:1")]
    public async Task The_demo_tells_its_story_in_time_and_leaves_the_repositories(string proxy)
    {
        var clock = Stopwatch.StartNew();
        var result = (await RunAsync(proxy)).Exits(0);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Contains("No pull request was opened or changed, and nobody was told anything twice.", result.Output, StringComparison.Ordinal);
        Assert.Contains("end of life", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Empty(result.Errors);
        foreach (var repository in new[] { "shop", "nightly-report" })
        {
            var path = _folder.On($"here/acme/{repository}");
            var branches = (await _folder.GitAsync("-C", path, "for-each-ref", "--format=%(refname:short)", "refs/heads/basewatch")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(branches);
            Assert.Empty(await _folder.GitAsync("-C", path, "status", "--porcelain"));
            foreach (var branch in branches)
            {
                Assert.Contains(branch, result.Output, StringComparison.Ordinal);
                Assert.StartsWith("1\n", await _folder.GitAsync("-C", path, "rev-list", "--count", $"main..{branch}"), StringComparison.Ordinal);
            }
        }

        Assert.Contains("is not empty", (await new CliRun("demo", "--folder", "here").In(_folder).RunAsync()).Exits(2).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    // What asks probes goes past it too.
    [InlineData("http://127.0.0.1:1")]
    public async Task The_rollout_turns_out_as_told(string proxy)
    {
        var clock = Stopwatch.StartNew();
        var result = (await RunAsync(proxy, "--scenario", "rollout")).Exits(0);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Empty(result.Errors);
        Assert.DoesNotContain('\e', result.Output);
        Assert.Contains("soaked 2 h, passed probe", result.Output, StringComparison.Ordinal);
        Assert.Contains("One pull request, and it takes staging back to 1.1.0.", result.Output, StringComparison.Ordinal);
        Assert.Contains("web:1.2.1, frozen: the spring sale", result.Output, StringComparison.Ordinal);

        // What was merged, in the order of the branch: 1.2.0 never came to production.
        var path = _folder.On("here/acme/deploy");
        Assert.Empty(await _folder.GitAsync("-C", path, "status", "--porcelain"));
        Assert.Equal(["1.1.0", "1.2.1"], await VersionsAsync(path, "production"));
        Assert.Equal(["1.1.0", "1.2.0", "1.1.0", "1.2.1"], await VersionsAsync(path, "staging"));
        Assert.Equal(["1.1.0", "1.2.0", "1.2.1"], await VersionsAsync(path, "dev"));
    }

    private Task<CliResult> RunAsync(string proxy, params string[] arguments)
    {
        var run = new CliRun(["demo", "--folder", "here", .. arguments]).In(_folder);
        foreach (var name in proxy.Length == 0 ? [] : new[] { "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY" })
        {
            run.With(name, proxy);
        }

        return run.RunAsync();
    }

    /// <summary>The versions that were merged into a cluster, the oldest first.</summary>
    private async Task<List<string>> VersionsAsync(string repository, string stage)
    {
        var versions = new List<string>();
        foreach (var commit in (await _folder.GitAsync("-C", repository, "log", "--first-parent", "--reverse", "--merges", "--format=%H", "--", $"clusters/{stage}")).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var text = await _folder.GitAsync("-C", repository, "show", $"{commit}:clusters/{stage}/web.yaml");
            versions.Add(text.Split("ghcr.io/acme/web:")[1].Split('@')[0]);
        }

        return versions;
    }
}
