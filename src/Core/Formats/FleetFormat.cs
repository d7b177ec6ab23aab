using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Rancher Fleet's bundles: charts in registries, and their values (<see href="https://fleet.rancher.io/ref-fleet-yaml"/>).</summary>
public sealed class FleetFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "fleet";

    /// <inheritdoc/>
    public string Finds => "`helm` of a bundle and of its `targetCustomizations`: charts of `oci://` addresses, images in `values`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["fleet.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("helm"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = YamlStream.Read(file);
        var uses = new UseList(file, Name);
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            var helm = root.Mapping("helm");
            Read(file, uses, helm, null);
            foreach (var target in root.Mappings("targetCustomizations"))
            {
                Read(file, uses, target.Mapping("helm"), helm);
            }
        }

        return uses.ToReading();
    }

    private static void Read(SourceFile file, UseList uses, YamlMapping? helm, YamlMapping? general)
    {
        if (helm is null)
        {
            return;
        }

        var chart = helm.Scalar("chart") ?? general?.Scalar("chart");
        var repository = helm.Scalar("repo") ?? general?.Scalar("repo");
        var version = helm.Scalar("version");
        var address = OciChart.IsAddress(chart) ? chart : OciChart.IsAddress(repository) ? repository : null;

        // A customisation that changes neither is no use of its own.
        if (address is not null && (general is null || version is not null || helm.Scalar("chart") is not null))
        {
            YamlNode place = general is null || helm.Scalar("chart") is not null || version is null ? address : version;
            OciChart.Add(file, uses, place, address, address == chart ? null : chart, version);
        }

        if (helm.TryGet("values", out var values))
        {
            new HelmValues(file, uses).Read(values);
        }
    }
}
