using Basewatch.Core.Jobs;

namespace Basewatch.Core.Ports;

/// <summary>
/// Work that waits. A job is delivered at least once; doing it twice must be harmless. Throws <see cref="JobQueueException"/>
/// when the queue can't be reached.
/// </summary>
public interface IJobQueue
{
    /// <summary>Puts a job into the queue, to be seen after a delay.</summary>
    Task EnqueueAsync(Job job, TimeSpan delay, CancellationToken cancellationToken);

    /// <summary>Asks whether the queue can be reached.</summary>
    Task ReachAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes the next visible job; null when there is none now. Unless it is completed, it is seen again after <paramref name="visibility"/>.</summary>
    Task<ReceivedJob?> ReceiveAsync(TimeSpan visibility, CancellationToken cancellationToken);

    /// <summary>Removes a job that is done. Nothing happens when it was handed to someone else meanwhile.</summary>
    Task CompleteAsync(ReceivedJob job, CancellationToken cancellationToken);

    /// <summary>Gives a job back, to be seen again after a delay. Nothing happens when it was handed to someone else meanwhile.</summary>
    Task ReturnAsync(ReceivedJob job, TimeSpan delay, CancellationToken cancellationToken);
}

/// <summary>A job taken from the queue.</summary>
/// <param name="Job">What is to be done.</param>
/// <param name="Deliveries">How often it has been handed out, this time included.</param>
/// <param name="Receipt">Opaque: what the queue needs to complete or return it.</param>
public sealed record ReceivedJob(Job Job, int Deliveries, string Receipt)
{
    /// <summary>The job with what telemetry wants to know of it.</summary>
    public JobMessage Message { get => field ?? new JobMessage(Job); init; }
}

/// <summary>The job queue can't be reached.</summary>
public sealed class JobQueueException : IOException
{
    /// <summary>Creates the exception.</summary>
    public JobQueueException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
