using System.Text.Json.Nodes;
using Basewatch.Adapters.Notifications;
using Basewatch.Core.Alerts;
using Basewatch.World.Parts;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.Adapters.Tests.Notifications;

/// <summary>
/// Every card in a real browser, drawn by Microsoft's own renderer with colours like those of Teams. With <c>BASEWATCH_WRITE_DOCS=1</c> the
/// pictures in <c>docs/cards</c> are made anew.
/// </summary>
public sealed class CardPictureTests(Browser browser) : IClassFixture<Browser>
{
    /// <summary>As wide as a channel in a Teams window of a usual size.</summary>
    private const int Wide = 760;

    /// <summary>A channel beside an open meeting, or a phone.</summary>
    private const int Narrow = 380;

    private static bool IsWriting => Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1";

    public static TheoryData<string, bool> Kinds => new(SampleMessages.All.Keys.SelectMany(k => new[] { (k, false), (k, true) }));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_card_can_be_read(string kind, bool isDark)
    {
        var message = SampleMessages.All[kind];
        foreach (var width in new[] { Wide, Narrow })
        {
            var page = await ShowAsync(TeamsCard.Render(message), width, isDark);
            await ReadableAsync(page, message, message.Tables.SelectMany(t => t.Rows));
            if (width == Wide)
            {
                await KeepAsync(page, $"{kind}-{(isDark ? "dark" : "light")}");
            }
        }
    }

    [Fact]
    public async Task The_parts_of_a_long_message_can_be_read()
    {
        var message = TeamsCardTests.Many(200);
        var page = await ShowAsync(TeamsCard.Render(message), Wide, isDark: false);
        await ReadableAsync(page, message, message.Tables[0].Rows);
    }

    [Fact]
    public async Task Hostile_text_makes_no_link_no_emphasis_and_no_element()
    {
        const string Hostile = "[click](https://evil.example) <img src=x onerror=alert(1)> <at>everyone</at> **bold** _it_ `code` https://evil.example # x {{DATE(2017-02-14T06:08:00Z, SHORT)}} \u202Egnp";
        var message = SampleMessages.All["end-of-life-today"] with { Title = Hostile, Paragraphs = [Hostile], Facts = [new(Hostile, Hostile)], Tables = [new(Hostile, [Hostile, "x"], [[new(Hostile), new("y")]])], Actions = [] };
        var page = await ShowAsync(TeamsCard.Render(message), Wide, isDark: false);

        Assert.Equal(0, (int?)await page.EvaluateAsync("document.querySelectorAll('.ac-adaptiveCard :is(a, img, strong, em, code, ul, ol, h3, at, script)').length"));
        var text = (string)(await page.EvaluateAsync("document.body.innerText"))!;
        Assert.Contains("[click](https:", text, StringComparison.Ordinal);
        Assert.Contains("**bold** _it_ `code`", text, StringComparison.Ordinal);
        Assert.DoesNotContain("2017,", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', text);
    }

    /// <summary>Draws cards, one below the other.</summary>
    private async Task<BrowserPage> ShowAsync(IReadOnlyList<byte[]> parts, int width, bool isDark)
    {
        var cancelled = TestContext.Current.CancellationToken;
        var page = await browser.OpenAsync(width + 40, isDark);
        var folder = Path.Combine(AppContext.BaseDirectory, "Notifications");
        await page.ShowAsync(await File.ReadAllTextAsync(Path.Combine(folder, "teams.html"), cancelled));
        foreach (var script in await CardLibrary.ScriptsAsync(cancelled))
        {
            await page.EvaluateAsync(script + "\n;0");
        }

        var host = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "teams.host.json"), cancelled))![isDark ? "dark" : "light"]!;
        foreach (var part in parts)
        {
            var card = JsonNode.Parse(part)!["attachments"]![0]!["content"]!.ToJsonString();
            var said = (JsonArray)(await page.EvaluateAsync($"draw({card}, {host.ToJsonString()})"))!;

            // Microsoft's own object model took it as 1.5, knows all that is in it, and has nothing to say about it.
            Assert.Empty(said.Select(s => s!.ToString()));
        }

        Assert.Empty(page.Errors);
        return page;
    }

    /// <summary>Every row is seen, nothing stands out of its box, and all of it stands out from what is behind it.</summary>
    private static async Task ReadableAsync(BrowserPage page, Message message, IEnumerable<IReadOnlyList<MessageCell>> rows)
    {
        var seen = ((string)(await page.EvaluateAsync("document.body.innerText"))!).ReplaceLineEndings(" ");
        Assert.All(rows.SelectMany(r => r), c => Assert.Contains(c.Text, seen, StringComparison.Ordinal));
        Assert.All(message.Paragraphs.Append(message.Title), t => Assert.Contains(t, seen, StringComparison.Ordinal));
        Assert.All(message.Actions, a => Assert.Contains(a.Title, seen, StringComparison.Ordinal));

        var problems = (JsonArray)(await page.EvaluateAsync("problems()"))!;
        Assert.Empty(problems.Select(p => p!.ToString()));
    }

    private static async Task KeepAsync(BrowserPage page, string name)
    {
        var picture = await page.PictureAsync(".channel");
        Assert.Equal("PNG"u8, picture.AsSpan(1, 3));
        if (IsWriting)
        {
            await File.WriteAllBytesAsync(Path.Combine(Docs(), name + ".png"), picture, TestContext.Current.CancellationToken);
        }
    }

    private static string Docs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Functions.sln")))
        {
            folder = folder.Parent!;
        }

        return Directory.CreateDirectory(Path.Combine(folder.FullName, "docs", "cards")).FullName;
    }
}
