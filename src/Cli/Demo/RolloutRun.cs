using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Adapters.Probes;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Basewatch.Core.Rollouts;
using Microsoft.Extensions.DependencyInjection;

namespace Basewatch.Cli.Demo;

/// <summary>A staged rollout: three versions on their way through the repository in <c>samples/rollout</c>.</summary>
internal sealed partial class RolloutRun : DemoStory
{
    private const string Image = "acme/web";

    private const string Dev = "dev", Staging = "staging", Production = "production";

    private static readonly RepositoryName Deploy = RepositoryName.Parse("acme/deploy");

    private static readonly RepositoryName Organisation = RepositoryName.Parse("acme/.github");

    /// <summary>Monday morning, when the sample's window is open.</summary>
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private readonly DemoClock _clock;

    private readonly HttpProbes _probes;

    private readonly RolloutMemory _memory;

    private bool _isAsTold = true;

    private RolloutRun(string root, DemoRegistry server, DemoClock clock, HttpProbes probes)
        : base(root, server, clock, probes: probes) =>
        (_clock, _probes, _memory) = (clock, probes, Engine.Services.GetRequiredService<Memory>().Rollouts);

    /// <summary>Writes the repositories of the sample; the probe asks the demo's own server.</summary>
    public static async Task<DemoStory> BeginAsync(string root, DemoRegistry server, CancellationToken cancellationToken)
    {
        server.Push(Image, "1.0.0", "first build");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var assembly = typeof(RolloutRun).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith("rollout/", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            files[name["rollout/".Length..].Replace('\\', '/')] = Pin.Replace(await reader.ReadToEndAsync(cancellationToken), server.DigestOf(Image, "1.0.0").ToString());
        }

        files.Remove("organisation/basewatch.yml", out var organisation);
        await SampleRepositories.WriteAsync(Path.Combine(root, Deploy.Owner, Deploy.Name), files, cancellationToken);
        await SampleRepositories.WriteAsync(
            Path.Combine(root, Organisation.Owner, Organisation.Name),
            new Dictionary<string, string>(StringComparer.Ordinal) { [".github/basewatch.yml"] = Probe.Replace(organisation!, server.Address + DemoRegistry.HealthPath) },
            cancellationToken);
        var clock = new DemoClock(Start);
        return new RolloutRun(root, server, clock, new HttpProbes(["127.0.0.1"], clock));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _probes.Dispose();
    }

    protected override async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        Step("One repository, three clusters, and the stages of the organisation");
        Say("acme/deploy has clusters/dev, clusters/staging and clusters/production; acme/.github says how a version goes through them:");
        Panel("acme/.github: .github/basewatch.yml", (await File.ReadAllTextAsync(Path.Combine(FolderOf(Organisation), ".github", "basewatch.yml"), cancellationToken)).TrimEnd());
        await LookAsync(cancellationToken);
        Expect(await OpenAsync(cancellationToken) is [], "Everything has the newest version: nothing is proposed.");

        Step("web 1.1.0 is pushed: a pull request for dev alone");
        await PushAsync("1.1.0", cancellationToken);
        await ExpectOneAsync(Dev, "1.1.0", cancellationToken);

        Step("A person merges it: what dev has is promoted to staging");
        await MergeAsync(Dev, cancellationToken);
        var promotion = await ExpectOneAsync(Staging, "1.1.0", cancellationToken);
        if (promotion is not null)
        {
            ShowBody(Deploy, promotion);
        }

        Step("A person merges that: it soaks in staging, where the probe is asked");
        await MergeAsync(Staging, cancellationToken);
        await LaterAsync(TimeSpan.FromMinutes(30), cancellationToken);
        Expect(await OpenAsync(cancellationToken) is [], "The probe passes, and two hours are not over: nothing for production yet.");
        await LaterAsync(TimeSpan.FromHours(2), cancellationToken);
        promotion = await ExpectOneAsync(Production, "1.1.0", cancellationToken);
        if (promotion is not null)
        {
            ShowBody(Deploy, promotion);
        }

        await MergeAsync(Production, cancellationToken);
        Expect(await VersionAsync(Production, cancellationToken) == "1.1.0", "1.1.0 is everywhere.");

