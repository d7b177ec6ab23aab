using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Values, kustomizations and what else names images for charts, made up.</summary>
internal static class GeneratedHelmFiles
{
    /// <summary>Those with a tag and perhaps a digest: a chart decides what one without means.</summary>
    public static readonly Gen<string> Tagged = Reference.Where(r => Tag(r).Length > 0 && !r.StartsWith('['));

    private static readonly Gen<Part> Value = Gen.OneOf(
        Tagged.Select(r => new Part("", $"@:\n  image: {r} # image: no:1\n", [r])),
        Tagged.Select(r => new Part("", $"@:\n  - name: é😀\n    initImage: '{r}'\n", [r])),
        Tagged.Select(r => new Part("", $"@:\n  image: {{\"repository\": \"{Name(r)}\", \"tag\": \"{Version(r)}\"}}\n", [r])),
        Tagged.Select(r => new Part("", $"@:\n  image:\n    repository: {Name(r)} # name\n    tag: '{Version(r)}'   # tag\n", [r])),
        Tagged.Select(r => new Part("", $"@:\n  image:\n    tag: \"{Tag(r)}\"\n    digest: \"{Digest(r)}\"\n    repository: {Name(r)}\n", [r])),
        Tagged.Select(r => new Part("", $"@: &@\n  image:\n    repository: \"{Name(r)}\"\n    tag: \"{Version(r)}\"\n@-too: *@\n", [r])),
        Tagged.Select(r => new Part("", $"@:\n  imagePullPolicy: Always\n  image: icon.png\n  git: {{repository: https://example.com/{Tag(r)}, tag: v1}}\n", [])));

    private static readonly Gen<Part> Image = Gen.OneOf(
        Tagged.Select(r => new Part("", $"- name: é😀\n  newName: {Name(r)}\n  newTag: '{Tag(r)}'\n  digest: '{Digest(r)}'\n", [r])),
        Tagged.Select(r => new Part("", $"- newTag: \"{Version(r)}\" # newTag: no\n  name: x\n  newName: '{Name(r)}'\n", [r])),
        Tagged.Select(r => new Part("", $"- {{name: x, newName: \"{Name(r)}\", newTag: \"{Version(r)}\"}}\n", [r])),
        Tagged.Select(r => new Part("", $"- name: {Name(r)}\n", [])));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("helm-values", Of("charts/a/values.yaml", Value, "", "")),
        ("kustomize", Of("k8s/kustomization.yaml", Image, "", "images:\n")),
    ];

    public static string Name(string reference) => reference[..Split(reference).NameEnd];

    public static string Tag(string reference) => Split(reference) is var (name, tag) && tag > name ? reference[(name + 1)..tag] : "";

    public static string Digest(string reference) => reference[Math.Min(reference.Length, Split(reference).TagEnd + 1)..];

    /// <summary>Tag and digest as they stand after the name; U+0001 becomes an at sign, as a name is put in for it otherwise.</summary>
    public static string Version(string reference) => reference[(Split(reference).NameEnd + 1)..].Replace('@', '\u0001');

    private static (int NameEnd, int TagEnd) Split(string reference)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal) is var found and >= 0 ? found : reference.Length;
        var slash = reference.LastIndexOf('/', at - 1);
        var colon = reference.IndexOf(':', slash + 1);
        return colon < 0 || colon > at ? (at, at) : (colon, at);
    }
}
