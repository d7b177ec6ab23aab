using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Resources that install charts: Sveltos' profiles (<see href="https://projectsveltos.github.io/sveltos/main/addons/helm_charts/"/>),
/// K3s' and RKE2's HelmChart (<see href="https://docs.k3s.io/add-ons/helm"/>), Crossplane's Release, and kluctl's <c>helm-chart.yaml</c>.
/// </summary>
public sealed class HelmResourceFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "helm-resource";

    /// <inheritdoc/>
    public string Finds => "Sveltos profiles, K3s `HelmChart` and `HelmChartConfig`, Crossplane `Release`, kluctl's `helmChart`: charts of `oci://` addresses, images in values";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("projectsveltos.io/"u8) >= 0 || bytes.IndexOf("helm.cattle.io/"u8) >= 0 || bytes.IndexOf("helm.crossplane.io/"u8) >= 0 || bytes.IndexOf("helmChart:"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        foreach (var root in YamlStream.Read(file).Documents.OfType<YamlMapping>())
        {
            var version = root.Scalar("apiVersion")?.Value ?? "";
            var spec = root.Mapping("spec");
            if (version.Contains("projectsveltos.io/", StringComparison.Ordinal))
            {
                foreach (var chart in (spec?.Mapping("profileSpec") ?? spec?.Mapping("template")?.Mapping("spec") ?? spec)?.Mappings("helmCharts") ?? [])
                {
                    ReadSveltos(file, uses, chart);
                }
            }
            else if (version.StartsWith("helm.cattle.io/", StringComparison.Ordinal) && spec is not null)
            {
                AddChart(file, uses, spec.Scalar("chart"), spec.Scalar("repo"), spec.Scalar("version"));
                ReadText(file, uses, spec.Scalar("valuesContent"));
                HelmValues.ReadPairs(file, uses, spec.Mapping("set")?.Named.Where(p => p.Value is YamlScalar) ?? []);
            }
            else if (version.StartsWith("helm.crossplane.io/", StringComparison.Ordinal) && spec?.Mapping("forProvider") is { } release)
            {
                var chart = release.Mapping("chart");
                AddChart(file, uses, chart?.Scalar("name") ?? chart?.Scalar("url"), chart?.Scalar("repository"), chart?.Scalar("version"));
                new HelmValues(file, uses).Read(release.Mapping("values"));
                HelmValues.ReadPairs(file, uses, release.Mappings("set"));
            }
            else if (version.Length == 0 && root.Mapping("helmChart") is { } plain)
            {
                AddChart(file, uses, plain.Scalar("chartName"), plain.Scalar("repo"), plain.Scalar("chartVersion"));
            }
        }

        return uses.ToReading();
    }

    private static void AddChart(SourceFile file, UseList uses, YamlScalar? chart, YamlScalar? repository, YamlScalar? version)
    {
        if (OciChart.IsAddress(chart))
        {
            OciChart.Add(file, uses, chart!, chart!, null, version);
        }
        else if (OciChart.IsAddress(repository))
        {
            OciChart.Add(file, uses, repository!, repository!, chart is { IsEmpty: false } ? chart : null, version);
        }
    }

    private static void ReadSveltos(SourceFile file, UseList uses, YamlMapping chart)
    {
        if (chart.Scalar("repositoryURL") is { } url && OciChart.IsAddress(url) && chart.Scalar("chartName") is { } name)
        {
            // The name may have the repository's before it.
            var prefix = chart.Scalar("repositoryName")?.Value + "/";
            OciChart.Add(file, uses, url, url, name, chart.Scalar("chartVersion"), nameStart: name.Value.StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0);
        }

        ReadText(file, uses, chart.Scalar("values"));
    }

    private static void ReadText(SourceFile file, UseList uses, YamlScalar? text)
    {
        if (text?.Written is { } written)
        {
            var values = new HelmValues(file, uses);
            foreach (var document in YamlStream.Read(file, written).Documents)
            {
                values.Read(document);
            }
        }
    }
}
