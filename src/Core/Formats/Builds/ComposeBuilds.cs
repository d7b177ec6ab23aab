using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Builds;

/// <summary>Services of Compose with <c>build</c> and <c>image</c>.</summary>
internal static class ComposeBuilds
{
    public static IEnumerable<ImageBuild?> Read(SourceFile file)
    {
        var environment = file.Siblings.FirstOrDefault(s => s.Name is ".env") is { } sibling ? EnvironmentFile.Read(sibling) : null;
        var folder = BuildReader.FolderOf(file);
        foreach (var root in YamlStream.Read(file).Documents.OfType<YamlMapping>())
        {
            foreach (var service in root.Mapping("services")?.Named.Select(e => e.Value).OfType<YamlMapping>() ?? [])
            {
                if (service.Effective("image") is not YamlScalar { IsNull: false } image || service.Effective("build") is not { } build)
                {
                    continue;
                }

                var mapping = build as YamlMapping;
                if (mapping?.Effective("dockerfile_inline") is not null || build is YamlSequence or YamlScalar { IsNull: true })
                {
                    continue;
                }

                var context = Text(mapping is null ? build : mapping.Effective("context"));
                yield return ImageBuild.Of(
                    Text(image), BuildReader.PathOf(folder, context, Text(mapping?.Effective("dockerfile")), isInContext: true), Text(mapping?.Effective("target")));
            }
        }

        string? Text(YamlNode? node) => node is not YamlScalar { IsNull: false } scalar ? null
            : VariableExpansion.Of(scalar.Text, VariableSyntax.Compose, name => environment?.Find(name) ?? VariableValue.Unset) is { } expansion
                ? expansion.Problem is null ? expansion.Value.Value : expansion.Pattern
                : null;
    }
}
