using Basewatch.Core.Formats.Kubernetes;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Kubernetes manifests: any YAML or JSON document with <c>apiVersion</c> and <c>kind</c>, and templates of such. The images
/// of containers of every sort, of custom resources where they plainly are some, image volumes, manifests in text.
/// </summary>
public sealed class KubernetesFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "kubernetes";

    /// <inheritdoc/>
    public string Finds => "`image` of containers of every sort, of custom resources, image volumes, images in arguments and environment variables, manifests in text, in any document with `apiVersion` and `kind`; JSON patches";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,json}", "Kptfile", "*.{yaml,yml,json}.{tmpl,tpl,gotmpl,template,j2,jinja,jinja2,erb,in,mustache}"];

    /// <summary>A manifest has these words; YAML that can't be read at all is reported, JSON is mostly data.</summary>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(path);

        // image and DockerImage
        return (bytes.IndexOf("mage"u8) >= 0 && ((bytes.IndexOf("apiVersion"u8) >= 0 && bytes.IndexOf("kind"u8) >= 0) || (bytes.IndexOf("path"u8) >= 0 && (bytes.IndexOf("op:"u8) >= 0 || bytes.IndexOf("\"op\""u8) >= 0))))
            || ((path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase))
                && (bytes.Length > SourceFile.LargestFile || bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || bytes.Contains((byte)0)));
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var text = file.Text;
        if (!text.Contains("mage", StringComparison.Ordinal))
        {
            return FormatReading.None;
        }

        var yaml = YamlStream.Read(file);
        var uses = new UseList(file, Name);
        var walk = new ManifestWalk(file, uses, ManifestFamily.Kubernetes);
        if (KustomizeFormat.IsNamedSo(file.Path))
        {
            // It need not say its kind, and has patches in it.
            walk.Run(yaml.Documents, isManifest: true, isResource: true);
            return uses.ToReading(yaml.Problem);
        }

        if (!text.Contains("apiVersion", StringComparison.Ordinal) || !text.Contains("kind", StringComparison.Ordinal))
        {
            walk.Run(yaml.Documents.Where(IsPatch), isManifest: true);
            return uses.ToReading();
        }

        var isManifest = yaml.Documents.Any(IsManifest) || (yaml.Problem is not null && ManifestLines.LookLikeAManifest(text));
        walk.Run(yaml.Documents, isManifest);
        if (yaml.Problem is not { } problem || !isManifest)
        {
            return uses.ToReading();
        }

        if (problem.Line is { } line)
        {
            ReadRest(file, line, walk, uses);
        }

        return uses.ToReading(IsTemplate(file, line: problem.Line ?? 0) ? null : problem);
    }

    private static bool IsManifest(YamlNode document) =>
        document is YamlMapping root && root.Scalar("kind") is { } kind
        && (root.Scalar("apiVersion") is { } apiVersion ? ManifestFamilies.Of(apiVersion, kind) != ManifestFamily.Skaffold : ManifestWalk.IsNearlyAResource(root));

    /// <summary>A JSON patch of a resource (RFC 6902), as Kustomize takes it from a file of its own.</summary>
    private static bool IsPatch(YamlNode document) =>
        document is YamlSequence { Items: [_, ..] items }
        && items.All(i => i.Target is YamlMapping operation && operation.Scalar("op") is not null && operation.Scalar("path")?.Value.StartsWith('/') == true);

    /// <summary>The document that could not be read is read by its lines, each of those after it as far as it can be.</summary>
    private static void ReadRest(SourceFile file, int line, ManifestWalk walk, UseList uses)
    {
        var text = file.Text;
        var (at, number) = (0, 1);
        var start = 0;
        var isFirst = true;
        while (at <= text.Length)
        {
            var end = at < text.Length ? text.IndexOf('\n', at) : -1;
            var next = end < 0 ? text.Length + 1 : end + 1;
            var isEnd = next > text.Length;
            if (isEnd || (text.AsSpan(next).StartsWith("---", StringComparison.Ordinal) && number >= line))
            {
                var part = WrittenText.At(text[start..Math.Min(next, text.Length)], start);
                var yaml = isFirst ? null : YamlStream.Read(file, part);
                if (yaml is { Problem: null })
                {
                    walk.Run(yaml.Documents, isManifest: true);
                }
                else
                {
                    ManifestLines.Read(part, uses, Proof.Plain);
                }

                (start, isFirst) = (next, false);
            }
            else if (text.AsSpan(next).StartsWith("---", StringComparison.Ordinal))
            {
                start = next;
            }

            (at, number) = (next, number + 1);
        }
    }

    /// <summary>A line that begins with a template's marks, or has them where the parser stopped, such as <c>@NAME@</c>.</summary>
    private static bool IsTemplate(SourceFile file, int line)
    {
        var number = 0;
        foreach (var text in file.Text.AsSpan().EnumerateLines())
        {
            number++;
            var start = text.TrimStart(" \t-");
            if (start.StartsWith("{{", StringComparison.Ordinal) || start.StartsWith("{%", StringComparison.Ordinal) || start.StartsWith("<%", StringComparison.Ordinal)
                || (number == line && (text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal) || text.TrimEnd() is [.., '@' or '%'])))
            {
                return true;
            }
        }

        return false;
    }
}
