using System.Globalization;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// Jobs in memory, for the command line and the local server. They end with the process, which harms nothing: the next
/// look at the world finds what is left to do. A job equal to one that waits for its first delivery is not queued again;
/// the earlier time of the two counts.
/// </summary>
public sealed class InProcessJobQueue(TimeProvider time) : IJobQueue
{
    private readonly Lock _gate = new();
    private readonly SortedSet<(DateTimeOffset Due, long Ticket)> _schedule = [];
    private readonly Dictionary<long, Queued> _byTicket = [];
    private readonly Dictionary<Job, Queued> _new = [];
    private long _lastTicket;

    /// <inheritdoc/>
    public Task EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var due = time.GetUtcNow() + delay;
            if (!_new.TryGetValue(job, out var queued))
            {
                queued = new Queued(JobMessage.Of(job, due));
                _new.Add(job, queued);
                Schedule(queued, due);
            }
            else if (due < queued.Due)
            {
                Unschedule(queued);
                Schedule(queued, due);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ReceivedJob?> ReceiveAsync(TimeSpan visibility, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(visibility, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_schedule.Count == 0 || _schedule.Min.Due > now)
            {
                return Task.FromResult<ReceivedJob?>(null);
            }

            var queued = _byTicket[_schedule.Min.Ticket];
            if (queued.Deliveries++ == 0)
            {
                _new.Remove(queued.Job);
            }
            // The new ticket is the receipt: with it the one before is outdated.
            Unschedule(queued);
            Schedule(queued, now + visibility);
            return Task.FromResult<ReceivedJob?>(
                new ReceivedJob(queued.Job, queued.Deliveries, queued.Ticket.ToString(CultureInfo.InvariantCulture)) { Message = queued.Message });
        }
    }

    /// <inheritdoc/>
    public Task CompleteAsync(ReceivedJob job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        lock (_gate)
        {
            if (HandedOut(job) is { } queued)
            {
                Unschedule(queued);
            }
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task ReturnAsync(ReceivedJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        lock (_gate)
        {
            if (HandedOut(job) is { } queued)
            {
                Unschedule(queued);
                Schedule(queued, time.GetUtcNow() + delay);
            }
        }

        return Task.CompletedTask;
    }

    private Queued? HandedOut(ReceivedJob job) =>
        long.TryParse(job.Receipt, NumberStyles.None, CultureInfo.InvariantCulture, out var ticket) ? _byTicket.GetValueOrDefault(ticket) : null;

    private void Schedule(Queued queued, DateTimeOffset due)
    {
        (queued.Due, queued.Ticket) = (due, ++_lastTicket);
        _schedule.Add((queued.Due, queued.Ticket));
        _byTicket.Add(queued.Ticket, queued);
    }

    private void Unschedule(Queued queued)
    {
        _schedule.Remove((queued.Due, queued.Ticket));
        _byTicket.Remove(queued.Ticket);
    }

    private sealed class Queued(JobMessage message)
    {
        public Job Job => Message.Job;

        public JobMessage Message { get; } = message;

        public int Deliveries { get; set; }

        public DateTimeOffset Due { get; set; }

        /// <summary>Changes whenever <see cref="Due"/> does.</summary>
        public long Ticket { get; set; }
    }
}
