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
    /// <param name="paths">Every file of the folder, from its root, in the order in which uses are wanted.</param>
    /// <param name="read">Gives the bytes of a file; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't be read.</param>
    /// <param name="only">The one file whose uses are wanted, the others being there to be read with it; null for all of them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static FolderScan Read(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, byte[]> read, string? only, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(read);
        var selection = FileSelection.Of(formats, paths);
        IReadOnlyList<string> files = only is null ? selection.Files : [.. selection.Files.Where(f => f == only)];
        var readings = new FormatReading[files.Count];
        var siblings = new SiblingCache(selection, read);
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            try
            {
                readings[i] = formats.Read(files[i], siblings.Read(files[i]), siblings.Of(files[i]));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                readings[i] = new FormatReading([], [new FileProblem(files[i], null, e.Message)]);
            }
        });

        return new FolderScan(selection, [.. readings.SelectMany(r => r.Uses)], [.. readings.SelectMany(r => r.Problems)]);
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
