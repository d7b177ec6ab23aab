using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs.State;

/// <summary>One kind of record in the state store.</summary>
/// <typeparam name="T">The record.</typeparam>
/// <param name="store">The store.</param>
/// <param name="json">How the record is written.</param>
/// <param name="isCache">Whether it can be made again from Git and the registries: one that can't be read then counts as missing, as after an upgrade; one of the ledger stops what needs it.</param>
public sealed class StateTable<T>(IStateStore store, JsonTypeInfo<T> json, bool isCache)
    where T : class
{
    /// <summary>The record under a key; null when there is none.</summary>
    public async Task<T?> GetAsync(StateKey key, CancellationToken cancellationToken) =>
        (await ReadAsync(key, cancellationToken).ConfigureAwait(false)).Record;

    /// <summary>The record under a key and its version, <see cref="StateVersion.None"/> when there is none.</summary>
    public async Task<(T? Record, StateVersion Version)> ReadAsync(StateKey key, CancellationToken cancellationToken) =>
        await store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } entry
            ? (Parse(entry), entry.Version)
            : (null, StateVersion.None);

    /// <summary>The record under a key, and the entry that it was read from, for <see cref="ReplaceAsync"/>.</summary>
    public async Task<(T? Record, StateEntry? Entry)> ReadEntryAsync(StateKey key, CancellationToken cancellationToken) =>
        await store.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } entry ? (Parse(entry), entry) : (null, null);

    /// <summary>Writes a record in place of an entry that was read, where it is another.</summary>
    /// <returns>False when another writer was first.</returns>
    public async Task<bool> ReplaceAsync(StateKey key, T record, StateEntry? read, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(record, json);
        return (read is not null && read.Value.Span.SequenceEqual(bytes))
            || await store.TryPutAsync(key, bytes, read?.Version ?? StateVersion.None, cancellationToken).ConfigureAwait(false) is not null;
    }

    /// <summary>Every record of a partition, in the order of its rows.</summary>
    public async IAsyncEnumerable<T> ListAsync(string partition, string rowPrefix = "", [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var entry in store.ListAsync(partition, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Key.Row.StartsWith(rowPrefix, StringComparison.Ordinal) && Parse(entry) is { } record)
            {
                yield return record;
            }
        }
    }

    /// <summary>Writes a record over whatever is there.</summary>
    public async Task PutAsync(StateKey key, T record, CancellationToken cancellationToken) =>
        await store.TryPutAsync(key, JsonSerializer.SerializeToUtf8Bytes(record, json), StateVersion.Any, cancellationToken).ConfigureAwait(false);

    /// <summary>Writes a record if its version is still the expected one.</summary>
    public async Task<bool> TryPutAsync(StateKey key, T record, StateVersion expected, CancellationToken cancellationToken) =>
        await store.TryPutAsync(key, JsonSerializer.SerializeToUtf8Bytes(record, json), expected, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Writes a record if its version is still the expected one.</summary>
    /// <returns>Its new version; null when another writer was first.</returns>
    public Task<StateVersion?> WriteAsync(StateKey key, T record, StateVersion expected, CancellationToken cancellationToken) =>
        store.TryPutAsync(key, JsonSerializer.SerializeToUtf8Bytes(record, json), expected, cancellationToken);

    /// <summary>Deletes a record whatever its version.</summary>
    public async Task DeleteAsync(StateKey key, CancellationToken cancellationToken) =>
        await store.TryDeleteAsync(key, StateVersion.Any, cancellationToken).ConfigureAwait(false);

    /// <summary>Deletes a record if its version is still the expected one.</summary>
    public async Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken) =>
        await store.TryDeleteAsync(key, expected, cancellationToken).ConfigureAwait(false);

    private T? Parse(StateEntry entry)
    {
        try
        {
            return JsonSerializer.Deserialize(entry.Value.Span, json) ?? throw new JsonException("the entry is empty");
        }
        catch (JsonException) when (isCache)
        {
            return null;
        }
        catch (JsonException e)
        {
            throw new StateStoreException($"the entry {entry.Key.Partition}/{entry.Key.Row} can't be read: {e.Message}", e);
        }
    }
}
