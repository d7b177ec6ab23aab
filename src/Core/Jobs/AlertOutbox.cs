using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Messages on their way. One is written before the ledger that counts on it, and goes out once the ledger names it, so that a crash
/// between any two steps neither loses nor doubles it. It is claimed before it is sent and taken out after: only a crash between those
/// two sends it again, with the same id.
/// </summary>
public sealed partial class AlertOutbox(Memory memory, IJobQueue queue, TimeProvider time, ILogger<AlertOutbox> logger, IChannels? channels = null)
{
    /// <summary>Messages that are sent in a second at the most: a Workflows webhook of Teams takes four.</summary>
    private const int MostAtOnce = 4;

    /// <summary>So many refusals one after another say that it is the channel, and not the message.</summary>
    private const int MostRefusals = 3;

    /// <summary>Fewer attempts than this say nothing, however long ago the first one was.</summary>
    private const int FewestAttempts = 5;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>For so long a message is tried that may be taken some time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>For so long one that is dead is kept.</summary>
    private static readonly TimeSpan DeadFor = TimeSpan.FromDays(90);

    /// <summary>A claim of this age belongs to a worker that died.</summary>
    private static readonly TimeSpan ClaimLasts = TimeSpan.FromMinutes(10);

    /// <summary>No worker takes as long between writing a message and writing the ledger.</summary>
    private static readonly TimeSpan Undecided = TimeSpan.FromDays(1);

