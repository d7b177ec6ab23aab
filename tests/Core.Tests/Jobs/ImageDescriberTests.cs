using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Planning;
using Basewatch.Core.Tests.Planning.PullRequests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Basewatch.Core.Tests.Jobs;

public sealed class ImageDescriberTests
{
    private readonly Shelf _shelf = new();

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private readonly ImageDescriber _describer;

    public ImageDescriberTests() => _describer = new ImageDescriber(_shelf, _time, NullLogger<ImageDescriber>.Instance);

    [Fact]
    public async Task Two_indexes_cost_six_requests_and_the_same_again_costs_none()
    {
        var update = _shelf.Update("python", "3.12", "3.14");

        var content = await DescribeAsync(update);

        Assert.Equal("linux/amd64", content.Platform?.ToString());
        Assert.Equal("3.12", content.Before?.Configuration.Environment["VERSION"]);
        Assert.Equal("3.14", content.After?.Configuration.Environment["VERSION"]);
        Assert.Equal(6, _shelf.Requests.Count);
        await DescribeAsync(update);
        Assert.Equal(6, _shelf.Requests.Count);
    }

    [Fact]
    public async Task A_place_for_another_platform_is_told_of_that()
    {
        var update = _shelf.Update("python", "3.12", "3.14");

        Assert.Equal("linux/arm64", (await DescribeAsync(update with { Use = update.Use with { Platform = new Platform("linux", "arm64") } })).Platform?.ToString());
    }

    [Fact]
    public async Task Images_that_share_no_platform_are_not_compared()
    {
        var update = _shelf.Update("python", "3.12", "3.14", platforms: ["linux/s390x"]);
        update = update with { Target = _shelf.Put("python", "3.15", ["linux/riscv64"]) };

        Assert.Null((await DescribeAsync(update)).Comparison);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_leaves_a_gap_and_no_more()
    {
        var update = _shelf.Update("python", "3.12", "3.14");
        for (var silent = 0; silent < 6; silent++)
        {
            var shelf = new Shelf { SilentAt = silent };
            var describer = new ImageDescriber(shelf, _time, NullLogger<ImageDescriber>.Instance);
            shelf.Update("python", "3.12", "3.14");

            var content = Assert.Single(await describer.DescribeAsync([update], TestContext.Current.CancellationToken)).Value;
            Assert.True(content.Before is null || content.After is null);
        }
    }

    [Fact]
    public async Task It_does_not_wait_for_ever()
    {
        _shelf.Hangs = true;
        var waiting = _describer.DescribeAsync([_shelf.Update("python", "3.12", "3.14")], TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(21));

        Assert.Empty(await waiting);
    }

    [Fact]
    public async Task First_pins_cost_nothing_and_many_images_are_not_all_looked_at()
    {
        var pin = _shelf.Update("python", "3.12", "3.12") with { Kind = UpdateKind.Pin };
        Assert.Empty(await _describer.DescribeAsync([pin], TestContext.Current.CancellationToken));
        Assert.Empty(_shelf.Requests);

        var many = Enumerable.Range(0, 30).Select(i => _shelf.Update($"image{i}", "1.0", "1.1")).ToList();
        Assert.Equal(10, (await _describer.DescribeAsync(many, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_base_is_asked_for_where_it_says_whose_labels_they_are_and_only_there()
    {
        var below = _shelf.Put("acme.example/base", "1", layers: ["base"]);
        var update = _shelf.Update("acme.example/app", "1.0", "1.1", layers: ["base", "app"], labels: new(StringComparer.Ordinal)
        {
            ["org.opencontainers.image.source"] = "https://github.com/acme/thing",
            ["org.opencontainers.image.base.name"] = "acme.example/base:1",
            ["org.opencontainers.image.base.digest"] = below.Digest!.ToString(),
        });
        Assert.Equal("https://github.com/acme/thing", (await DescribeAsync(update)).Links?.Repository);
        Assert.Equal(9, _shelf.Requests.Count);

        // What an image says makes nobody ask elsewhere.
        var other = _shelf.Update("other.example/app", "1.0", "1.1", layers: ["base", "app"], labels: new(StringComparer.Ordinal)
        {
            ["org.opencontainers.image.source"] = "https://github.com/acme/thing",
            ["org.opencontainers.image.base.name"] = "acme.example/base:1",
            ["org.opencontainers.image.base.digest"] = below.Digest.ToString(),
        });
        Assert.Null((await DescribeAsync(other)).Links);
        Assert.Equal(15, _shelf.Requests.Count);
    }

    private async Task<ImageStepContent> DescribeAsync(Update update) =>
        (await _describer.DescribeAsync([update], TestContext.Current.CancellationToken))[ImageStep.Of(update)];

    /// <summary>A registry of whole images.</summary>
    private sealed class Shelf : IRegistry
    {
        private readonly ConcurrentDictionary<(ImageName, string), Manifest> _manifests = new();

        private readonly ConcurrentDictionary<Digest, ImageConfiguration> _configurations = new();

        public ConcurrentQueue<string> Requests { get; } = new();

        public int? SilentAt { get; init; }

        public bool Hangs { get; set; }

        public Update Update(string image, string from, string to, string[]? platforms = null, string[]? layers = null, Dictionary<string, string>? labels = null)
        {
            var (before, after) = (Put(image, from, platforms, layers, labels), Put(image, to, platforms, layers, labels));
            return Some.Update(before.ToString(), after.ToString(), UpdateKind.Minor);
        }

        public ImageReference Put(string image, string tag, string[]? platforms = null, string[]? layers = null, Dictionary<string, string>? labels = null)
        {
            var name = ImageName.Parse(image);
            var entries = new List<ManifestEntry>();
            foreach (var text in platforms ?? ["linux/arm64", "linux/amd64"])
            {
                var platform = Platform.TryParse(text, out var known) ? known : null;
                var (manifest, configuration) = (Described.DigestOf($"{image}:{tag} {text}"), Described.DigestOf($"{image}:{tag} {text} configuration"));
                _configurations[configuration] = new ImageConfiguration(platform, null)
                {
                    Environment = Described.Texts(("VERSION", tag)),
                    Labels = labels ?? [],
                    DiffIds = [.. (layers ?? []).Select(Described.DigestOf)],
                };
                _manifests[(name, manifest.ToString())] = new Manifest(manifest, "application/vnd.oci.image.manifest.v1+json", new byte[10], []) { Configuration = configuration };
                entries.Add(new ManifestEntry(manifest, platform));
            }

            var index = Described.DigestOf($"{image}:{tag}");
            _manifests[(name, index.ToString())] = new Manifest(index, "application/vnd.oci.image.index.v1+json", new byte[10], entries);
            return new ImageReference(name, tag, index);
        }

        public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken) =>
            AskAsync($"manifest {reference}", reference.Name, () => _manifests.GetValueOrDefault((reference.Name, reference.Digest!.ToString())), cancellationToken);

        public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) =>
            AskAsync($"configuration {digest}", image, () => _configurations.GetValueOrDefault(digest), cancellationToken);

        public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Referrer>> GetReferrersAsync(ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) => throw new NotSupportedException();

        private async Task<T?> AskAsync<T>(string request, ImageName image, Func<T?> answer, CancellationToken cancellationToken)
        {
            await Task.Delay(Hangs ? Timeout.Infinite : 0, cancellationToken);
            Requests.Enqueue(request);
            return Requests.Count - 1 == SilentAt ? throw new RegistryException(image.Registry, RegistryFailure.Unreachable, "silent") : answer();
        }
    }
}
