using Basewatch.Core.Dialects;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Planning.WaysOut;
using Basewatch.Core.Policies;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Planning;

/// <summary>A use, the reference it should have, and why.</summary>
/// <param name="Use">Where.</param>
/// <param name="Target">What it should name, with tag and, where it may be pinned, digest.</param>
/// <param name="Kind">How far the step goes.</param>
/// <param name="Policy">Name of the policy that decided.</param>
/// <param name="Reason">Why, in one sentence without a full stop.</param>
public sealed record Update(ImageUse Use, ImageReference Target, UpdateKind Kind, string Policy, string Reason)
{
    /// <summary>The rule whose policy that is; null: the default.</summary>
    public PolicyRule? Rule { get; init; }

    /// <summary>
    /// Whether the digest moves and what is pulled stays as it is. It is proposed all the same, with other digests and with low
    /// priority, so that a pin does not outlive the index that it names.
    /// </summary>
    public bool IsMinorRefresh { get; init; }

    /// <summary>The stage in which it is made; null: none, so that it goes everywhere at once.</summary>
    public RolloutStep? Rollout { get; init; }

    /// <summary>The way out that it is a step of; null where it is an ordinary update. It is never merged without a person.</summary>
    public WayOut? WayOut { get; init; }
}

/// <summary>What is to be said of one use.</summary>
/// <param name="Use">Which.</param>
/// <param name="Updates">None, one, or two: the newest within the major version, or else the newest digest; and the newest major.</param>
/// <param name="IsGone">Whether its tag, or its whole repository, is no longer in the registry.</param>
/// <param name="Policy">Name of the policy in force.</param>
/// <param name="Reason">Why it stays, or why it can't be judged, where there is no update.</param>
/// <param name="Problem">What the registry did not answer; nothing was decided from it.</param>
public sealed record Assessment(ImageUse Use, IReadOnlyList<Update> Updates, bool IsGone, string Policy, string Reason, string? Problem)
{
    /// <summary>What the source of a mirror has that would be chosen and that the mirror lacks, one sentence each; in the reasons too.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];
}
