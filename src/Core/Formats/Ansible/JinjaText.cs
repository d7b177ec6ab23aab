namespace Basewatch.Core.Formats.Ansible;

/// <summary>Text with <c>{{ name }}</c> and <c>{{ name | default('text') }}</c> in it.</summary>
internal static class JinjaText
{
    private const int DeepestNesting = 4;
    private const int MostExpressions = 16;
    private const int LongestValue = 1024;

    /// <summary>The text with its variables replaced; null where one has no plain value.</summary>
    /// <param name="text">The text.</param>
    /// <param name="lookup">The value of a variable, if it has one.</param>
    public static WrittenText? Expand(WrittenText text, Func<string, WrittenText?> lookup) => Expand(text, lookup, 0);

    private static WrittenText? Expand(WrittenText text, Func<string, WrittenText?> lookup, int depth)
    {
        var pieces = new List<WrittenText>();
        var at = 0;
        for (int open; (open = text.Value.IndexOf("{{", at, StringComparison.Ordinal)) >= 0;)
        {
            var close = text.Value.IndexOf("}}", open, StringComparison.Ordinal);
            if (close < 0 || depth >= DeepestNesting || pieces.Count > 2 * MostExpressions || Evaluate(text.Slice((open + 2)..close), lookup, depth) is not { } value)
            {
                return null;
            }

            pieces.Add(text.Slice(at..open));
            pieces.Add(value);
            at = close + 2;
        }

        pieces.Add(text.Slice(at..));
        var result = WrittenText.Join(pieces);
        return result.Value.Length <= LongestValue && !result.Value.Contains("{%", StringComparison.Ordinal) ? result : null;
    }

    private static WrittenText? Evaluate(WrittenText expression, Func<string, WrittenText?> lookup, int depth)
    {
        var pipe = expression.Value.IndexOf('|', StringComparison.Ordinal);
        var name = (pipe < 0 ? expression.Value : expression.Value[..pipe]).Trim('-', ' ');
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return null;
        }

        if (lookup(name) is { } value)
        {
            return pipe < 0 || Default(expression, pipe) is not null ? Expand(value, lookup, depth + 1) : null;
        }

        return pipe < 0 ? null : Default(expression, pipe);
    }

    /// <summary>The text in <c>| default('text')</c>, where nothing else follows.</summary>
    private static WrittenText? Default(WrittenText expression, int pipe)
    {
        var filter = expression.Value[(pipe + 1)..];
        var trimmed = filter.Trim(' ', '-');
        var name = trimmed.StartsWith("default(", StringComparison.Ordinal) ? "default(" : trimmed.StartsWith("d(", StringComparison.Ordinal) ? "d(" : null;
        if (name is null || trimmed.Length < name.Length + 3 || trimmed[name.Length] is not ('"' or '\''))
        {
            return null;
        }

        var quote = trimmed[name.Length];

        var from = expression.Value.IndexOf(quote, pipe) + 1;
        var to = expression.Value.IndexOf(quote, from);
        return to > from && expression.Value[(to + 1)..].Trim(' ', '-') == ")" ? expression.Slice(from..to) : null;
    }
}
