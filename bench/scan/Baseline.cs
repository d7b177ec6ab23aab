using Basewatch.Core.Formats;

namespace Basewatch.Bench.Scan;

/// <summary>What no scan can do without: listing the files, and reading those that a format may read.</summary>
internal static class Baseline
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Prints the files that a format may read, from the folder, each ended by a NUL.</summary>
    public static void ListRelevant(string folder)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput());
        foreach (var path in Files(folder).Select(f => Path.GetRelativePath(folder, f).Replace(Path.DirectorySeparatorChar, '/')).Where(p => FormatCatalog.Default.For(p).Count > 0))
        {
            output.Write(path);
            output.Write('\0');
        }
    }

    /// <summary>Number of files, without those in folders that are ignored.</summary>
    public static int Walk(string folder) => Files(folder).Count();

    /// <summary>Bytes in the files of a list, read on every processor.</summary>
    public static long Read(string folder, string list)
    {
        var bytes = 0L;
        Parallel.ForEach(
            File.ReadAllText(list).Split('\0', StringSplitOptions.RemoveEmptyEntries),
            () => 0L,
            (path, _, sum) => sum + File.ReadAllBytes(Path.Combine(folder, path)).Length,
            sum => Interlocked.Add(ref bytes, sum));
        return bytes;
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", Everything)
        .Concat(Directory.EnumerateDirectories(folder, "*", Everything)
            .Where(d => Path.GetFileName(d) is not (".git" or SampleTree.IgnoredFolder))
            .SelectMany(Files));
}
