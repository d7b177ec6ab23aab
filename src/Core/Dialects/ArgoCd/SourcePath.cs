using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>
/// A folder or file that an Application names, from the root of the repository. What a template leaves open (<c>{{.path.path}}</c>) is any
/// name, or any path where it is the folder that a generator found.
/// </summary>
internal sealed class SourcePath
{
    private const int LongestPath = 1024;
    private const int MostAlternatives = 16;

    private readonly string _text;
    private readonly bool _isFolder;
    private readonly FilePattern[]? _patterns;

    private SourcePath(string text, bool isFolder, FilePattern[]? patterns) => (_text, _isFolder, _patterns) = (text, isFolder, patterns);

    /// <summary>How many names it has: of folders that hold a file, the deepest says most of it.</summary>
    public int Depth => _text.Length == 0 ? 0 : _text.AsSpan().Count('/') + 1;

    /// <summary>The path itself; null where it is a pattern.</summary>
    public string? Literal => _patterns is null ? _text : null;

    /// <summary>What it takes to ask it, one where it is no pattern.</summary>
    public int Cost => _patterns is null ? 1 : 20 * _patterns.Length;

    /// <summary>A folder and what is in it; null where there is no such one.</summary>
    /// <param name="text">As it is written, from the root of the repository.</param>
    /// <param name="folders">Patterns for the folders that a generator finds.</param>
    public static SourcePath? Folder(string text, IReadOnlyList<string> folders) => Create("", text, isFolder: true, folders);

    /// <summary>A file; null where there is no such one.</summary>
    /// <param name="folder">What it is relative to where it does not begin with a slash.</param>
    /// <param name="text">As it is written.</param>
    /// <param name="folders">Patterns for the folders that a generator finds.</param>
    public static SourcePath? File(string folder, string text, IReadOnlyList<string> folders) => Create(folder, text, isFolder: false, folders);

    /// <summary>Whether it is a file, or a file is in it.</summary>
    public bool Holds(string path)
    {
        if (_patterns is null)
        {
            return _isFolder
                ? _text.Length == 0 || (path.Length > _text.Length && path[_text.Length] == '/' && path.StartsWith(_text, StringComparison.Ordinal))
                : path == _text;
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(path))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The names of a file's path that are there for what a template leaves open: <c>shop</c> of <c>apps/shop/values.yaml</c> for <c>apps/*</c>; null where that can't be told.</summary>
    public string? FilledBy(string path)
    {
        if (_patterns is not [_] || _text.Contains("**", StringComparison.Ordinal))
        {
            return null;
        }

        var (names, filled) = (path.Split('/'), new List<string>());
        foreach (var (i, part) in _text.Split('/').Index())
        {
            if (i < names.Length && part.Contains('*', StringComparison.Ordinal))
            {
                filled.Add(names[i]);
            }
        }

        return filled.Count == 0 ? null : string.Join('-', filled);
    }

    private static SourcePath? Create(string folder, string text, bool isFolder, IReadOnlyList<string> folders)
    {
        if (folder.Length + text.Length > LongestPath)
        {
            return null;
        }

        text = text.StartsWith('/') ? text : $"{folder}/{text}";
        var isPattern = text.Contains("{{", StringComparison.Ordinal) || text.Contains('*', StringComparison.Ordinal);
        if (!isPattern)
        {
            return Normalize(text) is { } literal ? new SourcePath(literal, isFolder, null) : null;
        }

        var found = new List<FilePattern>();
        string? first = null;
        foreach (var generated in folders.Count == 0 ? ["**"] : folders.Take(MostAlternatives))
        {
            if (Normalize(Fill(text, generated)) is { Length: > 0 } pattern && pattern.Length <= LongestPath && !pattern.AsSpan().ContainsAny('{', '}'))
            {
                first ??= pattern;
                found.AddRange(FilePattern.Parse($"/{pattern}{(isFolder ? "/**/*" : "")}"));
            }
        }

        return first is null ? null : new SourcePath(first, isFolder, [.. found]);
    }

    /// <summary>Puts patterns where a template is: the folder for the generator's own, and any name for others.</summary>
    private static string Fill(string text, string folder)
    {
        var filled = new System.Text.StringBuilder();
        var at = 0;
        while (text.IndexOf("{{", at, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            var end = close + 2;
            var isWhole = (open == 0 || text[open - 1] == '/') && (end == text.Length || text[end] == '/');
            filled.Append(text, at, open - at).Append(isWhole && IsFolder(text.AsSpan(open + 2, close - open - 2).Trim()) ? folder : "*");
            at = end;
        }

        return filled.Append(text, at, text.Length - at).ToString();

        static bool IsFolder(ReadOnlySpan<char> expression)
        {
            if (!expression.EndsWith("path", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            foreach (var c in expression)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_'))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>Without dots and doubled slashes; null where it leads out of the repository.</summary>
    public static string? Normalize(string text)
    {
        var names = new List<string>();
        foreach (var name in text.Split('/'))
        {
            switch (name)
            {
                case "" or ".":
                    break;
                case ".." when names.Count == 0 || names[^1] == "**":
                    return null;
                case "..":
                    names.RemoveAt(names.Count - 1);
                    break;
                default:
                    names.Add(name);
                    break;
            }
        }

        return string.Join('/', names);
    }
}
