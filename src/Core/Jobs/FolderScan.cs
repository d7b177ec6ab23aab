using System.Collections.Concurrent;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Jobs;

/// <summary>Every use in a folder's files.</summary>
/// <param name="Selection">The files that formats read.</param>
/// <param name="Uses">By file and place.</param>
/// <param name="Problems">What could not be read.</param>
public sealed record FolderScan(FileSelection Selection, IReadOnlyList<ImageUse> Uses, IReadOnlyList<FileProblem> Problems)
{
    /// <summary>Reads the files that a format matches, on every processor and each once.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">Every file of the folder, from its root.</param>
    /// <param name="sizeOf">Gives the size of a file in bytes; null where it can't.</param>
    /// <param name="read">Gives the bytes of a file; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't be read.</param>
    /// <param name="only">The one file whose uses are wanted, the others being there to be read with it; null for all of them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static FolderScan Read(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, long?> sizeOf, Func<string, byte[]> read, string? only, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(read);
        var readings = new ConcurrentBag<(string Path, FormatReading Reading)>();
        var selection = FileSelection.Of(formats, paths, sizeOf);
        var siblings = new SiblingCache<Sibling>(selection, path => Sibling.Load(path, read));
        Parallel.ForEach(only is null ? selection.Files : selection.Files.Where(f => f == only), new ParallelOptions { CancellationToken = cancellationToken }, path =>
        {
            FormatReading reading;
            try
            {
                reading = formats.Read(path, siblings.Find(path)?.Bytes ?? read(path), [.. selection.SiblingsOf(path).Select(s => siblings.Find(s)?.File).OfType<SourceFile>()]).With(selection.ProblemOf(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                reading = new FormatReading([], [new FileProblem(path, null, e.Message)]);
            }

            siblings.Release(path);
            if (reading.Uses.Count > 0 || reading.Problems.Count > 0)
            {
                readings.Add((path, reading));
            }
        });

        var ordered = readings.OrderBy(r => r.Path, StringComparer.Ordinal).Select(r => r.Reading).ToList();
        return new FolderScan(selection, [.. ordered.SelectMany(r => r.Uses)], [.. ordered.SelectMany(r => r.Problems)]);
    }

    /// <param name="Bytes">Its bytes, for where it is read for itself; null where it can't be.</param>
    /// <param name="File">Its text.</param>
    private sealed record Sibling(byte[]? Bytes, SourceFile? File)
    {
        /// <summary>One that can't be read gives no values; where it is read for itself, that is reported.</summary>
        public static Sibling Load(string path, Func<string, byte[]> read)
        {
            try
            {
                var bytes = read(path);
                return SourceFile.TryRead(path, bytes, out var file, out _) ? new(bytes, file) : new(null, null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return new(null, null);
            }
        }
    }
}
