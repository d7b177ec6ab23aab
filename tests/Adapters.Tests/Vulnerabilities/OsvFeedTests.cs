using Basewatch.Adapters.Vulnerabilities;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;
using Basewatch.World.Scripted;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.Adapters.Tests.Vulnerabilities;

public sealed class OsvFeedTests : IAsyncLifetime
{
    private readonly HttpClient _http = new();

    private readonly FakeTimeProvider _time = new();

    private OsvServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OsvFeed Feed => new(_http, _server.Address, _time, NullLogger<OsvFeed>.Instance);

    public async ValueTask InitializeAsync() => _server = await OsvServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Thousands_of_packages_are_asked_about_in_batches_and_page_by_page()
    {
        for (var i = 0; i < 7; i++)
        {
            _server.Add($"DEBIAN-CVE-2024-{i}", "p7", "2");
        }

        _server.Add("DEBIAN-CVE-2024-9", "p2400", "2");
        _server.PageSize = 3;
        var answers = await Feed.QueryAsync([.. Enumerable.Range(0, 2500).Select(i => new PackageQuery("Debian:12", $"p{i}", "1"))], Token);
        Assert.Equal(2500, answers.Count);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"DEBIAN-CVE-2024-{i}"), answers[7].Select(s => s.Id));
        Assert.Equal("2024-01-01T00:00:00Z", Assert.Single(answers[2400]).Modified);
        Assert.Equal(8, answers.Sum(a => a.Count));
        Assert.Equal(4, _server.Requests.Count);
    }

    [Fact]
    public async Task Nothing_is_asked_about_nothing()
    {
        Assert.Empty(await Feed.QueryAsync([], Token));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_record_is_read_and_one_that_is_not_there_is_none()
    {
        _server.Add("DEBIAN-CVE-2024-1", "openssl", "3.0.13-1");
        Assert.Equal(7.5, (await Feed.GetAsync("DEBIAN-CVE-2024-1", Token))!.Score);
        Assert.Null(await Feed.GetAsync("DEBIAN-CVE-2024-2", Token));
        Assert.Null(await Feed.GetAsync("../querybatch", Token));
        Assert.Equal(["/v1/vulns/DEBIAN-CVE-2024-1", "/v1/vulns/DEBIAN-CVE-2024-2"], _server.Requests.Select(r => r.Path));
    }

    public static TheoryData<string> Faults => ["500", "429", "400", "half", "html", "fewer", "circle", "no JSON", "endless", "slow", "down"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_no_whole_answer_is_none(string fault)
    {
        _server.Fault = fault switch
        {
            "500" => Answers.Status(500),
            "429" => Answers.TooManyRequests("1"),
            "400" => Answers.Json("{}", 400),
            "half" => Answers.Half("application/json", """{"results":[{"vulns":[{"id":"DEBIAN-CVE-2024-1","modified":"2024-01-01T00:00:00Z"}]}]}"""),
            "html" => Answers.Html(),
            "fewer" => Answers.Json("""{"results":[]}"""),
            "circle" => Answers.Json("""{"results":[{"next_page_token":"again"}]}"""),
            "no JSON" => Answers.Json("""{"results":[{"vulns":7}]}"""),
            "endless" => Answers.Endless("application/json"),
            "slow" => Answers.Hang(),
            _ => context =>
            {
                context.Abort();
                return Task.CompletedTask;
            }
            ,
        };
        var answer = Feed.QueryAsync([new PackageQuery("Debian:12", "openssl", "1")], Token);
        while (!answer.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(5, Token);
        }

        var thrown = await Assert.ThrowsAsync<VulnerabilityFeedException>(() => answer);
        Assert.Contains("127.0.0.1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_that_passes_is_not_seen()
    {
        var left = 2;
        _server.Add("DEBIAN-CVE-2024-1", "openssl", "2");
        _server.Fault = context =>
        {
            _server.Fault = --left > 0 ? _server.Fault : null;
            return Answers.Status(503)(context);
        };
        var answer = Feed.QueryAsync([new PackageQuery("Debian:12", "openssl", "1")], Token);
        while (!answer.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, Token);
        }

        Assert.Single((await answer)[0]);
        Assert.Equal(3, _server.Requests.Count);
    }

    [Fact]
    public async Task A_record_of_another_name_is_not_taken()
    {
        _server.Add("DEBIAN-CVE-2024-1", "openssl", "2");
        _server.Records["DEBIAN-CVE-2024-2"] = _server.Records["DEBIAN-CVE-2024-1"];
        await Assert.ThrowsAsync<VulnerabilityFeedException>(() => Feed.GetAsync("DEBIAN-CVE-2024-2", Token));
    }
}
