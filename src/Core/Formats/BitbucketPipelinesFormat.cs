using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Bitbucket Pipelines (<see href="https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/"/>).</summary>
public sealed class BitbucketPipelinesFormat : IFormat
{
    private const string Scheme = "docker://";

    /// <inheritdoc/>
    public string Name => "bitbucket-pipelines";

    /// <inheritdoc/>
    public string Finds => "`image` of the file, of steps and of services, `pipe: docker://`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*-pipelines.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOf("pipelines:"u8) >= 0 || bytes.IndexOf("definitions:"u8) >= 0) && (bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("docker://"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var isPlain = file.Name.Contains("bitbucket", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            if ((!root.TryGet("pipelines", out _) && !root.TryGet("definitions", out _)) || root.TryGet("apiVersion", out _))
            {
                return false;
            }

            foreach (var (_, mapping) in YamlMerge.Mappings(root, static key => key is not ("variables" or "caches" or "condition" or "image")))
            {
                if (mapping.TryGet("image", out var image))
                {
                    images.Add(PipelineFile.ImageOf(image, "name"));
                }

                if (mapping.Scalar("pipe") is { } pipe && pipe.Value.StartsWith(Scheme, StringComparison.Ordinal))
                {
                    images.Add(pipe, prefix: Scheme);
                }
            }

            return true;
        });
    }
}
