using System.Diagnostics;
using System.Globalization;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.Core.Tests.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Bench.Scale;

/// <summary>Cycles of the service over many repositories: what each takes, and how that grows.</summary>
internal static class Cycles
{
    private const int Workers = 32;

    private static readonly int[] Sizes = [1_000, 10_000];

    /// <summary>Measures over SQLite, in a folder; or over tables and blobs, by a connection string.</summary>
    public static async Task MeasureAsync(string kind, string place)
    {
        Console.WriteLine("| repositories | cycle | registry | host | reads | writes | deletions | queries (rows) | HTTP | wall s | CPU s | peak MB | allocated MB |");
        Console.WriteLine("|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        var results = new List<IReadOnlyList<Figures>>();
        foreach (var size in Sizes)
        {
            results.Add(await MeasureAsync(kind, place, size));
        }

        Console.WriteLine();
        foreach (var (small, large) in results[0].Zip(results[^1]))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{small.Cycle}: wall {large.Wall / small.Wall:0.0}, CPU {large.Cpu / small.Cpu:0.0}, peak {(double)large.Peak / small.Peak:0.0}, allocated {(double)large.Allocated / small.Allocated:0.0} times as much"));
        }
    }

    private static async Task<IReadOnlyList<Figures>> MeasureAsync(string kind, string place, int size)
    {
        var http = new RequestCount();
        IStateStore inner = kind == "sqlite" ? new SqliteStateStore(Path.Combine(place, $"{size}.db")) : Tables(place, size, http);
        var store = new CountedStore(inner);
        var organisation = new SampleOrganisation(size);
        var queue = new InProcessJobQueue(TimeProvider.System);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IRegistry>(organisation);
        services.AddSingleton<IRepositoryHost>(organisation);
        services.AddSingleton<IStateStore>(store);
        services.AddSingleton<IJobQueue>(queue);
        services.AddSingleton<IChannels>(new NoChannel());
        services.AddSingleton<ILifecycleCatalog>(new NoCatalog());
        services.AddBasewatch(new BasewatchOptions());
        await using var provider = services.BuildServiceProvider();
        var memory = provider.GetRequiredService<Memory>();
        var version = provider.GetRequiredService<OrganisationConfiguration>();
        await organisation.SeedAsync(memory, version.VersionOf(await version.FindAsync(RepositoryName.Parse("acme/service-00000"), CancellationToken.None)));
        await memory.Decisions.PutAsync(Memory.DecisionsKey, new DecisionsRecord(ServiceMode.Propose, provider.GetRequiredService<Core.Dialects.PolicySources>().Fingerprint), CancellationToken.None);

        var figures = new List<Figures>();
        await RunAsync("first", Cycle);
        await RunAsync("quiet", Cycle);
        organisation.Republish(1);
        await RunAsync("one image changed", Cycle);
        organisation.Republish(organisation.Images / 100);
        await RunAsync("1 % changed", Cycle);
        await RunAsync("lifecycles", [new ReviewLifecycles()]);
        return figures;

        async Task RunAsync(string name, Job[] start)
        {
            (_, _, _) = (store.Take(), organisation.Take(), http.Take());
            GC.Collect();
            ForgetPeak();
            var allocated = GC.GetTotalAllocatedBytes(precise: true);
            using var process = Process.GetCurrentProcess();
            var cpu = process.TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            foreach (var job in start)
            {
                await queue.EnqueueAsync(job, TimeSpan.Zero, CancellationToken.None);
            }

            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(() => WorkAsync(queue, provider.GetRequiredService<JobRunner>()))));
            var wall = watch.Elapsed.TotalSeconds;
            process.Refresh();
            var one = new Figures(name, wall, (process.TotalProcessorTime - cpu).TotalSeconds, PeakBytes(), GC.GetTotalAllocatedBytes(precise: true) - allocated);
            var (asked, called) = organisation.Take();
            var done = store.Take();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {size} | {name} | {asked} | {called} | {done.Reads} | {done.Writes} | {done.Deletions} | {done.Queries} ({done.Rows}) | {http.Take()} | {one.Wall:0.00} | {one.Cpu:0.00} | {one.Peak / 1e6:0} | {one.Allocated / 1e6:0} |"));
            figures.Add(one);
        }
    }

    private static Job[] Cycle => [new FindRepositories(), new RefreshImages()];

    /// <summary>Works until nothing is left and nobody is at work.</summary>
    private static async Task WorkAsync(InProcessJobQueue queue, JobRunner runner)
    {
        var idle = 0;
        while (idle < 20)
        {
            if (await queue.ReceiveAsync(TimeSpan.FromHours(1), CancellationToken.None) is not { } received)
            {
                idle++;
                await Task.Delay(5);
                continue;
            }

            idle = 0;
            if (await runner.RunAsync(received.Job, CancellationToken.None) is JobFailed failed)
            {
                throw new InvalidOperationException(failed.Reason);
            }

            await queue.CompleteAsync(received, CancellationToken.None);
        }
    }

    private static TableStateStore Tables(string connection, int size, RequestCount http)
    {
        var name = $"scale{size}x{Environment.ProcessId}";
        var (tables, blobs) = (new TableClientOptions(), new BlobClientOptions());
        tables.AddPolicy(http, HttpPipelinePosition.PerRetry);
        blobs.AddPolicy(http, HttpPipelinePosition.PerRetry);
        return new TableStateStore(new TableClient(connection, name, tables), new BlobContainerClient(connection, name, blobs));
    }

    /// <summary>The most memory that this process held (<see href="https://man7.org/linux/man-pages/man5/proc_pid_status.5.html"/>), in bytes.</summary>
    private static long PeakBytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;

    private static void ForgetPeak() => File.WriteAllText("/proc/self/clear_refs", "5");

    private sealed record Figures(string Cycle, double Wall, double Cpu, long Peak, long Allocated);

    private sealed class NoChannel : IChannels
    {
        public IReadOnlyList<string> Names { get; } = ["none"];

        public Task SendAsync(string channel, Core.Alerts.Message message, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoCatalog : ILifecycleCatalog
    {
        public Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new LifecycleCatalog([], DateTimeOffset.UnixEpoch));
    }
}
