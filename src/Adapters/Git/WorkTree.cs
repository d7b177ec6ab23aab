using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Git;

/// <summary>
/// A folder on disk. A Git work tree is listed by its index, so that what is tracked counts, ignored or not; any other
/// folder by what is there and no <c>.gitignore</c> file of it ignores. What is read is on disk, committed or not. Links
/// are never followed, unless <see cref="Follow"/> is asked to.
/// </summary>
public sealed class WorkTree
{
    private const int LargestIndex = 512 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly Dictionary<string, string> NoEnvironment = [];

    // Folders that were looked at; true: there, and no link on the way.
    private readonly ConcurrentDictionary<string, bool> _folders = new(StringComparer.Ordinal);

    private WorkTree(string root, bool isGit, string prefix, IReadOnlyList<string> files) => (Root, IsGit, Prefix, Files) = (root, isGit, prefix, files);

    /// <summary>Absolute path of the folder that all paths start from: the top of the Git work tree, or the folder itself outside Git.</summary>
    public string Root { get; }

    /// <summary>Is it a Git work tree?</summary>
    public bool IsGit { get; }

    /// <summary>The part that was asked for, from the root: empty for all of it, else <c>services/api/</c> or a file.</summary>
    public string Prefix { get; }

    /// <summary>
    /// Regular files below <see cref="Prefix"/>, from the root, with slashes, in ordinal order. A tracked file may be gone from
    /// the disk. Where the prefix is a file, those of its folder, which it may have to be read with.
    /// </summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The file that was asked for; null for a folder.</summary>
    public string? SingleFile => Prefix.Length > 0 && !Prefix.EndsWith('/') ? Prefix : null;

    /// <summary>Lists a folder, a part of a Git work tree, or a single file.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or file.</exception>
    /// <exception cref="IOException">It can't be listed; the message says why.</exception>
    public static async Task<WorkTree> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var isFile = File.Exists(full);
        if (!isFile && !Directory.Exists(full))
        {
            throw new DirectoryNotFoundException($"{path}: there is no such folder or file");
        }

        var folder = isFile ? Path.GetDirectoryName(full)! : full;
        var file = isFile ? Path.GetFileName(full) : "";
        if (!MayBeBelowGit(folder) || await ReadIndexAsync(folder, file, cancellationToken) is not { } tree)
        {
            return new WorkTree(folder, isGit: false, file, isFile ? ListBeside(folder) : FolderWalk.List(folder, cancellationToken));
        }

