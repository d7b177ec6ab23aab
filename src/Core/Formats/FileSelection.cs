namespace Basewatch.Core.Formats;

/// <summary>
/// The files of a repository that formats read, and those beside them that give variables their values. Here alone is said
/// how much of a folder a file is read with.
/// </summary>
public sealed class FileSelection
{
    /// <summary>The most files that one is read with: more is no hand-written folder.</summary>
    internal const int MostSiblings = 200;

    /// <summary>The most that they may be together, in bytes: as much as one file.</summary>
    internal const long LargestSiblings = SourceFile.LargestFile;

    private static readonly string TooMany = $"some of the files that others here are read with are left out: they are more than {MostSiblings}, or larger than {LargestSiblings / 1024 / 1024} MiB together";

    private readonly Dictionary<string, Siblings> _siblings;
    private readonly Dictionary<string, Dictionary<string, Siblings>>.AlternateLookup<ReadOnlySpan<char>> _folders;

    private FileSelection(IReadOnlyList<string> files, Dictionary<string, Siblings> siblings, Dictionary<string, Dictionary<string, Siblings>> folders) =>
        (Files, _siblings, _folders) = (files, siblings, folders.GetAlternateLookup<ReadOnlySpan<char>>());

    /// <summary>Files that a format may read, in the order they were given in.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Chooses from every file of a repository.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">Paths from the root, with slashes.</param>
    /// <param name="sizeOf">Size of a file in bytes, asked for siblings when they are; null where it is not known.</param>
    public static FileSelection Of(FormatCatalog formats, IReadOnlyList<string> paths, Func<string, long?> sizeOf)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(sizeOf);
        var files = new List<string>();
        var siblings = new Dictionary<string, Siblings>(StringComparer.Ordinal);
        var wishes = new Dictionary<string, Dictionary<string, Siblings>>(StringComparer.Ordinal);
        var matches = new IReadOnlyList<IFormat>[paths.Count];
        Parallel.For(0, paths.Count, i => matches[i] = formats.For(paths[i]));
        for (var i = 0; i < paths.Count; i++)
        {
            var (path, matching) = (paths[i], matches[i]);
            if (matching.Count == 0)
            {
                continue;
            }

            files.Add(path);
            if (matching.Any(f => f.Siblings.Count > 0))
            {
                // Files of one folder that ask for the same share the answer.
                string[] names = [.. matching.SelectMany(f => f.Siblings)];
                var folder = FolderOf(path).ToString();
                if (!wishes.TryGetValue(folder, out var inFolder))
                {
                    wishes[folder] = inFolder = new(StringComparer.Ordinal);
                }

                var key = string.Join('/', names);
                if (!inFolder.TryGetValue(key, out var wish))
                {
                    inFolder[key] = wish = new Siblings(names, sizeOf);
                }

                siblings[path] = wish;
            }
        }

        if (wishes.Count > 0)
        {
            var folders = wishes.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var path in paths)
            {
                if (folders.TryGetValue(FolderOf(path), out var inFolder))
                {
                    foreach (var wish in inFolder.Values)
                    {
                        wish.Offer(path);
                    }
                }
            }
        }

        return new FileSelection(files, siblings, wishes);
    }

    /// <summary>
    /// The files of the same folder that a file's formats ask for, in the order they were given in, as far as they are read:
    /// for all that ask for the same they are the same, so that a folder costs no more than they are.
    /// </summary>
    public IReadOnlyList<string> SiblingsOf(string path) => _siblings.TryGetValue(path, out var found) && found.Chosen.Count > 0 ? [.. found.Chosen.Where(s => s != path)] : [];

    /// <summary>What is to be said of a folder whose files ask for more than is read with them, the same for each; null otherwise.</summary>
    public FileProblem? ProblemOf(string path) => _siblings.TryGetValue(path, out var found) && found.IsCut ? new FileProblem($"{FolderOf(path)}*", null, TooMany) : null;

    /// <summary>The folder of a path, where files of it are read with others; null for any other folder.</summary>
    internal string? SharingFolderOf(string path) => _folders.TryGetValue(FolderOf(path), out var folder, out _) ? folder : null;

    /// <summary>Every file of such a folder that some other is read with.</summary>
    internal IEnumerable<string> SiblingsIn(string folder) => _folders[folder].Values.SelectMany(s => s.Chosen).Distinct(StringComparer.Ordinal);

    private static ReadOnlySpan<char> FolderOf(string path) => path.AsSpan(0, path.LastIndexOf('/') + 1);

    /// <summary>What those files of a folder are read with that ask for the same.</summary>
    private sealed class Siblings
    {
        private readonly string[] _names;
        private readonly List<string> _offered = [];
        private readonly Lazy<List<string>> _chosen;
        private bool _isCut;

        public Siblings(string[] names, Func<string, long?> sizeOf) => (_names, _chosen) = (names, new Lazy<List<string>>(() => Choose(sizeOf)));

        public List<string> Chosen => _chosen.Value;

        /// <summary>Whether some are left out.</summary>
        public bool IsCut => _chosen.Value.Count < _offered.Count || _isCut;

        public void Offer(string path)
        {
            if (!IsAsked(path.AsSpan(path.LastIndexOf('/') + 1)))
            {
                return;
            }

            if (_offered.Count < MostSiblings)
            {
                _offered.Add(path);
            }
            else
            {
                _isCut = true;
            }
        }

        private bool IsAsked(ReadOnlySpan<char> name)
        {
            foreach (var pattern in _names)
            {
                if (FilePattern.IsNameMatch(pattern, name))
                {
                    return true;
                }
            }

            return false;
        }

        private List<string> Choose(Func<string, long?> sizeOf)
        {
            var room = LargestSiblings;
            var chosen = new List<string>(_offered.Count);
            foreach (var path in _offered)
            {
                if (sizeOf(path) is var size && (size ?? 0) <= room)
                {
                    room -= size ?? 0;
                    chosen.Add(path);
                }
            }

            return chosen;
        }
    }
}
