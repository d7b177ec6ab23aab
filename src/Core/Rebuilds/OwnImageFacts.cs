using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Core.Rebuilds;

/// <summary>What is known of an own image as it is now.</summary>
/// <param name="Digest">What its watched tag names; null: nothing.</param>
/// <param name="SeenAt">When it was first seen to.</param>
/// <param name="Bases">What it was built on, one for each base of its Dockerfile.</param>
public sealed record OwnImageFacts(Digest? Digest, DateTimeOffset SeenAt, IReadOnlyList<BuiltOn> Bases)
{
    /// <summary>What it says, or what is said of it, to be built from.</summary>
    public ImageOrigin Origin { get; init; } = ImageOrigin.Unknown;

    /// <summary>The files that it depends on, as they were in the commit that it was built of; null: not known.</summary>
    public IReadOnlyDictionary<string, string>? Dependencies { get; init; }

    /// <summary>What others ask for: that it be built again, as long as it is what <see cref="Digest"/> names.</summary>
    public IReadOnlyList<RebuildCause> Wishes { get; init; } = [];
}

/// <summary>A base, and what of it an image was built on.</summary>
/// <param name="Base">The base as the Dockerfile names it.</param>
/// <param name="At">Its digest when the image was built, as somebody says; null: nobody does.</param>
/// <param name="Seen">Its digest when the image was first seen; null: it was not known then.</param>
public sealed record BuiltOn(ImageReference Base, Digest? At, Digest? Seen)
{
    /// <summary>The tag of it that the image was built from, where that is another one.</summary>
    public ImageReference? From { get; init; }
}

/// <summary>What a base is now.</summary>
/// <param name="Digest">What its tag names.</param>
/// <param name="Parts">The images that this is an index of: some name these when they say what they are built on.</param>
public sealed record BaseNow(Digest Digest, IReadOnlyList<Digest> Parts)
{
    /// <summary>Whether a digest names it, or a part of it.</summary>
    public bool Is(Digest digest) => Digest == digest || Parts.Contains(digest);
}

/// <summary>Says why an image should be built again. Pure.</summary>
public static class RebuildReasons
{
    /// <summary>Every reason, in a fixed order. What is not known is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="facts">What is known of it.</param>
    /// <param name="now">What bases are now; by name and tag; those of which that is not known are missing.</param>
    public static IReadOnlyList<RebuildCause> Of(OwnImage image, OwnImageFacts facts, IReadOnlyDictionary<ImageReference, BaseNow> now)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(now);
        if (facts.Digest is null)
        {
            // It was never built: to begin with that is for its owner.
            return [];
        }

        var causes = new List<RebuildCause>();
        foreach (var on in facts.Bases)
        {
            var named = on.Base with { Digest = null };
            if (on.From is { } from)
            {
                causes.Add(new RebuildCause(RebuildReason.BaseVersion, on.Base.Name.Familiar, from.Familiar, named.Familiar));
            }
            else if ((on.At ?? on.Seen) is { } was)
            {
                var current = now.GetValueOrDefault(named);
                if (on.Base.Digest is { } pin && !image.CommitsPins)
                {
                    // The pin is moved by others, and then it is a commit that the image was not built of.
                    if (pin != was && !(current?.Digest == pin && current.Is(was)))
                    {
                        causes.Add(new RebuildCause(RebuildReason.BaseVersion, on.Base.Name.Familiar, (on.Base with { Digest = was }).Familiar, on.Base.Familiar));
                    }
                }
                else if (current is not null && !current.Is(was))
                {
                    causes.Add(new RebuildCause(RebuildReason.BaseDigest, named.Familiar, was.ToString(), current.Digest.ToString()));
                }
            }
        }

        if (facts.Dependencies is { } then && image.Dependencies.Where(d => then.TryGetValue(d.Key, out var blob) && blob != d.Value).OrderBy(d => d.Key, StringComparer.Ordinal).FirstOrDefault() is { Key: { } file } changed)
        {
            causes.Add(new RebuildCause(RebuildReason.Dependency, file, null, changed.Value));
        }

        causes.AddRange(facts.Wishes);
        return causes;
    }
}
