using Basewatch.Core.Dialects.Renovate;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects;

/// <summary>
/// Renovate's package rules (<see href="https://docs.renovatebot.com/configuration-options/#packagerules"/>): one rule, a list
/// of them, or a configuration with <c>packageRules</c>, as JSON, JSON5 or YAML.
/// </summary>
public sealed class RenovateDialect : IDialect
{
    /// <inheritdoc/>
    public string Name => "renovate";

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
}
