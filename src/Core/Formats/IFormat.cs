namespace Basewatch.Core.Formats;

/// <summary>
/// A kind of file that names images. A format is one file in this folder and one line in <see cref="FormatCatalog"/>.
/// It reads text and says where images are named; it never writes: edits are spans, see <see cref="ReferenceEdit"/>.
/// </summary>
public interface IFormat
{
    /// <summary>Short name in lower case: <c>dockerfile</c>, <c>compose</c>, <c>github-actions</c>.</summary>
    string Name { get; }

    /// <summary>What is found, for <c>docs/formats.md</c>: a phrase in Markdown, without a full stop.</summary>
    string Finds { get; }

    /// <summary>The files that may be of this format, as <see cref="FilePattern"/>s.</summary>
    IReadOnlyList<string> Files { get; }

    /// <summary>
    /// Names (<see cref="FilePattern"/>s without a slash) of files in the same folder that give variables their values:
    /// <c>.env</c> for Compose. They are there as <see cref="SourceFile.Siblings"/>.
    /// </summary>
    IReadOnlyList<string> Siblings => [];

    /// <summary>Whether a file of a matching path is none of this format, by its path alone.</summary>
    bool Excludes(string path) => false;

    /// <summary>
    /// Whether a file of a matching path may be of this format, by its undecoded bytes. Where most files of a name are
    /// something else, this keeps them from being decoded, and reported when they can't be.
    /// </summary>
    bool MayBe(string path, ReadOnlySpan<byte> bytes) => true;

    /// <summary>
    /// Every use in the file in the order of its text, and what could not be read. Nothing throws, whatever the text;
    /// a file that turns out to be something else gives <see cref="FormatReading.None"/>. Several formats may read one
    /// file, each its own part of it.
    /// </summary>
    FormatReading Read(SourceFile file);
}

/// <summary>What a format found in a file.</summary>
/// <param name="Uses">In the order of the text.</param>
/// <param name="Problems">What could not be read, and why.</param>
public sealed record FormatReading(IReadOnlyList<ImageUse> Uses, IReadOnlyList<FileProblem> Problems)
{
    /// <summary>What is built from which Dockerfile, by what the file says.</summary>
    public IReadOnlyList<Builds.ImageBuild> Builds { get; init; } = [];

    /// <summary>The packages that a Dockerfile pins, in the order of the text.</summary>
    public IReadOnlyList<Packages.PackageUse> Packages { get; init; } = [];

    /// <summary>The file names no image.</summary>
    public static FormatReading None { get; } = new([], []);

    /// <summary>The same, and what is to be said of a file that names images.</summary>
    internal FormatReading With(FileProblem? problem) => problem is null || Uses.Count == 0 ? this : this with { Problems = [.. Problems, problem] };
}
