using System.Text;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Expressions;

/// <summary>A template of Go's <c>regexp.Expand</c>: text and groups.</summary>
internal sealed class GoTemplate
{
    private readonly Part[] _parts;

    private GoTemplate(Part[] parts) => _parts = parts;

    /// <summary>
    /// Reads a template. A name is the longest run of letters, digits and underscores, so that <c>$1x</c> is a group called
    /// <c>1x</c>; groups that are not there are empty; a dollar without a name is a dollar.
    /// </summary>
    /// <param name="text">The template.</param>
    /// <param name="expression">The expression whose groups are meant; 0 is the whole match.</param>
    public static GoTemplate Parse(string text, GoExpression expression)
    {
        var parts = new List<Part>();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                literal.Append(text[at++]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '$')
            {
                literal.Append('$');
                at += 2;
            }
            else if (ReadName(text, at + 1, out var name) is not { } end)
            {
                literal.Append('$');
                at++;
            }
            else
            {
                at = end;
                if (expression.Group(name) is { } group)
                {
                    Flush(parts, literal);
                    parts.Add(new Part("", group));
                }
            }
        }

        Flush(parts, literal);
        return new GoTemplate([.. parts]);
    }

    /// <summary>The template filled in from a match of its expression.</summary>
    public string Expand(Match match)
    {
        if (_parts is [{ Group: { } only }])
        {
            return only.In(match).Value;
        }

        var length = 0;
        foreach (var part in _parts)
        {
            length += part.Group?.In(match).Length ?? part.Literal.Length;
        }

        return string.Create(length, (_parts, match), static (expanded, from) =>
        {
            foreach (var part in from._parts)
            {
                var text = part.Group is { } group ? group.In(from.match).ValueSpan : part.Literal;
                text.CopyTo(expanded);
                expanded = expanded[text.Length..];
            }
        });
    }

    private static int? ReadName(string text, int at, out string name)
    {
        var brace = at < text.Length && text[at] == '{';
        var start = brace ? at + 1 : at;
        var end = start;
        while (end < text.Length && (char.IsLetter(text[end]) || char.IsDigit(text[end]) || text[end] == '_'))
        {
            end++;
        }

        name = text[start..end];
        return end == start || (brace && (end >= text.Length || text[end] != '}')) ? null : brace ? end + 1 : end;
    }

    private static void Flush(List<Part> parts, StringBuilder literal)
    {
        if (literal.Length > 0)
        {
            parts.Add(new Part(literal.ToString(), null));
            literal.Clear();
        }
    }

    /// <summary>A text, or else a group.</summary>
    private readonly record struct Part(string Literal, GoGroup? Group);
}
