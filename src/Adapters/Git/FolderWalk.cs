using System.IO.Enumeration;
using System.Runtime.ExceptionServices;
using System.Text;

namespace Basewatch.Adapters.Git;

/// <summary>
/// The files of a folder outside Git: those that Git would take if the folder were a new repository. What a
/// <c>.gitignore</c> file in it ignores is left out, and folders that are ignored are not entered. Nor are Git's own, and links.
/// </summary>
internal sealed class FolderWalk
{
    private const int MostFiles = 1_000_000;
    private const int DeepestFolder = 200;

    // Whether something is a link or a folder, the listing says; anything else would have to be asked for each file.
    private static readonly EnumerationOptions NoLinks = new() { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };

    private readonly string _root;
    private int _files;

    private FolderWalk(string root) => _root = root;

    /// <summary>Lists a folder, on every processor.</summary>
    /// <returns>Paths from the folder, with slashes, in ordinal order.</returns>
    /// <exception cref="IOException">It has too many files, or can't be listed.</exception>
    public static List<string> List(string root, CancellationToken cancellationToken)
    {
        var walk = new FolderWalk(root);
        var top = new Folder("", null);
        List<Folder> level = [top];
        for (var depth = 0; level.Count > 0 && depth <= DeepestFolder; depth++)
        {
            try
            {
                Parallel.ForEach(level, new ParallelOptions { CancellationToken = cancellationToken }, walk.Enter);
            }
            catch (AggregateException e)
            {
                ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
            }

            level = [.. level.SelectMany(f => f.Entries).Select(e => e.Folder).OfType<Folder>()];
        }

        var files = new List<string>(walk._files);
        top.AddTo(files);
        return files;
    }

    private void Enter(Folder folder)
    {
        var path = Path.Combine(_root, folder.Path);
        var hasIgnoreFile = false;
        List<(string Path, bool IsFolder)> found;
        try
        {
            found = [.. new FileSystemEnumerable<(string, bool)>(
                path,
                (ref FileSystemEntry entry) => (string.Concat(folder.Path, entry.FileName, entry.IsDirectory ? "/" : ""), entry.IsDirectory),
                NoLinks)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                {
                    hasIgnoreFile |= !entry.IsDirectory && entry.FileName.SequenceEqual(GitIgnoreFile.Name);
                    return !entry.IsDirectory || !entry.FileName.Equals(".git", StringComparison.OrdinalIgnoreCase);
                },
            }];
        }
        catch (Exception e) when (e is DirectoryNotFoundException or PathTooLongException)
        {
            // Gone since it was listed, or deeper than a path can name: as little is to be had as of a folder that may not be read.
            return;
        }

        var scope = hasIgnoreFile && GitIgnoreFile.TryRead(Path.Combine(path, GitIgnoreFile.Name)) is { } file
            ? new IgnoreScope(file, Encoding.UTF8.GetByteCount(folder.Path), folder.Scope)
            : folder.Scope;
        if (scope is not null)
        {
            found.RemoveAll(e => scope.Ignores(e.Path, e.IsFolder));
        }

        // With their slashes, folders stand where their files belong.
        found.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        folder.Entries = [.. found.Select(e => (e.Path, e.IsFolder ? new Folder(e.Path, scope) : null))];
        if (Interlocked.Add(ref _files, found.Count(e => !e.IsFolder)) > MostFiles)
        {
            throw new IOException($"{_root} has more than {MostFiles} files: choose a folder further down");
        }
    }

    private sealed class Folder(string path, IgnoreScope? scope)
    {
        /// <summary>From the root, with a slash at its end; empty for the root.</summary>
        public string Path { get; } = path;

        public IgnoreScope? Scope { get; } = scope;

        public IReadOnlyList<(string Path, Folder? Folder)> Entries { get; set; } = [];

        public void AddTo(List<string> files)
        {
            foreach (var (path, folder) in Entries)
            {
                if (folder is null)
                {
                    files.Add(path);
                }
                else
                {
                    folder.AddTo(files);
                }
            }
        }
    }

    /// <summary>An ignore file, and those of the folders around it: the innermost that says anything decides.</summary>
    /// <param name="File">The file.</param>
    /// <param name="Start">Where paths from its folder begin in paths from the root, in bytes.</param>
    /// <param name="Outer">The next one.</param>
    private sealed record IgnoreScope(GitIgnoreFile File, int Start, IgnoreScope? Outer)
    {
        public bool Ignores(string path, bool isFolder)
        {
            var most = Encoding.UTF8.GetMaxByteCount(path.Length);
            Span<byte> bytes = most <= 1024 ? stackalloc byte[most] : new byte[most];
            bytes = bytes[..(Encoding.UTF8.GetBytes(path, bytes) - (isFolder ? 1 : 0))];
            var name = bytes[(bytes.LastIndexOf((byte)'/') + 1)..];
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                if (scope.File.Ignores(bytes[scope.Start..], name, isFolder) is { } ignores)
                {
                    return ignores;
                }
            }

            return false;
        }
    }
}
