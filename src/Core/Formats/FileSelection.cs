namespace Basewatch.Core.Formats;

/// <summary>The files of a repository that formats read, and those beside them that give variables their values.</summary>
public sealed class FileSelection
{
    /// <summary>The most files that one is read with: more is no hand-written folder.</summary>
    private const int MostSiblings = 200;

    private readonly Dictionary<string, List<string>> _siblings;

    private FileSelection(IReadOnlyList<string> files, Dictionary<string, List<string>> siblings) => (Files, _siblings) = (files, siblings);

    /// <summary>Files that a format may read, in the order they were given in.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Chooses from every file of a repository.</summary>
    /// <param name="formats">The formats.</param>
    /// <param name="paths">Paths from the root, with slashes.</param>
    public static FileSelection Of(FormatCatalog formats, IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(formats);
        ArgumentNullException.ThrowIfNull(paths);
        var files = new List<string>();
        var siblings = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var wishes = new Dictionary<string, Dictionary<string, Wish>>(StringComparer.Ordinal);
        foreach (var path in paths)
        {
            var matching = formats.For(path);
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
                    inFolder[key] = wish = new Wish(names, []);
                }

                siblings[path] = wish.Found;
            }
        }

        if (wishes.Count > 0)
        {
            var folders = wishes.GetAlternateLookup<ReadOnlySpan<char>>();
            foreach (var path in paths)
            {
                if (folders.TryGetValue(FolderOf(path), out var inFolder))
                {
                    foreach (var (names, found) in inFolder.Values)
                    {
                        if (found.Count <= MostSiblings && IsAny(names, path.AsSpan(path.LastIndexOf('/') + 1)))
                        {
                            found.Add(path);
                        }
                    }
                }
            }
        }

        return new FileSelection(files, siblings);
    }

    /// <summary>The files of the same folder that a file's formats ask for, in the order they were given in.</summary>
    public IReadOnlyList<string> SiblingsOf(string path) =>
        _siblings.TryGetValue(path, out var found) ? [.. found.Where(s => s != path).Take(MostSiblings)] : [];

    /// <summary>Every file that is a sibling of some other.</summary>
    internal IEnumerable<string> AllSiblings => _siblings.Values.Distinct().SelectMany(s => s.Take(MostSiblings + 1)).Distinct(StringComparer.Ordinal);

    /// <summary>Names that files of a folder ask for, and what is there.</summary>
    private sealed record Wish(string[] Names, List<string> Found);

    private static ReadOnlySpan<char> FolderOf(string path) => path.AsSpan(0, path.LastIndexOf('/') + 1);

    private static bool IsAny(string[] names, ReadOnlySpan<char> name)
    {
        foreach (var pattern in names)
        {
            if (FilePattern.IsNameMatch(pattern, name))
            {
                return true;
            }
        }

        return false;
    }
}
