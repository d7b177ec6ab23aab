using System.Collections.Immutable;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>Reads the rules of one item of <c>updates</c>; every key of an item is known, and those that say nothing of tags are told.</summary>
internal sealed class DependabotEntry
{
    private const int MostConditions = 1_000;
    private const int LongestText = 500;
    private const int MostDays = 36_500;

    private const string DependencyName = "dependency-name";
    private const string DependencyType = "dependency-type";

    // https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference
    private static readonly string[] OtherKeys =
    [
        "assignees", "commit-message", "directories", "directory", "enable-beta-ecosystems", "exclude-paths", "groups",
        "insecure-external-code-execution", "labels", "milestone", "multi-ecosystem-group", "open-pull-requests-limit", "package-ecosystem",
        "patterns", "pull-request-branch-name", "rebase-strategy", "registries", "reviewers", "schedule", "target-branch", "vendor", "versioning-strategy",
    ];

    /// <summary>Every key of an entry.</summary>
    public static readonly string[] EntryKeys = ["allow", "ignore", "cooldown", .. OtherKeys];
    private static readonly string[] AllowKeys = [DependencyName, DependencyType, "update-types"];
    private static readonly string[] IgnoreKeys = [DependencyName, "versions", "update-types"];
    private static readonly string[] CooldownKeys = ["default-days", "semver-major-days", "semver-minor-days", "semver-patch-days", "include", "exclude"];
    private static readonly string[] DependencyTypes = ["direct", "indirect", "all", "production", "development"];
    private static readonly string[] Steps = ["version-update:semver-major", "version-update:semver-minor", "version-update:semver-patch"];

    private readonly ConfigurationText _text;
    private int _conditions;

    private DependabotEntry(ConfigurationText text) => _text = text;

    /// <summary>How a text of Dependabot is read.</summary>
    public static ConfigurationText Open(SourceFile file) => new(file)
    {
        LongestText = LongestText,
        HintOf = key => key == "updates" ? ": it is a key of the whole file, so write one entry of it" : null,
    };

    /// <summary>How the whole file is read.</summary>
    public static ConfigurationText OpenFile(SourceFile file) => new(file) { LongestText = LongestText };

    /// <summary>Reads an entry; without errors the rules are complete.</summary>
    public static DependabotRules Read(ConfigurationText text, YamlMapping mapping)
    {
        var entry = text.Open(mapping, "an entry of dependabot.yml", EntryKeys);
        foreach (var key in entry.Keys.Where(OtherKeys.Contains))
        {
            entry.Remark(key, $"'{key}' has no say in which tag of an image is next and is passed over");
        }

        return Read(text, entry);
    }

    /// <summary>Reads the rules of an entry, and nothing else of it.</summary>
    public static DependabotRules Read(ConfigurationText text, ConfigurationMapping entry)
    {
        var reader = new DependabotEntry(text);
        return new DependabotRules(
            [.. entry.Mappings("allow", AllowKeys).Select(reader.ReadAllow)],
            [.. entry.Mappings("ignore", IgnoreKeys).Select(reader.ReadIgnore)],
            entry.Mapping("cooldown", CooldownKeys) is { } cooldown ? ReadCooldown(cooldown) : null);
    }

    private AllowRule ReadAllow(ConfigurationMapping item)
    {
        var rule = new AllowRule(Name(item), item.Choice(DependencyType, DependencyTypes) ?? "all", ReadSteps(item));
        if (!rule.CoversImages)
        {
            item.Remark(DependencyType, $"'{DependencyType}: {rule.DependencyType}' allows no image: images are used directly and in production");
        }

        return rule;
    }

    private IgnoreRule ReadIgnore(ConfigurationMapping item) => new(Name(item), ReadVersions(item), ReadSteps(item)) { Line = _text.LineOf(item.Node) };

    private static Cooldown ReadCooldown(ConfigurationMapping cooldown) => new(
        cooldown.Number("default-days", 0, MostDays),
        cooldown.Number("semver-major-days", 0, MostDays),
        cooldown.Number("semver-minor-days", 0, MostDays),
        cooldown.Number("semver-patch-days", 0, MostDays),
        [.. cooldown.Texts("include", mayBeOne: false)],
        [.. cooldown.Texts("exclude", mayBeOne: false)]);

    /// <summary>Without a name a rule is for every image, which nobody means who leaves the name empty.</summary>
    private static string? Name(ConfigurationMapping item)
    {
        if (item.IsNull(DependencyName))
        {
            item.Wrong(DependencyName, $"'{DependencyName}' is a text");
        }

        return item.Text(DependencyName);
    }

    private ImmutableArray<GemRequirement> ReadVersions(ConfigurationMapping item)
    {
        var versions = ImmutableArray.CreateBuilder<GemRequirement>();
        foreach (var place in item.Scalars("versions", mayBeOne: false))
        {
            var text = Version(place);
            _conditions += 1 + text.Count(c => c == ',');
            if (_conditions > MostConditions)
            {
                _text.Wrong(place, $"there are more than {MostConditions} versions to ignore");
                break;
            }

            if (!GemRequirement.TryParse(text, out var requirement))
            {
                _text.Wrong(place, $"'{Excerpt.Of(text)}' is no range: write it as Ruby does, such as '>= 2, < 3', '~> 1.2' or '4.1.0'");
                continue;
            }

            if (requirement.IsOnePreRelease && text.Split('.')[^1] is "x" or "X")
            {
                var line = text.TrimStart(' ', '=')[..^2];
                _text.Remark(place, $"'{Excerpt.Of(text)}' means the one version of that name: for every version of {Excerpt.Of(line)} write '~> {Excerpt.Of(line)}.0'");
            }

            versions.Add(requirement);
        }

        return versions.ToImmutable();
    }

    private ImmutableArray<SemverStep> ReadSteps(ConfigurationMapping item)
    {
        var steps = ImmutableArray.CreateBuilder<SemverStep>();
        foreach (var place in item.Scalars("update-types", mayBeOne: false))
        {
            var found = Array.IndexOf(Steps, place.Value.Trim().ToLowerInvariant());
            if (found < 0)
            {
                _text.Wrong(place, $"'{Excerpt.Of(place.Value)}' is no update type{NearestKey.HintOrAll(place.Value, Steps)}");
            }
            else if (!steps.Contains((SemverStep)found))
            {
                steps.Add((SemverStep)found);
            }
        }

        return steps.ToImmutable();
    }

    /// <summary>Without quotes 1.10 is the number 1.1.</summary>
    private string Version(YamlScalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || scalar.Value.Split('.') is not [{ Length: > 0 } whole, [_, .., '0'] fraction]
            || !whole.All(char.IsAsciiDigit) || !fraction.All(char.IsAsciiDigit))
        {
            return scalar.Value;
        }

        var number = $"{whole}.{(fraction.TrimEnd('0') is { Length: > 0 } rest ? rest : "0")}";
        _text.Remark(scalar, $"without quotes {scalar.Value} is the number {number}: write \"{scalar.Value}\" where the version is meant");
        return number;
    }
}
