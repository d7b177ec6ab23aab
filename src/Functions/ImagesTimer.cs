using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>What do the registries hold? By the schedule in <c>Basewatch__Schedules__Images</c>.</summary>
public sealed class ImagesTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(ImagesTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Images%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new RefreshImages(), TimeSpan.Zero, cancellationToken);
}
