using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Xml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Maven projects: images that plugins build on (Jib, Spring Boot, docker-maven-plugin, JKube, Micronaut), and that they
/// run. What they build is not among them.
/// </summary>
public sealed class MavenFormat : IFormat
{
    /// <summary>Properties that plugins and Quarkus read.</summary>
    private static readonly HashSet<string> ImageProperties = new(StringComparer.Ordinal)
    {
        "jib.from.image", "quarkus.jib.base-jvm-image", "quarkus.jib.base-native-image", "quarkus.native.builder-image", "spring-boot.build-image.builder",
        "spring-boot.build-image.runImage", "micronaut.native-image.base-image-run",
    };

    /// <inheritdoc/>
    public string Name => "maven";

    /// <inheritdoc/>
    public string Finds => "base images of Jib, builders, run images and buildpacks of Spring Boot, `from` and run images of docker-maven-plugin and JKube, with properties of the same file";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["pom.xml"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("Image"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var xml = XmlTree.Read(file);
        if (xml.Root is not { Name: "project" } root)
        {
            return FormatReading.None;
        }

        var reading = new Reading(root, new UseList(file, Name));
        foreach (var plugin in root.All().Where(e => e.Name == "plugin"))
        {
            reading.ReadPlugin(plugin);
        }

        reading.ReadProperties();
        return reading.Uses.ToReading(reading.Uses.Count == 0 ? null : xml.Problem);
    }

    private sealed class Reading
    {
        private readonly Dictionary<string, WrittenText?> _properties = new(StringComparer.Ordinal);

        public Reading(XmlElement root, UseList uses)
        {
            Uses = uses;
            foreach (var properties in root.All().Where(e => e.Name == "properties"))
            {
                foreach (var property in properties.Children.Where(p => p.Children.Count == 0))
                {
                    _properties[property.Name] = _properties.ContainsKey(property.Name) ? null : property.Text;
                }
            }
        }

        public UseList Uses { get; }

        public void ReadPlugin(XmlElement plugin)
        {
            var configurations = plugin.All().Where(e => e.Name == "configuration");
            switch (plugin.Child("artifactId")?.Text.Value)
            {
                case "jib-maven-plugin":
                    AddAll(configurations, c => [c.Descendant("from", "image")]);
                    break;
                case "spring-boot-maven-plugin":
                    AddAll(configurations, c => [c.Descendant("image", "builder"), c.Descendant("image", "runImage")]);
                    AddAll(configurations, c => c.Descendant("image", "buildpacks")?.Children ?? [], BuildpackLocator.IsImage);
                    break;
                case "micronaut-maven-plugin":
                    AddAll(configurations, c => [c.Child("baseImageRun")]);
                    break;
                case "docker-maven-plugin" or "fabric8-maven-plugin" or "kubernetes-maven-plugin" or "openshift-maven-plugin":
                    AddAll(configurations, c => [c.Child("baseImage")]);
                    AddAll(configurations, c => c.Child("images")?.Children.Select(ImageOf) ?? []);
                    break;
            }
        }

        public void ReadProperties()
        {
            foreach (var (name, value) in _properties)
            {
                if (ImageProperties.Contains(name) && value is not null && Expand(value) is { Value: { } image } expansion && PlainReference.Is(image.Value))
                {
                    Uses.Add(image, value.Spans.FirstOrDefault().Start, pinnable: expansion.IsPinnable, here: image.IsScattered);
                }
            }
        }

        /// <summary>What an image is built from; one that is not built is run.</summary>
        private static XmlElement? ImageOf(XmlElement image) =>
            image.Child("build") is not { } build ? image.Child("name")
            : build.Child("from") ?? build.Child("fromExt")?.Child("name");

        private void AddAll(IEnumerable<XmlElement> configurations, Func<XmlElement, IEnumerable<XmlElement?>> find, Func<string, bool>? isImage = null)
        {
            foreach (var element in configurations.SelectMany(find).OfType<XmlElement>())
            {
                Add(element, isImage);
            }
        }

        private void Add(XmlElement element, Func<string, bool>? isImage)
        {
            if (element.Text.Value.Length == 0)
            {
                return;
            }

            var expansion = Expand(element.Text);
            var value = expansion.Value ?? element.Text;
            if (value.Value.StartsWith("tar://", StringComparison.Ordinal) || (isImage is not null && !isImage(value.Value)))
            {
                return;
            }

            Uses.Add(BuildpackLocator.WithoutScheme(value), element.TextStart + (value.IsScattered ? BuildpackLocator.SchemeOf(value.Value).Length : 0), skip: expansion.Missing,
                locked: XmlPlaces.Locked(value), pinnable: expansion.IsPinnable, here: value.IsScattered);
        }

        private Substituted Expand(WrittenText text) =>
            Substitution.Of(text, [PlaceholderSyntax.Property], name => new Binding(_properties.GetValueOrDefault(name), XmlPlaces.NoProperty(name)));
    }
}
