using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;

namespace Basewatch.Core.Formats;

/// <summary>Workflows of Woodpecker and Crow (<see href="https://woodpecker-ci.org/docs/usage/workflow-syntax"/>).</summary>
public sealed class WoodpeckerFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "woodpecker";

    /// <inheritdoc/>
    public string Finds => "`image` of `steps`, `services` and `clone`, with the values of `matrix`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".{woodpecker,crow}.{yml,yaml}", ".{woodpecker,crow}/**/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            if (!root.TryGet("apiVersion", out _))
            {
                StepImages.AddWithMatrix(images, root, "clone", "steps", "pipeline", "services");
            }

            return true;
        });
    }
}
