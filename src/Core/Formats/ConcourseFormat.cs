using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Pipelines and tasks of Concourse: sources of type <c>registry-image</c> and <c>docker-image</c>
/// (<see href="https://concourse-ci.org/docs/"/>). What a job puts is built there and no use.
/// </summary>
public sealed class ConcourseFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "concourse";

    /// <inheritdoc/>
    public string Finds => "`source` of `image_resource`, `resource_types` and `resources` of type `registry-image` or `docker-image`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("repository"u8) >= 0 && (bytes.IndexOf("registry-image"u8) >= 0 || bytes.IndexOf("docker-image"u8) >= 0)
        && (bytes.IndexOf("image_resource"u8) >= 0 || bytes.IndexOf("resource_types"u8) >= 0 || bytes.IndexOf("resources"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Concourse);
        return PipelineFile.Read(file, images, isPlain: false, root =>
        {
            if (root.TryGet("apiVersion", out _))
            {
                return false;
            }

            var sources = new List<YamlMapping>();
            var put = new HashSet<string>(StringComparer.Ordinal);
            var replaced = new HashSet<YamlNode>();
            foreach (var (key, mapping) in YamlMerge.Mappings(root, static k => k is not ("params" or "vars")))
            {
                if (key is "image_resource" or "resource_types" or "resources")
                {
                    sources.Add(mapping);
                }
                else if (mapping.Scalar("task") is not null && mapping.Scalar("image") is not null && mapping.Effective("config") is YamlMapping task && task.Effective("image_resource") is { } resource)
                {
                    replaced.Add(resource);
                }
                else if (mapping.Scalar("put") is { } target)
                {
                    put.Add(mapping.Scalar("resource")?.Value ?? target.Value);
                }
            }

            var isPipeline = false;
            foreach (var mapping in sources)
            {
                if ((mapping.Effective("type") as YamlScalar)?.Value is "registry-image" or "docker-image" && mapping.Effective("source") is YamlMapping source)
                {
                    isPipeline = true;
                    if (!replaced.Contains(mapping) && (mapping.Scalar("name") is not { } name || !put.Contains(name.Value)))
                    {
                        Add(images, source, mapping.Effective("version") as YamlMapping);
                    }
                }
            }

            return isPipeline;
        });
    }

    private static void Add(PipelineImages images, YamlMapping source, YamlMapping? version)
    {
        if (source.Effective("repository") is not YamlScalar { IsNull: false } repository)
        {
            return;
        }

        var isSplit = source.Effective("tag") is YamlScalar { IsNull: false };
        var locked = source.Effective("semver_constraint") is not null || source.Effective("tag_regex") is not null
            ? "the pipeline looks for the newest tag itself"
            : repository.Written is null ? Reasons.Escaped : null;

        // Neither the repository nor the tag may have a digest; that of a version is fixed already.
        images.Add(
            new ReferenceParts(
                null,
                repository.Text,
                isSplit ? Binding.Of(source.Effective("tag")).Value : null,
                Binding.Of(version?.Effective("digest")).Value).Join(),
            repository.Start, locked: locked, pinnable: false);
    }
}
