using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>Documents for the updater that can't be read: what they may be for stays as it is.</summary>
internal sealed class BrokenPart
{
    private const int MostFolders = 100;
    private const string Key = "path:";

    private readonly ConfigurationPart _part;
    private readonly List<SourcePath> _folders = [];

    /// <summary>Takes from the text what it can.</summary>
    /// <param name="part">The text.</param>
    /// <param name="line">Where the mistake is.</param>
    public BrokenPart(ConfigurationPart part, int? line)
    {
        _part = part;
        Rule = PolicyRule.SwitchOff("its configuration is wrong: the Application can't be read", part.SourceAt(line ?? part.Line));

        // Behind the first document, the text begins with the rest of one that could be read.
        var isRead = part.Line > 1;
        foreach (var written in part.Text.AsSpan().EnumerateLines())
        {
            isRead &= !written.StartsWith("---");
            var text = written.TrimStart(" \t-");
            if (isRead || !text.StartsWith(Key) || _folders.Count == MostFolders)
            {
                continue;
            }

            // What begins with a slash is a path of some address.
            var path = text[Key.Length..].Trim().Trim("\"'");
            if (!path.IsEmpty && path[0] != '/' && SourcePath.Folder(path.ToString(), []) is { } folder)
            {
                _folders.Add(folder);
            }
        }
    }

    /// <summary>The rule for it.</summary>
    public PolicyRule Rule { get; }

    /// <summary>What it takes to ask it.</summary>
    public int Cost => 1 + _folders.Count;

    /// <summary>Whether a use is in the same file, or in a folder that the text names.</summary>
    public bool MayHold(ImageUse use) => use.Path == _part.Path || _folders.Exists(f => f.Holds(use.Path));
}
