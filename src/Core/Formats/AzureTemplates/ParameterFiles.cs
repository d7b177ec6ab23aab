using Basewatch.Core.Formats.Json;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.AzureTemplates;

/// <summary>Files beside a template that give its parameters values.</summary>
internal static class ParameterFiles
{
    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["*.bicepparam", "*.parameters*.json", "parameters*.json"];

    /// <summary>The values of each file that is of this template: it is called after it, or after nothing.</summary>
    public static IEnumerable<IReadOnlyDictionary<string, Expression>> Read(SourceFile template)
    {
        foreach (var sibling in template.Siblings.Where(s => IsOf(s.Name, template.Name)))
        {
            if (sibling.Path.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase))
            {
                yield return BicepReader.Read(sibling, isSibling: true, out _).Parameters
                    .Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!, StringComparer.Ordinal);
            }
            else if (JsonTree.Read(sibling).Root is YamlMapping root && JsonTemplateReader.HasSchema(root, "deploymentParameters"))
            {
                yield return new JsonTemplateReader(sibling).ReadParameters(root);
            }
        }
    }

    private static bool IsOf(ReadOnlySpan<char> name, ReadOnlySpan<char> template)
    {
        var stem = template[..template.LastIndexOf('.')];
        return name.StartsWith("parameters", StringComparison.OrdinalIgnoreCase)
            || (name.StartsWith(stem, StringComparison.OrdinalIgnoreCase) && name.Length > stem.Length && name[stem.Length] is '.' or '-' or '_');
    }
}
