using System.Diagnostics;
using Basewatch.Adapters.Hosting;
using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Basewatch.Core.Telemetry;
using Cronos;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>
/// Starts each loop when its schedule says so, and all of them once at the start, which finishes what an earlier process left. Where
/// several processes share a state store, one of them does, and another takes over when it is gone.
/// </summary>
internal sealed partial class Timers(BasewatchOptions options, IJobQueue queue, Leases leases, TimeProvider time, ILogger<Timers> logger) : BackgroundService
{
    /// <summary>A timer counts at most 49 days, and stands still while the machine sleeps: the clock is looked at again after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);

    /// <summary>How often it is looked whether the other process is gone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isTold = false;
        while (true)
        {
            if (await TryTakeAsync(stoppingToken) is { } lease)
            {
                await using (lease)
                {
                    isTold = false;
                    await RunAsync(lease.Lost, stoppingToken);
                    LogLost();
                }
            }
            else if (!isTold)
            {
                isTold = true;
                LogWaiting();
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task<Lease?> TryTakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await leases.TryTakeAsync("timers", cancellationToken);
        }
        catch (StateStoreException e)
        {
            LogOutOfReach(e.Message);
            return null;
        }
    }

    /// <summary>Runs all of them until the lease is lost.</summary>
    private async Task RunAsync(CancellationToken lost, CancellationToken stoppingToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stoppingToken);
        try
        {
            await Task.WhenAll(
                RunAsync(options.Schedules.Inventory, new FindRepositories(), either.Token),
                RunAsync(options.Schedules.Images, new RefreshImages(), either.Token),
                RunAsync(options.Schedules.Lifecycle, new ReviewLifecycles(), either.Token),
                RunAsync(options.Schedules.Alerts, new ReviewAlerts(), either.Token),
                RunAsync(options.Schedules.Reviews, new ReviewPullRequests(), either.Token),
                RunAsync(options.Schedules.Rebuilds, new ReviewRebuilds(), either.Token));

            // None of them will ever come again.
            await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Lost.
        }
    }

    private async Task RunAsync(string schedule, Job job, CancellationToken cancellationToken)
    {
        var cron = CronExpression.Parse(schedule, CronFormat.IncludeSeconds);
        while (true)
        {
            try
            {
                using var span = Traces.Trigger($"timer {job.GetType().Name}", ActivityKind.Internal);
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

    [LoggerMessage(Level = LogLevel.Information, Message = "another process runs the timers of this state store: they start here when it is gone")]
    private partial void LogWaiting();

    [LoggerMessage(Level = LogLevel.Warning, Message = "the timers stop: another process may run them")]
    private partial void LogLost();

    [LoggerMessage(Level = LogLevel.Error, Message = "the timers can't start: {Reason}")]
    private partial void LogOutOfReach(string reason);
}
