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
        Reference.Select(r => new Part("", $"---\napiVersion: v1\nkind: Secret\ndata:\n  image: \"{r}\"\n---\napiVersion: v1\nkind: Pod\nspec:\n  containers:\n", [])));

    private static readonly Gen<Part> Line = Gen.OneOf(
        Reference.Select(r => new Part("", $"    - name: @\n      image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"    - image: '{r}'\n      name: é😀\n", [r])),
        Reference.Select(r => new Part("", $"    # image: {r}\n    {{{{- with .Values.x }}}}\n", [])),
        Reference.Select(r => new Part("", $"    - \"image\": \"{r}\"\n", [r])));

    private static readonly Gen<Part> Text = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @.yaml: |\n    apiVersion: v1\n    kind: Pod\n    spec:\n      containers:\n        - image: '{r}'\n", [r])),
        Reference.Select(r => new Part("", $"  @.txt: |\n    apiVersion: v1\n    kind: Pod\n    {{{{ if }}}}\n    containers:\n    - image: '{r}'\n", [r])));

    private static readonly Gen<Part> Step = Gen.OneOf(
        Reference.Select(r => new Part($"  - {{name: @, default: '{r}'}}\n", "  - image: $(params.@)\n", [r])),
        Reference.Select(r => new Part("", $"  - name: @\n    image: {Flow(r)}\n", [r])));

    private static readonly Gen<Part> Template = Gen.OneOf(
        Reference.Select(r => new Part($"    - {{name: @, value: \"{r}\"}}\n", "  - container:\n      image: '{{workflow.parameters.@}}'\n", [r])),
        Reference.Select(r => new Part("", $"  - script: {{image: \"{r}\", source: x}}\n", [r])));

    private static readonly Gen<Part> Package = Gen.OneOf(
        Reference.Select(r => new Part("", $"---\napiVersion: pkg.crossplane.io/v1\nkind: Provider\nspec: {{package: '{r}'}}\n", [r])),
        Reference.Select(r => new Part("", $"---\napiVersion: pkg.crossplane.io/v1\nkind: Function\nspec:\n  package: {Flow(r)} # image\n", [r])));

    private static readonly Gen<Part> Artifact = Gen.OneOf(
        Reference.Select(r => new Part("", $"  - buildpacks: {{builder: '{r}'}}\n", [r])),
        Reference.Select(r => new Part("", $"  - jib:\n      fromImage: {Flow(r)}\n", [r])),
        Reference.Select(r => new Part("", $"  - docker:\n      cacheFrom: [\"{r}\"]\n", [r])));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("kubernetes", Of("k8s/pod.yaml", Container, "", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n")),
        ("kubernetes", Of("chart/templates/pod.yaml", Line, "", "apiVersion: v1\nkind: Pod\n{{- if }}\nspec:\n  containers:\n")),
        ("kubernetes", Of("k8s/config.yaml", Text, "", "apiVersion: v1\nkind: ConfigMap\ndata:\n")),
        ("tekton", Sorted(Of("tekton/task.yaml", Step, "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  params:\n  - name: none\n", "  steps:\n"))),
        ("argo-workflows", Sorted(Of("argo/workflow.yaml", Template, "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  entrypoint: x\n  arguments:\n    parameters:\n    - name: none\n", "  templates:\n"))),
        ("crossplane", Of("crossplane/providers.yaml", Package, "", "")),
        ("skaffold", Of("skaffold.yaml", Artifact, "", "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n")),
    ];

    /// <summary>Images that stand in the heads come first.</summary>
    private static Gen<GeneratedFile> Sorted(Gen<GeneratedFile> files) =>
        files.Where(f => f.Images.Distinct().Count() == f.Images.Count).Select(f => f with { Images = [.. f.Images.OrderBy(i => Place(f.Text, i))] });

    private static int Place(string text, string image)
    {
        foreach (var quoted in new[] { $"'{image}'", $"\"{image}\"", $": {image}\n", $": {image}\r" })
        {
            if (text.IndexOf(quoted, StringComparison.Ordinal) is var at and >= 0)
            {
                return at;
            }
        }

        return -1;
    }
}
