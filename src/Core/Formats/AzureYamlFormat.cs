using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Azure resources in YAML: Container Apps, Container Instances, environments and jobs of Azure Machine Learning.</summary>
public sealed class AzureYamlFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "azure-yaml";

    /// <inheritdoc/>
    public string Finds => "`image` of containers of Container Apps and Container Instances, of environments of Azure Machine Learning";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("image"u8) >= 0
        && (bytes.IndexOf("azuremlschemas"u8) >= 0 || bytes.IndexOf("Microsoft."u8) >= 0
            || (bytes.IndexOf("properties:"u8) >= 0 && bytes.IndexOf("template:"u8) >= 0 && bytes.IndexOf("ontainers:"u8) >= 0));

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        foreach (var root in YamlStream.Read(file).Documents.OfType<YamlMapping>())
        {
            if (root.TryGet("kind", out _))
            {
                continue;
            }

            if (root.Scalar("$schema")?.Value.Contains("azuremlschemas", StringComparison.Ordinal) == true)
            {
                ReadMachineLearning(uses, root);
            }
            else if (root.Mapping("properties") is { } properties)
            {
                ReadContainers(uses, properties.Mapping("template") ?? properties);
            }
        }

        return uses.ToReading();
    }

    private static void ReadContainers(UseList uses, YamlMapping template)
    {
        foreach (var key in (ReadOnlySpan<string>)["containers", "initContainers"])
        {
            foreach (var container in template.Mappings(key))
            {
                Add(uses, container.Scalar("image") ?? container.Mapping("properties")?.Scalar("image"));
            }
        }
    }

    /// <summary>An environment, a job, or a pipeline of jobs, each with an environment of its own.</summary>
    private static void ReadMachineLearning(UseList uses, YamlMapping root)
    {
        Add(uses, root.Scalar("image"));
        Add(uses, root.Mapping("environment")?.Scalar("image"));
        foreach (var job in root.Mapping("jobs")?.Named.Select(e => e.Value).OfType<YamlMapping>() ?? [])
        {
            Add(uses, job.Mapping("environment")?.Scalar("image"));
            Add(uses, job.Mapping("component")?.Mapping("environment")?.Scalar("image"));
        }
    }

    private static void Add(UseList uses, YamlScalar? image) =>
        uses.Add(image, skip: image?.Value.Contains('$', StringComparison.Ordinal) == true || image?.Value.Contains("#{", StringComparison.Ordinal) == true ? Reasons.Variable : null);
}
