using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Scripts with comments made up.</summary>
internal static class GeneratedComments
{
    /// <summary>What a comment needs to see a reference in a line of words.</summary>
    private static readonly Gen<string> Plain = Reference.Where(r => !r.Contains('[', StringComparison.Ordinal) && r.Any(char.IsAsciiLetter));

    private static readonly Gen<Part> Line = Gen.OneOf(
        Plain.Select(r => new Part("", $"# basewatch: image\nexport @=\"{r}\"\n", [r])),
        Plain.Select(r => new Part("", $"-- basewatch: image\n\n@: '{r}'\n", [r])),
        Plain.Select(r => new Part("", $"<!-- basewatch: image -->\n<@>{r}</@>\n", [r])),
        Plain.Select(r => new Part("", $"// basewatch: image\n@ := {r}\n", [r])),
        Plain.Select(r => new Part("", $"# basewatch: ignored\n@={r}\n# renovate: datasource=npm depName=x\n@={r}\n", [])));

    public static Gen<GeneratedFile> Any { get; } = Of("deploy/run.sh", Line, "", "#!/bin/sh\n");
}
