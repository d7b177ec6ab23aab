using Basewatch.Core.Formats.Packages;
using Basewatch.Core.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.Packages;

/// <summary>A pinned package, the version it should have, and why.</summary>
/// <param name="Use">Where.</param>
/// <param name="Version">What should be written in place of the version.</param>
/// <param name="Kind">How far the step goes; a step within a suite is a patch.</param>
/// <param name="Reason">Why, in one sentence without a full stop.</param>
public sealed record PackageUpdate(PackageUse Use, string Version, UpdateKind Kind, string Reason)
{
    /// <summary>The update of the stage's base that it travels with; null: it travels alone.</summary>
    public Update? With { get; init; }

    /// <summary>The image that its stage is built on; null where there is none.</summary>
    public Images.ImageName? Base { get; init; }

    /// <summary>The rule for that image: how the change is proposed; null: the default.</summary>
    public Dialects.PolicyRule? Rule { get; init; }

    /// <summary>Whether the archive no longer has what is pinned, so that the next build breaks without it.</summary>
    public bool IsRepair { get; init; }

    /// <summary>Whether <see cref="With"/> leaves the suite, and this is a version of the next one.</summary>
    public bool LeavesSuite { get; init; }

    /// <summary>The SHA of the content of its file; empty until it is in a change set.</summary>
    public string Basis { get; init; } = "";

    /// <summary>What it proposes, to name it: <c>apt curl 7.88.1-11</c>.</summary>
    public string Proposal => $"{Use.Ecosystem.Word()} {Use.Name} {Version}";
}

/// <summary>What is to be said of one pinned package.</summary>
/// <param name="Use">Which.</param>
/// <param name="Updates">Where it should go as its base is, and with each update of its base; and the newest major version.</param>
/// <param name="IsGone">Whether its archive no longer has what is pinned, so that the next build breaks.</param>
/// <param name="Reason">Why it stays, or why it can't be judged, where there is no update.</param>
public sealed record PackageAssessment(PackageUse Use, IReadOnlyList<PackageUpdate> Updates, bool IsGone, string Reason)
{
    /// <summary>Where it was looked for; null where that is not known, and for languages.</summary>
    public Suite? Suite { get; init; }

    /// <summary>The image that its stage is built on; null where there is none.</summary>
    public Images.ImageName? Base { get; init; }

    /// <summary>What the archive did not answer; nothing was decided from it.</summary>
    public string? Problem { get; init; }
}

/// <summary>What is known of the versions of a package.</summary>
/// <param name="Versions">Those that every platform in use has; null where there is no such package.</param>
/// <param name="Platforms">The platforms in words, for reasons; empty for languages.</param>
/// <param name="Problem">Why they are not known.</param>
public sealed record PackageFacts(IReadOnlyList<string>? Versions, string Platforms = "", string? Problem = null)
{
    /// <summary>Those that their authors advise against: nothing goes to them, and who has one gets it still.</summary>
    public IReadOnlyList<string> Withdrawn { get; init; } = [];
}
