using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>One place in one file that names an image. Either <see cref="Reference"/> or <see cref="Skip"/> is there.</summary>
public sealed record ImageUse
{
    /// <summary>Path of the file from the root of the repository, with slashes.</summary>
    public required string Path { get; init; }

    /// <summary><see cref="IFormat.Name"/> of the format that found it.</summary>
    public required string Format { get; init; }

    /// <summary>Line of the first character, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Column of the first character, from 1, in characters.</summary>
    public required int Column { get; init; }

    /// <summary>What is written there, with variables replaced where they could be.</summary>
    public required WrittenText Written { get; init; }

    /// <summary>The image; null where it can't be known.</summary>
    public ImageReference? Reference { get; init; }

    /// <summary>Why it can't be updated, in a few words for people: <c>the variable BASE has no value in this file</c>.</summary>
    public string? Skip { get; init; }

    /// <summary>What is wrong with what is written there, where it can be no image reference at all.</summary>
    public FileProblem? Problem { get; init; }

    /// <summary>The platform that the file asks for, if it does.</summary>
    public Platform? Platform { get; init; }

    /// <summary>
    /// Whether a digest may be added where none is. False where the tag is set from outside (<c>python:${VERSION}-slim</c>):
    /// a digest would silently win over the variable.
    /// </summary>
    public bool Pinnable { get; init; } = true;

    /// <summary>
    /// Makes the use for a value found in a file: parses it, or says why it is to be skipped.
    /// </summary>
    public static ImageUse Of(SourceFile file, string format, WrittenText written, int offset, Platform? platform = null, bool pinnable = true, string? skip = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(written);
        var (line, column) = file.PositionOf(offset);
        ImageReference? reference = null;
        FileProblem? problem = null;
        skip ??= written.Value.Contains("{{", StringComparison.Ordinal) ? "a template: its value is known only when it is rendered" : null;
        if (skip is null && !ImageReference.TryParse(written.Value, out reference, out var error))
        {
            skip = error;
            problem = new FileProblem(file.Path, line, $"'{Excerpt.Of(written.Value)}' is no image reference: {error}");
        }

        return new ImageUse
        {
            Path = file.Path,
            Format = format,
            Line = line,
            Column = column,
            Written = written,
            Reference = reference,
            Skip = skip,
            Problem = problem,
            Platform = platform,
            Pinnable = pinnable,
        };
    }
}
