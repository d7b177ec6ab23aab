using System.Collections.Frozen;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads the configuration of a repository. Never throws, and says of every mistake where it is.</summary>
internal sealed class RepositoryReader
{
    private static readonly FrozenSet<string> UpdateTypes = FrozenSet.ToFrozenSet(["major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement"], StringComparer.Ordinal);

    /// <summary>Kinds of update that a policy knows settings of.</summary>
    private static readonly FrozenSet<string> PolicyTypes = FrozenSet.ToFrozenSet(["major", "minor", "patch", "rollback"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> OfTag = FrozenSet.ToFrozenSet(["matchCurrentValue", "matchCurrentVersion"], StringComparer.Ordinal);

    private static readonly FrozenSet<string> OfUpdate =
        FrozenSet.ToFrozenSet(["matchUpdateTypes", "matchNewValue", "matchCurrentAge", "matchIsBreaking", "matchConfidence", .. OfTag], StringComparer.Ordinal);

    private static readonly FrozenSet<string> OfUse = FrozenSet.ToFrozenSet(
    [
        "matchManagers", "matchCategories", "matchDatasources", "matchPackageNames", "matchDepNames", "matchDepTypes", "matchFileNames", "matchBaseBranches",
        "matchRepositories", "matchSourceUrls", "matchRegistryUrls", "matchJsonata",
    ], StringComparer.Ordinal);

    /// <summary>Keys that are read here, and those that are no business of anyone's.</summary>
    private static readonly FrozenSet<string> Read = FrozenSet.ToFrozenSet(
    [
        "$schema", "description", "extends", "ignorePresets", "enabled", "enabledManagers", "ignorePaths", "includePaths", "ignoreDeps", "packageRules", "customManagers",
        "registryAliases", "managerFilePatterns", "configMigration", "overrideDescription", .. ProposalReader.Keys, .. ReplacementReader.Keys, .. Options.Obeyed, .. OfUse, .. ImageReaders.Names, .. Options.Languages,
    ], StringComparer.Ordinal);

    private static readonly string[] Known = [.. Options.All.Concat(Read).Concat(Options.OfOtherPackages).Concat(Options.OfTheServer).Concat(Options.Dropped).Distinct(StringComparer.Ordinal)];

    private const string Datasource = "docker";

    private const string Approval = "dependencyDashboardApproval";

    private static readonly Lazy<FrozenDictionary<string, RepositoryRule>> Presets = new(ReadPresets);

    private static readonly ImageReader Custom = new(ImageReader.Custom, [], [], ["custom"], []) { LeavesUnpinned = true };

    private readonly ConfigurationText _text;
    private readonly RuleReader _policies;
    private readonly HashSet<int> _own = [];
    private readonly HashSet<int> _sections = [];
    private readonly SortedSet<string> _others = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Predicate<string>> _globs = new(StringComparer.Ordinal);
    private int _rules;

    /// <summary>A reader of a file.</summary>
    public RepositoryReader(SourceFile file, bool isBounded = true)
    {
        _text = new ConfigurationText(file);
        _policies = new RuleReader(_text) { IsBounded = isBounded };
    }

    /// <summary>Reads a whole configuration.</summary>
    /// <param name="part">The file.</param>
    /// <param name="written">What is written in it.</param>
    public (RepositoryRules? Rules, ConfigurationText Text) ReadAll(ConfigurationPart part, YamlMapping written)
    {
        var renewed = OlderKeys.Renew(written);
        CollectOwn(renewed);
        Check(renewed);
        var inheritance = new Inheritance(_text);
        var root = Merging.Merge(Defaults(renewed.Start), inheritance.Resolve(renewed));
        var settings = _text.Open(root, "", Known);
        TellUnknown(inheritance, renewed);

        var rules = ReadRules(settings);
        TellApproval([settings, .. rules.Select(r => Open(_text, r.Settings))]);
        var managers = ImageReaders.All.Select(m => ReadManager(m, m.Name, m.Formats, root, settings)).ToList();
        foreach (var found in new CustomExpressions(_text).Read(settings))
        {
            var own = Merging.Merge(found.Settings, SettingNodes.Mapping("managerFilePatterns", SettingNodes.List(found.Patterns, found.Settings.Start), found.Settings.Start));
            managers.Add(ReadManager(Custom, "regex", ["comment", .. found.Formats.Select(f => f.Name)], root, settings, own));
        }

        CheckRanges(settings, rules);
        if (_text.ErrorCount == 0)
        {
            // A time zone may come with a preset.
            ProposalReader.ReadSchedule(settings);
        }

        var nothingIsKnown = inheritance.Unknown.Count > 0 && renewed.Entries.TrueForAll(e => SettingNodes.Name(e.Key) is "extends" or "$schema" or "description")
            && SettingNodes.Items(renewed.TryGet("extends", out var extends) ? extends : renewed).All(inheritance.Unknown.Contains);
        return (new RepositoryRules(part, _text.File, managers, rules)
        {
            Off = settings.Flag("enabled") == false ? ("Renovate is switched off", settings.LineOf("enabled"))
                : nothingIsKnown ? ($"all that is said of it is in '{Excerpt.Of(inheritance.Unknown[0].Value)}', which is not read", _text.LineOf(inheritance.Unknown[0]))
                : null,
            Line = _text.LineOf(written),
            Aliases = Aliases(settings),
        }, _text);
    }

    /// <summary>Opens settings that are made of several.</summary>
    public static ConfigurationMapping Open(ConfigurationText text, YamlMapping settings) => text.Open(settings, "", Known);

    /// <summary>The formats that a configuration defines.</summary>
    public static IReadOnlyList<RegexFormat> ReadFormats(SourceFile file, YamlMapping written)
    {
        var text = new ConfigurationText(file);
        var root = new Inheritance(text).Resolve(OlderKeys.Renew(written));
        var found = new CustomExpressions(text).Read(text.Open(root, "", Known)).SelectMany(m => m.Formats).Take(RegexFormat.MostFormats);
        return text.Errors.Count > 0 ? [] : [.. found];
    }

    /// <summary>What Renovate has where nobody says otherwise, and we have not: new digests travel together, and ten pull requests may be open.</summary>
    private static YamlMapping Defaults(int start) => SettingNodes.Mapping(
        [
            (SettingNodes.Text("pinDigest", start), SettingNodes.Mapping("groupName", SettingNodes.Text("Pin Dependencies", start), start)),
            (SettingNodes.Text("prConcurrentLimit", start), SettingNodes.Word("10", start)),
        ],
        start);

    /// <summary>Where the configuration's own rules are written: those that come with presets stand where the preset is named.</summary>
    private void CollectOwn(YamlMapping mapping)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (SettingNodes.Name(key) == "packageRules" && value is YamlSequence rules)
            {
                // A rule of an older section, such as docker, begins where its only matcher does.
                _own.UnionWith(rules.Mappings.Select(r => r.Start));
                _sections.UnionWith(rules.Mappings.Where(r => r.Entries.Count > 0 && r.Entries[0].Key.Start == r.Start).Select(r => r.Start));
            }
            else if (value is YamlMapping section)
            {
                CollectOwn(section);
            }
        }
    }

