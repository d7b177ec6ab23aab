using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Notifications;
using Basewatch.Core.Alerts;
using CsCheck;
using NJsonSchema;
using Xunit;

namespace Basewatch.Adapters.Tests.Notifications;

public sealed partial class TeamsCardTests
{
    private static readonly Message Plain = SampleMessages.All["end-of-life-ended"];

    public static TheoryData<string> Kinds => [.. SampleMessages.All.Keys];

    /// <summary>Text that strangers might write: of every script, with markup, and long.</summary>
    private static readonly Gen<string> Text = Gen.Frequency(
        (4, Gen.String[0, 40]),
        (2, Gen.OneOf("[click](https://evil.example)", "<at>everyone</at>", "**bold** _it_ `code`", "\u202Egnp.exe", "a|b\nc\t\"d\\", "{{DATE(2017-02-14T06:08:00Z, SHORT)}}", "😀👩‍👩‍👧 ﷽", "\uD800", "- item", "12. item", "http://evil.example", "ZWWW.Evil.example")),
        (1, Gen.Select(Gen.Char, Gen.Int[1, 5000], (c, n) => new string(c, n))));

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_card_says_all_of_its_message(string kind)
    {
        var message = SampleMessages.All[kind];
        var parts = TeamsCard.Render(message);

        var card = Card(Assert.Single(parts));
        var shown = string.Join('\n', Texts(card));
        Assert.All(message.Paragraphs.Concat(message.Facts.SelectMany(f => new[] { f.Name, f.Value })).Concat(message.Tables.SelectMany(t => t.Columns.Append(t.Title))), t => Assert.Contains(t, Unescaped(shown), StringComparison.Ordinal));
        Assert.Equal(message.Tables.SelectMany(t => t.Rows).Select(Words), Rows(card));
        Assert.Equal(message.Actions.Select(a => (a.Title, a.Url)), card["actions"]?.AsArray().Select(a => ((string)a!["title"]!, (string)a["url"]!)) ?? []);
        Assert.Equal(message.Title, Unescaped((string)card["fallbackText"]!));
        Assert.Equal("Full", (string?)card["msteams"]!["width"]);
    }

    [Theory]
    [InlineData(Severity.Good, "good")]
    [InlineData(Severity.Information, "accent")]
    [InlineData(Severity.Warning, "warning")]
    [InlineData(Severity.Attention, "attention")]
    public void The_header_has_the_colour_of_how_much_it_matters(Severity severity, string style) =>
        Assert.Equal(style, (string?)Card(TeamsCard.Render(Plain with { Severity = severity })[0])["body"]![0]!["style"]);

