namespace Basewatch.Core.Formats;

/// <summary>
/// Which files a format reads: <c>Dockerfile*</c> (a name, in any folder), <c>.github/workflows/*.yml</c> (a path from any
/// folder on), <c>/charts/**/values.yaml</c> (from the root). <c>*</c> is anything within a name, <c>?</c> one character,
/// <c>**</c> any number of folders, <c>{a,b}</c> either; case does not matter.
/// </summary>
public sealed class FilePattern
{
    private const int MostAlternatives = 64;

    /// <summary>More names than any path has.</summary>
    internal const int DeepestPath = 256;

    private const string AnyFolders = "**";

    private readonly string[] _parts;

    private FilePattern(string text)
    {
        var parts = text.Split('/', StringSplitOptions.RemoveEmptyEntries);
        _parts = text.StartsWith('/') ? parts : [AnyFolders, .. parts];
    }

    /// <summary>The last part of the pattern: what the file's name has to match.</summary>
    public string FileName => _parts[^1];

    /// <summary>Whether a file of a matching name is meant wherever it is.</summary>
    internal bool IsInAnyFolder => _parts is [AnyFolders, _];

    /// <summary>Reads a pattern; alternatives in braces become patterns of their own.</summary>
    /// <exception cref="FormatException">It is empty, a brace is not closed, or it has more than 64 alternatives.</exception>
    public static IReadOnlyList<FilePattern> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var found = new List<FilePattern>();
        foreach (var pattern in Alternatives(text) ?? throw None($"it has more than {MostAlternatives} alternatives"))
        {
            found.Add(pattern.Contains('{', StringComparison.Ordinal) ? throw None("a brace is not closed") : pattern.Trim('/').Length == 0 ? throw None("it is empty") : new FilePattern(pattern));
        }

        return found;

        FormatException None(string why) => new($"'{Images.Excerpt.Of(text)}' is no pattern for files: {why}");
    }

    /// <summary>What a text with <c>{a,b}</c> in it stands for; a brace that is not closed stays. Null: for too much.</summary>
    internal static IReadOnlyList<string>? Alternatives(string text)
    {
        var found = new List<string>();
        var next = new Queue<string>([text]);
        while (next.TryDequeue(out var pattern))
        {
            // The first that is closed, and of those in each other the innermost.
            var close = pattern.IndexOf('}', Math.Max(0, pattern.IndexOf('{', StringComparison.Ordinal)));
            var open = close < 0 ? -1 : pattern.LastIndexOf('{', close);
            if (open < 0)
            {
                found.Add(pattern);
                continue;
            }

            foreach (var alternative in pattern[(open + 1)..close].Split(','))
            {
                next.Enqueue(string.Concat(pattern.AsSpan(0, open), alternative, pattern.AsSpan(close + 1)));
            }

            if (next.Count + found.Count > MostAlternatives)
            {
                return null;
            }
        }

        return found;
    }

    /// <summary>Whether a pattern means any of some paths.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static bool IsAnyMatch(string text, IReadOnlyList<string> paths)
    {
        var patterns = Parse(text);
        return paths.Any(path => patterns.Any(p => p.IsMatch(path)));
    }

    /// <summary>What is to be said of a pattern that means none of a repository's files.</summary>
    public static string Unmatched(string text) => $"'{Images.Excerpt.Of(text)}' matches no file of the repository";

    /// <summary>Whether a path from the root of the repository, with slashes, is meant.</summary>
    public bool IsMatch(ReadOnlySpan<char> path)
    {
        Span<Range> ranges = stackalloc Range[DeepestPath];
        return IsMatch(path, ranges[..path.Split(ranges, '/')]);
    }

    /// <summary>Whether a path is meant that is split into names, <see cref="DeepestPath"/> of them being more than any has.</summary>
    internal bool IsMatch(ReadOnlySpan<char> path, ReadOnlySpan<Range> names)
    {
        if (names.Length == DeepestPath)
        {
            return false;
        }

        // Greedy with one place to go back to: linear in path and pattern for each **.
        var (part, name, starPart, starName) = (0, 0, -1, 0);
        while (name < names.Length)
        {
            if (part < _parts.Length && _parts[part] == AnyFolders)
            {
                (starPart, starName) = (part++, name);
            }
            else if (part < _parts.Length && IsNameMatch(_parts[part], path[names[name]]))
            {
                part++;
                name++;
            }
            else if (starPart >= 0)
            {
                (part, name) = (starPart + 1, ++starName);
            }
            else
            {
                return false;
            }
        }

        return part == _parts.Length;
    }

    private static bool IsSame(char a, char b) =>
        a == b || ((a | b) < 0x80 ? (a ^ b) == 0x20 && char.IsAsciiLetter(a) : char.ToLowerInvariant(a) == char.ToLowerInvariant(b));

    /// <summary>Whether a name is meant by one part of a pattern.</summary>
    internal static bool IsNameMatch(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        if (pattern is [.., not ('*' or '?') and var last] && (name.IsEmpty || !IsSame(last, name[^1])))
        {
            return false;
        }

        var (p, n, starP, starN) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (starP, starN) = (p++, n);
            }
            else if (p < pattern.Length && (pattern[p] == '?' || IsSame(pattern[p], name[n])))
            {
                p++;
                n++;
            }
            else if (starP >= 0)
            {
                (p, n) = (starP + 1, ++starN);
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
