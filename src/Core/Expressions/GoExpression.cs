using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Expressions;

/// <summary>
/// A regular expression as Go's <see href="https://pkg.go.dev/regexp/syntax">regexp</see> reads it (RE2), matched in time that
/// grows with the text alone. It is the one way from a text that somebody else wrote to a <see cref="System.Text.RegularExpressions.Regex"/>:
/// what could be slow or large to make is refused before. It is not anchored. Tags are ASCII: what it does beyond the basic
/// multilingual plane is not looked at.
/// </summary>
public sealed class GoExpression
{
    /// <summary>Longer expressions are refused, which Go doesn't do.</summary>
    public const int LongestText = 2000;

    private readonly IReadOnlyList<string?> _groups;
    private readonly Lazy<Regex> _backtracking;

    private GoExpression(string text, Regex regex, IReadOnlyList<string?> groups)
    {
        (Text, Regex, _groups) = (text, regex, groups);
        _backtracking = new Lazy<Regex>(() => new Regex(regex.ToString(), RegexOptions.CultureInvariant, GoMatcher.LongestTry));
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>The same for .NET. Groups have their numbers in Go: from left to right, named ones too.</summary>
    public Regex Regex { get; }

    /// <summary>Its groups from left to right, those without a name by their number; the whole match, 0, is not among them.</summary>
    public IEnumerable<string> Groups => _groups.Select((name, i) => name ?? (i + 1).ToString(CultureInfo.InvariantCulture)).Distinct(StringComparer.Ordinal);

    /// <summary>Names of groups.</summary>
    public IEnumerable<string> GroupNames => _groups.OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>The same, which may take exponential time; see <see cref="GoMatcher"/>.</summary>
    internal Regex Backtracking => _backtracking.Value;

    /// <summary>Reads an expression; <paramref name="error"/> says why it is none.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="expression">What it is.</param>
    /// <param name="error">What is wrong with it.</param>
    /// <param name="ignoreCase">Whether it begins as if with <c>(?i)</c>.</param>
    /// <param name="multiline">Whether it begins as if with <c>(?m)</c>.</param>
    /// <param name="longestMatch">How long one match may take, for long texts; null: as long as it takes.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out GoExpression? expression, [NotNullWhen(false)] out GoExpressionError? error,
        bool ignoreCase = false, bool multiline = false, TimeSpan? longestMatch = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        error = null;
        if (text.Length > LongestText)
        {
            error = new GoExpressionError($"an expression may have {LongestText} characters, this one has {text.Length}", IsWrongInGo: false);
            return false;
        }

        var translation = new GoExpressionTranslation(text, ignoreCase, multiline);
        error = translation.Run();
        if (error is null)
        {
            try
            {
                var regex = new Regex(translation.Result, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, longestMatch ?? Regex.InfiniteMatchTimeout);
                expression = new GoExpression(text, regex, translation.Groups);
            }
            catch (Exception e) when (e is NotSupportedException or ArgumentException)
            {
                error = new GoExpressionError("it is too large to be matched in bounded time", IsWrongInGo: false);
            }
        }

        return expression is not null;
    }

    /// <summary>Whether any part of a text matches.</summary>
    public bool IsMatch(ReadOnlySpan<char> text) => Regex.IsMatch(text);

    /// <summary>The first match in a text.</summary>
    public Match Match(string text) => Regex.Match(text);

    /// <summary>The number of a named group; null where there is none of this name. Of several of a name it is the first (<c>Regexp.SubexpIndex</c>).</summary>
    public int? GroupNumber(string name)
    {
        for (var i = 0; i < _groups.Count; i++)
        {
            if (_groups[i] == name)
            {
                return i + 1;
            }
        }

        return null;
    }

    /// <summary>A group by its number (0 is the whole match) or its name; null where there is none.</summary>
    public GoGroup? Group(string numberOrName)
    {
        ArgumentNullException.ThrowIfNull(numberOrName);
        if (numberOrName.Length > 0 && numberOrName.All(char.IsAsciiDigit) && (numberOrName.Length == 1 || numberOrName[0] != '0'))
        {
            return int.TryParse(numberOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= _groups.Count ? new GoGroup([number]) : null;
        }

        var numbers = Enumerable.Range(1, _groups.Count).Where(i => _groups[i - 1] == numberOrName).ToList();
        return numbers.Count > 0 ? new GoGroup(numbers) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>A group of an expression. Of several of a name it is the first that took part in a match (<c>Regexp.Expand</c>).</summary>
public sealed class GoGroup
{
    private readonly IReadOnlyList<int> _numbers;

    internal GoGroup(IReadOnlyList<int> numbers) => _numbers = numbers;

    /// <summary>Its number; of several of a name that of the first.</summary>
    public int Number => _numbers[0];

    /// <summary>What it holds in a match.</summary>
    public Group In(Match match)
    {
        ArgumentNullException.ThrowIfNull(match);
        for (var i = 0; i < _numbers.Count; i++)
        {
            if (match.Groups[_numbers[i]] is { Success: true } group)
            {
                return group;
            }
        }

        return match.Groups[_numbers[0]];
    }
}

/// <summary>Why a text is no expression.</summary>
/// <param name="Message">What is wrong, a part of a sentence: <c>it has a group that is not closed</c>.</param>
/// <param name="IsWrongInGo">Whether Go refuses it too; else it is only here that it can't be matched.</param>
public sealed record GoExpressionError(string Message, bool IsWrongInGo)
{
    /// <summary>The whole sentence.</summary>
    /// <param name="text">The text that is no expression.</param>
    public string About(string text) => $"'{Excerpt.Of(text)}' is no regular expression{(IsWrongInGo ? "" : " that is read here")}: {Message}";
}
