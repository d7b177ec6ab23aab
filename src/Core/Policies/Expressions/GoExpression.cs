using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies.Expressions;

/// <summary>
/// A regular expression as Go's <see href="https://pkg.go.dev/regexp/syntax">regexp</see> reads it (RE2), matched in time that
/// grows with the text alone. It is not anchored. Tags are ASCII: what it does beyond the basic multilingual plane is not
/// looked at.
/// </summary>
public sealed class GoExpression
{
    /// <summary>Longer expressions are refused, which Go doesn't do.</summary>
    public const int LongestText = 2000;

    private readonly IReadOnlyDictionary<string, int> _groups;

    private GoExpression(string text, Regex regex, Regex backtracking, IReadOnlyDictionary<string, int> groups) => (Text, Regex, Backtracking, _groups) = (text, regex, backtracking, groups);

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>The same for .NET. Groups have their numbers in Go: from left to right, named ones too.</summary>
    public Regex Regex { get; }

    /// <summary>The same, which may take exponential time; see <see cref="GoMatcher"/>.</summary>
    internal Regex Backtracking { get; }

    /// <summary>Reads an expression; <paramref name="error"/> says why it is none.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GoExpression? expression, [NotNullWhen(false)] out GoExpressionError? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        error = null;
        if (text.Length > LongestText)
        {
            error = new GoExpressionError($"an expression may have {LongestText} characters, this one has {text.Length}", IsWrongInGo: false);
            return false;
        }

        var translation = new GoExpressionTranslation(text);
        error = translation.Run();
        if (error is null)
        {
            try
            {
                var regex = new Regex(translation.Result, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout.InfiniteTimeSpan);
                expression = new GoExpression(text, regex, new Regex(translation.Result, RegexOptions.CultureInvariant, GoMatcher.LongestTry), translation.Groups);
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

    /// <summary>The number of a named group; null where there is none of this name.</summary>
    public int? GroupNumber(string name) => _groups.TryGetValue(name, out var number) ? number : null;

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>Why a text is no expression.</summary>
/// <param name="Message">What is wrong, a part of a sentence: <c>it has a group that is not closed</c>.</param>
/// <param name="IsWrongInGo">Whether Go refuses it too; else it is only here that it can't be matched.</param>
public sealed record GoExpressionError(string Message, bool IsWrongInGo)
{
    /// <summary>The whole sentence.</summary>
    /// <param name="text">The text that is no expression.</param>
    public string About(string text) => $"'{Excerpt.Of(text)}' is no regular expression {(IsWrongInGo ? "of Go" : "that is read here")}: {Message}";
}
