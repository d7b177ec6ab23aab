using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Basewatch.Adapters.Git;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Notifications;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Commands;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Cli.Demo;

/// <summary>Tells the demo's story, one step after another. Everything in it is done for real, on this machine.</summary>
internal sealed class DemoRun : IAsyncDisposable
{
    private static readonly RepositoryName Shop = RepositoryName.Parse("acme/shop");

    private static readonly RepositoryName Nightly = RepositoryName.Parse("acme/nightly-report");

    private readonly string _root;

    private readonly DemoRegistry _server;

    private readonly OciRegistry _registry;

    private readonly ILifecycleCatalog _lifecycles;

    private readonly GitRepositoryHost _host;

    private readonly Channels _channels;

    private readonly LocalEngine _engine;

    private int _step;

    private DemoRun(string root, DemoRegistry server)
    {
        _root = root;
        _server = server;
        _registry = new OciRegistry(
            new RegistryOptions { AllowAnyAddress = true, Registries = [new RegistrySettings { Host = "docker.io", Endpoint = server.Address, Insecure = true, AllowPrivate = true }] },
            TimeProvider.System,
            NullLogger<OciRegistry>.Instance);
        _lifecycles = new DemoLifecycles();
        _host = new GitRepositoryHost(root, TimeProvider.System);
        _channels = new Channels([new ChannelSettings { Name = ChannelSettings.TeamsName, Address = new Uri(server.Address + "/teams") }], null, new Pages(new BasewatchOptions(), TimeProvider.System), TimeProvider.System);
        _engine = LocalEngine.Create(
            _host,
            _registry,
            _lifecycles,
            new SqliteStateStore(Path.Combine(root, "basewatch.db")),
            _channels,
            NullLoggerFactory.Instance,
            PolicySources.None,
            FormatCatalog.Default);
    }

    public static async Task<int> RunAsync(string root, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var server = await DemoRegistry.StartAsync(cancellationToken);
        foreach (var (repository, tags) in SampleRepositories.Images)
        {
            foreach (var tag in tags)
            {
                server.Push(repository, tag, "first build");
            }
        }

        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{root}: {e.Message}", e);
        }

        await SampleRepositories.WriteAsync(root, server.DigestOf("library/nginx", "1.29.3").ToString(), cancellationToken);

        // Since the pin was written, nginx was rebuilt with a security fix and pushed under the same tag.
        server.Push("library/nginx", "1.29.3", "second build: libssl patched");

