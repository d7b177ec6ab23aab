using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs.Dashboard;

/// <summary>
/// Keeps the newest <see cref="Overview"/>. Whoever asks gets the kept one; where it has aged, one reader makes another in the background,
/// however many ask. Nobody asking, nothing is read.
/// </summary>
public sealed partial class OverviewBook(Func<CancellationToken, Task<Overview>> read, TimeProvider time, ILogger<OverviewBook> logger) : IDisposable
{
    /// <summary>For so long nothing is read again.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(5);

    /// <summary>Nobody is shown anything older: it is waited for what is being read.</summary>
    public static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(2);

    /// <summary>A store that takes long to read is read more seldom: this is the share of time that is spent with it.</summary>
    private const int ReadingShare = 10;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopped = new();
    private Task<Overview>? _reading;
    private Overview? _kept;
    private DateTimeOffset _notBefore;

    /// <summary>What is known.</summary>
    /// <exception cref="StateStoreException">There is nothing yet, or nothing new for long, and the store can't be read.</exception>
    public async Task<Overview> GetAsync(CancellationToken cancellationToken)
    {
        Task<Overview>? reading;
        Overview? kept;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            kept = _kept;
            var isTooOld = kept is null || now - kept.At > ShownFor;
            if (_reading is null && (isTooOld || now >= _notBefore))
            {
                // Not of this request: others wait for it too.
                _reading = Task.Run(ReadAsync, _stopped.Token);
            }

            reading = isTooOld ? _reading : null;
        }

        return reading is null ? kept! : await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stopped.Cancel();
        _stopped.Dispose();
    }

    private async Task<Overview> ReadAsync()
    {
        var started = time.GetUtcNow();
        try
        {
            var overview = await read(_stopped.Token).ConfigureAwait(false);
            lock (_gate)
            {
                _kept = overview;
            }

            return overview;
        }
        catch (StateStoreException e)
        {
            LogUnread(e.Message);
            throw;
        }
        finally
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                var pause = (now - started) * ReadingShare;
                _notBefore = now + (pause > FreshFor ? pause : FreshFor);
                _reading = null;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the overview can't be read: {Reason}")]
    private partial void LogUnread(string reason);
}
