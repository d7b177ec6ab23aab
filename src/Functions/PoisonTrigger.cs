using Basewatch.Adapters.Storage;
using Basewatch.Core.Jobs;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Notes the jobs that the host has given up, which status and log then show. The next timer makes up for most of them.</summary>
public sealed class PoisonTrigger(JobRunner runner)
{
    /// <summary>Takes one message.</summary>
    [Function(nameof(PoisonTrigger))]
    public Task RunAsync([QueueTrigger(StorageOptions.PoisonQueue)] string message, CancellationToken cancellationToken) =>
        runner.GiveUpAsync(message, cancellationToken);
}
