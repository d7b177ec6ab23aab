using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Notices;
using Basewatch.Core.Jobs.State;

namespace Basewatch.Core.Jobs.Rollouts;

/// <summary>Keeps what Flux and Argo CD say, the last few words about each thing that they deploy.</summary>
public sealed class DeliveryBook(Memory memory, NoticeIntake intake, TimeProvider time)
{
    /// <summary>Keeps what a delivery says, where it says anything, and tells of it in one line.</summary>
    public async Task<string> WordsAsync(RolloutDelivery? delivery, CancellationToken cancellationToken) =>
        delivery is null ? "nothing about a commit"
        : await TakeAsync(delivery, cancellationToken).ConfigureAwait(false) ? $"{Excerpt.Of(delivery.Subject)} at {delivery.Commit[..12]}: {delivery.Detail}"
        : $"{Excerpt.Of(delivery.Subject)}: something newer is known of it";

    /// <summary>Keeps a delivery, and has rollouts looked at.</summary>
    /// <returns>False where something newer is kept of its subject: it is late, or sent again.</returns>
    public async Task<bool> TakeAsync(RolloutDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var key = Memory.DeliveriesKey(delivery.Subject);
        var now = time.GetUtcNow();

        // One from the future would keep out all that come after it.
        var at = delivery.At is { } said && said < now ? said : now;
        var word = new DeliveryRecord(delivery.Commit, delivery.State, at, delivery.Detail);
        while (true)
        {
            var (record, entry) = await memory.Deliveries.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
            var kept = record?.Deliveries ?? [];
            if (kept.Count > 0 && kept[^1].At > at)
            {
                return false;
            }

            // Of one moment the last that is heard counts: Argo CD dates a change of health by the sync before it.
            var next = new DeliveriesRecord(delivery.Subject, [.. kept.Where(d => d.Commit != word.Commit).TakeLast(DeliveriesRecord.Most - 1), word]);
            if (await memory.Deliveries.ReplaceAsync(key, next, entry, cancellationToken).ConfigureAwait(false))
            {
                break;
            }
        }

        await intake.TakeAsync(new RolloutsMoved(null), mayBeNew: false, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
