using System.Globalization;
using System.Text.Json.Nodes;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Parts;
using Basewatch.World.Servers;
using Basewatch.World.State;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>
/// The dashboard in a real browser. <c>BASEWATCH_WRITE_DOCS=1</c> writes the pictures of docs; <c>BASEWATCH_PICTURES=FOLDER</c> keeps all of them.
/// </summary>
public sealed class DashboardPictureTests(DashboardPictureTests.Service service, Browser browser) : IClassFixture<DashboardPictureTests.Service>, IClassFixture<Browser>
{
    private static readonly (string Name, string Path)[] Pages =
    [
        ("overview", "/"), ("repositories", "/repositories?sort=-behind"), ("images", "/images?sort=-repositories"), ("own-images", "/own-images"), ("rollouts", "/rollouts"), ("lifecycles", "/lifecycles"), ("pull-requests", "/pull-requests?state=open&sort=opened"),
        ("alerts", "/alerts"), ("failures", "/failures"), ("activity", "/activity"), ("repository", "/repository?name=contoso%2Fcheckout-api"), ("image", "/image?name=docker.io%2Flibrary%2Fpython"),
        ("hostile", $"/repository?name={Uri.EscapeDataString(SampleOrganisation.Hostile)}"),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1920, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task Pages_fit_run_nothing_of_strangers_and_have_no_barriers(int width, bool isDark)
    {
        var page = await browser.OpenAsync(width, isDark);
        var axe = await AxeAsync();
        var problems = new List<string>();
        foreach (var (name, path) in Pages)
        {
            await page.GoAsync(new Uri(service.Serve.Client.BaseAddress!, path).AbsoluteUri);
            await KeepAsync(page, name, width, isDark);
            Assert.Null(await page.EvaluateAsync("window.harmed"));
            if ((int)(await page.EvaluateAsync("document.documentElement.scrollWidth"))! is var wide && wide > width)
            {
                problems.Add($"{name} is {wide} wide");
            }

            await page.EvaluateAsync(axe + "; 0");
            var found = (string)(await page.EvaluateAsync("axe.run(document, { resultTypes: ['violations'] }).then(r => JSON.stringify(r.violations.map(v => ({ id: v.id, impact: v.impact, nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + ' ' + n.failureSummary) }))))"))!;
            problems.AddRange(JsonNode.Parse(found)!.AsArray().Select(v => $"{name}: {v!.ToJsonString()}"));
        }

        Assert.Empty(problems);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Markup_of_strangers_is_shown_as_they_wrote_it()
    {
        var page = await browser.OpenAsync();
        await page.GoAsync(new Uri(service.Serve.Client.BaseAddress!, Pages[^1].Path).AbsoluteUri);
        var shown = SampleOrganisation.Markup.Replace('\u202e', '\ufffd');
        var text = (string)(await page.EvaluateAsync("document.querySelector('main').textContent"))!;
        // A place, what is there, why it is not looked after, what it should be, how far that is and why; twice a problem, a pull request and a refusal; a branch.
        Assert.Equal(13, text.Split(shown).Length - 1);
        Assert.Equal(0, (int)(await page.EvaluateAsync("document.querySelectorAll('main script, main img, main a[href^=javascript]').length"))!);
        Assert.Null(await page.EvaluateAsync("window.harmed"));
    }

    [Fact]
    public async Task Who_types_sees_fewer_rows_and_can_pass_the_address_on()
    {
        var page = await browser.OpenAsync(1280);
        await page.GoAsync(new Uri(service.Serve.Client.BaseAddress!, "/repositories?sort=-uses").AbsoluteUri);
        await page.EvaluateAsync("(() => { const q = document.querySelector('input[name=q]'); q.focus(); q.value = 'checkout-api'; q.dispatchEvent(new Event('input', { bubbles: true })); })()");
        await Eventually.SeeAsync("one page of rows", async () => (int)(await page.EvaluateAsync("document.querySelectorAll('tbody tr').length"))!, n => n is > 0 and < 40);
        Assert.Equal("/repositories?sort=-uses&q=checkout-api", (string?)await page.EvaluateAsync("location.pathname + location.search"));
        Assert.Equal("q", (string?)await page.EvaluateAsync("document.activeElement.name"));
        var rows = (string?)await page.EvaluateAsync("document.querySelector('tbody').textContent");
        await page.LoadAsync(() => page.EvaluateAsync("location.reload()"));
        Assert.Equal(rows, (string?)await page.EvaluateAsync("document.querySelector('tbody').textContent"));
        Assert.Empty(page.Errors);
    }

    private static async Task KeepAsync(BrowserPage page, string name, int width, bool isDark)
    {
        var folder = Environment.GetEnvironmentVariable("BASEWATCH_PICTURES");
        var doc = Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") != "1" ? null : (name, width, isDark) switch
        {
            ("overview", 1920, true) => "dashboard-overview.png",
            ("repository", 1280, false) => "dashboard-repository.png",
            _ => null,
        };
        if (folder is null && doc is null)
        {
            return;
        }

        var picture = await page.PictureAsync();
        if (doc is not null)
        {
            await File.WriteAllBytesAsync(Path.Combine(FunctionsDoor.Root, "docs", doc), picture, Cancelled);
        }

        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{width}-{(isDark ? "dark" : "light")}.png")), picture, Cancelled);
        }
    }

    private static async Task<string> AxeAsync()
    {
        try
        {
            return await AxeCore.ReadAsync(Cancelled);
        }
        catch (MissingPartException e)
        {
            e.SkipOrFail();
            throw;
        }
    }

    /// <summary>A service over the state of an organisation.</summary>
    public sealed class Service : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal ServeProcess Serve { get; } = new();

        public async ValueTask InitializeAsync()
        {
            await SampleState.WriteAsync(_folder.Path, 240, [Serve]);
            await Serve.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Serve.DisposeAsync();
            _folder.Dispose();
        }
    }
}
