using System.Text;
using Basewatch.Core.Images;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Core.Tests.Planning.PullRequests;

/// <summary>Images as registries describe them.</summary>
internal static class Described
{
    public static readonly Platform Linux = new("linux", "amd64");

    public static Digest DigestOf(string content) => Digest.Of(Encoding.UTF8.GetBytes(content));

    /// <summary>An image of layers with sizes in MB.</summary>
    public static ImageDescription Image(string name, string created, params (string Layer, double Megabytes)[] layers) =>
        new(DigestOf(name), new ImageConfiguration(Linux, DateTimeOffset.Parse(created + "T04:05:06Z", System.Globalization.CultureInfo.InvariantCulture)) { DiffIds = [.. layers.Select(l => DigestOf(l.Layer))] })
        {
            Layers = [.. layers.Select(l => new ManifestLayer(DigestOf("packed " + l.Layer), (long)(l.Megabytes * 1e6)))],
        };

    public static ImageDescription With(this ImageDescription image, Func<ImageConfiguration, ImageConfiguration> change) => image with { Configuration = change(image.Configuration) };

    public static Dictionary<string, string> Texts(params (string Name, string Value)[] texts) => texts.ToDictionary(t => t.Name, t => t.Value, StringComparer.Ordinal);

    /// <summary>What an official image says of where it comes from.</summary>
    public static ImageDescription Official(this ImageDescription image, string repository, string revision, string baseName) => image with
    {
        IndexAnnotations = Texts(
            ("org.opencontainers.image.source", $"https://github.com/docker-library/{repository}.git#{revision}:3.14/slim-trixie"),
            ("org.opencontainers.image.revision", revision),
            ("org.opencontainers.image.base.name", baseName),
            ("org.opencontainers.image.base.digest", DigestOf(baseName + revision).ToString())),
    };
}
