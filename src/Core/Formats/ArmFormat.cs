using Basewatch.Core.Formats.AzureTemplates;
using Basewatch.Core.Formats.Json;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Templates of Azure Resource Manager in JSON and their parameter files: what <see cref="BicepFormat"/> finds, here too.</summary>
public sealed class ArmFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "arm";

    /// <inheritdoc/>
    public string Finds => "`image` of containers, `linuxFxVersion` with `DOCKER|…`, in files with the schema of a template; parameters and variables are followed, into parameter files too";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.json"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings => ParameterFiles.Names;

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOf("eploymentTemplate.json"u8) >= 0 || bytes.IndexOf("eploymentParameters.json"u8) >= 0)
        && (bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("Image"u8) >= 0 || bytes.IndexOf("FxVersion"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var json = JsonTree.Read(file);
        var uses = new UseList(file, Name);
        if (json.Root is not YamlMapping root)
        {
            return FormatReading.None;
        }

        if (JsonTemplateReader.HasSchema(root, "deploymentParameters"))
        {
            TemplateImages.AddParameters(file, new JsonTemplateReader().ReadParameters(root).Select(p => KeyValuePair.Create(p.Key, (Expression?)p.Value)), new Template(StringComparer.Ordinal), uses);
        }
        else if (JsonTemplateReader.HasSchema(root, "deploymentTemplate"))
        {
            var template = new JsonTemplateReader().Read(root);
            template.Given.AddRange(ParameterFiles.Read(file));
            TemplateImages.Add(file, template, uses);
        }
        else
        {
            return FormatReading.None;
        }

        return uses.ToReading(json.Problem);
    }
}
