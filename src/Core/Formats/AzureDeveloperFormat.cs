using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Projects of the Azure Developer CLI (<see href="https://learn.microsoft.com/azure/developer/azure-developer-cli/azd-schema"/>): services that run an image as it is.</summary>
public sealed class AzureDeveloperFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "azure-developer-cli";

    /// <inheritdoc/>
    public string Finds => "`image` of `services`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["azure.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("services"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: false, root =>
        {
            if (root.TryGet("apiVersion", out _) || root.Effective("services") is not YamlMapping services)
            {
                return false;
            }

            foreach (var service in services.Named.Select(s => s.Value).OfType<YamlMapping>())
            {
                images.Add(service.Effective("image"));
            }

            return true;
        });
    }
}
