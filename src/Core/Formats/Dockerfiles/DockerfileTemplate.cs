using System.Text.RegularExpressions;

namespace Basewatch.Core.Formats.Dockerfiles;

/// <summary>Dockerfiles that something else makes a Dockerfile of: what is not decided yet is told from what is.</summary>
internal static partial class DockerfileTemplate
{
    /// <summary>Whether a word is, or has in it, what is replaced later: <c>{{ image }}</c>, <c>@IMAGE@</c>, <c>%%IMAGE%%</c>, <c>&lt;image&gt;</c>.</summary>
    public static bool IsPart(string text) => Placeholder().IsMatch(text);

    /// <summary>Cuts at white space, quotes or not, as FROM is cut; what stands in braces stays whole.</summary>
    public static IEnumerable<WrittenText> Words(WrittenText text)
    {
        var value = text.Value;
        var start = -1;
        var unclosed = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i <= value.Length; i++)
        {
            if (i == value.Length || char.IsWhiteSpace(value[i]))
            {
                if (start >= 0)
                {
                    yield return text.Slice(start..i);
                }

                start = -1;
                continue;
            }

            start = start < 0 ? i : start;
            if (i + 1 < value.Length && Closing(value[i], value[i + 1]) is { } close && !unclosed.Contains(close))
            {
                var end = value.IndexOf(close, i + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    unclosed.Add(close);
                }
                else
                {
                    i = end + close.Length - 1;
                }
            }
        }
    }

    private static string? Closing(char first, char second) => (first, second) switch
    {
        ('{', '{') => "}}",
        ('{', '%') => "%}",
        ('<', '%') => "%>",
        _ => null,
    };

    [GeneratedRegex(@"\{\{|\{%|\{#|<%|%%|\[[A-Za-z{[]|#\{|@[A-Za-z_][A-Za-z0-9_.-]*@|<[A-Za-z][^<>]*>", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: Timeout.Infinite)]
    private static partial Regex Placeholder();
}
