using System.Globalization;
using System.Text;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>The functions of templates: some of Go's, and of Sprig's those for texts.</summary>
internal static class FluxFunctions
{
    /// <summary>The longest text that a function gives, in characters.</summary>
    private const int LongestText = 16 * 1024;

    /// <summary>The names that are known.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "and", "or", "not", "eq", "ne", "len", "print", "println", "lower", "upper", "trim", "trimPrefix", "trimSuffix", "contains", "hasPrefix", "hasSuffix", "replace", "quote", "squote", "default", "trunc", "nospace",
    };

    /// <summary>What a function gives.</summary>
    /// <exception cref="FormatException">Its arguments are others than it takes.</exception>
    public static object? Call(string name, IReadOnlyList<object?> arguments)
    {
        object? value = (name, arguments) switch
        {
            ("and", [_, ..]) => arguments.FirstOrDefault(a => !IsTrue(a), arguments[^1]),
            ("or", [_, ..]) => arguments.FirstOrDefault(IsTrue, arguments[^1]),
            ("not", [var one]) => !IsTrue(one),
            ("eq", [var first, _, ..]) => arguments.Skip(1).Any(a => Equals(a, first)),
            ("ne", [var first, var second]) => !Equals(first, second),
            ("len", [string text]) => Encoding.UTF8.GetByteCount(text),
            ("len", [var one]) => Items(one).Count(),
            ("print", _) => string.Concat(arguments.Select(Print)),
            ("println", _) => string.Join(' ', arguments.Select(Print)) + "\n",
            ("lower", [string text]) => text.ToLowerInvariant(),
            ("upper", [string text]) => text.ToUpperInvariant(),
            ("trim", [string text]) => text.Trim(),
            ("nospace", [string text]) => string.Concat(text.Where(c => !char.IsWhiteSpace(c))),
            ("trimPrefix", [string prefix, string text]) => text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
            ("trimSuffix", [string suffix, string text]) => text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
            ("contains", [string part, string text]) => text.Contains(part, StringComparison.Ordinal),
            ("hasPrefix", [string prefix, string text]) => text.StartsWith(prefix, StringComparison.Ordinal),
            ("hasSuffix", [string suffix, string text]) => text.EndsWith(suffix, StringComparison.Ordinal),
            ("replace", [string { Length: > 0 } old, string by, string text]) => text.Replace(old, by, StringComparison.Ordinal),
            ("quote", _) => string.Join(' ', arguments.Where(a => a is not null).Select(a => Quote(Print(a)))),
            ("squote", _) => string.Join(' ', arguments.Where(a => a is not null).Select(a => $"'{Print(a)}'")),
            ("default", [var other, var given]) => IsTrue(given) ? given : other,
            ("trunc", [int and >= 0 and var length, string text]) => text[..Math.Min(text.Length, length)],
            _ => throw new FormatException($"'{name}' is given other things than it takes"),
        };
        return value is string { Length: > LongestText } ? throw new FormatException($"'{name}' writes too much") : value;
    }

    /// <summary>Whether a value counts as true: what is empty or zero doesn't.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or false or 0 or "" => false,
        string or true or int or FluxRecord => true,
        _ => Items(value).Any(),
    };

    /// <summary>The items of a list with their numbers, or of a mapping with their keys.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IEnumerable<(object? Key, object? Value)> Items(object? value) => value switch
    {
        IReadOnlyList<(object? Key, object? Value)> map => map,
        SortedDictionary<string, object?> map => map.Select(e => ((object?)e.Key, e.Value)),
        IReadOnlyList<object?> list => list.Select((item, i) => ((object?)i, item)),
        _ => throw new FormatException("what is ranged over is neither a list nor a mapping"),
    };

    /// <summary>A value as it is written.</summary>
    public static string Print(object? value) => value switch
    {
        null => "<no value>",
        string text => text,
        bool flag => flag ? "true" : "false",
        int number => number.ToString(CultureInfo.InvariantCulture),
        FluxRecord record => record.Text,
        IReadOnlyList<object?> list => $"[{string.Join(' ', list.Select(Print))}]",
        _ => $"map[{string.Join(' ', Items(value).Select(i => $"{Print(i.Key)}:{Print(i.Value)}"))}]",
    };

    /// <summary>A text in double quotes.</summary>
    public static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";
}
