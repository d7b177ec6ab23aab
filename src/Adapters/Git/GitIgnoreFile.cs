namespace Basewatch.Adapters.Git;

/// <summary>The patterns of a <c>.gitignore</c> file.</summary>
internal sealed class GitIgnoreFile
{
    /// <summary>Name of these files.</summary>
    public const string Name = ".gitignore";

    /// <summary>A larger file, in bytes, nobody wrote: it is as if it were not there.</summary>
    public const int LargestFile = 1024 * 1024;

    // The last that matches decides, so the last comes first.
    private readonly List<GitIgnorePattern> _patterns = [];

    /// <summary>Reads a file; nothing throws, whatever the bytes.</summary>
    public static GitIgnoreFile Parse(ReadOnlySpan<byte> bytes)
    {
        var file = new GitIgnoreFile();
        var text = bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (GitIgnorePattern.Parse(line.EndsWith("\r"u8) ? line[..^1] : line) is { } pattern)
            {
                file._patterns.Add(pattern);
            }
        }

        file._patterns.Reverse();
        return file;
    }

    /// <summary>Reads a file from the disk; null where it has no pattern, can't be read or is a link: Git goes on without it too.</summary>
    public static GitIgnoreFile? TryRead(string path)
    {
        try
        {
            return RegularFile.Find(path) is { Length: <= LargestFile } found && Parse(RegularFile.Read(found, LargestFile)) is { _patterns.Count: > 0 } file ? file : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether a file or folder is ignored; null where this file says nothing of it.</summary>
    /// <param name="path">From the folder of this file, with slashes, in UTF-8.</param>
    /// <param name="name">The last part of it.</param>
    /// <param name="isFolder">Is it a folder?</param>
    public bool? Ignores(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, bool isFolder)
    {
        foreach (var pattern in _patterns)
        {
            if ((isFolder || !pattern.IsFolder) && pattern.Matches(path, name))
            {
                return !pattern.IsNegative;
            }
        }

        return null;
    }
}
