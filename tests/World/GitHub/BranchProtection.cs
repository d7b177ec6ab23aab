namespace Basewatch.World.GitHub;

/// <summary>What a branch asks of pull requests before they are merged into it.</summary>
public sealed record BranchProtection
{
    /// <summary>Names of checks and contexts of statuses that must have passed on the head commit.</summary>
    public IReadOnlyList<string> RequiredChecks { get; init; } = [];

    /// <summary>Whether the head must have the newest commit of the base.</summary>
    public bool IsStrict { get; init; }

    /// <summary>How many people with write access must approve; a request for changes by one of them blocks as well.</summary>
    public int RequiredApprovals { get; init; }

    /// <summary>Whether an approval counts no longer once the head moves.</summary>
    public bool DismissesStaleReviews { get; init; }

    /// <summary>Shown as a rule of a ruleset (<c>rules/branches</c>), in place of the older branch protection.</summary>
    public bool IsRuleset { get; init; }
}
