namespace Basewatch.Core.Policies;

/// <summary>Keeps the tag. What is refreshed is the digest behind it, by the planner, under every policy.</summary>
public sealed class DigestPolicy : IPolicy
{
    /// <inheritdoc/>
    public string Name => "digest";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question) => Verdict.Stay("the policy keeps the tag and refreshes its digest");
}
