using Basewatch.Core.Formats.Hcl;

namespace Basewatch.Core.Formats;

/// <summary>Packer templates (<see href="https://developer.hashicorp.com/packer/integrations/hashicorp/docker/latest/components/builder/docker"/>): the images that containers are made from.</summary>
public sealed class PackerFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "packer";

    /// <inheritdoc/>
    public string Finds => "`image` of `source \"docker\"`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.pkr.{hcl,json}"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings { get; } = ["*.pkr.hcl", "*.pkr.json", "*.auto.pkrvars.hcl"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("docker"u8) >= 0 && bytes.IndexOf("image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var document = HclDocument.Read(file);
        var uses = new UseList(file, Name);
        var walk = new ImageWalk(file, uses, HclFolder.Scope(file, document, n => n.Contains(".pkrvars.", StringComparison.Ordinal), _ => true));
        foreach (var member in document.Root.Members)
        {
            if (member is { Key: "source", Labels: ["docker", _], Value: HclObject body } && body["image"] is { } image)
            {
                walk.Consider(image, Proof.Place);
            }
        }

        return uses.ToReading(document.Problem);
    }
}
