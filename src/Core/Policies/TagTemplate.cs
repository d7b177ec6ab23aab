using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// What is made of a match: <c>$name</c>, <c>${name}</c> and <c>$1</c> stand for groups, <c>$$</c> for a dollar. A name goes on
/// as long as there are letters, digits and underscores.
/// </summary>
public sealed class TagTemplate
{
    private const int Longest = 200;

    private readonly IReadOnlyList<(string Text, GoGroup? Group)> _pieces;

    private TagTemplate(IReadOnlyList<(string Text, GoGroup? Group)> pieces) => _pieces = pieces;

    /// <summary>Makes a template of an expression's groups; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    public static bool TryCreate(string text, GoExpression expression, [NotNullWhen(true)] out TagTemplate? template, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(expression);
        template = null;
        error = text.Length > Longest ? $"'{Excerpt.Of(text)}' is longer than {Longest} characters" : null;
        var pieces = new List<(string Text, GoGroup? Group)>();
        for (var at = 0; at < text.Length && error is null;)
        {
            var dollar = text.IndexOf('$', at);
            dollar = dollar < 0 ? text.Length : dollar;
            if (dollar > at)
            {
                pieces.Add((text[at..dollar], null));
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
                pieces.Add(("$", null));
                at = start + 1;
            }
            else if (name.Length == 0 || (braced && (end == text.Length || text[end] != '}')))
            {
                error = $"'{Excerpt.Of(text)}' has a $ without the name of a group: write $name or ${{name}}, and $$ for a dollar";
            }
            else if (expression.Group(name) is not { } group)
            {
                error = expression.Groups.Any()
                    ? $"the expression has no group '{Excerpt.Of(name)}': it has {string.Join(", ", expression.Groups.Take(5).Select(Excerpt.Of))}"
                    : $"the expression has no group that ${name} could stand for: put ( ) round what is to be taken";
            }
            else
            {
                pieces.Add(("", group));
                at = end + (braced ? 1 : 0);
            }
        }

        error ??= pieces.Exists(p => p.Group is not null) ? null : $"'{Excerpt.Of(text)}' makes the same of every tag: name a group, as in $1";
        template = error is null ? new TagTemplate(pieces) : null;
        return template is not null;
    }

    /// <summary>What it makes of a match.</summary>
    public string Expand(Match match)
    {
        ArgumentNullException.ThrowIfNull(match);
        if (_pieces is [(_, { } only)])
        {
            return only.In(match).Value;
        }

        var text = new StringBuilder();
        foreach (var (piece, group) in _pieces)
        {
            text.Append(group is null ? piece : group.In(match).ValueSpan);
        }

        return text.ToString();
    }
}
