namespace Basewatch.Core.Dialects;

/// <summary>How updates are proposed: together with which others, when, and to whom. What is empty or null is as always.</summary>
public sealed record ProposalSettings
{
    /// <summary>Nothing said.</summary>
    public static ProposalSettings Default { get; } = new();

    /// <summary>Name of the group: updates of one name travel in one pull request.</summary>
    public string? Group { get; init; }

    /// <summary>Whether major steps travel with the others of the group; else they are together apart.</summary>
    public bool GroupsMajors { get; init; }

    /// <summary>Labels of the pull request.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Who is asked to review: logins, or <c>organisation/team</c>.</summary>
    public IReadOnlyList<string> Reviewers { get; init; } = [];

    /// <summary>Who is assigned: logins.</summary>
    public IReadOnlyList<string> Assignees { get; init; } = [];

    /// <summary>The branch that the pull request is made against; null: the default branch.</summary>
    public string? TargetBranch { get; init; }

    /// <summary>What its title and commit begin with: <c>chore(deps)</c>.</summary>
    public string? CommitPrefix { get; init; }

    /// <summary>What its commit's message is made from: a template of Go, as Flux takes it; null: our own words.</summary>
    public string? MessageTemplate { get; init; }

    /// <summary>When pull requests may be opened; null: always.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Title of the milestone that the pull request belongs to.</summary>
    public string? Milestone { get; init; }

    /// <summary>Whether it is opened as a draft.</summary>
    public bool IsDraft { get; init; }

    /// <summary>The most pull requests that may be open under this setting at a time; null: as many as there are.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the limit is written: what is under one is counted together. Null: where the rule is.</summary>
    public RuleSource? LimitedBy { get; init; }

    /// <summary>Whether the pull request may be merged once its checks pass.</summary>
    public bool Automerge { get; init; }

    /// <summary>Checks that have to pass before that, besides those that the repository demands.</summary>
    public IReadOnlyList<string> RequiredChecks { get; init; } = [];

    /// <summary>Whether it may be merged where no check says anything of it.</summary>
    public bool MergesUnchecked { get; init; }

    /// <summary>How many people have to approve.</summary>
    public int Approvals { get; init; }

    /// <summary>Whether others say the same, their lists item by item.</summary>
    public bool SaysTheSame(ProposalSettings other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Same(Labels, other.Labels) && Same(Reviewers, other.Reviewers) && Same(Assignees, other.Assignees) && Same(RequiredChecks, other.RequiredChecks)
            && this == (other with { Labels = Labels, Reviewers = Reviewers, Assignees = Assignees, RequiredChecks = RequiredChecks });

        static bool Same(IReadOnlyList<string> a, IReadOnlyList<string> b) => a.SequenceEqual(b, StringComparer.Ordinal);
    }
}
