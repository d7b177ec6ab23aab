using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Azure.Functions.Worker;

namespace Basewatch.Functions;

/// <summary>What fails, is a week over, and was a message lost on its way? By the schedule in <c>Basewatch__Schedules__Alerts</c>.</summary>
public sealed class AlertsTimer(IJobQueue queue)
{
    /// <summary>Starts the loop.</summary>
    [Function(nameof(AlertsTimer))]
    public Task RunAsync([TimerTrigger("%Basewatch:Schedules:Alerts%")] TimerInfo timer, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new ReviewAlerts(), TimeSpan.Zero, cancellationToken);
}
