using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// A regular expression over tags, in the syntax that .NET and RE2 share; <c>(?P&lt;name&gt;…)</c> is taken too. It matches
/// anywhere in a tag unless it is anchored, and in linear time, whatever it is.
/// </summary>
public sealed class TagExpression
{
    /// <summary>The longest expression that is taken, in characters.</summary>
    public const int Longest = 1000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private TagExpression(Regex regex, string text) => (_regex, Text) = (regex, text);

    /// <summary>The expression as it is written.</summary>
    public string Text { get; }

    /// <summary>Names of its groups, those without a name by their number; the whole match, 0, is not among them.</summary>
    public IEnumerable<string> Groups => _regex.GetGroupNames().Where(g => g != "0");

    /// <summary>Makes an expression; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string text, [NotNullWhen(true)] out TagExpression? expression, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        expression = null;
        error = null;
        if (text.Length is 0 or > Longest)
        {
            error = text.Length == 0 ? "the expression is empty" : $"the expression is longer than {Longest} characters";
            return false;
        }

        try
        {
            var regex = new Regex(text.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
            expression = new TagExpression(regex, text);
        }
        catch (NotSupportedException)
        {
            error = $"'{Excerpt.Of(text)}' has look-arounds, back-references, atomic groups or too many repetitions, which are not taken here";
        }
        catch (ArgumentException e)
        {
            error = $"'{Excerpt.Of(text)}' is no regular expression: {Excerpt.Of(e.Message).TrimEnd('.')}";
        }

        return expression is not null;
    }

    /// <summary>Whether it matches.</summary>
    public bool Matches(string tag) => _regex.IsMatch(tag);

    /// <summary>The match, to be asked for its groups.</summary>
    public Match Match(string tag) => _regex.Match(tag);

    /// <inheritdoc/>
    public override string ToString() => Text;
}

/// <summary>
/// What is made of a match: <c>$name</c>, <c>${name}</c> and <c>$1</c> stand for groups, <c>$$</c> for a dollar. A name goes on
/// as long as there are letters, digits and underscores.
/// </summary>
public sealed class TagTemplate
{
    private const int Longest = 200;

    private readonly IReadOnlyList<(string Text, bool IsGroup)> _pieces;

    private TagTemplate(IReadOnlyList<(string Text, bool IsGroup)> pieces) => _pieces = pieces;

    /// <summary>Makes a template of an expression's groups; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string text, TagExpression expression, [NotNullWhen(true)] out TagTemplate? template, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(expression);
        template = null;
        error = text.Length > Longest ? $"'{Excerpt.Of(text)}' is longer than {Longest} characters" : null;
        var pieces = new List<(string Text, bool IsGroup)>();
        string[] groups = ["0", .. expression.Groups];
        for (var at = 0; at < text.Length && error is null;)
        {
            var dollar = text.IndexOf('$', at);
            dollar = dollar < 0 ? text.Length : dollar;
            if (dollar > at)
            {
                pieces.Add((text[at..dollar], false));
            }

            if (dollar == text.Length)
            {
                break;
            }

            var braced = dollar + 1 < text.Length && text[dollar + 1] == '{';
            var start = dollar + (braced ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            var name = text[start..end];
            if (name.Length == 0 && !braced && start < text.Length && text[start] == '$')
            {
                pieces.Add(("$", false));
                at = start + 1;
            }
            else if (name.Length == 0 || (braced && (end == text.Length || text[end] != '}')))
            {
                error = $"'{Excerpt.Of(text)}' has a $ without the name of a group: write $name or ${{name}}, and $$ for a dollar";
            }
            else if (!groups.Contains(name, StringComparer.Ordinal))
            {
                error = groups.Length == 1 ? $"the expression has no group that ${name} could stand for: put ( ) round what is to be taken"
                    : $"the expression has no group '{Excerpt.Of(name)}': it has {string.Join(", ", groups.Skip(1).Take(5).Select(Excerpt.Of))}";
            }
            else
            {
                pieces.Add((name, true));
                at = end + (braced ? 1 : 0);
            }
        }

        error ??= pieces.Exists(p => p.IsGroup) ? null : $"'{Excerpt.Of(text)}' makes the same of every tag: name a group, as in $1";
        template = error is null ? new TagTemplate(pieces) : null;
        return template is not null;
    }

    /// <summary>What it makes of a match.</summary>
    public string Expand(Match match)
    {
        ArgumentNullException.ThrowIfNull(match);
        if (_pieces is [(var only, true)])
        {
            return match.Groups[only].Value;
        }

        var text = new StringBuilder();
        foreach (var (piece, isGroup) in _pieces)
        {
            text.Append(isGroup ? match.Groups[piece].ValueSpan : piece);
        }

        return text.ToString();
    }
}
