using Basewatch.Core.Formats.Dockerfiles;

namespace Basewatch.Core.Formats;

/// <summary>
/// Dockerfiles and Containerfiles: <c>FROM</c>, <c>COPY --from</c>, <c>ADD --from</c>, <c>RUN --mount=…from=</c> and
/// <c># syntax=</c>; <c>ARG</c> defaults are followed, and edited where they are written.
/// </summary>
public sealed class DockerfileFormat : IFormat
{
    private static readonly string[] Stems = ["Dockerfile", "Containerfile"];

    /// <summary>Beside a Dockerfile, and none.</summary>
    private static readonly string[] Documents = [".dockerignore", ".containerignore", ".md", ".mdx", ".markdown", ".rst", ".adoc", ".html"];

    /// <inheritdoc/>
    public string Name => "dockerfile";

    /// <inheritdoc/>
    public bool Matches(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        foreach (var stem in Stems)
        {
            if (name.StartsWith(stem, StringComparison.OrdinalIgnoreCase)
                || (name.EndsWith(stem, StringComparison.OrdinalIgnoreCase) && name.Length > stem.Length && name[^(stem.Length + 1)] == '.'))
            {
                return !EndsWithAny(name, Documents);
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var source = DockerfileLexer.Read(WrittenText.At(file.Text, 0));

        // Dockerfile.go may be for building Go, or dockerfile.go a program: its first instruction tells.
        return DockerfileReader.BeginsLikeADockerfile(source)
            ? DockerfileReader.Read(file, Name, source)
            : FormatReading.None;
    }

    private static bool EndsWithAny(ReadOnlySpan<char> name, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
