using System.Runtime.InteropServices;

namespace Basewatch.Core.Formats.Pipelines;

/// <summary>A place in a text that a pipeline replaces by a value: the first of its operands that has one.</summary>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset after its last character.</param>
/// <param name="Operands">Names and literal texts, in order.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Placeholder(int Start, int End, IReadOnlyList<PlaceholderOperand> Operands);

/// <summary>A name whose value is taken, or a part of the text itself.</summary>
/// <param name="Name">The name as it is written; null for a literal.</param>
/// <param name="Literal">Where the literal stands in the text.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PlaceholderOperand(string? Name, Range Literal = default);

/// <summary>How a pipeline writes placeholders.</summary>
/// <param name="Next">Finds the first placeholder from an offset on.</param>
internal sealed record PlaceholderSyntax(Func<string, int, Placeholder?> Next)
{
    /// <summary><c>${{ matrix.image || 'alpine:3.20' }}</c> of GitHub Actions, and of Azure Pipelines' templates.</summary>
    public static PlaceholderSyntax Expression { get; } = Delimited("${{", "}}");

    /// <summary><c>&lt;&lt; parameters.tag &gt;&gt;</c> of CircleCI.</summary>
    public static PlaceholderSyntax CircleCi { get; } = Delimited("<<", ">>");

    /// <summary><c>$[[ inputs.image ]]</c> of GitLab CI.</summary>
    public static PlaceholderSyntax GitLabInput { get; } = Delimited("$[[", "]]");

    /// <summary><c>$(tag)</c> of Azure Pipelines.</summary>
    public static PlaceholderSyntax AzureMacro { get; } = Delimited("$(", ")");

    /// <summary><c>$[ variables.tag ]</c> of Azure Pipelines.</summary>
    public static PlaceholderSyntax AzureRuntime { get; } = Delimited("$[", "]");

    /// <summary><c>((tag))</c> of Concourse.</summary>
    public static PlaceholderSyntax Concourse { get; } = Delimited("((", "))");

    /// <summary><c>${{CF_BRANCH}}</c> of Codefresh without the dollar, as old pipelines have it.</summary>
    public static PlaceholderSyntax Codefresh { get; } = Delimited("{{", "}}");

    /// <summary><c>$NAME</c>, <c>${NAME}</c> and <c>${NAME:-default}</c>.</summary>
    public static PlaceholderSyntax Shell { get; } = new(NextVariable);

    /// <summary>The names in a text.</summary>
    public IEnumerable<string> Names(string text)
    {
        for (var at = 0; Next(text, at) is { } found; at = found.End)
        {
            foreach (var operand in found.Operands)
            {
                if (operand.Name is not null)
                {
                    yield return operand.Name;
                }
            }
        }
    }

    private static PlaceholderSyntax Delimited(string open, string close) => new((text, from) =>
    {
        var start = text.IndexOf(open, from, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var inner = start + open.Length;
        var end = close.Length == 1 ? Closing(text, inner, open[^1], close[0]) : text.IndexOf(close, inner, StringComparison.Ordinal);
        return end < 0
            ? new Placeholder(start, text.Length, [new PlaceholderOperand(text[start..])])
            : new Placeholder(start, end + close.Length, Operands(text, inner, end));
    });

    /// <summary>Where a bracket closes, past those that open inside; negative where it doesn't.</summary>
    private static int Closing(string text, int from, char open, char close)
    {
        for (var depth = 1; from < text.Length; from++)
        {
            depth += text[from] == open ? 1 : text[from] == close ? -1 : 0;
            if (depth == 0)
            {
                return from;
            }
        }

        return -1;
    }

    /// <summary>Operands with <c>||</c> between them; quoted ones are literal.</summary>
    private static List<PlaceholderOperand> Operands(string text, int from, int to)
    {
        var operands = new List<PlaceholderOperand>(1);
        while (from <= to)
        {
            var or = text.IndexOf("||", from, to - from, StringComparison.Ordinal);
            var (start, end) = (from, or < 0 ? to : or);
            while (start < end && char.IsWhiteSpace(text[start]))
            {
                start++;
            }

            while (end > start && char.IsWhiteSpace(text[end - 1]))
            {
                end--;
            }

            var isQuoted = end - start >= 2 && text[start] is '\'' or '"' && text[end - 1] == text[start] && text.IndexOf(text[start], start + 1, end - start - 2) < 0;
            operands.Add(isQuoted ? new PlaceholderOperand(null, (start + 1)..(end - 1)) : new PlaceholderOperand(text[start..end]));
            from = or < 0 ? to + 1 : or + 2;
        }

        return operands;
    }

    private static Placeholder? NextVariable(string text, int from)
    {
        var start = text.IndexOf('$', from);
        if (start < 0)
        {
            return null;
        }

        var braced = start + 1 < text.Length && text[start + 1] == '{';
        var at = start + (braced ? 2 : 1);
        var name = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '_' || (braced && text[at] == '.')))
        {
            at++;
        }

        if (!braced)
        {
            return new Placeholder(start, Math.Max(at, start + 1), [new PlaceholderOperand(at > name ? text[name..at] : text[start..])]);
        }

        // The brace that closes it, past variables in its default.
        var (depth, close) = (1, at);
        for (; close < text.Length; close++)
        {
            depth += text[close] == '{' ? 1 : text[close] == '}' ? -1 : 0;
            if (depth == 0)
            {
                break;
            }
        }

        if (close >= text.Length || at == name)
        {
            return new Placeholder(start, text.Length, [new PlaceholderOperand(text[start..])]);
        }

        var rest = text.AsSpan(at, close - at);
        var operation = rest.StartsWith(":-", StringComparison.Ordinal) || rest.StartsWith(":=", StringComparison.Ordinal) ? 2 : rest.Length > 0 && rest[0] is '-' or '=' ? 1 : 0;
        return new Placeholder(start, close + 1, (operation, rest.Length) switch
        {
            (0, 0) => [new PlaceholderOperand(text[name..at])],
            (0, _) => [new PlaceholderOperand(text[start..(close + 1)])],
            _ => [new PlaceholderOperand(text[name..at]), new PlaceholderOperand(null, (at + operation)..close)],
        });
    }
}
