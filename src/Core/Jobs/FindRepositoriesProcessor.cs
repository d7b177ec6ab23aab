using Basewatch.Core.Dialects;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>Finds the repositories that moved since they were read, and those that wait from an earlier run.</summary>
public sealed class FindRepositoriesProcessor(IRepositoryHost host, Memory memory, IJobQueue queue, PendingRepositories pending, PolicySources policies, OrganisationConfiguration organisation, ServiceMode mode)
{
    /// <summary>Queues an inventory for each repository that moved or is gone.</summary>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var known = new Dictionary<RepositoryName, RepositoryRecord>();
        await foreach (var record in memory.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            known[RepositoryName.Parse(record.Repository)] = record;
        }

        var versions = new Dictionary<(string Owner, bool IsHome), int>();
        await foreach (var listing in host.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            var isQuiet = known.Remove(listing.Repository, out var record)
                && listing.ChangeToken is not null
                && record.ChangeToken == listing.ChangeToken
                && record.ReadAs == await VersionAsync(listing.Repository).ConfigureAwait(false);
            if (!isQuiet)
            {
                await queue.EnqueueAsync(new TakeInventory(listing.Repository.ToString(), listing.ChangeToken), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
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
        foreach (var repository in known.Keys)
        {
            await queue.EnqueueAsync(new ForgetRepository(repository.ToString()), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }

        await MarkAllAfterChangeAsync(cancellationToken).ConfigureAwait(false);
        await pending.EnqueueAllAsync(cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>With another mode, or other policies, the same inputs lead to other pull requests: every repository is reconciled once.</summary>
    private async Task MarkAllAfterChangeAsync(CancellationToken cancellationToken)
    {
        var current = new DecisionsRecord(mode, policies.Fingerprint);
        if (await memory.Decisions.GetAsync(Memory.DecisionsKey, cancellationToken).ConfigureAwait(false) == current)
        {
            return;
        }

        await foreach (var record in memory.ListRepositoriesAsync(cancellationToken).ConfigureAwait(false))
        {
            await pending.AddAsync(RepositoryName.Parse(record.Repository), "mode or policies changed", cancellationToken).ConfigureAwait(false);
        }

        await memory.Decisions.PutAsync(Memory.DecisionsKey, current, cancellationToken).ConfigureAwait(false);
    }
}
