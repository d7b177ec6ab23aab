using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Jobs;

/// <summary>
/// The files that others of a repository are read with, each loaded once. What is loaded of a folder is let go when all of
/// its files are read: only folders that are being read take memory, and <see cref="FileSelection"/> says how much.
/// </summary>
/// <typeparam name="T">What a file is loaded as.</typeparam>
internal sealed class SiblingCache<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>
    where T : class
{
    private readonly FileSelection _selection;
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);

    /// <summary>A cache for a selection, all of whose files are to be read.</summary>
    public SiblingCache(FileSelection selection, Func<string, T> load)
    {
        _selection = selection;
        foreach (var file in selection.Files)
        {
            if (selection.SharingFolderOf(file) is { } folder)
            {
                if (!_folders.TryGetValue(folder, out var shared))
                {
                    _folders[folder] = shared = new Folder(() => selection.SiblingsIn(folder).ToDictionary(s => s, s => new Lazy<T>(() => load(s)), StringComparer.Ordinal));
                }

                shared.Unread++;
            }
        }
    }

    /// <summary>A file that others are read with; null where it is none, and is to be loaded for itself.</summary>
    public T? Find(string path) => FolderOf(path)?.Loaded?.Value.GetValueOrDefault(path)?.Value;

    /// <summary>Says that a file is read.</summary>
    public void Release(string path)
    {
        if (FolderOf(path) is { } folder && Interlocked.Decrement(ref folder.Unread) == 0)
        {
            folder.Loaded = null;
        }
    }

    private Folder? FolderOf(string path) => _selection.SharingFolderOf(path) is { } folder ? _folders.GetValueOrDefault(folder) : null;

    private sealed class Folder(Func<Dictionary<string, Lazy<T>>> list)
    {
        /// <summary>Files that are still to be read.</summary>
        public int Unread;

        /// <summary>Null when all are.</summary>
        public Lazy<Dictionary<string, Lazy<T>>>? Loaded { get; set; } = new(list);
    }
}
