using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Google Cloud Build (<see href="https://cloud.google.com/build/docs/build-config-file-schema"/>): the image of each step is its <c>name</c>.</summary>
public sealed class CloudBuildFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "cloudbuild";

    /// <inheritdoc/>
    public string Finds => "`name` of each of the `steps`, with the defaults of `substitutions`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*cloudbuild*.{yml,yaml,json}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("steps"u8) >= 0 && bytes.IndexOf("name"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var isPlain = file.Name.StartsWith("cloudbuild", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            // Tekton, Azure Pipelines and others have steps too.
            if (root.Effective("steps") is not YamlSequence steps || root.TryGet("apiVersion", out _) || root.TryGet("runs", out _))
            {
                return false;
            }

            var substitutions = root.Effective("substitutions") as YamlMapping;
            foreach (var step in steps.Mappings)
            {
                images.Add(step.Effective("name"), name => Binding.Of(substitutions?.Effective(name)) is { Value: not null } value
                    ? value
                    : new Binding(null, $"the substitution {Excerpt.Of(name)} has no value in this file"));
            }

            return true;
        });
    }
}
