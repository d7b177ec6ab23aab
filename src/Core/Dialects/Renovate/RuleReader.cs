using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads package rules: one, a list of them, or a configuration with <c>packageRules</c>. Never throws, and says of every mistake where it is.</summary>
internal sealed class RuleReader(SourceFile file)
{
    private const int MostRules = 2000;

    private const int MostItems = 1000;

    private static readonly string[] UpdateTypes = ["major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement"];

    private readonly List<FileProblem> _errors = [];
    private readonly List<FileProblem> _remarks = [];
    private readonly HashSet<string> _remarked = new(StringComparer.Ordinal);
    private readonly List<PackageRule> _rules = [];

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<FileProblem> Errors => _errors;

    /// <summary>What is passed over.</summary>
    public IReadOnlyList<FileProblem> Remarks => _remarks;

    /// <summary>The rules in their order.</summary>
    public IReadOnlyList<PackageRule> Rules => _rules;

    /// <summary>Reads what a text holds.</summary>
    public void Read(YamlNode? root)
    {
        switch (root?.Target)
        {
            case YamlMapping mapping:
                ReadRule(mapping, isTop: true);
                break;
            case YamlSequence list:
                ReadRules(list);
                break;
            case null:
            case YamlScalar { IsEmpty: true }:
                // Without a rule Renovate's defaults hold.
                break;
            default:
                Wrong(root, "a package rule is a mapping of keys: write {allowedVersions: '<4'}");
                break;
        }
    }

    private void ReadRules(YamlSequence list)
    {
        if (list.Items.Count > MostRules)
        {
            Wrong(list, $"there are more than {MostRules} package rules: join those that say the same");
            return;
        }

        foreach (var item in list.Items)
        {
            if (item.Target is YamlMapping rule)
            {
                ReadRule(rule, isTop: false);
            }
            else
            {
                Wrong(item, "a package rule is a mapping of keys: write {allowedVersions: '<4'}");
            }
        }
    }

    private void ReadRule(YamlMapping mapping, bool isTop)
    {
        var conditions = new List<Predicate<RuleFacts>>();
        var changes = new List<Func<RuleSettings, RuleSettings>>();
        YamlSequence? rules = null;
        foreach (var (key, node, value) in Keys(mapping))
        {
            if (key == "packageRules" && isTop && value is YamlSequence list)
            {
                rules = list;
            }
            else if (key.StartsWith("match", StringComparison.Ordinal))
            {
                ReadCondition(key, node, value, conditions);
            }
            else if (Array.IndexOf(UpdateTypes, key) >= 0)
            {
                ReadType(key, value, changes);
            }
            else
            {
                ReadSetting(key, node, value, changes);
            }
        }

        if (mapping.TryGet("matchUpdateTypes", out _) && mapping.TryGet("allowedVersions", out var allowed))
        {
            Remark("allowedVersions", allowed, "allowedVersions has no effect beside matchUpdateTypes: Renovate knows what kind an update is only after it has chosen it");
        }

        CheckAllowed(mapping, conditions.Count == 0 ? changes : null);
        _rules.Add(new PackageRule(conditions, changes));
        if (rules is not null)
        {
            ReadRules(rules);
        }
    }

