using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Flux: values and charts of releases, artifacts in registries, images of its Kustomizations (<see href="https://fluxcd.io/flux/components/"/>).</summary>
public sealed class FluxFormat : IFormat
{
    private static readonly string[] Kinds = ["HelmRelease", "HelmChart", "OCIRepository", "Kustomization"];

    /// <inheritdoc/>
    public string Name => "flux";

    /// <inheritdoc/>
    public string Finds => "`HelmRelease`: images in `values`, the chart of an OCI `HelmRepository` in the same file or beside it; `OCIRepository`; `images` of a `Kustomization`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml}"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings { get; } = ["*repo*.yaml", "*repo*.yml", "*source*.yaml"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf(".toolkit.fluxcd.io"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = YamlStream.Read(file);
        var uses = new UseList(file, Name);
        var values = new HelmValues(file, uses);
        List<(YamlMapping Repository, SourceFile? File)>? repositories = null;
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            if (root.Scalar("kind") is not { } kind || !Kinds.Contains(kind.Value, StringComparer.Ordinal)
                || root.Scalar("apiVersion") is not { } version || !version.Value.Contains(".toolkit.fluxcd.io/", StringComparison.Ordinal)
                || root.Mapping("spec") is not { } spec)
            {
                continue;
            }

            switch (kind.Value)
            {
                case "HelmRelease":
                    if (spec.TryGet("values", out var given))
                    {
                        values.Read(given);
                    }

                    if (spec.Mapping("chart")?.Mapping("spec") is { } chart)
                    {
                        AddChart(chart, root);
                    }

                    ReadRenderers(file, uses, spec);
                    break;
                case "HelmChart":
                    AddChart(spec, root);
                    break;
                case "OCIRepository" when OciChart.IsAddress(spec.Scalar("url")):
                    AddArtifact(file, uses, spec.Scalar("url")!, spec.Mapping("ref"));
                    break;
                case "Kustomization" when spec.TryGet("images", out var images):
                    KustomizeImages.Read(file, uses, images);
                    break;
            }
        }

        return uses.ToReading();

        void AddChart(YamlMapping chart, YamlMapping release)
        {
            if (chart.Scalar("chart") is not { } name || chart.Mapping("sourceRef") is not { } source || source.Scalar("kind")?.Value is not "HelmRepository")
            {
                return;
            }

            repositories ??= Repositories(file, yaml);
            var space = (source.Scalar("namespace") ?? Namespace(release))?.Value;
            var found = repositories.FirstOrDefault(r => r.Repository.Mapping("metadata")?.Scalar("name")?.Value == source.Scalar("name")?.Value
                && (Namespace(r.Repository)?.Value is not { } its || space is null || its == space));
            if (found.Repository?.Mapping("spec")?.Scalar("url") is { } url && OciChart.IsAddress(url))
            {
                OciChart.Add(file, uses, name, url, name, chart.Scalar("version"), addressFile: found.File);
            }
        }
    }

    private static YamlScalar? Namespace(YamlMapping resource) => resource.Mapping("metadata")?.Scalar("namespace");

    /// <summary>The repositories of charts in this file, then those in files beside it.</summary>
    private static List<(YamlMapping Repository, SourceFile? File)> Repositories(SourceFile file, YamlStream yaml)
    {
        var all = yaml.Documents.Select(d => (Document: d, File: (SourceFile?)null));
        foreach (var sibling in file.Siblings.Where(s => s.Parsed(static f => new RepositoryFile(f.Text.Contains("HelmRepository", StringComparison.Ordinal))).HasRepositories))
        {
            all = all.Concat(YamlStream.Read(sibling).Documents.Select(d => (d, (SourceFile?)sibling)));
        }

        return [.. all.Where(d => d.Document is YamlMapping root && root.Scalar("kind")?.Value == "HelmRepository").Select(d => ((YamlMapping)d.Document, d.File))];
    }

    private static void AddArtifact(SourceFile file, UseList uses, YamlScalar url, YamlMapping? reference)
    {
        var tag = Text(reference, "tag");
        var digest = Text(reference, "digest");
        if (Text(reference, "semver") is not null && digest is null)
        {
            OciChart.Add(file, uses, url, url, null, null, "a range of versions: Flux takes the newest in it");
            return;
        }

        var name = url.Text;
        name = name.Slice(Math.Min(OciChart.Scheme.Length, name.Value.Length)..Math.Max(OciChart.Scheme.Length, name.Value.TrimEnd('/').Length));
        var whole = new ReferenceParts(null, name, tag?.Text, digest?.Text).Join();
        var skip = whole.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable
            : Images.ImageReference.TryParse(whole.Value, out _, out var error) ? null
            : $"no reference: {error}";
        var place = digest is null && tag is not null && YamlEntry.Find(reference!, "tag") is { Written: YamlScalar value } own ? DigestKey.After(file, own.Key, value, "digest") : null;
        var locked = tag is null && digest is null ? "it has no tag: latest is taken" : null;
        uses.Add(whole, url.Start, skip: skip, locked: locked, pinnable: locked is null && (digest is not null || place is not null), digestPlace: place);
    }

    /// <summary>Kustomize's images, put over what the chart renders.</summary>
    private static void ReadRenderers(SourceFile file, UseList uses, YamlMapping spec)
    {
        foreach (var renderer in spec.Mappings("postRenderers"))
        {
            if (renderer.Mapping("kustomize") is { } kustomize && kustomize.TryGet("images", out var images))
            {
                KustomizeImages.Read(file, uses, images);
            }
        }
    }

    private static YamlScalar? Text(YamlMapping? mapping, string key) => mapping?.Scalar(key) is { IsEmpty: false } scalar ? scalar : null;

    /// <param name="HasRepositories">Whether a file may have repositories of charts.</param>
    private sealed record RepositoryFile(bool HasRepositories);
}
