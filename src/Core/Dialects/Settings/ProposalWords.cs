using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>A value, and where it is written.</summary>
public sealed record Sourced<T>(T Value, RuleSource Source);

/// <summary>What our own configuration says of pull requests as a whole. Null: nothing.</summary>
public sealed record PullRequestWords
{
    /// <summary>Nothing is said.</summary>
    public static PullRequestWords None { get; } = new();

    /// <summary>Whether anything is done.</summary>
    public Sourced<bool>? Enabled { get; init; }

    /// <summary>How many may be open at a time.</summary>
    public Sourced<int>? Open { get; init; }

    /// <summary>How many may be opened within an hour.</summary>
    public Sourced<int>? PerHour { get; init; }

    /// <summary>How many branches may be written within an hour.</summary>
    public Sourced<int>? CommitsPerHour { get; init; }

    /// <summary>How far it goes when a person closes one.</summary>
    public RefusalScope? WhenClosed { get; init; }

    /// <summary>How those are proposed that our own rules and the default are for.</summary>
    public ProposalWords Proposal { get; init; } = ProposalWords.None;

    /// <summary>These words, and where they say nothing, others.</summary>
    public PullRequestWords Over(PullRequestWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Enabled = Enabled ?? other.Enabled,
            Open = Open ?? other.Open,
            PerHour = PerHour ?? other.PerHour,
            CommitsPerHour = CommitsPerHour ?? other.CommitsPerHour,
            WhenClosed = WhenClosed ?? other.WhenClosed,
            Proposal = Proposal.Over(other.Proposal),
        };
    }
}

/// <summary>What our own configuration says of how updates are proposed. Null: nothing.</summary>
public sealed record ProposalWords
{
    /// <summary>Nothing is said.</summary>
    public static ProposalWords None { get; } = new();

    /// <summary>See <see cref="ProposalSettings.Group"/>.</summary>
    public string? Group { get; init; }

    /// <summary>See <see cref="ProposalSettings.GroupsMajors"/>.</summary>
    public bool? GroupsMajors { get; init; }

    /// <summary>See <see cref="ProposalSettings.Labels"/>.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>See <see cref="ProposalSettings.Reviewers"/>.</summary>
    public IReadOnlyList<string>? Reviewers { get; init; }

    /// <summary>See <see cref="ProposalSettings.Assignees"/>.</summary>
    public IReadOnlyList<string>? Assignees { get; init; }

    /// <summary>See <see cref="ProposalSettings.Milestone"/>.</summary>
    public string? Milestone { get; init; }

    /// <summary>See <see cref="ProposalSettings.IsDraft"/>.</summary>
    public bool? IsDraft { get; init; }

    /// <summary>See <see cref="ProposalSettings.TargetBranch"/>.</summary>
    public string? TargetBranch { get; init; }

    /// <summary>See <see cref="ProposalSettings.CommitPrefix"/>.</summary>
    public string? CommitPrefix { get; init; }

    /// <summary>See <see cref="ProposalSettings.Schedule"/>; a null value is always.</summary>
    public Sourced<Schedule?>? Schedule { get; init; }

    /// <summary>See <see cref="ProposalSettings.Limit"/>.</summary>
    public Sourced<int>? Limit { get; init; }

    /// <summary>The kinds of update that are merged without a person.</summary>
    public IReadOnlyList<UpdateKind>? Automerge { get; init; }

    /// <summary>See <see cref="ProposalSettings.RequiredChecks"/>; none at all: see <see cref="ProposalSettings.MergesUnchecked"/>.</summary>
    public IReadOnlyList<string>? RequiredChecks { get; init; }

    /// <summary>See <see cref="ProposalSettings.Approvals"/>.</summary>
    public int? Approvals { get; init; }

    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty => this == None;

    /// <summary>These words, and where they say nothing, others.</summary>
    public ProposalWords Over(ProposalWords other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new()
        {
            Group = Group ?? other.Group,
            GroupsMajors = GroupsMajors ?? other.GroupsMajors,
            Labels = Labels ?? other.Labels,
            Reviewers = Reviewers ?? other.Reviewers,
            Assignees = Assignees ?? other.Assignees,
            Milestone = Milestone ?? other.Milestone,
            IsDraft = IsDraft ?? other.IsDraft,
            TargetBranch = TargetBranch ?? other.TargetBranch,
            CommitPrefix = CommitPrefix ?? other.CommitPrefix,
            Schedule = Schedule ?? other.Schedule,
            Limit = Limit ?? other.Limit,
            Automerge = Automerge ?? other.Automerge,
            RequiredChecks = RequiredChecks ?? other.RequiredChecks,
            Approvals = Approvals ?? other.Approvals,
        };
    }

    /// <summary>A rule whose updates are proposed so.</summary>
    public PolicyRule In(PolicyRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (IsEmpty || !rule.Enabled)
        {
            return rule;
        }

        var merged = Automerge ?? [];
        var isForAll = ProposalReader.Kinds.All(merged.Contains);
        var said = rule with { Proposal = ToSettings(isForAll) };
        return isForAll || merged.Count == 0 ? said : said with { ByKind = merged.ToDictionary(k => k, _ => said with { Proposal = ToSettings(automerges: true) }) };
    }

    private ProposalSettings ToSettings(bool automerges) => new()
    {
        Group = Group,
        GroupsMajors = GroupsMajors ?? false,
        Labels = Labels ?? [],
        Reviewers = Reviewers ?? [],
        Assignees = Assignees ?? [],
        Milestone = Milestone,
        IsDraft = IsDraft ?? false,
        TargetBranch = TargetBranch,
        CommitPrefix = CommitPrefix,
        Schedule = Schedule?.Value,
        Limit = Limit?.Value,
        LimitedBy = Limit?.Source,
        Automerge = automerges,
        RequiredChecks = RequiredChecks ?? [],
        MergesUnchecked = RequiredChecks is { Count: 0 },
        Approvals = Approvals ?? 0,
    };
}
