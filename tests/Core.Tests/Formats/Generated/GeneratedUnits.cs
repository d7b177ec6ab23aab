using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Quadlet units and development containers made up.</summary>
internal static class GeneratedUnits
{
    private static readonly Gen<Part> Unit = Gen.OneOf(
        Reference.Select(r => new Part("", $"[Container]\nImage={r}\n", [r])),
        Reference.Select(r => new Part("", $"[Container]\n# é😀 Image={r}\n  Image = docker://{r}  \n", [r])),
        Reference.Select(r => new Part("", $"[Container]\nImage=\"{r}\"\nExec=a \\\n; b\nImage={r}\nImage=@.image\n", [r])),
        Reference.Select(r => new Part("", $"[Service]\nImage={r}\n", [])));

    private static readonly Gen<Part> Image = Gen.OneOf(
        Reference.Select(r => new Part("", $"  \"image\": \"{r}\", // \"image\": \"no:1\"\n", [r])),
        Reference.Select(r => new Part("", $"  /* {r} */ \"image\" :\n\t\"{r}\",\n", [r])));

    public static Gen<GeneratedFile> Quadlet { get; } = Of("web/app.container", Unit, "", "");

    /// <summary>The first image counts, however many there are.</summary>
    public static Gen<GeneratedFile> Devcontainer { get; } = Of(".devcontainer/devcontainer.json", Image, "", "{\n").Select(f => f with { Text = f.Text + "}", Images = [f.Images[^1]] });
}
