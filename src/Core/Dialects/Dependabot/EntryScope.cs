using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>What an entry is about. What could not be read of it says nothing, so that nothing slips out of a broken one.</summary>
/// <param name="Ecosystem">Null: any.</param>
/// <param name="Directories">Folders by their paths; null with <paramref name="Patterns"/> null: every folder.</param>
/// <param name="Patterns">Patterns for folders.</param>
/// <param name="ExcludePaths">What is left out, with the lines that say so.</param>
internal sealed record EntryScope(Ecosystem? Ecosystem, IReadOnlySet<string>? Directories, IReadOnlyList<DirectoryPattern>? Patterns, IReadOnlyList<ExcludedPath> ExcludePaths)
{
    /// <summary>Its folders and patterns for them as they are written, with their lines.</summary>
    public IReadOnlyList<(string Text, int Line)> Written { get; init; } = [];

    /// <summary>Whatever Dependabot may read.</summary>
    public static EntryScope All { get; } = new(null, null, null, []);

    /// <summary>Whether the entry reads a use, leaving aside what it excludes.</summary>
    public bool Holds(ImageUse use)
    {
        var reads = Ecosystem?.Reads(use) ?? Ecosystem.All.Any(e => e.Reads(use));
        return reads && (Directories is null || HoldsFolder(FolderOf(use)));
    }

    /// <summary>What excludes a use; null where nothing does.</summary>
    public ExcludedPath? Exclusion(ImageUse use)
    {
        if (ExcludePaths.Count == 0)
        {
            return null;
        }

        // The tool compares whole paths (file_fetchers/base.rb), its documentation says from the folder on: either counts.
        var name = use.Path[(use.Path.LastIndexOf('/') + 1)..];
        return ExcludePaths.FirstOrDefault(p => p.IsMatch(use.Path) || p.IsMatch(name));
    }

    private bool HoldsFolder(string folder) => Directories!.Contains(folder) || Patterns!.Any(p => p.IsMatch(folder));

    private static string FolderOf(ImageUse use) => use.Path[..Math.Max(0, use.Path.LastIndexOf('/'))];
}

/// <summary>An item of <c>exclude-paths</c> (<c>common/lib/dependabot/file_filtering.rb</c>).</summary>
internal sealed class ExcludedPath
{
    private readonly string _path;
    private readonly string _folder;
    private readonly IReadOnlyList<DirectoryPattern> _patterns;

    private ExcludedPath(string text, string path, IReadOnlyList<DirectoryPattern> patterns, int line)
    {
        (Text, _path, _patterns, Line) = (text, path, patterns, line);
        _folder = path.EndsWith("/**", StringComparison.Ordinal) ? path[..^3] : path;
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>Its line.</summary>
    public int Line { get; }

    /// <summary>Reads an item; null where it has too many alternatives.</summary>
    public static ExcludedPath? TryParse(string text, int line)
    {
        var path = DirectoryPattern.Normalized(text);
        return DirectoryPattern.TryParse(path) is { } patterns ? new ExcludedPath(text, path, patterns, line) : null;
    }

    /// <summary>Whether a file is meant: by its path, by a folder that it is in, or by a pattern whose stars may stand for slashes too.</summary>
    public bool IsMatch(string path) =>
        path == _path || (path.StartsWith(_folder, StringComparison.Ordinal) && path.Length > _folder.Length && path[_folder.Length] == '/')
        || NamePattern.MatchesFile(_path, path) || _patterns.Any(p => p.IsMatch(path, orFolder: false));
}