    [Fact]
    public void Whatever_is_told_each_card_fits_and_no_row_is_lost()
    {
        var cell = Gen.Select(Text, Gen.Bool, (t, l) => new MessageCell(t, l ? "https://github.com/octo/r?q=1" : null));
        var table = Gen.Select(Text, Gen.Int[1, 6].SelectMany(n => Gen.Select(Text.Array[n], cell.Array[n].Array[0, 120])), (title, c) => new MessageTable(title, c.Item1, c.Item2));
        var message = Gen.Select(Text, Text.Array[0, 6], Gen.Select(Text, Text, (n, v) => new MessageFact(n, v)).Array[0, 20], table.Array[0, 3], (title, paragraphs, facts, tables) =>
            Plain with { Title = title, Paragraphs = paragraphs, Facts = facts, Tables = tables });

        message.Sample(
            m =>
            {
                var parts = TeamsCard.Render(m);
                var cards = parts.Select(Card).ToList();

                Assert.InRange(parts.Count, 1, TeamsCard.MostParts);
                Assert.All(parts, p => Assert.InRange(p.Length, 1, TeamsCard.LargestMessage));

                // As Workflows hands it on: a string within JSON.
                Assert.All(parts, p => Assert.InRange(JsonEncodedText.Encode(Encoding.UTF8.GetString(p), System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length, 1, TeamsCard.LargestMessage));

                var expected = m.Tables.SelectMany(t => t.Rows).Select(Words).ToList();
                var shown = cards.SelectMany(Rows).ToList();
                if (parts.Count < TeamsCard.MostParts || shown.Count == expected.Count)
                {
                    Assert.Equal(expected, shown);
                }
                else
                {
                    Assert.Equal(expected.Take(shown.Count), shown);
                    Assert.Equal(expected.Count - shown.Count, LeftOut(cards[^1]));
                }

                Assert.Equal(m.Facts.Select(f => (Shown(f.Name, 60), Shown(f.Value, TeamsCard.LongestFact))), cards.SelectMany(Facts));
                Assert.All(cards, c => Assert.Equal(m.Actions.Count, c["actions"]?.AsArray().Count ?? 0));
            },
            iter: 150);
    }

    [Fact]
    public void Several_cards_say_which_of_them_they_are_and_the_facts_stand_in_the_first()
    {
        var message = Many(600);
        var cards = TeamsCard.Render(message).Select(Card).ToList();

        Assert.InRange(cards.Count, 3, TeamsCard.MostParts);
        Assert.All(cards.Index(), c => Assert.EndsWith($"· {c.Index + 1} of {cards.Count}", (string)c.Item["body"]![0]!["items"]![0]!["text"]!, StringComparison.Ordinal));
        Assert.Equal(message.Facts.Count, Facts(cards[0]).Count());
        Assert.All(cards.Skip(1), c => Assert.Empty(Facts(c)));
        Assert.All(cards.Skip(1), c => Assert.Contains("Where (continued)", Texts(c)));
        Assert.Equal(message.Tables[0].Rows.Select(Words), cards.SelectMany(Rows));
    }

    [Fact]
    public void What_is_too_much_for_a_channel_is_counted_and_the_dashboard_named()
    {
        var message = Many(20_000);
        var parts = TeamsCard.Render(message, "https://basewatch.example/");
        var cards = parts.Select(Card).ToList();

        Assert.Equal(TeamsCard.MostParts, cards.Count);
        Assert.All(parts, p => Assert.InRange(p.Length, 1, TeamsCard.LargestMessage));
        Assert.Equal(20_000 - cards.Sum(c => Rows(c).Count()), LeftOut(cards[^1]));
        Assert.Contains("](https://basewatch.example/)\"", Encoding.UTF8.GetString(parts[^1]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_giant_cell_loses_its_middle_and_nothing_else()
    {
        var rows = new IReadOnlyList<MessageCell>[] { [new("before"), new("x")], [new("a" + new string('"', 100_000) + "z:17"), new("x")], [new("after"), new("x")] };
        var shown = Rows(Card(Assert.Single(TeamsCard.Render(Plain with { Tables = [new("T", ["File", "X"], rows)] })))).ToList();

        Assert.Equal(3, shown.Count);
        Assert.StartsWith("a\"\"", shown[1], StringComparison.Ordinal);
        Assert.Contains("\"…\"", shown[1], StringComparison.Ordinal);
        Assert.Contains("z:17", shown[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://basewatch.example/")]
    [InlineData("/relative")]
    [InlineData("data:text/html,x")]
    public void Only_https_leads_anywhere(string url)
    {
        var card = Card(TeamsCard.Render(Plain with { Actions = [new("Go", url)], Tables = [new("T", ["C"], [[new("text", url)]])] })[0]);

        Assert.Null(card["actions"]);
        Assert.DoesNotContain("](", card.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("text", Texts(card));
    }

    [Fact]
    public void Text_from_outside_is_no_link_no_mention_and_no_emphasis()
    {
        const string Hostile = "[click](https://evil.example) <at>everyone</at> **x** \u202Egnp\n# y";
        var card = Card(TeamsCard.Render(Plain with { Title = Hostile, Paragraphs = [Hostile], Facts = [new("x", Hostile)], Tables = [new(Hostile, ["x"], [[new(Hostile)]])] })[0]);

        var texts = Texts(card).ToList();
        Assert.All(texts, t => Assert.DoesNotContain('<', t));
        Assert.All(texts, t => Assert.DoesNotContain('\u202E', t));
        Assert.All(texts, t => Assert.DoesNotContain('\n', t));
        Assert.All(texts.Where(t => t.StartsWith('\\')), t => Assert.StartsWith(@"\[click\](https:" + "\u200B" + @"//evil.example) ‹at›everyone‹/at› \*\*x\*\* ", t, StringComparison.Ordinal));
        Assert.Equal(5, texts.Count(t => t.StartsWith(@"\[click", StringComparison.Ordinal)));
    }

    /// <summary>
    /// Microsoft's own schema is not kept here: <c>BASEWATCH_CARD_SCHEMA</c> names a copy of
    /// <see href="https://adaptivecards.io/schemas/1.5.0/adaptive-card.json"/>. Without it, <c>card.schema.json</c> counts, which has what our cards use of it, and
    /// the browser's tests, where Microsoft's own object model reads each card as 1.5.
    /// </summary>
    [Fact]
    public async Task Cards_are_valid()
    {
        var own = await JsonSchema.FromFileAsync(Path.Combine(AppContext.BaseDirectory, "Notifications", "card.schema.json"), TestContext.Current.CancellationToken);
        var schemas = Environment.GetEnvironmentVariable("BASEWATCH_CARD_SCHEMA") is { } file ? new[] { own, await JsonSchema.FromFileAsync(file, TestContext.Current.CancellationToken) } : [own];
        foreach (var (name, message) in SampleMessages.All.Append(new("many", Many(600))))
        {
            foreach (var part in TeamsCard.Render(message))
            {
                var card = Card(part);

                // Teams' own, in its place.
                card.Remove("msteams");
                foreach (var schema in schemas)
                {
                    Assert.Empty(schema.Validate(card.ToJsonString()).Select(e => $"{name}: {e}"));
                    Assert.NotEmpty(schema.Validate(card.ToJsonString().Replace("\"wrap\":true", "\"wrap\":\"yes\"", StringComparison.Ordinal)));
                }
            }
        }
    }

    internal static Message Many(int rows) => Plain with
    {
        Tables = [new("Where", ["Repository", "File", "Image"], [.. Enumerable.Range(0, rows).Select(i => (IReadOnlyList<MessageCell>)[new($"contoso/service-{i / 3}", $"https://github.com/contoso/service-{i / 3}"), new($"deploy/{i}/Dockerfile:{i}"), new("python:3.8-slim-buster")])])],
    };

    private static JsonObject Card(byte[] part)
    {
        var message = JsonNode.Parse(part)!;
        Assert.Equal("message", (string?)message["type"]);
        var attachment = Assert.Single(message["attachments"]!.AsArray())!.AsObject();
        Assert.Equal("application/vnd.microsoft.card.adaptive", (string?)attachment["contentType"]);
        Assert.True(attachment.ContainsKey("contentUrl") && attachment["contentUrl"] is null);
        var card = attachment["content"]!.AsObject();
        Assert.Equal(("AdaptiveCard", "1.5"), ((string?)card["type"], (string?)card["version"]));
        return card;
    }

    [Fact]
    public void One_long_word_among_many_short_ones_has_the_room_that_it_needs()
    {
        var rows = Enumerable.Repeat<IReadOnlyList<MessageCell>>([new("acme/web"), new("Dockerfile:1")], 30).Append([new("acme/paymentsreconciliation"), new("a/path/that/is/far/longer/than/any/column/of/a/card/is/wide/Dockerfile:1")]).ToList();
        var card = Card(Assert.Single(TeamsCard.Render(Plain with { Tables = [new("Where", ["Repository", "File"], rows)] })));
        var widths = card["body"]!.AsArray().Single(e => (string?)e!["type"] == "Table")!["columns"]!.AsArray().Select(c => (int)c!["width"]!).ToList();
        Assert.InRange(widths[0], "acme/paymentsreconciliation".Length, 40);
        Assert.InRange(widths[1], 40, 50);
    }

    private static string Words(IReadOnlyList<MessageCell> row) => string.Join(" | ", row.Select(c => Shown(c.Text, TeamsCard.LongestCell)));

    /// <summary>The rows of a card's tables, without their headings.</summary>
    private static IEnumerable<string> Rows(JsonObject card) =>
        from table in card["body"]!.AsArray()
        where (string?)table!["type"] == "Table"
        from row in table!["rows"]!.AsArray().Skip(1)
        select string.Join(" | ", row!["cells"]!.AsArray().Select(c => (string?)c!["items"]!.AsArray().SingleOrDefault()?["text"] is { } text ? Unescaped(Link.Replace((string)text!, "${t}")) : ""));

    private static IEnumerable<(string Name, string Value)> Facts(JsonObject card) =>
        from set in card["body"]!.AsArray()
        where (string?)set!["type"] == "FactSet"
        from fact in set!["facts"]!.AsArray()
        select (Unescaped((string)fact!["title"]!), Unescaped((string)fact["value"]!));

    private static string Shown(string text, int longest) => PlainText.OnOneLine(text, longest).Replace('<', '‹').Replace('>', '›');

    private static string Unescaped(string text) => Escape.Replace(text, "${c}").Replace("\u200B", "", StringComparison.Ordinal);

    private static int LeftOut(JsonObject card) =>
        int.Parse(Texts(card).Last(t => t.Contains("left out", StringComparison.Ordinal)).Split(' ')[0].Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Every text, title and value that people see, in order.</summary>
    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Key is "text" or "value" or "title" && p.Value is JsonValue v ? [v.ToString()] : Texts(p.Value)),
        JsonArray list => list.SelectMany(Texts),
        _ => [],
    };

    [GeneratedRegex(@"^\[(?<t>.*)\]\(https://[^)]*\)$", RegexOptions.NonBacktracking)]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"\\(?<c>[-\\*_~`\[\]#!|{}+=.)])", RegexOptions.NonBacktracking)]
    private static partial Regex Escape { get; }
}
