using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Xml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Images that the .NET SDK builds on: <c>ContainerBaseImage</c> in projects and what they import
/// (<see href="https://learn.microsoft.com/dotnet/core/containers/publish-configuration"/>).
/// </summary>
public sealed class MSBuildFormat : IFormat
{
    private const string BaseImage = "ContainerBaseImage";

    /// <inheritdoc/>
    public string Name => "msbuild";

    /// <inheritdoc/>
    public string Finds => "`ContainerBaseImage`, with properties of the same file";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{csproj,fsproj,vbproj,props,targets}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("ContainerBaseImage"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var xml = XmlTree.Read(file);
        if (xml.Root is not { Name: "Project" } root)
        {
            return FormatReading.None;
        }

        // A property that is set twice depends on conditions, or on what was set before.
        var properties = new Dictionary<string, WrittenText?>(StringComparer.OrdinalIgnoreCase);
        var images = new List<XmlElement>();
        foreach (var property in root.All().Where(e => e.Name == "PropertyGroup").SelectMany(g => g.Children))
        {
            properties[property.Name] = properties.ContainsKey(property.Name) ? null : property.Text;
            if (property.Name.Equals(BaseImage, StringComparison.OrdinalIgnoreCase))
            {
                images.Add(property);
            }
        }

        var uses = new UseList(file, Name);
        foreach (var image in images.Where(i => i.Text.Value.Length > 0))
        {
            var expansion = Substitution.Of(image.Text, [PlaceholderSyntax.Macro], name => new Binding(properties.GetValueOrDefault(name), XmlPlaces.NoProperty(name)));
            var value = expansion.Value ?? image.Text;
            uses.Add(value, image.TextStart, skip: expansion.Missing, locked: XmlPlaces.Locked(value), pinnable: expansion.IsPinnable, here: value.IsScattered);
        }

        return uses.ToReading(xml.Problem);
    }
}
