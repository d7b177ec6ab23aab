using System.Text.Json.Nodes;
using Azure.Core;
using Basewatch.Adapters.Builds;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Basewatch.Adapters.Tests.Builds;

/// <summary>Tasks of Azure Container Registry, against a stand-in for the resource manager after its documented requests.</summary>
public sealed class AcrTaskHostTests
{
    private const string Registry = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/acme";

    private static readonly DateTimeOffset Since = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private static readonly BuildRequest Request = new(
        "abc", RepositoryName.Parse("acme/web"),
        new RebuildMethod(RebuildKind.AcrTask, "build-web") { Registry = "acme", ResourceGroup = "rg", Subscription = "00000000-0000-0000-0000-000000000001" }, "acme.azurecr.io/web", "its base moved")
    {
        Inputs = new Dictionary<string, string>(StringComparer.Ordinal) { ["reason"] = "its base moved" },
    };

    private string _task = """{"properties":{"status":"Enabled","trigger":{"sourceTriggers":[]}}}""";

    private int _status = 200;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_is_run_with_its_values_and_followed()
    {
        await using var azure = await ScriptedServer.StartAsync(Answer);
        using var host = Open(azure);
        var run = await host.StartAsync(Request, Cancelled);
        Assert.Equal(("cf1", BuildState.Running), (run.Run, run.State));
        var sent = azure.Requests[^1];
        Assert.Equal($"{Registry}/scheduleRun?api-version=2019-06-01-preview", sent.Path);
        Assert.Equal("Bearer a-token", sent.Headers["Authorization"]);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse($$$"""{"type":"TaskRunRequest","taskId":"{{{Registry}}}/tasks/build-web","overrideTaskStepProperties":{"values":[{"name":"reason","value":"its base moved","isSecret":false}]}}"""),
            JsonNode.Parse(sent.Body)), sent.Body);

        Assert.Equal(BuildState.Succeeded, (await host.GetAsync(Request, "cf1", Cancelled)).State);
        var failed = await host.GetAsync(Request, "cf2", Cancelled);
        Assert.Equal((BuildState.Failed, "no such base"), (failed.State, failed.Problem));
        Assert.Equal(BuildState.Failed, (await host.GetAsync(Request, "gone", Cancelled)).State);
        Assert.Equal("cf3", (await host.FindAsync(Request, Since, new HashSet<string>(StringComparer.Ordinal) { "cf2" }, Cancelled))?.Run);
    }

    [Fact]
    public async Task A_task_with_a_base_image_trigger_is_left_to_it()
    {
        _task = """{"properties":{"status":"Enabled","trigger":{"baseImageTrigger":{"name":"d","baseImageTriggerType":"Runtime","status":"Enabled"}}}}""";
        await using var azure = await ScriptedServer.StartAsync(Answer);
        using var host = Open(azure);
        Assert.Equal(BuildState.LeftToHost, (await host.StartAsync(Request, Cancelled)).State);
        Assert.Single(azure.Requests);

        // For another reason its registry starts nothing.
        var run = await host.StartAsync(Request with { IsForBase = false }, Cancelled);
        Assert.Equal(("cf1", BuildState.Running, "POST"), (run.Run, run.State, azure.Requests[^1].Method));
    }

    [Theory]
    [InlineData(403, true, false)]
    [InlineData(404, true, false)]
    [InlineData(429, false, true)]
    [InlineData(500, false, false)]
    [InlineData(503, false, true)]
    public async Task What_is_refused_is_told_from_what_is_not_known(int status, bool isRefusal, bool waits)
    {
        _status = status;
        await using var azure = await ScriptedServer.StartAsync(Answer);
        using var host = Open(azure);
        var e = await Assert.ThrowsAsync<BuildHostException>(() => host.StartAsync(Request, Cancelled));
        Assert.Equal((isRefusal, waits), (e.IsRefusal, e.RetryAfter is not null));
    }

    [Fact]
    public async Task What_is_not_answered_after_it_was_sent_may_have_been_done()
    {
        await using var azure = await ScriptedServer.StartAsync(context => context.Request.Method == "POST" ? Answers.Status(503)(context) : Answer(context));
        using var host = Open(azure);
        var e = await Assert.ThrowsAsync<BuildHostException>(() => host.StartAsync(Request, Cancelled));
        Assert.Equal((false, (TimeSpan?)null), (e.IsRefusal, e.RetryAfter));
    }

    private static AcrTaskHost Open(ScriptedServer azure) => new(azure.Address, () => new Credential());

    private Task Answer(HttpContext context) => (_status, context.Request.Method, context.Request.Path.Value) switch
    {
        ( >= 400, _, _) => Answers.Status(_status)(context),
        (_, "GET", Registry + "/tasks/build-web") => Answers.Json(_task)(context),
        (_, "POST", Registry + "/scheduleRun") => Answers.Json("""{"properties":{"runId":"cf1","status":"Queued"}}""")(context),
        (_, "GET", Registry + "/runs/cf1") => Answers.Json("""{"properties":{"runId":"cf1","status":"Succeeded"}}""")(context),
        (_, "GET", Registry + "/runs/cf2") => Answers.Json("""{"properties":{"runId":"cf2","status":"Failed","runErrorMessage":"no such base"}}""")(context),
        (_, "GET", Registry + "/runs") => Answers.Json("""
            {"value":[
              {"properties":{"runId":"cf4","status":"Running","createTime":"2026-11-23T09:10:00Z"}},
              {"properties":{"runId":"cf3","status":"Running","createTime":"2026-11-23T09:00:05Z"}},
              {"properties":{"runId":"cf2","status":"Running","createTime":"2026-11-23T09:00:01Z"}},
              {"properties":{"runId":"cf1","status":"Succeeded","createTime":"2026-11-23T08:00:00Z"}}]}
            """)(context),
        _ => Answers.Status(404)(context),
    };

    private sealed class Credential : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("a-token", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
