using System.Collections.Concurrent;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Asks the registries about images: the tags of each once, then what a decision needs, until there is nothing more to know.
/// What gets no whole answer becomes a problem of that image and stops nothing else.
/// </summary>
/// <param name="registry">Whom to ask.</param>
/// <param name="kept">What was learnt before of images of which the caller knows nothing; null: nothing is kept here.</param>
public sealed class RegistrySurvey(IRegistry registry, FactsCache? kept = null)
{
    /// <summary>Images of one registry asked about at a time; each has its own limit besides, in its adapter.</summary>
    private const int Parallel = 32;

    /// <summary>Registries at a time. More than any team has, so that a slow one holds up no other, and not without end.</summary>
    private const int ParallelHosts = 128;

    /// <summary>More than a policy can want that asks for the digest and the date of one tag after the other.</summary>
    private const int MostRounds = 250;

    /// <summary>Asks about every image.</summary>
    /// <param name="used">What uses of each image follow.</param>
    /// <param name="choices">What policies answered so far, and when.</param>
    /// <param name="done">Called after each image, with the number of images done.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    public async Task<IReadOnlyDictionary<ImageName, ImageFacts>> AskAsync(
        IReadOnlyDictionary<ImageName, IReadOnlyCollection<FollowedTag>> used,
        TagChoices choices,
        Action<int>? done,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(used);
        var facts = new ConcurrentDictionary<ImageName, ImageFacts>();
        var count = 0;
        await System.Threading.Tasks.Parallel.ForEachAsync(
            used.GroupBy(u => u.Key.Registry, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = ParallelHosts, CancellationToken = cancellationToken },
            async (host, hostToken) => await System.Threading.Tasks.Parallel.ForEachAsync(
                host,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = hostToken },
                async (image, token) =>
                {
                    facts[image.Key] = (await AskAsync(image.Key, image.Value, choices, null, token).ConfigureAwait(false)).Facts;
                    done?.Invoke(Interlocked.Increment(ref count));
                }).ConfigureAwait(false)).ConfigureAwait(false);
        return facts;
    }

    /// <summary>Asks about one image.</summary>
    /// <param name="image">Which.</param>
    /// <param name="used">What its uses follow.</param>
    /// <param name="choices">What policies answered so far, and when.</param>
    /// <param name="before">What was known of it; what never changes is not asked for again.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    /// <returns>What is known, and how long the registry asks to wait if it had enough.</returns>
    public async Task<(ImageFacts Facts, TimeSpan? RetryAfter)> AskAsync(
        ImageName image, IReadOnlyCollection<FollowedTag> used, TagChoices choices, ImageFacts? before, CancellationToken cancellationToken)
    {
        var mirror = MirrorOf(image);
        IReadOnlyList<string>? tags;
        try
        {
            tags = await registry.ListTagsAsync(image, cancellationToken).ConfigureAwait(false);
        }
        catch (RegistryException e)
        {
            return (new ImageFacts(image) { Mirror = mirror, Problem = e.Message }, e.RetryAfter);
        }

        if (tags is not null && kept is not null)
        {
            before ??= await kept.FindAsync(image, choices.Now, cancellationToken).ConfigureAwait(false);
        }

        // What was seen in the one place says nothing of the other.
        var facts = tags is null ? new ImageFacts(image) : ImageFacts.Of(image, tags, before?.Mirror == mirror ? before : null, choices.Now);
        facts = facts with { Mirror = mirror };
        if (mirror is { LookIn: MirrorLookup.Mirror } && used.Count > 0)
        {
            facts = await CompareAsync(facts, mirror.Source, cancellationToken).ConfigureAwait(false);
        }

        if (tags is null)
        {
            return (facts, null);
        }

        var answer = await CompleteAsync(facts, used, choices, cancellationToken).ConfigureAwait(false);
        if (kept is not null)
        {
            await kept.KeepAsync(answer.Facts, used, cancellationToken).ConfigureAwait(false);
        }

        return answer;
    }

    /// <summary>What an image is a mirror of, by the settings; null where it is none.</summary>
    public ImageMirror? MirrorOf(ImageName image) => registry.MirrorOf(image);

    /// <summary>Asks the source of a mirror what it has that the mirror lacks. No answer from there is no problem of the mirror.</summary>
    private async Task<ImageFacts> CompareAsync(ImageFacts facts, ImageName source, CancellationToken cancellationToken)
    {
        try
        {
            var held = (facts.Tags ?? []).ToHashSet(StringComparer.Ordinal);
            return facts with { Lacking = [.. (await registry.ListTagsAsync(source, cancellationToken).ConfigureAwait(false) ?? []).Where(t => !held.Contains(t))] };
        }
        catch (RegistryException e)
        {
            return facts with { SourceProblem = e.Message };
        }
    }

    /// <summary>Asks for what is still needed to decide.</summary>
    /// <param name="facts">What is known, with tags.</param>
    /// <param name="used">What uses of the image follow.</param>
    /// <param name="choices">What policies answered so far, and when.</param>
    /// <param name="cancellationToken">Cancels what is under way.</param>
    /// <returns>What is known then, and how long the registry asks to wait if it had enough.</returns>
    public async Task<(ImageFacts Facts, TimeSpan? RetryAfter)> CompleteAsync(
        ImageFacts facts, IReadOnlyCollection<FollowedTag> used, TagChoices choices, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(choices);
        var digests = new ConcurrentDictionary<string, Digest?>(facts.Digests, StringComparer.Ordinal);
        var digestProblems = new ConcurrentDictionary<string, string>(facts.DigestProblems, StringComparer.Ordinal);
        var contents = new ConcurrentDictionary<Digest, ImageContent>(facts.Contents);
        var contentProblems = new ConcurrentDictionary<Digest, string>(facts.ContentProblems);
        var pushed = new ConcurrentDictionary<string, PushDate>(facts.Pushed, StringComparer.Ordinal);
        var signatures = new ConcurrentDictionary<Digest, SignatureFact>(facts.Signatures);
        var signatureProblems = new ConcurrentDictionary<Digest, string>(facts.SignatureProblems);
        facts = facts with
        {
            Digests = digests,
            DigestProblems = digestProblems,
            Contents = contents,
            ContentProblems = contentProblems,
            Pushed = pushed,
            Signatures = signatures,
            SignatureProblems = signatureProblems,
        };
        TimeSpan? retryAfter = null;
        for (var round = 0; round < MostRounds; round++)
        {
            var needed = UpdatePlanner.Needed(facts, used, choices);
            if (needed.IsEmpty)
            {
                break;
            }

            var questions = needed.Digests.Select(tag => (Func<CancellationToken, Task>)(token => ResolveAsync(tag, token)))
                .Concat(needed.Images.Union(needed.Dates.Values).Select(digest => (Func<CancellationToken, Task>)(token =>
                    LookIntoAsync(digest, needed.Images.Contains(digest), [.. needed.Dates.Where(d => d.Value == digest).Select(d => d.Key)], token))))
                .Concat(needed.Signatures.Select(asked => (Func<CancellationToken, Task>)(token => LookForSignatureAsync(asked.Key, asked.Value, token))));
            await System.Threading.Tasks.Parallel.ForEachAsync(
                questions,
                new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                async (question, token) => await question(token).ConfigureAwait(false)).ConfigureAwait(false);
        }

        return (facts, retryAfter);

        async Task ResolveAsync(string tag, CancellationToken token)
        {
            try
            {
                digests[tag] = await registry.ResolveAsync(new ImageReference(facts.Image, tag), token).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                digestProblems[tag] = e.Message;
                retryAfter = e.RetryAfter ?? retryAfter;
            }
        }

        async Task LookIntoAsync(Digest digest, bool areImagesNeeded, string[] undated, CancellationToken token)
        {
            try
            {
                var isDateNeeded = false;
                foreach (var tag in undated)
                {
                    if (await registry.GetPushDateAsync(new ImageReference(facts.Image, tag, digest), token).ConfigureAwait(false) is { } date)
                    {
                        pushed[tag] = new PushDate(digest, date.At);
                    }
                    else
                    {
                        isDateNeeded = true;
                    }
                }

                if (!areImagesNeeded && !isDateNeeded)
                {
                    return;
                }

                contents[digest] = await new ContentQuestion(registry, facts.Image).AskAsync(digest, isDateNeeded, token).ConfigureAwait(false);
            }
            catch (RegistryException e)
            {
                contentProblems[digest] = e.Message;
                retryAfter = e.RetryAfter ?? retryAfter;
            }
        }

        async Task LookForSignatureAsync(Digest digest, bool isAwaited, CancellationToken token)
        {
            try
            {
                var attached = await registry.GetReferrersAsync(facts.Image, digest, null, facts.Tags, token).ConfigureAwait(false);
                var kind = SignatureKinds.Of(attached);
                signatures[digest] = new SignatureFact(kind, choices.Now, IsAwaited: isAwaited && kind == SignatureKind.None);
            }
            catch (RegistryException e)
            {
                signatureProblems[digest] = e.Message;
                retryAfter = e.RetryAfter ?? retryAfter;
            }
        }
    }
}
