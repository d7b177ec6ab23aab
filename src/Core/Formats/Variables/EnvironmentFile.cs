namespace Basewatch.Core.Formats.Variables;

/// <summary>
/// A <c>.env</c> file as Compose reads it: <c>KEY=value</c> with <c>export</c>, quotes, comments and variables in values
/// (<see href="https://docs.docker.com/reference/compose-file/interpolation/"/>).
/// </summary>
internal sealed class EnvironmentFile
{
    private const int MostVariables = 10_000;

    /// <summary>More variables than these have no say in one value.</summary>
    private const int MostNames = 100;

    private readonly Dictionary<string, VariableValue> _variables = new(StringComparer.Ordinal);
    private readonly SourceFile _file;

    private EnvironmentFile(SourceFile file)
    {
        _file = file;
        References = VariableReferences.Count(file.Text);
    }

    /// <summary>How often each variable stands in the values.</summary>
    public IReadOnlyDictionary<string, int> References { get; }

    /// <summary>Reads a file, once for all that it gives values to.</summary>
    public static EnvironmentFile Read(SourceFile file) => file.Parsed(static f =>
    {
        var environment = new EnvironmentFile(f);
        environment.ReadLines();
        return environment;
    });

    /// <summary>What the file says of a variable; null where it gives no value.</summary>
    public VariableValue? Find(string name) => _variables.GetValueOrDefault(name);

    private void ReadLines()
    {
        var text = _file.Text;
        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        while (at < text.Length && _variables.Count < MostVariables)
        {
            var feed = text.IndexOf('\n', at);
            var end = feed < 0 ? text.Length : feed;
            at = ReadLine(at, end) + 1;
        }
    }

    /// <summary>Reads a line; gives where it ends, which is later where a value in quotes goes on.</summary>
    private int ReadLine(int start, int end)
    {
        var text = _file.Text;
        var key = SkipSpace(start, end);
        if (text.AsSpan(key, end - key).StartsWith("export ", StringComparison.Ordinal))
        {
            key = SkipSpace(key + "export ".Length, end);
        }

        var length = text.AsSpan(key, end - key).IndexOfAny('=', ':');
        if (length <= 0 || text[key] == '#')
        {
            return end;
        }

        var name = text.AsSpan(key, length).TrimEnd().ToString();
        var value = SkipSpace(key + length + 1, end);
        if (value < end && text[value] is '"' or '\'')
        {
            var close = Close(value);
            if (close >= 0)
            {
                Set(name, value + 1, close, isLiteral: text[value] == '\'');
                return text.IndexOf('\n', close) is var feed and >= 0 ? feed : text.Length;
            }
        }

        var stop = value;
        while (stop < end && !(text[stop] == '#' && (stop == value || char.IsWhiteSpace(text[stop - 1]))))
        {
            stop++;
        }

        Set(name, value, value + text.AsSpan(value, stop - value).TrimEnd().Length, isLiteral: false);
        return end;
    }

    /// <summary>The quote that closes a value; -1 where there is none.</summary>
    private int Close(int open)
    {
        var text = _file.Text;
        for (var i = open + 1; i < text.Length && i - open <= VariableExpansion.LongestValue; i++)
        {
            if (text[i] == text[open])
            {
                return i;
            }

            i += text[i] == '\\' && text[open] == '"' ? 1 : 0;
        }

        return -1;
    }

    private void Set(string name, int start, int end, bool isLiteral)
    {
        var written = WrittenText.At(_file.Text[start..end], start, _file);
        if (isLiteral || written.Value.Contains('\\', StringComparison.Ordinal) || !written.Value.Contains('$', StringComparison.Ordinal))
        {
            _variables[name] = new VariableValue(written, null, Names([], name));
            return;
        }

        var expansion = VariableExpansion.Of(written, VariableSyntax.Compose, n => Find(n) ?? VariableValue.Unset);
        _variables[name] = expansion.Problem is null
            ? new VariableValue(expansion.Value, null, Names(expansion.Names, name), expansion.IsWhole)
            : new VariableValue(null, expansion.Problem, Names(expansion.Names, name));
    }

    private static HashSet<string> Names(IEnumerable<string> names, string name) => new(names.Take(MostNames), StringComparer.Ordinal) { name };

    private int SkipSpace(int start, int end)
    {
        while (start < end && char.IsWhiteSpace(_file.Text[start]))
        {
            start++;
        }

        return start;
    }
}

/// <summary>Who reads a variable.</summary>
internal static class VariableReferences
{
    /// <summary>How often each variable stands in a text, as <c>$NAME</c> or <c>${NAME</c>.</summary>
    public static IReadOnlyDictionary<string, int> Count(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = text.IndexOf('$', StringComparison.Ordinal); at >= 0 && at + 1 < text.Length; at = text.IndexOf('$', at))
        {
            if (text[at + 1] == '$')
            {
                at += 2;
                continue;
            }

            var start = at + (text[at + 1] == '{' ? 2 : 1);
            var end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }

            if (end > start)
            {
                var name = text[start..end];
                counts[name] = counts.GetValueOrDefault(name) + 1;
            }

            at = end;
        }

        return counts;
    }
}
