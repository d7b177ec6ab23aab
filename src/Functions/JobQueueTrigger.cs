using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>
/// Does the jobs of the queue. What has to wait is a new message with a delay, and no failure. What throws here (the store is out of
/// reach) the host delivers again, five times, with the pause that <c>visibilityTimeout</c> in host.json says.
/// </summary>
public sealed class JobQueueTrigger(JobRunner runner)
{
    /// <summary>Does one job.</summary>
    [Function(nameof(JobQueueTrigger))]
    public Task RunAsync([QueueTrigger(StorageOptions.DefaultQueue)] string message, CancellationToken cancellationToken) =>
        runner.RunAsync(JobMessage.FromJson(message), cancellationToken);
}
