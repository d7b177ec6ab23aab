using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Tests.Formats;

public sealed class RegexFormatTests
{
    [Fact]
    public void Groups_give_references_and_the_places_of_their_parts()
    {
        var formats = FormatCatalog.Default.With(
        [
            Create("python", "*.py", "Container\\(\"(?<name>[^:\"]+):(?<tag>[^@\"]+)(?:@(?<digest>[^\"]+))?\""),
            Create("list", "images.txt", "^(?<image>\\S+)\\s*$"),
            Create("tool", "/tool/VERSION", "^(?<tag>\\S+)", "ghcr.io/acme/tool"),
            Create("parts", "*.parts", "(?<registry>\\S+) (?<name>\\S+) (?<tag>\\S+)"),
        ]);
        var file = new SourceFile("src/test.py", "a = Container(\"postgres:16.3\")\nb = Container(\"redis:$X\")\n");
        var uses = formats.Read(file).Uses;
        Assert.Equal(["docker.io/library/postgres:16.3", "it has a variable that is set elsewhere"], uses.Select(u => u.Reference?.Canonical ?? u.Skip));
        Assert.Equal(("python", 1, 16, true), (uses[0].Format, uses[0].Line, uses[0].Column, uses[0].Pinnable));

        var digest = Digest.Of("new"u8);
        var targets = new Dictionary<ImageUse, ImageReference> { [uses[0]] = ImageReference.Parse($"postgres:17.1@{digest}") };
        Assert.True(ReferenceEdit.TryApply(formats, [(file, uses)], targets, out var texts, out var problem), problem?.ToString());
        Assert.Equal($"a = Container(\"postgres:17.1@{digest}\")\nb = Container(\"redis:$X\")\n", texts[file.Path]);

        Assert.Equal(["docker.io/library/alpine:3.20", "quay.io/a/b"], formats.Read("images.txt", "alpine:3.20\r\nquay.io/a/b\r\n"u8).Uses.Select(u => u.Reference!.Canonical));
        var tool = Assert.Single(formats.Read("tool/VERSION", "1.2.3\n"u8).Uses);
        Assert.Equal(("ghcr.io/acme/tool:1.2.3", false), (tool.Reference!.Canonical, tool.Pinnable));
        Assert.Empty(formats.For("other/tool/VERSION"));
        Assert.Equal("ghcr.io/acme/app:1", Assert.Single(formats.Read("x.parts", "ghcr.io acme/app 1"u8).Uses).Reference!.Canonical);
    }

    [Theory]
    [InlineData("Bad name", "*.x", "(?<image>x)", null, "'Bad name': a format's name is made of lower-case letters, digits and dashes")]
    [InlineData("a", "*.{x", "(?<image>x)", null, "'a': '*.{x' is no pattern for files: a brace is not closed")]
    [InlineData("a", "*.x", "", null, "'a': it has no pattern")]
    [InlineData("a", "*.x", "(?<image>x", null, "'a': '(?<image>x' is no regular expression: it has a group that is not closed: write \\( where a bracket is meant")]
    [InlineData("a", "*.x", "(?<image>x)(?=y)", null, "'a': '(?<image>x)(?=y)' is no regular expression: it has a look-around, which RE2 doesn't know")]
    [InlineData("a", "*.x", "(?<image>(((a{1000}){1000}){1000}){1000})", null, "'a': '(?<image>(((a{1000}){1000}){1000}){1000})' is no regular expression: its repetitions multiply to more than 1000")]
    [InlineData("a", "*.x", "(?<imge>x)", null, "'a': the pattern has a group 'imge': known are image, registry, name, tag, digest")]
    [InlineData("a", "*.x", "(?<image>x):(?<tag>y)", null, "'a': the group 'image' is a whole reference: others have no place beside it")]
    [InlineData("a", "*.x", "(?<tag>y)", null, "'a': the pattern has neither a group 'image' nor one 'name'")]
    [InlineData("a", "*.x", "x", "redis", "'a': the pattern has neither a group 'tag' nor one 'digest'")]
    [InlineData("a", "*.x", "(?<name>x):(?<tag>y)", "redis", "'a': the image's name is given twice: by Image, and by a group")]
    [InlineData("a", "*.x", "(?<tag>y)", "Redis", "'a': 'Redis' is no image's name: the repository 'Redis' has a capital letter: repositories are lower case")]
    public void What_is_wrong_with_a_definition_is_told(string name, string files, string pattern, string? image, string error)
    {
        Assert.False(RegexFormat.TryCreate(name, [files], pattern, image, out _, out var found));
        Assert.Equal(error, found);
    }

    [Fact]
    public void Definitions_are_bounded()
    {
        Assert.False(RegexFormat.TryCreate("a", [], "(?<image>x)", null, out _, out var error));
        Assert.Equal("'a': it names no files", error);
        Assert.False(RegexFormat.TryCreate("a", ["*.x"], new string('x', 2001), null, out _, out error));
        Assert.EndsWith("is no regular expression that is read here: an expression may have 2000 characters, this one has 2001", error, StringComparison.Ordinal);
        Assert.False(RegexFormat.TryCreate("a", [.. Enumerable.Repeat("*.x", 51)], "(?<image>x)", null, out _, out error));
        Assert.Equal("'a': it has more than 50 patterns for files", error);
    }

    [Fact]
    public void Several_groups_of_a_name_stand_for_one()
    {
        var formats = FormatCatalog.Default.With([Create("a", "*.x", "^(?:use (?<image>[[:graph:]]+)|(?P<image>\\S+) is used)\\r?$")]);
        Assert.Equal(["redis:7", "nginx:1"], formats.Read("a.x", "use redis:7\r\nnginx:1 is used\r\n"u8).Uses.Select(u => u.Reference!.Familiar));
    }

    [Fact]
    public void Many_matches_are_read_up_to_a_bound()
    {
        var formats = FormatCatalog.Default.With([Create("all", "*.x", "(?<image>[a-z]+:[0-9]+)")]);
        var reading = formats.Read("a.x", System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(i => $"a:{i}\n"))));
        Assert.Equal(10_000, reading.Uses.Count);
    }

    [Fact]
    public void What_is_found_depends_on_the_definitions()
    {
        var one = FormatCatalog.Default.With([Create("a", "*.x", "(?<image>x)")]).Definitions;
        Assert.Equal(one, FormatCatalog.Default.With([Create("a", "*.x", "(?<image>x)")]).Definitions);
        Assert.NotEqual(one, FormatCatalog.Default.With([Create("a", "*.y", "(?<image>x)")]).Definitions);
        Assert.Equal(0, FormatCatalog.Default.Definitions);
    }

    private static RegexFormat Create(string name, string files, string pattern, string? image = null) =>
        RegexFormat.TryCreate(name, [files], pattern, image, out var format, out var error) ? format : throw new FormatException(error);
}
