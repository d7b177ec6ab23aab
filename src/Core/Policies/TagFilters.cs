using Basewatch.Core.Expressions;

namespace Basewatch.Core.Policies;

/// <summary>What stands between the registry's tags and a policy. What is null or empty lets everything through.</summary>
public sealed record TagFilters
{
    /// <summary>Only tags that it matches are looked at, the current one included.</summary>
    public GoExpression? Pattern { get; init; }

    /// <summary>What the policy sees of a tag that <see cref="Pattern"/> matches; null: the tag itself.</summary>
    public TagTemplate? Extract { get; init; }

    /// <summary>Versions that may be chosen, of what <see cref="Extract"/> makes of a tag.</summary>
    public VersionLimit? Allowed { get; init; }

    /// <summary>Tags that may not be chosen.</summary>
    public IReadOnlyList<TagGlob> Ignored { get; init; } = [];

    /// <summary>How long ago a tag must have been pushed. Of one whose day is not known nobody can say so.</summary>
    public TimeSpan? MinimumAge { get; init; }

    /// <summary>The furthest step that may be taken: <see cref="UpdateKind.Patch"/>, <see cref="UpdateKind.Minor"/> or <see cref="UpdateKind.Major"/>.</summary>
    public UpdateKind? Furthest { get; init; }

    /// <summary>Whether everything passes.</summary>
    public bool IsEmpty => Pattern is null && Allowed is null && Ignored.Count == 0 && MinimumAge is null && Furthest is null;
}
