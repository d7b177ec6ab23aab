using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>Which repositories moved? By the schedule in <c>Basewatch__Schedules__Inventory</c>.</summary>
public sealed class InventoryTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(InventoryTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Inventory%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new FindRepositories(), TimeSpan.Zero, cancellationToken);
}
