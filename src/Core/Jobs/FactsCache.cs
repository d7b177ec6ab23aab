using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.State;
using Basewatch.Core.Planning;
using Basewatch.Core.Ports;

namespace Basewatch.Core.Jobs;

/// <summary>
/// What the command line learnt of images in earlier runs: what lies behind digests, which never changes, when tags were pushed, how images are signed, and which tags there
/// were, so that new ones are known as new. What a tag stands for is not kept: each run asks for it.
/// </summary>
public sealed class FactsCache(ICache cache)
{
    /// <summary>Raised whenever a record means something else than before.</summary>
    private const int CurrentVersion = 1;

    /// <summary>A clock may be a little behind the one that an image was built by.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromDays(1);

    /// <summary>What was known of an image; null when nothing was, or nothing that can be relied on.</summary>
    public async Task<ImageFacts?> FindAsync(ImageName image, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (await cache.ReadAsync(image.Canonical, cancellationToken).ConfigureAwait(false) is not { } bytes)
        {
            return null;
        }

        try
        {
            if (JsonSerializer.Deserialize(bytes.Span, StateJson.Default.KeptFacts) is not { Version: CurrentVersion, Facts: { } record } kept
                || kept.Image != image.Canonical || !IsSound(record, now))
            {
                return null;
            }

            var facts = record.ToFacts(image);
            return new ImageFacts(image) { Mirror = facts.Mirror, Tags = facts.Tags, Contents = facts.Contents, FirstSeen = facts.FirstSeen, Pushed = facts.Pushed, Signatures = facts.Signatures };
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Keeps what is worth it of an answer.</summary>
    public Task KeepAsync(ImageFacts facts, IEnumerable<FollowedTag> used, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Tags is null)
        {
            return Task.CompletedTask;
        }

        // Those of tags that moved meanwhile go first; what the registry did not have may come.
        var pruned = facts.Pruned(used.Select(u => u.InUse?.Digest).OfType<Digest>());
        var listed = facts.Tags.ToHashSet(StringComparer.Ordinal);
        var record = ImageFactsRecord.Of(new ImageFacts(facts.Image)
        {
            Mirror = facts.Mirror,
            Tags = facts.Tags,
            Contents = pruned.Contents.Where(c => !c.Value.IsGone).ToDictionary(),
            FirstSeen = facts.FirstSeen,
            Pushed = facts.Pushed.Where(p => listed.Contains(p.Key)).ToDictionary(StringComparer.Ordinal),
            Signatures = facts.Signatures,
        });
        return cache.WriteAsync(
            facts.Image.Canonical,
            JsonSerializer.SerializeToUtf8Bytes(new KeptFacts(CurrentVersion, facts.Image.Canonical, record), StateJson.Default.KeptFacts),
            cancellationToken);
    }

    /// <summary>Whether a record is one that <see cref="KeepAsync"/> may have written: of another nothing is believed.</summary>
    private static bool IsSound(ImageFactsRecord record, DateTimeOffset now)
    {
        if (record is not { Tags: { } tags, Digests.Count: 0, DigestProblems.Count: 0 } || tags.Any(t => t is null || !ImageReference.IsTag(t)))
        {
            return false;
        }

        var listed = record is { FirstSeen: null, Pushed: null } ? [] : tags.ToHashSet(StringComparer.Ordinal);
        return record.FirstSeen?.All(s => listed.Contains(s.Key) && s.Value <= now + Skew) != false
            && record.Contents?.All(c => IsDigest(c.Key) && IsSound(c.Value)) != false
            && record.Pushed?.All(p => listed.Contains(p.Key) && p.Value is { } pushed && IsDigest(pushed.Digest) && TagDate.Of(pushed.At, DateSource.Registry) is not null && pushed.At <= now + Skew) != false
            // One of the future would hold for longer than an answer does.
            && record.Signatures?.All(s => IsDigest(s.Key) && s.Value is { } signature && Enum.IsDefined(signature.Kind) && signature.AskedAt <= now) != false;
    }

    private static bool IsDigest(string text) => Digest.TryParse(text, out var digest) && digest.ToString() == text;

    private static bool IsSound(ImageContentRecord? content) =>
        content is { IsGone: false }
        && content.Date is null == (content.Source is null)
        && (content.Date is null || (content.IsDated && TagDate.Of(content.Date, content.Source!.Value) is { Source: DateSource.Configuration or DateSource.Annotation or DateSource.LastModified }))
        // One that can't be read would be a platform that is missing.
        && (content.Images is null || (content.Images.All(i => i is not null) && content.ToContent().Images!.Count == content.Images.Count));
}
