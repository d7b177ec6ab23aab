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
    /// <param name="read">Gives the bytes of a file; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't be read.</param>
    /// <param name="only">The one file whose uses are wanted, the others being there to be read with it; null for all of them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static FolderScan Read(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, byte[]> read, string? only, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(read);
        var readings = new ConcurrentBag<(string Path, FormatReading Reading)>();
        var selection = FileSelection.Of(formats, paths);
        var siblings = new SiblingCache(selection, read);
        Parallel.ForEach(only is null ? selection.Files : selection.Files.Where(f => f == only), new ParallelOptions { CancellationToken = cancellationToken }, path =>
        {
            FormatReading reading;
            try
            {
                reading = formats.Read(path, siblings.Read(path), siblings.Of(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                reading = new FormatReading([], [new FileProblem(path, null, e.Message)]);
            }

            if (reading.Uses.Count > 0 || reading.Problems.Count > 0)
            {
                readings.Add((path, reading));
            }
        });

        var ordered = readings.OrderBy(r => r.Path, StringComparer.Ordinal).Select(r => r.Reading).ToList();
        return new FolderScan(selection, [.. ordered.SelectMany(r => r.Uses)], [.. ordered.SelectMany(r => r.Problems)]);
    }

    /// <summary>Keeps what is read more than once: siblings, and nothing else.</summary>
    private sealed class SiblingCache
    {
        private readonly FileSelection _selection;
        private readonly Func<string, byte[]> _read;
        private readonly Dictionary<string, Lazy<(byte[]? Bytes, SourceFile? File)>> _kept = new(StringComparer.Ordinal);

        public SiblingCache(FileSelection selection, Func<string, byte[]> read)
        {
            (_selection, _read) = (selection, read);
            foreach (var sibling in selection.AllSiblings)
            {
                _kept.TryAdd(sibling, new Lazy<(byte[]?, SourceFile?)>(() => Load(sibling)));
            }
        }

        public byte[] Read(string path) => _kept.TryGetValue(path, out var kept) && kept.Value.Bytes is { } bytes ? bytes : _read(path);

        public IReadOnlyList<SourceFile> Of(string path) =>
            _selection.SiblingsOf(path) is [_, ..] siblings ? [.. siblings.Select(s => _kept[s].Value.File).OfType<SourceFile>()] : [];

        /// <summary>One that can't be read gives no values; where it is read for itself, that is reported.</summary>
        private (byte[]? Bytes, SourceFile? File) Load(string path)
        {
            try
            {
                var bytes = _read(path);
                return (bytes, SourceFile.TryRead(path, bytes, out var file, out _) ? file : null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return (null, null);
            }
        }
    }
}
