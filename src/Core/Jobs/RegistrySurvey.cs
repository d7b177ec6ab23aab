using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Asks the registries about images: the tags of each once, then the digests that a decision needs. What gets no whole
/// answer becomes a problem of that image and stops nothing else.
/// </summary>
public sealed class RegistrySurvey(IRegistry registry)
{
    /// <summary>Images asked about at a time; each host has its own limit besides, in its adapter.</summary>
    private const int Parallel = 32;

    /// <summary>Asks about every image.</summary>
    /// <param name="used">What uses of each image follow.</param>
    /// <param name="done">Called after each image, with the number of images done.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    public async Task<IReadOnlyDictionary<ImageName, ImageFacts>> AskAsync(
        IReadOnlyDictionary<ImageName, IReadOnlyCollection<FollowedTag>> used,
        Action<int>? done,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(used);
        var facts = new ConcurrentDictionary<ImageName, ImageFacts>();
        var count = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            used,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (image, token) =>
            {
                facts[image.Key] = (await AskAsync(image.Key, image.Value, token).ConfigureAwait(false)).Facts;
                done?.Invoke(Interlocked.Increment(ref count));
            }).ConfigureAwait(false);
        return facts;
    }

    /// <summary>Asks about one image.</summary>
    /// <param name="image">Which.</param>
    /// <param name="used">What its uses follow.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    /// <returns>What is known, and how long the registry asks to wait if it had enough.</returns>
    public async Task<(ImageFacts Facts, TimeSpan? RetryAfter)> AskAsync(ImageName image, IReadOnlyCollection<FollowedTag> used, CancellationToken cancellationToken)
    {
        IReadOnlyList<string>? tags;
        try
        {
            tags = await registry.ListTagsAsync(image, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            return (new ImageFacts(image) { Problem = e.Message }, e.RetryAfter);
        }

        if (tags is null)
        {
            return (new ImageFacts(image), null);
        }

        var digests = new ConcurrentDictionary<string, Digest?>(StringComparer.Ordinal);
        var problems = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        TimeSpan? retryAfter = null;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            UpdatePlanner.DigestsNeeded(tags, used),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (tag, token) =>
            {
                try
                {
                    digests[tag] = await registry.ResolveAsync(new ImageReference(image, tag), token).ConfigureAwait(false);
                }
                catch (RegistryException e)
                {
                    problems[tag] = e.Message;
                    retryAfter = e.RetryAfter ?? retryAfter;
                }
            }).ConfigureAwait(false);
        return (new ImageFacts(image) { Tags = tags, Digests = digests, DigestProblems = problems }, retryAfter);
    }
}
