using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Tests.Formats;

public sealed class YamlTests
{
    [Theory]
    [InlineData("1.27", "1.27")]
    [InlineData("1.10", "\"1.10\"")]
    [InlineData("3", "3")]
    [InlineData("1.27.3", "1.27.3")]
    [InlineData("20240101", "\"20240101\"")]
    [InlineData("2024-01-01", "\"2024-01-01\"")]
    [InlineData("2024-01-01-slim", "2024-01-01-slim")]
    [InlineData("012", "\"012\"")]
    [InlineData("1e3", "\"1e3\"")]
    [InlineData("0x1f", "\"0x1f\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("latest", "latest")]
    [InlineData("1.10@sha256:abc", "1.10@sha256:abc")]
    public void A_plain_scalar_is_quoted_where_it_would_be_read_as_something_else(string value, string written) => Assert.Equal(written, YamlText.Quote(value));

    [Fact]
    public void A_text_that_is_a_part_of_its_file_counts_its_lines_from_where_it_begins()
    {
        var file = new SourceFile("a.yaml", "a: 1\nb: ]", firstLine: 40);

        Assert.Equal((40, 4), file.PositionOf(3));
        Assert.Equal(3, file.OffsetOf(40, 4));
        Assert.Equal(41, YamlStream.Read(file).Problem!.Line);
    }

    [Theory]
    [InlineData("a:\n  b: 1\n  c: 2\n\td: 3\n", 4, "found a tab character that violate indentation")]
    [InlineData("a:\n\tb: 1\n", 2, "")]
    [InlineData("a: 1\nb: c: d\n", 2, ": put the value in quotes")]
    [InlineData("a: 1\nb: @c\n", 2, ": put the value in quotes")]
    [InlineData("a: 1\nb: *[c\n", 2, ": put the value in quotes")]
    public void What_is_wrong_is_told_with_its_line_and_what_to_do(string text, int line, string hint)
    {
        var problem = YamlStream.Read(new SourceFile("a.yaml", text)).Problem!;
        Assert.Equal(line, problem.Line);
        Assert.EndsWith(hint, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void YAML_in_a_block_of_YAML_knows_its_places_in_the_file()
    {
        var file = new SourceFile("a.yaml", "a: |\n  b:\n    c: é\n    tag: 1.9 # x\n  d: \"q\"\n");
        var outer = ((YamlMapping)YamlStream.Read(file).Documents[0]).Scalar("a")!.Written!;
        var inner = (YamlMapping)YamlStream.Read(file, outer).Documents[0];
        var tag = inner.Mapping("b")!.Scalar("tag")!;
        Assert.Equal((4, 10), file.PositionOf(tag.Start));
        Assert.Equal("1.9", file.Text.Substring(tag.Written!.Spans.Single().Start, 3));
        Assert.Equal((5, 6), file.PositionOf(inner.Scalar("d")!.Start));
        Assert.True(tag.Written.TryReplace(.., "1.10", out var edit));
        Assert.Equal("\"1.10\"", Assert.Single(tag.Written.Encode([edit])).Replacement);
    }

    [Fact]
    public void What_is_wrong_in_a_block_is_told_with_its_line_in_the_file()
    {
        var file = new SourceFile("a.yaml", "a: |\n  b: 1\n  c: [\n");
        var outer = ((YamlMapping)YamlStream.Read(file).Documents[0]).Scalar("a")!.Written!;
        Assert.Equal(3, YamlStream.Read(file, outer).Problem!.Line);
    }
}
