using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;

namespace Basewatch.Core.Jobs;

/// <summary>What is known of images in use: kept facts, asked for again where they are missing or do not answer.</summary>
public sealed class ImageBook(Memory memory, RegistrySurvey survey, PolicySources policies, TimeProvider time)
{
    /// <summary>Kept facts that answer for what is followed, else fresh ones.</summary>
    public async Task<ImageFacts> GetAsync(ImageName image, IReadOnlyCollection<FollowedTag> used, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var kept = (await memory.Facts.GetAsync(Memory.FactsKey(image), cancellationToken).ConfigureAwait(false))?.ToFacts(image);
        return kept is not null && Answers(kept, used)
            ? kept
            : (await RefreshAsync(image, used, cancellationToken).ConfigureAwait(false)).Facts;
    }

    /// <summary>Asks the registry, and keeps the answer. An answer without a tag list leaves the kept facts as they are, with a note of the problem.</summary>
    /// <param name="image">Which.</param>
    /// <param name="used">What this caller follows; what everyone else follows is asked for too.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ImageRefresh> RefreshAsync(ImageName image, IReadOnlyCollection<FollowedTag> used, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        var followed = used.ToHashSet();
        var lines = new Dictionary<string, FollowedTag>(StringComparer.Ordinal);
        await foreach (var user in memory.ListUsersAsync(image, cancellationToken).ConfigureAwait(false))
        {
            foreach (var place in user.Places.Where(p => p.Follows is not null))
            {
                lines[place.Follows!] = new FollowedTag(place.Tag!, policies.For(image, place.Policy));
            }
        }

        followed.UnionWith(lines.Values);

        // Whoever decides on first facts reads them after they are kept: only later ones have to be told, and those that
        // come after a question without an answer.
        var isFirst = await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false) is null or { At: null, ProblemAt: null };
        var (facts, retryAfter) = await survey.AskAsync(image, followed, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var problem = facts.Problems.FirstOrDefault();
        if (facts.Problem is null)
        {
            await memory.Facts.PutAsync(Memory.FactsKey(image), ImageFactsRecord.Of(facts), cancellationToken).ConfigureAwait(false);
        }

        var outlook = facts.Problem is null
            ? lines.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary(l => l.Key, l => UpdatePlanner.Outlook(facts, l.Value), StringComparer.Ordinal)
            : null;
        var previous = await memory.Images.GetAsync(Memory.ImageKey(image), cancellationToken).ConfigureAwait(false);
        await memory.Images.PutAsync(
            Memory.ImageKey(image),
            new ImageRecord(image.Canonical, problem is null ? now : previous?.At, problem, problem is null ? null : now, isFirst ? outlook : previous?.Told),
            cancellationToken).ConfigureAwait(false);
        return new ImageRefresh(facts, outlook, retryAfter);
    }

    /// <summary>Whether facts answer what a decision for what is followed needs, if only by saying that the registry would not: it is asked again by its own schedule.</summary>
    private static bool Answers(ImageFacts facts, IReadOnlyCollection<FollowedTag> used) =>
        facts.Tags is null || UpdatePlanner.DigestsNeeded(facts.Tags, used).All(t => facts.Digests.ContainsKey(t) || facts.DigestProblems.ContainsKey(t));
}

/// <summary>What a refresh brought.</summary>
/// <param name="Facts">What the registry said this time.</param>
/// <param name="Outlook">For each <see cref="ImagePlace.Follows"/>, <see cref="UpdatePlanner.Outlook"/> now; null when there was no answer to keep.</param>
/// <param name="RetryAfter">How long the registry asks to wait, if it had enough.</param>
public sealed record ImageRefresh(ImageFacts Facts, IReadOnlyDictionary<string, string>? Outlook, TimeSpan? RetryAfter);
