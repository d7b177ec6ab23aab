using Basewatch.Core.Formats.Pipelines;

namespace Basewatch.Core.Formats;

/// <summary>Workspaces of Gitpod (<see href="https://www.gitpod.io/docs/classic/user/references/gitpod-yml"/>).</summary>
public sealed class GitpodFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "gitpod";

    /// <inheritdoc/>
    public string Finds => "`image`, where it is not built";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".gitpod.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            images.Add(root.Scalar("image"));
            return true;
        });
    }
}
