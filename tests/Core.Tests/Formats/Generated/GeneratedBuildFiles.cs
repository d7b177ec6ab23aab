using CsCheck;
using static Basewatch.Core.Tests.Formats.Generated.GeneratedFile;

namespace Basewatch.Core.Tests.Formats.Generated;

/// <summary>Build files made up: MSBuild, Maven, Gradle, buildpacks.</summary>
internal static class GeneratedBuildFiles
{
    private static readonly Gen<Part> Property = Gen.OneOf(
        Reference.Select(r => new Part("", $"    <ContainerBaseImage>{r}</ContainerBaseImage>\n", [r])),
        Reference.Select(r => new Part("", $"    <ContainerBaseImage\n      Condition=\"é😀\">\n      {r}\n    </ContainerBaseImage>\n", [r])),
        Reference.Select(r => new Part("", $"    <P@>{r}</P@>\n    <ContainerBaseImage>$(P@)</ContainerBaseImage>\n", [r])),
        Reference.Select(r => new Part("", $"    <!-- <ContainerBaseImage>no:1</ContainerBaseImage> --><Other>{r}</Other>\n", [])));

    private static readonly Gen<Part> Plugin = Gen.OneOf(
        Reference.Select(r => new Part("", $"<plugin><artifactId>jib-maven-plugin</artifactId><configuration><from>\n<image>{r}</image></from><to><image>{r}</image></to></configuration></plugin>\n", [r])),
        Reference.Select(r => new Part("", $"<plugin><artifactId>spring-boot-maven-plugin</artifactId><configuration><image><buildpacks><buildpack>docker://{r}</buildpack></buildpacks></image></configuration></plugin>\n", [r])),
        Reference.Select(r => new Part("", $"<properties><p.@>{r}</p.@></properties><plugin><artifactId>jib-maven-plugin</artifactId><configuration><from><image>${{p.@}}</image></from></configuration></plugin>\n", [r])));

    private static readonly Gen<Part> Buildpack = Gen.OneOf(
        Reference.Select(r => new Part("", $"[[buildpacks]] # é😀\nuri = \"docker://{r}\"\n", [r])),
        Reference.Select(r => new Part("", $"[[run.images]]\nimage = '{r}'\nmirrors = [\n  \"{r}\", # {r}\n]\n", [r, r])),
        Reference.Select(r => new Part("", $"# uri = \"docker://{r}\"\n[[buildpacks]]\nuri = \"../x\"\nnote = '''\nimage = \"{r}\"\n'''\n", [])));

    private static readonly Gen<Part> Block = Gen.OneOf(
        Reference.Select(r => new Part("", $"jib {{ // {r}\n  from {{\n    image = '{r}'\n  }}\n  to {{ image = '{r}' }}\n}}\n", [r])),
        Reference.Select(r => new Part("", $"def @ = \"{r}\"\njib.from.image = \"${{@}}\"\n", [r])),
        Reference.Select(r => new Part("", $"bootBuildImage {{\n  buildpacks = [\n    'docker://{r}'\n  ]\n  /* é😀 */ builder = '{r}'\n}}\n", [r, r])),
        Reference.Select(r => new Part("", $"image = '{r}'\nprintln \"{r}\"\n", [])));

    public static Gen<GeneratedFile> Gradle { get; } = Of("app/build.gradle", Block, "", "");

    public static Gen<GeneratedFile> MSBuild { get; } = Of("src/a.csproj", Property, "", "<Project>\n  <PropertyGroup>\n").Select(f => f with { Text = f.Text + "</PropertyGroup></Project>" });

    public static Gen<GeneratedFile> Maven { get; } = Of("pom.xml", Plugin, "", "<project>\n").Select(f => f with { Text = f.Text + "</project>" });

    public static Gen<GeneratedFile> Buildpacks { get; } = Of("builder.toml", Buildpack, "", "");
}
