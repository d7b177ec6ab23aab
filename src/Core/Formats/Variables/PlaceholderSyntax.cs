using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Formats.Variables;

/// <summary>A place in a text that a tool replaces by a value: the first of its operands that has one.</summary>
/// <param name="Start">Offset of its first character.</param>
/// <param name="End">Offset after its last character.</param>
/// <param name="Operands">Names and literal texts, in order.</param>
/// <param name="EmptyCounts">Whether a value that is empty counts as one, though other operands follow.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Placeholder(int Start, int End, IReadOnlyList<PlaceholderOperand> Operands, bool EmptyCounts = false);

/// <summary>A name whose value is taken, or a part of the text itself.</summary>
/// <param name="Name">The name as it is written; null for a literal.</param>
/// <param name="Literal">Where the literal stands in the text.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PlaceholderOperand(string? Name, Range Literal = default);

/// <summary>How a tool writes placeholders.</summary>
/// <param name="Next">Finds the first placeholder from an offset on.</param>
internal sealed partial record PlaceholderSyntax(Func<string, int, Placeholder?> Next)
{
    /// <summary><c>${{ matrix.image || 'alpine:3.20' }}</c> of GitHub Actions, and of Azure Pipelines' templates.</summary>
    public static PlaceholderSyntax Expression { get; } = Delimited("${{", "}}");

    /// <summary><c>&lt;&lt; parameters.tag &gt;&gt;</c> of CircleCI.</summary>
    public static PlaceholderSyntax CircleCi { get; } = Delimited("<<", ">>");

    /// <summary><c>$[[ inputs.image ]]</c> of GitLab CI.</summary>
    public static PlaceholderSyntax GitLabInput { get; } = Delimited("$[[", "]]");

    /// <summary><c>$(tag)</c> of Azure Pipelines, MSBuild and Tekton.</summary>
    public static PlaceholderSyntax Macro { get; } = Delimited("$(", ")");

    /// <summary><c>$[ variables.tag ]</c> of Azure Pipelines.</summary>
    public static PlaceholderSyntax AzureRuntime { get; } = Delimited("$[", "]");

    /// <summary><c>((tag))</c> of Concourse.</summary>
    public static PlaceholderSyntax Concourse { get; } = Delimited("((", "))");

    /// <summary><c>{{inputs.parameters.image}}</c> of Argo, and of Codefresh in old pipelines.</summary>
    public static PlaceholderSyntax DoubleBraces { get; } = Delimited("{{", "}}");

    /// <summary><c>{{ name }}</c> and <c>{{ name | default('text') }}</c> of Jinja.</summary>
    public static PlaceholderSyntax Jinja { get; } = Delimited("{{", "}}", JinjaOperands, emptyCounts: true);

    /// <summary><c>${java.version}</c> of Maven, and of templates of OpenShift.</summary>
    public static PlaceholderSyntax Property { get; } = Delimited("${", "}");

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

    private static PlaceholderSyntax Delimited(string open, string close, Func<string, int, int, List<PlaceholderOperand>>? operands = null, bool emptyCounts = false) => new((text, from) =>
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
            : new Placeholder(start, end + close.Length, (operands ?? Operands)(text, inner, end), emptyCounts);
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

    /// <summary>A name, perhaps with its default; any other filter makes a value that is not known.</summary>
    private static List<PlaceholderOperand> JinjaOperands(string text, int from, int to)
    {
        var pipe = text.IndexOf('|', from, to - from);
        if (pipe < 0)
        {
            return [new PlaceholderOperand(text[from..to].Trim('-', ' '))];
        }

        var standard = JinjaDefault().Match(text[(pipe + 1)..to]);
        if (!standard.Success)
        {
            return [new PlaceholderOperand(text[from..to])];
        }

        var start = pipe + 1 + standard.Groups["text"].Index;
        return [new PlaceholderOperand(text[from..pipe].Trim('-', ' ')), new PlaceholderOperand(null, start..(start + standard.Groups["text"].Length))];
    }

    [GeneratedRegex(@"^[ -]*d(?:efault)?\((?:'(?<text>[^']+)'|""(?<text>[^""]+)"")[ -]*\)[ -]*$", RegexOptions.NonBacktracking)]
    private static partial Regex JinjaDefault();

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
