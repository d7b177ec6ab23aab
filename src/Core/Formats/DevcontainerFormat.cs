using Basewatch.Core.Formats.Json;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Development containers: the image, and the features that come from a registry
/// (<see href="https://containers.dev/implementors/json_reference/"/>).
/// </summary>
public sealed class DevcontainerFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "devcontainer";

    /// <inheritdoc/>
    public string Finds => "`image`, and `features` of a registry";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".devcontainer/devcontainer.json", ".devcontainer/*/devcontainer.json", ".devcontainer.json"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("\"image\""u8) >= 0 || bytes.IndexOf("\"features\""u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var json = JsonTree.Read(file);
        var uses = new UseList(file, Name);
        if (json.Root is YamlMapping root)
        {
            if (root.Scalar("image") is { } image)
            {
                uses.Add(image, skip: image.Value.Contains("${", StringComparison.Ordinal) ? Reasons.Variable : null);
            }

            foreach (var (key, _) in root.Mapping("features")?.Entries ?? [])
            {
                if (key is YamlScalar feature && IsOfARegistry(feature.Value))
                {
                    // devcontainer-lock.json holds the digests of features.
                    uses.Add(feature, pinnable: false);
                }
            }
        }

        return uses.ToReading(json.Problem);
    }

    /// <summary>Others are folders, archives on the web, or of a repository's releases.</summary>
    private static bool IsOfARegistry(string feature)
    {
        var slash = feature.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && feature[0] != '.' && ImageName.IsRegistry(feature.AsSpan(0, slash)) && !feature.Contains("://", StringComparison.Ordinal);
    }
}
