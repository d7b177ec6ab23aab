using System.Collections.Frozen;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// A configuration in today's words: Renovate still takes names and forms of older releases (<c>lib/config/migrations</c>).
/// Every node keeps its place.
/// </summary>
internal static class OlderKeys
{
    private static readonly FrozenDictionary<string, string> Names = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["stabilityDays"] = "minimumReleaseAge",
        ["versionScheme"] = "versioning",
        ["separateMajorReleases"] = "separateMajorMinor",
        ["separatePatchReleases"] = "separateMinorPatch",
        ["separateMultipleMajorReleases"] = "separateMultipleMajor",
        ["multipleMajorPrs"] = "separateMultipleMajor",
        ["regexManagers"] = "customManagers",
        ["baseBranch"] = "baseBranchPatterns",
        ["baseBranches"] = "baseBranchPatterns",
        ["aliases"] = "registryAliases",
        ["endpoints"] = "hostRules",
        ["azureAutoApprove"] = "autoApprove",
        ["customChangelogUrl"] = "changelogUrl",
        ["managerBranchPrefix"] = "additionalBranchPrefix",
        ["masterIssue"] = "dependencyDashboard",
        ["masterIssueApproval"] = "dependencyDashboardApproval",
        ["masterIssueAutoclose"] = "dependencyDashboardAutoclose",
        ["masterIssueHeader"] = "dependencyDashboardHeader",
        ["masterIssueFooter"] = "dependencyDashboardFooter",
        ["masterIssueTitle"] = "dependencyDashboardTitle",
        ["masterIssueLabels"] = "dependencyDashboardLabels",
        ["gitLabAutomerge"] = "platformAutomerge",
        ["azureAutoComplete"] = "platformAutomerge",
        ["lookupNameTemplate"] = "packageNameTemplate",
        ["matchFiles"] = "matchFileNames",
        ["matchPaths"] = "matchFileNames",
        ["paths"] = "matchFileNames",
        ["languages"] = "matchCategories",
        ["matchLanguages"] = "matchCategories",
        ["baseBranchList"] = "matchBaseBranches",
        ["managers"] = "matchManagers",
        ["datasources"] = "matchDatasources",
        ["depTypeList"] = "matchDepTypes",
        ["packageNames"] = "matchPackageNames",
        ["updateTypes"] = "matchUpdateTypes",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Matchers that became patterns of another: the key, what is put before and after each of their texts.</summary>
    private static readonly FrozenDictionary<string, (string Key, string Before, string After)> Matchers = new Dictionary<string, (string, string, string)>(StringComparer.Ordinal)
    {
        ["packagePatterns"] = ("matchPackageNames", "/", "/"),
        ["matchPackagePatterns"] = ("matchPackageNames", "/", "/"),
        ["matchPackagePrefixes"] = ("matchPackageNames", "", "{/,}**"),
        ["excludePackageNames"] = ("matchPackageNames", "!", ""),
        ["excludedPackageNames"] = ("matchPackageNames", "!", ""),
        ["excludePackagePatterns"] = ("matchPackageNames", "!/", "/"),
        ["excludePackagePrefixes"] = ("matchPackageNames", "!", "{/,}**"),
        ["matchDepPatterns"] = ("matchDepNames", "/", "/"),
        ["matchDepPrefixes"] = ("matchDepNames", "", "{/,}**"),
        ["excludeDepNames"] = ("matchDepNames", "!", ""),
        ["excludeDepPatterns"] = ("matchDepNames", "!/", "/"),
        ["excludeDepPrefixes"] = ("matchDepNames", "!", "{/,}**"),
        ["sourceUrlPrefixes"] = ("matchSourceUrls", "", "{/,}**"),
        ["matchSourceUrlPrefixes"] = ("matchSourceUrls", "", "{/,}**"),
        ["excludeRepositories"] = ("matchRepositories", "!", ""),
        ["fileMatch"] = ("managerFilePatterns", "/", "/"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Sections =
        FrozenSet.ToFrozenSet(["major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement", "lockFileMaintenance", "vulnerabilityAlerts", .. Options.Languages, .. ImageReaders.Names], StringComparer.Ordinal);

    /// <summary>The configuration in today's words.</summary>
    /// <param name="mapping">The configuration, or a section of it.</param>
    /// <param name="isTop">Whether it is the whole configuration.</param>
    public static YamlMapping Renew(YamlMapping mapping, bool isTop = true)
    {
        var entries = new List<(YamlNode Key, YamlNode Value)>();
        var rules = new List<YamlNode>();
        foreach (var (key, value) in mapping.Entries)
        {
            var name = SettingNodes.Name(key) ?? "";
            if (Options.Languages.Contains(name) && isTop && Section(value) is { Entries.Count: > 0 } language)
            {
                rules.Add(SettingNodes.Mapping(
                    [(SettingNodes.Text("matchCategories", value.Start), SettingNodes.List([SettingNodes.Text(name, value.Start)], value.Start)), .. Renew(language, isTop: false).Entries], value.Start));
            }
            else if (Matchers.TryGetValue(name, out var matcher))
            {
                Append(entries, matcher.Key, key.Start, [.. SettingNodes.Items(value).Select(i => Wrapped(i, matcher.Before, matcher.After))]);
            }
            else if (name is "packages" or "pathRules")
            {
                Append(entries, "packageRules", key.Start, [.. SettingNodes.Items(value).Select(RenewItem)]);
            }
            else if (name is "automergeMajor" or "automergeMinor" or "automergePatch")
            {
                Append(entries, name["automerge".Length..].ToLowerInvariant(), key.Start, SettingNodes.Mapping("automerge", value, key.Start));
            }
            else if (name == "automerge" && value is YamlScalar { Value: "none" or "patch" or "minor" or "any" } kind)
            {
                AppendAutomerge(entries, kind, key);
            }
            else
            {
                var today = Names.GetValueOrDefault(name, name);
                var renewed = RenewValue(today, value);
                if (today == name && !(renewed is YamlSequence && Has(entries, name) && name.StartsWith("match", StringComparison.Ordinal)))
                {
                    entries.Add((key, renewed));
                }
                else
                {
                    Append(entries, today, key.Start, renewed);
                }
            }
        }

        if (rules.Count > 0)
        {
            var at = entries.FindIndex(e => SettingNodes.Name(e.Key) == "packageRules");
            if (at < 0)
            {
                entries.Add((SettingNodes.Text("packageRules", mapping.Start), SettingNodes.List(rules, mapping.Start)));
            }
            else
            {
                entries[at] = (entries[at].Key, SettingNodes.List([.. rules, .. SettingNodes.Items(entries[at].Value)], entries[at].Value.Start));
            }
        }

        return SettingNodes.Mapping(entries, mapping.Start);
    }

    private static readonly string[] UpdateKinds = ["major", "minor", "patch", "pin", "digest", "rollback"];

    private static YamlNode RenewValue(string name, YamlNode value) => (name, value) switch
    {
        ("packageRules", YamlMapping or YamlSequence) => SettingNodes.List(SettingNodes.Items(value).SelectMany(RenewRule), value.Start),
        ("customManagers", YamlSequence list) => SettingNodes.List(list.Items.Select(RenewItem), list.Start),
        ("matchManagers" or "enabledManagers", YamlSequence list) => SettingNodes.List(list.Items.Select(i => i is YamlScalar { Value: "regex" } ? SettingNodes.Text(ImageReader.Custom, i.Start) : i), list.Start),
        ("semanticCommits", YamlScalar { Value: "true" or "false" } flag) => SettingNodes.Text(flag.Value == "true" ? "enabled" : "disabled", flag.Start),
        ("baseBranchPatterns", YamlScalar one) => SettingNodes.List([one], one.Start),
        (_, YamlMapping or YamlScalar) when Sections.Contains(name) && Section(value) is { } section => Renew(section, isTop: false),
        _ => value,
    };

    /// <summary>A rule; one that has rules of its own is as many, each with what it says for all.</summary>
    private static IEnumerable<YamlNode> RenewRule(YamlNode node)
    {
        if (node is not YamlMapping mapping)
        {
            return [node];
        }

        var rule = Renew(mapping, isTop: false);
        IEnumerable<YamlMapping> rules = rule.Entries.Find(e => SettingNodes.Name(e.Key) == "packageRules") is (_, YamlSequence nested) && nested.Items.TrueForAll(n => n is YamlMapping)
            ? nested.Items.Cast<YamlMapping>().Select(n => Merging.Merge(Without(rule, "packageRules"), n))
            : [rule];
        return rules.SelectMany(PartByKind);
    }

    /// <summary>
    /// A rule, and after it one for each of its sections of a kind: its matchers with that kind added, and what the section
    /// says (config/massage). A rule that has kinds already gets those of its sections too.
    /// </summary>
    private static IEnumerable<YamlMapping> PartByKind(YamlMapping rule)
    {
        List<(YamlNode Key, YamlNode Value)> sections = [.. rule.Entries.Where(e => e.Value is YamlMapping && UpdateKinds.Contains(SettingNodes.Name(e.Key) ?? ""))];
        if (sections.Count == 0)
        {
            return [rule];
        }

        var given = rule.Entries.Find(e => SettingNodes.Name(e.Key) == "matchUpdateTypes").Value as YamlSequence;
        var all = given is null ? null : SettingNodes.List([.. given.Items, .. sections.Select(s => s.Key)], given.Start);
        List<(YamlNode Key, YamlNode Value)> rest = [.. rule.Entries.Except(sections).Where(e => all is null || SettingNodes.Name(e.Key) != "matchUpdateTypes")];
        List<(YamlNode Key, YamlNode Value)> matchers = [.. rest.Where(e => SettingNodes.Name(e.Key)?.StartsWith("match", StringComparison.Ordinal) == true)];

        // All of them stand where the rule does.
        return
        [
            SettingNodes.Mapping([.. rest, .. all is null ? [] : (IEnumerable<(YamlNode, YamlNode)>)[Kinds(all)]], rule.Start),
            .. sections.Select(s => SettingNodes.Mapping([.. matchers, Kinds(all ?? SettingNodes.List([s.Key], s.Key.Start)), .. ((YamlMapping)s.Value).Entries], rule.Start)),
        ];

        static (YamlNode Key, YamlNode Value) Kinds(YamlNode list) => (SettingNodes.Text("matchUpdateTypes", list.Start), list);
    }

    private static YamlNode RenewItem(YamlNode node) => node is YamlMapping mapping ? Renew(mapping, isTop: false) : node;

    /// <summary>A mapping without a key.</summary>
    public static YamlMapping Without(YamlMapping mapping, string name) => SettingNodes.Mapping(mapping.Entries.Where(e => SettingNodes.Name(e.Key) != name), mapping.Start);

    /// <summary>A section of settings, which true and false stand for where it is switched on or off.</summary>
    private static YamlMapping? Section(YamlNode value) =>
        value as YamlMapping ?? (value is YamlScalar { Value: "true" or "false", Style: YamlDotNet.Core.ScalarStyle.Plain } flag ? SettingNodes.Mapping("enabled", flag, flag.Start) : null);

    private static YamlNode Wrapped(YamlNode item, string before, string after) =>
        item is not YamlScalar text ? item
        : before == "/" && text.Value == "*" ? text
        : SettingNodes.Text(before + text.Value + after, text.Start);

    private static void AppendAutomerge(List<(YamlNode Key, YamlNode Value)> entries, YamlScalar kind, YamlNode key)
    {
        var at = key.Start;
        if (kind.Value is "none" or "any")
        {
            entries.Add((key, SettingNodes.Word(kind.Value == "any" ? "true" : "false", at)));
            return;
        }

        foreach (var (type, isMerged) in (IEnumerable<(string, bool)>)[("patch", true), ("minor", kind.Value == "minor"), ("major", false)])
        {
            Append(entries, type, at, SettingNodes.Mapping("automerge", SettingNodes.Word(isMerged ? "true" : "false", at), at));
        }
    }

    private static bool Has(List<(YamlNode Key, YamlNode Value)> entries, string name) => entries.Exists(e => SettingNodes.Name(e.Key) == name);

    private static void Append(List<(YamlNode Key, YamlNode Value)> entries, string name, int start, IReadOnlyList<YamlNode> items) =>
        Append(entries, name, start, SettingNodes.List(items, start));

    /// <summary>Adds what an older key says to what the key of today says.</summary>
    private static void Append(List<(YamlNode Key, YamlNode Value)> entries, string name, int start, YamlNode value)
    {
        var at = entries.FindIndex(e => SettingNodes.Name(e.Key) == name);
        if (at < 0)
        {
            entries.Add((SettingNodes.Text(name, start), value));
            return;
        }

        entries[at] = (entries[at].Key, (entries[at].Value, value) switch
        {
            (YamlSequence a, YamlSequence b) => SettingNodes.List([.. a.Items, .. b.Items], a.Start),
            (YamlMapping a, YamlMapping b) => Merging.Merge(a, b),
            _ => value,
        });
    }
}
