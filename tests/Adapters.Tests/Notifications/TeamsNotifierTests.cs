using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

using Basewatch.Adapters.Notifications;
using Basewatch.Adapters.Tests.Lifecycle;
using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

using CsCheck;

using Microsoft.Extensions.Time.Testing;

using Xunit;

namespace Basewatch.Adapters.Tests.Notifications;

public sealed class TeamsNotifierTests
{
    private static readonly Uri Webhook = new("https://hooks.example/workflows/s3cret?sig=s3cret");

    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    private static readonly EndOfLifeAlert Alert = new(
        ImageReference.Parse("python:3.8-slim-buster"),
        new ImageLifecycle("Python", "3.8", new DateOnly(2024, 10, 7), "Debian", "10", new DateOnly(2022, 9, 10), LifecycleStatus.Ended),
        -1535,
        ImageReference.Parse("python:3.14-slim-trixie"),
        true,
        [new AlertPlace("octo/shop", "Dockerfile", 1), new AlertPlace("octo/shop", "deploy/web.yaml", 17), new AlertPlace("octo/api", "Dockerfile", 3)]);

    [Fact]
    public void A_card_names_the_image_the_product_the_date_the_successor_and_every_place()
    {
        using var json = JsonDocument.Parse(EndOfLifeCard.Render(Alert));
        var attachment = json.RootElement.GetProperty("attachments")[0];
        var card = attachment.GetProperty("content");
        var texts = Texts(card).ToList();

        Assert.Equal("message", json.RootElement.GetProperty("type").GetString());
        Assert.Equal("application/vnd.microsoft.card.adaptive", attachment.GetProperty("contentType").GetString());
        Assert.Equal(JsonValueKind.Null, attachment.GetProperty("contentUrl").ValueKind);
        Assert.Equal(("AdaptiveCard", "1.5"), (card.GetProperty("type").GetString(), card.GetProperty("version").GetString()));
        Assert.Equal("Full", card.GetProperty("msteams").GetProperty("width").GetString());
        Assert.Contains("python:3.8-slim-buster is past its end of life", texts);
        Assert.Contains("Python 3.8, until 2024-10-07", texts);
        Assert.Contains("Debian 10, until 2022-09-10", texts);
        Assert.Contains("2022-09-10 (1535 days ago)", texts);
        Assert.Contains("python:3.14-slim-trixie", texts);
        Assert.Contains("Used in 3 places of 2 repositories", texts);
        Assert.Equal(["octo/api", "Dockerfile:3", "octo/shop", "Dockerfile:1", "deploy/web.yaml:17"], texts.TakeLast(5));
    }

