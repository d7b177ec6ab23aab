using Basewatch.Adapters.GitHub;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Alerts;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.EndToEnd.Tests.Drivers;
using Basewatch.World.GitHub;
using Basewatch.World.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Basewatch.EndToEnd.Tests;

/// <summary>
/// Three levels of own images on two bases, in a real registry, built by workflows of the loopback GitHub: a base is pushed again, and
/// what is built on it is built again. Time alone is made up.
/// </summary>
public sealed class RebuildTests(RegistryServer registry) : IAsyncDisposable
{
    /// <summary>Who makes the images.</summary>
    public enum Maker
    {
        /// <summary>The driver of the registry: indexes of two platforms, and nothing inherits a label.</summary>
        Driver,

        /// <summary>umoci and skopeo: an image inherits what its base says of itself.</summary>
        Umoci,
    }

    private enum Says
    {
        Nothing,
        Label,
        Annotation,
    }

    /// <summary>Repository and image, and what its Dockerfile is built on. Some say so of themselves, the others by their layers alone.</summary>
    private static readonly (string Name, string On, Says Says)[] Images =
    [
        ("core", "debian-like", Says.Label), ("tools", "alpine-like", Says.Nothing), ("web", "core", Says.Nothing), ("jobs", "core", Says.Annotation),
        ("cli", "tools", Says.Label), ("shop", "web", Says.Label), ("admin", "web", Says.Nothing),
    ];

    private static readonly Dictionary<string, string> None = new(StringComparer.Ordinal);

