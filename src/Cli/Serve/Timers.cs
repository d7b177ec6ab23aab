using Basewatch.Adapters.Hosting;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Cronos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>Starts each loop when its schedule says so, and all of them once at the start, which finishes what an earlier process left.</summary>
internal sealed partial class Timers(BasewatchOptions options, IJobQueue queue, TimeProvider time, ILogger<Timers> logger) : BackgroundService
{
    /// <summary>A timer counts at most 49 days, and stands still while the machine sleeps: the clock is looked at again after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        RunAsync(options.Schedules.Inventory, new FindRepositories(), stoppingToken),
        RunAsync(options.Schedules.Images, new RefreshImages(), stoppingToken),
        RunAsync(options.Schedules.Lifecycle, new ReviewLifecycles(), stoppingToken),
        RunAsync(options.Schedules.Reviews, new ReviewPullRequests(), stoppingToken));

    private async Task RunAsync(string schedule, Job job, CancellationToken cancellationToken)
    {
        var cron = CronExpression.Parse(schedule, CronFormat.IncludeSeconds);
        while (true)
        {
            try
            {
                await queue.EnqueueAsync(job, TimeSpan.Zero, cancellationToken);
            }
            catch (JobQueueException e)
            {
                LogMissed(job, e.Message);
            }

            if (cron.GetNextOccurrence(time.GetUtcNow().UtcDateTime) is not { } next)
            {
                return;
            }

            while (next - time.GetUtcNow().UtcDateTime is var left && left > TimeSpan.Zero)
            {
                await Task.Delay(left < LongestWait ? left : LongestWait, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Job} could not be queued: {Reason}")]
    private partial void LogMissed(Job job, string reason);
}