    /// <summary>Tells of keys that there are not, and of those that have no meaning here.</summary>
    private void Check(YamlMapping renewed)
    {
        Check(_text.Open(renewed, "", Known), isTop: true);
        if (_others.Count > 0)
        {
            _text.Remark(renewed, $"no image has to do with {string.Join(", ", _others)}: passed over");
        }
    }

    private void Check(ConfigurationMapping section, bool isTop)
    {
        foreach (var key in section.Keys)
        {
            if (UpdateTypes.Contains(key) || (ImageReaders.Names.Contains(key) && isTop))
            {
                if (section.Mapping(key, Known) is { } nested)
                {
                    Check(nested, isTop: false);
                }
            }
            else if (key == "packageRules")
            {
                foreach (var rule in section.Mappings(key, Known, RuleReader.MostRules))
                {
                    Check(rule, isTop: false);
                }
            }
            else if (Options.OfOtherPackages.Contains(key))
            {
                _others.Add(key);
            }
            else if (Options.OfTheServer.Contains(key))
            {
                section.Remark(key, $"'{key}' is set where Renovate runs, and not in a repository: passed over");
            }
            else if (!Read.Contains(key) && !OfUpdate.Contains(key))
            {
                section.Remark(key, PassedOver(key));
            }
        }

        if (section.Texts("baseBranchPatterns") is { Count: > 1 })
        {
            section.Remark("baseBranchPatterns", "of several branches the default branch alone is looked at");
        }

        if (section.Text("automergeType") == "branch")
        {
            section.Remark("automergeType", "automergeType is not branch here: what is merged goes through a pull request");
        }

        if (!ProposalReader.MergesAtAnyTime(section))
        {
            section.Remark("automergeSchedule", "within a schedule nothing is merged here: what may be merged at some times only is left to people");
        }

        ProposalReader.Read(section, static t => t);
        ProposalReader.ReadSchedule(section);
        ReplacementReader.Check(section);
    }

