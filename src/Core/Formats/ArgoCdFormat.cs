using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Argo CD's Applications and ApplicationSets: images for Kustomize, parameters and values for Helm, charts in registries
/// (<see href="https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml"/>).
/// </summary>
public sealed class ArgoCdFormat : IFormat
{
    /// <summary>What files begin with that put parameters over those of a folder's Applications, <c>.argocd-source-shop.yaml</c> for one of them.</summary>
    internal const string ParametersFile = ".argocd-source";

    /// <inheritdoc/>
    public string Name => "argocd";

    /// <inheritdoc/>
    public string Finds => "`Application`, `ApplicationSet`: `kustomize.images`, `helm.parameters`, `helm.values` and `valuesObject`, charts of OCI registries; `.argocd-source-*.yaml`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,json}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => IsParameters(path) || (bytes.IndexOf("argoproj.io/"u8) >= 0 && bytes.IndexOf("repoURL"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var yaml = YamlStream.Read(file);
        var uses = new UseList(file, Name);
        var seen = new HashSet<YamlNode>();
        var next = new Stack<YamlNode>();
        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            if (IsParameters(file.Path))
            {
                ReadParameters(file, uses, root);
            }
            else if (root.Scalar("kind")?.Value is "Application" or "ApplicationSet" or "List" && root.TryGet(root.Scalar("kind")!.Value == "List" ? "items" : "spec", out var spec))
            {
                next.Push(spec);
            }
        }

        while (next.TryPop(out var node))
        {
            if (!seen.Add(node))
            {
                continue;
            }

            if (node is YamlSequence sequence)
            {
                foreach (var item in sequence.Items)
                {
                    next.Push(item.Target ?? item);
                }
            }
            else if (node is YamlMapping mapping)
            {
                if (mapping.Scalar("repoURL") is { IsEmpty: false } repository)
                {
                    ReadSource(file, uses, mapping, repository);
                    continue;
                }

                foreach (var (_, value) in mapping.Named)
                {
                    next.Push(value);
                }
            }
        }

        return uses.ToReading();
    }

    private static void ReadSource(SourceFile file, UseList uses, YamlMapping source, YamlScalar repository)
    {
        var chart = source.Scalar("chart") is { IsEmpty: false } named ? named : null;
        if (OciChart.IsAddress(repository) || (chart is not null && !repository.Value.Contains("://", StringComparison.Ordinal) && !repository.Value.StartsWith("git@", StringComparison.Ordinal)))
        {
            OciChart.Add(file, uses, repository, repository, chart, source.Scalar("targetRevision"), isChart: chart is not null);
        }

        ReadParameters(file, uses, source);
    }

    private static bool IsParameters(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith(ParametersFile, StringComparison.Ordinal);

    /// <summary>What Kustomize and Helm are told.</summary>
    private static void ReadParameters(SourceFile file, UseList uses, YamlMapping source)
    {
        if (source.Mapping("kustomize") is { } kustomize && kustomize.TryGet("images", out var images) && images is YamlSequence list)
        {
            foreach (var image in list.Items.Select(i => i.Target).OfType<YamlScalar>())
            {
                if (image.Value.Contains('*', StringComparison.Ordinal))
                {
                    continue;
                }

                // name=new:tag
                var start = image.Value.IndexOf('=', StringComparison.Ordinal) + 1;
                uses.Add(image, image.Value[..start]);
            }
        }

        if (source.Mapping("helm") is { } helm)
        {
            ReadHelm(file, uses, helm);
        }
    }

    private static void ReadHelm(SourceFile file, UseList uses, YamlMapping helm)
    {
        HelmValues.ReadPairs(file, uses, helm.Mappings("parameters"));
        var values = new HelmValues(file, uses);
        if (helm.TryGet("valuesObject", out var given))
        {
            values.Read(given);
        }

        if (helm.Scalar("values")?.Written is { } text)
        {
            foreach (var document in YamlStream.Read(file, text).Documents)
            {
                values.Read(document);
            }
        }
    }
}
