using System.Diagnostics;
using System.Globalization;
using System.Text;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Bench.Lifecycle;

/// <summary>Resolves every tag of a folder of tag lists, compares each with <see cref="TagReading"/>, and makes the table of <c>docs/lifecycle.md</c>.</summary>
internal static class TagTable
{
    private const string Begin = "<!-- tags: made by bench lifecycle -->", End = "<!-- /tags -->";

    /// <summary>Reads <c>IMAGE.txt</c> files with a tag at the end of each line, and writes the table between the marks of a page.</summary>
    public static async Task<int> WriteAsync(string folder, string catalogFile, string? page)
    {
        var catalog = await new LifecycleCatalogFile(catalogFile, NullLogger<LifecycleCatalogFile>.Instance).GetAsync(CancellationToken.None);
        var products = catalog.Products.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var resolver = new LifecycleResolver(catalog);
        var today = DateOnly.FromDateTime(catalog.AsOf.UtcDateTime);
        var table = new StringBuilder();
        Line(table, $"Of {catalog.AsOf:yyyy-MM-dd}, with the tags that each image ever had:");
        table.Append('\n');
        Line(table, $"| image | tags | cycle | distribution | both | none | names a version | of these found | names a distribution | of these found | floats | no such cycle |");
        Line(table, $"|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        var sum = new Counts();
        var clock = new Stopwatch();
        foreach (var file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
        {
            var image = Path.GetFileNameWithoutExtension(file);
            var counts = new Counts();
            foreach (var tag in File.ReadLines(file).Select(l => l[(l.LastIndexOf(' ') + 1)..]).Where(t => t.Length > 0))
            {
                clock.Start();
                var life = resolver.Resolve(ImageReference.Parse($"{image}:{tag}"), today);
                clock.Stop();
                if (life.Product is null)
                {
                    Console.Error.WriteLine($"{image} is of no product");
                    break;
                }

                counts.Add($"{image}:{tag}", life, TagReading.Of(tag, products[life.Product.Key], products));
            }

            counts.Write(table, image);
            sum.Add(counts);
        }

        sum.Write(table, "**all**");
        Console.Out.Write(table);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"resolved in {clock.ElapsedMilliseconds} ms"));
        if (page is not null)
        {
            var text = await File.ReadAllTextAsync(page);
            var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
            if (from < 0 || to < from)
            {
                Console.Error.WriteLine($"{page} has no lines '{Begin}' and '{End}'");
                return 2;
            }

            await File.WriteAllTextAsync(page, $"{text[..(from + Begin.Length)]}\n{table}{text[to..]}");
        }

        return 0;
    }

    private static void Line(StringBuilder table, FormattableString line) => table.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private sealed class Counts
    {
        private int _tags, _cycle, _distribution, _both, _none, _versions, _versionsFound, _distributions, _distributionsFound, _floats, _outside;

        public void Add(string reference, ImageLifecycle life, TagReading reading)
        {
            var (cycle, distribution) = (life.Product?.Cycle, life.Distribution?.Cycle);
            _tags++;
            _cycle += cycle is null ? 0 : 1;
            _distribution += distribution is null ? 0 : 1;
            _both += cycle is null || distribution is null ? 0 : 1;
            _none += cycle is null && distribution is null ? 1 : 0;
            _versions += reading.Version == VersionKind.Named ? 1 : 0;
            _versionsFound += reading.Version == VersionKind.Named && cycle == reading.Cycle ? 1 : 0;
            _distributions += reading.NamesDistribution ? 1 : 0;
            _distributionsFound += reading.NamesDistribution && distribution == reading.DistributionCycle ? 1 : 0;
            _floats += reading.Version == VersionKind.Floats ? 1 : 0;
            _outside += reading.Version == VersionKind.Outside ? 1 : 0;
            if ((cycle ?? "") != (reading.Cycle ?? "") || (distribution ?? "") != (reading.DistributionCycle ?? ""))
            {
                Console.Error.WriteLine($"{reference}: {cycle ?? "-"} {distribution ?? "-"}, read as {reading.Cycle ?? "-"} {reading.DistributionCycle ?? "-"} ({reading.Version})");
            }
        }

        public void Add(Counts other)
        {
            _tags += other._tags;
            _cycle += other._cycle;
            _distribution += other._distribution;
            _both += other._both;
            _none += other._none;
            _versions += other._versions;
            _versionsFound += other._versionsFound;
            _distributions += other._distributions;
            _distributionsFound += other._distributionsFound;
            _floats += other._floats;
            _outside += other._outside;
        }

        public void Write(StringBuilder table, string image) => Line(
            table,
            $"| {image} | {_tags} | {Share(_cycle, _tags)} | {Share(_distribution, _tags)} | {Share(_both, _tags)} | {Share(_none, _tags)} | {_versions} | {Share(_versionsFound, _versions)} | {_distributions} | {Share(_distributionsFound, _distributions)} | {_floats} | {_outside} |");

        private static string Share(int part, int whole) => whole == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");
    }
}
