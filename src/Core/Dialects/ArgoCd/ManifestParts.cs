using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>Finds the documents of a file that say something of the updater: Applications, its resource and its own settings, and what kustomizations take from elsewhere.</summary>
internal static class ManifestParts
{
    /// <summary>The group of the updater's annotations and resource.</summary>
    public const string Group = "argocd-image-updater.argoproj.io/";

    /// <summary>The key of the updater's own settings that has the template for messages of commits.</summary>
    public const string CommitTemplate = "git.commit-message-template";

    /// <summary>The name of the ConfigMap with the updater's own settings.</summary>
    private const string SettingsName = "argocd-image-updater-config";

    /// <summary>The parts of a file, each a document from its first to its last line.</summary>
    public static IEnumerable<ConfigurationPart> Find(SourceFile file, string dialect)
    {
        if (!file.Text.Contains("repoURL", StringComparison.Ordinal) && !file.Text.Contains("ImageUpdater", StringComparison.Ordinal) && !file.Text.Contains(CommitTemplate, StringComparison.Ordinal)
            && !KustomizeFormat.IsNamedSo(file.Path))
        {
            yield break;
        }

        var yaml = YamlStream.Read(file);
        for (var i = 0; i < yaml.Documents.Count; i++)
        {
            if (yaml.Documents[i] is YamlMapping root && (IsPart(root) || KustomizeBases.IsPart(file.Path, root) || (root.Scalar("kind")?.Value == "List" && root.Mappings("items").Any(IsPart))))
            {
                var next = i + 1 < yaml.Documents.Count ? yaml.Documents[i + 1] : null;
                yield return Cut(file, dialect, file.PositionOf(root.Start).Line, next is null ? null : file.PositionOf(next.Start).Line);
            }
        }

        // What a template will be is not known; anything else that is broken is told.
        if (yaml.Problem is not null && file.Text.Contains(Group, StringComparison.Ordinal) && !file.Text.Contains("{{", StringComparison.Ordinal))
        {
            var last = yaml.Documents is [.., var document] ? file.PositionOf(document.Start).Line + 1 : file.PositionOf(0).Line;
            yield return Cut(file, dialect, last, null);
        }
    }

    /// <summary>Whether a document is the resource <c>ImageUpdater</c>.</summary>
    public static bool IsImageUpdater(YamlMapping root) =>
        root.Scalar("kind")?.Value == "ImageUpdater" && root.Scalar("apiVersion")?.Value.StartsWith(Group, StringComparison.Ordinal) == true;

    /// <summary>Whether a document holds the updater's own settings.</summary>
    public static bool IsSettings(YamlMapping root) => root.Scalar("kind")?.Value == "ConfigMap" && root.Mapping("metadata")?.Scalar("name")?.Value == SettingsName;

    private static bool IsPart(YamlMapping root) => Application.TemplateOf(root) is not null || IsImageUpdater(root) || (IsSettings(root) && root.Mapping("data")?.Scalar(CommitTemplate) is not null);

    private static ConfigurationPart Cut(SourceFile file, string dialect, int line, int? end)
    {
        var text = file.Text.AsSpan();
        var (from, to) = (file.OffsetOf(line, 1), end is { } other && other > line ? file.OffsetOf(other, 1) : text.Length);
        to = end == line ? file.OffsetOf(line + 1, 1) : to;
        while (to > from)
        {
            // Marks between documents, comments and empty lines at the end say nothing.
            var start = text[from..(to - 1)].LastIndexOf('\n') is >= 0 and var feed ? from + feed + 1 : from;
            var rest = text[start..to].Trim();
            if (start == from || !(rest.IsEmpty || rest[0] == '#' || rest.StartsWith("---") || rest.StartsWith("...")))
            {
                break;
            }

            to = start;
        }

        return new ConfigurationPart(dialect, file.Path, line, text[from..to].ToString());
    }
}
