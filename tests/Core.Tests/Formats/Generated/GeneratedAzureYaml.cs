using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Container groups in YAML made up.</summary>
internal static class GeneratedAzureYaml
{
    private static readonly Gen<Part> Container = Gen.OneOf(
        Reference.Select(r => new Part("", $"  - name: é😀\n    properties:\n      image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"  - {{properties: {{image: '{r}'}}}}\n", [r])),
        Reference.Select(r => new Part("", $"  - {{name: '{r}'}}\n", [])));

    public static Gen<GeneratedFile> Any { get; } = Of("deploy/aci.yaml", Container, "", "type: Microsoft.ContainerInstance/containerGroups\nproperties:\n  containers:\n");
}
