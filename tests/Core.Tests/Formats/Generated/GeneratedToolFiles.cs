using Basewatch.Core.Formats;
using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Files of tools that develop, build and deploy, made up.</summary>
internal static class GeneratedToolFiles
{
    private static readonly Gen<Part> Task = Gen.OneOf(
        Reference.Select(r => new Part("", $"- community.docker.docker_container:\n    name: é😀\n    image: {Flow(r)} # image: no:1\n", [r])),
        Reference.Select(r => new Part("", $"- podman_container: {{name: @, image: '{r}'}}\n", [r])),
        Reference.Select(r => new Part("", $"- docker_container: {{image: \"{{{{ @ | default('{r}') }}}}\"}}\n", [r])),
        Reference.Select(r => new Part("", $"- docker_container:\n    image: '{{{{ @ }}}}'\n  vars:\n    @: \"{r}\"\n", [r])));

    private static readonly Gen<Part> Target = Gen.OneOf(
        Reference.Select(r => new Part("", $"@:\n  FROM {r} # FROM no:1\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  FROM --platform=linux/amd64 \"{r}\"\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  ARG IMAGE={r}\n  FROM $IMAGE\n", [r])),
        Reference.Select(r => new Part("", $"@:\n  FROM +base\n  WITH DOCKER --pull {r}\n    RUN x\n  END\n", [r])));

    private static readonly Gen<Part> Hook = Gen.OneOf(
        Reference.Select(r => new Part("", $"    - {{id: @, language: docker_image, entry: '{r} -x'}}\n", [r])),
        Reference.Select(r => new Part("", $"    - id: @\n      language: docker_image\n      entry: -e A=b {r}\n", [r])));

    /// <summary>A path may stand there too, so that a short name is none.</summary>
    private static readonly Gen<string> Plain = Reference.Where(r => PlainReference.Is(r));

    private static readonly Gen<Part> Build = Gen.OneOf(
        Plain.Select(r => new Part("", $"[[containers]] # @\nname = \"a\"\n  image = \"{r}\"\n", [r])),
        Plain.Select(r => new Part("", $"[[containers]]\nimage='{r}' # @\n[[x]]\nimage = \"no\"\n", [r])));

    private static readonly Gen<Part> Container = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @: {{ image: '{r}' }}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    image: {Flow(r)}   # {r}\n", [r])));

    private static readonly Gen<Part> Action = Reference.Select(r => new Part("", $"---\nkind: Deploy\nname: @\nspec:\n  image: '{r}'\n", [r]));

    public static IReadOnlyList<(string Format, Gen<GeneratedFile> Files)> All { get; } =
    [
        ("ansible", Of("roles/web/tasks/main.yml", Task, "", "---\n")),
        ("earthfile", Of("Earthfile", Target, "", "VERSION 0.8\n")),
        ("pre-commit", Of(".pre-commit-config.yaml", Hook, "", "repos:\n- repo: local\n  hooks:\n")),
        ("toml", Of("wrangler.toml", Build, "", "name = \"x\"\n")),
        ("garden", Of("garden.yml", Action, "", "")),
        ("batect", Of("batect.yml", Container, "", "containers:\n")),
        ("score", Of("score.yaml", Container, "", "apiVersion: score.dev/v1b1\ncontainers:\n")),
    ];
}
