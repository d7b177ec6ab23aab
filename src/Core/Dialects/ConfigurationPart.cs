using Basewatch.Core.Formats;

namespace Basewatch.Core.Dialects;

/// <summary>A place in a file, both from 1.</summary>
/// <param name="Line">The line.</param>
/// <param name="Column">The column, in characters.</param>
public readonly record struct UsePlace(int Line, int Column)
{
    /// <summary>Where a use begins.</summary>
    public static UsePlace Of(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return new(use.Line, use.Column);
    }
}

/// <summary>A part of a repository's files that a dialect reads as configuration: a whole file, one document of it, or a comment.</summary>
/// <param name="Dialect"><see cref="IDialect.Name"/>.</param>
/// <param name="Path">The file, from the root of the repository.</param>
/// <param name="Line">The line of the file that its first line is, from 1.</param>
/// <param name="Text">The text as it stands there.</param>
/// <param name="Places">The uses of the same file that it is for; null where its own words say which.</param>
public sealed record ConfigurationPart(string Dialect, string Path, int Line, string Text, IReadOnlyList<UsePlace>? Places = null)
{
    /// <summary>The longest that is read, in characters: more than anyone writes, and than Kubernetes takes as annotations.</summary>
    public const int LongestText = 256 * 1024;

    /// <summary>The text with its places in the file.</summary>
    public SourceFile ToSource() => new(Path, Text, firstLine: Line);

    /// <summary>The source of a rule that is written in a line of the file.</summary>
    public RuleSource SourceAt(int line) => new(Path, line, Dialect);
}
