using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Finds the repositories that moved since they were read, and those that wait from an earlier run.</summary>
public sealed class FindRepositoriesProcessor(IRepositoryHost host, Memory memory, IJobQueue queue, PendingRepositories pending, PolicySources policies, OrganisationConfiguration organisation, ServiceMode mode)
{
    /// <summary>Queues an inventory for each repository that moved or is gone.</summary>
    /// <param name="from">How many of the listing an earlier run has looked at.</param>
    /// <param name="deadline">When what is left goes to another run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<JobOutcome> RunAsync(int from, Deadline deadline, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(deadline);
        var known = new Dictionary<RepositoryName, RepositoryRecord>();
        await foreach (var record in memory.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            known[RepositoryName.Parse(record.Repository)] = record;
        }

        var versions = new Dictionary<(string Owner, bool IsHome), int>();
        var moved = new List<(int Number, Job Job)>();
        var listed = 0;
        await foreach (var listing in host.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            listed++;
            var isQuiet = known.Remove(listing.Repository, out var record)
                && listing.ChangeToken is not null
                && record.ChangeToken == listing.ChangeToken
                && record.ReadAs == await VersionAsync(listing.Repository).ConfigureAwait(false);
            if (!isQuiet && listed > from)
            {
                moved.Add((listed, new TakeInventory(listing.Repository.ToString(), listing.ChangeToken)));
            }
        }

        async ValueTask<int> VersionAsync(RepositoryName repository)
        {
            if (!versions.TryGetValue((repository.Owner, OrganisationConfiguration.IsHome(repository)), out var version))
            {
                version = organisation.VersionOf(await organisation.FindAsync(repository, cancellationToken).ConfigureAwait(false));
                versions[(repository.Owner, OrganisationConfiguration.IsHome(repository))] = version;
            }

            return version;
        }

        // What is left is no longer listed: archived, gone, or taken out of the settings.
        moved.AddRange(known.Keys.Select(r => (listed, (Job)new ForgetRepository(r.ToString()))));
        var (isWhole, last) = await deadline.ForEachAsync(
            moved.ToAsyncEnumerable(),
            async (one, token) => await queue.EnqueueAsync(one.Job, TimeSpan.Zero, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (!isWhole || !await TryMarkAllAfterChangeAsync(deadline, cancellationToken).ConfigureAwait(false))
        {
            return new JobUnfinished(new FindRepositories(isWhole ? listed : last.Number));
        }

        await pending.EnqueueAllAsync(cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>With another mode, or other policies, the same inputs lead to other pull requests: every repository is reconciled once.</summary>
    /// <returns>False when there was no time for all of them.</returns>
    private async Task<bool> TryMarkAllAfterChangeAsync(Deadline deadline, CancellationToken cancellationToken)
    {
        var current = new DecisionsRecord(mode, policies.Fingerprint);
        if (await memory.Decisions.GetAsync(Memory.DecisionsKey, cancellationToken).ConfigureAwait(false) == current)
        {
            return true;
        }

        // What is marked already waits for the same.
        const string Cause = "mode or policies changed";
        var marked = await memory.ListPendingAsync(cancellationToken).Where(p => p.Cause == Cause).Select(p => p.Repository).ToHashSetAsync(StringComparer.OrdinalIgnoreCase, cancellationToken).ConfigureAwait(false);
        var (isWhole, _) = await deadline.ForEachAsync(
            memory.ListRepositoriesAsync(cancellationToken).Where(r => !marked.Contains(r.Repository)),
            async (record, token) => await pending.AddAsync(RepositoryName.Parse(record.Repository), Cause, token).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
        if (isWhole)
        {
            await memory.Decisions.PutAsync(Memory.DecisionsKey, current, cancellationToken).ConfigureAwait(false);
        }

        return isWhole;
    }
}
