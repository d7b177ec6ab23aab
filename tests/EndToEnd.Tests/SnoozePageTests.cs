using System.Net;
using System.Text.Json.Nodes;
using Basewatch.Adapters.Hosting;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Servers;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>The page behind a message's snooze button, in <c>serve</c> as it is started.</summary>
public sealed class SnoozePageTests(SnoozePageTests.Services services, Browser browser) : IClassFixture<SnoozePageTests.Services>, IClassFixture<Browser>
{
    private const string Key = "correct-horse-battery-staple";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(800, false)]
    [InlineData(800, true)]
    [InlineData(380, true)]
    public async Task A_person_fills_in_the_form_sees_what_rests_and_undoes_it(int width, bool isDark)
    {
        const string Subject = "python 3.8 eol 2024-10-07";
        var page = await browser.OpenAsync(width, isDark);
        await page.GoAsync(LinkTo(Subject));
        Assert.Contains("Let these alerts rest?", await TextAsync(page), StringComparison.Ordinal);
        Assert.Contains(Subject, await TextAsync(page), StringComparison.Ordinal);
        await KeepAsync(page, width, isDark, "asked");

        // Without a reason the browser itself posts nothing.
        await page.EvaluateAsync("document.querySelector('button[value=snooze]').click()");
        Assert.False((bool)(await page.EvaluateAsync("document.querySelector('form').checkValidity()"))!);

        var day = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(40);
        await page.EvaluateAsync($$"""
            document.querySelector('input[value=date]').click();
            document.querySelector('input[name=until]').value = '{{day:yyyy-MM-dd}}';
            document.querySelector('textarea').value = 'The move to <b>3.12</b> is planned & agreed';
            """);
        await page.LoadAsync(() => page.EvaluateAsync("document.querySelector('button[value=snooze]').click()"));
        var done = await TextAsync(page);
        Assert.Contains($"They rest until {day.ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture)}", done, StringComparison.Ordinal);
        Assert.Contains("“The move to <b>3.12</b> is planned & agreed”", done, StringComparison.Ordinal);
        Assert.Contains("Somebody with the link", done, StringComparison.Ordinal);
        await KeepAsync(page, width, isDark, "resting");
        Assert.Equal($"{day:yyyy-MM-dd}", (await RestingAsync(Subject))?["until"]?.ToString());

        await page.LoadAsync(() => page.EvaluateAsync("document.querySelector('button[value=wake]').click()"));
        Assert.Contains("These alerts are told again", await TextAsync(page), StringComparison.Ordinal);
        Assert.Null(await RestingAsync(Subject));

        // Nothing is loaded from anywhere, and its own policy stops nothing of it.
        Assert.Empty(page.Errors);
        Assert.False((bool)(await page.EvaluateAsync("document.documentElement.scrollWidth > document.documentElement.clientWidth"))!);
    }

    [Theory]
    [InlineData("rest=week", 7)]
    [InlineData("rest=ever", null)]
    public async Task Who_has_the_link_needs_no_key_and_to_look_at_it_changes_nothing(string rest, int? days)
    {
        var subject = "debian 10 eol 2022-09-10 " + rest;
        for (var i = 0; i < 2; i++)
        {
            using var looked = await services.Client.GetAsync(LinkTo(subject), Cancelled);
            Assert.Equal(HttpStatusCode.OK, looked.StatusCode);
            Assert.Equal("text/html; charset=utf-8", looked.Content.Headers.ContentType!.ToString());
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", Assert.Single(looked.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
            Assert.True(looked.Headers.CacheControl!.NoStore);
            Assert.Null(await RestingAsync(subject));
        }

        using var posted = await PostAsync(Fields(subject) + $"&{rest}&reason=why&action=snooze");
        Assert.Equal(HttpStatusCode.SeeOther, posted.StatusCode);
        Assert.StartsWith("?subject=debian%2010", posted.Headers.Location!.OriginalString, StringComparison.Ordinal);
        var record = await RestingAsync(subject);
        Assert.Equal(days is { } n ? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(n).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : null, (string?)record!["until"]);
        Assert.Equal("why", (string?)record["reason"]);
        Assert.Null((string?)record["by"]);
    }

    [Theory]
    [InlineData("rest=week&reason=+", "Say why")]
    [InlineData("rest=date&until=&reason=x", "Choose the day.")]
    [InlineData("rest=date&until=2020-01-01&reason=x", "Choose a day after today.")]
    [InlineData("rest=date&until=2999-01-01&reason=x", "Choose a day within")]
    [InlineData("rest=date&until=31.12.2030&reason=x", "Choose the day.")]
    [InlineData("rest=century&reason=x", "Choose how long.")]
    [InlineData("reason=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "Choose how long.")]
    public async Task A_form_that_is_filled_in_wrongly_comes_again_and_changes_nothing(string rest, string says)
    {
        using var posted = await PostAsync(Fields("php 8.1 eol 2025-12-31") + "&action=snooze&" + rest);
        var page = WebUtility.HtmlDecode(await posted.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(HttpStatusCode.BadRequest, posted.StatusCode);
        Assert.Contains(says, page, StringComparison.Ordinal);
        Assert.DoesNotContain("\"><script>", await posted.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Null(await RestingAsync("php 8.1 eol 2025-12-31"));
    }

    [Theory]
    [InlineData("subject", "python 3.9 eol 2025-10-31", HttpStatusCode.Forbidden)]
    [InlineData("expires", "2999-01-01", HttpStatusCode.Forbidden)]
    [InlineData("signature", "", HttpStatusCode.Forbidden)]
    [InlineData("signature", "0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.Forbidden)]
    public async Task A_link_that_was_changed_opens_nothing(string field, string value, HttpStatusCode expected)
    {
        var fields = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Fields("python 3.8 eol 2024-10-07 changed")).ToDictionary(f => f.Key, f => f.Value.ToString(), StringComparer.Ordinal);
        fields[field] = value;
        var query = string.Join('&', fields.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));

        using var looked = await services.Client.GetAsync(new Uri(Pages.SnoozePath + "?" + query, UriKind.Relative), Cancelled);
        using var posted = await PostAsync(query + "&action=snooze&rest=week&reason=x");

        Assert.Equal((expected, expected), (looked.StatusCode, posted.StatusCode));
        Assert.DoesNotContain("<form", await looked.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Null(await RestingAsync(fields["subject"]));
    }

    [Fact]
    public async Task A_link_of_long_ago_is_too_old()
    {
        var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(-Pages.LinkDays - 1));
        using var looked = await services.Client.GetAsync(new Uri(new Pages(Options(services.Client.BaseAddress!), then).SnoozeOf("x")!), Cancelled);
        Assert.Equal(HttpStatusCode.Gone, looked.StatusCode);

        then.Advance(TimeSpan.FromDays(1));
        using var again = await services.Client.GetAsync(new Uri(new Pages(Options(services.Client.BaseAddress!), then).SnoozeOf("x")!), Cancelled);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_page_can_t_post_the_form(string header, string value)
    {
        using var posted = await PostAsync(Fields("node 18 eol 2025-04-30") + "&action=snooze&rest=ever&reason=x", (header, value));
        Assert.Equal(HttpStatusCode.Forbidden, posted.StatusCode);
        Assert.Null(await RestingAsync("node 18 eol 2025-04-30"));
    }

    [Fact]
    public async Task Who_it_was_is_believed_only_behind_App_Service_authentication()
    {
        const string Subject = "nginx 1.24 eol 2024-04-23";
        (string, string) header = ("X-MS-CLIENT-PRINCIPAL-NAME", "mallory@contoso.com");
        using var ignored = await PostAsync(Fields(Subject) + "&action=snooze&rest=week&reason=x", header);
        Assert.Null((string?)(await RestingAsync(Subject))!["by"]);

        await using var behind = new ServeProcess().With("Basewatch__GitHub__ApiBaseAddress", "http://127.0.0.1:1/").With("Basewatch__GitHub__Repositories__0", "acme/any").With("Basewatch__Key", Key).With("Basewatch__AppServiceAuthentication", "true").With("WEBSITE_AUTH_ENABLED", "true");
        await behind.StartAsync();
        using var believed = await PostAsync(behind.Client, Fields(Subject) + "&action=snooze&rest=week&reason=x", header);
        Assert.Equal("mallory@contoso.com", (string?)(await RestingAsync(behind.Client, Subject))!["by"]);
    }

    [Fact]
    public async Task Other_methods_types_and_sizes_are_refused()
    {
        using var put = await services.Client.PutAsync(new Uri(Pages.SnoozePath, UriKind.Relative), null, Cancelled);
        using var json = await services.Client.PostAsync(new Uri(Pages.SnoozePath, UriKind.Relative), new StringContent("{}"), Cancelled);
        using var large = await PostAsync(new string('x', 100_000));
        using var many = await PostAsync(string.Join('&', Enumerable.Range(0, 100).Select(i => $"f{i}=1")));
        Assert.Equal(
            (HttpStatusCode.MethodNotAllowed, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.BadRequest),
            (put.StatusCode, json.StatusCode, large.StatusCode, many.StatusCode));
    }

    [Fact]
    public void Without_an_address_or_a_key_there_is_no_link()
    {
        Assert.Null(new Pages(new BasewatchOptions { Key = Key }, TimeProvider.System).SnoozeOf("x"));
        Assert.Null(new Pages(new BasewatchOptions { PublicAddress = new Uri("https://basewatch.example/") }, TimeProvider.System).SnoozeOf("x"));
        Assert.StartsWith("https://basewatch.example/watch/api/alerts/snooze?subject=a%26b&expires=", new Pages(new BasewatchOptions { PublicAddress = new Uri("https://basewatch.example/watch/"), LinkKey = Key }, TimeProvider.System).SnoozeOf("a&b"), StringComparison.Ordinal);
    }

    private static BasewatchOptions Options(Uri address) => new() { PublicAddress = address, Key = Key };

    private static string Fields(string subject) => new Pages(Options(new Uri("http://127.0.0.1/")), TimeProvider.System).QueryOf(subject)[1..];

    private string LinkTo(string subject) => new Pages(Options(services.Client.BaseAddress!), TimeProvider.System).SnoozeOf(subject)!;

    private static async Task<string> TextAsync(BrowserPage page) => (string)(await page.EvaluateAsync("document.body.innerText"))!;

    /// <summary>Two pictures are kept in the documentation.</summary>
    private static async Task KeepAsync(BrowserPage page, int width, bool isDark, string what)
    {
        var picture = await page.PictureAsync();
        Assert.Equal("PNG"u8, picture.AsSpan(1, 3));
        if (width == 800 && Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1")
        {
            await File.WriteAllBytesAsync(Path.Combine(FunctionsDoor.Root, "docs", "cards", $"snooze-{what}-{(isDark ? "dark" : "light")}.png"), picture, Cancelled);
        }
    }

    private Task<HttpResponseMessage> PostAsync(string form, params (string Name, string Value)[] headers) => PostAsync(services.Client, form, headers);

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string form, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Pages.SnoozePath) { Content = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded")) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, Cancelled);
    }

    private Task<JsonNode?> RestingAsync(string subject) => RestingAsync(services.Client, subject);

    /// <summary>What the status says of a subject that rests.</summary>
    private static async Task<JsonNode?> RestingAsync(HttpClient client, string subject)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/status") { Headers = { { "x-functions-key", Key } } };
        using var answer = await client.SendAsync(request, Cancelled);
        var status = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Cancelled))!;
        return status["delivery"]!["resting"]!.AsArray().FirstOrDefault(r => (string?)r!["subject"] == subject);
    }

    /// <summary>A service with a key, over a GitHub that is not there.</summary>
    public sealed class Services : IAsyncLifetime
    {
        private readonly ServeProcess _serve = new ServeProcess()
            .With("Basewatch__GitHub__ApiBaseAddress", "http://127.0.0.1:1/").With("Basewatch__GitHub__Repositories__0", "acme/any").With("Basewatch__Key", Key);

        private HttpClient? _client;

        internal HttpClient Client => _client!;

        public async ValueTask InitializeAsync()
        {
            await _serve.StartAsync();
            _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = _serve.Client.BaseAddress };
        }

        public async ValueTask DisposeAsync()
        {
            _client?.Dispose();
            await _serve.DisposeAsync();
        }
    }
}
