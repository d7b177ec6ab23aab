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
        var run = new CliRun("demo", "--folder", "here").In(_folder);
        foreach (var name in proxy.Length == 0 ? [] : new[] { "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY" })
        {
            run.With(name, proxy);
        }

        var result = (await run.RunAsync()).Exits(0);

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
}
