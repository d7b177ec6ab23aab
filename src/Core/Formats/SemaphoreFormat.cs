using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Semaphore (<see href="https://docs.semaphore.io/reference/pipeline-yaml"/>).</summary>
public sealed class SemaphoreFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "semaphore";

    /// <inheritdoc/>
    public string Finds => "`image` of an agent's `containers`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".semaphore/**/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("containers"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Expression, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            foreach (var (key, mapping) in root.TryGet("apiVersion", out _) ? [] : YamlMerge.Mappings(root, static k => k is not "env_vars"))
            {
                if (key == "containers")
                {
                    images.Add(mapping.Effective("image"));
                }
            }

            return true;
        });
    }
}
