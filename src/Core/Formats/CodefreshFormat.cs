using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Codefresh (<see href="https://codefresh.io/docs/docs/pipelines/what-is-the-codefresh-yaml/"/>).</summary>
public sealed class CodefreshFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "codefresh";

    /// <inheritdoc/>
    public string Finds => "`image` of steps, and of the services that stand beside a step";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["codefresh*.{yml,yaml}", ".codefresh/**/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("steps"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Expression, PlaceholderSyntax.DoubleBraces);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            // A pipeline that is kept as a resource has its steps in spec.
            var pipeline = root.Mapping("spec") ?? root;
            if (pipeline.Effective("steps") is not YamlMapping steps)
            {
                return false;
            }

            foreach (var (_, step) in YamlMerge.Mappings(steps, static k => k is not ("environment" or "build_arguments" or "arguments" or "metadata" or "candidate")))
            {
                images.Add(step.Effective("image"), static name => new Binding(null, $"{Excerpt.Of(name)} is known only when the pipeline runs"));
            }

            return true;
        });
    }
}
