using Basewatch.Core.Formats;
using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Files of the formats that are nothing but key paths, made up from those paths.</summary>
internal static class GeneratedKeyPaths
{
    /// <summary>One for each path of each format; what is in no path says nothing.</summary>
    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        .. KeyPathFormat.All.OfType<KeyPathFormat>().SelectMany(f => f.Paths.Select(p => (f.Name, Files(f, p)))),
    ];

    private static Gen<GeneratedFile> Files(KeyPathFormat format, string[] path)
    {
        var file = HostileFileTests.Sample(format.Files[0]);
        return Gen.Select(Reference, Gen.Int[0, 3], Gen.Bool, Gen.Bool, Gen.Bool, (r, style, crlf, mark, end) =>
        {
            var json = file.EndsWith(".json", StringComparison.Ordinal) || style == 0;
            var value = style == 1 ? $"'{r}'" : style == 2 ? Flow(r) : $"\"{r}\"";
            var text = json ? Braces(path, $"\"{r}\"", format.Word) : $"# {format.Word} no:1\n" + Lines(path, value + " # no:1") + (end ? "note: é😀\n" : "");
            return new GeneratedFile(file, (mark ? "\uFEFF" : "") + (crlf ? text.Replace("\n", "\r\n", StringComparison.Ordinal) : text), [r]);
        });
    }

    private static string Braces(string[] path, string value, string word)
    {
        for (var i = path.Length - 1; i >= 0; i--)
        {
            value = path[i] == "*" && i % 2 == 0 ? $"[{value}]" : $"{{\"{(path[i] == "*" ? "é😀" : path[i])}\": {value}}}";
        }

        return $"{{\"note\": \"{word.Replace("\"", "\\\"", StringComparison.Ordinal)}\", {value[1..]}\n";
    }

    private static string Lines(string[] path, string value)
    {
        var text = "";
        for (var i = 0; i < path.Length; i++)
        {
            var list = path[i] == "*" && i % 2 == 0;
            text += new string(' ', 2 * i) + (list ? "-" : path[i] == "*" ? "a:" : path[i] + ":") + (i + 1 == path.Length ? " " + value : "") + "\n";
        }

        return text;
    }
}
