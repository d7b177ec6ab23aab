using System.Collections.Immutable;
using System.Globalization;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads package rules: one, a list of them, or a configuration with <c>packageRules</c>. Never throws, and says of every mistake where it is.</summary>
internal sealed class RuleReader
{
    /// <summary>Package rules that are read; of a repository, with what its presets bring. A rule may be several: one more for each kind of update that it has a section for.</summary>
    public const int MostRules = 10_000;

    private const int LongestText = 1000;

    private const string Within = "a package rule";
    private const string NoRule = "a package rule is a mapping of keys: write {allowedVersions: '<4'}";

    private static readonly string[] UpdateTypes = ["major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement"];

    private static readonly string[] Known = [.. Options.All, "matchJsonata"];

    /// <summary>Of those that rules have within them, each counts for each rule.</summary>
    private const int MostUsed = 20_000;

    /// <summary>An automaton may grow to some megabytes while it matches.</summary>
    private const int MostCostly = 200;

    private readonly ConfigurationText _text;
    private readonly List<PackageRule> _rules = [];
    private readonly Dictionary<string, Predicate<string>> _patterns = new(StringComparer.Ordinal);
    private int _used;
    private int _costly;

    /// <summary>A reader of a text.</summary>
    public RuleReader(SourceFile file) => _text = new ConfigurationText(file) { LongestText = LongestText, NameOf = Renamed };

    /// <summary>A reader of rules in a text that others read too.</summary>
    public RuleReader(ConfigurationText text) => _text = text;

    /// <summary>Whether the text is somebody else's, and not ours.</summary>
    public bool IsBounded { get; init; } = true;

    /// <summary>One rule by itself. A range is not looked at: it depends on other rules how it is read.</summary>
    public PackageRule Compile(YamlMapping node) => ReadParts(_text.Open(node, Within, Known), isTop: false);

    /// <summary>Reads what a text holds.</summary>
    public PolicyReading Read(YamlNode? root)
    {
        switch (root?.Target)
        {
            case YamlMapping mapping:
                ReadRule(_text.Open(mapping, Within, Known), isTop: true);
                break;
            case YamlSequence list:
                ReadRules(list.Items);
                break;
            case null:
            case YamlScalar { IsEmpty: true }:
                // Without a rule Renovate's defaults hold.
                break;
            default:
                _text.Wrong(root, NoRule);
                break;
        }

        return _text.Reading(new RenovatePolicy(_rules));
    }

    private void ReadRules(IReadOnlyList<YamlNode> items)
    {
        if (items.Count > MostRules)
        {
            _text.Wrong(items[0], $"there are more than {MostRules} package rules: join those that say the same");
            return;
        }

        foreach (var item in items)
        {
            if (item.Target is YamlMapping rule)
            {
                ReadRule(_text.Open(rule, Within, Known), isTop: false);
            }
            else
            {
                _text.Wrong(item, NoRule);
            }
        }
    }

    private void ReadRule(ConfigurationMapping rule, bool isTop)
    {
        ClosedLists.Check(_text, rule, "matchUpdateTypes");
        var read = ReadParts(rule, isTop);
        CheckAllowed(rule, read.Conditions.Count == 0 ? read.Changes : null);
        _rules.Add(read);
        if (isTop)
        {
            ReadRules(rule.Items("packageRules", MostRules));
        }
    }

