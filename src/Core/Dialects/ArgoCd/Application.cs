using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>An annotation with its line.</summary>
internal sealed record Annotation(string Value, int Line);

/// <summary>One of an Application's sources.</summary>
/// <param name="Path">As it is written.</param>
/// <param name="Folder">The folder that it is; null for a chart or where only values are taken from it.</param>
/// <param name="ValueFiles">The values that it names, of whichever source.</param>
internal sealed record ApplicationSource(string Path, SourcePath? Folder, IReadOnlyList<SourcePath> ValueFiles);

/// <summary>An Application, or the template of an ApplicationSet.</summary>
internal sealed class Application
{
    private const int MostTexts = 5000;
    private const int MostSources = 20;
    private const int MostFiles = 100;
    private const int MostGenerators = 100;

    private Application(ConfigurationPart part, YamlMapping root, YamlMapping template, int firstLine, int lastLine)
    {
        (Part, FirstLine, LastLine) = (part, firstLine, lastLine);
        var metadata = template.Mapping("metadata");
        var own = root.Mapping("metadata");
        IsGenerated = !ReferenceEquals(root, template);
        Name = (IsGenerated ? own : metadata)?.Scalar("name")?.Value ?? "";
        GeneratedName = metadata?.Scalar("name")?.Value ?? Name;
        Namespace = (metadata?.Scalar("namespace") ?? own?.Scalar("namespace")) is { IsEmpty: false } given && !given.Value.Contains("{{", StringComparison.Ordinal) ? given.Value : null;
        var file = part.ToSource();
        Labels = Texts(metadata?.Mapping("labels"), file);
        Annotations = Texts(metadata?.Mapping("annotations"), file);
        Folders = IsGenerated ? FoldersOf(root) : [];
        Sources = template.Mapping("spec") is { } spec ? [.. SourcesOf(spec).Take(MostSources).Select(Read)] : [];
    }

    /// <summary>Where it is written.</summary>
    public ConfigurationPart Part { get; }

    /// <summary>Its first line.</summary>
    public int FirstLine { get; }

    /// <summary>Its last line.</summary>
    public int LastLine { get; }

    /// <summary>Its name, or that of the ApplicationSet.</summary>
    public string Name { get; }

    /// <summary>The name of what an ApplicationSet generates, which may be a template.</summary>
    public string GeneratedName { get; }

    /// <summary>Whether it stands for every Application of an ApplicationSet.</summary>
    public bool IsGenerated { get; }

    /// <summary>Its namespace; null where that is said elsewhere.</summary>
    public string? Namespace { get; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, Annotation> Labels { get; }

    /// <summary>Its annotations.</summary>
    public IReadOnlyDictionary<string, Annotation> Annotations { get; }

    /// <summary>Its sources.</summary>
    public IReadOnlyList<ApplicationSource> Sources { get; }

    /// <summary>Patterns for the folders that a generator finds.</summary>
    public IReadOnlyList<string> Folders { get; }

    /// <summary>The Applications of a document: it itself, or those of a list.</summary>
    public static IEnumerable<Application> Read(ConfigurationPart part, SourceFile file, YamlMapping root)
    {
        var last = part.Line + part.Text.AsSpan().Count('\n');
        YamlMapping[] documents = [.. root.Scalar("kind")?.Value == "List" ? root.Mappings("items") : [root]];
        foreach (var (i, document) in documents.Index())
        {
            var (from, to) = (file.PositionOf(document.Start).Line, i + 1 < documents.Length ? file.PositionOf(documents[i + 1].Start).Line - 1 : last);
            if (TemplateOf(document) is { } template)
            {
                yield return new Application(part, document, template, from, Math.Max(from, to));
            }
        }
    }

    /// <summary>Whether a document is an Application or an ApplicationSet, which says by its <c>template</c> what it makes.</summary>
    public static YamlMapping? TemplateOf(YamlMapping root) =>
        root.Scalar("apiVersion")?.Value.StartsWith("argoproj.io/", StringComparison.Ordinal) != true ? null
        : root.Scalar("kind")?.Value switch
        {
            "Application" => root,
            "ApplicationSet" => root.Mapping("spec")?.Mapping("template"),
            _ => null,
        };

    private static Dictionary<string, Annotation> Texts(YamlMapping? mapping, SourceFile file)
    {
        var texts = new Dictionary<string, Annotation>(StringComparer.Ordinal);
        foreach (var (keyNode, value) in mapping?.Entries ?? [])
        {
            if (texts.Count < MostTexts && keyNode.Target is YamlScalar { Value: var key } && value.Target is YamlScalar { IsNull: false } scalar)
            {
                texts[key] = new Annotation(scalar.Value, file.PositionOf(keyNode.Start).Line);
            }
        }

        return texts;
    }

    private static List<YamlMapping> SourcesOf(YamlMapping spec) =>
        spec.Mappings("sources").ToList() is [_, ..] several ? several
        : spec.Mapping("sourceHydrator")?.Mapping("drySource") is { } dry ? [dry]
        : spec.Mapping("source") is { } one ? [one]
        : [];

    private ApplicationSource Read(YamlMapping source)
    {
        var path = source.Scalar("path") is { IsEmpty: false } given ? given.Value : "";
        var isFolder = path.Length > 0 && source.Scalar("chart") is not { IsEmpty: false };
        var values = new List<SourcePath>();
        if (source.Mapping("helm") is { } helm && helm.TryGet("valueFiles", out var files) && files is YamlSequence list)
        {
            foreach (var file in list.Items.Take(MostFiles).Select(i => i.Target).OfType<YamlScalar>())
            {
                // $values/charts/shop/values.yaml is in the root of the source that is called so.
                var slash = file.Value.IndexOf('/', StringComparison.Ordinal);
                var text = file.Value.StartsWith('$') && slash > 0 ? file.Value[slash..] : file.Value;
                if (!text.Contains("://", StringComparison.Ordinal) && SourcePath.File(path, text, Folders) is { } found)
                {
                    values.Add(found);
                }
            }
        }

        return new ApplicationSource(path, isFolder ? SourcePath.Folder(path, Folders) : null, values);
    }

    /// <summary>What generators of Git look for, also within those that combine others.</summary>
    private static List<string> FoldersOf(YamlMapping set)
    {
        var folders = new List<string>();
        var next = new Queue<YamlMapping>(set.Mapping("spec")?.Mappings("generators").Take(MostGenerators) ?? []);
        for (var read = 0; read < MostGenerators && next.TryDequeue(out var generator); read++)
        {
            foreach (var inner in (generator.Mapping("matrix") ?? generator.Mapping("merge"))?.Mappings("generators").Take(MostGenerators) ?? [])
            {
                next.Enqueue(inner);
            }

            if (generator.Mapping("git") is { } git)
            {
                folders.AddRange(git.Mappings("directories").Where(d => d.Scalar("exclude")?.Value != "true").Select(d => d.Scalar("path")?.Value).OfType<string>());
                folders.AddRange(git.Mappings("files").Select(d => d.Scalar("path")?.Value).OfType<string>().Where(f => f.Contains('/', StringComparison.Ordinal)).Select(f => f[..f.LastIndexOf('/')]));
            }
        }

        return [.. folders.Where(f => !f.Contains("{{", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Take(MostGenerators)];
    }
}
