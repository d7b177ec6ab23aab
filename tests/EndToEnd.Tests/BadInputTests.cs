using System.Globalization;
using System.Text;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.Scripted;
using Basewatch.World.Servers;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>Files and registries at their worst: each is named with what is wrong, and everything else is judged.</summary>
public sealed class BadInputTests(RegistryServer registry) : IDisposable
{
    private readonly ImageNamespace _images = new(registry);
    private readonly WorkFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("scan")]
    [InlineData("check")]
    [InlineData("update")]
    public async Task Bad_files_are_named_with_their_lines(string command)
    {
        await _images.PushAsync("alpine:3.20");
        var huge = new StringBuilder("services:\n", 51 << 20);
        while (huge.Length < 50 << 20)
        {
            huge.Append(CultureInfo.InvariantCulture, $"  s{huge.Length}: {{image: 'alpine:3.20'}}\n");
        }

        _folder
            .Write("Dockerfile", "FROM alpine:3.20\n")
            .Write("latin/Dockerfile", [.. "FROM alpine:3.20\n# caf"u8, 0xE9, .. "\n"u8])
            .Write("wide/Dockerfile", Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes("FROM alpine:3.20\n")).ToArray())
            .Write("huge/compose.yaml", huge.ToString())
            .Write("wrong/compose.yaml", "services:\n  a:\n    image: FOO:BAR@sha256:zz\n  b:\n    image: alpine:3.20\n")
            .Write("broken/compose.yaml", "services:\n  a: {image: alpine:3.20\n  b: ]\n")
            .Write("deep/compose.yaml", "services:\n  a:\n    image: alpine:3.20\n    x: " + new string('[', 20_000));
        var before = _folder.Snapshot();

        var result = (await new CliRun(command, "--format", "json").In(_folder).With(_images.Settings).RunAsync()).Exits(3);

        Assert.Contains("latin/Dockerfile:2: the file is not UTF-8", result.Errors, StringComparison.Ordinal);
        Assert.Contains("wide/Dockerfile:1: the file is UTF-16", result.Errors, StringComparison.Ordinal);
        Assert.Contains("huge/compose.yaml: the file is larger than 8 MiB", result.Errors, StringComparison.Ordinal);
        Assert.Contains("wrong/compose.yaml:3: 'FOO:BAR@sha256:zz' is no image reference", result.Errors, StringComparison.Ordinal);
        Assert.Contains("broken/compose.yaml:", result.Errors, StringComparison.Ordinal);
        Assert.Contains("deep/compose.yaml:", result.Errors, StringComparison.Ordinal);
        Assert.Equal(6, result.Errors.Split('\n').Count(l => l.StartsWith("warning: ", StringComparison.Ordinal)));

        Assert.Contains(result.Rows, r => (string?)r["file"] is "Dockerfile" && (string?)r["image"] is "docker.io/library/alpine");
        Assert.Contains(result.Rows, r => (string?)r["file"] is "wrong/compose.yaml" && (int)r["line"]! == 5);
        var changed = _folder.Snapshot().Where(f => before[f.Key] != f.Value).Select(f => f.Key).Order(StringComparer.Ordinal);
        Assert.Equal(command == "update" ? ["Dockerfile", "wrong/compose.yaml"] : [], changed);
    }

    [Fact]
    public async Task Bad_registries_are_named_and_decide_nothing()
    {
        var digest = await _images.PushAsync("alpine:3.20");
        await using var silent = await ScriptedServer.StartAsync(Answers.Hang());
        await using var broken = await ScriptedServer.StartAsync(Answers.Status(500));
        await using var busy = await ScriptedServer.StartAsync(Answers.TooManyRequests("120"));
        await using var portal = await ScriptedServer.StartAsync(Answers.Html());
        await using var cut = await ScriptedServer.StartAsync(Answers.Half("application/json", """{"name":"team/app","tags":["1.0","2.0"]}"""));
        // The first page has a newer tag already, and the newest might be on the second.
        await using var half = await ScriptedServer.StartAsync(context =>
        {
            if (context.Request.Query.ContainsKey("last"))
            {
                return Answers.Status(502)(context);
            }

            context.Response.Headers.Link = "</v2/team/app/tags/list?last=1.1&n=2>; rel=\"next\"";
            return Answers.Json("""{"name":"team/app","tags":["1.0","1.1"]}""")(context);
        });
        await using var endless = await ScriptedServer.StartAsync(Answers.Endless("application/json"));
        // A connection that breaks is seen while the answer is read, or before.
        (string Name, ScriptedServer Server, string Says)[] bad =
        [
            ("silent", silent, "did not answer within"), ("broken", broken, "500"), ("busy", busy, "120 s"), ("portal", portal, "with a web page"),
            ("cut", cut, "when asked for the tags of team/app"), ("half", half, "502"), ("endless", endless, "sent more than"),
        ];
        foreach (var (name, server, _) in bad)
        {
            _folder.Write($"{name}/Dockerfile", $"FROM {server.Host}/team/app:1.0\n");
        }

        // A port where nobody listens, and a name that nobody has.
        _folder
            .Write("closed/Dockerfile", "FROM 127.0.0.1:1/team/app:1.0\n")
            .Write("unknown/Dockerfile", "FROM registry.invalid/team/app:1.0\n")
            .Write("Dockerfile", "FROM alpine:3.20\n");

        var before = _folder.Snapshot();
        var result = (await new CliRun("update", "--format", "json").In(_folder).With(_images.Settings).RunAsync()).Exits(3);

        Assert.Equal($"alpine@{digest}", result.Rows.Select(r => $"alpine@{r["to"]!["digest"]}").Single());
        Assert.Equal(["Dockerfile"], _folder.Snapshot().Where(f => before[f.Key] != f.Value).Select(f => f.Key));
        var warnings = result.Errors.Split('\n').Where(l => l.StartsWith("warning: ", StringComparison.Ordinal)).ToList();
        Assert.Equal(bad.Length + 2, warnings.Count);
        Assert.All(bad, b => Assert.Contains(b.Says, warnings.Single(w => w.Contains(b.Server.Host, StringComparison.Ordinal)), StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("127.0.0.1:1 could not be reached", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("registry.invalid ", StringComparison.Ordinal));
        Assert.All(warnings, w => Assert.Contains("team/app", w, StringComparison.Ordinal));

        // Who asks for too much once is not asked on and on.
        Assert.Single(busy.Requests);
        Assert.InRange(broken.Requests.Count, 2, 5);
    }
}