    private PackageRule ReadParts(ConfigurationMapping rule, bool isTop)
    {
        var conditions = new List<Predicate<RuleFacts>>();
        var changes = new List<Func<RuleSettings, RuleSettings>>();
        foreach (var key in rule.Keys)
        {
            if (key == "packageRules" && isTop)
            {
                continue;
            }

            if (key.StartsWith("match", StringComparison.Ordinal))
            {
                ReadCondition(rule, key, conditions);
            }
            else if (Array.IndexOf(UpdateTypes, key) >= 0)
            {
                ReadType(rule, key, changes);
            }
            else
            {
                ReadSetting(rule, key, changes);
            }
        }

        if (rule.Has("matchUpdateTypes") && rule.Has("allowedVersions"))
        {
            rule.Remark("allowedVersions", "allowedVersions has no effect beside matchUpdateTypes: Renovate knows what kind an update is only after it has chosen it");
        }

        return new PackageRule(conditions, changes) { SeesAge = rule.Has("matchCurrentAge") };
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

    private static void ReadType(ConfigurationMapping rule, string type, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (rule.Mapping(type, Known) is not { } settings)
        {
            return;
        }

        var own = new List<Func<RuleSettings, RuleSettings>>();
        foreach (var key in settings.Keys)
        {
            ReadSetting(settings, key, own);
        }

        changes.Add(s => s with
        {
            ByType = s.ByType.SetItem(type, s.ByType.GetValueOrDefault(type, ImmutableList<Func<RuleSettings, RuleSettings>>.Empty).AddRange(own)),
        });
    }

    private static void ReadSetting(ConfigurationMapping rule, string key, List<Func<RuleSettings, RuleSettings>> changes)
    {
        switch (key)
        {
            case "enabled":
                Set(rule.Flag(key), v => s => s with { Enabled = v }, changes);
                break;
            case "ignoreUnstable":
                Set(rule.Flag(key), v => s => s with { IgnoreUnstable = v }, changes);
                break;
            case "separateMajorMinor":
                Set(rule.Flag(key), v => s => s with { SeparateMajorMinor = v }, changes);
                break;
            case "separateMultipleMajor":
                Set(rule.Flag(key), v => s => s with { SeparateMultipleMajor = v }, changes);
                break;
            case "separateMultipleMinor":
                Set(rule.Flag(key), v => s => s with { SeparateMultipleMinor = v }, changes);
                break;
            case "separateMinorPatch":
                Set(rule.Flag(key), v => s => s with { SeparateMinorPatch = v }, changes);
                break;
            case "rollbackPrs":
                Set(rule.Flag(key), v => s => s with { RollbackPrs = v }, changes);
                break;
            case "pinDigests":
                Set(rule.Flag(key), v => s => s with { PinDigests = v }, changes);
                break;
            case "updatePinnedDependencies":
                Set(rule.Flag(key), v => s => s with { UpdatePinned = v }, changes);
                break;
            case "maxMajorIncrement":
                Set(rule.Number(key, 0, int.MaxValue), v => s => s with { MaxMajorIncrement = v }, changes);
                break;
            case "minimumReleaseAge":
                Set(Age(rule, key), v => s => s with { MinimumAge = v }, changes);
                break;
            case "minimumReleaseAgeBuffer":
                Set(Age(rule, key), v => s => s with { AgeBuffer = v }, changes);
                break;
            case "minimumReleaseAgeBehaviour":
                SetText(rule.Choice(key, ["timestamp-required", "timestamp-optional"]), v => s => s with { NeedsAge = v == "timestamp-required" }, changes);
                break;
            case "internalChecksFilter":
                SetText(rule.Choice(key, ["strict", "flexible", "none"]), v => s => s with { ChecksFilter = v }, changes);
                break;
            case "versioning":
                ReadVersioning(rule, changes);
                break;
            case "allowedVersions":
                ReadAllowed(rule, changes);
                break;
            case "extractVersion":
                if (Expression(rule, key) is var extract && (extract is not null || rule.IsNull(key)))
                {
                    changes.Add(s => s with { ExtractVersion = extract });
                }

                break;
            case "versionCompatibility":
                if (Expression(rule, key) is var parts && (parts is not null || rule.IsNull(key)))
                {
                    var tagParts = parts is null ? null : new TagParts(parts);
                    changes.Add(s => s with { VersionCompatibility = tagParts });
                }

                break;
            case "followTag":
                ReadFollowTag(rule, changes);
                break;
            case "respectLatest":
                rule.Remark(key, "respectLatest has no effect: Renovate never learns what an image's 'latest' is");
                break;
            case "packageRules":
                rule.Wrong(key, "packageRules is a list of rules at the top: write packageRules: [{…}]");
                break;
            default:
                PassOver(rule, key);
                break;
        }
    }

    private static void PassOver(ConfigurationMapping rule, string key) =>
        rule.Remark(key, $"'{key}' has no part in which tag is chosen, and is passed over");

    private static void ReadVersioning(ConfigurationMapping rule, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (rule.Text("versioning") is not { } text)
        {
            return;
        }

        if (Versioning.Find(text, out var error) is { } versioning)
        {
            changes.Add(s => s with { Versioning = versioning });
        }
        else
        {
            rule.Wrong("versioning", error!);
        }
    }

    private static void ReadAllowed(ConfigurationMapping rule, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (rule.IsNull("allowedVersions"))
        {
            changes.Add(s => s with { Allowed = null });
        }
        else if (rule.Text("allowedVersions") is { } text)
        {
            var allowed = text.Length == 0 ? null : new AllowedVersions(text);
            changes.Add(s => s with { Allowed = allowed });
        }
    }

    /// <summary>Whether a range is one of the versioning that it is read with; not known where a rule before it may set another.</summary>
    private void CheckAllowed(ConfigurationMapping rule, IReadOnlyList<Func<RuleSettings, RuleSettings>>? changes)
    {
        if (!rule.Has("allowedVersions") || (changes is null && rule.Has("versioning")))
        {
            return;
        }

        var before = _rules.Append(new PackageRule([], changes ?? [])).SelectMany(r => r.Changes).Aggregate(new RuleSettings(), (s, change) => change(s));
        var allowed = changes is null && rule.Text("allowedVersions") is { Length: > 0 } text ? new AllowedVersions(text) : before.Allowed;
        string? error = null;
        if (allowed is not null && allowed.Read(before.Versioning, new Release("1.2.3", [1, 2, 3]), out error) is null)
        {
            rule.Wrong("allowedVersions", error!);
        }
    }

    private static void ReadFollowTag(ConfigurationMapping rule, List<Func<RuleSettings, RuleSettings>> changes)
    {
        if (rule.IsNull("followTag"))
        {
            changes.Add(s => s with { FollowTag = null });
        }
        else if (rule.Text("followTag") is { Length: > 0 } tag)
        {
            rule.Remark("followTag", "followTag stops every update of an image: Renovate never learns which version its tags stand for");
            changes.Add(s => s with { FollowTag = tag });
        }
    }

    private void ReadCondition(ConfigurationMapping rule, string key, List<Predicate<RuleFacts>> conditions)
    {
        switch (key)
        {
            case "matchUpdateTypes":
                if (Patterns(rule, key) is { } types)
                {
                    conditions.Add(f => f.UpdateType is { } type && types(type));
                }

                break;
            case "matchCurrentValue":
                if (Pattern(rule, key) is { } value)
                {
                    conditions.Add(f => f.CurrentValue.Length > 0 && value(f.CurrentValue));
                }

                break;
            case "matchNewValue":
                if (Pattern(rule, key) is { } written)
                {
                    conditions.Add(f => f.NewValue is { Length: > 0 } next && written(next));
                }

                break;
            case "matchCurrentVersion":
                ReadCurrentVersion(rule, key, conditions);
                break;
            case "matchCurrentAge":
                ReadCurrentAge(rule, key, conditions);
                break;
            case "matchIsBreaking":
                if (rule.Flag(key) is { } breaking)
                {
                    conditions.Add(f => f.IsBreaking == breaking);
                }

                break;
            case "matchConfidence":
                rule.Remark(key, "matchConfidence never holds: it needs Mend's service");
                conditions.Add(_ => false);
                break;
            case "matchJsonata":
                rule.Wrong(key, "matchJsonata is not read: write the condition with the other match keys");
                break;
            default:
                if (Options.PassedOver.Contains(key))
                {
                    rule.Remark(key, $"'{key}' says which images the rule is for, and is not looked at here");
                }
                else
                {
                    PassOver(rule, key);
                }

                break;
        }
    }

    private void ReadCurrentVersion(ConfigurationMapping rule, string key, List<Predicate<RuleFacts>> conditions)
    {
        if (rule.Text(key) is not { Length: > 0 } text)
        {
            return;
        }

        if (Expressions.IsRegex(text))
        {
            if (Pattern(rule, key) is { } matches)
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

    private static void ReadCurrentAge(ConfigurationMapping rule, string key, List<Predicate<RuleFacts>> conditions)
    {
        if (rule.Text(key) is not { } text)
        {
            return;
        }

        var age = text.Trim().TrimStart('<', '>', '=');
        var op = text.Trim()[..^age.Length];
        if (op is not ("<" or "<=" or ">" or ">=") || !Duration.TryParse(age, out var span))
        {
            rule.Wrong(key, $"'{Excerpt.Of(text)}' is no age: write '> 30 days'");
            return;
        }

        conditions.Add(f => f.CurrentPushed?.Invoke() is { } pushed && (f.Now - pushed) is var real && op switch
        {
            ">" => real > span,
            ">=" => real >= span,
            "<" => real < span,
            _ => real <= span,
        });
    }

    /// <summary>One of the patterns without <c>!</c> has to hold, and all of those with it.</summary>
    private Predicate<string>? Patterns(ConfigurationMapping rule, string key)
    {
        if (!rule.Has(key))
        {
            return null;
        }

        List<Predicate<string>> any = [], all = [];
        foreach (var item in rule.Scalars(key))
        {
            if (Pattern(item) is { } pattern)
            {
                (item.Value.StartsWith('!') ? all : any).Add(pattern);
            }
        }

        return text => any.Count + all.Count > 0 && (any.Count == 0 || any.Exists(p => p(text))) && all.TrueForAll(p => p(text));
    }

    private Predicate<string>? Pattern(ConfigurationMapping rule, string key) => rule.Scalar(key) is { } scalar ? Pattern(scalar) : null;

    /// <summary>Reads a pattern of names or paths; null where it is none, which is told. One that is written again is not made again.</summary>
    public Predicate<string>? Pattern(YamlScalar scalar)
    {
        if (_patterns.TryGetValue(scalar.Value, out var matches))
        {
            return Count(scalar, ref _used, MostUsed) ? matches : null;
        }

        if (!Count(scalar, ref _used, MostUsed) || (Expressions.IsCostly(scalar.Value) && !Count(scalar, ref _costly, MostCostly))
            || !_text.Check(scalar, Expressions.TryReadPattern(scalar.Value, out matches, out var error), error))
        {
            return null;
        }

        _patterns.Add(scalar.Value, matches!);
        return matches;
    }

    private bool Count(YamlScalar scalar, ref int count, int most)
    {
        if (IsBounded && ++count > most)
        {
            _text.Check(scalar, count > most + 1, $"there are more than {most} {(most == MostCostly ? "different expressions" : "patterns, those of rules within rules counted for each of them")}: write more general ones");
            return false;
        }

        return true;
    }

    private static GoExpression? Expression(ConfigurationMapping rule, string key)
    {
        if (rule.Text(key) is not { } text)
        {
            return null;
        }

        if (!GoExpression.TryParse(text, out var expression, out var error))
        {
            rule.Wrong(key, error.About(text));
            return null;
        }

        if (expression.GroupNumber("version") is null)
        {
            rule.Wrong(key, $"'{key}' needs a group for the version: write ^(?<version>[^-]+)(?<compatibility>-.*)?$");
            return null;
        }

        return expression;
    }

    private static TimeSpan? Age(ConfigurationMapping rule, string key)
    {
        if (rule.IsNull(key))
        {
            return TimeSpan.Zero;
        }

        if (rule.Text(key) is not { } text)
        {
            return null;
        }

        // A bare number stands for days in the older key, and for milliseconds in the newer.
        var days = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? $"{number} days" : text;
        if (Duration.TryParse(days, out var span))
        {
            return span;
        }

        rule.Wrong(key, $"'{Excerpt.Of(text)}' is no span of time: write '3 days'");
        return null;
    }

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
}
