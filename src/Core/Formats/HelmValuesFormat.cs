using Basewatch.Core.Formats.Helm;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Values for Helm charts: <c>values.yaml</c>, those of environments, and templates of them.</summary>
public sealed class HelmValuesFormat : IFormat
{
    private const string ChartFile = "Chart.yaml";

    /// <inheritdoc/>
    public string Name => "helm-values";

    /// <inheritdoc/>
    public string Finds => "`repository` with `tag`, `version` or `digest` and perhaps `registry`, at any depth; keys that end in `image`, alone or with a tag beside them";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } =
        ["*values*.{yaml,yml,yaml.gotmpl,yml.gotmpl}", "values/*.{yaml,yml,gotmpl}", "*-values/*.{yaml,yml,gotmpl}", "{environments,envs}/**/*.{yaml,yml,gotmpl}"];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings { get; } = [ChartFile];

    /// <inheritdoc/>
    public bool Excludes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Contains("/templates/", StringComparison.OrdinalIgnoreCase) && path.Contains("charts/", StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("mage"u8) >= 0 || bytes.IndexOf("repository"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var isTemplate = file.Path.EndsWith(".gotmpl", StringComparison.OrdinalIgnoreCase);
        var isPlain = file.Name.StartsWith("values.", StringComparison.OrdinalIgnoreCase);
        var yaml = isTemplate ? TemplateMask.Read(file) : YamlStream.Read(file);
        var uses = new UseList(file, Name);
        var values = new HelmValues(file, uses)
        {
            MissingTag = MissingTag(file),
            IsStrict = !file.Name.Contains("values", StringComparison.OrdinalIgnoreCase),
            MayAddKeys = !isTemplate,
        };
        foreach (var document in yaml.Documents)
        {
            if (document is YamlMapping root && !(root.Scalar("apiVersion") is not null && root.Scalar("kind") is not null))
            {
                values.Read(root);
            }
        }

        return uses.ToReading(yaml.Problem is { } problem && isPlain
            ? file.Text.Contains("{{", StringComparison.Ordinal) ? problem with { Message = "this is a template: which images it names is known only when it is rendered" } : problem
            : null);
    }

    private static string MissingTag(SourceFile file)
    {
        var chart = file.Siblings.FirstOrDefault(s => s.Name.Equals(ChartFile, StringComparison.OrdinalIgnoreCase));
        return chart is null ? "it has no tag here: the chart decides on it"
            : YamlStream.Read(chart).Documents is [YamlMapping root, ..] && root.Scalar("appVersion") is { IsEmpty: false } version
                ? $"it has no tag here: charts take the appVersion, which is '{Images.Excerpt.Of(version.Value)}'"
                : "it has no tag here: charts take the appVersion";
    }
}
