using System.Collections.Concurrent;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;
using Microsoft.Extensions.Logging;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Looks at what own images are built on, and as: one question for each tag, and for a digest that is new what it says of itself. What a
/// registry does not answer stays as it was known.
/// </summary>
public sealed partial class RebuildLook(IRegistry registry, IRepositoryHost host, EvidenceBook evidence, FormatCatalog formats, Memory memory, TimeProvider time, ILogger<RebuildLook> logger)
{
    private const int Parallel = 8;

    /// <summary>Looks at tags, and keeps what has changed.</summary>
    /// <param name="picture">What is known; it is brought up to date.</param>
    /// <param name="tags">Names with tags.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <returns>The tags that were answered for, and what they name; null: nothing.</returns>
    public async Task<IReadOnlyDictionary<ImageReference, Digest?>> LookAsync(RebuildPicture picture, IEnumerable<ImageReference> tags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(tags);
        var answers = new ConcurrentDictionary<ImageReference, Digest?>();
        var changed = new ConcurrentDictionary<ImageReference, BaseNow>();
        await System.Threading.Tasks.Parallel.ForEachAsync(
            tags.Distinct(),
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (tag, token) =>
            {
                try
                {
                    var digest = await registry.ResolveAsync(tag, token).ConfigureAwait(false);
                    answers[tag] = digest;
                    if (digest is not null && picture.Now.GetValueOrDefault(tag)?.Digest != digest)
                    {
                        var manifest = await registry.GetManifestAsync(new ImageReference(tag.Name, Digest: digest), token).ConfigureAwait(false);
                        changed[tag] = new BaseNow(digest, [.. (manifest?.Entries ?? []).Where(e => e.Platform is not null).Select(e => e.Digest)]);
                    }
                }
                catch (RegistryException e)
                {
                    LogGap(tag.Familiar, e.Message);
                }
            }).ConfigureAwait(false);

        var now = time.GetUtcNow();
        foreach (var (tag, current) in changed)
        {
            picture.Now[tag] = current;
        }

        foreach (var name in changed.Keys.Select(t => t.Name).Distinct())
        {
            var key = Memory.RebuildTagsKey(name);
            var (record, entry) = await memory.RebuildTags.ReadEntryAsync(key, cancellationToken).ConfigureAwait(false);
            var kept = new SortedDictionary<string, RebuildTagRecord>((record?.Tags ?? new Dictionary<string, RebuildTagRecord>(StringComparer.Ordinal)).ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
            foreach (var (tag, current) in changed.Where(c => c.Key.Name == name))
            {
                kept[tag.Tag!] = RebuildTagRecord.Of(current, now);
            }

            // Where another worker was first, it has looked as well.
            await memory.RebuildTags.ReplaceAsync(key, new RebuildTagsRecord(name.Canonical, kept), entry, cancellationToken).ConfigureAwait(false);
        }

        return answers;
    }

    /// <summary>Finds out what an own image was built on, now that its tag names another digest or its Dockerfile other bases, and keeps it.</summary>
    /// <exception cref="RegistryException">A registry gave no whole answer.</exception>
    public async Task LearnAsync(RebuildPicture picture, OwnImage image, Digest? digest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(image);
        var watched = picture.Graph.WatchedOf(image);
        var before = picture.Facts.GetValueOrDefault(image.Key);
        var facts = digest is null
            ? new OwnImageFacts(null, before is { Digest: null } ? before.SeenAt : time.GetUtcNow(), [])
            : await ReadAsync(picture, image, watched, digest, before, cancellationToken).ConfigureAwait(false);
        picture.Facts[image.Key] = facts;
        await memory.OwnImages.PutAsync(Memory.OwnImageKey(image.Key), OwnImageRecord.Of(image.Key, watched, facts), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether what is known of an image is of other bases than its Dockerfile names now, or lacks what is known of them by now.</summary>
    public static bool IsOutdated(RebuildPicture picture, OwnImage image, OwnImageFacts facts)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(facts);
        return facts.Digest is not null
            && (!facts.Bases.Select(b => b.Base).SequenceEqual(image.Bases) || facts.Bases.Any(b => b.At is null && b.Seen is null && picture.Now.ContainsKey(b.Base with { Digest = null })));
    }

    private async Task<OwnImageFacts> ReadAsync(RebuildPicture picture, OwnImage image, ImageReference watched, Digest digest, OwnImageFacts? before, CancellationToken cancellationToken)
    {
        var content = await evidence.FindAsync(watched.Name, digest, watched.Tag, cancellationToken).ConfigureAwait(false);
        var isSame = before?.Digest == digest;
        var origin = ImageOrigin.Of(content, image.Bases, null, null);
        if (origin.Source is OriginSource.Unknown or OriginSource.Label && await ByLayersAsync(picture, image, content, cancellationToken).ConfigureAwait(false) is { } below)
        {
            origin = ImageOrigin.Of(content, image.Bases, below, null);
        }

        var dependencies = isSame ? before!.Dependencies : null;
        if (content.Revision is { } revision && string.Equals(content.Source, image.Repository, StringComparison.OrdinalIgnoreCase)
            && (origin.Source == OriginSource.Unknown || (dependencies is null && image.Dependencies.Count > 0)))
        {
            var (files, written) = await AtRevisionAsync(image, revision, origin.Source == OriginSource.Unknown, cancellationToken).ConfigureAwait(false);
            dependencies ??= files;
            origin = origin.Source == OriginSource.Unknown ? ImageOrigin.Of(content, image.Bases, null, written) : origin;
        }

        var entry = picture.Entries.GetValueOrDefault(image.Key);
        return new OwnImageFacts(digest, isSame ? before!.SeenAt : time.GetUtcNow(), [.. image.Bases.Select(On)]) { Origin = origin, Dependencies = dependencies };

        BuiltOn On(ImageReference reference)
        {
            var known = isSame ? before!.Bases.FirstOrDefault(b => b.Base == reference) : null;
            var named = reference with { Digest = null };
            // A build of ours was begun for a base as it was then; it may have moved on since.
            var seen = known?.Seen is { } first ? first
                : entry is { IsBuilding: true } && entry.Causes.FirstOrDefault(c => c.Reason == RebuildReason.BaseDigest && c.Subject == named.Familiar) is { } cause && Digest.TryParse(cause.To, out var begun) ? begun
                : reference.Digest is { } pin && !image.CommitsPins ? pin
                : picture.Now.GetValueOrDefault(named)?.Digest;
            var isSaid = origin.Base?.Name == reference.Name;
            var from = isSaid && origin.Source == OriginSource.Provenance && origin.Base!.Tag is { } tag && (reference.FollowedTag ?? tag) != tag && !image.Bases.Any(b => b.Name == reference.Name && b.FollowedTag == tag) ? origin.Base : null;
            return new BuiltOn(reference, isSaid && from is null ? origin.At : null, seen) { From = from };
        }
    }

    /// <summary>The base of the Dockerfile whose layers, as they are now, an image begins with.</summary>
    private async Task<ImageReference?> ByLayersAsync(RebuildPicture picture, OwnImage image, ImageEvidence content, CancellationToken cancellationToken)
    {
        foreach (var reference in image.Bases)
        {
            var named = reference with { Digest = null };
            if ((reference.Digest ?? picture.Now.GetValueOrDefault(named)?.Digest) is { } current
                && (await evidence.FindAsync(reference.Name, current, reference.Tag, cancellationToken).ConfigureAwait(false)).Layers is { Count: > 0 } layers
                && layers.Count < content.Layers.Count && layers.SequenceEqual(content.Layers.Take(layers.Count)))
            {
                return named with { Digest = current };
            }
        }

        return null;
    }

    /// <summary>The files that an image depends on as they were in its commit, and the base that its Dockerfile named then.</summary>
    private async Task<(IReadOnlyDictionary<string, string>? Files, ImageReference? Base)> AtRevisionAsync(OwnImage image, string revision, bool needsBase, CancellationToken cancellationToken)
    {
        try
        {
            var repository = RepositoryName.Parse(image.Repository);
            var tree = await host.GetTreeAsync(repository, revision, cancellationToken).ConfigureAwait(false);
            var blobs = tree.Files.ToDictionary(f => f.Path, f => f.Blob, StringComparer.Ordinal);
            var files = image.Dependencies.Keys.Where(blobs.ContainsKey).ToDictionary(p => p, p => blobs[p], StringComparer.Ordinal);
            var (path, stage) = image.Dockerfile.Split('#', 2) is [var file, var named] ? (file, named.ToLowerInvariant()) : (image.Dockerfile, "");
            if (!needsBase || !blobs.TryGetValue(path, out var blob))
            {
                return (files, null);
            }

            var text = await host.GetBlobAsync(repository, blob, cancellationToken).ConfigureAwait(false);
            var bases = formats.Read(path, text).Uses.Where(u => u is { Format: "dockerfile", Reference: not null } && u.Stages?.Contains(stage, StringComparer.Ordinal) == true).Select(u => u.Reference!).Distinct().ToList();
            return (files, bases is [var only] ? only : null);
        }
        catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.NotFound or RepositoryHostFailure.Malformed)
        {
            // It says so itself, and there may be no such commit.
            return (null, null);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Image} stays as it was known: {Problem}")]
    private partial void LogGap(string image, string problem);
}
