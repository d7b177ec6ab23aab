using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// Decides which tag is next. Pure: the same question has the same answer (and notes what it lacks to be answered for good), and what is selected is always one of the
/// candidates. Their order does not matter, unless the tool whose policy it is says so. A policy is one file in this folder;
/// those that only another tool has are beside its dialect.
/// </summary>
public interface IPolicy
{
    /// <summary>Short name in lower case: <c>docker</c>, <c>semver</c>.</summary>
    string Name { get; }

    /// <summary>Which candidate is next, and why.</summary>
    Verdict Decide(TagQuestion question);
}

/// <summary>What a policy is asked.</summary>
/// <param name="Current">The tag in use; null where none is written and the policy decides without it.</param>
/// <param name="Candidates">Every tag that the registry holds.</param>
public sealed record TagQuestion(string? Current, IReadOnlyList<string> Candidates)
{
    /// <summary>What is known of tags beside their names.</summary>
    public TagFacts Facts { get; init; } = TagFacts.None;

    /// <summary>The time to which ages are counted.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>What a candidate says.</summary>
    /// <param name="index">Its place among <see cref="Candidates"/>.</param>
    public TagVersion VersionAt(int index) => Candidates is CandidateTags read ? read.VersionAt(index) : TagVersion.Of(Candidates[index]);
}

/// <summary>A policy's answer.</summary>
/// <param name="Selected">The next tag; null: stay.</param>
/// <param name="Kind">How far the step goes; <see cref="UpdateKind.None"/> when staying.</param>
/// <param name="Reason">Why, in one sentence without a full stop: <c>newest 3.12.x with suffix -slim</c>.</param>
public sealed record Verdict(string? Selected, UpdateKind Kind, string Reason)
{
    /// <summary>Nothing to do, and why.</summary>
    public static Verdict Stay(string reason) => new(null, UpdateKind.None, reason);
}

/// <summary>How far an update goes.</summary>
public enum UpdateKind
{
    /// <summary>No update.</summary>
    None,

    /// <summary>The same tag gets a digest where it had none.</summary>
    Pin,

    /// <summary>The same tag was republished: its digest moves.</summary>
    Digest,

    /// <summary>The last part of the version moves, or a build or revision.</summary>
    Patch,

    /// <summary>The second part of the version moves.</summary>
    Minor,

    /// <summary>The first part of the version moves.</summary>
    Major,

    /// <summary>Another image takes its place.</summary>
    Successor,

    /// <summary>The tag is not in the registry any more.</summary>
    Gone,
}
