using Basewatch.Core.Jobs;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Basewatch.Cli.Serve;

/// <summary>Takes jobs from the queue and does them, several at a time.</summary>
internal sealed partial class JobPump(IJobQueue queue, JobRunner runner, TimeProvider time, ILogger<JobPump> logger) : BackgroundService
{
    private const int Workers = 8;

    /// <summary>A job that was handed out this often and never finished is given up.</summary>
    private const int MostDeliveries = 5;

    private static readonly TimeSpan Visibility = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (await queue.ReceiveAsync(Visibility, cancellationToken) is { } received)
                {
                    await DoAsync(received, cancellationToken);
                }
                else
                {
                    await Task.Delay(Pause, time, cancellationToken);
                }
            }
            catch (Exception e) when (e is JobQueueException or StateStoreException)
            {
                // Queue or store out of reach: nothing can be done or noted until they are back.
                LogOutOfReach(e.Message);
                await Task.Delay(PauseAfterFailure, time, cancellationToken);
            }
        }
    }

    private async Task DoAsync(ReceivedJob received, CancellationToken cancellationToken)
    {
        if (received.Deliveries > MostDeliveries)
        {
            LogGivenUp(received.Job, received.Deliveries);
            await queue.CompleteAsync(received, cancellationToken);
            return;
        }

        try
        {
            await runner.RunAsync(received.Job, cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Error, Message = "given up after {Deliveries} deliveries: {Job}")]
    private partial void LogGivenUp(Job job, int deliveries);
}
