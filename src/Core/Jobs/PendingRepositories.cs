using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Repositories that wait to be reconciled. The mark is written before the job is queued and deleted when it is done, so
/// that a job lost on the way is found again by the next run.
/// </summary>
public sealed class PendingRepositories(Memory memory, IJobQueue queue, TimeProvider time)
{
    /// <summary>Marks a repository and queues its job.</summary>
    public async Task AddAsync(RepositoryName repository, string cause, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repository);
        await memory.Pending.PutAsync(Memory.PendingKey(repository), new PendingRecord(repository.ToString(), time.GetUtcNow(), cause), cancellationToken).ConfigureAwait(false);
        await queue.EnqueueAsync(new Reconcile(repository.ToString()), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Queues the job of every repository that is marked.</summary>
    public async Task EnqueueAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var pending in memory.ListPendingAsync(cancellationToken).ConfigureAwait(false))
        {
            await queue.EnqueueAsync(new Reconcile(pending.Repository), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }
}
