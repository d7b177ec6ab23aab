using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Builds;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;

namespace Basewatch.Core.Jobs;

/// <summary>Every use in a folder's files.</summary>
/// <param name="Selection">The files that formats read.</param>
/// <param name="Uses">By file and place.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="Parts">The parts of dialects' configuration among what else is in files.</param>
public sealed record FolderScan(FileSelection Selection, IReadOnlyList<ImageUse> Uses, IReadOnlyList<FileProblem> Problems, IReadOnlyList<ConfigurationPart> Parts)
{
    /// <summary>What is built from which Dockerfile.</summary>
    public IReadOnlyList<ImageBuild> Builds { get; init; } = [];

    /// <summary>The packages that Dockerfiles pin.</summary>
    public IReadOnlyList<Formats.Packages.PackageUse> Packages { get; init; } = [];

    /// <summary>The lives of what the folder uses, by name and by the Dockerfiles in it: nothing is asked for.</summary>
    /// <param name="resolver">By a catalogue.</param>
    /// <param name="today">The day that is asked for, in UTC.</param>
    public Lineage Lineage(LifecycleResolver resolver, DateOnly today)
    {
        var builds = new BuiltImages();
        builds.Add(DockerfileBuilds.Of(null, Uses, Builds));
        return new Lineage(new ImageLives(resolver, today), static _ => null, builds, new KnownBases());
    }

    /// <summary>Reads the files that a format matches, on every processor and each once.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">Every file of the folder, from its root, in the order in which uses are wanted.</param>
    /// <param name="sizeOf">Gives the size of a file in bytes; null where it can't.</param>
    /// <param name="read">Gives the bytes of a file; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't be read.</param>
    /// <param name="only">The one file whose uses are wanted, the others being there to be read with it; null for all of them.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static FolderScan Read(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, long?> sizeOf, Func<string, byte[]> read, string? only, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(read);
        var selection = FileSelection.Of(formats, paths, sizeOf);
        IReadOnlyList<string> files = only is null ? selection.Files : [.. selection.Files.Where(f => f == only)];
        var readings = new FormatReading[files.Count];
        var parts = new IReadOnlyList<ConfigurationPart>[files.Count];
        var siblings = new SiblingCache<Sibling>(selection, path => Sibling.Load(path, read));
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            parts[i] = [];
            try
            {
                var bytes = siblings.Find(files[i])?.Bytes ?? read(files[i]);
                readings[i] = formats.Read(files[i], bytes, SiblingsOf(files[i])).With(selection.ProblemOf(files[i]));
                parts[i] = DialectCatalog.FindParts(files[i], bytes, () => readings[i].Uses);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                readings[i] = new FormatReading([], [new FileProblem(files[i], null, e.Message)]);
            }

            siblings.Release(files[i]);
        });

        IReadOnlyList<SourceFile> SiblingsOf(string path) =>
            selection.SiblingsOf(path) is [_, ..] names ? [.. names.Select(s => siblings.Find(s)?.File).OfType<SourceFile>()] : [];

        return new FolderScan(selection, [.. readings.SelectMany(r => r.Uses)], [.. readings.SelectMany(r => r.Problems).Distinct()], [.. parts.SelectMany(p => p)])
        {
            Builds = [.. readings.SelectMany(r => r.Builds)],
            Packages = [.. readings.SelectMany(r => r.Packages)],
        };
    }

    /// <summary>The parts of dialects' configuration in files whose uses are not wanted.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">The files, from the root.</param>
    /// <param name="read">Gives the bytes of a file; throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> when it can't be read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static IReadOnlyList<ConfigurationPart> ReadParts(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, byte[]> read, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        var parts = new IReadOnlyList<ConfigurationPart>[paths.Count];
        Parallel.For(0, paths.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
        {
            parts[i] = [];
            if (formats.For(paths[i]).Count > 0)
            {
                try
                {
                    var bytes = read(paths[i]);
                    parts[i] = DialectCatalog.FindParts(paths[i], bytes, () => formats.Read(paths[i], bytes).Uses);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // Told where the file itself is asked for.
                }
            }
        });
        return [.. parts.SelectMany(p => p)];
    }

    /// <summary>The scan with what a rule switches off marked so.</summary>
    public FolderScan Under(PolicySet policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        return this with { Uses = [.. Uses.Select(policies.Apply)] };
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
