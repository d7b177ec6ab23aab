using Basewatch.Core.Dialects;
using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>What uses follow: a tag, under a policy.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Policy">The policy.</param>
public sealed record FollowedTag(string Tag, PolicyInForce Policy)
{
    /// <summary>The image in use, where an update is to be held against it; null where it is only asked what there is.</summary>
    public ImageInUse? InUse { get; init; }

    /// <summary>Where it is the tag of another image, in whose place this one is to be put: how.</summary>
    public Replacement? Replacement { get; init; }
}

/// <summary>What an update has to be fit to replace.</summary>
/// <param name="Digest">The digest written; null where a tag alone is.</param>
/// <param name="Platform">The platform that the file asks for, if it does.</param>
public sealed record ImageInUse(Digest? Digest, Platform? Platform);
