using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Comments;

/// <summary>A line that a comment says names an image, in whatever language: finds the reference, or the value of a variable.</summary>
internal static partial class CommentedLine
{
    private const int LongestLine = 4096;

    /// <summary>Options whose arguments look like references and are none: <c>docker run -v data:/data</c>.</summary>
    private static readonly HashSet<string> OtherOptions = new(StringComparer.Ordinal)
    {
        "-v", "--volume", "-p", "--publish", "-e", "--env", "-u", "--user", "-l", "--label", "--add-host", "--device", "--link", "--mount", "--tmpfs",
        "--ulimit", "--volumes-from", "--network", "--net", "--network-alias", "--name", "-h", "--hostname", "-w", "--workdir",
    };

    private static readonly string[] Schemes = ["docker://", "oci://", "docker-daemon:"];

    /// <summary>The first word that is a reference with a registry, a tag or a digest; of a certain image where one is named.</summary>
    public static Range? Reference(string line, ImageName? of = null)
    {
        var before = "";
        foreach (var word in Words(line))
        {
            var range = word;
            foreach (var scheme in Schemes)
            {
                if (line.AsSpan()[range].StartsWith(scheme, StringComparison.Ordinal))
                {
                    range = (range.Start.Value + scheme.Length)..range.End;
                }
            }

            var text = line[range];
            if (!OtherOptions.Contains(before) && ImageReference.TryParse(text, out var reference)
                && (of is null ? IsPlain(text, reference) : reference.Name == of && (reference.Tag is not null || reference.Digest is not null)))
            {
                return range;
            }

            before = text;
        }

        return null;
    }

    /// <summary>
    /// The value of <c>KEY=value</c>, <c>key: value</c>, <c>"key": "value",</c>, <c>ENV KEY value</c>,
    /// <c>KEY ?= value</c>, <c>&lt;key>value&lt;/key></c>, without its quotes; a shell's <c>${X:-value}</c> gives the default.
    /// </summary>
    public static Range? Value(string line)
    {
        if (line.Length > LongestLine || Assignment().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var value = match.Groups["value"];
        return value.Index..(value.Index + value.Length);
    }

    /// <summary>The first word that looks like a version.</summary>
    public static Range? Version(string line)
    {
        if (line.Length > LongestLine || VersionNumber().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var value = match.Groups["value"];
        return value.Index..(value.Index + value.Length);
    }

    /// <summary>Cuts at white space, quotes, brackets and what stands between a key and its value.</summary>
    private static IEnumerable<Range> Words(string line)
    {
        var start = -1;
        for (var i = 0; i <= line.Length && i <= LongestLine; i++)
        {
            if (i < line.Length && i < LongestLine && !IsBetween(line, i))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                yield return start..i;
                start = -1;
            }
        }
    }

    private static bool IsBetween(string line, int at) =>
        char.IsWhiteSpace(line[at]) || line[at] is '"' or '\'' or '`' or '(' or ')' or '[' or ']' or '{' or '}' or '<' or '>' or ',' or ';' or '|' or '=' or '&' or '?'
        || (line[at] == ':' && (at + 1 == line.Length || line[at + 1] is '-' or '=' or '"' or '\'' || char.IsWhiteSpace(line[at + 1])))
        || (line[at] == '-' && at > 0 && line[at - 1] == ':');

    private static bool IsPlain(string text, ImageReference reference)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return reference.Name.Repository.AsSpan().ContainsAnyInRange('a', 'z')
            && (reference.Tag is not null || reference.Digest is not null || (slash > 0 && ImageName.IsRegistry(text.AsSpan(0, slash))));
    }

    [GeneratedRegex("""
        ^[^=:<>]*(?:
            <[\w.:-]+>\s*
          | [:?+!]{0,2}=>?\s*
          | :\s+
          | :["']
          | ^\s*(?:[Ee][Nn][Vv]|set)\s+\w+\s+
        )["']?(?:\$\{\w+:?[-=])?["']?(?<value>[^\s"'`,;(){}<>&|]+)
        """, RegexOptions.NonBacktracking | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"(?:^|[^\w.-])(?<value>v?[0-9]+(?:\.[0-9]+)+[\w.-]*)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex VersionNumber();
}
