using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedHelmFiles;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Charts and what installs them, made up: their images are in values of their own.</summary>
internal static class GeneratedReleases
{
    /// <summary>Flux's releases, and artifacts by tag.</summary>
    private static readonly Gen<Part> Flux = Gen.OneOf(
        Tagged.Select(r => new Part("", $"---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {{name: é😀}}\nspec:\n  values:\n    image:\n      repository: {Name(r)} # name\n      tag: '{Version(r)}'\n", [r])),
        Tagged.Select(r => new Part("", $"---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nspec: {{values: {{image: {{tag: \"{Version(r)}\", repository: \"{Name(r)}\"}}}}}}\n", [r])),
        Tagged.Where(r => Digest(r).Length == 0).Select(r => new Part("", $"---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: OCIRepository\nspec:\n  url: 'oci://{Name(r)}'\n  ref: {{tag: '{Tag(r)}'}}\n", [r])));

    private static readonly Gen<Part> Argo = Gen.OneOf(
        Tagged.Select(r => new Part("", $"---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    kustomize:\n      images:\n      - {r} # image\n", [r])),
        Tagged.Select(r => new Part("", $"---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      parameters:\n      - name: image.repository\n        value: {Name(r)}\n      - {{name: image.tag, value: '{Version(r)}'}}\n", [r])),
        Tagged.Select(r => new Part("", $"---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nspec:\n  source:\n    repoURL: https://example.com/a\n    helm:\n      values: |\n        image:\n          repository: {Name(r)}\n          tag: \"{Version(r)}\"\n", [r])));

    private static readonly Gen<Part> Fleet = Gen.OneOf(
        Tagged.Select(r => new Part("", $"- name: @\n  helm:\n    values:\n      image: {r} # image: no:1\n", [r])),
        Tagged.Select(r => new Part("", $"- name: @\n  helm: {{values: {{image: {{repository: '{Name(r)}', tag: '{Version(r)}'}}}}}}\n", [r])));

    private static readonly Gen<Part> Carvel = Gen.OneOf(
        Tagged.Select(r => new Part("", $"  - path: @\n    imgpkgBundle:\n      image: {r} # image: no:1\n", [r])),
        Tagged.Select(r => new Part("", $"  - {{path: @, image: {{url: '{r}'}}}}\n", [r])));

    private static readonly Gen<Part> Resource = Gen.OneOf(
        Tagged.Select(r => new Part("", $"---\napiVersion: helm.cattle.io/v1\nkind: HelmChart\nspec:\n  valuesContent: |-\n    image:\n      repository: {Name(r)}\n      tag: '{Version(r)}'\n", [r])),
        Tagged.Select(r => new Part("", $"---\napiVersion: helm.crossplane.io/v1beta1\nkind: Release\nspec: {{forProvider: {{values: {{image: '{r}'}}}}}}\n", [r])));

    private static readonly Gen<Part> Release = Gen.OneOf(
        Tagged.Select(r => new Part("", $"- name: @\n  chart: ./charts/a\n  values:\n  - image:\n      repository: {Name(r)}\n      tag: '{Version(r)}' # tag\n", [r])),
        Tagged.Select(r => new Part("", $"- name: @\n  chart: ./charts/a\n  set:\n  - name: image.repository\n    value: {Name(r)}\n  - {{name: image.tag, value: '{Version(r)}'}}\n", [r])));

    private static readonly Gen<Part> Artifact = Gen.OneOf(
        Reference.Select(r => new Part("", $"    - name: @\n      image: {Flow(r)}\n", [r])),
        Reference.Select(r => new Part("", $"    - {{name: @, image: '{r}'}}\n", [r])));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("flux", Of("clusters/flux.yaml", Flux, "", "")),
        ("argocd", Of("apps/argo.yaml", Argo, "", "")),
        ("fleet", Of("fleet.yaml", Fleet, "", "targetCustomizations:\n")),
        ("carvel", Of("vendir.yml", Carvel, "", "apiVersion: vendir.k14s.io/v1alpha1\nkind: Config\ndirectories:\n- path: v\n  contents:\n")),
        ("helm-resource", Of("charts.yaml", Resource, "", "")),
        ("helmfile", Of("helmfile.yaml", Release, "", "releases:\n")),
        ("helm-chart", Of("Chart.yaml", Artifact, "", "apiVersion: v2\nname: shop\nversion: 1.2.3\nannotations:\n  artifacthub.io/images: |\n")),
    ];
}
