using Basewatch.Adapters.Registries;
using Basewatch.Core.Ports;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Registries;

public sealed class TagListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_are_followed_to_the_last_one_and_a_tag_counts_once()
    {
        await using var server = await ScriptedServer.StartAsync(context => (context.Request.Query["last"].ToString() switch
        {
            "" => Scripts.Tags("1", "2").With("Link", "</v2/team/app/tags/list?last=2&n=2>; rel=\"next\""),
            "2" => Scripts.Tags("2", "3").With("Link", $"<http://{context.Request.Host}/elsewhere/team/app/tags/list?last=3&n=2>; rel=next"),
            _ => Scripts.Tags("4"),
        })(context));
        using var registry = Scripts.Open(options: new RegistryOptions { TagPageSize = 2 });

        Assert.Equal(["1", "2", "3", "4"], await registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(
            ["/v2/team/app/tags/list?n=2", "/v2/team/app/tags/list?last=2&n=2", "/v2/team/app/tags/list?last=3&n=2"],
            server.Requests.Select(r => r.Path));
    }

    [Theory]
    [InlineData("""{"name":"team/app","tags":null}""")]
    [InlineData("""{"name":"team/app"}""")]
    [InlineData("""{"name":"team/app","tags":[]}""")]
    public async Task No_tags_are_an_empty_list(string body)
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json(body));
        using var registry = Scripts.Open();
        Assert.Empty((await registry.ListTagsAsync(server.Name(), Token))!);
    }

    [Fact]
    public async Task What_is_no_tag_is_dropped()
    {
        await using var server = await ScriptedServer.StartAsync(Answers.Json("""{"name":"team/app","tags":["1.0","","-x","a b",null,"@here","ok"]}"""));
        using var registry = Scripts.Open();
        Assert.Equal(["1.0", "ok"], await registry.ListTagsAsync(server.Name(), Token));
    }

    public static TheoryData<string, RequestDelegate, RegistryFailure, string> HalfLists => new()
    {
        { "the second page fails", Second(Answers.Status(500)), RegistryFailure.ServerError, "answered 500" },
        { "the second page is gone", Second(Answers.Json("{}", 404)), RegistryFailure.Malformed, "gave no page 2 of its list" },
        { "the second page is a web page", Second(Answers.Html()), RegistryFailure.Malformed, "answered 200 with a web page (text/html)" },
        { "the second page is cut", Second(Answers.Json("""{"name":"team/app","tags":["3",""")), RegistryFailure.Malformed, "can't be read" },
        { "the second page is elsewhere", First("<http://registry.example/v2/team/app/tags/list?last=2>; rel=next"), RegistryFailure.Malformed, "elsewhere" },
        { "the second page is nowhere", First("</v2/team/app/tags/list>; rel=next"), RegistryFailure.Malformed, "without a place to go on from" },
        { "there is no list", Answers.Json("""{"message":"hello"}"""), RegistryFailure.Malformed, "no tag list" },
        { "there is a number", Answers.Json("[1]"), RegistryFailure.Malformed, "can't be read" },
        { "there is a sign-in page", Answers.Html(), RegistryFailure.Malformed, "web page" },
        { "not found is a web page", Answers.Text(404, "text/html", "<h1>404</h1>"), RegistryFailure.Malformed, "answered 404 with a web page" },
        { "it never ends", Answers.Endless("application/json"), RegistryFailure.Malformed, "sent more than 16 MiB" },
    };

    [Theory]
    [MemberData(nameof(HalfLists))]
    public async Task Anything_but_a_whole_list_is_a_failure_that_names_host_and_reason(string what, RequestDelegate script, RegistryFailure failure, string reason)
    {
        await using var server = await ScriptedServer.StartAsync(script);
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.True(e.Failure == failure, $"{what}: {e}");
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        Assert.StartsWith(server.Host, e.Message, StringComparison.Ordinal);
        Assert.Contains("the tags of team/app", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_that_go_round_in_a_circle_are_given_up_at_once()
    {
        await using var server = await ScriptedServer.StartAsync(First("</v2/team/app/tags/list?n=1000>; rel=next"));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.Contains("in a circle", e.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_list_that_takes_too_long_is_given_up()
    {
        var page = 0;
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await Task.Delay(20, context.RequestAborted);
            await Scripts.Tags("1").With("Link", $"</v2/team/app/tags/list?last={Interlocked.Increment(ref page)}>; rel=next")(context);
        });
        using var registry = Scripts.Open(options: new RegistryOptions { ListTimeout = TimeSpan.FromMilliseconds(500) });
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Unreachable, e.Failure);
        Assert.InRange(server.Requests.Count, 1, 25);
    }

    [Fact]
    public async Task A_page_that_breaks_off_is_asked_for_again_and_then_a_failure()
    {
        await using var server = await ScriptedServer.StartAsync(Second(Answers.Half("application/json", $$"""{"name":"team/app","tags":["3"],"x":"{{new string('x', 100_000)}}"}""")));
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        // A connection that is reset may lose what came before, and then nothing has come.
        Assert.True(e.Failure is RegistryFailure.Malformed ? e.Message.Contains("broke off its answer", StringComparison.Ordinal) : e.Failure is RegistryFailure.Unreachable, e.ToString());
        Assert.Equal(4, server.Requests.Count);

        server.Script = Answers.InTurn(Answers.Half("application/json", new string(' ', 100_000)), Scripts.Tags("1"));
        Assert.Equal(["1"], await registry.ListTagsAsync(server.Name(), Token));
    }

    [Fact]
    public async Task Pages_without_end_are_given_up()
    {
        var page = 0;
        await using var server = await ScriptedServer.StartAsync(context =>
        {
            var next = Interlocked.Increment(ref page);
            return Scripts.Tags($"t{next}").With("Link", $"</v2/team/app/tags/list?last=t{next}>; rel=\"next\"")(context);
        });
        using var registry = Scripts.Open();
        var e = await Assert.ThrowsAsync<RegistryException>(() => registry.ListTagsAsync(server.Name(), Token));
        Assert.Equal(RegistryFailure.Malformed, e.Failure);
        Assert.Contains("more than 1000 pages", e.Message, StringComparison.Ordinal);
        Assert.Equal(1000, server.Requests.Count);
    }

    [Fact]
    public async Task A_list_that_is_asked_for_twice_at_once_is_fetched_once()
    {
        var release = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await release.Task.WaitAsync(context.RequestAborted);
            await Scripts.Tags("1")(context);
        });
        using var registry = Scripts.Open();
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = registry.ListTagsAsync(server.Name(), leaves.Token);
        var second = registry.ListTagsAsync(server.Name(), Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();
        Assert.Equal(["1"], await second);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_registry_that_hangs_does_not_delay_another()
    {
        await using var hangs = await ScriptedServer.StartAsync(Answers.Hang());
        await using var answers = await ScriptedServer.StartAsync(Scripts.Tags("1"));
        using var registry = Scripts.Open(options: new RegistryOptions { ConcurrencyPerHost = 1 });
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var waiting = Enumerable.Range(0, 20).Select(i => registry.ListTagsAsync(hangs.Name($"team/app{i}"), leaves.Token)).ToList();
        Assert.Equal(["1"], await registry.ListTagsAsync(answers.Name(), Token));
        Assert.DoesNotContain(waiting, w => w.IsCompleted);
        Assert.True(hangs.Requests.Count <= 1);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(waiting));
    }

    private static RequestDelegate First(string link) => Scripts.Tags("1", "2").With("Link", link);

    private static RequestDelegate Second(RequestDelegate second) =>
        context => context.Request.Query.ContainsKey("last") ? second(context) : First("</v2/team/app/tags/list?last=2>; rel=\"next\"")(context);
}
