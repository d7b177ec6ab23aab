using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Which own images should be built again, and how are those doing that are? By the schedule in <c>Basewatch__Schedules__Rebuilds</c>.</summary>
public sealed class RebuildsTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(RebuildsTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Rebuilds%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new ReviewRebuilds(), TimeSpan.Zero, cancellationToken);
}
