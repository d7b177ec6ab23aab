using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Kubernetes manifests made up.</summary>
internal static class GeneratedManifests
{
    private static readonly Gen<Part> Container = Gen.OneOf(
        Reference.Select(r => new Part("", $"  - name: é😀\n    image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"  - {{image: '{r}', name: a}}\n", [r])),
        Reference.Select(r => new Part("", $"  - {{\"name\":\"a\",\"image\":\"{r}\"}}\n", [r])),
        Reference.Select(r => new Part("", $"  - image: >-\n      {r}\n", [r])),
        Reference.Select(r => new Part("", $"  - image: &@ {Flow(r)}\n  - image: *@\n", [r])),
        Reference.Select(r => new Part("", $"  - name: a\n    args: [\"image: {r}\"]\n", [])),
        Reference.Select(r => new Part("", $"  volumes:\n  - image: {{reference: \"{r}\"}}\n  containers:\n", [r])),
        Reference.Select(r => new Part("", $"---\napiVersion: v1\nkind: ConfigMap\ndata:\n  image: \"{r}\"\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n", [])));

    public static Gen<GeneratedFile> Any { get; } = Of("k8s/pod.yaml", Container, "", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n");
}
