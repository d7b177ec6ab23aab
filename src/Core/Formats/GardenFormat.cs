using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Garden: the image of actions and modules of type <c>container</c> (<see href="https://docs.garden.io/"/>).</summary>
public sealed class GardenFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "garden";

    /// <inheritdoc/>
    public string Finds => "`spec.image` of actions and `image` of modules";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*garden.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("kind"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var yaml = YamlStream.Read(file);
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            var kind = root.Scalar("kind")?.Value;
            if (kind is "Deploy" or "Run" or "Test" && root.Mapping("spec")?.Scalar("image") is { } image)
            {
                uses.Add(image, skip: image.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable : null);
            }
            else if (kind == "Module" && root.Scalar("type")?.Value == "container" && root.Scalar("image") is { } pulled
                && ImageReference.TryParse(pulled.Value, out var reference) && (reference.Tag is not null || reference.Digest is not null))
            {
                // Beside a Dockerfile it is the name of what is built, which mostly has no tag.
                uses.Add(pulled);
            }
        }

        return uses.ToReading(uses.Count > 0 ? yaml.Problem : null);
    }
}
