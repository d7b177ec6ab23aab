using System.Text;
using System.Text.Json.Nodes;
using Basewatch.Adapters.Notifications;
using Basewatch.Core.Alerts;
using CsCheck;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using NJsonSchema;
using Xunit;

namespace Basewatch.Adapters.Tests.Notifications;

/// <summary>Markdown for e-mail, and the events of webhooks: what is read out again is what was put in.</summary>
public sealed class MarkdownMailTests
{
    private static readonly MarkdownPipeline GitHub = new MarkdownPipelineBuilder().UseYamlFrontMatter().UsePipeTables().UseAutoLinks().UseEmphasisExtras(EmphasisExtraOptions.Strikethrough).UseTaskLists().Build();

    public static TheoryData<string> Kinds => [.. SampleMessages.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_is_a_document_of_all_that_it_says(string kind)
    {
        var message = SampleMessages.All[kind];
        var text = MarkdownMail.Render(message);
        var document = Markdig.Markdown.Parse(text, GitHub);

        Assert.StartsWith($"---\nsubject: \"{message.Title}\"\nid: \"{message.Id}\"\n", text, StringComparison.Ordinal);
        Assert.Contains("\ndate: 2026-11-24T06:00:00Z\n---\n", text, StringComparison.Ordinal);
        Assert.Equal(message.Title, Plain(Assert.Single(document.OfType<HeadingBlock>(), h => h.Level == 1)));
        Assert.Equal(
            message.Tables.SelectMany(t => t.Rows.Select(r => string.Join('|', r.Select(c => c.Text))).Prepend(string.Join('|', t.Columns))),
            document.OfType<Table>().SelectMany(t => t.OfType<TableRow>()).Select(r => string.Join('|', r.OfType<TableCell>().Select(Plain))));
        Assert.Equal(
            message.Tables.SelectMany(t => t.Rows).SelectMany(r => r).Select(c => c.Url).OfType<string>().Concat(message.Actions.Select(a => a.Url)).Order(StringComparer.Ordinal),
            document.Descendants<LinkInline>().Select(l => l.Url!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Whatever_is_told_no_text_is_markup()
    {
        var hostile = Gen.OneOf(
            Gen.String[0, 60],
            Gen.OneOf("[click](https://evil.example)", "<img src=x>", "**b** __i__ ~~s~~ `c`", "| a | b |", "- item", "# head", "> quote", "1. one", "---", "===", "a\n\nb", "https://evil.example www.evil.example a@evil.example @team #1", "&lt;b&gt;", "\\[x](y)", "\\", "[x]: https://evil.example", "- [ ] task", "\uD800"));
        Gen.Select(hostile, hostile, hostile, hostile).Sample(
            (title, paragraph, value, cell) =>
            {
                var document = Markdig.Markdown.Parse(MarkdownMail.Render(new Message("id", MessageKind.Failure, Severity.Warning, title, DateTimeOffset.UnixEpoch)
                {
                    Paragraphs = [paragraph],
                    Facts = [new("Fact", value)],
                    Tables = [new("Table", ["Cell", "Other"], [[new(cell), new("y")]])],
                }), GitHub);

                Assert.DoesNotContain(document.Descendants(), d => d is LinkInline or AutolinkInline or HtmlInline or HtmlBlock or CodeInline or FencedCodeBlock or QuoteBlock or ThematicBreakBlock);
                Assert.Equal("emphasis 1, lists 1, tables 1", $"emphasis {document.Descendants<EmphasisInline>().Count()}, lists {document.Descendants<ListBlock>().Count()}, tables {document.Descendants<Table>().Count()}");
                Assert.Equal(2, document.Descendants<HeadingBlock>().Count());
                Assert.Equal(2, document.Descendants<TableRow>().Last().Count);
            },
            iter: 2000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_data_of_an_event_are_as_the_schema_says(string kind)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "Notifications", "alert.schema.json"), TestContext.Current.CancellationToken);
        var sent = JsonNode.Parse(AlertEvent.Render(SampleMessages.All[kind], AlertEvent.DefaultSource))!;

        Assert.Empty(schema.Validate(sent["data"]!.ToJsonString()).Select(e => e.ToString()));
        sent["data"]!["severity"] = "loud";
        Assert.NotEmpty(schema.Validate(sent["data"]!.ToJsonString()));
        Assert.Equal("urn:basewatch", (string?)sent["source"]);
    }

    [Fact]
    public void An_event_has_every_text_as_it_was()
    {
        Gen.String.Array[4].Sample(
            t =>
            {
                var message = new Message("id " + t[0], MessageKind.Digest, Severity.Good, t[0], DateTimeOffset.UnixEpoch)
                {
                    Paragraphs = [t[1]],
                    Facts = [new(t[2], t[3])],
                    Tables = [new(t[1], [t[2]], [[new(t[3], "https://github.com/")]])],
                };
                var data = JsonNode.Parse(AlertEvent.Render(message, AlertEvent.DefaultSource))!["data"]!;

                // Half a character is none.
                Assert.Equal(
                    t.Select(x => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(x))),
                    new[] { data["title"]!, data["paragraphs"]![0]!, data["tables"]![0]!["columns"]![0]!, data["tables"]![0]!["rows"]![0]![0]!["text"]! }.Select(n => (string?)n));
            },
            iter: 300);
    }

    private static string Plain(Block block) => string.Concat((block is LeafBlock leaf ? leaf.Inline!.Descendants() : block.Descendants()).Select(d => d switch
    {
        LiteralInline literal => literal.Content.ToString(),
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        _ => "",
    })).Replace("\u200D", "", StringComparison.Ordinal);
}
