using System.Runtime.CompilerServices;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>A store that counts what is asked of it.</summary>
internal sealed class CountedStore(IStateStore store) : IStateStore
{
    private int _reads;
    private int _writes;
    private int _deletions;
    private int _queries;
    private int _rows;

    /// <summary>What was asked since this was last called.</summary>
    public (int Reads, int Writes, int Deletions, int Queries, int Rows) Take() =>
        (Interlocked.Exchange(ref _reads, 0), Interlocked.Exchange(ref _writes, 0), Interlocked.Exchange(ref _deletions, 0), Interlocked.Exchange(ref _queries, 0), Interlocked.Exchange(ref _rows, 0));

    public Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _reads);
        return store.GetAsync(key, cancellationToken);
    }

    public async IAsyncEnumerable<StateEntry> ListAsync(string partition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _queries);
        await foreach (var entry in store.ListAsync(partition, cancellationToken))
        {
            Interlocked.Increment(ref _rows);
            yield return entry;
        }
    }

    public Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _writes);
        return store.TryPutAsync(key, value, expected, cancellationToken);
    }

    public Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _deletions);
        return store.TryDeleteAsync(key, expected, cancellationToken);
    }
}
