using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Charts: dependencies in registries (<see href="https://helm.sh/docs/topics/charts/#chart-dependencies"/>), and the images
/// that a chart says it has (<see href="https://artifacthub.io/docs/topics/annotations/helm/"/>).
/// </summary>
public sealed class HelmChartFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "helm-chart";

    /// <inheritdoc/>
    public string Finds => "`dependencies` with an `oci://` repository; the images of the annotations `artifacthub.io/images` and `images`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["{Chart,requirements}.{yaml,yml}"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings { get; } = ["Chart.lock", "requirements.lock"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("oci://"u8) >= 0 || bytes.IndexOf("images"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = YamlStream.Read(file);
        if (yaml.Documents is not [YamlMapping root, ..])
        {
            return FormatReading.None;
        }

        var uses = new UseList(file, Name);
        var isLocked = file.Siblings.Any(s => s.Name.EndsWith(".lock", StringComparison.OrdinalIgnoreCase));
        foreach (var dependency in root.Mappings("dependencies"))
        {
            if (dependency.Scalar("repository") is { } repository && OciChart.IsAddress(repository) && dependency.Scalar("name") is { } name)
            {
                OciChart.Add(file, uses, repository, repository, name, dependency.Scalar("version"), isLocked ? "the lock file beside it has to change with it: run helm dependency update" : null);
            }
        }

        foreach (var key in (ReadOnlySpan<string>)["artifacthub.io/images", "images"])
        {
            if (root.Mapping("annotations")?.Scalar(key)?.Written is { } written)
            {
                ReadImages(file, uses, written);
            }
        }

        return uses.ToReading(yaml.Problem is { } problem && root.Scalar("apiVersion") is not null ? problem : null);
    }

    private static void ReadImages(SourceFile file, UseList uses, WrittenText written)
    {
        foreach (var image in YamlStream.Read(file, written).Documents.OfType<YamlSequence>().SelectMany(l => l.Mappings))
        {
            uses.Add(image.Scalar("image"));
        }
    }
}
