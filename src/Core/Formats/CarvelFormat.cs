using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Carvel's vendir (<see href="https://carvel.dev/vendir/docs/latest/vendir-spec/"/>) and the images that imgpkg and kbld
/// resolved (<see href="https://carvel.dev/imgpkg/docs/latest/resources/#imageslock"/>).
/// </summary>
public sealed class CarvelFormat : IFormat
{
    private const string Generated = "this file is generated: run kbld again";

    /// <inheritdoc/>
    public string Name => "carvel";

    /// <inheritdoc/>
    public string Finds => "`vendir.yml`: charts of `oci://` repositories, `image`, `imgpkgBundle`; `newImage` of kbld; images of locks, which are not changed";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["vendir*.{yml,yaml}", ".imgpkg/*.{yml,yaml}", "*images*.{yml,yaml}", "*kbld*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf(".k14s.io"u8) >= 0 || bytes.IndexOf("imgpkg.carvel.dev"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = TemplateMask.Read(file);
        var uses = new UseList(file, Name);
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            var version = root.Scalar("apiVersion")?.Value ?? "";
            var kind = root.Scalar("kind")?.Value;
            if (kind == "ImagesLock" && version.StartsWith("imgpkg.carvel.dev/", StringComparison.Ordinal))
            {
                foreach (var image in root.Mappings("images"))
                {
                    uses.Add(image.Scalar("image"), locked: Generated);
                }
            }
            else if (kind == "Config" && version.StartsWith("kbld.k14s.io/", StringComparison.Ordinal))
            {
                var isLock = file.Name.Contains("lock", StringComparison.OrdinalIgnoreCase);
                foreach (var image in root.Mappings("overrides"))
                {
                    uses.Add(image.Scalar("image"), locked: "it is what the manifests name");
                    uses.Add(image.Scalar("newImage"), locked: isLock ? Generated : null);
                }
            }
            else if (kind == "Config" && version.StartsWith("vendir.k14s.io/", StringComparison.Ordinal))
            {
                foreach (var content in root.Mappings("directories").SelectMany(d => d.Mappings("contents")))
                {
                    ReadContent(file, uses, content);
                }
            }
        }

        return uses.ToReading();
    }

    private static void ReadContent(SourceFile file, UseList uses, YamlMapping content)
    {
        if (content.Mapping("helmChart") is { } chart && chart.Scalar("name") is { } name && chart.Mapping("repository")?.Scalar("url") is { } url && OciChart.IsAddress(url))
        {
            OciChart.Add(file, uses, url, url, name, chart.Scalar("version"));
        }

        foreach (var image in (YamlScalar?[])[content.Mapping("image")?.Scalar("url"), content.Mapping("imgpkgBundle")?.Scalar("image")])
        {
            if (image?.Value.Contains(TemplateMask.Mark, StringComparison.Ordinal) == true)
            {
                uses.Add(TemplateMask.Restore(image.Text, file), image.Start, skip: Reasons.Template);
            }
            else
            {
                uses.Add(image);
            }
        }
    }
}
