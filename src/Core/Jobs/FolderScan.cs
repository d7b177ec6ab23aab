using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Jobs;

/// <summary>Gives the bytes of a file; false when it can't be read, with the reason unless it is just not there.</summary>
public delegate bool FileReader(string path, [NotNullWhen(true)] out byte[]? bytes, out FileProblem? problem);

/// <summary>Every use in a folder's files.</summary>
/// <param name="Uses">By file and place.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="Files">Number of files that a format reads.</param>
public sealed record FolderScan(IReadOnlyList<ImageUse> Uses, IReadOnlyList<FileProblem> Problems, int Files)
{
    /// <summary>Reads the files that a format matches, on every processor.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">Every file of the folder, from its root.</param>
    /// <param name="read">Gives the bytes of a file.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static FolderScan Read(FormatCatalog formats, IEnumerable<string> paths, FileReader read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(read);
        var readings = new ConcurrentBag<(string Path, FormatReading Reading)>();
        var relevant = paths.Where(formats.Matches).ToList();
        Parallel.ForEach(relevant, new ParallelOptions { CancellationToken = cancellationToken }, path =>
        {
            var reading = read(path, out var bytes, out var problem) ? formats.Read(path, bytes)
                : problem is null ? FormatReading.None
                : new FormatReading([], [problem]);
            if (reading.Uses.Count > 0 || reading.Problems.Count > 0)
            {
                readings.Add((path, reading));
            }
        });

        var ordered = readings.OrderBy(r => r.Path, StringComparer.Ordinal).Select(r => r.Reading).ToList();
        return new FolderScan([.. ordered.SelectMany(r => r.Uses)], [.. ordered.SelectMany(r => r.Problems)], relevant.Count);
    }
}
