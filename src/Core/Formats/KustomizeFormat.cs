using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Kustomizations and components: <c>images</c>, and charts in registries with their values.</summary>
public sealed class KustomizeFormat : IFormat
{
    private const string Group = "kustomize.config.k8s.io";

    /// <inheritdoc/>
    public string Name => "kustomize";

    /// <inheritdoc/>
    public string Finds => "`images` with `newName`, `newTag`, `digest`; `ImageTagTransformer`; `helmCharts` with an `oci://` repository, and their `valuesInline`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["kustomization", "*.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("helmCharts"u8) >= 0) && (IsNamedSo(path) || bytes.IndexOf("kustomize.config.k8s.io"u8) >= 0 || bytes.IndexOf("ImageTagTransformer"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isNamedSo = IsNamedSo(file.Path);
        var yaml = YamlStream.Read(file);
        var uses = new UseList(file, Name);
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            if (root.Scalar("kind")?.Value == "ImageTagTransformer" && root.Mapping("imageTag") is { } image)
            {
                KustomizeImages.Read(file, uses, image, hasDigests: false);
            }
            else if (IsKustomization(root, isNamedSo))
            {
                KustomizeImages.Read(file, uses, Value(root, "images"));
                KustomizeImages.Read(file, uses, Value(root, "imageTags"));
                ReadCharts(file, uses, root);
            }
        }

        return uses.ToReading(isNamedSo ? yaml.Problem : null);
    }

    /// <summary>Whether a file has the name that Kustomize looks for.</summary>
    internal static bool IsNamedSo(string path) => path.AsSpan(path.LastIndexOf('/') + 1) is var name
        && (name.Equals("kustomization", StringComparison.OrdinalIgnoreCase) || name.Equals("kustomization.yaml", StringComparison.OrdinalIgnoreCase) || name.Equals("kustomization.yml", StringComparison.OrdinalIgnoreCase));

    private static bool IsKustomization(YamlMapping root, bool isNamedSo) =>
        root.Scalar("kind") is { } kind && kind.Value is not ("Kustomization" or "Component") ? false
        : root.Scalar("apiVersion") is { } version ? version.Value.StartsWith(Group, StringComparison.Ordinal)
        : isNamedSo;

    private static YamlNode? Value(YamlMapping root, string key) => root.TryGet(key, out var value) ? value : null;

    private static void ReadCharts(SourceFile file, UseList uses, YamlMapping root)
    {
        var values = new HelmValues(file, uses);
        foreach (var chart in root.Mappings("helmCharts"))
        {
            if (chart.Scalar("repo") is { } repo && OciChart.IsAddress(repo) && chart.Scalar("name") is { } name)
            {
                OciChart.Add(file, uses, repo, repo, name, chart.Scalar("version"));
            }

            values.Read(Value(chart, "valuesInline"));
        }
    }
}
