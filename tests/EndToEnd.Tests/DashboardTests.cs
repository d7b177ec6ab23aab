using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Storage;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.State;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>The dashboard of <c>serve</c> over the state of 2,000 repositories.</summary>
public sealed partial class DashboardTests(DashboardTests.Services services) : IClassFixture<DashboardTests.Services>
{
    private const int Repositories = 2000;

    private const string Key = "correct-horse-battery-staple";

    /// <summary>One of each page, and tables in ways that cost most.</summary>
    private static readonly string[] Pages =
    [
        "/", "/repositories", "/repositories?sort=-behind&page=20", "/repositories?q=checkout&life=ended", "/images", "/own-images", "/rollouts", "/lifecycles", "/pull-requests?state=open&sort=opened", "/alerts", "/activity?page=3", "/failures",
        "/repository?name=contoso/checkout-api", "/image?name=docker.io/library/node", "/image?name=docker.io/library/python&sort=life&page=4",
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_quick_and_cost_no_more_memory_however_often_they_are_asked_for()
    {
        await GetAsync("/");
        const int Rounds = 77;
        var times = Pages.ToDictionary(p => p, _ => new List<double>(), StringComparer.Ordinal);
        var before = await Run(13);
        var after = await Run(Rounds);

        foreach (var (page, its) in times)
        {
            var median = its.Order().ElementAt(its.Count / 2);
            TestContext.Current.TestOutputHelper?.WriteLine($"{page}: {median:0.0} ms at the median, {its.Max():0.0} ms at most, {its.Count} times");
            Assert.True(median < 100, $"{page} took {median:0.0} ms at the median");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{before / 1048576} MB after {13 * Pages.Length} requests, {after / 1048576} MB after {Rounds * Pages.Length} more");
        Assert.InRange(after, 0, before + (80 * 1024 * 1024));

        async Task<long> Run(int rounds)
        {
            for (var i = 0; i < rounds; i++)
            {
                foreach (var page in Pages)
                {
                    var clock = Stopwatch.GetTimestamp();
                    using var answer = await services.Open.Client.GetAsync(new Uri(page, UriKind.Relative), Cancelled);
                    await answer.Content.ReadAsByteArrayAsync(Cancelled);
                    times[page].Add(Stopwatch.GetElapsedTime(clock).TotalMilliseconds);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                }
            }

            return services.Open.Memory;
        }
    }

    [Fact]
    public async Task Paging_shows_every_repository_once_under_every_order()
    {
        foreach (var sort in new[] { "", "name", "-name", "uses", "-uses", "behind", "-behind", "life", "open", "-at" })
        {
            var seen = new List<string>();
            for (var page = 1; page <= 1 + (Repositories / 50); page++)
            {
                var text = await GetAsync($"/repositories?sort={sort}&page={page}");
                seen.AddRange(Rows.Matches(text).Select(m => m.Groups["name"].Value));
            }

            Assert.Equal(Repositories + 1, seen.Count);
            Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
        }
    }

    [Fact]
    public async Task A_badge_is_seen_by_whom_the_setting_lets_see_it_and_nobody_learns_more()
    {
        const string Path = "/badge/contoso/checkout-api.svg";

        // Public: a picture with its words, which is well-formed, kept for a while, and asked for again in vain.
        using var seen = await services.Open.Client.GetAsync(new Uri(Path, UriKind.Relative), Cancelled);
        Assert.Equal((HttpStatusCode.OK, "image/svg+xml"), (seen.StatusCode, seen.Content.Headers.ContentType!.MediaType));
        Assert.Equal((true, TimeSpan.FromMinutes(5)), (seen.Headers.CacheControl!.Public, seen.Headers.CacheControl.MaxAge));
        var picture = System.Xml.Linq.XDocument.Parse(await seen.Content.ReadAsStringAsync(Cancelled)).Root!;
        var title = picture.Elements().Single(e => e.Name.LocalName == "title").Value;
        Assert.Matches("^images: ([0-9,]+ of [0-9,]+ behind|up to date)$", title);
        Assert.Equal(("img", title), (picture.Attribute("role")!.Value, picture.Attribute("aria-label")!.Value));
        using (var again = new HttpRequestMessage(HttpMethod.Get, Path) { Headers = { IfNoneMatch = { seen.Headers.ETag! } } })
        using (var same = await services.Open.Client.SendAsync(again, Cancelled))
        {
            Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(services.Open, "/badge/contoso/there-is-none.svg"));

        // Signed: by the address that the repository's page shows, and no other.
        using var asking = new HttpRequestMessage(HttpMethod.Get, "/repository?name=contoso/checkout-api") { Headers = { { "x-functions-key", Key } } };
        using var page = await services.Locked.Client.SendAsync(asking, Cancelled);
        var address = new Uri(BadgeAddress.Match(WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(Cancelled))).Groups["address"].Value);
        Assert.Equal(Path, address.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(services.Locked, address.PathAndQuery));
        Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(services.Locked, address.PathAndQuery.Replace("contoso", "Contoso", StringComparison.Ordinal)));
        foreach (var other in new[] { Path, Path + "?signature=", address.PathAndQuery[..^1], address.PathAndQuery.Replace("checkout-api", "there-is-none", StringComparison.Ordinal), "/badge/contoso/checkout-api.png" + address.Query, "/badge/%22%3E%3Cscript%3E/x.svg" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(services.Locked, other));
        }

        static async Task<HttpStatusCode> StatusOfAsync(ServeProcess serve, string path)
        {
            using var answer = await serve.Client.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
            Assert.Equal(answer.StatusCode == HttpStatusCode.OK, (await answer.Content.ReadAsStringAsync(Cancelled)).Length > 0);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Every_link_leads_to_a_page()
    {
        var waiting = new Queue<Uri>([services.Open.Client.BaseAddress!]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var perPage = new Dictionary<string, int>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var address))
        {
            // Some of each page are enough.
            if (!seen.Add(address.AbsoluteUri) || (perPage[address.AbsolutePath] = perPage.GetValueOrDefault(address.AbsolutePath) + 1) > 25)
            {
                continue;
            }

            using var answer = await services.Open.Client.GetAsync(address, Cancelled);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
            var text = await answer.Content.ReadAsStringAsync(Cancelled);
            foreach (var link in Links.Matches(text).Select(m => WebUtility.HtmlDecode(m.Groups["to"].Value)))
            {
                var to = new Uri(address, link);
                if (to.Authority == address.Authority && to.Scheme == address.Scheme)
                {
                    waiting.Enqueue(new UriBuilder(to) { Fragment = "" }.Uri);
                }
                else
                {
                    Assert.True(to.Scheme is "https" or "data", link);
                }
            }
        }

        Assert.Equal(
            ["/", "/activity", "/alerts", "/dashboard.css", "/failures", "/image", "/images", "/lifecycles", "/own-images", "/pull-requests", "/repositories", "/repository", "/rollouts"],
            perPage.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Pages_are_guarded_by_their_headers_and_asked_for_again_at_no_cost()
    {
        using var first = await services.Open.Client.GetAsync(new Uri("/alerts", UriKind.Relative), Cancelled);
        Assert.Equal("default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'", Assert.Single(first.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal("nosniff", Assert.Single(first.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(first.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-cache, private", first.Headers.CacheControl!.ToString());
        Assert.Equal("text/html; charset=utf-8", first.Content.Headers.ContentType!.ToString());

        var style = Style.Match(await first.Content.ReadAsStringAsync(Cancelled)).Groups["to"].Value;
        using var css = await services.Open.Client.GetAsync(new Uri("/" + style, UriKind.Relative), Cancelled);
        Assert.Equal("public, max-age=31536000, immutable", css.Headers.CacheControl!.ToString());

        // It says of when it is; within a moment that is the same.
        await Eventually.SeeAsync("304", async () =>
        {
            using var page = await services.Open.Client.GetAsync(new Uri("/alerts", UriKind.Relative), Cancelled);
            using var again = new HttpRequestMessage(HttpMethod.Get, "/alerts");
            again.Headers.IfNoneMatch.Add(page.Headers.ETag!);
            using var answer = await services.Open.Client.SendAsync(again, Cancelled);
            return answer.StatusCode;
        }, s => s == HttpStatusCode.NotModified);
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("GET", "/repository", HttpStatusCode.NotFound)]
    [InlineData("GET", "/repository?name=contoso/nobody", HttpStatusCode.NotFound)]
    [InlineData("GET", "/repository?name=../../etc", HttpStatusCode.NotFound)]
    [InlineData("GET", "/image?name=no%20image", HttpStatusCode.NotFound)]
    [InlineData("GET", "/repositories?page=999999&sort=nonsense&state=nonsense", HttpStatusCode.OK)]
    [InlineData("HEAD", "/", HttpStatusCode.OK)]
    [InlineData("POST", "/", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/repositories", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/sign-out", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/", HttpStatusCode.MethodNotAllowed)]
    public async Task What_can_not_be_meant_is_said_so(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await services.Open.Client.SendAsync(request, Cancelled);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("cross-site", "navigate", "document", null, HttpStatusCode.OK)]
    [InlineData("cross-site", "navigate", "iframe", null, HttpStatusCode.Unauthorized)]
    [InlineData("cross-site", "no-cors", "image", null, HttpStatusCode.Unauthorized)]
    [InlineData("none", "navigate", "document", "evil.example", HttpStatusCode.Unauthorized)]
    [InlineData("same-origin", "cors", "empty", null, HttpStatusCode.OK)]
    public async Task Without_a_key_a_link_from_elsewhere_leads_here_and_nothing_else_does(string site, string mode, string destination, string? host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/failures");
        request.Headers.Add("Sec-Fetch-Site", site);
        request.Headers.Add("Sec-Fetch-Mode", mode);
        request.Headers.Add("Sec-Fetch-Dest", destination);
        request.Headers.Host = host;
        using var answer = await services.Open.Client.SendAsync(request, Cancelled);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task With_a_key_a_browser_signs_in_once_and_comes_to_where_it_wanted()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var browser = new HttpClient(handler) { BaseAddress = services.Locked.Client.BaseAddress };
        using (var refused = await browser.GetAsync(new Uri("/failures?q=tree", UriKind.Relative), Cancelled))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            var page = await refused.Content.ReadAsStringAsync(Cancelled);
            Assert.Contains("name=\"to\" value=\"failures?q=tree\"", page, StringComparison.Ordinal);
            Assert.DoesNotContain("contoso", page, StringComparison.Ordinal);
        }

        // A key in an address is passed on with it.
        using (var code = await browser.GetAsync(new Uri($"/failures?code={Key}", UriKind.Relative), Cancelled))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, code.StatusCode);
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await Post("sign-in", "key=wrong-horse-battery-staple")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post("sign-in", $"key={Key}", origin: "https://evil.example")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Post("sign-in", $"key={Key}", origin: null)).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await Post("sign-in", $"key={Key}", type: "text/plain")).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Post("sign-in", $"key={new string('a', 9000)}")).Status);
        Assert.Equal("./", (await Post("sign-in", $"key={Key}&to=https%3A%2F%2Fevil.example%2F")).Location);
        Assert.Equal("./", (await Post("sign-in", $"key={Key}&to=%2F%2Fevil.example")).Location);

        var (status, location, cookie) = await Post("sign-in", $"key={Key}&to=failures%3Fq%3Dtree");
        Assert.Equal((HttpStatusCode.SeeOther, "failures?q=tree"), (status, location));
        Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; path=/", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; max-age=604800", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Key, cookie, StringComparison.Ordinal);
        var session = cookie!.Split(';')[0];
        Assert.Equal(HttpStatusCode.OK, await With(session));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(session[..^2]));
        Assert.Equal(HttpStatusCode.Unauthorized, await With(Later.Replace(session, m => "=" + (long.Parse(m.Groups["end"].Value, System.Globalization.CultureInfo.InvariantCulture) + 1))));

        // The session is of the dashboard alone.
        Assert.Equal(HttpStatusCode.Unauthorized, await With(session, "/api/status"));

        // A browser that follows a link from elsewhere holds the cookie back, and is made to ask again.
        using var visit = new HttpRequestMessage(HttpMethod.Get, "/failures");
        visit.Headers.Add("Sec-Fetch-Site", "cross-site");
        visit.Headers.Add("Sec-Fetch-Mode", "navigate");
        using var visited = await browser.SendAsync(visit, Cancelled);
        Assert.Contains("http-equiv=\"refresh\" content=\"0\"", await visited.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);

        var left = await Post("sign-out", "");
        Assert.Equal(HttpStatusCode.SeeOther, left.Status);
        Assert.Contains("expires=Thu, 01 Jan 1970", left.Cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Key, services.Locked.Log, StringComparison.Ordinal);
        Assert.Contains("refused with 401: POST /sign-in: a wrong key", services.Locked.Log, StringComparison.Ordinal);

        async Task<(HttpStatusCode Status, string? Location, string? Cookie)> Post(string page, string form, string? origin = "", string type = "application/x-www-form-urlencoded")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/" + page) { Content = new StringContent(form, new System.Net.Http.Headers.MediaTypeHeaderValue(type)) };
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin.Length > 0 ? origin : browser.BaseAddress!.GetLeftPart(UriPartial.Authority));
            }

            using var answer = await browser.SendAsync(request, Cancelled);
            return (answer.StatusCode, answer.Headers.Location?.OriginalString, answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Single() : null);
        }

