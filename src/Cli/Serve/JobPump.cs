using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>Takes jobs from the queue and does them, several at a time.</summary>
internal sealed partial class JobPump(IJobQueue queue, JobRunner runner, TimeProvider time, ILogger<JobPump> logger) : BackgroundService
{
    /// <summary>Jobs at a time. Most of them wait for a registry or for GitHub: some that hang must leave room for the others.</summary>
    private const int MostAtOnce = 32;

    /// <summary>A job that was handed out this often and never finished is given up.</summary>
    private const int MostDeliveries = 5;

    private static readonly TimeSpan Visibility = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var slots = new SemaphoreSlim(MostAtOnce);
        try
        {
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                ReceivedJob? received = null;
                try
                {
                    received = await ReceiveAsync(stoppingToken);
                }
                finally
                {
                    if (received is null)
                    {
                        slots.Release();
                    }
                }

                if (received is not null)
                {
                    _ = DoThenReleaseAsync(received, slots, stoppingToken);
                }
                else
                {
                    await Task.Delay(Pause, time, stoppingToken);
                }
            }
        }
        finally
        {
            // Whatever is under way ends with the token; nothing outlives the pump.
            for (var i = 0; i < MostAtOnce; i++)
            {
                await slots.WaitAsync(CancellationToken.None);
            }
        }
    }

    private async Task<ReceivedJob?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveAsync(Visibility, cancellationToken);
        }
        catch (JobQueueException e)
        {
            LogOutOfReach(e.Message);
            await Task.Delay(PauseAfterFailure, time, cancellationToken);
            return null;
        }
    }

    private async Task DoThenReleaseAsync(ReceivedJob received, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Yield();
            await DoAsync(received, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopping: the job is found again at the next start.
        }
        catch (Exception e) when (e is JobQueueException or StateStoreException)
        {
            // Queue or store out of reach: nothing can be done or noted until they are back.
            LogOutOfReach(e.Message);
            await Task.Delay(PauseAfterFailure, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task DoAsync(ReceivedJob received, CancellationToken cancellationToken)
    {
        if (received.Deliveries > MostDeliveries)
        {
            await runner.GiveUpAsync(received.Job, cancellationToken);
            await queue.CompleteAsync(received, cancellationToken);
            return;
        }

        try
        {
            await runner.RunAsync(received.Message, cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or JobQueueException or StateStoreException))
        {
            // A fault of Basewatch's own. The worker goes on with other jobs; this one comes again until it is given up.
            LogFault(e, received.Job);
            return;
        }

        await queue.CompleteAsync(received, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}: trying again in 10 s")]
    private partial void LogOutOfReach(string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "a fault in Basewatch itself, trying again later: {Job}")]
    private partial void LogFault(Exception fault, Job job);
}
