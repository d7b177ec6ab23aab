using System.Collections.Immutable;
using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>Reads the rules of one item of <c>updates</c>; every key of an item is known, and those that say nothing of tags are told.</summary>
internal sealed class DependabotEntry
{
    private const int MostItems = 1_000;
    private const int MostConditions = 1_000;
    private const int LongestText = 500;
    private const int MostDays = 36_500;

    private const string Allow = "allow";
    private const string Ignore = "ignore";
    private const string CooldownKey = "cooldown";
    private const string DependencyName = "dependency-name";
    private const string DependencyType = "dependency-type";
    private const string UpdateTypes = "update-types";
    private const string Versions = "versions";

    private static readonly string[] RuleKeys = [Allow, Ignore, CooldownKey];

    // https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference
    private static readonly string[] OtherKeys =
    [
        "assignees", "commit-message", "directories", "directory", "enable-beta-ecosystems", "exclude-paths", "groups",
        "insecure-external-code-execution", "labels", "milestone", "multi-ecosystem-group", "open-pull-requests-limit", "package-ecosystem",
        "patterns", "pull-request-branch-name", "rebase-strategy", "registries", "reviewers", "schedule", "target-branch", "vendor", "versioning-strategy",
    ];

    private static readonly string[] EntryKeys = [.. RuleKeys, .. OtherKeys];
    private static readonly string[] AllowKeys = [DependencyName, DependencyType, UpdateTypes];
    private static readonly string[] IgnoreKeys = [DependencyName, Versions, UpdateTypes];
    private static readonly string[] CooldownKeys = ["default-days", "semver-major-days", "semver-minor-days", "semver-patch-days", "include", "exclude"];
    private static readonly string[] DependencyTypes = ["direct", "indirect", "all", "production", "development"];
    private static readonly string[] Steps = ["version-update:semver-major", "version-update:semver-minor", "version-update:semver-patch"];

    private readonly SourceFile _file;
    private readonly List<FileProblem> _errors = [];
    private readonly List<FileProblem> _remarks = [];
    private int _conditions;

    private DependabotEntry(SourceFile file) => _file = file;

    /// <summary>Reads an entry; without errors the rules are complete.</summary>
    public static (DependabotRules Rules, IReadOnlyList<FileProblem> Errors, IReadOnlyList<FileProblem> Remarks) Read(SourceFile file, YamlMapping entry)
    {
        var reader = new DependabotEntry(file);
        var rules = reader.ReadRules(entry);
        return (rules, reader._errors, reader._remarks);
    }

    private DependabotRules ReadRules(YamlMapping entry)
    {
        var rules = DependabotRules.None;
        foreach (var (key, keyNode, value) in Keys(entry, EntryKeys, "an entry of dependabot.yml"))
        {
            rules = key switch
            {
                Allow => rules with { Allow = [.. Items(value, Allow).Select(ReadAllow)] },
                Ignore => rules with { Ignore = [.. Items(value, Ignore).Select(ReadIgnore)] },
                CooldownKey => rules with { Cooldown = ReadCooldown(value) },
                _ => rules,
            };
            if (!RuleKeys.Contains(key))
            {
                Remark(keyNode, $"'{key}' has no say in which tag of an image is next and is passed over");
            }
        }

        return rules;
    }

    private AllowRule ReadAllow(YamlMapping item)
    {
        var rule = new AllowRule(null, "all", []);
        foreach (var (key, keyNode, value) in Keys(item, AllowKeys, "a rule under allow"))
        {
            rule = key switch
            {
                DependencyName => rule with { DependencyName = Text(value, key) },
                DependencyType => rule with { DependencyType = OneOf(value, key, DependencyTypes) ?? rule.DependencyType },
                _ => rule with { UpdateTypes = ReadSteps(value) },
            };
            if (key == DependencyType && !rule.CoversImages)
            {
                Remark(keyNode, $"'{DependencyType}: {rule.DependencyType}' allows no image: images are used directly and in production");
            }
        }

        return rule;
    }

    private IgnoreRule ReadIgnore(YamlMapping item)
    {
        var rule = new IgnoreRule(null, [], []);
        foreach (var (key, _, value) in Keys(item, IgnoreKeys, "a rule under ignore"))
        {
            rule = key switch
            {
                DependencyName => rule with { DependencyName = Text(value, key) },
                Versions => rule with { Versions = ReadVersions(value) },
                _ => rule with { UpdateTypes = ReadSteps(value) },
            };
        }

        return rule;
    }

    private Cooldown? ReadCooldown(YamlNode node)
    {
        if (node is YamlScalar { IsNull: true })
        {
            return null;
        }

        if (node is not YamlMapping mapping)
        {
            Error(node, $"'{CooldownKey}' holds keys such as 'default-days: 5', one a line");
            return null;
        }

        var cooldown = Cooldown.Default;
        foreach (var (key, _, value) in Keys(mapping, CooldownKeys, CooldownKey))
        {
            cooldown = key switch
            {
                "default-days" => cooldown with { DefaultDays = Days(value, key) },
                "semver-major-days" => cooldown with { MajorDays = Days(value, key) },
                "semver-minor-days" => cooldown with { MinorDays = Days(value, key) },
                "semver-patch-days" => cooldown with { PatchDays = Days(value, key) },
                "include" => cooldown with { Include = [.. Texts(value, key).Select(t => t.Text)] },
                _ => cooldown with { Exclude = [.. Texts(value, key).Select(t => t.Text)] },
            };
        }

        return cooldown;
    }

