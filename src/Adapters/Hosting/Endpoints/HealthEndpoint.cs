using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>Says up or down and no more: it is open to anyone.</summary>
public sealed partial class HealthEndpoint(Memory memory, IJobQueue queue, TimeProvider time, ILogger<HealthEndpoint> logger) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>However often it is asked, store and queue are asked no more than this.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1);
    private (DateTimeOffset At, bool IsReady)? _seen;

    /// <summary>The process answers.</summary>
    public static IResult Live() => Results.Text("up");

    /// <summary>Store and queue can be reached too; 503 where they can't, or take too long.</summary>
    public async Task<IResult> ReadyAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            if (_seen is not { } seen || now - seen.At >= Fresh)
            {
                var reason = await FindReasonAsync(cancellationToken);
                if ((_seen?.IsReady ?? true) != (reason is null))
                {
                    LogChanged(reason is null ? "it is ready again" : $"it is not ready: {reason}");
                }

                _seen = seen = (time.GetUtcNow(), reason is null);
            }

            return seen.IsReady ? Results.Text("up") : Results.Text("down", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<string?> FindReasonAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await memory.Pauses.GetAsync(Memory.PauseKey, either.Token).WaitAsync(either.Token);
            await queue.ReachAsync(either.Token).WaitAsync(either.Token);
            return null;
        }
        catch (Exception e) when (e is StateStoreException or JobQueueException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"its state store or its queue did not answer within {Patience.TotalSeconds} s";
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "health: {What}")]
    private partial void LogChanged(string what);
}
