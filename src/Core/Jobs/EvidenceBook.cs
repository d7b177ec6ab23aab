using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// What images in use say of their lives, asked of registries: once for each digest what never changes, and once a week what may. What a
/// registry does not answer leaves a gap, and fails nothing.
/// </summary>
public sealed partial class EvidenceBook(IRegistry registry, Memory memory, LifecycleBook lifecycles, TimeProvider time, ILogger<EvidenceBook> logger)
{
    /// <summary>Digests of one image that are in use at a time; what comes after them is not asked for.</summary>
    private const int MostDigests = 50;

    /// <summary>Images below one another in one registry.</summary>
    private const int Deepest = 8;

    /// <summary>How old the newest tag of an image is that nobody rebuilds.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(365);

    private static readonly TimeSpan Again = TimeSpan.FromDays(7);

    /// <summary>After a question without an answer.</summary>
    private static readonly TimeSpan Sooner = TimeSpan.FromDays(1);

    private static readonly Platform Usual = new("linux", "amd64");

    /// <summary>Brings up to date what is known of an image in use. Nothing is asked where no digest is new and a week has not passed.</summary>
    /// <param name="users">Everyone who uses it.</param>
    /// <param name="facts">What its registry just said.</param>
    /// <param name="before">What was known.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>What is known now, and is to be kept.</returns>
    public async Task<ImageStanding?> StudyAsync(IEnumerable<ImageUser> users, ImageFacts facts, ImageStanding? before, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Problem is not null)
        {
            return before;
        }

        var image = facts.Image;
        var lines = users.SelectMany(u => u.Places).Select(p => (p.Tag, p.Digest)).Where(l => l.Tag is not null || l.Digest is not null).ToHashSet();
        var tags = (facts.Tags ?? []).ToHashSet(StringComparer.Ordinal);
        var digests = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var open = new List<string>();
        foreach (var tag in lines.Select(l => l.Tag).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (facts.Tags is null || !tags.Contains(tag))
            {
                digests[tag] = null;
            }
            else if (facts.DigestOf(tag) is { IsOpen: false } known)
            {
                digests[tag] = known.Value?.ToString();
            }
            else if (lines.Contains((tag, null)))
            {
                // No decision needs it: it is asked for once a week.
                open.Add(tag);
                if (before?.Digests.GetValueOrDefault(tag) is { } old)
                {
                    digests[tag] = old;
                }
            }
        }

        var now = time.GetUtcNow();
        var standing = new ImageStanding(facts.Tags is null, digests, before?.Asked ?? [], before?.AskAfter ?? now, before?.Newest);
        if (facts.Tags is null || await lifecycles.FindAsync(cancellationToken).ConfigureAwait(false) is not { } resolver)
        {
            return standing;
        }

        var isDue = now >= standing.AskAfter;
        var wanted = Wanted(image, lines, digests, resolver, now);
        if (!isDue && wanted.Keys.All(d => standing.Asked.Contains(d, StringComparer.Ordinal)) && open.TrueForAll(digests.ContainsKey))
        {
            return standing with { Asked = [.. standing.Asked.Where(wanted.ContainsKey)] };
        }

