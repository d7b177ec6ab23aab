using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>
/// Whether an image may replace the one in use: it is there for every platform that the file asks for, or else that the rule
/// requires, or else that the one in use is for. What has to be known for that is asked for only where there is an update, and of
/// the image in use only where the update is not for all that there commonly is.
/// </summary>
internal static class PlatformCheck
{
    /// <summary>An index is filled within this time; what is missing then does not come.</summary>
    private static readonly TimeSpan Settles = TimeSpan.FromDays(1);

    /// <summary>An image for all of these runs wherever its forerunner did, as far as images go.</summary>
    private static readonly Platform[] Common =
    [
        new("linux", "amd64"), new("linux", "arm64"), new("linux", "arm", "v7"), new("linux", "ppc64le"), new("linux", "s390x"),
    ];

    /// <summary>Looks at what may replace an image.</summary>
    /// <param name="facts">What is known.</param>
    /// <param name="followed">The tag in use.</param>
    /// <param name="tag">The tag that may replace it; the same where it was republished.</param>
    /// <param name="choices">When it is asked, and how closely.</param>
    /// <param name="needed">Takes what has to be known first.</param>
    public static ImageFit Of(ImageFacts facts, FollowedTag followed, string tag, TagChoices choices, FactsNeeded needed)
    {
        if (followed.InUse is not { } use || facts.DigestOf(tag).Value is not { } digest)
        {
            return ImageFit.Unknown;
        }

        var isRefresh = followed.Replacement is null && tag == followed.Tag;
        if (isRefresh && (use.Digest is null || use.Digest == digest))
        {
            return ImageFit.Unknown;
        }

        if (!choices.ComparesPlatforms && use.Platform is null && followed.Policy.Rule.Platforms.Count == 0)
        {
            return ImageFit.Unknown;
        }

        if (!TryGet(facts, digest, needed, out var images, out var problem))
        {
            return new ImageFit(null, Problem: problem);
        }

        if (images.Count == 0)
        {
            return ImageFit.Unknown;
        }

        if (use.Platform is { } asked && !images.Any(i => i.Platform.Serves(asked)))
        {
            return new ImageFit($"{tag} has no image for {asked}, which the file asks for");
        }

        IReadOnlyList<Platform> required = use.Platform is { } only ? [only] : followed.Policy.Rule.Platforms;
        if (use.Platform is null && required.FirstOrDefault(r => !images.Any(i => i.Platform.Serves(r))) is { } missing)
        {
            return new ImageFit(Awaited(missing) ?? $"{tag} has no image for {missing}, which {followed.Policy.Rule.Source?.ToString() ?? "the rule"} requires");
        }

        if (followed.Replacement is { IsSameImage: false })
        {
            // What the other image is for says nothing of this one.
            return ImageFit.Unknown;
        }

        if (!isRefresh && (required.Count > 0 || Common.All(c => images.Any(i => i.Platform.Serves(c)))))
        {
            return ImageFit.Unknown;
        }

        if (!choices.ComparesPlatforms)
        {
            return ImageFit.Unknown;
        }

        var present = use.Digest is not null ? new(use.Digest) : facts.DigestOf(followed.Tag);
        if (present.Value is null)
        {
            if (present is { IsOpen: true, Problem: null })
            {
                needed.Digests.Add(followed.Tag);
            }

            return new ImageFit(null, Problem: present.Problem);
        }

        if (!TryGet(facts, present.Value, needed, out var old, out problem))
        {
            return new ImageFit(null, Problem: problem);
        }

        if (required.Count > 0)
        {
            return new ImageFit(null, IsSame: required.All(r => Ids(old, r) is { Count: > 0 } ids && ids.SetEquals(Ids(images, r))));
        }

        if (old.FirstOrDefault(o => !images.Any(i => i.Platform.Serves(o.Platform))) is not { } lacking)
        {
            return new ImageFit(null, IsSame: old.Count > 0 && old.All(o => images.Contains(o)));
        }

        return new ImageFit(Awaited(lacking.Platform)
            ?? $"{tag} has no image for {lacking.Platform.ToFullString()}, which {(isRefresh ? "the digest in use" : followed.Tag)} has");

        string? Awaited(Platform platform)
        {
            var date = facts.DateOf(tag);
            if (date is { IsOpen: true, Problem: null })
            {
                needed.Dates[tag] = digest;
            }

            return date.Value?.At <= choices.Now && choices.Now - date.Value.At < Settles ? $"{tag} is still being pushed: {platform.ToFullString()} is not there yet" : null;
        }
    }

    private static HashSet<string> Ids(IEnumerable<PlatformImage> images, Platform platform) =>
        images.Where(i => i.Platform.Serves(platform)).Select(i => i.Id).ToHashSet(StringComparer.Ordinal);

    private static bool TryGet(ImageFacts facts, Digest digest, FactsNeeded needed, out IReadOnlyList<PlatformImage> images, out string? problem)
    {
        problem = null;
        images = facts.ImagesOf(digest) ?? [];
        if (facts.ImagesOf(digest) is not null)
        {
            return true;
        }

        if (!facts.ContentProblems.TryGetValue(digest, out problem))
        {
            needed.Images.Add(digest);
        }

        return false;
    }
}
