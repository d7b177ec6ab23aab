using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Which rule a repository's configuration has for a use. Conditions on image, file and manager are decided here; those on version
/// and update stay in the words of the rule.
/// </summary>
internal sealed class RepositoryRules(ConfigurationPart part, SourceFile file, IReadOnlyList<RepositoryImageReader> managers, IReadOnlyList<RepositoryRule> rules) : IRuleSet
{
    private const int LongestReason = 120;

    private static readonly string[] DisplayedPrefixes = ["amd64/", "arm64/", "library/"];

    private static readonly (UpdateKind Kind, string Type)[] Types =
    [
        (UpdateKind.Pin, "pinDigest"), (UpdateKind.Digest, "digest"), (UpdateKind.Patch, "patch"), (UpdateKind.Minor, "minor"), (UpdateKind.Major, "major"),
    ];

    private readonly ConcurrentDictionary<string, PolicyRule> _made = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Schedule?> _schedules = new(StringComparer.Ordinal);

    /// <summary>The line in which the configuration begins.</summary>
    public int Line { get; init; } = 1;

    /// <summary>Why everything is off, and the line that says so.</summary>
    public (string Reason, int Line)? Off { get; init; }

    /// <summary>What names of images begin with, and what that stands for.</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        if (use.Reference is not { } reference || FindManager(use) is not { } manager)
        {
            return null;
        }

        if (Off is var (why, line))
        {
            return SwitchOff(why, line);
        }

        if (manager.Off is var (reason, at))
        {
            return SwitchOff(reason, at);
        }

        foreach (var (text, matches) in manager.IgnoredFiles)
        {
            if (matches(use.Path))
            {
                return SwitchOff($"its path is among ignorePaths: {Excerpt.Of(text.Value)}", LineOf(text));
            }
        }

        if (manager.IncludedFiles.Count > 0 && !manager.IncludedFiles.Any(f => f.Matches(use.Path)))
        {
            return SwitchOff("its path is not among includePaths", LineOf(manager.IncludedFiles[0].Text));
        }

        var seen = See(use, reference, manager);
        foreach (var name in manager.IgnoredNames)
        {
            if (name.Value == seen.DepName)
            {
                return SwitchOff("it is among ignoreDeps", LineOf(name));
            }
        }

