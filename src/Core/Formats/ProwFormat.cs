using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Jobs of Prow (<see href="https://docs.prow.k8s.io/docs/jobs/"/>): pods, without the kind of a Kubernetes object.</summary>
public sealed class ProwFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "prow";

    /// <inheritdoc/>
    public string Finds => "`image` of containers in `presubmits`, `postsubmits`, `periodics` and their presets";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOf("submits:"u8) >= 0 || bytes.IndexOf("periodics:"u8) >= 0) && bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: false, root =>
        {
            if (root.TryGet("apiVersion", out _) || !(root.TryGet("presubmits", out _) || root.TryGet("postsubmits", out _) || root.TryGet("periodics", out _)))
            {
                return false;
            }

            foreach (var (key, mapping) in YamlMerge.Mappings(root, static k => k is not ("env" or "annotations" or "labels")))
            {
                if (key is "containers" or "initContainers")
                {
                    images.Add(mapping.Effective("image"));
                }
            }

            return true;
        });
    }
}
