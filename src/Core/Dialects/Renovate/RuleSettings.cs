using System.Collections.Immutable;
using Basewatch.Core.Expressions;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>What holds for an image when the rules that match are applied, one over the other. The values are Renovate's defaults.</summary>
internal sealed record RuleSettings
{
    /// <summary>Whether anything is proposed.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>How tags are read.</summary>
    public Versioning Versioning { get; init; } = DockerVersioning.Instance;

    /// <summary>The versions that are allowed; null: all.</summary>
    public AllowedVersions? Allowed { get; init; }

    /// <summary>The part of a tag that is its version; null: all of it.</summary>
    public GoExpression? ExtractVersion { get; init; }

    /// <summary>Parts a tag into its version and what has to stay; null: not parted.</summary>
    public TagParts? VersionCompatibility { get; init; }

    /// <summary>Whether stable versions stay stable.</summary>
    public bool IgnoreUnstable { get; init; } = true;

    /// <summary>A tag whose version is followed; registries of images give Renovate none.</summary>
    public string? FollowTag { get; init; }

    /// <summary>How far the first number may go in one step; 0: any.</summary>
    public double MaxMajorIncrement { get; init; } = 500;

    /// <summary>How old a version has to be; zero: not at all.</summary>
    public TimeSpan MinimumAge { get; init; }

    /// <summary>What is added to <see cref="MinimumAge"/> where that is set.</summary>
    public TimeSpan AgeBuffer { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Whether a version whose age is not known waits.</summary>
    public bool NeedsAge { get; init; } = true;

    /// <summary>What happens to versions that wait: <c>strict</c>, <c>flexible</c>, <c>none</c>.</summary>
    public string ChecksFilter { get; init; } = "strict";

    /// <summary>Whether major steps are proposals of their own.</summary>
    public bool SeparateMajorMinor { get; init; } = true;

    /// <summary>Whether every major is.</summary>
    public bool SeparateMultipleMajor { get; init; }

    /// <summary>Whether every minor is.</summary>
    public bool SeparateMultipleMinor { get; init; }

    /// <summary>Whether patch steps are.</summary>
    public bool SeparateMinorPatch { get; init; }

    /// <summary>Whether a version that is not there any more goes back to an older one.</summary>
    public bool RollbackPrs { get; init; }

    /// <summary>Whether a tag without a digest gets one.</summary>
    public bool PinDigests { get; init; }

    /// <summary>Whether a tag that names one version alone is updated.</summary>
    public bool UpdatePinned { get; init; } = true;

    /// <summary>What holds for one kind of update alone: <c>major</c>, <c>minor</c>, <c>patch</c>, <c>rollback</c>.</summary>
    public ImmutableDictionary<string, ImmutableList<Func<RuleSettings, RuleSettings>>> ByType { get; init; } =
        ImmutableDictionary<string, ImmutableList<Func<RuleSettings, RuleSettings>>>.Empty;

    /// <summary>The settings of one kind of update.</summary>
    public RuleSettings For(string type) => ByType.TryGetValue(type, out var changes) ? changes.Aggregate(this, (s, change) => change(s)) : this;
}

/// <summary>One package rule: where all conditions hold, its settings do.</summary>
/// <param name="Conditions">What has to hold.</param>
/// <param name="Changes">What is set.</param>
internal sealed record PackageRule(IReadOnlyList<Predicate<RuleFacts>> Conditions, IReadOnlyList<Func<RuleSettings, RuleSettings>> Changes)
{
    /// <summary>Whether it is about the age of the current version.</summary>
    public bool SeesAge { get; init; }

    /// <summary>The settings after a row of rules. They see what the rules before them set.</summary>
    public static RuleSettings Apply(IReadOnlyList<PackageRule> rules, RuleSettings settings, RuleFacts facts)
    {
        foreach (var rule in rules)
        {
            var now = facts with { Versioning = settings.Versioning };
            if (rule.Conditions.All(c => c(now)))
            {
                settings = rule.Changes.Aggregate(settings, (s, change) => change(s));
            }
        }

        return settings;
    }
}

/// <summary>What a rule's conditions see. Before the lookup nothing but the current tag is known.</summary>
internal sealed record RuleFacts(string CurrentValue, DateTimeOffset Now)
{
    /// <summary>How tags are read so far.</summary>
    public Versioning Versioning { get; init; } = DockerVersioning.Instance;

    /// <summary>The version that the current tag stands for.</summary>
    public string? CurrentVersion { get; init; }

    /// <summary>Finds out when it was pushed; null as long as nothing is looked up.</summary>
    public Func<DateTimeOffset?>? CurrentPushed { get; init; }

    /// <summary><c>major</c>, <c>minor</c>, <c>patch</c>, <c>rollback</c>.</summary>
    public string? UpdateType { get; init; }

    /// <summary>The tag that is to be written.</summary>
    public string? NewValue { get; init; }

    /// <summary>Whether the step breaks what depends on it.</summary>
    public bool? IsBreaking { get; init; }

    /// <summary>Renovate's word for a kind of update.</summary>
    public static string TypeOf(UpdateKind kind) => kind switch { UpdateKind.Major => "major", UpdateKind.Minor => "minor", _ => "patch" };
}
