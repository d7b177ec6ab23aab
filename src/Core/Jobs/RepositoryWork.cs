using Basewatch.Core.Formats;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;

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

    /// <summary>What the access may do; everything where nobody is asked.</summary>
    public HostAbilities Abilities { get; set; } = HostAbilities.All;

    /// <summary>Newest commits of the branches that pull requests are made against, besides the default branch.</summary>
    public Dictionary<string, string> Targets { get; } = new(StringComparer.Ordinal);

    public PaceRecord Pace { get; private set; } = PaceRecord.None;

    public List<RefusalRecord> Refusals { get; private set; } = [];

    /// <summary>The ledger as it is now.</summary>
    public IReadOnlyDictionary<string, PullRequestRecord> Records => _records;

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
            await _memory.PullRequests.PutAsync(Memory.PullRequestKey(Repository, key), changed, cancellationToken).ConfigureAwait(false);
            _records[key] = changed;
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

    private IEnumerable<DateTimeOffset> Recent(IEnumerable<DateTimeOffset> times) => times.Where(t => t > _time.GetUtcNow() - Hour);

    private async Task PaceAsync(PaceRecord pace, CancellationToken cancellationToken)
    {
        Pace = pace;
        await _memory.Paces.PutAsync(Memory.PaceKey(Repository), pace, cancellationToken).ConfigureAwait(false);
    }
}
