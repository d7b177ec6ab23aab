using System.Text;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Formats.Builds;

/// <summary>Commands that build images: <c>docker build -t acme/web -f web/Dockerfile .</c></summary>
internal static partial class CommandBuilds
{
    private const int MostCommands = 500;

    private const int MostWords = 200;

    private const int LongestCommand = 8192;

    /// <summary>Options whose value is a word of its own.</summary>
    private static readonly HashSet<string> WithValue = new(StringComparer.Ordinal)
    {
        "-t", "--tag", "-f", "--file", "--target", "--image", "-r", "--registry", "--build-arg", "--build-context", "--label", "--platform", "--cache-from", "--cache-to", "--secret", "--ssh",
        "--network", "--progress", "-o", "--output", "--builder", "--add-host", "--iidfile", "--metadata-file", "--attest", "--sbom", "--provenance", "--memory", "-m", "--shm-size",
        "--ulimit", "--isolation", "--format", "--authfile", "--creds", "-g", "--resource-group", "--subscription", "--agent-pool", "--arg", "--set", "--secret-build-arg", "--timeout", "-v", "--volume",
    };

    /// <summary>Whether there may be one, by undecoded bytes.</summary>
    public static bool MayBe(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("docker build"u8) >= 0 || bytes.IndexOf("docker image build"u8) >= 0 || bytes.IndexOf("podman build"u8) >= 0 || bytes.IndexOf("buildah b"u8) >= 0 || bytes.IndexOf("acr build"u8) >= 0;

    /// <summary>Every command in a text.</summary>
    /// <param name="text">A script, or a file with scripts in it.</param>
    /// <param name="folder">The folder that they run in, from the root.</param>
    /// <param name="lookup">Values of variables; null where one is not known.</param>
    public static IEnumerable<ImageBuild?> Read(string text, string folder, Func<string, string?> lookup)
    {
        foreach (var match in IsCommand().EnumerateMatches(text) is var matches ? Ranges(matches) : [])
        {
            var arguments = Command(text, match.End);
            foreach (var build in ReadArguments(arguments, folder, lookup))
            {
                yield return build;
            }
        }
    }

    /// <summary>What stands after the command.</summary>
    public static IEnumerable<ImageBuild?> ReadArguments(string arguments, string folder, Func<string, string?> lookup)
    {
        string? file = null, stage = null, context = null, registry = null;
        var images = new List<string>();
        var words = Words(Replace(arguments, lookup));
        for (var i = 0; i < words.Count; i++)
        {
            var word = words[i];
            if (!word.StartsWith('-') || word == "-")
            {
                context = word;
                continue;
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var option = equals > 0 ? word[..equals] : word;
            var value = equals > 0 ? word[(equals + 1)..] : WithValue.Contains(option) && i + 1 < words.Count ? words[++i] : null;
            switch (option)
            {
                case "-t" or "--tag" or "--image" when value is not null:
                    images.Add(value);
                    break;
                case "-f" or "--file":
                    file = value;
                    break;
                case "--target":
                    stage = value;
                    break;
                case "-r" or "--registry":
                    registry = value;
                    break;
            }
        }

        if (context == "-")
        {
            yield break;
        }

        foreach (var image in images)
        {
            yield return ImageBuild.Of(
                registry is null ? image : $"{registry}{(registry.Contains('.', StringComparison.Ordinal) ? "" : ".azurecr.io")}/{image}",
                BuildReader.PathOf(folder, context, file, isInContext: registry is not null),
                stage);
        }
    }

    private static List<Range> Ranges(Regex.ValueMatchEnumerator matches)
    {
        var ranges = new List<Range>();
        foreach (var match in matches)
        {
            ranges.Add(match.Index..(match.Index + match.Length));
            if (ranges.Count == MostCommands)
            {
                break;
            }
        }

        return ranges;
    }

    /// <summary>A command to its end, its lines joined.</summary>
    private static string Command(string text, Index from)
    {
        var command = new StringBuilder();
        for (var i = from.Value; i < text.Length && command.Length < LongestCommand; i++)
        {
            var c = text[i];
            if (c is '\\' or '`' or '^' && i + 1 < text.Length && text.AsSpan(i + 1).TrimStart('\r') is ['\n', ..])
            {
                i = text.IndexOf('\n', i);
                command.Append(' ');
            }
            else if (c is '\n' or ';' or '|' or '#' && (c != '#' || command is not [.., not ' ']))
            {
                break;
            }
            else if (c == '&' && i + 1 < text.Length && text[i + 1] == '&')
            {
                break;
            }
            else
            {
                command.Append(c);
            }
        }

        return command.ToString();
    }

    private static List<string> Words(string command)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, isOpen) = ('\0', false);
        foreach (var c in command)
        {
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isOpen && words.Count < MostWords)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                isOpen = false;
            }
            else if (c == quote)
            {
                quote = '\0';
            }
            else if (quote == '\0' && c is '"' or '\'')
            {
                (quote, isOpen) = (c, true);
            }
            else
            {
                word.Append(c);
                isOpen = true;
            }
        }

        if (isOpen && words.Count < MostWords)
        {
            words.Add(word.ToString());
        }

        return words;
    }

    /// <summary>A text with the variables that are known.</summary>
    public static string Replace(string text, Func<string, string?> lookup) =>
        text.Contains('$', StringComparison.Ordinal)
            ? IsVariable().Replace(text, m => lookup(m.Groups["name"].Value) is { } value ? value : m.Value.Replace(' ', '_'))
            : text;

    [GeneratedRegex(@"(?:(?:docker|podman|nerdctl)[ \t]+(?:(?:buildx|image|builder)[ \t]+)?build|buildah[ \t]+(?:bud|build)|az[ \t]+acr[ \t]+build)[ \t]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsCommand();

    [GeneratedRegex(@"\$\{\{ *(?<name>[A-Za-z_][A-Za-z0-9_.-]{0,100}) *\}\}|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]{0,100})\}|\$(?<name>[A-Za-z_][A-Za-z0-9_]{0,100})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IsVariable();
}
