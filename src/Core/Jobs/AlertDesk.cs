using System.Text.Json;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>Decides with a channel's ledger in hand: the messages and the ledger that says that they were told are kept as one.</summary>
public sealed partial class AlertDesk(Memory memory, AlertOutbox outbox, IJobQueue queue, IRepositoryHost host, TimeProvider time, ILogger<AlertDesk> logger, IPages? pages = null)
{
    private const int MostRaces = 10;

    /// <summary>What words need to know of an owner's repositories.</summary>
    public AlertContext ContextOf(string owner) => new(owner, time.GetUtcNow())
    {
        Overview = pages?.Overview,
        SnoozeOf = subject => pages?.SnoozeOf(subject),
        PageOf = place => RepositoryName.TryParse(place.Repository, out var repository) ? host.PageOf(repository, place.Path, place.Line) : null,
    };

    /// <summary>Plans what a channel is told of an owner's repositories, and puts it on its way.</summary>
    /// <param name="owner">Whose repositories.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="plan">From what was told to what is to be told, and what was told then. Asked again when another worker was first.</param>
    /// <param name="say">Puts an alert into words.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task TellAsync(
        string owner, string channel, Func<AlertLedger, (AlertLedger Ledger, IReadOnlyList<Alert> Alerts)> plan, Func<Alert, Task<Message>> say, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(say);
        var key = Memory.ToldKey(owner, channel);
        for (var race = 0; race < MostRaces; race++)
        {
            var (ledger, entry) = await memory.Told.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
            var before = ledger ?? AlertLedger.Empty;
            var (after, alerts) = plan(before);
            if (alerts.Count == 0)
            {
                if ((ledger is null && after == before) || await memory.Told.ReplaceAsync(key, after, entry, cancellationToken).ConfigureAwait(false))
                {
                    return;
                }

                continue;
            }

            // The ledger is about to forget these names.
            await outbox.PromoteAsync(before.Outbox, cancellationToken).ConfigureAwait(false);
            var ids = new List<string>();
            foreach (var alert in alerts)
            {
                var message = WithId(await say(alert).ConfigureAwait(false), owner, channel, before.Sequence + 1);
                await outbox.WriteAsync(owner, channel, message, cancellationToken).ConfigureAwait(false);
                ids.Add(message.Id);
            }

            if (await memory.Told.ReplaceAsync(key, after with { Sequence = before.Sequence + 1, Outbox = ids }, entry, cancellationToken).ConfigureAwait(false))
            {
                await outbox.PromoteAsync(ids, cancellationToken).ConfigureAwait(false);
                await queue.EnqueueAsync(new DeliverAlerts(channel), TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
                LogDecided(owner, channel, ids.Count);
                return;
            }
        }

        LogRaced(owner, channel);
    }

    /// <summary>By its content, so that no two that differ are taken for one.</summary>
    private static Message WithId(Message message, string owner, string channel, int sequence)
    {
        var hash = Digest.Of(JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.Message)).Hex[..12];
        return message with { Id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{owner.ToLowerInvariant()}/{channel.ToLowerInvariant()}/{sequence:D8}-{hash}") };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} messages about {Owner} for {Channel}")]
    private partial void LogDecided(string owner, string channel, int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "alerts about {Owner} for {Channel} were decided by others all the time: the next run looks again")]
    private partial void LogRaced(string owner, string channel);
}
