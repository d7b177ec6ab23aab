using Basewatch.Core.Dialects;

namespace Basewatch.Core.Planning;

/// <summary>What uses follow: a tag, under a policy.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Policy">The policy.</param>
public sealed record FollowedTag(string Tag, PolicyInForce Policy);