        Step("web 1.2.0 is pushed, and does not do well in staging");
        Until(Start.AddDays(1));
        await PushAsync("1.2.0", cancellationToken);
        await MergeAsync(Dev, cancellationToken);
        await MergeAsync(Staging, cancellationToken, () => Server.IsHealthy = false);
        Expect(await OpenAsync(cancellationToken) is [], "What fails for a moment has only blinked: nothing is done yet.");
        await LaterAsync(TimeSpan.FromMinutes(15), cancellationToken);
        if (await ExpectOneAsync(Staging, "1.1.0", cancellationToken, isBack: true) is { } back)
        {
            ShowBody(Deploy, back);
        }

        var holds = await _memory.ListHoldsAsync(Deploy.Owner, cancellationToken).ToListAsync(cancellationToken);
        Expect(holds is [{ Kind: HoldKind.Block }] && holds[0].Image!.EndsWith(Server.DigestOf(Image, "1.2.0").ToString(), StringComparison.Ordinal), $"Blocked: {string.Join("; ", holds.Select(h => $"{h.Image} ({h.Reason})"))}");
        await MergeAsync(Staging, cancellationToken, () => Server.IsHealthy = true, isBack: true);
        await LaterAsync(TimeSpan.FromHours(3), cancellationToken);
        Expect(
            await OpenAsync(cancellationToken) is [] && await VersionAsync(Staging, cancellationToken) == "1.1.0" && await VersionAsync(Production, cancellationToken) == "1.1.0",
            "staging is back at 1.1.0, and production never got anything else.");

        Step("Production is frozen while 1.2.1 comes");
        Until(Start.AddDays(2));
        var freeze = new Hold(HoldKind.Freeze, Deploy.Owner, "the spring sale", "ann", _clock.GetUtcNow()) { Stage = Production, Until = Start.AddDays(3) };
        await _memory.Holds.PutAsync(RolloutMemory.HoldKey(freeze), freeze, cancellationToken);
        Say($"{freeze.By} freezes production until {Text(freeze.Until.Value)}: {freeze.Reason}.");
        await PushAsync("1.2.1", cancellationToken);
        await MergeAsync(Dev, cancellationToken);
        await MergeAsync(Staging, cancellationToken);
        await LaterAsync(TimeSpan.FromHours(3), cancellationToken);
        Expect(await OpenAsync(cancellationToken) is [], "staging has verified 1.2.1, and production stays frozen: nothing is proposed.");

