using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Screwdriver (<see href="https://docs.screwdriver.cd/user-guide/configuration/"/>).</summary>
public sealed class ScrewdriverFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "screwdriver";

    /// <inheritdoc/>
    public string Finds => "`image` of `shared` and of `jobs`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["screwdriver.{yaml,yml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            images.Add((root.Effective("shared") as YamlMapping)?.Effective("image"));
            foreach (var job in PipelineFile.Items(root.Effective("jobs"), []))
            {
                images.Add(job.Effective("image"));
            }

            return true;
        });
    }
}
