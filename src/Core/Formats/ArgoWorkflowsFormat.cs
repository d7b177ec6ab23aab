using Basewatch.Core.Formats.Kubernetes;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Argo Workflows and Argo Events: images of containers, scripts and sidecars, and the values of parameters that they use
/// (<see href="https://argo-workflows.readthedocs.io/en/latest/fields/"/>).
/// </summary>
public sealed class ArgoWorkflowsFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "argo-workflows";

    /// <inheritdoc/>
    public string Finds => "`image` of containers, scripts, container sets, init containers and sidecars, also by the value of a parameter";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,json}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("argoproj.io/"u8) >= 0 && bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        new ManifestWalk(file, uses, ManifestFamily.Argo).Run(YamlStream.Read(file).Documents, isManifest: false);
        return uses.ToReading();
    }
}
