using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Packages;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>Pinned packages in the service.</summary>
public sealed class PackageLoopTests : IDisposable
{
    private const string Dockerfile = "FROM debian:12.1-slim\nRUN apt-get install -y curl=7.88.1-10 \\\n  git=1:2.39.2-1.1\n";

    private readonly Loop _loop = new();

    private readonly MemoryPackages _packages = new();

    public PackageLoopTests()
    {
        _loop.Packages = _packages;
        _loop.Registry.Push("debian", "12.1-slim");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Dockerfile), (".github/basewatch.yml", "rules:\n- {images: debian, policy: precise}\n"));
        _packages.Archive["debian/bookworm * curl"] = ["7.88.1-10+deb12u5"];
        _packages.Archive["debian/bookworm * git"] = ["1:2.39.2-1.1"];
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_pinned_package_moves_in_a_pull_request_of_its_own_and_again_when_the_archive_has_moved()
    {
        Assert.Empty(await _loop.RunAsync());
        var first = Open().Single(p => p.Branch == "basewatch/_packages/apt");
        Assert.Equal(Dockerfile.Replace("7.88.1-10 ", "7.88.1-10+deb12u5 ", StringComparison.Ordinal), _loop.Host.Text(Loop.Web, first.Branch, "Dockerfile"));
        Assert.Contains("curl", first.Title, StringComparison.Ordinal);
        Assert.Contains("next build", first.Body, StringComparison.Ordinal);

        // Nothing is written twice.
        var writes = _loop.Host.Writes.Count;
        await _loop.RunAsync();
        Assert.Equal(writes, _loop.Host.Writes.Count);

        // Hours later the archive is asked again.
        _packages.Archive["debian/bookworm * git"] = ["1:2.39.5-0+deb12u2"];
        _loop.Time.Advance(TimeSpan.FromHours(7));
        await _loop.RunAsync();
        await _loop.RunAsync();
        Assert.Contains("git=1:2.39.5-0+deb12u2", _loop.Host.Text(Loop.Web, first.Branch, "Dockerfile"), StringComparison.Ordinal);
        Assert.Equal("Update 2 pinned packages of apt", Open().Single(p => p.Branch == first.Branch).Title);
    }

    [Fact]
    public async Task A_silent_archive_closes_no_pull_request()
    {
        await _loop.RunAsync();
        _packages.IsSilent = true;
        _loop.Time.Advance(TimeSpan.FromHours(7));
        Assert.Empty(await _loop.RunAsync());
        Assert.Contains(Open(), p => p.Branch == "basewatch/_packages/apt");
        _packages.IsSilent = false;
        _packages.Archive["debian/bookworm * curl"] = ["7.88.1-10"];
        _loop.Time.Advance(TimeSpan.FromHours(7));
        await _loop.RunAsync();
        Assert.DoesNotContain(Open(), p => p.Branch == "basewatch/_packages/apt");
    }

    [Fact]
    public async Task What_a_person_closed_is_not_proposed_again()
    {
        await _loop.RunAsync();
        _loop.Host.Close(Loop.Web, Open().Single(p => p.Branch == "basewatch/_packages/apt").Number);
        _loop.Time.Advance(TimeSpan.FromHours(7));
        await _loop.RunAsync();
        Assert.DoesNotContain(Open(), p => p.Branch == "basewatch/_packages/apt");
        _packages.Archive["debian/bookworm * curl"] = ["7.88.1-10+deb12u6"];
        _loop.Time.Advance(TimeSpan.FromHours(7));
        await _loop.RunAsync();
        Assert.Contains(Open(), p => p.Branch == "basewatch/_packages/apt");
    }

    private IEnumerable<PullRequest> Open() => _loop.Host.PullRequests(Loop.Web).Where(p => p.State == PullRequestState.Open);
}
