using System.Text.Json.Serialization;

namespace Basewatch.Core.Rollouts;

/// <summary>What is decided of one line of freights: written by the review of rollouts alone.</summary>
/// <param name="Line">Name of the line.</param>
public sealed record LineState(string Line)
{
    /// <summary>How the freights do that are, or were, in stages.</summary>
    public IReadOnlyList<Trial> Trials { get; init; } = [];

    /// <summary>What each stage gets.</summary>
    public IReadOnlyList<StageState> Stages { get; init; } = [];

    /// <summary>The state of a stage.</summary>
    public StageState Of(string stage) => Stages.FirstOrDefault(s => s.Stage == stage) ?? new StageState(stage);

    /// <summary>How a freight does where it is.</summary>
    public Trial? Find(Member member, Passage passage)
    {
        ArgumentNullException.ThrowIfNull(member);
        ArgumentNullException.ThrowIfNull(passage);
        return Trials.FirstOrDefault(t => t.Stage == member.Stage && string.Equals(t.Repository, member.Repository, StringComparison.OrdinalIgnoreCase) && t.Freight == passage.Freight.Id && t.EnteredAt == passage.EnteredAt);
    }
}

/// <summary>What was found of a freight since it came to a stage of a repository.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Freight"><see cref="Freight.Id"/>.</param>
/// <param name="EnteredAt">When it came: one that comes again is tried again.</param>
public sealed record Trial(string Stage, string Repository, string Freight, DateTimeOffset EnteredAt)
{
    /// <summary>When it was deployed, as far as anything shows; where nothing is asked for that does, when it came. Null: not yet.</summary>
    public DateTimeOffset? DeployedAt { get; init; }

    /// <summary>The last answers.</summary>
    public IReadOnlyList<TrialEvidence> Evidence { get; init; } = [];

    /// <summary>When everything was shown, and it had soaked; null: not yet.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>When it failed; null: it has not.</summary>
    public DateTimeOffset? FailedAt { get; init; }

    /// <summary>Why, in one line of plain text.</summary>
    public string? Failure { get; init; }

    /// <summary>Who vouches for it though it failed.</summary>
    public string? ReleasedBy { get; init; }

    /// <summary>Whether it should have been verified by now.</summary>
    public bool IsOverdue { get; init; }

    /// <summary>Whether nothing more is asked about it.</summary>
    [JsonIgnore]
    public bool IsOver => VerifiedAt is not null || FailedAt is not null;
}

/// <summary>The last answer to one verification.</summary>
/// <param name="Verification"><see cref="Rollouts.Verification.Text"/>.</param>
/// <param name="Answer">The answer.</param>
public sealed record TrialEvidence(string Verification, Evidence Answer)
{
    /// <summary>Since when it fails, of what may fail for a moment; null: it does not.</summary>
    public DateTimeOffset? FailingSince { get; init; }
}

/// <summary>What a stage gets of a line.</summary>
/// <param name="Stage">Name of the stage.</param>
public sealed record StageState(string Stage)
{
    /// <summary>Whether it gets what policies decide: no stage before it uses the line, and that may be.</summary>
    public bool IsFirst { get; init; }

    /// <summary>The stages before it that use the line: from them it gets what they have verified.</summary>
    public IReadOnlyList<string> Upstream { get; init; } = [];

    /// <summary>The freight that is promoted to it; null: none.</summary>
    public IReadOnlyList<string>? Promoted { get; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? PromotedAt { get; init; }

    /// <summary>By what evidence, each a sentence of plain text without a full stop.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>Who had it promoted without waiting; null: nobody.</summary>
    public string? PromotedBy { get; init; }

    /// <summary>What a newer freight waits for, or why there is none; null: nothing.</summary>
    public string? Waits { get; init; }

    /// <summary>When that may be over by itself; null: nobody knows.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Ids of freights whose promotion was given up, because nobody approved in time.</summary>
    public IReadOnlyList<string> Expired { get; init; } = [];

    /// <summary>What is decided for each of its repositories.</summary>
    public IReadOnlyList<StageTarget> Targets { get; init; } = [];
}

/// <summary>What is decided for one repository of a stage; it counts as long as the repository has what it was decided for.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Current">Id of the freight that it has; null: nothing whole.</param>
public sealed record StageTarget(string Repository, string? Current)
{
    /// <summary>Whether it has something newer than what is promoted.</summary>
    public bool IsAhead { get; init; }

    /// <summary>What it is taken back to, because what it has failed; null: nothing is taken back.</summary>
    public IReadOnlyList<string>? TakeBackTo { get; init; }

    /// <summary>Why, in one line of plain text.</summary>
    public string? Failure { get; init; }
}