        return tree;
    }

    /// <summary>Lists the tracked files that are not in <see cref="Files"/>; none outside Git.</summary>
    /// <exception cref="IOException">They can't be listed; the message says why.</exception>
    public async Task<IReadOnlyList<string>> ListOthersAsync(CancellationToken cancellationToken)
    {
        if (!IsGit || Prefix.Length == 0)
        {
            return [];
        }

        var all = await ListTrackedAsync(Root, cancellationToken);
        return [.. all.Except(Files, StringComparer.Ordinal)];
    }

    /// <summary>
    /// The path that another stands for: itself, or where it or a folder of it is a link, what that leads to. One link is
    /// followed, and not out of the folder.
    /// </summary>
    /// <param name="path">From the root, with slashes; inside of it.</param>
    /// <exception cref="IOException">The link leads to no file of the folder.</exception>
    public string Follow(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        for (var end = path.IndexOf('/', StringComparison.Ordinal); ; end = path.IndexOf('/', end + 1))
        {
            var at = end < 0 ? path : path[..end];
            if (new FileInfo(Path.Combine(Root, at)).LinkTarget is { } target)
            {
                var found = RepositoryLink.TargetOf(at, target.Replace(Path.DirectorySeparatorChar, '/')) is { } to ? to + path[at.Length..] : null;
                return found is not null && (end >= 0 || SizeOf(found) is not null) ? found : throw new IOException(RepositoryLink.Broken);
            }

            if (end < 0)
            {
                return path;
            }
        }
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">From the root, with slashes.</param>
    /// <returns>Its bytes, up to one more than <see cref="SourceFile.LargestFile"/>; none where a tracked file is gone from the disk.</returns>
    /// <exception cref="IOException">It leads out of the folder or through a link, or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public byte[] Read(string path) => Resolve(path) is { } file ? RegularFile.Read(file, SourceFile.LargestFile + 1) : [];

    /// <summary>The size of a file in bytes; null where it can't be read.</summary>
    /// <param name="path">From the root, with slashes.</param>
    public long? SizeOf(string path)
    {
        try
        {
            return Resolve(path)?.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Puts new content in place of a file's, in one step and with its mode kept.</summary>
    /// <param name="path">From the root, with slashes; the file exists.</param>
    /// <param name="content">Its new content.</param>
    /// <exception cref="IOException">It is gone, leads out of the folder or through a link, or can't be written; it is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to.</exception>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        var file = Resolve(path) ?? throw new IOException("the file is gone");
        var temporary = Path.Combine(file.DirectoryName!, $".basewatch-{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, file.UnixFileMode);
            }

            File.Move(temporary, file.FullName, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // Null: there is nothing on disk.
    private FileInfo? Resolve(string path)
    {
        if (!RepositoryPath.IsInside(path))
        {
            throw new IOException("the path leads out of the folder");
        }

        var slash = path.LastIndexOf('/');
        if (slash > 0 && !_folders.GetOrAdd(path[..slash], HasFolder))
        {
            return null;
        }

        return RegularFile.Find(Path.Combine(Root, path));
    }

    // Asked once of each folder: those above it were asked before.
    private bool HasFolder(string folder)
    {
        var slash = folder.LastIndexOf('/');
        if (slash > 0 && !_folders.GetOrAdd(folder[..slash], HasFolder))
        {
            return false;
        }

        var attributes = new DirectoryInfo(Path.Combine(Root, folder)).Attributes;
        return attributes == (FileAttributes)(-1) ? false
            : attributes.HasFlag(FileAttributes.ReparsePoint) ? throw new IOException($"{Excerpt.Of(folder[(slash + 1)..])} is a link: links are not followed")
            : true;
    }

    private static List<string> ListBeside(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }).Select(f => f.Name).Order(StringComparer.Ordinal)];

    // Null: outside Git.
    private static async Task<WorkTree?> ReadIndexAsync(string folder, string file, CancellationToken cancellationToken)
    {
        try
        {
            // Both at once: starting a process takes longer than what it does.
            var finding = FindTopAsync(folder, cancellationToken);
            var listing = ListTrackedAsync(folder, cancellationToken);
            await Task.WhenAll(finding, listing);
            var (top, below) = await finding;
            var files = await listing;
            return new WorkTree(top, isGit: true, below + file, file.Length == 0 ? files : [.. files.Where(f => f.IndexOf('/', below.Length) < 0)]);
        }
        catch (IOException) when (!IsBelowGit(folder))
        {
            return null;
        }
    }

    private static async Task<(string Top, string Below)> FindTopAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await GitProcess.RunAsync(folder, ["rev-parse", "--show-toplevel", "--show-prefix"], 64 * 1024, default, NoEnvironment, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{folder}: git can't read this work tree: {result.Error}");
        }

        var lines = Encoding.UTF8.GetString(result.Output).Split('\n');
        return (Path.GetFullPath(lines[0]), lines[1]);
    }

    private static bool IsBelowGit(string folder) => AnyAbove(folder, static at => Path.Exists(Path.Combine(at, ".git")));

    // Through a link on the way, Git finds repositories that the path does not show.
    private static bool MayBeBelowGit(string folder) => IsBelowGit(folder) || AnyAbove(folder, static at => new DirectoryInfo(at).LinkTarget is not null);

    private static bool AnyAbove(string folder, Func<string, bool> holds)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            if (holds(at))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<IReadOnlyList<string>> ListTrackedAsync(string folder, CancellationToken cancellationToken)
    {
        var result = await GitProcess.RunAsync(folder, ["ls-files", "-z", "--stage", "--full-name"], LargestIndex, default, NoEnvironment, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{folder}: git can't list this work tree: {result.Error}");
        }

        var files = new List<string>();
        var isOrdered = true;
        foreach (var range in result.Output.AsSpan().Split((byte)0))
        {
            // <mode> SP <sha> SP <stage> TAB <path>; a conflict has a path up to three times, one after the other.
            var entry = result.Output.AsSpan(range);
            var tab = entry.IndexOf((byte)'\t');
            if (tab > 0 && entry.StartsWith("100"u8) && TryDecode(entry[(tab + 1)..], out var path))
            {
                var order = files.Count == 0 ? 1 : string.CompareOrdinal(path, files[^1]);
                isOrdered &= order >= 0;
                if (order != 0)
                {
                    files.Add(path);
                }
            }
        }

        // Git's order is that of bytes, which is another one for rare characters alone.
        if (!isOrdered)
        {
            files.Sort(StringComparer.Ordinal);
        }

        return files;
    }

    // A name that is not UTF-8 can't be named anywhere else either.
    private static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = Utf8.GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = null;
            return false;
        }
    }
}
