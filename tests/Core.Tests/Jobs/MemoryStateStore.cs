using System.Globalization;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Tests.Jobs;

/// <summary>State in memory: for tests that run so often that a file would make them slow.</summary>
internal sealed class MemoryStateStore : IStateStore
{
    private readonly Dictionary<StateKey, StateEntry> _entries = [];

    private readonly Lock _lock = new();

    private long _versions;

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _entries.Clear();
        }
    }

    public Task<StateEntry?> GetAsync(StateKey key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_entries.GetValueOrDefault(key));
        }
    }

    public async IAsyncEnumerable<StateEntry> ListAsync(string partition, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        List<StateEntry> entries;
        lock (_lock)
        {
            entries = [.. _entries.Values.Where(e => e.Key.Partition == partition).OrderBy(e => e.Key.Row, StringComparer.Ordinal)];
        }

        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    public Task<StateVersion?> TryPutAsync(StateKey key, ReadOnlyMemory<byte> value, StateVersion expected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!IsExpected(key, expected))
            {
                return Task.FromResult<StateVersion?>(null);
            }

            var version = new StateVersion((++_versions).ToString(CultureInfo.InvariantCulture));
            _entries[key] = new StateEntry(key, value.ToArray(), version);
            return Task.FromResult<StateVersion?>(version);
        }
    }

    public Task<bool> TryDeleteAsync(StateKey key, StateVersion expected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var isExpected = !_entries.ContainsKey(key) || IsExpected(key, expected);
            if (isExpected)
            {
                _entries.Remove(key);
            }

            return Task.FromResult(isExpected);
        }
    }

    private bool IsExpected(StateKey key, StateVersion expected) =>
        expected == StateVersion.Any || (_entries.TryGetValue(key, out var entry) ? entry.Version == expected : expected == StateVersion.None);
}