        try
        {
            foreach (var tag in open.Where(t => isDue || !digests.ContainsKey(t)))
            {
                digests[tag] = (await registry.ResolveAsync(new ImageReference(image, tag), cancellationToken).ConfigureAwait(false))?.ToString();
            }

            wanted = Wanted(image, lines, digests, resolver, now);
            var evidence = new Dictionary<string, ImageEvidence>(StringComparer.Ordinal);
            foreach (var (digest, tag) in wanted)
            {
                evidence[digest] = await LearnAsync(image, Digest.Parse(digest), tag, facts.Tags, isDue, 0, cancellationToken).ConfigureAwait(false);
            }

            var newest = await NewestAsync(facts, digests, evidence, now, cancellationToken).ConfigureAwait(false);
            return standing with { Asked = [.. wanted.Keys.Order(StringComparer.Ordinal)], AskAfter = now + Again, Newest = newest };
        }
        catch (RegistryException e)
        {
            LogGap(e.Message);
            return standing with { Asked = [.. wanted.Keys.Order(StringComparer.Ordinal)], AskAfter = now + (e.RetryAfter is { } wait && wait > Sooner ? wait : Sooner) };
        }
    }

    /// <summary>
    /// The digests in use whose content has something to say that the tag does not, each with a tag: Docker Hub counts manifests as pulls.
    /// Distributions' own images are asked for all the same, since others are known by their layers.
    /// </summary>
    private static SortedDictionary<string, string?> Wanted(
        ImageName image, IEnumerable<(string? Tag, string? Digest)> lines, SortedDictionary<string, string?> digests, LifecycleResolver resolver, DateTimeOffset now)
    {
        var isOfficial = image is { Registry: ImageName.DockerHub } && image.Repository.StartsWith("library/", StringComparison.Ordinal);
        var lives = new ImageLives(resolver, DateOnly.FromDateTime(now.UtcDateTime));
        var wanted = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (tag, written) in lines.OrderBy(l => l.Tag, StringComparer.Ordinal).ThenBy(l => l.Digest, StringComparer.Ordinal))
        {
            var digest = written ?? (tag is null ? null : digests.GetValueOrDefault(tag));
            if (digest is null || wanted.Count >= MostDigests)
            {
                continue;
            }

            var named = isOfficial && tag is not null ? lives.Named(new ImageReference(image, tag)) : ImageLifecycle.Unknown;
            if (!(named is { Product.Cycle: not null, Distribution: not null }))
            {
                wanted.TryAdd(digest, tag);
            }
        }

        return wanted;
    }

    /// <summary>What is kept of a digest, or else what the registry says; and of the images below it that are named, in the same registry.</summary>
    private async Task<ImageEvidence> LearnAsync(
        ImageName image, Digest digest, string? tag, IReadOnlyCollection<string>? tags, bool isDue, int depth, CancellationToken cancellationToken)
    {
        var key = Memory.EvidenceKey(image, digest);
        var (record, entry) = await memory.Evidence.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
        var evidence = record is { HasProvenance: true } ? record.ToEvidence() : null;
        if (evidence is null || (isDue && evidence.IsGone))
        {
            evidence = await AskAsync(image, digest, cancellationToken).ConfigureAwait(false);
            isDue = true;
        }

        if (isDue && !evidence.IsGone && HasAnnotations(image, digest, tags))
        {
            var attached = await registry.GetReferrersAsync(image, digest, LifecycleAnnotation.ArtifactType, tags, cancellationToken).ConfigureAwait(false);
            evidence = evidence with { PublishedEnd = LifecycleAnnotation.EndOfLife(attached) };
        }

        if (isDue)
        {
            await memory.Evidence.ReplaceAsync(key, ImageEvidenceRecord.Of(image, tag ?? record?.Tag, evidence, record?.At ?? time.GetUtcNow()), entry, cancellationToken).ConfigureAwait(false);
        }

        // What an image says makes nobody ask elsewhere.
        if (depth < Deepest && evidence is { Base: { } below, BaseDigest: { } at } && below.Name.Registry == image.Registry && below.Name.Registry != ImageName.DockerHub && below.Name != image)
        {
            await LearnAsync(below.Name, at, below.Tag, null, isDue: false, depth + 1, cancellationToken).ConfigureAwait(false);
        }

        return evidence;
    }

    /// <summary>Microsoft's tools alone attach ends of life: to what its own registry serves, and to what lies in a registry of Azure.</summary>
    private static bool HasAnnotations(ImageName image, Digest digest, IReadOnlyCollection<string>? tags) =>
        image.Registry == "mcr.microsoft.com" || image.Registry.EndsWith(".azurecr.io", StringComparison.Ordinal) || tags?.Contains(Referrer.TagOf(digest), StringComparer.Ordinal) == true;

    /// <summary>What is kept of an image, or else what its registry says, of the images that it names in the same registry too.</summary>
    /// <exception cref="RegistryException">The registry gave no whole answer.</exception>
    public Task<ImageEvidence> FindAsync(ImageName image, Digest digest, string? tag, CancellationToken cancellationToken) =>
        LearnAsync(image, digest, tag, null, isDue: false, 0, cancellationToken);

    /// <summary>Two requests for an image, three for an index, two more where BuildKit attached provenance.</summary>
    private async Task<ImageEvidence> AskAsync(ImageName image, Digest digest, CancellationToken cancellationToken)
    {
        if (await registry.GetManifestAsync(new ImageReference(image, Digest: digest), cancellationToken).ConfigureAwait(false) is not { } top)
        {
            return new ImageEvidence(digest) { IsGone = true };
        }

        var entry = !top.IsIndex ? null : top.Entries.FirstOrDefault(e => e.Platform?.Serves(Usual) == true) ?? top.Entries.FirstOrDefault(e => e.Platform is not null);
        var manifest = entry is null ? top : await registry.GetManifestAsync(new ImageReference(image, Digest: entry.Digest), cancellationToken).ConfigureAwait(false);
        return manifest is { IsIndex: false, Configuration: { } configured }
            && await registry.GetConfigurationAsync(image, configured, cancellationToken).ConfigureAwait(false) is { } configuration
            ? (await ProvenanceAsync(image, top, entry, manifest, cancellationToken).ConfigureAwait(false)).AddTo(ImageEvidenceReader.Read(top, entry, manifest, configuration))
            : new ImageEvidence(digest);
    }

    /// <summary>What BuildKit attached to an entry of an index. No layer is pulled for it: an attestation is a document beside the image.</summary>
    private async Task<BuildProvenance> ProvenanceAsync(ImageName image, Manifest top, ManifestEntry? entry, Manifest manifest, CancellationToken cancellationToken)
    {
        if (entry is null || top.Entries.FirstOrDefault(e => e.Attests == entry.Digest) is not { } attached
            || await registry.GetManifestAsync(new ImageReference(image, Digest: attached.Digest), cancellationToken).ConfigureAwait(false) is not { } attestations)
        {
            return BuildProvenance.None;
        }

        foreach (var statement in attestations.Layers.Where(l => BuildProvenance.IsPredicate(l.PredicateType) && l.Size <= BuildProvenance.LargestStatement))
        {
            if (await registry.GetBlobAsync(image, statement.Digest, BuildProvenance.LargestStatement, cancellationToken).ConfigureAwait(false) is { } body)
            {
                return BuildProvenance.Read(body, entry.Digest, [.. manifest.Layers.Select(l => l.Digest)]);
            }
        }

        return BuildProvenance.None;
    }

    /// <summary>
    /// The newest of the tags that users would follow, where that is too old for an image that anyone looks after: those in use, the highest like
    /// each, and <c>latest</c>. Asked for only where what is in use is that old.
    /// </summary>
    private async Task<NewestTag?> NewestAsync(
        ImageFacts facts, SortedDictionary<string, string?> digests, Dictionary<string, ImageEvidence> evidence, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var used = digests.Where(d => d.Value is not null).Select(d => d.Key).ToList();
        if (evidence.Count == 0 || facts.FirstSeen.Values.Any(s => now - s < Abandoned) || evidence.Values.Any(e => e.Built is { } built && now - built.At < Abandoned))
        {
            return null;
        }

        var tags = facts.Tags!.Select(TagVersion.Of).ToList();
        var followed = new SortedSet<string>(used, StringComparer.Ordinal);
        foreach (var current in used.Concat(evidence.Count > 0 && used.Count == 0 ? facts.Tags!.Where(t => t == "latest") : []).Select(TagVersion.Of).Where(t => t.IsOrdered))
        {
            followed.Add(tags.Where(t => t.IsWrittenLike(current) && !t.IsPreRelease).Aggregate(current, (a, b) => b.CompareVersion(a) > 0 ? b : a).Text);
        }

        if (facts.Tags!.Contains("latest", StringComparer.Ordinal))
        {
            followed.Add("latest");
        }

        NewestTag? newest = null;
        foreach (var tag in followed)
        {
            if (await DateAsync(tag).ConfigureAwait(false) is not { } date || now - date.At < Abandoned)
            {
                return null;
            }

            newest = newest is null || date.At > newest.At ? new NewestTag(tag, date.At, date.Source) : newest;
        }

        return newest;

        async Task<TagDate?> DateAsync(string tag)
        {
            if (facts.DateOf(tag).Value is { Source: DateSource.Registry } pushed)
            {
                return pushed;
            }

            var digest = facts.DigestOf(tag).Value
                ?? (digests.GetValueOrDefault(tag) is { } known ? Digest.Parse(known) : await registry.ResolveAsync(new ImageReference(facts.Image, tag), cancellationToken).ConfigureAwait(false));
            if (digest is null)
            {
                return null;
            }

            // Whoever builds reproducibly gives the date of a commit: the registry knows better.
            return await registry.GetPushDateAsync(new ImageReference(facts.Image, tag, digest), cancellationToken).ConfigureAwait(false)
                ?? facts.DateOf(tag).Value
                ?? (evidence.TryGetValue(digest.ToString(), out var said) ? said : await AskAsync(facts.Image, digest, cancellationToken).ConfigureAwait(false)).Built;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Less is known of an image's life: {Problem}")]
    private partial void LogGap(string problem);
}