    /// <summary>The entries of a mapping, each key once.</summary>
    private IEnumerable<(string Key, YamlNode Node, YamlNode Value)> Keys(YamlMapping mapping)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in mapping.Entries)
        {
            if (keyNode.Target is not YamlScalar key || valueNode.Target is not { } value)
            {
                Wrong(keyNode, "a key is a word");
                continue;
            }

            if (!seen.Add(key.Value))
            {
                Wrong(keyNode, $"'{Excerpt.Of(key.Value)}' stands here twice: keep one of them");
                continue;
            }

            yield return (Renamed(key.Value), keyNode, value);
        }
    }

    /// <summary>Names of older releases that Renovate still takes.</summary>
    private static string Renamed(string key) => key switch
    {
        "stabilityDays" => "minimumReleaseAge",
        "versionScheme" => "versioning",
        "separateMajorReleases" => "separateMajorMinor",
        "separatePatchReleases" => "separateMinorPatch",
        "separateMultipleMajorReleases" => "separateMultipleMajor",
        "updateTypes" => "matchUpdateTypes",
        _ => key,
    };

    private void ReadType(string type, YamlNode value, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (value is not YamlMapping mapping)
        {
            Wrong(value, $"'{type}' holds settings of its own: write {type}: {{enabled: false}}");
            return;
        }

        var own = new List<Func<RuleSettings, RuleSettings>>();
        foreach (var (key, node, inner) in Keys(mapping))
        {
            ReadSetting(key, node, inner, own);
        }

        changes.Add(s => s with
        {
            ByType = s.ByType.SetItem(type, s.ByType.GetValueOrDefault(type, ImmutableList<Func<RuleSettings, RuleSettings>>.Empty).AddRange(own)),
        });
    }

    private void ReadSetting(string key, YamlNode keyNode, YamlNode node, List<Func<RuleSettings, RuleSettings>> changes)
    {
        switch (key)
        {
            case "enabled":
                Set(Boolean(key, node), v => s => s with { Enabled = v }, changes);
                break;
            case "ignoreUnstable":
                Set(Boolean(key, node), v => s => s with { IgnoreUnstable = v }, changes);
                break;
            case "separateMajorMinor":
                Set(Boolean(key, node), v => s => s with { SeparateMajorMinor = v }, changes);
                break;
            case "separateMultipleMajor":
                Set(Boolean(key, node), v => s => s with { SeparateMultipleMajor = v }, changes);
                break;
            case "separateMultipleMinor":
                Set(Boolean(key, node), v => s => s with { SeparateMultipleMinor = v }, changes);
                break;
            case "separateMinorPatch":
                Set(Boolean(key, node), v => s => s with { SeparateMinorPatch = v }, changes);
                break;
            case "rollbackPrs":
                Set(Boolean(key, node), v => s => s with { RollbackPrs = v }, changes);
                break;
            case "pinDigests":
                Set(Boolean(key, node), v => s => s with { PinDigests = v }, changes);
                break;
            case "updatePinnedDependencies":
                Set(Boolean(key, node), v => s => s with { UpdatePinned = v }, changes);
                break;
            case "maxMajorIncrement":
                Set(Number(key, node), v => s => s with { MaxMajorIncrement = v }, changes);
                break;
            case "minimumReleaseAge":
                Set(Age(key, node), v => s => s with { MinimumAge = v }, changes);
                break;
            case "minimumReleaseAgeBuffer":
                Set(Age(key, node), v => s => s with { AgeBuffer = v }, changes);
                break;
            case "minimumReleaseAgeBehaviour":
                SetText(Choice(key, node, "timestamp-required", "timestamp-optional"), v => s => s with { NeedsAge = v == "timestamp-required" }, changes);
                break;
            case "internalChecksFilter":
                SetText(Choice(key, node, "strict", "flexible", "none"), v => s => s with { ChecksFilter = v }, changes);
                break;
            case "versioning":
                ReadVersioning(node, changes);
                break;
            case "allowedVersions":
                ReadAllowed(node, changes);
                break;
            case "extractVersion":
                if (Expression(key, node) is var extract && (extract is not null || IsNull(node)))
                {
                    changes.Add(s => s with { ExtractVersion = extract });
                }

                break;
            case "versionCompatibility":
                if (Expression(key, node) is var parts && (parts is not null || IsNull(node)))
                {
                    var tagParts = parts is null ? null : new TagParts(parts);
                    changes.Add(s => s with { VersionCompatibility = tagParts });
                }

                break;
            case "followTag":
                ReadFollowTag(key, node, changes);
                break;
            case "respectLatest":
                Remark(key, keyNode, "respectLatest has no effect: Renovate never learns what an image's 'latest' is");
                break;
            case "packageRules":
                Wrong(keyNode, "packageRules is a list of rules at the top: write packageRules: [{…}]");
                break;
            default:
                PassOver(key, keyNode);
                break;
        }
    }

    private void PassOver(string key, YamlNode node)
    {
        if (Options.PassedOver.Contains(key))
        {
            Remark(key, node, $"'{key}' has no part in which tag is chosen, and is passed over");
        }
        else
        {
            Wrong(node, $"there is no key '{Excerpt.Of(key)}' in a package rule{NearestKey.Hint(key, Options.All)}");
        }
    }

    private void ReadVersioning(YamlNode node, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (Text("versioning", node) is not { } text)
        {
            return;
        }

        if (Versioning.Find(text, out var error) is { } versioning)
        {
            changes.Add(s => s with { Versioning = versioning });
        }
        else
        {
            Wrong(node, error!);
        }
    }

    private void ReadAllowed(YamlNode node, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (IsNull(node))
        {
            changes.Add(s => s with { Allowed = null });
        }
        else if (Text("allowedVersions", node) is { } text)
        {
            var allowed = text.Length == 0 ? null : new AllowedVersions(text);
            changes.Add(s => s with { Allowed = allowed });
        }
    }

    /// <summary>Whether a range is one of the versioning that it is read with; not known where a rule before it may set another.</summary>
    private void CheckAllowed(YamlMapping mapping, List<Func<RuleSettings, RuleSettings>>? changes)
    {
        if (!mapping.TryGet("allowedVersions", out var node) || (changes is null && mapping.TryGet("versioning", out _)))
        {
            return;
        }

        var before = _rules.Append(new PackageRule([], changes ?? [])).SelectMany(r => r.Changes).Aggregate(new RuleSettings(), (s, change) => change(s));
        var allowed = changes is null && node is YamlScalar { Value: { Length: > 0 } text } ? new AllowedVersions(text) : before.Allowed;
        string? error = null;
        if (allowed is not null && allowed.Read(before.Versioning, new Release("1.2.3", [1, 2, 3]), out error) is null)
        {
            Wrong(node, error!);
        }
    }

    private void ReadFollowTag(string key, YamlNode node, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (IsNull(node))
        {
            changes.Add(s => s with { FollowTag = null });
        }
        else if (Text(key, node) is { Length: > 0 } tag)
        {
            Remark(key, node, "followTag stops every update of an image: Renovate never learns which version its tags stand for");
            changes.Add(s => s with { FollowTag = tag });
        }
    }

    private void ReadCondition(string key, YamlNode keyNode, YamlNode node, List<Predicate<RuleFacts>> conditions)
    {
        switch (key)
        {
            case "matchUpdateTypes":
                if (Patterns(key, node) is { } types)
                {
                    conditions.Add(f => f.UpdateType is { } type && types(type));
                }

                break;
            case "matchCurrentValue":
                if (Pattern(key, node) is { } value)
                {
                    conditions.Add(f => f.CurrentValue.Length > 0 && value(f.CurrentValue));
                }

                break;
            case "matchNewValue":
                if (Pattern(key, node) is { } written)
                {
                    conditions.Add(f => f.NewValue is { Length: > 0 } next && written(next));
                }

                break;
            case "matchCurrentVersion":
                ReadCurrentVersion(key, node, conditions);
                break;
            case "matchCurrentAge":
                ReadCurrentAge(key, node, conditions);
                break;
            case "matchIsBreaking":
                if (Boolean(key, node) is { } breaking)
                {
                    conditions.Add(f => f.IsBreaking == breaking);
                }

                break;
            case "matchConfidence":
                Remark(key, keyNode, "matchConfidence never holds: it needs Mend's service");
                conditions.Add(_ => false);
                break;
            case "matchJsonata":
                Wrong(keyNode, "matchJsonata is not read: write the condition with the other match keys");
                break;
            default:
                if (Options.PassedOver.Contains(key))
                {
                    Remark(key, keyNode, $"'{key}' says which images the rule is for, and is not looked at here");
                }
                else
                {
                    PassOver(key, keyNode);
                }

                break;
        }
    }

    private void ReadCurrentVersion(string key, YamlNode node, List<Predicate<RuleFacts>> conditions)
    {
        if (Text(key, node) is not { Length: > 0 } text)
        {
            return;
        }

        if (Expressions.IsRegex(text))
        {
            if (Pattern(key, node) is { } matches)
            {
                conditions.Add(f => matches(f.CurrentVersion ?? f.CurrentValue));
            }

            return;
        }

        conditions.Add(facts =>
        {
            var versioning = facts.Versioning.At(facts.Now);
            if (versioning.Read(text) is { } version)
            {
                return versioning.IsValid(facts.CurrentValue) && versioning.Range(facts.CurrentValue)(version);
            }

            var current = versioning.Read(facts.CurrentValue) ?? (facts.CurrentVersion is { } known ? versioning.Read(known) : null);
            return current is not null && versioning.Range(text)(current);
        });
    }

    private void ReadCurrentAge(string key, YamlNode node, List<Predicate<RuleFacts>> conditions)
    {
        if (Text(key, node) is not { } text)
        {
            return;
        }

        var age = text.Trim().TrimStart('<', '>', '=');
        var op = text.Trim()[..^age.Length];
        if (op is not ("<" or "<=" or ">" or ">=") || !Duration.TryParse(age, out var span))
        {
            Wrong(node, $"'{Excerpt.Of(text)}' is no age: write '> 30 days'");
            return;
        }

        conditions.Add(f => f.CurrentPushed is { } pushed && (f.Now - pushed) is var real && op switch
        {
            ">" => real > span,
            ">=" => real >= span,
            "<" => real < span,
            _ => real <= span,
        });
    }

    /// <summary>One of the patterns without <c>!</c> has to hold, and all of those with it.</summary>
    private Predicate<string>? Patterns(string key, YamlNode node)
    {
        var items = node is YamlSequence list ? list.Items : [node];
        if (items.Count > MostItems)
        {
            Wrong(node, $"'{key}' has more than {MostItems} items");
            return null;
        }

        List<Predicate<string>> any = [], all = [];
        foreach (var item in items)
        {
            if (item.Target is not { } target || Pattern(key, target) is not { } pattern)
            {
                return null;
            }

            (((YamlScalar)target).Value.StartsWith('!') ? all : any).Add(pattern);
        }

        return text => any.Count + all.Count > 0 && (any.Count == 0 || any.Exists(p => p(text))) && all.TrueForAll(p => p(text));
    }

    private Predicate<string>? Pattern(string key, YamlNode node)
    {
        if (Text(key, node) is not { } text)
        {
            return null;
        }

        if (!Expressions.TryReadPattern(text, out var matches, out var error))
        {
            Wrong(node, error);
        }

        return matches;
    }

    private Regex? Expression(string key, YamlNode node)
    {
        if (IsNull(node) || Text(key, node) is not { } text)
        {
            return null;
        }

        if (!Expressions.TryRead(text, ignoreCase: false, out var regex, out var error))
        {
            Wrong(node, error);
            return null;
        }

        if (regex.GroupNumberFromName("version") < 0)
        {
            Wrong(node, $"'{key}' needs a group for the version: write ^(?<version>[^-]+)(?<compatibility>-.*)?$");
            return null;
        }

        return regex;
    }

    private TimeSpan? Age(string key, YamlNode node)
    {
        if (IsNull(node))
        {
            return TimeSpan.Zero;
        }

        if (Text(key, node) is not { } text)
        {
            return null;
        }

        // A bare number stands for days in the older key, and for milliseconds in the newer.
        var days = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? $"{number} days" : text;
        if (Duration.TryParse(days, out var span))
        {
            return span;
        }

        Wrong(node, $"'{Excerpt.Of(text)}' is no span of time: write '3 days'");
        return null;
    }

    private bool? Boolean(string key, YamlNode node)
    {
        if (node is YamlScalar { Value: "true" or "false" } scalar)
        {
            return scalar.Value == "true";
        }

        Wrong(node, $"'{key}' is true or false");
        return null;
    }

    private double? Number(string key, YamlNode node)
    {
        if (node is YamlScalar scalar && double.TryParse(scalar.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Wrong(node, $"'{key}' is a whole number");
        return null;
    }

    private string? Choice(string key, YamlNode node, params string[] known)
    {
        if (node is YamlScalar scalar && Array.IndexOf(known, scalar.Value) >= 0)
        {
            return scalar.Value;
        }

        Wrong(node, $"'{key}' is one of {string.Join(", ", known)}");
        return null;
    }

    private string? Text(string key, YamlNode node)
    {
        if (node is YamlScalar scalar && scalar.Value.Length <= MostItems)
        {
            return scalar.Value;
        }

        Wrong(node, node is YamlScalar ? $"'{key}' is longer than {MostItems} characters" : $"'{key}' is one text");
        return null;
    }

    private static bool IsNull(YamlNode node) => node is YamlScalar { IsNull: true };

    private static void Set<T>(T? value, Func<T, Func<RuleSettings, RuleSettings>> change, List<Func<RuleSettings, RuleSettings>> changes)
        where T : struct
    {
        if (value is { } known)
        {
            changes.Add(change(known));
        }
    }

    private static void SetText(string? value, Func<string, Func<RuleSettings, RuleSettings>> change, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (value is not null)
        {
            changes.Add(change(value));
        }
    }

    private void Wrong(YamlNode node, string message) => _errors.Add(new FileProblem(file.Path, file.PositionOf(node.Start).Line, message));

    private void Remark(string key, YamlNode node, string message)
    {
        if (_remarked.Add(key))
        {
            _remarks.Add(new FileProblem(file.Path, file.PositionOf(node.Start).Line, message));
        }
    }
}