    /// <summary>What a preset wants to have approved is proposed without; where it is written, that is told already.</summary>
    private static void TellApproval(IEnumerable<ConfigurationMapping> all)
    {
        foreach (var settings in all.Where(s => s.Flag(Approval) == true))
        {
            settings.Remark(Approval, PassedOver(Approval));
        }
    }

    private static string PassedOver(string key) => $"'{key}' has no meaning here, and is passed over";

    private void TellUnknown(Inheritance inheritance, YamlMapping renewed)
    {
        foreach (var preset in inheritance.Unknown)
        {
            _text.Remark(preset, $"what '{Excerpt.Of(preset.Value)}' says is not known here, for it is in another place: write into this file what of it has to hold");
        }

        if (renewed.TryGet("extends", out var extends) && extends is YamlMapping)
        {
            _text.Wrong(extends, "'extends' is a list of presets: write [\"config:recommended\"]");
        }
    }

    private RepositoryImageReader ReadManager(ImageReader manager, string section, IReadOnlyList<string> formats, YamlMapping root, ConfigurationMapping settings, YamlMapping? own = null)
    {
        var start = root.Start;
        var defaults = manager.LeavesUnpinned ? SettingNodes.Mapping("pinDigests", SettingNodes.Word("false", start), start) : new YamlMapping(start, null);
        if (root.TryGet(section, out var node) && node is YamlMapping written)
        {
            defaults = Merging.Merge(defaults, written);
        }

        if (own is not null)
        {
            defaults = Merging.Merge(defaults, own);
        }

        // Rules are read apart, those of the manager after those for all.
        var merged = OlderKeys.Without(Merging.Merge(OlderKeys.Without(root, "packageRules"), OlderKeys.Without(defaults, "packageRules")), "managerFilePatterns");
        var reader = _text.Open(defaults, $"'{section}'", Known);
        var whole = _text.Open(merged, "", Known);
        var before = _text.ErrorCount;
        List<Predicate<string>> files = [.. manager.Files, .. reader.Scalars("managerFilePatterns").Select(Pattern).OfType<Predicate<string>>()];
        var areFilesKnown = _text.ErrorCount == before;
        var isOn = reader.Flag("enabled") ?? manager.IsOn;
        var enabled = settings.Scalars("enabledManagers");
        (string, int)? off = !isOn && reader.Has("enabled") ? ($"{manager.Name} is switched off", reader.LineOf("enabled"))
            : enabled.Count > 0 && !enabled.Any(e => e.Value == manager.Name) ? ($"enabledManagers does not name {manager.Name}", settings.LineOf("enabledManagers"))
            : null;

        var policy = SettingNodes.Mapping(PolicyEntries(merged).Where(e => SettingNodes.Name(e.Key) != "enabled"), start);
        _policies.Compile(policy);
        return new RepositoryImageReader(
            own is null ? section : $"{section} {own.Start}", manager, isOn || off is not null ? formats : [], areFilesKnown ? files : null, merged, Globs(whole, "ignorePaths"), Globs(whole, "includePaths"),
            whole.Scalars("ignoreDeps"), own is null && reader.Has("packageRules") ? ReadRules(reader) : [], off);
    }

    private List<RepositoryRule> ReadRules(ConfigurationMapping section)
    {
        var rules = new List<RepositoryRule>();
        foreach (var rule in section.Mappings("packageRules", Known, RuleReader.MostRules))
        {
            if (++_rules > RuleReader.MostRules)
            {
                section.Wrong("packageRules", $"there are more than {RuleReader.MostRules} package rules: join those that say the same");
                break;
            }

            rules.Add(ReadRule(rule));
        }

        return rules;
    }

    private RepositoryRule ReadRule(ConfigurationMapping rule)
    {
        var node = rule.Node;
        if (_own.Contains(node.Start))
        {
            return Compile(rule, isOwn: true) with { Section = _sections.Contains(node.Start) ? rule.Texts("matchCategories")[0] : null };
        }

        // Rules of presets are the same in every repository, and their expressions take a while to read.
        return Presets.Value.TryGetValue(SettingNodes.ToJson(node), out var read) ? read with { Node = node } : Compile(rule, isOwn: false);
    }

    private static FrozenDictionary<string, RepositoryRule> ReadPresets()
    {
        var reader = new RepositoryReader(new SourceFile("presets", ""), isBounded: false);
        return PresetTable.Rules.DistinctBy(SettingNodes.ToJson, StringComparer.Ordinal).ToFrozenDictionary(SettingNodes.ToJson, r => reader.Compile(Open(reader._text, r), isOwn: false), StringComparer.Ordinal);
    }

