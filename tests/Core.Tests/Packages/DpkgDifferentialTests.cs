using System.Diagnostics;
using System.Globalization;
using Basewatch.Core.Packages;
using CsCheck;

namespace Basewatch.Core.Tests.Packages;

/// <summary>Debian's order, held against <c>dpkg --compare-versions</c>.</summary>
public sealed class DpkgDifferentialTests
{
    private const int Versions = 1_000;

    /// <summary>
    /// A process for each pair would take minutes. dpkg's order is a total one, so that in a list that is sorted by ours it
    /// need only be asked of neighbours: where it agrees on each of these, it agrees on every pair.
    /// </summary>
    [Fact]
    public async Task Debian_versions_are_sorted_as_dpkg_sorts_them()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "there is no dpkg on this machine");
        var cancellationToken = TestContext.Current.CancellationToken;
        var texts = new HashSet<string>(RealVersions().Take(Versions / 2), StringComparer.Ordinal);
        var generated = VersionOrderTests.Debian.Array[Versions].Single();
        texts.UnionWith(generated.Where(t => DebianVersion.TryParse(t, out _)));
        var versions = texts.Select(DebianVersion.Parse).ToList();
        versions.Sort(DebianVersion.Compare);

        // Pairs of any two are compared, besides neighbours.
        var pairs = versions.Zip(versions.Skip(1)).Select(p => (A: p.First, B: p.Second)).ToList();
        var random = new Random(20260101);
        pairs.AddRange(Enumerable.Range(0, 200).Select(_ => (versions[random.Next(versions.Count)], versions[random.Next(versions.Count)])));
        var script = string.Join('\n', pairs.Select(p => $"{p.A} {Operator(p.A, p.B)} {p.B}")) + "\n";
        var start = new ProcessStartInfo("/bin/sh", ["-c", "while read -r a o b; do dpkg --compare-versions \"$a\" \"$o\" \"$b\" || echo \"$a $o $b\"; done"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(script.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        Assert.Equal("", await output);
        await process.WaitForExitAsync(cancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.True(versions.Count * (versions.Count - 1L) / 2 > 100_000, string.Create(CultureInfo.InvariantCulture, $"{versions.Count} versions are too few"));
    }

    private static string Operator(DebianVersion a, DebianVersion b) => DebianVersion.Compare(a, b) switch
    {
        < 0 => "lt",
        0 => "eq",
        _ => "gt",
    };

    /// <summary>What is installed here.</summary>
    private static IEnumerable<string> RealVersions() =>
        File.Exists("/var/lib/dpkg/status")
            ? File.ReadLines("/var/lib/dpkg/status").Where(l => l.StartsWith("Version: ", StringComparison.Ordinal)).Select(l => l["Version: ".Length..]).Distinct(StringComparer.Ordinal)
            : [];
}
