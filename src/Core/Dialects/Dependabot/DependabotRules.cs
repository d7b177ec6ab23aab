using System.Collections.Immutable;
using System.Globalization;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>What an entry of <c>dependabot.yml</c> says of the tags that may follow.</summary>
/// <param name="Allow">What is updated at all; empty: whatever is used directly.</param>
/// <param name="Ignore">What is passed over.</param>
/// <param name="Cooldown">How old a tag has to be; null: <see cref="Cooldown.Default"/>.</param>
internal sealed record DependabotRules(ImmutableArray<AllowRule> Allow, ImmutableArray<IgnoreRule> Ignore, Cooldown? Cooldown)
{
    /// <summary>An entry that says nothing.</summary>
    public static DependabotRules None { get; } = new([], [], null);
}

/// <summary>How far an update goes, as <c>update-types</c> name it.</summary>
internal enum SemverStep
{
    /// <summary><c>version-update:semver-major</c>.</summary>
    Major,

    /// <summary><c>version-update:semver-minor</c>.</summary>
    Minor,

    /// <summary><c>version-update:semver-patch</c>.</summary>
    Patch,
}

/// <summary>An item of <c>allow</c>.</summary>
/// <param name="DependencyName">The images that it is for; null: all.</param>
/// <param name="DependencyType"><c>direct</c>, <c>indirect</c>, <c>all</c>, <c>production</c> or <c>development</c>.</param>
/// <param name="UpdateTypes">The steps that it permits; empty: all.</param>
internal sealed record AllowRule(string? DependencyName, string DependencyType, ImmutableArray<SemverStep> UpdateTypes)
{
    /// <summary>An image is used directly and in production (<c>docker/lib/dependabot/docker.rb</c>), never otherwise.</summary>
    public bool CoversImages => DependencyType is not ("indirect" or "development");
}

/// <summary>An item of <c>ignore</c>; without versions and steps it is every version.</summary>
/// <param name="DependencyName">The images that it is for; null: all.</param>
/// <param name="Versions">The versions that are passed over.</param>
/// <param name="UpdateTypes">The steps that are passed over.</param>
internal sealed record IgnoreRule(string? DependencyName, ImmutableArray<GemRequirement> Versions, ImmutableArray<SemverStep> UpdateTypes);

/// <summary>How many days a tag has to be there, by the step that it is.</summary>
/// <param name="DefaultDays">Null: 3, as Dependabot has it since 2026 (<c>updater/lib/dependabot/job.rb</c>).</param>
/// <param name="MajorDays">Null or 0: the default.</param>
/// <param name="MinorDays">Null or 0: the default.</param>
/// <param name="PatchDays">Null or 0: the default.</param>
/// <param name="Include">The images that wait; empty: all.</param>
/// <param name="Exclude">The images that do not.</param>
internal sealed record Cooldown(int? DefaultDays, int? MajorDays, int? MinorDays, int? PatchDays, ImmutableArray<string> Include, ImmutableArray<string> Exclude)
{
    private const int DaysWhereNoneAreWritten = 3;

    /// <summary>What holds where nothing is written.</summary>
    public static Cooldown Default { get; } = new(null, null, null, null, [], []);

    /// <summary>Whether an image waits. Where it is not known which image it is, only <c>*</c> excludes it.</summary>
    public bool Covers(string? dependencyName) =>
        dependencyName is null
            ? !Exclude.Contains("*", StringComparer.Ordinal)
            : !Exclude.Any(p => NamePattern.MatchesFile(p, dependencyName)) && (Include.IsEmpty || Include.Any(p => NamePattern.MatchesFile(p, dependencyName)));

    /// <summary>The days for a step from one version to another (<c>release_cooldown_options.rb</c>).</summary>
    public int DaysBetween(DependabotVersion current, DependabotVersion candidate)
    {
        var days = DefaultDays ?? DaysWhereNoneAreWritten;
        var step = SemverSteps.Between(current, candidate) switch
        {
            SemverStep.Major => MajorDays,
            SemverStep.Minor => MinorDays,
            SemverStep.Patch => PatchDays,
            _ => null,
        };
        return step > 0 ? step.Value : days;
    }
}

/// <summary>What steps mean for a version.</summary>
internal static class SemverSteps
{
    /// <summary>Every step.</summary>
    public static ImmutableArray<SemverStep> All { get; } = [SemverStep.Major, SemverStep.Minor, SemverStep.Patch];

    /// <summary>The step from one version to another; null where none of the three parts goes up.</summary>
    public static SemverStep? Between(DependabotVersion current, DependabotVersion candidate)
    {
        var (from, to) = (current.SemverParts(), candidate.SemverParts());
        return to.Major > from.Major ? SemverStep.Major
            : to.Major < from.Major ? null
            : to.Minor > from.Minor ? SemverStep.Minor
            : to.Minor == from.Minor && to.Patch > from.Patch ? SemverStep.Patch
            : null;
    }

    /// <summary>
    /// The versions that ignoring a step passes over, counted from the release in use (<c>common/lib/dependabot/version.rb</c>):
    /// <c>&gt; 1.2.3, &lt; 1.3</c>, <c>&gt;= 1.3.a, &lt; 2</c>, <c>&gt;= 2.a</c>.
    /// </summary>
    public static string Range(SemverStep step, DependabotVersion current)
    {
        var parts = current.Release.Text.Split('.');
        var major = GemVersion.LeadingNumber(parts[0]) + 1;
        var minor = GemVersion.LeadingNumber(parts.Length > 1 ? parts[1] : "0") + 1;
        return step switch
        {
            SemverStep.Major => string.Create(CultureInfo.InvariantCulture, $">= {major}.a"),
            SemverStep.Minor => string.Create(CultureInfo.InvariantCulture, $">= {parts[0]}.{minor}.a, < {major}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"> {current.Release.Text}, < {parts[0]}.{minor}"),
        };
    }
}