    private RepositoryRule Compile(ConfigurationMapping rule, bool isOwn)
    {
        var node = rule.Node;
        foreach (var key in rule.Keys)
        {
            ClosedLists.Check(_text, rule, key);
        }

        var patterns = rule.Keys.Where(OfUse.Contains).Select(k => (Key: k, Matches: Patterns(rule, k))).Where(p => p.Matches is not null).ToDictionary(p => p.Key, p => p.Matches!, StringComparer.Ordinal);
        List<Predicate<RenovateUse>> matches = [.. patterns.Select(p => Match(rule, p.Key, p.Value, isOwn))];

        // What is for other packages may have versionings that images have not.
        var isForImages = ImageReaders.All.Append(Custom).Any(m => IsForManager(patterns, m));
        var policy = isForImages ? PolicyEntries(node) : [];
        if (policy.Find(e => SettingNodes.Name(e.Key) == "versioning").Value is YamlScalar { IsEmpty: false } versioning && Versioning.Find(versioning.Value, out var error) is null)
        {
            _text.Remark(versioning, $"{error}; what the rule is for stays as it is");
        }

        var conditions = isForImages ? node.Entries.FindAll(e => OfUpdate.Contains(SettingNodes.Name(e.Key) ?? "")) : [];
        var compiled = SettingNodes.Mapping(conditions.Concat(policy.Where(e => !IsUnreadVersioning(e))), node.Start);
        return new RepositoryRule(
            node,
            isForImages ? matches : [_ => false],
            _policies.Compile(SettingNodes.Mapping(conditions.Where(e => OfTag.Contains(SettingNodes.Name(e.Key)!)), node.Start)),
            _policies.Compile(compiled),
            policy.Count == 0 ? null : SettingNodes.Mapping(conditions.Concat(policy), node.Start),
            SettingNodes.Mapping(node.Entries.Where(e => !OfUse.Contains(SettingNodes.Name(e.Key) ?? "") && !OfUpdate.Contains(SettingNodes.Name(e.Key) ?? "") && SettingNodes.Name(e.Key) is not ("extends" or "packageRules")), node.Start),
            isOwn);
    }

    private static bool IsUnreadVersioning((YamlNode Key, YamlNode Value) entry) =>
        SettingNodes.Name(entry.Key) == "versioning" && entry.Value is YamlScalar { IsEmpty: false } text && Versioning.Find(text.Value, out _) is null;

    /// <summary>Whether a rule may be for images that a manager reads.</summary>
    private static bool IsForManager(Dictionary<string, Predicate<string>> patterns, ImageReader manager) =>
        (patterns.GetValueOrDefault("matchDatasources")?.Invoke(Datasource) ?? true)
        && (patterns.GetValueOrDefault("matchManagers")?.Invoke(manager.Name) ?? true)
        && (!patterns.TryGetValue("matchCategories", out var categories) || manager.Categories.Any(c => categories(c)));

    private static Predicate<RenovateUse> Match(ConfigurationMapping rule, string key, Predicate<string> matches, bool isOwn)
    {
        switch (key)
        {
            case "matchJsonata":
                return Never(rule, key, isOwn, "it is not read");
            case "matchRepositories":
                return Never(rule, key, isOwn, "the repository's name is not known here");
            case "matchBaseBranches":
                return Never(rule, key, isOwn, "the default branch alone is looked at, whose name is not known here");
            case "matchSourceUrls":
                return Never(rule, key, isOwn, "it is not known here from which sources an image is made");
            case "matchRegistryUrls":
                return Never(rule, key, isOwn, "images have no registryUrls");
            case "matchManagers":
                return u => matches(u.ImageReader.Name);
            case "matchCategories":
                return u => u.ImageReader.Categories.Any(c => matches(c));
            case "matchDatasources":
                return _ => matches(Datasource);
            case "matchPackageNames":
                return u => matches(u.PackageName);
            case "matchDepNames":
                return u => matches(u.DepName);
            case "matchFileNames":
                return u => matches(u.Path);
            default:
                // Which of several an image is, is not known: stages of a Dockerfile are not told apart.
                if (isOwn && ImageReaders.All.Any(m => m.DepTypes.Any(t => matches(t)) && !m.DepTypes.All(t => matches(t))))
                {
                    rule.Remark(key, "matchDepTypes holds where all types of a file's images match, for they are not told apart: dockerfile knows syntax, stage, final");
                }

                return u => u.ImageReader.DepTypes.Count > 0 && u.ImageReader.DepTypes.All(t => matches(t));
        }
    }

