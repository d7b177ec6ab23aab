using Basewatch.Core.Formats;

namespace Basewatch.Core.Alerts;

/// <summary>
/// Who owns which files (<see href="https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners"/>):
/// the last line that matches counts, and one without owners takes them away.
/// </summary>
public sealed class CodeOwners
{
    /// <summary>GitHub reads no larger file.</summary>
    public const int LargestFile = 3 * 1024 * 1024;

    private const int MostLines = 10_000;

    private readonly List<(FilePattern[] Patterns, string[] Owners)> _lines = [];

    /// <summary>Where it may be; the first that is there is read.</summary>
    public static IReadOnlyList<string> Paths { get; } = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

    /// <summary>Without a file.</summary>
    public static CodeOwners None { get; } = new();

    /// <summary>Reads a file; lines that can't be read are passed over, as GitHub does.</summary>
    public static CodeOwners Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var owners = new CodeOwners();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (owners._lines.Count == MostLines)
            {
                break;
            }

            var written = Words(line);
            if (written.Count > 0 && Pattern(written[0]) is { } patterns)
            {
                owners._lines.Add((patterns, [.. written.Skip(1)]));
            }
        }

        return owners;
    }

    /// <summary>The owners of a file, as they are written: <c>@acme/platform</c>.</summary>
    public IReadOnlyList<string> Of(string path)
    {
        for (var i = _lines.Count - 1; i >= 0; i--)
        {
            if (Array.Exists(_lines[i].Patterns, p => p.IsMatch(path)))
            {
                return _lines[i].Owners;
            }
        }

        return [];
    }

    /// <summary>Words up to a comment; a backslash takes the meaning from a blank.</summary>
    private static List<string> Words(ReadOnlySpan<char> line)
    {
        var words = new List<string>();
        var word = new System.Text.StringBuilder();
        for (var i = 0; i <= line.Length; i++)
        {
            if (i < line.Length && line[i] == '\\' && i + 1 < line.Length)
            {
                word.Append(line[++i]);
            }
            else if (i == line.Length || char.IsWhiteSpace(line[i]) || (line[i] == '#' && word.Length == 0))
            {
                if (word.Length > 0)
                {
                    words.Add(word.ToString());
                    word.Clear();
                }

                if (i < line.Length && line[i] == '#')
                {
                    break;
                }
            }
            else
            {
                word.Append(line[i]);
            }
        }

        return words;
    }

    /// <summary>A pattern of <c>.gitignore</c>'s kind: with a slash that is not its last character it is from the root; a folder is all that is in it.</summary>
    private static FilePattern[]? Pattern(string text)
    {
        // Neither braces nor lists of characters have a meaning there.
        if (text.AsSpan().IndexOfAny("{}[]!") >= 0)
        {
            return null;
        }

        var isFolder = text.EndsWith('/');
        var trimmed = text.TrimEnd('/');
        if (trimmed.Length == 0)
        {
            return isFolder ? [.. FilePattern.Parse("/**")] : null;
        }

        var rooted = trimmed.Contains('/', StringComparison.Ordinal) && !trimmed.StartsWith('/') ? "/" + trimmed : trimmed;
        // 'docs/*' is what lies in the folder, and nothing deeper.
        var isShallow = rooted.EndsWith("/*", StringComparison.Ordinal);
        return isFolder ? [.. FilePattern.Parse(rooted + "/**")]
            : isShallow || rooted.EndsWith("**", StringComparison.Ordinal) ? [.. FilePattern.Parse(rooted)]
            : [.. FilePattern.Parse(rooted), .. FilePattern.Parse(rooted + "/**")];
    }
}
