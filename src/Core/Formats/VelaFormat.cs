using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Vela (<see href="https://go-vela.github.io/docs/reference/yaml/"/>).</summary>
public sealed class VelaFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "vela";

    /// <inheritdoc/>
    public string Finds => "`image` of steps, stages, services and the origins of secrets";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".vela.{yml,yaml}", ".vela/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var seen = new HashSet<YamlNode>();
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            StepImages.Add(images, root, null, "steps", "services");
            foreach (var stage in PipelineFile.Items(root.Effective("stages"), seen))
            {
                StepImages.Add(images, stage, null, "steps");
            }

            foreach (var secret in PipelineFile.Items(root.Effective("secrets"), seen))
            {
                images.Add(secret.Mapping("origin")?.Effective("image"));
            }

            return true;
        });
    }
}
