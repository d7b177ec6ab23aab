using Basewatch.Core.Formats.Dockerfiles;

namespace Basewatch.Core.Formats;

/// <summary>
/// Dockerfiles and Containerfiles: <c>FROM</c>, <c>COPY --from</c>, <c>ADD --from</c>, <c>RUN --mount=…from=</c> and
/// <c># syntax=</c>; <c>ARG</c> defaults are followed, and edited where they are written.
/// </summary>
public sealed class DockerfileFormat : IFormat
{
    /// <summary>Beside a Dockerfile, and none.</summary>
    private static readonly string[] Documents = [".dockerignore", ".containerignore", ".md", ".mdx", ".markdown", ".rst", ".adoc", ".html"];

    /// <inheritdoc/>
    public string Name => "dockerfile";

    /// <inheritdoc/>
    public string Finds => "`FROM`, `COPY --from`, `ADD --from`, `RUN --mount=…from=`, the same under `ONBUILD`, `# syntax=`; defaults of `ARG` are followed. The first instruction is `ARG` or `FROM`, or the file is a template";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["{Dockerfile,Containerfile}*", "*{.,-,_}{Dockerfile,Containerfile}", "*.{Dockerfile,Containerfile}.*"];

    /// <inheritdoc/>
    public bool Excludes(string path) => Documents.Any(d => path.EndsWith(d, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var source = DockerfileLexer.Read(WrittenText.At(file.Text, 0));

        // Dockerfile.go may be for building Go, or dockerfile.go a program: its instructions tell.
        return DockerfileReader.IsDockerfile(source)
            ? DockerfileReader.Read(file, Name, source)
            : FormatReading.None;
    }
}
