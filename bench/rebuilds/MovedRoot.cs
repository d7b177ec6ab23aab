using System.Diagnostics;
using System.Globalization;
using System.Text;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Bench.Rebuilds;

/// <summary>A root of 5,000 own images, six deep, is pushed again: how long until builds are started, and how often registries are asked.</summary>
internal static class MovedRoot
{
    private const int Images = 5_000;

    private const int Roots = 4;

    private const int Tops = 20;

    /// <summary>Measures over SQLite, in a folder.</summary>
    public static async Task MeasureAsync(string folder)
    {
        var registry = new CountingRegistry();
        await using var store = new SqliteStateStore(Path.Combine(folder, "rebuilds.db"));
        var builds = new CountingBuilds();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IRegistry>(registry);
        services.AddSingleton<IStateStore>(store);
        services.AddSingleton<IJobQueue>(new InProcessJobQueue(TimeProvider.System));
        services.AddSingleton<IBuildHost>(builds);
        var options = new BasewatchOptions();
        options.GitHub.Token = "none";
        options.GitHub.Repositories.Add("acme/r0");
        options.Rebuilds.WindowMinutes = 0;
        services.AddBasewatch(options);
        await using var provider = services.BuildServiceProvider();
        var memory = provider.GetRequiredService<Memory>();
        await SeedAsync(memory);

        Console.WriteLine("| look | wall s | registry requests | builds started |");
        Console.WriteLine("|---|---:|---:|---:|");
        await RunAsync("first", new ReviewRebuilds());
        await RunAsync("nothing moved", new ReviewRebuilds());
        registry.Moved = true;
        await RunAsync("a root was pushed", new ReviewRebuilds("docker.io/library/root1"));
        var picture = await provider.GetRequiredService<RebuildBook>().ReadAsync(CancellationToken.None);
        var watch = Stopwatch.StartNew();
        var graph = RebuildGraph.Of(picture.Graph.Images);
        var plan = picture.Plan(RebuildLimits.Default, DateTimeOffset.UnixEpoch.AddYears(80));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\ngraph and plan alone: {watch.Elapsed.TotalMilliseconds:0} ms, {plan.Steps.Count} steps, {graph.Images.Max(graph.DepthOf) + 1} levels"));

        async Task RunAsync(string name, ReviewRebuilds job)
        {
            registry.Requests = 0;
            var before = builds.Started;
            var clock = Stopwatch.StartNew();
            if (await provider.GetRequiredService<JobRunner>().RunAsync(job, CancellationToken.None) is JobFailed failed)
            {
                throw new InvalidOperationException(failed.Reason);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {clock.Elapsed.TotalSeconds:0.00} | {registry.Requests} | {builds.Started - before} |"));
        }
    }

    private static async Task SeedAsync(Memory memory)
    {
        for (var i = 0; i < Images; i++)
        {
            var on = i < Tops ? $"root{i % Roots}:1" : $"ghcr.io/acme/i{(i - Tops) / 3}:1";
            var record = new BuildsRecord($"acme/r{i}", [new BuildRecord($"ghcr.io/acme/i{i}:1", "Dockerfile", [on])], []) { Methods = [new RebuildMethod(RebuildKind.Workflow, "build.yml")] };
            await memory.Builds.PutAsync(Memory.BuildsKey(RepositoryName.Parse(record.Repository)), record, CancellationToken.None);
            var image = record.OwnImages().Single();
            var facts = new OwnImageFacts(CountingRegistry.DigestOf($"{image.Name.Canonical}:1"), DateTimeOffset.UnixEpoch, [new BuiltOn(image.Bases[0], CountingRegistry.DigestOf($"{image.Bases[0].Name.Canonical}:1"), null)]);
            await memory.OwnImages.PutAsync(Memory.OwnImageKey(image.Key), OwnImageRecord.Of(image.Key, new ImageReference(image.Name, "1"), facts), CancellationToken.None);
        }
    }

    private sealed class CountingBuilds : IBuildHost
    {
        public int Started { get; private set; }

        public Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken)
        {
            Started++;
            return Task.FromResult(new BuildRun(request.Id, null, BuildState.Running));
        }

        public Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken) => Task.FromResult<BuildRun?>(null);

        public Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken) => Task.FromResult(new BuildRun(run, null, BuildState.Running));
    }

    private sealed class CountingRegistry : IRegistry
    {
        private int _requests;

        public int Requests { get => _requests; set => _requests = value; }

        public bool Moved { get; set; }

        public static Digest DigestOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

        public Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            return Task.FromResult<Digest?>(DigestOf($"{reference.Name.Canonical}:{reference.Tag}{(Moved && reference.Name.Repository == "library/root1" ? " patched" : "")}"));
        }

        public Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _requests);
            return Task.FromResult<Manifest?>(new Manifest(reference.Digest!, "application/vnd.oci.image.manifest.v1+json", default, []));
        }

        public Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<Referrer>> GetReferrersAsync(ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
