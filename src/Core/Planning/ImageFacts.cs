using System.Collections.Immutable;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning;

/// <summary>
/// What a registry said of one image. A question that got no whole answer has a problem instead, and decides nothing.
/// </summary>
/// <param name="Image">Which image.</param>
public sealed record ImageFacts(ImageName Image)
{
    private const int MostFirstSeen = 200;

    private const int MostContents = 200;

    private const int MostSignatures = 200;

    /// <summary>Every tag; null when the registry has no such repository, or when <see cref="Problem"/> says why it is not known.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Why the tags are not known, for people, with the host.</summary>
    public string? Problem { get; init; }

    /// <summary>What it is a mirror of; null where it is none.</summary>
    public ImageMirror? Mirror { get; init; }

    /// <summary>Where all this was looked up.</summary>
    public ImageName LookedUp => Mirror is { LookIn: MirrorLookup.Source, Source: var source } ? source : Image;

    /// <summary>Tags of the source that a mirror which is looked up itself lacks.</summary>
    public IReadOnlyList<string> Lacking { get; init; } = [];

    /// <summary>Why it is not known what the source has. Nothing is decided from it, so nothing is undecided for it.</summary>
    public string? SourceProblem { get; init; }

    /// <summary>Digest of each tag that was asked for; null for a tag that is gone.</summary>
    public IReadOnlyDictionary<string, Digest?> Digests { get; init; } = ImmutableDictionary<string, Digest?>.Empty;

