using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Repositories that wait to be reconciled. The mark is written before the job is queued and deleted when it is done, so
/// that a job lost on the way is found again by the next run.
/// </summary>
public sealed class PendingRepositories(Memory memory, IJobQueue queue, TimeProvider time)
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(7);

    /// <summary>Marks a repository and queues its job.</summary>
    public async Task AddAsync(RepositoryName repository, string cause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        await memory.Pending.PutAsync(Memory.PendingKey(repository), new PendingRecord(repository.ToString(), time.GetUtcNow(), cause), cancellationToken).ConfigureAwait(false);
        await queue.EnqueueAsync(new Reconcile(repository.ToString()), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Marks a repository that something happened in, and queues its job for a little later, so that all that happens until then is one
    /// look. Nothing more is queued where its job is due by then anyway.
    /// </summary>
    /// <returns>Whether a job was queued.</returns>
    public async Task<bool> AddSoonAsync(RepositoryName repository, string cause, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var key = Memory.PendingKey(repository);
        while (true)
        {
            var (mark, version) = await memory.Pending.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            var now = time.GetUtcNow();
            if (mark?.NotBefore is { } planned && planned > now && planned <= now + delay)
            {
                return false;
            }

            // One that is due may be under way, and have looked already: it must not take this mark for its own.
            if (await memory.Pending.TryPutAsync(key, new PendingRecord(repository.ToString(), mark?.Since ?? now, cause, now + delay), version, cancellationToken).ConfigureAwait(false))
            {
                await queue.EnqueueAsync(new Reconcile(repository.ToString()), delay, cancellationToken).ConfigureAwait(false);
                return true;
            }
        }
    }

    /// <summary>Marks a repository that has to be looked at again at a time, and queues its job for then. Nothing happens where someone else has marked it meanwhile.</summary>
    /// <param name="repository">Which.</param>
    /// <param name="at">When; a queue holds a job for a week at most, so that it may come earlier.</param>
    /// <param name="mark">The mark that is there.</param>
    /// <param name="version">Its version.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task AddLaterAsync(RepositoryName repository, DateTimeOffset at, PendingRecord? mark, StateVersion version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var now = time.GetUtcNow();
        var due = at < now + LongestDelay ? at : now + LongestDelay;
        if (mark?.NotBefore is { } planned && planned > now && planned <= due)
        {
            // Its job is on the way.
            return;
        }

        var later = new PendingRecord(repository.ToString(), mark?.Since ?? now, "waits until it may open pull requests", due);
        if (await memory.Pending.TryPutAsync(Memory.PendingKey(repository), later, version, cancellationToken).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new Reconcile(repository.ToString()), due > now ? due - now : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Queues the job of every repository that is marked and due.</summary>
    public async Task EnqueueAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var pending in memory.ListPendingAsync(cancellationToken).Where(p => !(p.NotBefore > time.GetUtcNow())).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new Reconcile(pending.Repository), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }
}
