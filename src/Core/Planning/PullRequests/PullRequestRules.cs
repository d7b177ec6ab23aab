using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>What holds for all pull requests of a repository.</summary>
public sealed record PullRequestRules
{
    /// <summary>No limits: for one run on a person's machine.</summary>
    public static PullRequestRules None { get; } = new() { IsPaced = false };

    /// <summary>Whether there is a later hour to wait for.</summary>
    public bool IsPaced { get; init; } = true;

    /// <summary>Where it says that nothing is done at all; null: nobody does.</summary>
    public string? SwitchedOff { get; init; }

    /// <summary>How many may be open at a time; null: as many as there are.</summary>
    public ProposalLimit? MostOpen { get; init; }

    /// <summary>Whether <see cref="MostOpen"/> is for those alone of which nobody says how many may be open.</summary>
    public bool IsForOthersAlone { get; init; }

    /// <summary>How many may be opened within an hour; null: as many as there are.</summary>
    public ProposalLimit? MostAnHour { get; init; }

    /// <summary>How many branches may be written within an hour; null likewise.</summary>
    public ProposalLimit? MostCommitsAnHour { get; init; }

    /// <summary>How far it goes when a person closes a pull request and says nothing.</summary>
    public RefusalScope WhenClosed { get; init; }

    /// <summary>What a repository says, over these.</summary>
    public PullRequestRules Under(PullRequestWords words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return new()
        {
            SwitchedOff = words.Enabled is { Value: false, Source: var source } ? source.ToString() : words.Enabled is null ? SwitchedOff : null,
            MostOpen = words.Open is { } open ? new ProposalLimit(open.Source.ToString(), open.Value) : MostOpen,
            IsForOthersAlone = words.Open is null && IsForOthersAlone,
            IsPaced = IsPaced,
            MostAnHour = IsPaced && words.PerHour is { } hour ? new ProposalLimit(hour.Source.ToString(), hour.Value) : MostAnHour,
            MostCommitsAnHour = IsPaced && words.CommitsPerHour is { } commits ? new ProposalLimit(commits.Source.ToString(), commits.Value) : MostCommitsAnHour,
            WhenClosed = words.WhenClosed ?? WhenClosed,
        };
    }

    /// <summary>The limits that a change set counts under.</summary>
    public IReadOnlyList<ProposalLimit> LimitsOf(ChangeSet changeSet)
    {
        ArgumentNullException.ThrowIfNull(changeSet);
        return changeSet.Limits is var own && MostOpen is { } most && (own.Count == 0 || !IsForOthersAlone) ? [.. own, most] : own;
    }

    /// <summary>The same by <see cref="ProposalLimit.Id"/>, of a pull request whose marker has <see cref="PullRequestMarker.Limits"/>.</summary>
    public IEnumerable<string> LimitsOf(IReadOnlyList<string> own) => MostOpen is { } most && (own.Count == 0 || !IsForOthersAlone) ? own.Append(most.Id) : own;
}
