using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Basewatch.EndToEnd.Tests.Drivers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>Rollouts are frozen and released by the command, over HTTP and on the dashboard; each leaves who and why, and only who may does it.</summary>
public sealed class RolloutDoorTests : IAsyncLifetime
{
    private const string Key = "correct-horse-battery-staple";

    private readonly TemporaryFolder _folder = new();

    private readonly ServeProcess _serve = new ServeProcess().With("Basewatch__Key", Key);

    private string _state = "";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await SampleState.WriteAsync(_folder.Path, 20, [_serve]);
        _state = Directory.GetFiles(_folder.Path, "*.db").Single(f => Path.GetFileName(f) != "state.db");
        await _serve.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _serve.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_command_shows_the_board_and_does_what_people_say()
    {
        var rows = (await RunAsync("status", "contoso", "--format", "json")).Exits(0).Rows;
        Assert.Equal(9, rows.Count);
        Assert.Contains(rows, r => (string?)r!["line"] == "contoso.azurecr.io/search" && (string?)r["stage"] == "staging" && (string?)r["state"] == "failed");
        Assert.Contains(rows, r => (string?)r!["stage"] == "production" && (int?)r["pullRequest"] == 50);
        Assert.Contains("production of contoso is frozen", (await RunAsync("status")).Output, StringComparison.Ordinal);

        Assert.Equal(0, (await RunAsync("hold", "contoso", "--stage", "staging", "--reason", "nobody is here", "--by", "eve", "--until", "3d")).ExitCode);
        var board = (await RunAsync("status")).Output;
        Assert.Contains("staging of contoso is frozen", board, StringComparison.Ordinal);
        Assert.Contains("by eve", board, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("release", "contoso", "--stage", "staging", "--reason", "back again")).ExitCode);
        Assert.DoesNotContain("staging of contoso is frozen", (await RunAsync("status")).Output, StringComparison.Ordinal);

        var wrong = await RunAsync("hold", "contoso", "--stage", "prod", "--reason", "why");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("has no stage prod, but dev, production, staging", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync("hold", "contoso")).ExitCode);
    }

    [Fact]
    public async Task The_door_takes_deeds_of_those_with_the_key_and_the_dashboard_those_of_its_own_pages()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("/api/rollouts", "{}", "application/json")).Status);
        const string Hold = """{"deed":"hold","scope":"contoso","stage":"dev","reason":"<script>alert(1)</script>","until":"8h","by":"a bot"}""";
        var held = await PostAsync("/api/rollouts", Hold, "application/json", r => r.Headers.Add("x-functions-key", Key));
        Assert.Equal(HttpStatusCode.OK, held.Status);
        Assert.Contains("dev of contoso is frozen until", held.Body, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("/api/rollouts", """{"deed":"hold","scope":"contoso","reason":"why","until":"yesterday"}""", "application/json", r => r.Headers.Add("x-functions-key", Key))).Status);

        const string Form = "deed=release&scope=contoso&stage=dev&until=&reason=enough";
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("/rollouts", Form, "application/x-www-form-urlencoded", Here)).Status);
        var session = await SignInAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync("/rollouts", Form, "application/x-www-form-urlencoded", r => { r.Headers.Add("Cookie", session); r.Headers.Add("Origin", "https://evil.example"); })).Status);
        var released = await PostAsync("/rollouts", Form, "application/x-www-form-urlencoded", r => { r.Headers.Add("Cookie", session); Here(r); });
        Assert.Equal(HttpStatusCode.OK, released.Status);
        Assert.Contains("<strong>Done.</strong> contoso dev is released", released.Body, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", released.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", released.Body, StringComparison.Ordinal);
    }

    private void Here(HttpRequestMessage request) => request.Headers.Add("Origin", _serve.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));

    private async Task<string> SignInAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/sign-in") { Content = new StringContent($"key={Key}", new MediaTypeHeaderValue("application/x-www-form-urlencoded")) };
        Here(request);
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _serve.Client.BaseAddress };
        using var answer = await browser.SendAsync(request, Cancelled);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, string body, string type, Action<HttpRequestMessage>? change = null)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _serve.Client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, type) };
        change?.Invoke(request);
        using var answer = await browser.SendAsync(request, Cancelled);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
    }

    private Task<CliResult> RunAsync(params string[] arguments) => new CliRun(["rollout", .. arguments, "--state", _state]).RunAsync();
}