    /// <summary>Writes a message, which does not go out yet.</summary>
    internal async Task WriteAsync(string owner, string channel, Message message, CancellationToken cancellationToken)
    {
        var record = new OutboxRecord(message.Id, channel, owner, message.Title, OutboxState.Decided, time.GetUtcNow());
        await memory.Outbox.TryPutAsync(Memory.OutboxKey(message.Id), record, StateVersion.None, cancellationToken).ConfigureAwait(false);
        await memory.Messages.TryPutAsync(Memory.MessageKey(message.Id), message, StateVersion.None, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets messages go out that the ledger names; those that are gone were sent.</summary>
    internal async Task PromoteAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
        {
            var (record, version) = await memory.Outbox.ReadAsync(Memory.OutboxKey(id), cancellationToken).ConfigureAwait(false);
            if (record?.State == OutboxState.Decided)
            {
                // Where another worker is first, it does the same.
                await memory.Outbox.TryPutAsync(Memory.OutboxKey(id), record with { State = OutboxState.Ready }, version, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Makes up for what was lost on its way: messages whose worker died, and jobs.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var waiting = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var record in await memory.ListOutboxAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            switch (record.State)
            {
                case OutboxState.Ready:
                    waiting.Add(record.Channel);
                    break;
                case OutboxState.Decided:
                    var ledger = await memory.Told.GetAsync(Memory.ToldKey(record.Owner, record.Channel), cancellationToken).ConfigureAwait(false);
                    if (ledger?.Outbox.Contains(record.Id, StringComparer.Ordinal) == true)
                    {
                        await PromoteAsync([record.Id], cancellationToken).ConfigureAwait(false);
                        waiting.Add(record.Channel);
                    }
                    else if (now - record.At > Undecided)
                    {
                        await RemoveAsync(record, cancellationToken).ConfigureAwait(false);
                    }

                    break;
                case OutboxState.Dead when now - record.At > DeadFor:
                    await RemoveAsync(record, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    break;
            }
        }

        foreach (var channel in waiting)
        {
            await queue.EnqueueAsync(new DeliverAlerts(channel), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets what was given up go out again.</summary>
    /// <param name="channel">To which channel; null: to all.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>How many messages.</returns>
    public async Task<int> RedeliverAsync(string? channel, CancellationToken cancellationToken)
    {
        var count = 0;
        foreach (var record in await memory.ListOutboxAsync(cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record.State == OutboxState.Dead && (channel is null || string.Equals(channel, record.Channel, StringComparison.OrdinalIgnoreCase)))
            {
                var again = record with { State = OutboxState.Ready, Attempts = 0, RefusedSince = null, NotBefore = null, ClaimedAt = null };
                await memory.Outbox.PutAsync(Memory.OutboxKey(record.Id), again, cancellationToken).ConfigureAwait(false);
                await queue.EnqueueAsync(new DeliverAlerts(record.Channel), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                count++;
            }
        }

        return count;
    }

    /// <summary>Sends what is on its way to a channel, a few at a time.</summary>
    public async Task<JobOutcome> DeliverAsync(string channel, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(channel);
        if (channels is null)
        {
            // It stays: a start without channels is mostly a mistake.
            return JobOutcome.Done;
        }

        var name = channels.Names.FirstOrDefault(n => string.Equals(n, channel, StringComparison.OrdinalIgnoreCase));
        var state = await memory.Channels.GetAsync(Memory.ChannelKey(channel), cancellationToken).ConfigureAwait(false) ?? new ChannelRecord(0, null, null);
        var ready = await memory.ListOutboxAsync(cancellationToken)
            .Where(r => r.State == OutboxState.Ready && string.Equals(r.Channel, channel, StringComparison.OrdinalIgnoreCase))
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        if (ready.Count == 0)
        {
            return JobOutcome.Done;
        }

        var (taken, refused) = (0, 0);
        if (!(state.NotBefore > time.GetUtcNow()))
        {
            foreach (var one in ready.Where(r => !(WaitOf(r) > time.GetUtcNow())))
            {
                if (taken == MostAtOnce || refused == MostRefusals)
                {
                    break;
                }

                taken++;
                switch (await DeliverAsync(one, name, cancellationToken).ConfigureAwait(false))
                {
                    case { IsSent: true }:
                        refused = 0;
                        state = state with { Sent = state.Sent + 1, SentAt = time.GetUtcNow(), NotBefore = null };
                        await memory.Channels.PutAsync(Memory.ChannelKey(channel), state, cancellationToken).ConfigureAwait(false);
                        break;
                    case { RetryAfter: { } wait }:
                        state = state with { NotBefore = time.GetUtcNow() + Bounded(wait) };
                        await memory.Channels.PutAsync(Memory.ChannelKey(channel), state, cancellationToken).ConfigureAwait(false);
                        refused = MostRefusals;
                        break;
                    case { IsRefused: true }:
                        refused++;
                        break;
                    default:
                        break;
                }
            }
        }

        await ComeBackAsync(channel, state.NotBefore, refused == MostRefusals, cancellationToken).ConfigureAwait(false);
        return JobOutcome.Done;
    }

    /// <summary>Queues the next look at a channel that has something to be sent still.</summary>
    private async Task ComeBackAsync(string channel, DateTimeOffset? notBefore, bool isDown, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        DateTimeOffset? next = null;
        await foreach (var record in memory.ListOutboxAsync(cancellationToken).ConfigureAwait(false))
        {
            if (record.State == OutboxState.Ready && string.Equals(record.Channel, channel, StringComparison.OrdinalIgnoreCase))
            {
                var due = WaitOf(record) ?? now;
                next = next is { } soonest && soonest <= due ? soonest : due;
            }
        }

        if (next is { } at)
        {
            var wait = (notBefore > at ? notBefore.Value : at) - now;
            wait = isDown && wait < TimeSpan.FromMinutes(1) ? TimeSpan.FromMinutes(1) : wait;
            await queue.EnqueueAsync(new DeliverAlerts(channel), wait < Second ? Second : Bounded(wait), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Attempt> DeliverAsync(OutboxRecord listed, string? channel, CancellationToken cancellationToken)
    {
        var key = Memory.OutboxKey(listed.Id);
        var (record, version) = await memory.Outbox.ReadAsync(key, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (record?.State != OutboxState.Ready || WaitOf(record) > now)
        {
            return Attempt.None;
        }

        if (channel is null)
        {
            await memory.Outbox.TryPutAsync(key, record with { State = OutboxState.Dead, Problem = $"the settings have no channel '{record.Channel}'" }, version, cancellationToken).ConfigureAwait(false);
            return Attempt.None;
        }

        if (!await memory.Outbox.TryPutAsync(key, record with { ClaimedAt = now }, version, cancellationToken).ConfigureAwait(false))
        {
            return Attempt.None;
        }

        if (await memory.Messages.GetAsync(Memory.MessageKey(record.Id), cancellationToken).ConfigureAwait(false) is not { } message)
        {
            // Sent, by somebody who died before he could say so here.
            await memory.Outbox.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
            return Attempt.None;
        }

        string problem;
        var isPermanent = false;
        string? host = null;
        TimeSpan? retryAfter = null;
        try
        {
            await channels!.SendAsync(channel, message, cancellationToken).ConfigureAwait(false);
            await RemoveAsync(record, cancellationToken).ConfigureAwait(false);
            LogSent(channel, message.Title);
            return Attempt.Sent;
        }
        catch (ChannelException e)
        {
            (problem, host, retryAfter, isPermanent) = (e.Message, e.Host, e.RetryAfter, e.IsPermanent);
        }
        catch (Exception e) when (e is not (OperationCanceledException or StateStoreException))
        {
            // A defect of ours, met by some odd message: it must not hold up the others.
            LogDefect(channel, message.Title, e);
            problem = $"unexpected: {e.GetType().Name}: {Excerpt.Of(e.Message)}";
        }

        now = time.GetUtcNow();
        var tried = record with { Attempts = record.Attempts + 1, RefusedSince = record.RefusedSince ?? now, ClaimedAt = null, Problem = problem, Host = host };

        // What stays as it is until somebody changes something is not tried for a day: a quarter of an hour is enough for a restart on the way there.
        var isDead = tried.Attempts >= FewestAttempts && (isPermanent || now - tried.RefusedSince >= Patience);
        await memory.Outbox.PutAsync(key, isDead ? tried with { State = OutboxState.Dead } : tried with { NotBefore = now + Backoff(tried.Attempts) }, cancellationToken).ConfigureAwait(false);
        LogRefused(channel, message.Title, isDead ? "it is given up" : "it is tried again", problem);
        return new Attempt(IsSent: false, IsRefused: true, retryAfter);
    }

    /// <summary>What it says goes first: an entry without it was sent.</summary>
    private async Task RemoveAsync(OutboxRecord record, CancellationToken cancellationToken)
    {
        await memory.Messages.DeleteAsync(Memory.MessageKey(record.Id), cancellationToken).ConfigureAwait(false);
        await memory.Outbox.DeleteAsync(Memory.OutboxKey(record.Id), cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset? WaitOf(OutboxRecord record) =>
        record.ClaimedAt is { } claimed ? claimed + ClaimLasts : record.NotBefore;

    /// <summary>A minute, then twice as long each time, up to an hour.</summary>
    private static TimeSpan Backoff(int attempts) => Bounded(TimeSpan.FromMinutes(Math.Pow(2, Math.Min(attempts, 10) - 1)));

    private static TimeSpan Bounded(TimeSpan wait) => wait < Second ? Second : wait < LongestPause ? wait : LongestPause;

    /// <summary>What became of one message.</summary>
    private sealed record Attempt(bool IsSent, bool IsRefused, TimeSpan? RetryAfter)
    {
        /// <summary>It was for somebody else to send.</summary>
        public static Attempt None { get; } = new(IsSent: false, IsRefused: false, null);

        public static Attempt Sent { get; } = new(IsSent: true, IsRefused: false, null);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "told {Channel}: {Title}")]
    private partial void LogSent(string channel, string title);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Channel} was not told '{Title}', {Then}: {Reason}")]
    private partial void LogRefused(string channel, string title, string then, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a defect of Basewatch: {Channel} could not be told '{Title}'")]
    private partial void LogDefect(string channel, string title, Exception exception);
}