        await using var demo = new DemoRun(root, server);
        var code = await demo.TellAsync(cancellationToken);
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]Done in {clock.Elapsed.TotalSeconds:0.0} s. The repositories stay in[/] {root}[grey]: git branches begin with[/] basewatch/");
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _channels.Dispose();
        _registry.Dispose();
    }

    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        Step("Two repositories, and what their registry holds today");
        Say("acme/shop has a Dockerfile, a Compose file and a Kubernetes manifest; acme/nightly-report has an old Dockerfile.");
        Say($"Their registry is on this machine ({_server.Address}) and stands in for Docker Hub. The network is not used.");
        foreach (var repository in new[] { Shop, Nightly })
        {
            await CheckAsync(repository, cancellationToken);
        }

        Step("The first run: inventory, registries, pull requests, ends of life");
        var failures = await RunAsync(cancellationToken);
        await ShowPullRequestsAsync(cancellationToken);
        await ShowOneAsync(cancellationToken);

        Step("What Teams is told");
        ShowCards();

        Step("The second run: nothing changed, so nothing is done");
        var before = await PullRequestsAsync(cancellationToken);
        var cards = _server.Cards.Count;
        failures.AddRange(await RunAsync(cancellationToken));
        var isQuiet = before.SequenceEqual(await PullRequestsAsync(cancellationToken)) && _server.Cards.Count == cards;
        Say(isQuiet ? "No pull request was opened or changed, and nobody was told anything twice." : "Something changed, and should not have.");

        Step("postgres is republished: the open pull request follows");
        _server.Push("library/postgres", "16.11-alpine", "second build: zlib patched");
        failures.AddRange(await RunAsync(cancellationToken));
        var after = await PullRequestsAsync(cancellationToken);
        var moved = after.Except(before).ToList();
        foreach (var record in moved)
        {
            Say($"{record.State} #{record.Number}: {record.Title}");
        }

        foreach (var failure in failures)
        {
            Screen.Error(failure);
        }

        return failures.Count == 0 && isQuiet && moved.Count > 0 ? ExitCode.Success : ExitCode.Partial;
    }

    private async Task CheckAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]$ cd {repository.Name} && basewatch check[/]");
        var (_, _, _, scan, _) = await RepositoryFolder.ReadAsync(FolderOf(repository), FormatCatalog.Default, [], UpdateKind.Major, cancellationToken);
        CheckScreen.Print(await new FolderCheck(new RegistrySurvey(_registry), PolicySet.Default, _lifecycles, TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, cancellationToken));
    }

    /// <summary>One run of the service's jobs, with what it cost.</summary>
    private async Task<List<string>> RunAsync(CancellationToken cancellationToken)
    {
        var requests = _server.Requests;
        var clock = Stopwatch.StartNew();
        var failures = await _engine.RunAsync(cancellationToken);
        Say($"{Count.Of(_server.Requests - requests, "registry request")}, {clock.Elapsed.TotalMilliseconds:0} ms.");
        return [.. failures];
    }

    private async Task<List<PullRequestRecord>> PullRequestsAsync(CancellationToken cancellationToken)
    {
        var memory = _engine.Services.GetRequiredService<Memory>();
        var records = await memory.ListPullRequestsAsync(Shop, cancellationToken).ToListAsync(cancellationToken);
        records.AddRange(await memory.ListPullRequestsAsync(Nightly, cancellationToken).ToListAsync(cancellationToken));
        return records;
    }

    private async Task ShowPullRequestsAsync(CancellationToken cancellationToken)
    {
        var memory = _engine.Services.GetRequiredService<Memory>();
        string[] headings = ["Pull request", "Title", "Branch"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var repository in new[] { Shop, Nightly })
        {
            await foreach (var record in memory.ListPullRequestsAsync(repository, cancellationToken))
            {
                rows.Add([Screen.Safe($"{repository} #{record.Number}"), Screen.Safe(record.Title), Screen.Safe(Core.Planning.ChangeSet.BranchPrefix + record.Key)]);
            }
        }

        Screen.WriteTable(headings, rows);
    }

    /// <summary>One pull request in full: its body, and its commit as Git shows it.</summary>
    private async Task ShowOneAsync(CancellationToken cancellationToken)
    {
        var branch = Core.Planning.ChangeSet.BranchPrefix + Core.Planning.ChangeSet.DigestsKey;
        if (await _host.FindPullRequestsAsync(Shop, branch, cancellationToken) is not [var pullRequest, ..])
        {
            return;
        }

        Screen.Out.WriteLine();
        var body = pullRequest.Body[..pullRequest.Body.LastIndexOf("<!--", StringComparison.Ordinal)].TrimEnd();
        Panel($"acme/shop #{pullRequest.Number}: {pullRequest.Title}", new Text(Screen.Plain(body.Replace("\r", "", StringComparison.Ordinal).Replace('\n', '\u2028')).Replace('\u2028', '\n')));
        var diff = await SampleRepositories.GitAsync(FolderOf(Shop), cancellationToken, "diff", "--no-color", "--unified=0", $"main...{branch}");
        foreach (var line in diff.Split('\n').Where(l => l is ['+' or '-', ..]))
        {
            Screen.Out.MarkupLine(line[0] == '+' ? $"[green]{Screen.Safe(line)}[/]" : $"[red]{Screen.Safe(line)}[/]");
        }
    }

    /// <summary>The first card as a person reads it, and the names of the others.</summary>
    private void ShowCards()
    {
        var cards = _server.Cards.ToList();
        Say($"{Count.Of(cards.Count, "card")} posted to the webhook, one for each base image:");
        foreach (var card in cards)
        {
            using var document = JsonDocument.Parse(card);
            var lines = Texts(document.RootElement).ToList();
            Panel("Teams", new Text(Screen.Plain(string.Join('\u2028', lines)).Replace('\u2028', '\n')));
        }
    }

    /// <summary>Every text of an Adaptive Card, in reading order; a row of a table is one.</summary>
    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("title", out var title) && element.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String => [$"{title.GetString()}: {value.GetString()}"],
        JsonValueKind.Object when element.TryGetProperty("cells", out var cells) => [string.Join("  |  ", cells.EnumerateArray().Select(c => string.Join(' ', c.EnumerateObject().SelectMany(p => Texts(p.Value)))))],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => p.Name == "text" && p.Value.ValueKind == JsonValueKind.String ? [p.Value.GetString()!] : Texts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    private static void Panel(string header, Text content)
    {
        if (Screen.IsTerminal)
        {
            Screen.Out.Write(new Panel(content) { Header = new PanelHeader($" {Screen.Safe(header)} "), Border = BoxBorder.Rounded, BorderStyle = Style.Parse("grey") });
        }
        else
        {
            Screen.Out.WriteLine(header);
            Screen.Out.Write(content);
            Screen.Out.WriteLine();
        }
    }

    private void Step(string what)
    {
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold blue]{++_step}. {what}[/]");
    }

    private static void Say(string what) => Screen.Out.MarkupLine(Screen.Safe(what));

    private string FolderOf(RepositoryName repository) => Path.Combine(_root, repository.Owner, repository.Name);

    /// <summary>The demo's own facts, in the shape of endoflife.date's answer.</summary>
    private sealed class DemoLifecycles : ILifecycleCatalog
    {
        public async Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken)
        {
            await using var stream = typeof(DemoRun).Assembly.GetManifestResourceStream("lifecycles.json")!;
            using var body = new MemoryStream();
            await stream.CopyToAsync(body, cancellationToken);
            return LifecycleCatalogReader.Read(body.ToArray(), "the demo's facts", TimeProvider.System.GetUtcNow(), NullLogger.Instance);
        }
    }
}
