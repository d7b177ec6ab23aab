using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.WaysOut;

/// <summary>What is in force of <see cref="EndOfLifeWords"/>.</summary>
/// <param name="Propose">How a way out is proposed.</param>
/// <param name="Prefer">Which maintained cycle is preferred.</param>
/// <param name="Days">From so many days before the end on.</param>
public sealed record EndOfLifeSettings(WayOutProposal Propose = WayOutProposal.PullRequest, SuccessorPreference Prefer = SuccessorPreference.Lts, int Days = EndOfLifeWords.UsualDays)
{
    /// <summary>Where nobody says anything.</summary>
    public static EndOfLifeSettings Default { get; } = new();

    /// <summary>What a configuration says, over what is usual.</summary>
    public static EndOfLifeSettings Of(EndOfLifeWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new(words.Propose ?? WayOutProposal.PullRequest, words.Prefer ?? SuccessorPreference.Lts, words.Before ?? EndOfLifeWords.UsualDays);
    }

    /// <summary>Whether it is time to leave.</summary>
    public bool IsTime(Life life, DateOnly today)
    {
        ArgumentNullException.ThrowIfNull(life);
        return life.Eol is { } eol ? eol.DayNumber - today.DayNumber <= Days : life.IsEnded;
    }
}
