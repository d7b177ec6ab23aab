using System.Globalization;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>
/// How a repository words its commits: whether by Conventional Commits
/// (<see href="https://www.conventionalcommits.org/en/v1.0.0/"/>), and whether in capitals.
/// </summary>
/// <param name="Prefix">What titles begin with: <c>chore(deps)</c>; null: nothing.</param>
/// <param name="IsLower">Whether the words begin with a small letter.</param>
public sealed partial record CommitHabit(string? Prefix, bool IsLower)
{
    private const string Usual = "chore(deps)";

    /// <summary>No habit is known: no prefix, and a capital.</summary>
    public static CommitHabit None { get; } = new(null, false);

    /// <summary>Finds the habit of a repository.</summary>
    /// <param name="messages">Messages of its newest commits, the newest first.</param>
    public static CommitHabit Of(IReadOnlyList<string> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var titles = messages
            .Where(m => !m.Contains("Basewatch-Seal: ", StringComparison.Ordinal))
            .Select(m => (Text: Title(m), IsBot: m.Contains("[bot]", StringComparison.OrdinalIgnoreCase)))
            .Where(t => t.Text.Length > 0 && !Merge().IsMatch(t.Text))
            .Select(t => (t.Text, Match: Conventional().Match(t.Text), t.IsBot))
            .Select(t => (t.Text, t.Match, IsUpdate: t.Match.Success ? Dependencies().IsMatch(t.Match.Groups["type"].Value + t.Match.Groups["scope"].Value) || Move().IsMatch(t.Match.Groups["words"].Value) : Move().IsMatch(t.Text), t.IsBot))
            .ToList();
        var people = titles.Where(t => t is { IsUpdate: false, IsBot: false } && !Release().IsMatch(t.Text)).ToList();
        if (people.Count(t => t.Match.Success) * 2 <= people.Count)
        {
            return new CommitHabit(null, AreLower(people.Where(t => !t.Match.Success).Select(t => t.Text)));
        }

        var conventional = people.Where(t => t.Match.Success).ToList();
        var updates = titles.Where(t => t.IsUpdate && t.Match.Success && !t.Match.Value.Split(':')[0].Contains("dev", StringComparison.OrdinalIgnoreCase)).ToList();
        var prefix = updates
            .GroupBy(t => t.Match.Groups["type"].Value + t.Match.Groups["scope"].Value, StringComparer.Ordinal)
            .MaxBy(g => g.Count())?.Key;
        return new CommitHabit(
            prefix ?? (AreLower(conventional.Select(t => t.Match.Groups["type"].Value)) ? Usual : "C" + Usual[1..]),
            AreLower((updates.Count > 0 ? updates : conventional).Select(t => t.Match.Groups["words"].Value)));
    }

    /// <summary>A title in the habit's words.</summary>
    /// <param name="title">The title, with a capital.</param>
    /// <param name="configured">The prefix that the configuration wants; null: the habit's.</param>
    internal string Apply(string title, string? configured)
    {
        var prefix = configured is { Length: > 0 } ? configured : Prefix is null ? "" : Prefix + ":";
        var isLower = IsLower || (configured is { Length: > 0 } && Prefix is null);
        var words = isLower ? char.ToLowerInvariant(title[0]) + title[1..] : title;
        return prefix.Length == 0 ? words : $"{prefix} {words}";
    }

    private static string Title(string message)
    {
        var text = message.AsSpan().TrimStart();
        var end = text.IndexOfAny('\r', '\n');
        var title = (end < 0 ? text : text[..end]).Trim();
        return title.Length > 300 ? title[..300].ToString() : title.ToString();
    }

    /// <summary>Whether most begin with a small letter; what begins with none says nothing.</summary>
    private static bool AreLower(IEnumerable<string> texts)
    {
        var (lower, upper) = (0, 0);
        foreach (var first in texts.Where(t => t.Length > 0).Select(t => t[0]))
        {
            var category = char.GetUnicodeCategory(first);
            lower += category == UnicodeCategory.LowercaseLetter ? 1 : 0;
            upper += category == UnicodeCategory.UppercaseLetter ? 1 : 0;
        }

        return lower > upper;
    }

    [GeneratedRegex(@"^(?<type>feat|fix|chore|docs?|style|refactor|perf|tests?|build|ci|revert|deps|deps-dev|improvement|security|wip|infra)(?<scope>\([A-Za-z0-9 ,._/-]{1,40}\))?!?:\s*(?<words>\S.*)$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Conventional();

    [GeneratedRegex(@"^Merged? (pull request|branch|branches|remote-tracking|tag|commit|in|from|[0-9a-f]{7,}) ?|^Revert ""|^(fixup|squash|amend)!", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Merge();

    /// <summary>A type or a scope for dependencies.</summary>
    [GeneratedRegex(@"\b(build-)?dep(s|endency|endencies)?\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Dependencies();

    /// <summary>The words of those who move versions, people and bots alike.</summary>
    [GeneratedRegex(@"^(bump|pin|refresh|replace) .+ (from|to|by|digests?)\b|^(update|upgrade) (.+ )?(dependency|dependencies|docker tag|docker digest|digest|lock ?file)\b|^(update|upgrade) \S+ (from \S+ )?to v?\d", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Move();

    /// <summary>What release tools write.</summary>
    [GeneratedRegex(@"^chore(\((main|master|release)\))?: (release )?v?\d+\.\d+|^chore\(release\)|^v?\d+\.\d+\.\d+", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Release();
}
