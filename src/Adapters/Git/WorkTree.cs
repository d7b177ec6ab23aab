using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Adapters.Git;

/// <summary>
/// A folder on disk. A Git work tree is listed by its index, so that what is tracked counts, ignored or not; what is read
/// is on disk, committed or not. Links are never followed.
/// </summary>
public sealed class WorkTree
{
    private const int MostFiles = 1_000_000;
    private const int LargestIndex = 512 * 1024 * 1024;
    private const int DeepestFolder = 200;

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

    /// <summary>Regular files below <see cref="Prefix"/>, from the root, with slashes, in ordinal order. A tracked file may be gone from the disk.</summary>
    public IReadOnlyList<string> Files { get; }

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
        if (await FindTopAsync(folder, cancellationToken) is not var (top, below))
        {
            return new WorkTree(folder, isGit: false, file, isFile ? [file] : Walk(folder));
        }

        var prefix = below + file;
        return new WorkTree(top, isGit: true, prefix, await ListTrackedAsync(top, prefix, cancellationToken));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">From the root, with slashes.</param>
    /// <returns>Its bytes, up to one more than <see cref="SourceFile.LargestFile"/>; none where a tracked file is gone from the disk.</returns>
    /// <exception cref="IOException">It leads out of the folder or through a link, or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public byte[] Read(string path)
    {
        try
        {
            // Pipes and devices have no length either, and must not be opened.
            return Resolve(path) switch
            {
                null or { Length: 0 } => [],
                var file => Read(file, (int)Math.Min(file.Length, SourceFile.LargestFile + 1)),
            };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
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

        var file = new FileInfo(Path.Combine(Root, path));
        // What is not there has all bits set; a link that leads nowhere is a link all the same.
        return file.Attributes == (FileAttributes)(-1) || file.Attributes.HasFlag(FileAttributes.Directory) ? null
            : file.Attributes.HasFlag(FileAttributes.ReparsePoint) ? throw new IOException("the file is a link: links are not followed")
            : file;
    }

    private bool HasFolder(string folder)
    {
        var at = Root;
        foreach (var part in folder.Split('/'))
        {
            at = Path.Combine(at, part);
            var attributes = new DirectoryInfo(at).Attributes;
            if (attributes == (FileAttributes)(-1))
            {
                return false;
            }

            if (attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                throw new IOException($"{Excerpt.Of(part)} is a link: links are not followed");
            }
        }

        return true;
    }

    private static byte[] Read(FileInfo file, int length)
    {
        using var handle = File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[length];
        var at = 0;
        for (int read; at < length && (read = RandomAccess.Read(handle, bytes.AsSpan(at), at)) > 0;)
        {
            at += read;
        }

        return at == length ? bytes : bytes[..at];
    }

    private static async Task<(string Top, string Below)?> FindTopAsync(string folder, CancellationToken cancellationToken)
    {
        GitResult result;
        try
        {
            result = await GitProcess.RunAsync(folder, ["rev-parse", "--show-toplevel", "--show-prefix"], 64 * 1024, default, NoEnvironment, cancellationToken);
        }
        catch (GitProcessException e) when (e.IsMissing && !IsBelowGit(folder))
        {
            return null;
        }

        if (result.ExitCode != 0)
        {
            // Outside Git, or in a repository without a work tree; anything else is a work tree that Git can't read.
            return IsBelowGit(folder)
                ? throw new IOException($"{folder}: git can't read this work tree: {result.Error}")
                : null;
        }

        var lines = Encoding.UTF8.GetString(result.Output).Split('\n');
        return (Path.GetFullPath(lines[0]), lines[1]);
    }

    private static bool IsBelowGit(string folder)
    {
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
        {
            var git = Path.Combine(at, ".git");
            if (Directory.Exists(git) || File.Exists(git))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<IReadOnlyList<string>> ListTrackedAsync(string top, string prefix, CancellationToken cancellationToken)
    {
        string[] arguments = prefix.Length == 0 ? ["ls-files", "-z", "--stage"] : ["ls-files", "-z", "--stage", "--", prefix];
        var result = await GitProcess.RunAsync(top, arguments, LargestIndex, default, NoEnvironment, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new IOException($"{top}: git can't list this work tree: {result.Error}");
        }

        var files = new List<string>();
        foreach (var range in result.Output.AsSpan().Split((byte)0))
        {
            // <mode> SP <sha> SP <stage> TAB <path>; a conflict has a path up to three times, one after the other.
            var entry = result.Output.AsSpan(range);
            var tab = entry.IndexOf((byte)'\t');
            if (tab > 0 && entry.StartsWith("100"u8) && TryDecode(entry[(tab + 1)..], out var path) && (files.Count == 0 || files[^1] != path))
            {
                files.Add(path);
            }
        }

        files.Sort(StringComparer.Ordinal);
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

    private static List<string> Walk(string root)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            MaxRecursionDepth = DeepestFolder,
        };
        var found = new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.FileName.Equals(".git", StringComparison.OrdinalIgnoreCase),
        };
        var files = new List<string>();
        foreach (var file in found)
        {
            files.Add(Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'));
            if (files.Count > MostFiles)
            {
                throw new IOException($"{root} has more than {MostFiles} files: choose a folder further down");
            }
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }
}