        async Task<HttpStatusCode> With(string cookie, string path = "/failures")
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Cookie", cookie);
            using var answer = await browser.SendAsync(request, Cancelled);
            return answer.StatusCode;
        }
    }

    private async Task<string> GetAsync(string path)
    {
        using var answer = await services.Open.Client.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Cancelled);
    }

    [GeneratedRegex("!\\[images\\]\\((?<address>https://basewatch.example.com/[^)]+)\\)", RegexOptions.NonBacktracking)]
    private static partial Regex BadgeAddress { get; }

    [GeneratedRegex("<th scope=\"row\" class=\"\"><a class=\"name\" href=\"repository\\?name=(?<name>[^\"]*)\">", RegexOptions.NonBacktracking)]
    private static partial Regex Rows { get; }

    [GeneratedRegex("href=\"(?<to>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Links { get; }

    [GeneratedRegex("<link rel=\"stylesheet\" href=\"(?<to>[^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Style { get; }

    [GeneratedRegex("=(?<end>[0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex Later { get; }

    /// <summary>Two services over one store, with a key and without, and a GitHub that is not there.</summary>
    public sealed class Services : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        internal ServeProcess Locked { get; } = new ServeProcess().With("Basewatch__Key", Key).With("Basewatch__Badges", "Signed").With("Basewatch__PublicAddress", "https://basewatch.example.com/");

        internal ServeProcess Open { get; } = new ServeProcess().With("Basewatch__Badges", "Public");

        public async ValueTask InitializeAsync()
        {
            var state = await SampleState.WriteAsync(_folder.Path, Repositories, [Locked, Open]);
            TestContext.Current.SendDiagnosticMessage($"{Repositories} repositories are written in {state.TotalSeconds:0.0} s");
            await Locked.StartAsync();
            await Open.StartAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Locked.DisposeAsync();
            await Open.DisposeAsync();
            _folder.Dispose();
        }
    }
}

/// <summary>Gives services the state of a sample organisation.</summary>
internal static class SampleState
{
    public static async Task<TimeSpan> WriteAsync(string folder, int repositories, ServeProcess[] services)
    {
        var clock = Stopwatch.StartNew();
        var (path, catalog) = (Path.Combine(folder, "state.db"), Path.Combine(folder, "lifecycles.json"));
        var now = TimeProvider.System.GetUtcNow();
        await using (var store = new SqliteStateStore(path))
        {
            await SampleOrganisation.WriteAsync(store, now, repositories, TestContext.Current.CancellationToken);
        }

        await SampleOrganisation.WriteCatalogAsync(catalog, now, TestContext.Current.CancellationToken);
        foreach (var service in services)
        {
            var own = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
            File.Copy(path, own);
            service.With("Basewatch__Storage__SqlitePath", own)
                .With("Basewatch__Lifecycle__CatalogFile", catalog)
                .With("Basewatch__GitHub__Token", "none")
                .With("Basewatch__GitHub__Repositories__0", "acme/any");
        }

        return clock.Elapsed;
    }
}
