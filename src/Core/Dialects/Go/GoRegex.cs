using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Go;

/// <summary>
/// A regular expression in Go's words, <see href="https://github.com/google/re2/wiki/Syntax">RE2</see>. It matches anywhere,
/// and in a time that grows with the text alone. Not taken: <c>(?U)</c>, scripts (<c>\p{Greek}</c>) and <c>[[:^alpha:]]</c>.
/// </summary>
internal sealed class GoRegex
{
    private const int LongestPattern = 2000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly IReadOnlyList<string?> _names;

    private GoRegex(string pattern, Regex regex, IReadOnlyList<string?> names) => (Pattern, _regex, _names) = (pattern, regex, names);

    /// <summary>The expression as it was written.</summary>
    public string Pattern { get; }

    /// <summary>Reads an expression; <paramref name="error"/> says in one sentence why it is none.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out GoRegex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        error = null;
        if (pattern.Length > LongestPattern)
        {
            error = $"a regular expression may have {LongestPattern} characters, this one has {pattern.Length}";
            return false;
        }

        try
        {
            var translation = new GoRegexTranslation(pattern);
            var translated = translation.Run();
            regex = new GoRegex(pattern, new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Longest), translation.Names);
        }
        catch (NotSupportedException)
        {
            error = $"the regular expression '{Excerpt.Of(pattern)}' has too many repetitions";
        }
        catch (FormatException e)
        {
            error = $"'{Excerpt.Of(pattern)}' is no regular expression of Go: {e.Message}";
        }
        catch (RegexParseException e)
        {
            // Its own sentence quotes the translated text.
            error = $"'{Excerpt.Of(pattern)}' is no regular expression of Go: {Words(e.Error)}";
        }

        return regex is not null;
    }

    /// <summary>Whether a text has a match in it.</summary>
    /// <exception cref="RegexMatchTimeoutException">It took longer than a second.</exception>
    public bool IsMatch(string text) => _regex.IsMatch(text);

    /// <summary>Reads a template as Go's <c>Expand</c> does: <c>$1</c>, <c>${1}</c>, <c>$name</c>, <c>$$</c>. What names no group is empty.</summary>
    public GoTemplate Template(string text) => GoTemplate.Parse(text, _names);

    /// <summary>A template filled in from the first match in a text; null where there is none.</summary>
    /// <exception cref="RegexMatchTimeoutException">It took longer than a second.</exception>
    public string? Expand(string text, GoTemplate template)
    {
        var match = _regex.Match(text);
        if (!match.Success)
        {
            return null;
        }

        if (template.Parts is [{ Group: >= 0 } only])
        {
            return match.Groups[only.Group].Value;
        }

        var expanded = new StringBuilder();
        foreach (var part in template.Parts)
        {
            expanded.Append(part.Group < 0 ? part.Literal : match.Groups[part.Group].ValueSpan);
        }

        return expanded.ToString();
    }

    private static string Words(RegexParseError error) =>
        string.Concat(error.ToString().Select((c, i) => char.IsUpper(c) ? (i == 0 ? "" : " ") + char.ToLowerInvariant(c) : c.ToString()));
}