    private readonly string _namespace = $"r{Guid.NewGuid():N}"[..12];

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 23, 9, 0, 0, TimeSpan.Zero));

    private readonly TemporaryFolder _folder = new();

    private readonly Dictionary<string, SampleImage> _pushed = new(StringComparer.Ordinal);

    private readonly List<Message> _messages = [];

    private readonly HashSet<string> _failing = new(StringComparer.Ordinal);

    private readonly List<string> _built = [];

    private ImageBuilder? _builder;

    private GitHubServer? _github;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_github is not null)
        {
            await _github.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Theory]
    [InlineData(Maker.Driver)]
    [InlineData(Maker.Umoci)]
    public async Task A_base_is_pushed_again_and_exactly_what_is_built_on_it_is_built_in_order_and_none_twice(Maker maker)
    {
        await ArrangeAsync(maker);
        await PlayAsync(3);
        Assert.Empty(Started());
        await AssertOriginsAsync();

        await PushBaseAsync("debian-like", "patched");
        await PlayAsync(40);
        Assert.Equal(["admin", "core", "jobs", "shop", "web"], Started().Order(StringComparer.Ordinal));
        AssertOrder("core", "web");
        AssertOrder("core", "jobs");
        AssertOrder("web", "shop");
        AssertOrder("web", "admin");
        Assert.StartsWith($"{Address("debian-like")}:1 has a new digest, ", Reasons("core").Single(), StringComparison.Ordinal);

        // Nothing more comes of it.
        await PlayAsync(20);
        await AssertOriginsAsync();
        Assert.Equal(5, Started().Count);
        Assert.Empty(_messages);

        // The other base; and both at once are one build each.
        await PushBaseAsync("alpine-like", "patched");
        await PushBaseAsync("debian-like", "patched twice");
        await PlayAsync(60);
        Assert.Equal(Images.Select(i => i.Name).Concat(["admin", "core", "jobs", "shop", "web"]).Order(StringComparer.Ordinal), Started().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(Maker.Driver)]
    [InlineData(Maker.Umoci)]
    public async Task One_that_fails_in_the_middle_is_tried_three_times_and_the_branch_behind_it_waits_and_is_told(Maker maker)
    {
        await ArrangeAsync(maker);
        await PlayAsync(3);
        _failing.Add("web");
        await PushBaseAsync("debian-like", "patched");
        await PlayAsync(120);
        Assert.Equal(["core", "jobs", "web", "web", "web"], Started().Order(StringComparer.Ordinal));
        var message = Assert.Single(_messages);
        Assert.Equal((MessageKind.Rebuild, Severity.Attention), (message.Kind, message.Severity));
        Assert.EndsWith("/web failed three times in a row", message.Title, StringComparison.Ordinal);
        Assert.Equal(["acme/admin", "acme/shop"], message.Tables[1].Rows.Select(r => r[1].Text).Order(StringComparer.Ordinal));
        Assert.Equal("https://github.com/acme/web/actions/runs", message.Actions[0].Url[..message.Actions[0].Url.LastIndexOf('/')]);

        // Somebody mends and builds it by hand: the branch goes on, and what was built is not built again.
        _failing.Clear();
        await BuildAsync("web");
        await PlayAsync(40);
        Assert.Equal(["admin", "core", "jobs", "shop", "web", "web", "web"], Started().Order(StringComparer.Ordinal));
        Assert.Equal(Severity.Good, _messages[^1].Severity);
    }

    private async Task ArrangeAsync(Maker maker)
    {
        _builder = maker == Maker.Umoci ? await ImageBuilder.GetAsync(Cancelled) : null;
        _github = await GitHubServer.StartAsync(_time);
        await PushBaseAsync("debian-like", "first");
        await PushBaseAsync("alpine-like", "first");
        foreach (var (name, on, _) in Images)
        {
            await BuildAsync(name);
            _github.CreateRepository($"acme/{name}", new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Dockerfile"] = $"FROM {Address(on)}:1\nRUN true\n",
                [".github/workflows/build.yml"] = $$$"""
                    run-name: Build {{{name}}} (${{ inputs.id }})
                    on: { workflow_dispatch: { inputs: { id: { type: string }, reason: { type: string } } } }
                    jobs:
                      build:
                        runs-on: ubuntu-24.04
                        steps:
                          - uses: docker/build-push-action@v6
                            with:
                              tags: {{{Address(name)}}}:1
                    """,
            });
        }

        _github.CreateRepository("acme/.github", new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [".github/basewatch.yml"] = "pullRequests: {enabled: false}\nrebuild:\n  with:\n    - {workflow: build.yml, inputs: {id: '{id}', reason: '{reason}'}}\n",
        });
    }

    private string Address(string name) => $"{registry.Address}/{_namespace}/{name}";

    private async Task PushBaseAsync(string name, string content)
    {
        if (_builder is not null)
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal) { ["etc/os-release"] = $"ID={name}\n", ["usr/lib/libssl.so.3"] = content };
            await _builder.BuildAsync($"{Address(name)}:1", null, files, None, None, Cancelled);
            return;
        }

        _pushed[name] = new SampleImage($"{_namespace}/{name}", "1") { Content = content };
        await registry.Driver.PushAsync(_pushed[name], Cancelled);
    }

    /// <summary>What a workflow would do: builds on what the base is now, and pushes.</summary>
    private async Task BuildAsync(string name)
    {
        var (_, on, says) = Images.Single(i => i.Name == name);
        var origin = says == Says.Nothing ? None : new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["org.opencontainers.image.base.name"] = $"{Address(on)}:1",
            ["org.opencontainers.image.base.digest"] = (await registry.Driver.DigestAsync($"{_namespace}/{on}", "1", Cancelled))!,
        };
        var content = $"{name} {_built.Count}";
        _built.Add(name);
        if (_builder is not null)
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal) { [$"opt/{name}"] = content };
            await _builder.BuildAsync($"{Address(name)}:1", $"{Address(on)}:1", files, says == Says.Label ? origin : None, says == Says.Annotation ? origin : None, Cancelled);
            return;
        }

        _pushed[name] = new SampleImage($"{_namespace}/{name}", "1") { Base = _pushed[on], Content = content, Labels = origin };
        await registry.Driver.PushAsync(_pushed[name], Cancelled);
    }

    private List<string> Started() => [.. Images.SelectMany(i => _github!.Repository($"acme/{i.Name}").WorkflowRuns).OrderBy(r => r.Id).Select(r => r.In.Split('/')[1])];

    private IEnumerable<string> Reasons(string name) => _github!.Repository($"acme/{name}").WorkflowRuns.Select(r => r.Inputs["reason"]);

    /// <summary>Each is known to be built on its own base, whatever it inherits: web, which says nothing, from core, which says debian-like.</summary>
    private async Task AssertOriginsAsync()
    {
        await using var store = new SqliteStateStore(Path.Combine(_folder.Path, "state.db"));
        var known = await new Memory(store).ListOwnImagesAsync(Cancelled).ToListAsync(Cancelled);
        Assert.Equal(
            Images.Select(i => $"{i.Name}:1 on {i.On}:1 by {(i.Says == Says.Nothing ? OriginSource.Layers : i.Says == Says.Annotation && _builder is not null ? OriginSource.Annotation : OriginSource.Label)}").Order(StringComparer.Ordinal),
            known.Select(k => $"{k.Image.Split('/')[^1]} on {k.Origin?.Split('/')[^1]} by {k.OriginSource}").Order(StringComparer.Ordinal));
    }

    private void AssertOrder(string first, string then) => Assert.True(Started().IndexOf(first) < Started().IndexOf(then), $"{first} before {then}: {string.Join(", ", Started())}");

    /// <summary>Minute by minute: the service looks, in a process of its own; and workflows that it started end.</summary>
    private async Task PlayAsync(int minutes)
    {
        for (var minute = 0; minute < minutes; minute++)
        {
            await RunAsync([.. minute == 0 ? [new FindRepositories()] : (Job[])[], new ReviewRebuilds(), .. minute % 15 == 14 ? [new ReviewAlerts()] : (Job[])[]]);
            _time.Advance(TimeSpan.FromMinutes(1));
            foreach (var run in Images.SelectMany(i => _github!.Repository($"acme/{i.Name}").WorkflowRuns).Where(r => r.Conclusion is null))
            {
                var name = run.In.Split('/')[1];
                if (!_failing.Contains(name))
                {
                    await BuildAsync(name);
                }

                run.Complete(_failing.Contains(name) ? "failure" : "success");
            }
        }
    }

    private async Task RunAsync(IReadOnlyList<Job> starts)
    {
        await using var store = new SqliteStateStore(Path.Combine(_folder.Path, "state.db"));
        var queue = new InProcessJobQueue(_time);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IStateStore>(store);
        services.AddSingleton<IJobQueue>(queue);
        services.AddSingleton<IChannels>(new Listener(_messages));
        services.AddSingleton<ILifecycleCatalog>(new NoCatalog());
        var options = new BasewatchOptions { GitHub = new GitHubOptions { ApiBaseAddress = _github!.Address, Token = _github.AdminToken, Organization = "acme" } };
        options.Registries.Add(new RegistrySettings { Host = registry.Address, Insecure = true, AllowPrivate = true });
        services.AddBasewatch(options);
        await using var provider = services.BuildServiceProvider();
        var runner = provider.GetRequiredService<JobRunner>();
        foreach (var start in starts)
        {
            await queue.EnqueueAsync(start, TimeSpan.Zero, Cancelled);
            while (await queue.ReceiveAsync(TimeSpan.FromHours(1), Cancelled) is { } received)
            {
                var outcome = await runner.RunAsync(received.Job, Cancelled);
                Assert.False(outcome is JobFailed, outcome.ToString());
                await queue.CompleteAsync(received, Cancelled);
            }
        }
    }

    private sealed class Listener(List<Message> messages) : IChannels
    {
        public IReadOnlyList<string> Names { get; } = ["all"];

        public Task SendAsync(string channel, Message message, CancellationToken cancellationToken)
        {
            messages.Add(message);
            return Task.CompletedTask;
        }
    }

    private sealed class NoCatalog : ILifecycleCatalog
    {
        public Task<Core.Lifecycle.LifecycleCatalog> GetAsync(CancellationToken cancellationToken) => Task.FromResult(new Core.Lifecycle.LifecycleCatalog([], DateTimeOffset.UnixEpoch));
    }
}
