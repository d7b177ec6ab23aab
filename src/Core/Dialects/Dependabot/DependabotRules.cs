using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>What an entry of <c>dependabot.yml</c> says of the tags that may follow.</summary>
/// <param name="Allow">What is updated at all; empty: whatever is used directly.</param>
/// <param name="Ignore">What is passed over.</param>
/// <param name="Cooldown">How old a tag has to be; null: <see cref="Cooldown.Default"/>.</param>
internal sealed record DependabotRules(ImmutableArray<AllowRule> Allow, ImmutableArray<IgnoreRule> Ignore, Cooldown? Cooldown)
{
    private const int MostListed = 3;

    /// <summary>An entry that says nothing.</summary>
    public static DependabotRules None { get; } = new([], [], null);

    /// <summary>What is left of the rules for one image, every one of which is then for it.</summary>
    /// <param name="image">The image as the tool names it.</param>
    public DependabotRules For(string image)
    {
        List<AllowRule> allow = [.. Allow.Where(r => r.IsFor(image))];
        List<IgnoreRule> ignore = [.. Ignore.Where(r => r.IsFor(image))];
        var permitted = SemverSteps.All.Where(s => allow.Exists(r => r.UpdateTypes.Contains(s)));
        ImmutableArray<GemRequirement> versions = [.. ignore.SelectMany(r => r.Versions).DistinctBy(v => v.Text, StringComparer.Ordinal)];
        ImmutableArray<SemverStep> steps = [.. SemverSteps.All.Where(s => ignore.Exists(r => r.UpdateTypes.Contains(s)))];
        return new DependabotRules(
            allow.Count > 0 && allow.TrueForAll(r => !r.UpdateTypes.IsEmpty) ? [new AllowRule(null, "all", [.. permitted])] : [],
            ignore.Count > 0 ? [new IgnoreRule(null, versions, steps)] : [],
            Cooldown is null ? null : Cooldown.Covers(image) ? Cooldown with { Include = [], Exclude = [] } : new Cooldown(null, null, null, null, [], ["*"]));
    }

    /// <summary>The words that are read as these rules; they name no image, whatever the rules do.</summary>
    public string ToText()
    {
        List<string> keys = [];
        if (!Allow.IsEmpty)
        {
            keys.Add($"allow: [{string.Join(", ", Allow.Select(r => $"{{{Steps(r.UpdateTypes)}}}"))}]");
        }

        if (!Ignore.IsEmpty)
        {
            keys.Add($"ignore: [{string.Join(", ", Ignore.Select(r => $"{{{Keys(Versions(r.Versions), Steps(r.UpdateTypes))}}}"))}]");
        }

        if (Cooldown is { } c)
        {
            keys.Add($"cooldown: {{{Keys(Days("default", c.DefaultDays), Days("semver-major", c.MajorDays), Days("semver-minor", c.MinorDays), Days("semver-patch", c.PatchDays), c.Exclude.IsEmpty ? "" : "exclude: [\"*\"]")}}}");
        }

        return $"{{{Keys([.. keys])}}}";

        static string Keys(params IEnumerable<string> keys) => string.Join(", ", keys.Where(k => k.Length > 0));
        static string Days(string key, int? days) => days is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{key}-days: {days}");
        static string Steps(ImmutableArray<SemverStep> steps) => steps.IsEmpty ? "" : $"update-types: [{string.Join(", ", steps.Select(s => $"\"{SemverSteps.NameOf(s)}\""))}]";
        static string Versions(ImmutableArray<GemRequirement> versions) => versions.IsEmpty ? "" : $"versions: [{string.Join(", ", versions.Select(v => $"\"{JsonEncodedText.Encode(v.Text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""))}]";
    }

    /// <summary>In short, for people: <c>minor, not ~&gt; 20.13, after 5 days</c>.</summary>
    public string ToSummary()
    {
        List<SemverStep> left = [.. SemverSteps.All.Where(s => (Allow.IsEmpty || Allow.Any(r => r.UpdateTypes.Contains(s))) && !Ignore.Any(r => r.UpdateTypes.Contains(s)))];
        List<string> parts = [left.Count == SemverSteps.All.Length ? "newest" : left.Count == 0 ? "digest" : string.Join(" or ", left.Select(s => s.ToString().ToLowerInvariant()))];
        List<GemRequirement> versions = [.. Ignore.SelectMany(r => r.Versions)];
        parts.AddRange(versions.Take(MostListed).Select(v => $"not {Excerpt.Of(v.Text)}"));
        if (versions.Count > MostListed)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{versions.Count - MostListed} ranges more"));
        }

        if (Cooldown is { Exclude.IsEmpty: true } c)
        {
            List<int> days = [.. new[] { c.DefaultDays, c.PatchDays, c.MinorDays, c.MajorDays }.OfType<int>().Where(d => d > 0).Distinct().Order()];
            parts.AddRange(days.Count == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"after {(days.Count == 1 ? $"{days[0]}" : $"{days[0]} to {days[^1]}")} days")]);
        }

        return string.Join(", ", parts);
    }
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

    /// <summary>Whether it is for an image.</summary>
    public bool IsFor(string image) => CoversImages && (DependencyName is null || NamePattern.Matches(DependencyName, image));
}

/// <summary>An item of <c>ignore</c>; without versions and steps it is every version.</summary>
/// <param name="DependencyName">The images that it is for; null: all.</param>
/// <param name="Versions">The versions that are passed over.</param>
/// <param name="UpdateTypes">The steps that are passed over.</param>
internal sealed record IgnoreRule(string? DependencyName, ImmutableArray<GemRequirement> Versions, ImmutableArray<SemverStep> UpdateTypes)
{
    /// <summary>Where it is written.</summary>
    public int Line { get; init; }

    /// <summary>Whether it is for an image.</summary>
    public bool IsFor(string image) => DependencyName is null || NamePattern.Matches(DependencyName, image);

    /// <summary>Whether nothing is left (<c>ignore_condition.rb</c>).</summary>
    public bool IsEverything => (Versions.IsEmpty && UpdateTypes.IsEmpty) || Versions.Any(v => v.IsEverything);
}

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

    /// <summary>As <c>update-types</c> name it.</summary>
    public static string NameOf(SemverStep step) => $"version-update:semver-{step.ToString().ToLowerInvariant()}";

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
