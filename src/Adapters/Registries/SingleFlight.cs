namespace Basewatch.Adapters.Registries;

/// <summary>
/// Does the same work once for all who ask for it at the same time. It goes on until the last of them has gone:
/// the cancellation of one is not that of the others.
/// </summary>
internal sealed class SingleFlight<TKey, TResult>
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Flight> _flights = [];

    /// <summary>The result of <paramref name="work"/>, or of the same work that is under way already.</summary>
    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Flight? flight;
        lock (_gate)
        {
            if (!_flights.TryGetValue(key, out flight))
            {
                flight = new Flight();
                _flights.Add(key, flight);
                flight.Result = FlyAsync(key, flight, work);
            }

            flight.Waiting++;
        }

        try
        {
            return await flight.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private async Task<TResult> FlyAsync(TKey key, Flight flight, Func<CancellationToken, Task<TResult>> work)
    {
        // Out of the lock first.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            return await work(flight.Cancellation.Token);
        }
        finally
        {
            lock (_gate)
            {
                Remove(key, flight);
            }
        }
    }

    private void Leave(TKey key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0)
            {
                return;
            }

            Remove(key, flight);
        }

        if (!flight.Result.IsCompleted)
        {
            flight.Cancellation.Cancel();
        }
    }

    private void Remove(TKey key, Flight flight)
    {
        if (_flights.TryGetValue(key, out var current) && current == flight)
        {
            _flights.Remove(key);
        }
    }

    private sealed class Flight
    {
        // Without a timer it holds nothing that would have to be disposed.
        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult> Result { get; set; } = null!;

        public int Waiting { get; set; }
    }
}
