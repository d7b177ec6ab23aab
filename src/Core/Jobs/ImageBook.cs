using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>What is known of images in use: kept facts, asked for again where they are missing or do not answer.</summary>
public sealed class ImageBook(Memory memory, RegistrySurvey survey, PolicySources policies, TimeProvider time)
{
    /// <summary>Kept facts that answer for what is followed, else fresh ones.</summary>
    public async Task<ImageFacts> GetAsync(ImageName image, IReadOnlyCollection<FollowedTag> used, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (record, version) = await memory.Facts.ReadAsync(Memory.FactsKey(image), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        if (record?.ToFacts(image) is not { } kept || kept.Mirror != survey.MirrorOf(image))
        {
            return (await RefreshAsync(image, used, cancellationToken).ConfigureAwait(false)).Facts;
        }

        // A problem answers too, if only by saying that the registry would not: it is asked again by its own schedule.
        var choices = new TagChoices(now);
        var needed = kept.Tags is null ? new FactsNeeded() : UpdatePlanner.Needed(kept, used, choices);
        if (needed.IsEmpty)
        {
            return kept;
        }

        if (needed.Digests.Count > 0)
        {
            return (await RefreshAsync(image, used, cancellationToken).ConfigureAwait(false)).Facts;
        }

        // What lies behind a digest never changes, and who has signed it is asked of the digest: the tags need not be asked for again. Where someone else has, theirs stay.
        var facts = (await survey.CompleteAsync(kept, used, choices, cancellationToken).ConfigureAwait(false)).Facts;
        await memory.Facts.TryPutAsync(Memory.FactsKey(image), Record(facts, used), version, cancellationToken).ConfigureAwait(false);
        if (facts.ContentProblems.Count + facts.SignatureProblems.Count > 0 && await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false) is { } known)
        {
            // Whoever could not decide for it is told of the next answer, whatever that is.
            await memory.Images.PutAsync(
                Memory.ImageKey(image), known with { Problem = facts.Problems.First(), ProblemAt = now, Told = null }, cancellationToken).ConfigureAwait(false);
        }

        return facts;
    }

    /// <summary>The registry that is asked about an image: where it is looked for in the source of a mirror, that of the source.</summary>
    public string RegistryOf(ImageName image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return survey.MirrorOf(image) is { LookIn: MirrorLookup.Source } mirror ? mirror.Source.Registry : image.Registry;
    }

    /// <summary>Asks the registry, and keeps the answer. An answer without a tag list leaves the kept facts as they are, with a note of the problem.</summary>
    /// <param name="image">Which.</param>
    /// <param name="used">What this caller follows; what everyone else follows is asked for too.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ImageRefresh> RefreshAsync(ImageName image, IReadOnlyCollection<FollowedTag> used, CancellationToken cancellationToken) =>
        await RefreshAsync(
            image,
            used,
            await memory.ListUsersAsync(image, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false),
            await memory.Images.ReadEntryAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);

    /// <inheritdoc cref="RefreshAsync(ImageName, IReadOnlyCollection{FollowedTag}, CancellationToken)"/>
    /// <param name="image">Which.</param>
    /// <param name="used">What this caller follows; what everyone else follows is asked for too.</param>
    /// <param name="users">Everyone who uses it.</param>
    /// <param name="known">What is known of it, as it was read.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ImageRefresh> RefreshAsync(
        ImageName image, IReadOnlyCollection<FollowedTag> used, IReadOnlyList<ImageUser> users, (ImageRecord? Record, StateEntry? Entry) known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var followed = used.ToHashSet();
        var lines = new Dictionary<string, FollowedTag>(StringComparer.Ordinal);
        foreach (var place in users.SelectMany(u => u.Places).Where(p => p.Follows is not null).DistinctBy(p => p.Follows, StringComparer.Ordinal))
        {
            lines[place.Follows!] = new FollowedTag(place.Tag!, policies.For(image, place.Policy));
        }

        followed.UnionWith(lines.Values);

        // Whoever decides on first facts reads them after they are kept: only later ones have to be told, and those that
        // come after a question without an answer.
        var isFirst = known.Record is null or { At: null, ProblemAt: null };
        var (before, beforeEntry) = await memory.Facts.ReadEntryAsync(Memory.FactsKey(image), cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var (facts, retryAfter) = await survey.AskAsync(image, followed, new TagChoices(now), before?.ToFacts(image), cancellationToken).ConfigureAwait(false);
        now = time.GetUtcNow();
        var problem = facts.Problems.FirstOrDefault();
        if (facts.Problem is null)
        {
            var kept = Record(facts, used);
            if (!await memory.Facts.ReplaceAsync(Memory.FactsKey(image), kept, beforeEntry, cancellationToken).ConfigureAwait(false))
            {
                await memory.Facts.PutAsync(Memory.FactsKey(image), kept, cancellationToken).ConfigureAwait(false);
            }
        }

        var choices = new TagChoices(now);
        var outlook = facts.Problem is null
            ? lines.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary(l => l.Key, l => UpdatePlanner.Outlook(facts, l.Value, choices), StringComparer.Ordinal)
            : null;
        var record = After(known.Record);
        if (!await memory.Images.ReplaceAsync(Memory.ImageKey(image), record, known.Entry, cancellationToken).ConfigureAwait(false))
        {
            record = After(await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false));
            await memory.Images.PutAsync(Memory.ImageKey(image), record, cancellationToken).ConfigureAwait(false);
        }

        return new ImageRefresh(facts, record, outlook, retryAfter);

        ImageRecord After(ImageRecord? previous) => new(
            image.Canonical,
            problem is null ? now : previous?.At,
            problem,
            problem is null ? null : now,
            facts.ContentProblems.Count + facts.SignatureProblems.Count > 0 ? null : isFirst ? outlook : previous?.Told)
        {
            Standing = previous?.Standing,
        };
    }

    private static ImageFactsRecord Record(ImageFacts facts, IEnumerable<FollowedTag> used) =>
        ImageFactsRecord.Of(facts.Pruned(used.Select(u => u.InUse?.Digest).OfType<Digest>()));
}

/// <summary>What a refresh brought.</summary>
/// <param name="Facts">What the registry said this time.</param>
/// <param name="Record">What is kept of the image now.</param>
/// <param name="Outlook">For each <see cref="ImagePlace.Follows"/>, <see cref="UpdatePlanner.Outlook"/> now; null when there was no answer to keep.</param>
/// <param name="RetryAfter">How long the registry asks to wait, if it had enough.</param>
public sealed record ImageRefresh(ImageFacts Facts, ImageRecord Record, IReadOnlyDictionary<string, string>? Outlook, TimeSpan? RetryAfter);
