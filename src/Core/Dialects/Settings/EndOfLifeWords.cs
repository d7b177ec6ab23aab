using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>What our own configuration says of ways out of what reaches its end of life. Null: nothing.</summary>
public sealed record EndOfLifeWords
{
    /// <summary>Days before the end from which on a way out is proposed, where nobody says otherwise.</summary>
    public const int UsualDays = 180;

    /// <summary>Nothing is said.</summary>
    public static EndOfLifeWords None { get; } = new();

    /// <summary>How a way out is proposed; where nobody says, by a draft of a pull request.</summary>
    public WayOutProposal? Propose { get; init; }

    /// <summary>Which maintained cycle is preferred; where nobody says, a long-term one.</summary>
    public SuccessorPreference? Prefer { get; init; }

    /// <summary>From so many days before the end on.</summary>
    public int? Before { get; init; }

    /// <summary>These words, and where they say nothing, others.</summary>
    public EndOfLifeWords Over(EndOfLifeWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new() { Propose = Propose ?? other.Propose, Prefer = Prefer ?? other.Prefer, Before = Before ?? other.Before };
    }
}

/// <summary>How a way out is proposed.</summary>
public enum WayOutProposal
{
    /// <summary>By a draft of a pull request.</summary>
    PullRequest,

    /// <summary>By an issue with a plan.</summary>
    Issue,

    /// <summary>Not at all.</summary>
    None,
}
