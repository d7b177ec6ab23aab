namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>Values that cost something to find, kept until their time ends. A value is looked for once for all who want it at the same time; a failure is not kept.</summary>
internal sealed class Remembered<TKey, TValue>(TimeProvider time)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, (TValue Value, DateTimeOffset Until)> _values = [];
    private readonly SingleFlight<TKey, TValue> _searches = new();

    /// <summary>The value that is kept, or the one that <paramref name="find"/> finds.</summary>
    public Task<TValue> GetAsync(TKey key, Func<CancellationToken, Task<(TValue Value, TimeSpan Life)>> find, CancellationToken cancellationToken) =>
        TryGet(key, out var kept) ? Task.FromResult(kept) : _searches.RunAsync(
            key,
            async token =>
            {
                // Once more within: the last search may have ended just now.
                if (TryGet(key, out var found))
                {
                    return found;
                }

                var (value, life) = await find(token);
                lock (_gate)
                {
                    _values[key] = (value, time.GetUtcNow() + life);
                }

                return value;
            },
            cancellationToken);

    private bool TryGet(TKey key, out TValue value)
    {
        lock (_gate)
        {
            var isKept = _values.TryGetValue(key, out var kept) && kept.Until > time.GetUtcNow();
            value = kept.Value;
            return isKept;
        }
    }
}
