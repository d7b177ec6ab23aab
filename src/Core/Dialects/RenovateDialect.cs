using Basewatch.Core.Dialects.Renovate;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Renovate's configuration (<see href="https://docs.renovatebot.com/configuration-options/"/>) of a repository, as JSON or JSON5. As a
/// policy: one package rule, a list of them, or a configuration with <c>packageRules</c>, as JSON, JSON5 or YAML.
/// </summary>
public sealed class RenovateDialect : IDialect
{
    private const string PackageFile = "package.json";

    /// <inheritdoc/>
    public string Name => "renovate";

    /// <inheritdoc/>
    /// <remarks>In the order in which Renovate looks for them (<c>config/app-strings.ts</c>).</remarks>
    public IReadOnlyList<string> Files { get; } =
    [
        "renovate.json", "renovate.jsonc", "renovate.json5", ".github/renovate.json", ".github/renovate.jsonc", ".github/renovate.json5", ".gitlab/renovate.json",
        ".gitlab/renovate.jsonc", ".gitlab/renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.jsonc", ".renovaterc.json5", PackageFile,
    ];

    /// <inheritdoc/>
    public PolicyReading ReadPolicy(SourceFile text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var json = Json5Tree.Read(text);
        var (root, problem) = (json.Root, json.Problem);
        if (problem is not null && !json.IsSurelyJson)
        {
            var yaml = YamlStream.Read(text);
            problem = yaml.Problem;
            root = yaml.Documents.Count > 0 ? yaml.Documents[0] : null;
            problem ??= yaml.Documents.Count > 1
                ? new FileProblem(text.Path, text.PositionOf(yaml.Documents[1].Start).Line, "there is more than one document: write one rule, or a list of them")
                : null;
        }

        return problem is not null ? PolicyReading.Wrong(problem) : new RuleReader(text).Read(root);
    }

    /// <inheritdoc/>
    public IReadOnlyList<RegexFormat> ReadFormats(IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        return Find(parts) is { Root: { } root } found ? RepositoryReader.ReadFormats(found.File, root) : [];
    }

    /// <inheritdoc/>
    public DialectReading ReadRules(IReadOnlyList<ConfigurationPart> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (Find(parts) is not { } found)
        {
            return DialectReading.None;
        }

        List<FileProblem> passedOver =
            [.. parts.Where(p => p.Path != found.Part.Path && p.Path != PackageFile).Select(p => new FileProblem(p.Path, 1, $"it is passed over: Renovate reads one configuration, and {found.Part.Path} goes before it"))];
        if (found.Root is null)
        {
            return new DialectReading(new WrongRules(found.Part, found.Problem!, null), [found.Problem!], passedOver);
        }

        var (rules, text) = new RepositoryReader(found.File).ReadAll(found.Part, found.Root);
        return text.Errors is [var first, ..]
            ? new DialectReading(new WrongRules(found.Part, first, rules), text.Errors, [.. passedOver, .. text.Remarks])
            : new DialectReading(rules, [], [.. passedOver, .. text.Remarks]);
    }

    private sealed record Found(ConfigurationPart Part, SourceFile File, YamlMapping? Root, FileProblem? Problem);

    /// <summary>The first file that there is counts.</summary>
    private Found? Find(IReadOnlyList<ConfigurationPart> parts)
    {
        foreach (var path in Files)
        {
            if (parts.FirstOrDefault(p => p.Path == path) is { } part && (path == PackageFile ? FromPackage(part) : Read(part)) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static Found Read(ConfigurationPart part)
    {
        var file = part.ToSource();
        if (part.Text.Length > ConfigurationPart.LongestText)
        {
            return Wrong(part, file, null, $"the text is longer than {ConfigurationPart.LongestText / 1024} KiB, the most that is read");
        }

        // A file with nothing in it is a configuration that says nothing.
        if (string.IsNullOrWhiteSpace(part.Text))
        {
            return new Found(part, file, new YamlMapping(0, null), null);
        }

        var json = Json5Tree.Read(file);
        return json.Problem is { } problem ? new Found(part, file, null, problem)
            : json.Root is YamlMapping root ? new Found(part, file, root, null)
            : Wrong(part, file, json.Root, "a configuration is an object: write { \"extends\": [\"config:recommended\"] }");
    }

    /// <summary>The key <c>renovate</c> of a package: settings, or the name of a preset. Without it there is no configuration, whatever else is wrong.</summary>
    private static Found? FromPackage(ConfigurationPart part)
    {
        if (part.Text.Length > ConfigurationPart.LongestText || !part.Text.Contains("\"renovate\"", StringComparison.Ordinal))
        {
            return null;
        }

        var file = part.ToSource();
        return Json5Tree.Read(file).Root is not YamlMapping package || !package.TryGet("renovate", out var node) ? null : node switch
        {
            YamlMapping root => new Found(part, file, root, null),
            YamlScalar { IsEmpty: false } preset => new Found(part, file, SettingNodes.Mapping("extends", SettingNodes.List([preset], preset.Start), preset.Start), null),
            YamlScalar => null,
            _ => Wrong(part, file, node, "'renovate' is an object: write { \"extends\": [\"config:recommended\"] }"),
        };
    }

    private static Found Wrong(ConfigurationPart part, SourceFile file, YamlNode? node, string message) =>
        new(part, file, null, new FileProblem(part.Path, node is null ? 1 : file.PositionOf(node.Start).Line, message));
}
