using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Notifications;
using Basewatch.Cli.Commands;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Cli.Demo;

/// <summary>The whole loop: what is used and what there is, pull requests, ends of life.</summary>
internal sealed class DemoRun : DemoStory
{
    private static readonly RepositoryName Shop = RepositoryName.Parse("acme/shop");

    private static readonly RepositoryName Nightly = RepositoryName.Parse("acme/nightly-report");

    private readonly Channels _channels;

    private DemoRun(string root, DemoRegistry server, Channels channels)
        : base(root, server, TimeProvider.System, channels) => _channels = channels;

    /// <summary>Writes the repositories, and what their registry holds.</summary>
    public static async Task<DemoStory> BeginAsync(string root, DemoRegistry server, CancellationToken cancellationToken)
    {
        foreach (var (repository, tags) in SampleRepositories.Images)
        {
            foreach (var tag in tags)
            {
                server.Push(repository, tag, "first build");
            }
        }

        await SampleRepositories.WriteAsync(root, server.DigestOf("library/nginx", "1.29.3").ToString(), cancellationToken);

        // Since the pin was written, nginx was rebuilt with a security fix and pushed under the same tag.
        server.Push("library/nginx", "1.29.3", "second build: libssl patched");
        return new DemoRun(root, server, new Channels([new ChannelSettings { Name = ChannelSettings.TeamsName, Address = new Uri(server.Address + "/teams") }], null, new Pages(new BasewatchOptions(), TimeProvider.System), TimeProvider.System));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _channels.Dispose();
    }

    protected override async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        Step("Two repositories, and what their registry holds today");
        Say("acme/shop has a Dockerfile, a Compose file and a Kubernetes manifest; acme/nightly-report has an old Dockerfile.");
        Say($"Their registry is on this machine ({Server.Address}) and stands in for Docker Hub. The network is not used.");
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
        var cards = Server.Cards.Count;
        failures.AddRange(await RunAsync(cancellationToken));
        var isQuiet = before.SequenceEqual(await PullRequestsAsync(cancellationToken)) && Server.Cards.Count == cards;
        Say(isQuiet ? "No pull request was opened or changed, and nobody was told anything twice." : "Something changed, and should not have.");

        Step("postgres is republished: the open pull request follows");
        Server.Push("library/postgres", "16.11-alpine", "second build: zlib patched");
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
        CheckScreen.Print(await new FolderCheck(new RegistrySurvey(Registry), PolicySet.Default, Lifecycles, TimeProvider.System).RunAsync(scan, comparesPlatforms: false, null, cancellationToken));
    }

    /// <summary>One run of the service's jobs, with what it cost.</summary>
    private async Task<List<string>> RunAsync(CancellationToken cancellationToken)
    {
        var requests = Server.Requests;
        var clock = Stopwatch.StartNew();
        var failures = await Engine.RunAsync(cancellationToken);
        Say($"{Count.Of(Server.Requests - requests, "registry request")}, {clock.Elapsed.TotalMilliseconds:0} ms.");
        return [.. failures];
    }

    private async Task<List<PullRequestRecord>> PullRequestsAsync(CancellationToken cancellationToken)
    {
        var memory = Engine.Services.GetRequiredService<Memory>();
        var records = await memory.ListPullRequestsAsync(Shop, cancellationToken).ToListAsync(cancellationToken);
        records.AddRange(await memory.ListPullRequestsAsync(Nightly, cancellationToken).ToListAsync(cancellationToken));
        return records;
    }

    private async Task ShowPullRequestsAsync(CancellationToken cancellationToken)
    {
        var memory = Engine.Services.GetRequiredService<Memory>();
        var rows = new List<(RepositoryName, int?, string, string)>();
        foreach (var repository in new[] { Shop, Nightly })
        {
            rows.AddRange(await memory.ListPullRequestsAsync(repository, cancellationToken).Select(r => (repository, r.Number, r.Title, ChangeSet.BranchPrefix + r.Key)).ToListAsync(cancellationToken));
        }

        ShowPullRequests(rows);
    }

    /// <summary>One pull request in full: its body, and its commit as Git shows it.</summary>
    private async Task ShowOneAsync(CancellationToken cancellationToken)
    {
        var branch = ChangeSet.BranchPrefix + ChangeSet.DigestsKey;
        if (await Host.FindPullRequestsAsync(Shop, branch, cancellationToken) is not [var pullRequest, ..])
        {
            return;
        }

        ShowBody(Shop, pullRequest);
        var diff = await SampleRepositories.GitAsync(FolderOf(Shop), cancellationToken, "diff", "--no-color", "--unified=0", $"main...{branch}");
        foreach (var line in diff.Split('\n').Where(l => l is ['+' or '-', ..]))
        {
            Screen.Out.MarkupLine(line[0] == '+' ? $"[green]{Screen.Safe(line)}[/]" : $"[red]{Screen.Safe(line)}[/]");
        }
    }

    /// <summary>The first card as a person reads it, and the names of the others.</summary>
    private void ShowCards()
    {
        var cards = Server.Cards.ToList();
        Say($"{Count.Of(cards.Count, "card")} posted to the webhook, one for each base image:");
        foreach (var card in cards)
        {
            using var document = JsonDocument.Parse(card);
            var lines = Texts(document.RootElement).ToList();
            Panel("Teams", string.Join('\n', lines));
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
}
