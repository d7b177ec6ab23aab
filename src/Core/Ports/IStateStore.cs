namespace Basewatch.Core.Ports;

/// <summary>
/// Durable entries in partitions, each changed only by whoever saw its newest version. Holds what is remembered between
/// runs; what is written in it is for <c>Core/Jobs</c> to say. Throws <see cref="StateStoreException"/> when the store
/// can't be reached.
/// </summary>
public interface IStateStore
{
    /// <summary>The entry under a key; null when there is none.</summary>
    Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken);

    /// <summary>Every entry of a partition in ordinal order of rows. An entry that is written meanwhile may or may not be seen.</summary>
    IAsyncEnumerable<StateEntry> ListAsync(string partition, CancellationToken cancellationToken);

    /// <summary>Writes an entry if its version is still the expected one.</summary>
    /// <param name="key">Which entry.</param>
    /// <param name="value">Up to 16 MiB; large values are compressed and may live elsewhere.</param>
    /// <param name="expected">The version seen; <see cref="StateVersion.None"/>: there must be no entry; <see cref="StateVersion.Any"/>: whatever is there is replaced.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The new version, or null when another writer was first: read again.</returns>
    Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken);

    /// <summary>Deletes an entry if its version is still the expected one. True also when it is gone already.</summary>
    Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken);
}

/// <summary>Names an entry.</summary>
/// <param name="Partition">Entries that are read together: any text of 1 to 500 characters.</param>
/// <param name="Row">One entry of the partition: any text of 1 to 500 characters.</param>
public sealed record StateKey(string Partition, string Row);

/// <summary>An entry as it was read.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Version">Its version, for the next write.</param>
public sealed record StateEntry(StateKey Key, ReadOnlyMemory<byte> Value, StateVersion Version);

/// <summary>The version of an entry, as its store names it.</summary>
/// <param name="Tag">Opaque.</param>
public sealed record StateVersion(string Tag)
{
    /// <summary>There must be no entry yet.</summary>
    public static StateVersion None { get; } = new("");

    /// <summary>Whatever is there, or nothing.</summary>
    public static StateVersion Any { get; } = new("*");
}

/// <summary>The state store can't be reached, or holds what it must not.</summary>
public sealed class StateStoreException : IOException
{
    /// <summary>Creates the exception.</summary>
    public StateStoreException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