        return Decide(manager, seen);
    }

    /// <summary>Whether Renovate would look at the file of a use.</summary>
    public bool Sees(ImageUse use) => FindManager(use) is not null;

    private RepositoryImageReader? FindManager(ImageUse use)
    {
        RepositoryImageReader? off = null;
        foreach (var manager in managers)
        {
            if (manager.Formats.Contains(use.Format, StringComparer.Ordinal) && manager.Reads(use.Path))
            {
                if (manager.Off is null)
                {
                    return manager;
                }

                off ??= manager;
            }
        }

        return off;
    }

    private RenovateUse See(ImageUse use, ImageReference reference, RepositoryImageReader manager)
    {
        var name = use.Written.Value;
        var digest = name.IndexOf('@', StringComparison.Ordinal);
        name = digest < 0 ? name : name[..digest];
        var colon = name.LastIndexOf(':');
        name = colon > name.LastIndexOf('/') ? name[..colon] : name;
        foreach (var (alias, value) in Aliases)
        {
            if (name.StartsWith(alias + "/", StringComparison.Ordinal))
            {
                return new RenovateUse(manager.ImageReader, use.Path, name, $"{value}/{name[(alias.Length + 1)..]}".TrimStart('/'), reference.Tag ?? "");
            }
        }

        var shown = name;
        foreach (var prefix in DisplayedPrefixes)
        {
            shown = shown.StartsWith(prefix, StringComparison.Ordinal) ? shown[prefix.Length..] : shown;
        }

        return new RenovateUse(manager.ImageReader, use.Path, shown, name, reference.Tag ?? "");
    }

    private PolicyRule Decide(RepositoryImageReader manager, RenovateUse use)
    {
        var settings = Distribution(use) is { } versioning
            ? Merging.Merge(manager.Settings, SettingNodes.Mapping("versioning", SettingNodes.Text(versioning, 0), 0))
            : manager.Settings;
        List<(int Index, RepositoryRule Rule)> holding = [.. rules.Concat(manager.Rules).Index().Where(r => r.Item.Holds(use))];
        List<RepositoryRule> matching = [.. holding.Select(r => r.Rule)];
        var before = Effective(settings, matching, use, null);
        var byType = Array.ConvertAll(Types, t => Effective(settings, matching, use, t.Type));
        var replacing = ReplacementReader.IsIn(Open(before.Settings)) ? Effective(settings, matching, use, "replacement") : null;
        List<InForce> all = [.. byType, before, .. replacing is null ? [] : (InForce[])[replacing]];
        var isTemplate = all.Exists(e => e.Settings.Named.Any(n => n.Key is "groupName" or "labels" or "addLabels" or "replacementNameTemplate" && SettingNodes.ToJson(n.Value).Contains("{{", StringComparison.Ordinal)));
        var key = new StringBuilder(manager.Id).Append(settings == manager.Settings ? ' ' : use.DepName[^1]);

        // Rules of presets have no places of their own in the file: two of them may say that they begin at the same one.
        foreach (var (index, _) in holding)
        {
            key.Append(CultureInfo.InvariantCulture, $" {index}");
        }

        foreach (var effective in all)
        {
            key.Append('|').AppendJoin(',', effective.Applied);
        }

        if (isTemplate)
        {
            key.Append('|').Append(use.Path).Append('|').Append(use.DepName).Append('|').Append(use.PackageName);
        }

        return _made.GetOrAdd(key.ToString(), _ => Make(settings, matching, use, before, byType, replacing));
    }

    /// <summary>Images of distributions have their own versions (<c>manager/dockerfile/extract.ts</c>).</summary>
    private static string? Distribution(RenovateUse use) =>
        use.ImageReader.Name == ImageReader.Custom ? null
        : IsNamed(use, "ubuntu") ? "ubuntu"
        : IsNamed(use, "debian") && DebianVersioning.Instance.IsValid(use.Tag) ? "debian"
        : null;

    private static bool IsNamed(RenovateUse use, string name) => use.DepName == name || use.DepName.EndsWith("/" + name, StringComparison.Ordinal);

    /// <summary>The settings in force, and which rules made them.</summary>
    private sealed record InForce(YamlMapping Settings, IReadOnlyList<int> Applied, RepositoryRule? Switch);

    /// <summary>
    /// Rules go over the settings, then the settings of the kind of update, then the rules again
    /// (<c>workers/repository/updates/flatten.ts</c>).
    /// </summary>
    private static InForce Effective(YamlMapping settings, List<RepositoryRule> matching, RenovateUse use, string? type)
    {
        var facts = new RuleFacts(use.Tag, DateTimeOffset.UnixEpoch)
        {
            UpdateType = type,
            CurrentVersion = type is null ? null : use.Tag,
            IsBreaking = type is null or "digest" or "pinDigest" ? null : type == "major" || use.Tag.TrimStart('v').StartsWith("0.", StringComparison.Ordinal),
        };
        var applied = new List<int>();
        RepositoryRule? turned = null;
        var rounds = type is null ? 1 : 2;
        for (var round = 0; round < rounds; round++)
        {
            var known = new RuleSettings();
            for (var i = 0; i < matching.Count; i++)
            {
                var rule = matching[i];
                var now = facts with { Versioning = known.Versioning };
                if (!rule.Whole.Conditions.All(c => c(now)))
                {
                    continue;
                }

                known = rule.Whole.Changes.Aggregate(known, (s, change) => change(s));
                settings = Merging.Merge(settings, rule.Settings);
                turned = rule.Settings.TryGet("enabled", out _) ? rule : turned;
                if (round == 0)
                {
                    applied.Add(i);
                }
            }

            if (round == 0 && type is not null && settings.TryGet(type, out var section) && section is YamlMapping own)
            {
                settings = Merging.Merge(settings, own);
            }
        }

        return new InForce(settings, applied, turned);
    }

    private PolicyRule Make(YamlMapping settings, List<RepositoryRule> matching, RenovateUse use, InForce before, InForce[] byType, InForce? replacing)
    {
        var facts = new RuleFacts(use.Tag, DateTimeOffset.UnixEpoch) { CurrentVersion = use.Tag };
        var decisive = matching.FindLast(r => r is { IsOwn: true, Section: null } && r.OfTag.Conditions.All(c => c(facts)));
        var source = part.SourceAt(decisive is null ? Line : LineOf(decisive.Node));
        var general = Open(before.Settings);
        if (general.Flag("enabled") == false)
        {
            var by = before.Switch;
            var reason = by is not null && by.Node.TryGet("description", out var node) && SettingNodes.Items(node).FirstOrDefault() is YamlScalar { IsEmpty: false } text && by.IsOwn
                ? Excerpt.Of(text.Value.Length > LongestReason ? text.Value[..LongestReason] : text.Value)
                : by is null ? "it is switched off" : by.Section is { } section ? $"{section} is switched off" : by.IsOwn ? "a package rule switches it off" : "a preset switches it off";
            return SwitchOff(reason, by is null ? Line : by.Section is null ? LineOf(by.Node) : general.LineOf("enabled"));
        }

        var words = Words(settings, matching);
        var policyText = new PolicyText(part.Dialect, words);
        var reading = new RenovateDialect().ReadPolicy(new SourceFile("policy", words));
        if (reading.Policy is not { } policy)
        {
            return PolicyRule.SwitchOff(reading.Errors.Count > 0 ? reading.Errors[0].Message : "its configuration is wrong", source);
        }

        var types = Types.Select((t, i) => (t.Kind, Settings: Open(byType[i].Settings))).ToDictionary(t => t.Kind, t => t.Settings);
        var proposals = types.ToDictionary(t => t.Key, t => Propose(t.Value, use));
        Replacement? replacement = null;
        if (replacing is not null && Open(replacing.Settings) is var other && other.Flag("enabled") != false)
        {
            replacement = ReplacementReader.Read(other, name => name == "packageName" ? use.PackageName : name == "depName" ? use.DepName : null);
            proposals[UpdateKind.Successor] = Propose(other, use);
        }

        var common = Propose(general, use) with { Automerge = types.Keys.All(k => proposals[k].Automerge) };
        var rule = new PolicyRule(policyText, policy)
        {
            Summary = Summary(before.Settings, types) + (replacement is null ? "" : $", replaced by {replacement}"),
            Source = source,
            Pins = general.Flag("pinDigests") == true && types[UpdateKind.Pin].Flag("enabled") != false,
            Refreshes = types[UpdateKind.Digest].Flag("enabled") != false,
            Proposal = common,
            Replacement = replacement,
        };
        return rule with { ByKind = proposals.Where(p => !p.Value.SaysTheSame(common)).ToDictionary(p => p.Key, p => rule with { Proposal = p.Value }) };
    }

    private ProposalSettings Propose(ConfigurationMapping settings, RenovateUse use)
    {
        // One schedule for all that are under it, whose equality is by its rules.
        var key = string.Join('\n', settings.Texts("schedule").Prepend(settings.Text("timezone") ?? ""));
        return ProposalReader.Read(settings, s => Fill(s, use), k => part.SourceAt(settings.LineOf(k))) with
        {
            Schedule = _schedules.GetOrAdd(key, _ => ProposalReader.ReadSchedule(settings)),
        };
    }

    /// <summary>What the policy reads: settings, and the rules that are left of those for the use.</summary>
    private static string Words(YamlMapping settings, List<RepositoryRule> matching)
    {
        var entries = RepositoryReader.PolicyEntries(settings).Where(e => SettingNodes.Name(e.Key) is not ("enabled" or "pinDigests")).ToList();
        List<YamlNode> left = [.. matching.Select(r => r.Words).OfType<YamlMapping>()];
        if (left.Count > 0)
        {
            entries.Add((SettingNodes.Text("packageRules", 0), SettingNodes.List(left, 0)));
        }

        return SettingNodes.ToJson(SettingNodes.Mapping(entries, 0));
    }

    private static string Summary(YamlMapping settings, Dictionary<UpdateKind, ConfigurationMapping> types)
    {
        string TextOf(string key) => settings.TryGet(key, out var node) && node is YamlScalar { IsEmpty: false } text ? Excerpt.Of(text.Value) : "";
        var versioning = TextOf("versioning") is { Length: > 0 } written ? written.Split(':')[0] : "docker";
        var parts = new List<string> { versioning };
        if (TextOf("allowedVersions") is { Length: > 0 } allowed)
        {
            parts.Add($"allowed {allowed}");
        }

        var off = types.Where(t => t.Key >= UpdateKind.Patch && t.Value.Flag("enabled") == false).Select(t => RuleFacts.TypeOf(t.Key)).ToList();
        if (off.Count > 0)
        {
            parts.Add($"no {string.Join(" nor ", off)}");
        }

        if (TextOf("minimumReleaseAge") is { Length: > 0 } age)
        {
            parts.Add($"older than {age}");
        }

        return string.Join(", ", parts);
    }

    private static string Fill(string text, RenovateUse use)
    {
        if (!text.Contains("{{", StringComparison.Ordinal))
        {
            return text;
        }

        var folder = use.Path.LastIndexOf('/') is var slash and >= 0 ? use.Path[..slash] : "";
        foreach (var (name, value) in (IEnumerable<(string, string)>)
            [
                ("manager", use.ImageReader.Name), ("datasource", "docker"), ("depName", use.DepName), ("packageName", use.PackageName), ("packageFile", use.Path),
                ("packageFileDir", folder), ("parentDir", folder[(folder.LastIndexOf('/') + 1)..]),
            ])
        {
            text = text.Replace($"{{{{{{{name}}}}}}}", value, StringComparison.Ordinal).Replace($"{{{{{name}}}}}", value, StringComparison.Ordinal);
        }

        return text;
    }

    private ConfigurationMapping Open(YamlMapping settings) => RepositoryReader.Open(new ConfigurationText(file), settings);

    private PolicyRule SwitchOff(string reason, int line) =>
        _made.GetOrAdd(string.Create(CultureInfo.InvariantCulture, $"off {line} {reason}"), _ => PolicyRule.SwitchOff(reason, part.SourceAt(line)));

    private int LineOf(YamlNode node) => file.PositionOf(node.Start).Line;
}
