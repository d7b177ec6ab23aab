using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Core.Jobs;

/// <summary>What is remembered of own images: what they are built on, what moved, and what is being built. Nobody is asked.</summary>
public sealed class RebuildBook(Memory memory)
{
    /// <summary>Reads everything.</summary>
    public async Task<RebuildPicture> ReadAsync(CancellationToken cancellationToken)
    {
        var images = new List<OwnImage>();
        await foreach (var record in memory.ListBuildsAsync(cancellationToken).ConfigureAwait(false))
        {
            images.AddRange(record.OwnImages());
        }

        var picture = new RebuildPicture(RebuildGraph.Of(images));
        if (images.Count == 0)
        {
            return picture;
        }

        await foreach (var record in memory.ListRebuildTagsAsync(cancellationToken).ConfigureAwait(false))
        {
            var name = ImageName.Parse(record.Image);
            foreach (var (tag, now) in record.Tags)
            {
                picture.Now[new ImageReference(name, tag)] = now.ToNow();
            }
        }

        await foreach (var record in memory.ListOwnImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            picture.Facts[record.Key] = record.ToFacts();
        }

        await foreach (var entry in memory.ListRebuildsAsync(cancellationToken).ConfigureAwait(false))
        {
            picture.Entries[entry.Key] = entry;
        }

        var wishes = new Dictionary<(ImageName, Digest), List<RebuildCause>>();
        await foreach (var wish in memory.ListRebuildWishesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (ImageName.TryParse(wish.Image, out var name, out _) && Digest.TryParse(wish.Digest, out var digest))
            {
                var key = (name, digest);
                wishes[key] = [.. wishes.GetValueOrDefault(key, []), .. wish.Causes];
            }
        }

        picture.SetWishes(wishes);
        return picture;
    }
}

/// <summary>What is known of own images at one moment.</summary>
/// <param name="Graph">Which is built on which.</param>
public sealed record RebuildPicture(RebuildGraph Graph)
{
    private IReadOnlyDictionary<(ImageName, Digest), List<RebuildCause>> _wishes = new Dictionary<(ImageName, Digest), List<RebuildCause>>();

    /// <summary>What tags name, by name and tag.</summary>
    public Dictionary<ImageReference, BaseNow> Now { get; } = [];

    /// <summary>What own images were built on, by <see cref="OwnImage.Key"/>.</summary>
    public Dictionary<string, OwnImageFacts> Facts { get; } = new(StringComparer.Ordinal);

    /// <summary>The ledger, likewise.</summary>
    public Dictionary<string, RebuildEntry> Entries { get; } = new(StringComparer.Ordinal);

    /// <summary>Why an image should be built, as far as that is known.</summary>
    public IReadOnlyList<RebuildCause> CausesOf(OwnImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (!Facts.TryGetValue(image.Key, out var facts))
        {
            return [];
        }

        var wishes = facts.Digest is { } digest && _wishes.TryGetValue((image.Name, digest), out var its) ? its : [];
        return RebuildReasons.Of(image, wishes.Count == 0 ? facts : facts with { Wishes = wishes }, Now);
    }

    /// <summary>The ledger as it would be, were it looked at now.</summary>
    public RebuildEntry EntryOf(OwnImage image, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(image);
        var entry = Entries.GetValueOrDefault(image.Key) ?? new RebuildEntry(image.Key);
        return entry.Notice(CausesOf(image), now);
    }

    /// <summary>The plan.</summary>
    public RebuildPlan Plan(RebuildLimits limits, DateTimeOffset now) =>
        RebuildPlanner.Plan(Graph, Graph.Images.ToDictionary(i => i.Key, i => EntryOf(i, now), StringComparer.Ordinal), limits, now);

    /// <summary>What is done about an image, for people; null: nothing has to be.</summary>
    public string WordsOf(RebuildStep? step) => step switch
    {
        null => "as it should be",
        { Action: RebuildAction.Start } => $"due, by {step.Method!.Words}",
        { Action: RebuildAction.Build } => $"is built, by {step.Method?.Words ?? "somebody"}",
        { Action: RebuildAction.AwaitBase } => $"waits for {Graph.Find(step.For ?? "")?.Name.Familiar}",
        { Action: RebuildAction.Blocked } => $"waits for {Graph.Find(step.For ?? "")?.Name.Familiar}, which was given up",
        { Action: RebuildAction.Gather, NotBefore: { } at } => string.Create(CultureInfo.InvariantCulture, $"is built from {at:HH:mm}Z on"),
        { Action: RebuildAction.AwaitTurn } => "waits for its turn",
        { Action: RebuildAction.Retry, NotBefore: { } at } => string.Create(CultureInfo.InvariantCulture, $"failed, and is tried again from {at:HH:mm}Z on"),
        { Action: RebuildAction.Stopped } => "failed, and is given up",
        { Action: RebuildAction.Unremedied } => "was built in vain",
        { Action: RebuildAction.NoMethod } => "nobody has said how it is built",
        _ => "is built, in the end, on itself",
    };

    internal void SetWishes(IReadOnlyDictionary<(ImageName, Digest), List<RebuildCause>> wishes) => _wishes = wishes;
}
