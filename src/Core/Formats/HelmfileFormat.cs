using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Helmfile's releases: charts in registries, values, and what is set (<see href="https://helmfile.readthedocs.io/en/latest/#configuration"/>).</summary>
public sealed class HelmfileFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "helmfile";

    /// <inheritdoc/>
    public string Finds => "`releases` and `templates`: charts of `oci://` addresses and of repositories with `oci: true`, images in `values` and `set`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,yaml.gotmpl,yml.gotmpl}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("chart:"u8) >= 0 && (bytes.IndexOf("releases:"u8) >= 0 || bytes.IndexOf("templates:"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = TemplateMask.Read(file);
        var uses = new UseList(file, Name);
        var repositories = new Dictionary<string, YamlScalar>(StringComparer.Ordinal);
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            // Argo CD's and Flux's resources have templates and releases too.
            if (root.Scalar("apiVersion") is not null && root.Scalar("kind") is not null)
            {
                continue;
            }

            foreach (var repository in root.Mappings("repositories"))
            {
                if (repository.Scalar("name") is { } name && repository.Scalar("url") is { } url && (repository.Scalar("oci")?.Value == "true" || OciChart.IsAddress(url)))
                {
                    repositories[name.Value] = url;
                }
            }

            foreach (var release in root.Mappings("releases").Concat(root.Mapping("templates")?.Named.Select(t => t.Value).OfType<YamlMapping>() ?? []))
            {
                ReadChart(file, uses, release, repositories);
                ReadValues(file, uses, release);
            }
        }

        return uses.ToReading();
    }

    private static void ReadChart(SourceFile file, UseList uses, YamlMapping release, Dictionary<string, YamlScalar> repositories)
    {
        if (YamlEntry.Find(release, "chart")?.Value is not YamlScalar chart)
        {
            return;
        }

        var version = YamlEntry.Find(release, "version")?.Value as YamlScalar;
        if (OciChart.IsAddress(chart))
        {
            OciChart.Add(file, uses, chart, chart, null, version);
        }
        else if (chart.Value.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && repositories.TryGetValue(chart.Value[..slash], out var url))
        {
            OciChart.Add(file, uses, chart, url, chart, version, nameStart: slash + 1);
        }
    }

    private static void ReadValues(SourceFile file, UseList uses, YamlMapping release)
    {
        var values = new HelmValues(file, uses);
        foreach (var given in release.Mappings("values").Concat(release.Mappings("valuesTemplate")))
        {
            values.Read(given);
        }

        HelmValues.ReadPairs(file, uses, release.Mappings("set").Concat(release.Mappings("setString")));
    }
}
