using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>A place for a digest in a key of its own.</summary>
/// <param name="Span">What is replaced; empty to insert.</param>
/// <param name="Before">Written before the digest: <c>\n    digest: </c>.</param>
/// <param name="After">Written after it.</param>
/// <param name="IsHex">Whether only its hexadecimal digits are written there, without <c>sha256:</c>.</param>
public sealed record DigestPlace(TextSpan Span, string Before = "", string After = "", bool IsHex = false);

/// <summary>One place in one file that names an image. <see cref="Reference"/> or <see cref="Skip"/> is there, or both.</summary>
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

    /// <summary>
    /// Why it can't be updated, in a few words for people: <c>the variable BASE has no value in this file</c>. With a
    /// <see cref="Reference"/> where the image is known and can't be changed here.
    /// </summary>
    public string? Skip { get; init; }

    /// <summary>Whether its registry has something to say of it: not where it is built on the spot or a comment excludes it.</summary>
    public bool IsLookedUp => Reference is not null && !Reasons.ForgoesRegistry(Skip);

    /// <summary>What is wrong with what is written there, where it can be no image reference at all.</summary>
    public FileProblem? Problem { get; init; }

    /// <summary>
    /// What of a Dockerfile names the image: <c>FROM</c>, <c>COPY</c>, <c>ADD</c>, <c>RUN</c>, <c>syntax</c>, or <c>ARG</c> for a
    /// <c>FROM</c> that takes variables; null elsewhere. Some tools read no more than <c>FROM</c>.
    /// </summary>
    public string? Keyword { get; init; }

    /// <summary>The stages of a Dockerfile that are built on it, by their names in lower case, the last stage as an empty name; null where it is no base of any.</summary>
    public IReadOnlyList<string>? Stages { get; init; }

    /// <summary>The platform that the file asks for, if it does.</summary>
    public Platform? Platform { get; init; }

    /// <summary>
    /// Whether a digest may be added where none is. False where the tag is set from outside (<c>python:${VERSION}-slim</c>):
    /// a digest would silently win over the variable. With a <see cref="Skip"/>, what is pulled may be another tag.
    /// </summary>
    public bool Pinnable { get; init; } = true;

    /// <summary>Where a digest goes that is not there yet, if not after the tag: a <c>digest:</c> beside a <c>newTag:</c>.</summary>
    public DigestPlace? DigestPlace { get; init; }

    /// <summary>
    /// Makes the use for a value found in a file: parses it, or says why it is to be skipped.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="format">The format that found it.</param>
    /// <param name="written">The value.</param>
    /// <param name="offset">Where the use is in the file.</param>
    /// <param name="platform">The platform that is asked for.</param>
    /// <param name="pinnable">Whether a digest may be added.</param>
    /// <param name="skip">Why the image can't be known.</param>
    /// <param name="locked">Why the image, though known, can't be changed here.</param>
    public static ImageUse Of(
        SourceFile file, string format, WrittenText written, int offset, Platform? platform = null, bool pinnable = true, string? skip = null, string? locked = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(written);
        var (line, column) = file.PositionOf(offset);
        ImageReference? reference = null;
        FileProblem? problem = null;
        skip ??= written.Value.Contains("{{", StringComparison.Ordinal) ? Reasons.Template : null;
        if (skip is null && !ImageReference.TryParse(written.Value, out reference, out var error))
        {
            // Someone is to fill it in: no mistake in the file.
            var isPlaceholder = PlainReference.IsPlaceholder(written.Value);
            skip = isPlaceholder ? $"it looks like a placeholder: {error}" : error;
            problem = isPlaceholder ? null : new FileProblem(file.Path, line, $"'{Excerpt.Of(written.Value)}' is no image reference: {error}");
        }

        return new ImageUse
        {
            Path = file.Path,
            Format = format,
            Line = line,
            Column = column,
            Written = written,
            Reference = reference,
            Skip = skip ?? locked ?? BuiltHere(reference),
            Problem = problem,
            Platform = platform,
            Pinnable = pinnable,
        };
    }

    /// <summary>Why an image whose name says that it was never pushed can't be updated.</summary>
    private static string? BuiltHere(ImageReference? reference) =>
        reference is { Name.Registry: "localhost" } ? Reasons.LocalName
        : reference is { Tag: "local", Digest: null } ? Reasons.LocalTag
        : null;
}
