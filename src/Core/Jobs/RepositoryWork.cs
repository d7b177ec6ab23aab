using Basewatch.Core.Alerts;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Policies;
using Basewatch.Core.Ports;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Jobs;

/// <summary>What is known and written while the pull requests of one repository are reconciled.</summary>
internal sealed class RepositoryWork
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Memory _memory;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, PullRequestRecord> _records;

    private RepositoryWork(Memory memory, TimeProvider time, RepositoryName repository, Inventory inventory, FormatCatalog formats, PullRequestRules rules, Dictionary<string, PullRequestRecord> records) =>
        (_memory, _time, Repository, Inventory, Formats, Rules, _records) = (memory, time, repository, inventory, formats, rules, records);

    public RepositoryName Repository { get; }

    public Inventory Inventory { get; }

    /// <summary>The default branch as the inventory has it.</summary>
    public RepositoryHead Head => new(Inventory.Branch, Inventory.Commit);

    public FormatCatalog Formats { get; }

    public PullRequestRules Rules { get; }

    /// <summary>What the repository and its organisation say of lifecycles.</summary>
    public LifecycleOverlay Lifecycles { get; set; } = LifecycleOverlay.None;

    /// <summary>What counts of vulnerabilities.</summary>
    public VulnerabilitySettings Vulnerabilities { get; set; } = VulnerabilitySettings.Usual;

    /// <summary>Its part in rollouts.</summary>
    public RepositoryRollout Rollout { get; set; } = null!;

    /// <summary>What the access may do; everything where nobody is asked.</summary>
    public HostAbilities Abilities { get; set; } = HostAbilities.All;

    /// <summary>Newest commits of the branches that pull requests are made against, besides the default branch.</summary>
    public Dictionary<string, string> Targets { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the ways out of images are, without digests: sentences of Markdown.</summary>
    public IReadOnlyDictionary<Images.ImageReference, string> WaysOut { get; set; } = new Dictionary<Images.ImageReference, string>();

    public PaceRecord Pace { get; private set; } = PaceRecord.None;

    public List<RefusalRecord> Refusals { get; private set; } = [];

    /// <summary>The ledger as it is now.</summary>
    public IReadOnlyDictionary<string, PullRequestRecord> Records => _records;

    /// <summary>What the registries said of the images in use.</summary>
    public IReadOnlyDictionary<Images.ImageName, ImageFacts> Facts { get; set; } = new Dictionary<Images.ImageName, ImageFacts>();

    /// <summary>Whether something was merged, or the repository has moved, so that it has to be read anew.</summary>
    public bool IsOutdated { get; set; }

    /// <summary>Whether the host was told less than it should be, for want of room: what was seen counts as unseen then.</summary>
    public bool IsHeldBack { get; set; }

    public static async Task<RepositoryWork> OpenAsync(Memory memory, TimeProvider time, RepositoryName repository, Inventory inventory, FormatCatalog formats, PullRequestRules rules, CancellationToken cancellationToken)
    {
        var records = new Dictionary<string, PullRequestRecord>(StringComparer.Ordinal);
        await foreach (var record in memory.ListPullRequestsAsync(repository, cancellationToken).ConfigureAwait(false))
        {
            records[record.Key] = record;
        }

        return new RepositoryWork(memory, time, repository, inventory, formats, rules, records)
        {
            Pace = await memory.Paces.GetAsync(Memory.PaceKey(repository), cancellationToken).ConfigureAwait(false) ?? PaceRecord.None,
            Refusals = await memory.ListRefusalsAsync(repository, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>The newest commit of the branch that a change set is made against.</summary>
    public string BaseOf(ChangeSet changeSet) => changeSet.TargetBranch is { } target ? Targets[target] : Inventory.Commit;

    /// <summary>Whether a pull request is the one that the ledger tells of.</summary>
    public bool IsKnown(string key, int number) => _records.GetValueOrDefault(key) is { } record && (record.Number == number || record.State == "opening");

    /// <summary>Changes the ledger; what was remembered of another pull request of the same key is forgotten.</summary>
    public async Task RecordAsync(string key, int? number, Func<PullRequestRecord, PullRequestRecord> change, CancellationToken cancellationToken)
    {
        var before = _records.GetValueOrDefault(key);
        var known = before is not null && (number is null || before.Number is null || before.Number == number)
            ? before with { Number = number ?? before.Number }
            : new PullRequestRecord(key, number, null, before?.Title ?? key, "", null, null, null, default);
        var changed = change(known);
        if (changed != before)
        {
            changed = changed with { At = _time.GetUtcNow() };
            changed = await ListAsync(changed, before, cancellationToken).ConfigureAwait(false);
            await _memory.PullRequests.PutAsync(Memory.PullRequestKey(Repository, key), changed, cancellationToken).ConfigureAwait(false);
            _records[key] = changed;
        }
    }

    /// <summary>Lists a pull request among those of all repositories, before the ledger says so: a crash between does both again.</summary>
    /// <returns>The record with when it was opened.</returns>
    private async Task<PullRequestRecord> ListAsync(PullRequestRecord changed, PullRequestRecord? before, CancellationToken cancellationToken)
    {
        if (changed.Number is not { } number)
        {
            return changed;
        }

        var line = new PullRequestLine(Repository.ToString(), number, changed.Title, changed.Url, changed.OpenedAt ?? changed.At);
        switch (changed.State)
        {
            case "opened" or "updated" when changed.OpenedAt is null || changed.Title != before?.Title || changed.Url != before.Url || before.State is not ("opened" or "updated" or "left"):
                await _memory.PullRequestLines.PutAsync(Memory.PullRequestLineKey(Repository, number), line, cancellationToken).ConfigureAwait(false);
                return changed with { OpenedAt = line.OpenedAt };
            case "merging":
                await _memory.PullRequestLines.PutAsync(Memory.PullRequestLineKey(Repository, number), line with { EndedAt = changed.At, IsMerged = true, IsAutomerged = true }, cancellationToken).ConfigureAwait(false);
                return changed with { OpenedAt = line.OpenedAt };
            case "merged" or "closed" or "declined" or "ended" when before is { State: not "merging" } && changed.State != before.State:
                await _memory.PullRequestLines.PutAsync(Memory.PullRequestLineKey(Repository, number), line with { EndedAt = changed.At, IsMerged = changed.State == "merged" }, cancellationToken).ConfigureAwait(false);
                return changed;
            default:
                return changed;
        }
    }

    public async Task RefuseAsync(RefusalRecord refusal, CancellationToken cancellationToken)
    {
        await _memory.Refusals.PutAsync(Memory.RefusalKey(Repository, refusal.Number), refusal, cancellationToken).ConfigureAwait(false);
        Refusals.RemoveAll(r => r.Number == refusal.Number);
        Refusals.Add(refusal);
    }

    public async Task ForgetRefusalAsync(int number, CancellationToken cancellationToken)
    {
        if (Refusals.RemoveAll(r => r.Number == number) > 0)
        {
            await _memory.Refusals.DeleteAsync(Memory.RefusalKey(Repository, number), cancellationToken).ConfigureAwait(false);
        }
    }

    public Task NoteWrittenAsync(CancellationToken cancellationToken) => PaceAsync(Pace with { Written = [.. Recent(Pace.Written), _time.GetUtcNow()] }, cancellationToken);

    public Task NoteOpenedAsync(CancellationToken cancellationToken) => PaceAsync(Pace with { Opened = [.. Recent(Pace.Opened), _time.GetUtcNow()] }, cancellationToken);

    public Task NoteWorkflowsRefusedAsync(CancellationToken cancellationToken) => PaceAsync(Pace with { WorkflowsRefused = _time.GetUtcNow() }, cancellationToken);

    /// <summary>Keeps what people want to know of the repository without reading its ledger.</summary>
    public async Task SummarizeAsync(IReadOnlyList<Assessment> assessments, CancellationToken cancellationToken)
    {
        var undecided = assessments.Count(a => a.Problem is not null);
        var behind = assessments.Count(a => a.Problem is null && (a.IsGone || a.Updates.Any(u => u.Kind != UpdateKind.Pin)));
        var pullRequests = _records.Values.Select(PullRequestSummary.Of).ToLookup(p => p.IsOpen || p.State == "proposed");
        await _memory.Summaries.PutAsync(
            Memory.SummaryKey(Repository),
            new SummaryRecord(
                Repository.ToString(),
                _time.GetUtcNow(),
                assessments.Count - undecided - behind,
                behind,
                undecided,
                Math.Max(0, Inventory.Uses.Count() - assessments.Count),
                [.. pullRequests[true].OrderByDescending(p => p.At), .. pullRequests[false].OrderByDescending(p => p.At).Take(SummaryRecord.MostEnded)]),
            cancellationToken).ConfigureAwait(false);

        var uses = assessments.OrderBy(a => a.Use.Path, StringComparer.Ordinal).ThenBy(a => a.Use.Line).ThenBy(a => a.Use.Column).Take(OutlookRecord.Most).Select(Outlook);
        var (_, entry) = await _memory.Outlooks.ReadEntryAsync(Memory.OutlookKey(Repository), cancellationToken).ConfigureAwait(false);
        await _memory.Outlooks.ReplaceAsync(Memory.OutlookKey(Repository), new OutlookRecord([.. uses]), entry, cancellationToken).ConfigureAwait(false);

        static UseOutlook Outlook(Assessment a)
        {
            // Of two steps the further one is what is behind.
            var update = a.Updates.Count == 0 ? null : a.Updates[^1];
            return new UseOutlook(
                a.Use.Path,
                a.Use.Line,
                a.Use.Column,
                update?.Target.Familiar,
                a.Problem is not null ? "undecided" : update is not null ? update.Kind.ToString().ToLowerInvariant() : a.IsGone ? "gone" : null,
                a.Problem ?? update?.Reason ?? a.Reason);
        }
    }

    private IEnumerable<DateTimeOffset> Recent(IEnumerable<DateTimeOffset> times) => times.Where(t => t > _time.GetUtcNow() - Hour);

    private async Task PaceAsync(PaceRecord pace, CancellationToken cancellationToken)
    {
        Pace = pace;
        await _memory.Paces.PutAsync(Memory.PaceKey(Repository), pace, cancellationToken).ConfigureAwait(false);
    }
}
