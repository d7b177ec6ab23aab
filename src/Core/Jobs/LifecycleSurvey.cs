using System.Globalization;
using System.Runtime.CompilerServices;
using Basewatch.Core.Alerts;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Jobs;

/// <summary>What all repositories use, line by line, and how long each lives: by its name, its content, and what it is built from.</summary>
public sealed class LifecycleSurvey(Memory memory)
{
    /// <summary>Images whose users are read at a time.</summary>
    private const int Parallel = 16;

    /// <summary>The age from which what nothing asks for is forgotten.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(30);

    /// <summary>
    /// Every image line in use, in the order of the images' names: a tag, or a digest where no tag is written; a tag twice where its users
    /// have pinned it to images that live differently.
    /// </summary>
    /// <param name="resolver">By the newest catalogue.</param>
    /// <param name="today">The day that is asked for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public IAsyncEnumerable<ImageLine> ReadAsync(LifecycleResolver resolver, DateOnly today, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        return ReadAsync(resolver, today, forgets: true, cancellationToken).SelectMany(i => i.Lines);
    }

    /// <summary>The same by image, with everyone who uses it; only to be looked at: nothing is forgotten.</summary>
    /// <param name="resolver">By the newest catalogue.</param>
    /// <param name="today">The day that is asked for.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public IAsyncEnumerable<SurveyedImage> ReadImagesAsync(LifecycleResolver resolver, DateOnly today, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        return ReadAsync(resolver, today, forgets: false, cancellationToken);
    }

    private async IAsyncEnumerable<SurveyedImage> ReadAsync(LifecycleResolver resolver, DateOnly today, bool forgets, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var lives = new ImageLives(resolver, today);
        var standings = new Dictionary<ImageName, ImageStanding?>();
        await foreach (var record in memory.ListImagesAsync(cancellationToken).ConfigureAwait(false))
        {
            standings.Add(ImageName.Parse(record.Image), record.Standing);
        }

        var evidence = new Dictionary<(ImageName, Digest), (ImageEvidence Evidence, DateTimeOffset At)>();
        var bases = new KnownBases();
        await foreach (var record in memory.ListEvidenceAsync(cancellationToken).ConfigureAwait(false))
        {
            var (image, content) = (ImageName.Parse(record.Image), record.ToEvidence());
            evidence[(image, content.Digest)] = (content, record.At);
            if (record.Tag is not null && content.Layers.Count > 0 && lives.Named(new ImageReference(image, record.Tag)) is { First: not null })
            {
                bases.Add(new ImageReference(image, record.Tag), content.Layers);
            }
        }

        var builds = new BuiltImages();
        await foreach (var record in memory.ListBuildsAsync(cancellationToken).ConfigureAwait(false))
        {
            record.AddTo(builds);
        }

        var asked = new HashSet<(ImageName, Digest)>();
        var lineage = new Lineage(lives, Find, builds, bases);
        foreach (var some in standings.Keys.Chunk(Parallel))
        {
            var users = await Task.WhenAll(some.Select(image => memory.ListUsersAsync(image, cancellationToken).ToListAsync(cancellationToken).AsTask())).ConfigureAwait(false);
            foreach (var (image, its) in some.Zip(users))
            {
                yield return new SurveyedImage(image, its, LinesOf(image, its));
            }
        }

        if (!forgets)
        {
            yield break;
        }

        // Everything was asked for that anything in use rests on.
        var old = new DateTimeOffset(today, default, TimeSpan.Zero) - Forgotten;
        foreach (var (key, _) in evidence.Where(e => e.Value.At < old && !asked.Contains(e.Key)))
        {
            await memory.Evidence.DeleteAsync(Memory.EvidenceKey(key.Item1, key.Item2), cancellationToken).ConfigureAwait(false);
        }

        List<ImageLine> LinesOf(ImageName image, List<ImageUser> its)
        {
            var found = new List<ImageLine>();
            foreach (var line in its
                .SelectMany(u => u.Places.Where(p => p.Tag is not null || p.Digest is not null).Select(p => (p.Tag, p.Digest, Place: new AlertPlace(u.Repository, p.Path, p.Line))))
                .GroupBy(p => (p.Tag, p.Digest), p => p.Place))
            {
                var inUse = new ImageReference(image, line.Key.Tag, Digest.TryParse(line.Key.Digest, out var digest) ? digest : null);
                var shown = inUse.Tag is null ? inUse : inUse with { Digest = null };
                var (lifecycle, remarks) = (lineage.Resolve(inUse), RemarksOf(inUse, standings.GetValueOrDefault(image)));
                var same = found.FindIndex(l => l.Image == shown && IsSame(l.Lifecycle, lifecycle) && l.Remarks.SequenceEqual(remarks, StringComparer.Ordinal));
                if (same < 0)
                {
                    found.Add(new ImageLine(shown, lifecycle, [.. line]) { Remarks = remarks });
                }
                else
                {
                    found[same] = found[same] with { Places = [.. found[same].Places, .. line] };
                }
            }

            return found;
        }

        List<string> RemarksOf(ImageReference image, ImageStanding? standing)
        {
            var remarks = new List<string>();
            if (standing?.IsGone == true)
            {
                remarks.Add($"{image.Name.Registry} no longer has this repository, or shows it to nobody");
            }
            else if (image.Tag is not null && standing?.Digests.TryGetValue(image.Tag, out var digest) == true && digest is null)
            {
                remarks.Add($"the tag {image.Tag} is gone from its registry");
            }

            var content = Find(image);
            if (content?.IsGone == true && standing?.IsGone != true)
            {
                remarks.Add("its registry no longer has the digest that it is pinned to");
            }

            if (content?.Deprecation is { } deprecation)
            {
                remarks.Add(deprecation);
            }

            if (standing?.Newest is { } newest)
            {
                remarks.Add(string.Create(CultureInfo.InvariantCulture, $"nobody has rebuilt it for a year: the newest of its tags, {newest.Tag}, was {new TagDate(newest.At, newest.Source)}"));
            }

            return remarks;
        }

        ImageEvidence? Find(ImageReference image)
        {
            var digest = image.Digest ?? (Digest.TryParse(standings.GetValueOrDefault(image.Name)?.Digests.GetValueOrDefault(image.Tag ?? "latest"), out var now) ? now : null);
            if (digest is null || !evidence.TryGetValue((image.Name, digest), out var known))
            {
                return null;
            }

            asked.Add((image.Name, digest));
            return known.Evidence;
        }
    }

    private static bool IsSame(ImageLifecycle one, ImageLifecycle other) =>
        one.Status == other.Status && one.Product == other.Product && one.Distribution == other.Distribution && one.Published == other.Published
        && one.Inherited?.Life == other.Inherited?.Life && one.Inherited?.Root == other.Inherited?.Root;
}

/// <summary>An image in use.</summary>
/// <param name="Image">Which.</param>
/// <param name="Users">Who uses it.</param>
/// <param name="Lines">By tag.</param>
public sealed record SurveyedImage(ImageName Image, IReadOnlyList<ImageUser> Users, IReadOnlyList<ImageLine> Lines);
