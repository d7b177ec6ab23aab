using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// A pattern for folders as Ruby's <c>Dir.glob</c> has it: <c>*</c>, <c>?</c> and <c>[a-z]</c> within a name, hidden ones too,
/// <c>**/</c> any number of folders, <c>{a,b}</c> either. A star at the end stands for the folder before it too, since it
/// matches its <c>.</c> (<c>updater/lib/dependabot/file_fetcher_command.rb</c>).
/// </summary>
internal sealed class DirectoryPattern
{
    private const string AnyFolders = "**";

    private readonly string[] _names;

    private DirectoryPattern(string[] names) => _names = names;

    /// <summary>Reads a pattern; alternatives in braces become patterns of their own. Null where there are too many.</summary>
    public static IReadOnlyList<DirectoryPattern>? TryParse(string text) =>
        FilePattern.Alternatives(text) is { } alternatives ? [.. alternatives.Select(a => new DirectoryPattern(Names(a)))] : null;

    /// <summary>A path without slashes around it, <c>.</c> and empty names: <c>a/b</c>; the root is empty.</summary>
    public static string Normalized(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != "."));

    /// <summary>Whether a text has the signs of a pattern, as the tool looks for them.</summary>
    public static bool IsPattern(string text) =>
        text.Contains('*', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal)
        || (text.Contains('[', StringComparison.Ordinal) && text.Contains(']', StringComparison.Ordinal));

    /// <summary>Whether a folder is meant, or a file where the pattern is for files.</summary>
    /// <param name="path">From the root, without a slash at its ends.</param>
    /// <param name="orFolder">Whether a star at the end stands for the folder too.</param>
    public bool IsMatch(string path, bool orFolder = true)
    {
        var names = path.Length == 0 ? [] : path.Split('/');
        return IsMatch(_names, names) || (orFolder && _names is [.. var folder, "*"] && IsMatch(folder, names));
    }

    /// <summary>Without a slash behind it <c>**</c> is a star like others.</summary>
    private static string[] Names(string pattern)
    {
        string[] names = [.. pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(n => n != ".")];
        return names is [.. var folder, AnyFolders] && !pattern.EndsWith('/') ? [.. folder, "*"] : names;
    }

    private static bool IsMatch(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        // Greedy with one place to go back to: linear in path and pattern for each **.
        var (part, name, starPart, starName) = (0, 0, -1, 0);
        while (name < names.Length)
        {
            if (part < pattern.Length && pattern[part] == AnyFolders)
            {
                (starPart, starName) = (part++, name);
            }
            else if (part < pattern.Length && NamePattern.MatchesFile(pattern[part], names[name], hidden: true))
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

        return pattern[part..].IndexOfAnyExcept(AnyFolders) < 0;
    }
}
