using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Lets one instance at a time work on something, among all that share a state store. A lease is renewed while it is held, and runs out
/// by itself where its holder ended without giving it back. Within one instance it keeps nobody out: <see cref="TurnTaking"/> does.
/// </summary>
public sealed class Leases(Memory memory, IInstance instance, TimeProvider time)
{
    /// <summary>How long a lease is good for that nobody renews.</summary>
    public static readonly TimeSpan Lasting = TimeSpan.FromMinutes(1);

    private const int MostTries = 5;

    /// <summary>Takes the lease of a subject; null while another instance holds it.</summary>
    public async Task<Lease?> TryTakeAsync(string subject, CancellationToken cancellationToken)
    {
        var key = Memory.LeaseKey(subject);
        var expected = StateVersion.None;
        for (var tries = 0; tries < MostTries; tries++)
        {
            var until = time.GetUtcNow() + Lasting;
            if (await memory.Leases.WriteAsync(key, new LeaseRecord(instance.Id, until), expected, cancellationToken).ConfigureAwait(false) is { } version)
            {
                return new Lease(memory.Leases, key, instance.Id, time, version, until);
            }

            var (held, seen) = await memory.Leases.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (held is not null && held.Owner != instance.Id && held.Until > time.GetUtcNow() && !instance.IsGone(held.Owner))
            {
                return null;
            }

            expected = seen;
        }

        return null;
    }
}

/// <summary>The right to work on something alone. Disposing gives it back.</summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly StateTable<LeaseRecord> _table;
    private readonly StateKey _key;
    private readonly string _owner;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _given = new();
    private readonly Task _renewing;
    private StateVersion _version;
    private DateTimeOffset _until;

    internal Lease(StateTable<LeaseRecord> table, StateKey key, string owner, TimeProvider time, StateVersion version, DateTimeOffset until)
    {
        (_table, _key, _owner, _time, _version, _until) = (table, key, owner, time, version, until);
        _renewing = RenewAsync();
    }

    /// <summary>Cancelled when somebody else may hold it: the store was out of reach for too long, or this process stood still.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _given.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            if (!_lost.IsCancellationRequested)
            {
                await _table.TryDeleteAsync(_key, _version, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (StateStoreException)
        {
            // It runs out by itself.
        }

        _given.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync()
    {
        using var timer = new PeriodicTimer(Leases.Lasting / 3, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_given.Token).ConfigureAwait(false))
            {
                if (!await TryRenewAsync().ConfigureAwait(false))
                {
                    await _lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Given back.
        }
    }

    /// <returns>False when it may be another's.</returns>
    private async Task<bool> TryRenewAsync()
    {
        var until = _time.GetUtcNow() + Leases.Lasting;
        try
        {
            if (await _table.WriteAsync(_key, new LeaseRecord(_owner, until), _version, _given.Token).ConfigureAwait(false) is not { } version)
            {
                return false;
            }

            (_version, _until) = (version, until);
            return true;
        }
        catch (StateStoreException)
        {
            // Tried again by the next tick, as long as there is one before it runs out.
            return _time.GetUtcNow() + (Leases.Lasting / 3) < _until;
        }
    }
}
