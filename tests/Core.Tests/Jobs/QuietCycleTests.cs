using System.Globalization;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>What a run asks of registries and of the state store when little has changed, or nothing.</summary>
public sealed class QuietCycleTests : IDisposable
{
    private readonly Loop _loop = new();

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_quiet_run_asks_for_each_list_of_tags_and_each_digest_that_decides_and_for_nothing_else()
    {
        _loop.Registry.Push("python", "3.12.4-slim");
        _loop.Registry.Push("python", "3.12.5-slim");
        _loop.Registry.Push("redis", "7.2.0");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Pinned("python:3.12.4-slim") + Pinned("redis:7.2.0")));
        _loop.Host.Create(RepositoryName.Parse("acme/other"), ("Dockerfile", Pinned("python:3.12.4-slim") + Pinned("redis:7.2.0")));
        await RunAsync();
        var writes = _loop.Host.Writes.Count;

        // The step of python and the tag of redis, which stays; each image once, though two repositories use it.
        Assert.Equal((2, 2, 0), await RunAsync());

        _loop.Registry.Push("python", "3.11.9-slim");
        Assert.Equal((2, 2, 0), await RunAsync());
        Assert.Equal(writes, _loop.Host.Writes.Count);
    }

    [Fact]
    public async Task A_tag_that_was_published_anew_costs_a_look_into_its_new_content()
    {
        _loop.Registry.Push("redis", "7.2.0");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Pinned("redis:7.2.0")));
        await RunAsync();
        Assert.Equal((1, 1, 0), await RunAsync());

        _loop.Registry.Push("redis", "7.2.0", "rebuilt");

        // Beside the new content that of the image in use, against which it is held; and for the words of the pull request both again, with an image of each.
        Assert.Equal((1, 1, 2 + 4), await RunAsync());
        Assert.Contains("basewatch/digests", _loop.Host.Branches(Loop.Web).Keys);
        Assert.Equal((1, 1, 0), await RunAsync());
    }

    [Fact]
    public async Task A_new_tag_costs_its_digest_and_a_look_into_it()
    {
        _loop.Registry.Push("redis", "7.2.0");
        _loop.Host.Create(Loop.Web, ("Dockerfile", Pinned("redis:7.2.0")));
        await RunAsync();

        _loop.Registry.Push("redis", "7.2.1");

        Assert.Equal((1, 1, 2 + 4), await RunAsync());
        Assert.Contains(_loop.Host.Branches(Loop.Web).Keys, b => b.StartsWith("basewatch/redis", StringComparison.Ordinal));
        Assert.Equal((1, 1, 0), await RunAsync());
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(20, 1)]
    [InlineData(10, 5)]
    public async Task A_quiet_run_needs_a_few_operations_of_the_store_for_each_image_however_many_use_it(int images, int repositories)
    {
        var names = Enumerable.Range(0, images).Select(i => string.Create(CultureInfo.InvariantCulture, $"acme/image-{i}")).ToList();
        names.ForEach(n => _loop.Registry.Push(n, "1.0.0"));
        for (var i = 0; i < repositories; i++)
        {
            _loop.Host.Create(RepositoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"acme/repository-{i}")), ("Dockerfile", string.Concat(names.Select(n => Pinned($"{n}:1.0.0")))));
        }

        await RunAsync();
        _loop.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal((images, images, 0), await RunAsync());

        var (reads, writes, deletions, queries, rows) = _loop.StoreCalls;
        // The job's failure, the image, what is known of it; and for all together what was told, and whether something is new; and the image's record, which says when the registry last answered.
        Assert.InRange(reads, images, (3 * images) + (4 * repositories) + 11);
        // The record, and when each loop ran.
        Assert.InRange(writes, images, images + repositories + 5);
        // The lease of each repository that is looked at: its host says nothing of what moved. And that of the review of vulnerabilities.
        Assert.Equal(repositories + 1, deletions);
        // Who uses it: for the registry, for its end of life, and for a way out; the last two know each image and what is in it. And every repository, for its vulnerabilities.
        Assert.InRange(queries, images, (3 * images) + 20);
        Assert.InRange(rows, images * repositories, (3 * images * repositories) + (5 * images) + (4 * repositories));
    }

    private static string Pinned(string image) => $"FROM {image}@{MemoryRegistry.DigestOf($"{image} first")}\n";

    /// <returns>Requests for lists, digests and manifests.</returns>
    private async Task<(int Lists, int Digests, int Manifests)> RunAsync()
    {
        var (lists, digests, manifests) = (_loop.Registry.Lists, _loop.Registry.Resolutions, _loop.Registry.Manifests);
        Assert.Empty(await _loop.RunAsync());
        return (_loop.Registry.Lists - lists, _loop.Registry.Resolutions - digests, _loop.Registry.Manifests - manifests);
    }
}
