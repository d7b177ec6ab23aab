using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Drone, of its older form too (<see href="https://docs.drone.io/yaml/docker/"/>).</summary>
public sealed class DroneFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "drone";

    /// <inheritdoc/>
    public string Finds => "`image` of steps and services in pipelines of kind docker and kubernetes, for their `platform`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".drone*.{yml,yaml}", "drone.{yml,yaml}", ".drone/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var isPlain = file.Path.Contains(".drone", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            var kind = root.Scalar("kind")?.Value;
            if (root.TryGet("apiVersion", out _) || kind is not (null or "pipeline"))
            {
                return false;
            }

            if (kind is null)
            {
                StepImages.AddWithMatrix(images, root, "clone", "pipeline", "services");
            }
            else
            {
                var platform = root.Mapping("platform");
                var text = $"{platform?.Scalar("os")?.Value ?? "linux"}/{platform?.Scalar("arch")?.Value ?? "amd64"}";
                StepImages.Add(images, root, platform is not null && Platform.TryParse(text, out var parsed) ? parsed : null, "steps", "services");
            }

            return true;
        });
    }
}
