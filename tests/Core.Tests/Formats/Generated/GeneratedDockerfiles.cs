using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Dockerfiles made up.</summary>
internal static class GeneratedDockerfiles
{
    /// <summary>What is all digits is a stage where one may be named.</summary>
    private static readonly Gen<string> NoStage = Reference.Where(r => !r.All(char.IsAsciiDigit));

    private static readonly Gen<Part> Instruction = Gen.OneOf(
        Reference.Select(r => new Part("", $"FROM {r}\n", [r])),
        Reference.Select(r => new Part("", $"from  --platform=linux/amd64 \\\n  # why\n\n \t{r} \\\n AS s1\n", [r])),
        Reference.Select(r => new Part("", $"FROM \"{r}\" AS s2 \n", [r])),
        Reference.Select(r => new Part("ARG @={0}\n", "FROM ${@}\n", [r])),
        Reference.Select(r => new Part("ARG x=1 @='{0}' y=\"2 3\"\n", "FROM $@ AS s3\n", [r])),
        Reference.Select(r => new Part("ARG @\n", "FROM ${@:-{0}}\n", [r])),
        NoStage.Select(r => new Part("", $"FROM scratch\nCOPY --chmod=u+x --from={r} --link /a /b\n", [r])),
        Gen.Select(NoStage, NoStage, (a, b) => new Part("", $"FROM scratch\nRUN --mount=type=cache,target=/c --mount=from={a},target=/x \\\n  --mount=\"type=bind,from={b}\" make\n", [a, b])),
        Reference.Select(r => new Part("", $"FROM scratch\nRUN <<EOF\nFROM {r}\nEOF\n", [])),
        Reference.Select(r => new Part("", $"  # FROM {r}\n\n", [])));

    public static Gen<GeneratedFile> Any { get; } = Of("sub/Dockerfile", Instruction, "ARG first\n", "");
}
