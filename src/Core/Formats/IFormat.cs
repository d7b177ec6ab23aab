namespace Basewatch.Core.Formats;

/// <summary>
/// A kind of file that names images. A format is one file in this folder and one line in <see cref="FormatCatalog"/>.
/// It reads text and says where images are named; it never writes: edits are spans, see <see cref="ReferenceEdit"/>.
/// </summary>
public interface IFormat
{
    /// <summary>Short name in lower case: <c>dockerfile</c>, <c>compose</c>, <c>kubernetes</c>.</summary>
    string Name { get; }

    /// <summary>Whether a file may be of this format, by its path alone. Cheap: asked for every file of a repository.</summary>
    bool Matches(string path);

    /// <summary>
    /// Whether a file of a matching path may be of this format, by its undecoded bytes. Where most files of a name are
    /// something else, this keeps them from being decoded, and reported when they can't be.
    /// </summary>
    bool MayBe(string path, ReadOnlySpan<byte> bytes) => true;

    /// <summary>
    /// Every use in the file in the order of its text, and what could not be read. Nothing throws, whatever the text;
    /// a file that turns out to be something else gives <see cref="FormatReading.None"/>.
    /// </summary>
    FormatReading Read(SourceFile file);
}

/// <summary>What a format found in a file.</summary>
/// <param name="Uses">In the order of the text.</param>
/// <param name="Problems">What could not be read, and why.</param>
public sealed record FormatReading(IReadOnlyList<ImageUse> Uses, IReadOnlyList<FileProblem> Problems)
{
    /// <summary>The file names no image.</summary>
    public static FormatReading None { get; } = new([], []);
}
