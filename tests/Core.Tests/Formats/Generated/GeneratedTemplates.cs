using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Templates for Azure made up, in Bicep and in JSON.</summary>
internal static class GeneratedTemplates
{
    private static readonly Gen<Part> Declaration = Gen.OneOf(
        Reference.Select(r => new Part("", $"resource @r 'Microsoft.App/jobs@1' = {{\n  // é😀 image: 'no:1'\n  c: [ {{ image: '{r}' }}\n  ]\n}}\n", [r])),
        Reference.Select(r => new Part("", $"param @ string = '{r}'\nresource @r 'Microsoft.App/jobs@1' = {{ image: @, name: '${{@}}' }}\n", [r])),
        Reference.Select(r => new Part("", $"var @ = [ {{ image: '{r}' }} ]\nresource @r 'Microsoft.App/jobs@1' = [for i in @: {{ image: i.image }}]\n", [r])),
        Reference.Select(r => new Part("", $"resource @r 'Microsoft.App/jobs@1' = {{ image: empty(@) ? x.y : '{r}' }}\n", [r])),
        Reference.Select(r => new Part("", $"resource @r 'Microsoft.Web/sites@1' = {{ linuxFxVersion: 'DOCKER|{r}' }}\n", [r])),
        Reference.Select(r => new Part("", $"// {r}\n@description('{r}')\noutput @ string = '{r}'\n", [])));

    private static readonly Gen<Part> Container = Gen.OneOf(
        Reference.Select(r => new Part("", $"  {{ \"image\": \"{r}\" }}, // \"image\": \"no:1\"\n", [r])),
        Reference.Select(r => new Part("", $"  {{\"name\":\"é😀\",\"properties\":{{\"image\":\"[concat('{r}')]\"}}}},\n", [r])),
        Reference.Select(r => new Part("", $"  /* {r} */ {{ \"linuxFxVersion\": \"[format('{{1}}', 'x', 'DOCKER|{r}')]\" }},\n", [r])),
        Reference.Select(r => new Part("", $"  {{ \"note\": \"a\n {r}\" }},\n", [])));

    public static Gen<GeneratedFile> Bicep { get; } = Of("infra/main.bicep", Declaration, "targetScope = 'subscription'\n", "");

    public static Gen<GeneratedFile> Json { get; } = Of("infra/main.json", Container, "", "{\"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [{\"type\": \"Microsoft.App/jobs\", \"c\": [\n")
        .Select(f => f with { Text = f.Text + "]}]}" });
}
