using System.Text.Json.Serialization;

namespace Basewatch.Core.Rollouts;

/// <summary>What a verification has shown.</summary>
public enum EvidenceState
{
    /// <summary>Nothing yet, or nobody could be asked.</summary>
    Missing,

    /// <summary>That the freight is good.</summary>
    Passed,

    /// <summary>That it is not.</summary>
    Failed,
}

/// <summary>An answer to a <see cref="Verification"/>.</summary>
/// <param name="State">What it comes to.</param>
/// <param name="Detail">In one line of plain text, without a full stop: <c>succeeded</c>, <c>status 503</c>; it may hold words of strangers.</param>
public sealed record Evidence([property: JsonConverter(typeof(JsonStringEnumConverter<EvidenceState>))] EvidenceState State, string Detail)
{
    /// <summary>When it was shown; null: nobody knows.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where it can be seen; null: nowhere.</summary>
    public string? Page { get; init; }

    /// <summary>Nothing is known.</summary>
    public static Evidence Missing(string detail) => new(EvidenceState.Missing, detail);
}

/// <summary>What evidence is looked for.</summary>
/// <param name="Repository"><c>owner/name</c> of the repository in which the freight is.</param>
/// <param name="Commits">The commits that have it: the one with which it came, and the newest.</param>
/// <param name="EnteredAt">When it came; what was shown before does not count.</param>
public sealed record EvidenceSubject(Ports.RepositoryName Repository, IReadOnlyList<string> Commits, DateTimeOffset EnteredAt);