    private ImmutableArray<GemRequirement> ReadVersions(YamlNode node)
    {
        var versions = ImmutableArray.CreateBuilder<GemRequirement>();
        foreach (var (text, place) in Texts(node, Versions))
        {
            _conditions += 1 + text.Count(c => c == ',');
            if (_conditions > MostConditions)
            {
                Error(place, $"there are more than {MostConditions} versions to ignore");
                break;
            }

            if (!GemRequirement.TryParse(text, out var requirement))
            {
                Error(place, $"'{Excerpt.Of(text)}' is no range: write it as Ruby does, such as '>= 2, < 3', '~> 1.2' or '4.1.0'");
                continue;
            }

            if (requirement.IsOnePreRelease && text.Split('.')[^1] is "x" or "X")
            {
                var line = text.TrimStart(' ', '=')[..^2];
                Remark(place, $"'{Excerpt.Of(text)}' means the one version of that name: for every version of {Excerpt.Of(line)} write '~> {Excerpt.Of(line)}.0'");
            }

            versions.Add(requirement);
        }

        return versions.ToImmutable();
    }

    private ImmutableArray<SemverStep> ReadSteps(YamlNode node)
    {
        var steps = ImmutableArray.CreateBuilder<SemverStep>();
        foreach (var (text, place) in Texts(node, UpdateTypes))
        {
            var found = Array.IndexOf(Steps, text.Trim().ToLowerInvariant());
            if (found < 0)
            {
                Error(place, $"'{Excerpt.Of(text)}' is no update type{NearestKey.HintOrAll(text, Steps)}");
            }
            else if (!steps.Contains((SemverStep)found))
            {
                steps.Add((SemverStep)found);
            }
        }

        return steps.ToImmutable();
    }

    /// <summary>The keys of a mapping that it may have; what else is there, or is there twice, is an error.</summary>
    private List<(string Key, YamlNode KeyNode, YamlNode Value)> Keys(YamlMapping mapping, string[] known, string what)
    {
        var keys = new List<(string, YamlNode, YamlNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (keyNode, node) in mapping.Entries)
        {
            if (keyNode.Target is not YamlScalar { Value: var key })
            {
                Error(keyNode, $"{what} has keys that are words");
            }
            else if (!known.Contains(key))
            {
                Error(keyNode, key is "updates" or "version" ? $"'{key}' is a key of the whole file: write one entry of updates" : $"'{Excerpt.Of(key)}' is no key of {what}{NearestKey.HintOrAll(key, known)}");
            }
            else if (!seen.Add(key))
            {
                Error(keyNode, $"'{key}' stands twice: keep one of them");
            }
            else if (node.Target is { } value)
            {
                keys.Add((key, keyNode, value));
            }
        }

        return keys;
    }

    private List<YamlMapping> Items(YamlNode node, string key)
    {
        var items = new List<YamlMapping>();
        foreach (var item in List(node, key))
        {
            if (item.Target is YamlMapping mapping)
            {
                items.Add(mapping);
            }
            else
            {
                Error(item, $"each item of '{key}' holds keys such as '{DependencyName}: python'");
            }
        }

        return items;
    }

    private List<(string Text, YamlNode Place)> Texts(YamlNode node, string key)
    {
        var texts = new List<(string, YamlNode)>();
        foreach (var item in List(node, key))
        {
            if (Text(item.Target ?? item, key) is { } text)
            {
                texts.Add((text, item));
            }
        }

        return texts;
    }

    private List<YamlNode> List(YamlNode node, string key)
    {
        switch (node)
        {
            case YamlScalar { IsNull: true }:
                return [];
            case YamlSequence { Items.Count: > MostItems }:
                Error(node, $"'{key}' has more than {MostItems} items");
                return [];
            case YamlSequence list:
                return list.Items;
            default:
                Error(node, $"'{key}' is a list: put '- ' before each item, or [ ] around them");
                return [];
        }
    }

    private string? Text(YamlNode node, string key)
    {
        if (node is not YamlScalar scalar || scalar.IsNull)
        {
            Error(node, $"'{key}' takes text");
            return null;
        }

        if (scalar.Value.Length > LongestText)
        {
            Error(node, $"'{key}' holds a text of more than {LongestText} characters");
            return null;
        }

        // Without quotes 1.10 is the number 1.1.
        if (scalar.Style == ScalarStyle.Plain && scalar.Value.Split('.') is [{ Length: > 0 } whole, [_, .., '0'] fraction]
            && whole.All(char.IsAsciiDigit) && fraction.All(char.IsAsciiDigit))
        {
            var number = $"{whole}.{(fraction.TrimEnd('0') is { Length: > 0 } rest ? rest : "0")}";
            Remark(node, $"without quotes {scalar.Value} is the number {number}: write \"{scalar.Value}\" where the version is meant");
            return number;
        }

        return scalar.Value;
    }

    private string? OneOf(YamlNode node, string key, string[] known)
    {
        var text = Text(node, key);
        if (text is not null && !known.Contains(text))
        {
            Error(node, $"'{Excerpt.Of(text)}' is no {key}{NearestKey.HintOrAll(text, known)}");
            return null;
        }

        return text;
    }

    private int? Days(YamlNode node, string key)
    {
        if (node is YamlScalar { IsNull: true })
        {
            return null;
        }

        if (node is YamlScalar { Style: ScalarStyle.Plain } scalar
            && int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days <= MostDays)
        {
            return days;
        }

        Error(node, $"'{key}' takes a number of days, such as 5");
        return null;
    }

    private void Error(YamlNode node, string message) => _errors.Add(new FileProblem(_file.Path, _file.PositionOf(node.Start).Line, message));

    private void Remark(YamlNode node, string message)
    {
        if (!_remarks.Exists(r => r.Message == message))
        {
            _remarks.Add(new FileProblem(_file.Path, _file.PositionOf(node.Start).Line, message));
        }
    }
}
