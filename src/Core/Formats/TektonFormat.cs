using Basewatch.Core.Formats.Kubernetes;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Tekton: images of steps, step templates and sidecars, the defaults of parameters that they use, and bundles
/// (<see href="https://tekton.dev/docs/pipelines/"/>).
/// </summary>
public sealed class TektonFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "tekton";

    /// <inheritdoc/>
    public string Finds => "`image` of steps, step templates and sidecars, also by the default of a parameter; `bundle` of references and of the bundles resolver";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,json}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("tekton.dev/"u8) >= 0 && (bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("bundle"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        new ManifestWalk(file, uses, ManifestFamily.Tekton).Run(YamlStream.Read(file).Documents, isManifest: false);
        return uses.ToReading();
    }
}
