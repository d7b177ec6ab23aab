using Basewatch.Core.Formats.AzureTemplates;

namespace Basewatch.Core.Formats;

/// <summary>
/// Bicep files and their parameter files: images of Container Apps, jobs, Container Instances and others, of web apps, and
/// those that modules are given.
/// </summary>
public sealed class BicepFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "bicep";

    /// <inheritdoc/>
    public string Finds => "`image` of containers, `linuxFxVersion: 'DOCKER|…'`, images that modules are given; parameters and variables are followed, into parameter files too";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{bicep,bicepparam}"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings => ParameterFiles.Names;

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("Image"u8) >= 0 || bytes.IndexOf("FxVersion"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var template = BicepReader.Read(file, isSibling: false, out var problem);
        var uses = new UseList(file, Name);
        if (file.Path.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase))
        {
            TemplateImages.AddParameters(file, template.Parameters, template, uses);
        }
        else
        {
            template.Given.AddRange(ParameterFiles.Read(file));
            TemplateImages.Add(file, template, uses);
        }

        return uses.ToReading(problem);
    }
}