    [Theory]
    [InlineData(0, "reaches its end of life today", "attention")]
    [InlineData(1, "reaches its end of life in 1 day", "warning")]
    [InlineData(90, "reaches its end of life in 90 days", "warning")]
    public void The_heading_says_how_long_it_is(int days, string heading, string style)
    {
        using var json = JsonDocument.Parse(EndOfLifeCard.Render(Alert with { DaysLeft = days }));
        var body = json.RootElement.GetProperty("attachments")[0].GetProperty("content").GetProperty("body");

        Assert.EndsWith(heading, body[0].GetProperty("items")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(style, body[0].GetProperty("style").GetString());
    }

    [Fact]
    public void A_card_fits_whatever_it_has_to_name_and_counts_what_it_leaves_out()
    {
        var text = Gen.Char.Array[1, 2000].Select(c => new string(c));
        var place = Gen.Select(Gen.Int[0, 30], text, Gen.Int[1, 100_000], (r, p, l) => new AlertPlace($"octo/r{r}", p, l));

        Gen.Select(place.Array[1, 300], text).Sample(
            (places, product) =>
            {
                var message = EndOfLifeCard.Render(Alert with { Places = places, Lifecycle = Alert.Lifecycle with { Product = product, Distribution = product } });
                using var json = JsonDocument.Parse(message);
                var body = json.RootElement.GetProperty("attachments")[0].GetProperty("content").GetProperty("body").EnumerateArray().ToList();
                var lines = body.Count(b => b.TryGetProperty("inlines", out var i) && i[0].TryGetProperty("fontType", out _));
                var rest = body[^1].GetProperty("type").GetString() == "TextBlock" ? int.Parse(body[^1].GetProperty("text").GetString()!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;

                Assert.True(message.Length < EndOfLifeCard.LargestMessage);
                Assert.Equal(places.Length, lines + rest);
                Assert.True(lines > 0);
            },
            iter: 200);
    }

    [Fact]
    public void Text_from_outside_is_no_link_no_mention_and_no_emphasis()
    {
        const string Hostile = "[click](https://evil.example) <at>everyone</at> **x** \u202Egnp\n# y";
        var message = EndOfLifeCard.Render(Alert with
        {
            Lifecycle = Alert.Lifecycle with { Product = Hostile },
            Places = [new AlertPlace("octo/" + Hostile, Hostile, 1)],
        });
        using var json = JsonDocument.Parse(message);
        var texts = Texts(json.RootElement.GetProperty("attachments")[0].GetProperty("content")).ToList();

        Assert.All(texts, t => Assert.DoesNotContain('<', t));
        Assert.All(texts, t => Assert.DoesNotContain('\u202E', t));
        Assert.All(texts, t => Assert.DoesNotContain('\n', t));
        var fact = Assert.Single(texts, t => t.Contains("click", StringComparison.Ordinal) && t.Contains("3.8", StringComparison.Ordinal));
        Assert.StartsWith(@"\[click\]\(https://evil.example\) ‹at›everyone‹/at› \*\*x\*\*", fact, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_is_posted_and_taken_with_any_2xx()
    {
        using var handler = new ScriptedHandler(request =>
        {
            Assert.Equal((HttpMethod.Post, Webhook), (request.Method, request.RequestUri));
            Assert.Equal("application/json", request.Content!.Headers.ContentType!.MediaType);
            return new HttpResponseMessage(HttpStatusCode.Accepted);
        });
        using var http = new HttpClient(handler);

        await new TeamsNotifier(http, Webhook, Time).SendAsync(Alert, TestContext.Current.CancellationToken);

        Assert.Equal(Encoding.UTF8.GetString(EndOfLifeCard.Render(Alert)), handler.LastBody);
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "Mon, 23 Nov 2026 00:01:00 GMT", 60)]
    [InlineData(503, "Sun, 22 Nov 2026 00:00:00 GMT", 0)]
    [InlineData(500, null, null)]
    [InlineData(404, null, null)]
    public async Task A_refusal_says_the_host_and_when_to_come_again_and_never_the_address(int status, string? retryAfter, int? seconds)
    {
        using var handler = new ScriptedHandler(_ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status);
            response.Headers.RetryAfter = retryAfter is null ? null : RetryConditionHeaderValue.Parse(retryAfter);
            return response;
        });
        using var http = new HttpClient(handler);

        var error = await Assert.ThrowsAsync<NotifierException>(() => new TeamsNotifier(http, Webhook, Time).SendAsync(Alert, TestContext.Current.CancellationToken));

        Assert.Equal("hooks.example", error.Host);
        Assert.Equal(seconds, (int?)error.RetryAfter?.TotalSeconds);
        Assert.Contains($"hooks.example answered {status}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_webhook_is_told_by_its_host_alone()
    {
        using var handler = new ScriptedHandler(_ => throw new HttpRequestException(HttpRequestError.NameResolutionError));
        using var http = new HttpClient(handler);

        var error = await Assert.ThrowsAsync<NotifierException>(() => new TeamsNotifier(http, Webhook, Time).SendAsync(Alert, TestContext.Current.CancellationToken));

        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("hooks.example", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://hooks.example/s3cret", false)]
    [InlineData("ftp://127.0.0.1/s3cret", false)]
    [InlineData("http://127.0.0.1:8080/s3cret", true)]
    [InlineData("https://hooks.example/s3cret", true)]
    public void A_webhook_is_https_or_on_this_machine(string address, bool isTaken)
    {
        using var http = new HttpClient();
        var error = Record.Exception(() => new TeamsNotifier(http, new Uri(address), Time));

        Assert.Equal(isTaken, error is null);
        Assert.DoesNotContain("s3cret", error?.Message ?? "", StringComparison.Ordinal);
    }

    /// <summary>Every text, title and value that people see, in order.</summary>
    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p =>
            p.Name is "text" or "value" && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Texts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        _ => [],
    };
}
