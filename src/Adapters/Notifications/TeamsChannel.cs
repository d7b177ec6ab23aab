using System.Collections.Concurrent;
using Basewatch.Core.Alerts;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Notifications;

/// <summary>A Teams channel: cards, one after the other and no more than four a second, which is what Teams takes.</summary>
internal sealed class TeamsChannel(Posting webhook, IPages pages, TimeProvider time) : IChannel, IDisposable
{
    private const int MostRemembered = 1000;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(260);

    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>How many cards of a message were taken before one was not, so that the next try goes on from there.</summary>
    private readonly ConcurrentDictionary<string, (int Taken, int Of)> _begun = new(StringComparer.Ordinal);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    /// <inheritdoc/>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        var parts = TeamsCard.Render(message, pages.Overview);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var first = _begun.TryGetValue(message.Id, out var begun) && begun.Of == parts.Count ? begun.Taken : 0;
            for (var i = first; i < parts.Count; i++)
            {
                if (_next - time.GetUtcNow() is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait, time, cancellationToken);
                }

                _next = time.GetUtcNow() + Pause;
                await webhook.PostAsync(parts[i], "application/json", [], cancellationToken);
                if (_begun.Count >= MostRemembered)
                {
                    _begun.Clear();
                }

                _begun[message.Id] = (i + 1, parts.Count);
            }

            _begun.TryRemove(message.Id, out _);
        }
        finally
        {
            _turn.Release();
        }
    }
}
