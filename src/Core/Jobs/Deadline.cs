namespace Basewatch.Core.Jobs;

/// <summary>Until when a job that looks at everything goes on. What is left then is a job of its own, so that no run is cut off in the middle.</summary>
/// <param name="time">The clock.</param>
/// <param name="lasting">How long it is from now.</param>
public sealed class Deadline(TimeProvider time, TimeSpan lasting)
{
    /// <summary>Messages and marks on the way at a time.</summary>
    private const int Parallel = 16;

    private readonly long _start = time.GetTimestamp();

    /// <summary>Whether it is time to stop.</summary>
    public bool IsPast => time.GetElapsedTime(_start) >= lasting;

    /// <summary>Does something for each, several at a time, one at least; begins no more when it is time to stop.</summary>
    /// <returns>Whether all are done; and the last that is, before which all are.</returns>
    public async Task<(bool IsWhole, T? Last)> ForEachAsync<T>(IAsyncEnumerable<T> items, Func<T, CancellationToken, ValueTask> act, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        var (isWhole, isBegun, last) = (true, false, default(T));
        await System.Threading.Tasks.Parallel.ForEachAsync(
            InTimeAsync(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            act).ConfigureAwait(false);
        return (isWhole, last);

        async IAsyncEnumerable<T> InTimeAsync()
        {
            await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (isBegun && IsPast)
                {
                    isWhole = false;
                    yield break;
                }

                (isBegun, last) = (true, item);
                yield return item;
            }
        }
    }
}
