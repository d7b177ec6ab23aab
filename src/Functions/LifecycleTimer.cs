using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>What is near its end of life? By the schedule in <c>Basewatch__Schedules__Lifecycle</c>.</summary>
public sealed class LifecycleTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(LifecycleTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Lifecycle%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new ReviewLifecycles(), TimeSpan.Zero, cancellationToken);
}