    /// <summary>Why the digest of a tag is not known.</summary>
    public IReadOnlyDictionary<string, string> DigestProblems { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What lies behind the digests that were looked into.</summary>
    public IReadOnlyDictionary<Digest, ImageContent> Contents { get; init; } = ImmutableDictionary<Digest, ImageContent>.Empty;

    /// <summary>Why it is not known what lies behind a digest.</summary>
    public IReadOnlyDictionary<Digest, string> ContentProblems { get; init; } = ImmutableDictionary<Digest, string>.Empty;

    /// <summary>When tags were pushed, as the registry says.</summary>
    public IReadOnlyDictionary<string, PushDate> Pushed { get; init; } = ImmutableDictionary<string, PushDate>.Empty;

    /// <summary>How digests are signed, for those that were asked for.</summary>
    public IReadOnlyDictionary<Digest, SignatureFact> Signatures { get; init; } = ImmutableDictionary<Digest, SignatureFact>.Empty;

    /// <summary>Why it is not known whether a digest is signed.</summary>
    public IReadOnlyDictionary<Digest, string> SignatureProblems { get; init; } = ImmutableDictionary<Digest, string>.Empty;

    /// <summary>When tags were first in the list, for those that came while it was watched.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> FirstSeen { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;

    /// <summary>A new list of tags, with what never changes of what was known before.</summary>
    /// <param name="image">Which image.</param>
    /// <param name="tags">Every tag.</param>
    /// <param name="before">What was known; null: nothing, so that no tag is new.</param>
    /// <param name="now">When the list was asked for.</param>
    public static ImageFacts Of(ImageName image, IReadOnlyList<string> tags, ImageFacts? before, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(tags);
        if (before?.Tags is not { } old)
        {
            return new ImageFacts(image) { Tags = tags };
        }

        var known = old.ToHashSet(StringComparer.Ordinal);
        var seen = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            if (!known.Contains(tag))
            {
                seen[tag] = now;
            }
            else if (before.FirstSeen.TryGetValue(tag, out var first))
            {
                seen[tag] = first;
            }
        }

        return new ImageFacts(image)
        {
            Tags = tags,
            Contents = before.Contents.Values.Any(c => c.IsGone) ? before.Contents.Where(c => !c.Value.IsGone).ToDictionary() : before.Contents,
            Pushed = before.Pushed,
            Signatures = before.Signatures,
            FirstSeen = seen.Count <= MostFirstSeen ? seen : seen.OrderByDescending(s => s.Value).Take(MostFirstSeen).ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The facts without what nobody is likely to want again.</summary>
    /// <param name="used">Digests in use.</param>
    public ImageFacts Pruned(IEnumerable<Digest> used)
    {
        if (Contents.Count <= MostContents && Pushed.Count <= MostContents && Signatures.Count <= MostSignatures)
        {
            return this;
        }

        var wanted = Digests.Values.OfType<Digest>().Concat(used).ToHashSet();
        return this with
        {
            Contents = Contents.OrderByDescending(c => wanted.Contains(c.Key)).Take(MostContents).ToDictionary(),
            Pushed = Pushed.OrderByDescending(p => wanted.Contains(p.Value.Digest)).ThenByDescending(p => p.Value.At).Take(MostContents).ToDictionary(StringComparer.Ordinal),
            Signatures = Signatures.OrderByDescending(s => wanted.Contains(s.Key)).ThenByDescending(s => s.Value.AskedAt).Take(MostSignatures).ToDictionary(),
        };
    }

    /// <summary>Every problem, each once.</summary>
    public IEnumerable<string> Problems => DigestProblems.Values.Concat(ContentProblems.Values).Concat(SignatureProblems.Values).Prepend(Problem).OfType<string>().Distinct(StringComparer.Ordinal);

    /// <summary>What a tag names now.</summary>
    public TagFact<Digest> DigestOf(string tag) =>
        Digests.TryGetValue(tag, out var digest) ? new(digest)
        : DigestProblems.TryGetValue(tag, out var problem) ? new(null, IsOpen: true, problem)
        : new(null, IsOpen: true);

    /// <summary>When a tag was pushed; where the registry does not say, when what it names was made; where nothing there says so, when the tag was first seen.</summary>
    public TagFact<TagDate> DateOf(string tag)
    {
        var digest = DigestOf(tag);
        if (digest.Value is null)
        {
            return new(null, digest.IsOpen, digest.Problem);
        }

        // Of a tag that was moved since, the date is that of another image.
        return Pushed.TryGetValue(tag, out var pushed) && pushed.Digest == digest.Value ? new(new TagDate(pushed.At, DateSource.Registry))
            : Contents.TryGetValue(digest.Value, out var content) && content.IsDated
            ? new(content.Date ?? (FirstSeen.TryGetValue(tag, out var seen) ? new TagDate(seen, DateSource.FirstSeen) : null))
            : ContentProblems.TryGetValue(digest.Value, out var problem) ? new(null, IsOpen: true, problem)
            : new(null, IsOpen: true);
    }

    /// <summary>Whether the tags show that something was attached to images here, as cosign and registries without referrers API keep it.</summary>
    public bool HasSignatureTags => Tags?.Any(SignatureKinds.IsBeside) == true;

    /// <summary>How a digest is signed, if that is known: that it is, for ever; that it is not, for a while.</summary>
    /// <param name="digest">The digest.</param>
    /// <param name="now">The time to which ages are counted.</param>
    /// <param name="lifetime">How old an answer may be that there is no signature.</param>
    public SignatureKind? SignatureOf(Digest digest, DateTimeOffset now, TimeSpan lifetime) =>
        Tags?.Contains(SignatureKinds.CosignTagOf(digest), StringComparer.Ordinal) == true ? SignatureKind.Cosign
        : Signatures.TryGetValue(digest, out var fact) && (fact.Kind != SignatureKind.None || now - fact.AskedAt < lifetime) ? fact.Kind
        : null;

    /// <summary>What a digest holds for each platform; null as long as nobody asked, or there is a problem.</summary>
    public IReadOnlyList<PlatformImage>? ImagesOf(Digest digest) => Contents.GetValueOrDefault(digest)?.Images;
}

/// <summary>When a tag was pushed, as the registry says.</summary>
/// <param name="Digest">What it named then.</param>
/// <param name="At">When.</param>
public sealed record PushDate(Digest Digest, DateTimeOffset At);

/// <summary>How an image is signed.</summary>
/// <param name="Kind">How, <see cref="SignatureKind.None"/> where it is not.</param>
/// <param name="AskedAt">When the registry was asked: a signature may come later than its image.</param>
/// <param name="IsAwaited">Whether it is not, and would be proposed if it were.</param>
public sealed record SignatureFact(SignatureKind Kind, DateTimeOffset AskedAt, bool IsAwaited = false);