        Step("The freeze ends");
        Until(freeze.Until.Value.AddMinutes(5));
        await LookAsync(cancellationToken);
        await ExpectOneAsync(Production, "1.2.1", cancellationToken);
        await MergeAsync(Production, cancellationToken);
        Expect(await VersionAsync(Production, cancellationToken) == "1.2.1", "1.2.1 is everywhere.");
        return _isAsTold ? ExitCode.Success : ExitCode.Partial;
    }

    /// <summary>One run of the service's jobs, and how it leaves the rollout.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var failure in await Engine.RunAsync(cancellationToken))
        {
            _isAsTold = false;
            Screen.Error(failure);
        }

        await ShowStagesAsync(cancellationToken);
        var open = await OpenAsync(cancellationToken);
        if (open.Count > 0)
        {
            ShowPullRequests(open.Select(p => (Deploy, (int?)p.Number, p.Title, p.Branch)));
        }
    }

    private async Task PushAsync(string version, CancellationToken cancellationToken)
    {
        Server.Push(Image, version, "first build");
        await LookAsync(cancellationToken);
    }

    private async Task LaterAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        _clock.Advance(time);
        Screen.Out.WriteLine();
        Say(time.TotalHours >= 1 ? $"{Count.Of((int)time.TotalHours, "hour")} later:" : $"{Count.Of((int)time.TotalMinutes, "minute")} later:");
        await LookAsync(cancellationToken);
    }

    /// <summary>Lets the time pass.</summary>
    private void Until(DateTimeOffset time)
    {
        _clock.AdvanceTo(time);
        Say($"It is {Text(time)}.");
    }

    /// <summary>Merges the pull request of a stage with Git, a few minutes after it was opened.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <param name="deployed">What comes of it in the cluster.</param>
    /// <param name="isBack">Whether it is the one that takes a version back.</param>
    private async Task MergeAsync(string stage, CancellationToken cancellationToken, Action? deployed = null, bool isBack = false)
    {
        if ((await OpenAsync(cancellationToken)).FirstOrDefault(p => IsOf(p, stage, isBack)) is not { } pullRequest)
        {
            Expect(false, $"there is no pull request for {stage} to merge");
            return;
        }

        _clock.Advance(TimeSpan.FromMinutes(5));
        await SampleRepositories.MergeAsync(FolderOf(Deploy), pullRequest.Branch, $"Merge pull request #{pullRequest.Number}: {pullRequest.Title}", cancellationToken);
        deployed?.Invoke();
        Screen.Out.WriteLine();
        Screen.Out.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[grey]$ git merge --no-ff {pullRequest.Branch}[/]");
        await LookAsync(cancellationToken);
    }

    private async Task<List<PullRequest>> OpenAsync(CancellationToken cancellationToken) =>
        [.. (await Host.ListPullRequestsAsync(Deploy, cancellationToken)).Where(p => p.State == PullRequestState.Open)];

    /// <summary>What a stage has on the default branch.</summary>
    private async Task<string> VersionAsync(string stage, CancellationToken cancellationToken) =>
        Version.Match(await File.ReadAllTextAsync(Path.Combine(FolderOf(Deploy), "clusters", stage, "web.yaml"), cancellationToken)).Groups["version"].Value;

    /// <summary>The only pull request that is open.</summary>
    private async Task<PullRequest?> ExpectOneAsync(string stage, string version, CancellationToken cancellationToken, bool isBack = false)
    {
        var only = await OpenAsync(cancellationToken) is [var open] && IsOf(open, stage, isBack) && open.Title.Contains(version, StringComparison.Ordinal) ? open : null;
        Expect(only is not null, isBack ? $"One pull request, and it takes {stage} back to {version}." : $"One pull request, and it brings {version} to {stage}.");
        return only;
    }

    private void Expect(bool isSo, string told)
    {
        _isAsTold &= isSo;
        if (isSo)
        {
            Say(told);
        }
        else
        {
            Screen.Error($"this did not turn out: {told}");
        }
    }

    /// <summary>What each stage has, how that does, and what comes next.</summary>
    private async Task ShowStagesAsync(CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        var holds = new HoldSet(await _memory.ListHoldsAsync(Deploy.Owner, cancellationToken).ToListAsync(cancellationToken), _ => true, _clock.GetUtcNow());
        await foreach (var line in _memory.ListLinesAsync(Deploy.Owner, cancellationToken))
        {
            var members = await _memory.ListMembersAsync(Deploy.Owner, line.State.Line, cancellationToken).ToListAsync(cancellationToken);
            rows.AddRange(((string[])[Dev, Staging, Production]).Join(members, s => s, m => m.Stage, (_, member) => RowOf(line.State, member, holds), StringComparer.Ordinal));
        }

        Screen.WriteTable(["Stage", "Has", "State", "Next"], rows);
    }

    private static List<string> RowOf(LineState line, Member member, HoldSet holds)
    {
        var state = line.Of(member.Stage);
        var how = (member.Current is { } current ? line.Find(member, current) : null) switch
        {
            { FailedAt: not null } failed => $"[red]failed: {Screen.Safe(failed.Failure ?? "")}[/]",
            { VerifiedAt: not null } => "[green]verified[/]",
            { Evidence: [var first, ..] } => $"[yellow]on trial: {Screen.Safe($"{first.Verification}: {first.Answer.Detail}")}[/]",
            _ => "",
        };
        var promoted = state.Promoted is { } references && Freight.Of(references) is var freight && freight != member.Current?.Freight ? freight : null;
        var next = promoted is null ? state.Waits?.Split(": ")[0] ?? ""
            : holds.FreezeOf(member.Stage) is { } freeze ? $"{promoted.Text}, frozen: {freeze.Reason}"
            : promoted.Text;
        return [Screen.Safe(member.Stage), Screen.Safe(Short(member.Current?.Freight.Text ?? "")), how, Screen.Safe(Short(next))];
    }

    /// <summary>All images are the sample's one.</summary>
    private static string Short(string text) => text.Replace("ghcr.io/acme/", "", StringComparison.Ordinal);

    private static bool IsOf(PullRequest pullRequest, string stage, bool isBack) =>
        pullRequest.Branch.StartsWith($"{ChangeSet.BranchPrefix}{(isBack ? "_back" : "_stage")}/{stage}/", StringComparison.Ordinal);

    private static string Text(DateTimeOffset time) => time.ToString("dddd, HH:mm", CultureInfo.InvariantCulture);

    [GeneratedRegex("sha256:[0-9a-f]{64}", RegexOptions.NonBacktracking)]
    private static partial Regex Pin { get; }

    [GeneratedRegex("https://web[^ \\n]*/health", RegexOptions.NonBacktracking)]
    private static partial Regex Probe { get; }

    [GeneratedRegex("image: [^:]+:(?<version>[^@]+)@", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Version { get; }
}
