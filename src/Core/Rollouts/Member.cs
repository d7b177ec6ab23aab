using System.Text.Json.Serialization;

namespace Basewatch.Core.Rollouts;

/// <summary>What one repository has of a line in one stage, and had. Written by whoever reconciles that repository.</summary>
/// <param name="Line">Name of the line: an image's canonical name, or <c>group NAME</c>.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Repository"><c>owner/name</c>.</param>
public sealed record Member(string Line, string Stage, string Repository)
{
    /// <summary>More are not remembered.</summary>
    public const int MostPassages = 20;

    /// <summary>The oldest first. At most one is <see cref="Passage.IsThere"/>.</summary>
    public IReadOnlyList<Passage> Passages { get; init; } = [];

    /// <summary>The images of the line that it uses, by their canonical names.</summary>
    public IReadOnlyList<string> Images { get; init; } = [];

    /// <summary>What it has now; null: nothing whole, such as two tags of one image.</summary>
    [JsonIgnore]
    public Passage? Current => Passages.LastOrDefault(p => p.IsThere);
}

/// <summary>A freight on its way through a stage.</summary>
/// <param name="References"><see cref="Freight.References"/>.</param>
public sealed record Passage(IReadOnlyList<string> References)
{
    /// <summary>The freight.</summary>
    [JsonIgnore]
    public Freight Freight => Freight.Of(References);

    /// <summary>The pull request that brings it; null: a person did, or it was there from the start.</summary>
    public int? PullRequest { get; init; }

    /// <summary>When that was opened.</summary>
    public DateTimeOffset? ProposedAt { get; init; }

    /// <summary>Who approved that, where the stage asks for approvals; null: not enough people yet.</summary>
    public IReadOnlyList<string>? ApprovedBy { get; init; }

    /// <summary>When it was first seen on the default branch; null: it is not yet.</summary>
    public DateTimeOffset? EnteredAt { get; init; }

    /// <summary>The commit in which it was first seen.</summary>
    public string? Commit { get; init; }

    /// <summary>The newest commit in which it was seen.</summary>
    public string? LastCommit { get; init; }

    /// <summary>Whether it was there before anybody looked.</summary>
    public bool WasThere { get; init; }

    /// <summary>When it was first seen to be gone; null: it is there, or was never.</summary>
    public DateTimeOffset? LeftAt { get; init; }

    /// <summary>Whether it was given up for what was there before it.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Whether it is there now.</summary>
    [JsonIgnore]
    public bool IsThere => EnteredAt is not null && LeftAt is null;
}
