using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Compose files made up.</summary>
internal static class GeneratedComposeFiles
{
    private static readonly Gen<Part> Service = Gen.OneOf(
        Reference.Select(r => new Part("", $"  @: {{ image: {Flow(r)} }}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    # image: no:1\n    image:   '{r}'   # {r}\n    restart: always\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    image: \"${{IMAGE:-{r}}}\"\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    image: >-\n      {r}\n", [r])),
        Reference.Select(r => new Part($"x-@: &@\n  image: {Flow(r)}\n", "  @:\n    <<: *@\n    restart: always\n", [r])),
        Reference.Select(r => new Part($"x-@: &@ \"{r}\"\n", "  @: {image: *@}\n  @-too: {image: *@}\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    build:\n      dockerfile_inline: |\n        # é😀\n        ARG X={r}\n\n        FROM $X\n", [r])),
        Reference.Select(r => new Part("", $"  @:\n    build:\n      additional_contexts:\n        - a=docker-image://{r}\n", [r])),
        Reference.Select(r => new Part("", "  @:\n    build: .\n", [])));

    public static Gen<GeneratedFile> Any { get; } = Gen.OneOf("deploy/compose.yaml", "deploy/web.yml", "docker-compose.yml.j2")
        .SelectMany(path => Of(path, path == "deploy/web.yml" ? Service.Where(p => p.Images.Count > 0 && p.Head.Length == 0 && p.Body.Contains(" image:", StringComparison.Ordinal)) : Service, "", "services:\n"));
}