    private static Predicate<RenovateUse> Never(ConfigurationMapping rule, string key, bool isOwn, string reason)
    {
        if (isOwn)
        {
            rule.Remark(key, $"a rule with {key} is for no image: {reason}");
        }

        return _ => false;
    }

    /// <summary>One of the patterns without <c>!</c> has to hold, and all of those with it; null where the key is not there.</summary>
    private Predicate<string>? Patterns(ConfigurationMapping rule, string key)
    {
        if (!rule.Has(key))
        {
            return null;
        }

        List<Predicate<string>> any = [], all = [];
        foreach (var item in rule.Scalars(key))
        {
            // An expression of another language.
            if ((key == "matchJsonata" ? _ => false : Pattern(item)) is { } pattern)
            {
                (item.Value.StartsWith('!') ? all : any).Add(pattern);
            }
        }

        return text => any.Count + all.Count > 0 && (any.Count == 0 || any.Exists(p => p(text))) && all.TrueForAll(p => p(text));
    }

    private Predicate<string>? Pattern(YamlScalar scalar) => _policies.Pattern(scalar);

    /// <summary>Paths and globs; a text that is part of a path counts too where it leaves files out.</summary>
    private List<(YamlScalar Text, Predicate<string> Matches)> Globs(ConfigurationMapping section, string key)
    {
        var globs = new List<(YamlScalar, Predicate<string>)>();
        foreach (var item in section.Scalars(key))
        {
            var value = item.Value;
            if (!_globs.TryGetValue(value, out var matches) && _text.Check(item, Expressions.TryReadGlob(value, ignoreCase: false, out matches, out var error), error))
            {
                // Every manager has those that are for all.
                _globs[value] = matches!;
            }

            if (matches is not null)
            {
                globs.Add((item, key == "ignorePaths" ? p => p.Contains(value, StringComparison.Ordinal) || matches(p) : p => p == value || matches(p)));
            }
        }

        return globs;
    }

    private Dictionary<string, string> Aliases(ConfigurationMapping settings)
    {
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!settings.TryGet("registryAliases", out var node) || node is not YamlMapping mapping)
        {
            return aliases;
        }

        foreach (var (name, value) in mapping.Named)
        {
            if (value is YamlScalar text)
            {
                aliases[name] = text.Value.TrimEnd('/');
            }
            else
            {
                _text.Wrong(value, "'registryAliases' has a text for each name");
            }
        }

        if (aliases.Count > 0)
        {
            settings.Remark("registryAliases", "registryAliases counts for the names that rules match; which registry is asked is for Mirrors in the settings to say");
        }

        return aliases;
    }

    /// <summary>Of settings, those that a policy knows.</summary>
    public static List<(YamlNode Key, YamlNode Value)> PolicyEntries(YamlMapping settings)
    {
        var entries = new List<(YamlNode Key, YamlNode Value)>();
        foreach (var (key, value) in settings.Entries)
        {
            var name = SettingNodes.Name(key) ?? "";
            if (PolicyTypes.Contains(name) && value is YamlMapping section)
            {
                if (PolicyEntries(section) is { Count: > 0 } known)
                {
                    entries.Add((key, SettingNodes.Mapping(known, section.Start)));
                }
            }
            else if (!UpdateTypes.Contains(name) && Options.Obeyed.Contains(name) && !name.StartsWith("match", StringComparison.Ordinal) && name != "packageRules")
            {
                entries.Add((key, value));
            }
        }

        return entries;
    }

    /// <summary>A range has to be one of npm, or of a versioning that is named somewhere.</summary>
    private void CheckRanges(ConfigurationMapping root, IReadOnlyList<RepositoryRule> rules)
    {
        List<YamlMapping> sections = [root.Node, .. rules.Select(r => r.Words).OfType<YamlMapping>()];
        List<Versioning> versionings = [DockerVersioning.Instance];
        foreach (var section in sections)
        {
            if (section.TryGet("versioning", out var node) && node is YamlScalar { IsEmpty: false } text && versionings.Count < 100 && Versioning.Find(text.Value, out _) is { } versioning)
            {
                versionings.Add(versioning);
            }
        }

        foreach (var section in sections)
        {
            if (section.TryGet("allowedVersions", out var node) && node is YamlScalar { IsEmpty: false } text)
            {
                var allowed = new AllowedVersions(text.Value);
                string? error = null;
                if (!versionings.Exists(v => allowed.Read(v, new Release("1.2.3", [1, 2, 3]), out error) is not null))
                {
                    _text.Wrong(text, error!);
                }
            }
        }
    }
}
