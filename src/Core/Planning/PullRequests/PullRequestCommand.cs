namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What a person may ask of Basewatch in a comment.</summary>
public enum PullRequestCommand
{
    /// <summary>Something that it does not understand.</summary>
    Unknown,

    /// <summary>Tell what may be asked.</summary>
    Help,

    /// <summary>Put the branch on top of its base.</summary>
    Rebase,

    /// <summary>Write the branch anew, whatever was pushed to it.</summary>
    Recreate,

    /// <summary>Never propose this version again.</summary>
    IgnoreVersion,

    /// <summary>Nor any of its minor version.</summary>
    IgnoreMinor,

    /// <summary>Nor any of its major version.</summary>
    IgnoreMajor,

    /// <summary>Nor anything of the image.</summary>
    IgnoreImage,

    /// <summary>Take that back, and propose it again.</summary>
    Reopen,

    /// <summary>Merge it when its checks have passed.</summary>
    Merge,

    /// <summary>Take that back.</summary>
    CancelMerge,
}

/// <summary>Reads commands in comments: a line that begins with <c>@basewatch</c>.</summary>
public static class PullRequestCommands
{
    /// <summary>What it listens to.</summary>
    public const string Name = "@basewatch";

    /// <summary>What is said to who wrote something else.</summary>
    public const string Help = """
        I know these, each on a line of its own:

        | comment | does |
        |---|---|
        | `@basewatch rebase` | puts the branch on top of its base |
        | `@basewatch recreate` | writes the branch anew, whatever was pushed to it |
        | `@basewatch ignore this version` | closes this, and never proposes the version again; also `minor`, `major`, `image` |
        | `@basewatch reopen`, `unignore` | takes that back |
        | `@basewatch merge when green` | merges this once its checks have passed; `cancel merge` takes that back |
        """;

    /// <summary>More than anyone has to say at once.</summary>
    private const int MostCommands = 10;

    private static readonly Dictionary<string, PullRequestCommand> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["help"] = PullRequestCommand.Help,
        ["rebase"] = PullRequestCommand.Rebase,
        ["recreate"] = PullRequestCommand.Recreate,
        ["ignore"] = PullRequestCommand.IgnoreVersion,
        ["ignore this version"] = PullRequestCommand.IgnoreVersion,
        ["ignore this minor"] = PullRequestCommand.IgnoreMinor,
        ["ignore this minor version"] = PullRequestCommand.IgnoreMinor,
        ["ignore this major"] = PullRequestCommand.IgnoreMajor,
        ["ignore this major version"] = PullRequestCommand.IgnoreMajor,
        ["ignore this image"] = PullRequestCommand.IgnoreImage,
        ["unignore"] = PullRequestCommand.Reopen,
        ["reopen"] = PullRequestCommand.Reopen,
        ["merge"] = PullRequestCommand.Merge,
        ["merge when green"] = PullRequestCommand.Merge,
        ["cancel merge"] = PullRequestCommand.CancelMerge,
    };

    /// <summary>The commands of a comment, in order. What stands in code or in a quote is none.</summary>
    public static IReadOnlyList<PullRequestCommand> Read(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var commands = new List<PullRequestCommand>();
        string? fence = null;
        var isHidden = false;
        foreach (var line in body.ReplaceLineEndings("\n").Split('\n'))
        {
            var text = line.Trim();
            if (fence is not null)
            {
                fence = text.StartsWith(fence, StringComparison.Ordinal) && text.Trim(fence[0]).Length == 0 ? null : fence;
                continue;
            }

            if (isHidden || text.StartsWith("<!--", StringComparison.Ordinal))
            {
                isHidden = !text.Contains("-->", StringComparison.Ordinal);
                continue;
            }

            if (text.StartsWith("```", StringComparison.Ordinal) || text.StartsWith("~~~", StringComparison.Ordinal))
            {
                fence = text[..text.TakeWhile(c => c == text[0]).Count()];
                continue;
            }

            // Four spaces or a tab make code of it.
            if (line.StartsWith("    ", StringComparison.Ordinal) || line.StartsWith('\t') || !IsCalled(text, out var words) || commands.Count >= MostCommands)
            {
                continue;
            }

            commands.Add(Words.GetValueOrDefault(words));
        }

        return commands;
    }

    private static bool IsCalled(string text, out string words)
    {
        words = "";
        if (!text.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text[Name.Length..];
        rest = rest.StartsWith("[bot]", StringComparison.OrdinalIgnoreCase) ? rest["[bot]".Length..] : rest;

        // @basewatch-team is somebody else.
        if (rest.Length > 0 && (char.IsLetterOrDigit(rest[0]) || rest[0] is '-' or '_' or '/' or '['))
        {
            return false;
        }

        words = string.Join(' ', rest.Trim(' ', '\t', ':', ',', '.', '!', '?').Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return true;
    }
}
