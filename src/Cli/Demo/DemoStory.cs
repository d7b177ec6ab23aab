using System.Diagnostics;
using System.Globalization;
using Basewatch.Adapters.Git;
using Basewatch.Adapters.Lifecycle;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Basewatch.Cli.Demo;

/// <summary>A story that the demo tells, one step after another. Everything in it is done for real, on this machine.</summary>
internal abstract class DemoStory : IAsyncDisposable
{
    private readonly string _root;

    private int _step;

    /// <summary>Puts the jobs over a registry and the repositories below a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="server">The registry.</param>
    /// <param name="time">The story's clock.</param>
    /// <param name="channels">Who is told; null: nobody.</param>
    /// <param name="probes">Who asks running things; null: nothing runs.</param>
    protected DemoStory(string root, DemoRegistry server, TimeProvider time, IChannels? channels = null, IProbes? probes = null)
    {
        (_root, Server) = (root, server);
        Registry = new OciRegistry(
            new RegistryOptions { AllowAnyAddress = true, Registries = [.. ((string[])["docker.io", "ghcr.io"]).Select(h => new RegistrySettings { Host = h, Endpoint = server.Address, Insecure = true, AllowPrivate = true })] },
            time,
            NullLogger<OciRegistry>.Instance);
        Host = new GitRepositoryHost(root, time);
        Engine = LocalEngine.Create(
            Host,
            Registry,
            Lifecycles,
            new SqliteStateStore(Path.Combine(root, "basewatch.db")),
            channels,
            NullLoggerFactory.Instance,
            PolicySources.None,
            FormatCatalog.Default,
            probes: probes,
            time: time);
    }

    /// <summary>The registry, and who else answers.</summary>
    protected DemoRegistry Server { get; }

    /// <summary>How the registry is asked.</summary>
    protected OciRegistry Registry { get; }

    /// <summary>The demo's own facts.</summary>
    protected ILifecycleCatalog Lifecycles { get; } = new DemoLifecycles();

    /// <summary>The repositories.</summary>
    protected GitRepositoryHost Host { get; }

    /// <summary>The service's jobs.</summary>
    protected LocalEngine Engine { get; }

    /// <summary>Begins a story in an empty folder, and tells it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string root, Func<string, DemoRegistry, CancellationToken, Task<DemoStory>> begin, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var server = await DemoRegistry.StartAsync(cancellationToken);
        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{root}: {e.Message}", e);
        }

        await using var story = await begin(root, server, cancellationToken);
        var code = await story.TellAsync(cancellationToken);
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]Done in {clock.Elapsed.TotalSeconds:0.0} s. The repositories stay in[/] {root}[grey]: git branches begin with[/] basewatch/");
        return code;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Registry.Dispose();
    }

    /// <summary>Tells it.</summary>
    /// <returns>The exit code.</returns>
    protected abstract Task<int> TellAsync(CancellationToken cancellationToken);

    /// <summary>A heading.</summary>
    protected void Step(string what)
    {
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold blue]{++_step}. {what}[/]");
    }

    /// <summary>A line.</summary>
    protected static void Say(string what) => Screen.Out.MarkupLine(Screen.Safe(what));

    /// <summary>Pull requests in a table.</summary>
    protected static void ShowPullRequests(IEnumerable<(RepositoryName Repository, int? Number, string Title, string Branch)> pullRequests)
    {
        string[] headings = ["Pull request", "Title", "Branch"];
        Screen.WriteTable(headings, [.. pullRequests.Select(IReadOnlyList<string> (p) => [Screen.Safe($"{p.Repository} #{p.Number}"), Screen.Safe(p.Title), Screen.Safe(p.Branch)])]);
    }

    /// <summary>What a pull request says.</summary>
    protected static void ShowBody(RepositoryName repository, PullRequest pullRequest)
    {
        Screen.Out.WriteLine();
        Panel($"{repository} #{pullRequest.Number}: {pullRequest.Title}", pullRequest.Body[..pullRequest.Body.LastIndexOf("<!--", StringComparison.Ordinal)].TrimEnd());
    }

    /// <summary>Lines of text from outside, in a box on a terminal.</summary>
    protected static void Panel(string header, string text)
    {
        var content = new Text(Screen.Plain(text.Replace("\r", "", StringComparison.Ordinal).Replace('\n', '\u2028')).Replace('\u2028', '\n'));
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

    /// <summary>Where a repository is.</summary>
    protected string FolderOf(RepositoryName repository) => Path.Combine(_root, repository.Owner, repository.Name);

    /// <summary>The demo's own facts, in the shape of endoflife.date's answer.</summary>
    private sealed class DemoLifecycles : ILifecycleCatalog
    {
        public async Task<LifecycleCatalog> GetAsync(CancellationToken cancellationToken)
        {
            await using var stream = typeof(DemoStory).Assembly.GetManifestResourceStream("lifecycles.json")!;
            using var body = new MemoryStream();
            await stream.CopyToAsync(body, cancellationToken);
            return LifecycleCatalogReader.Read(body.ToArray(), "the demo's facts", TimeProvider.System.GetUtcNow(), NullLogger.Instance);
        }
    }
}
