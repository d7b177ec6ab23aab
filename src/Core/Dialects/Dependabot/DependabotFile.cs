using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// Reads <c>.github/dependabot.yml</c>. Entries of ecosystems that have nothing to do with images are passed over without a look.
/// What is wrong in an entry breaks that one, what is wrong beside the entries breaks them all.
/// </summary>
internal sealed class DependabotFile
{
    private const int MostDirectories = 5_000;
    private const string Updates = "updates";
    private const string Registries = "registries";
    private const string EcosystemGroups = "multi-ecosystem-groups";
    private const string EcosystemGroup = "multi-ecosystem-group";
    private const string PackageEcosystem = "package-ecosystem";
    private const string Directory = "directory";
    private const string Directories = "directories";
    private const string ExcludePaths = "exclude-paths";
    private const string Schedule = "schedule";
    private const string Patterns = "patterns";

    private static readonly string[] RootKeys = ["version", Updates, Registries, EcosystemGroups, "enable-beta-ecosystems"];
    private static readonly string[] GroupKeys = ["applies-to", "dependency-type", Patterns, "exclude-patterns", "update-types", "group-by"];

    private static readonly string[] EcosystemGroupKeys =
        [Schedule, "assignees", "reviewers", "labels", "milestone", "target-branch", "commit-message", "open-pull-requests-limit", "pull-request-branch-name", "rebase-strategy"];

    private static readonly Dictionary<string, UpdateKind> Kinds = new(StringComparer.Ordinal) { ["major"] = UpdateKind.Major, ["minor"] = UpdateKind.Minor, ["patch"] = UpdateKind.Patch };

    private readonly ConfigurationPart _part;
    private readonly ConfigurationText _text;
    private readonly Dictionary<string, EntryProposal> _ecosystemGroups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _registries = new(StringComparer.Ordinal);
    private readonly List<Draft> _drafts = [];
    private readonly HashSet<string> _ecosystems = new(StringComparer.Ordinal);
    private int _directories;

    private DependabotFile(ConfigurationPart part) => (_part, _text) = (part, DependabotEntry.OpenFile(part.ToSource()));

    /// <summary>Reads the file.</summary>
    public static DialectReading Read(ConfigurationPart part)
    {
        var file = new DependabotFile(part);
        var entries = file.ReadEntries();
        return new DialectReading(new DependabotUpdates(entries), file._text.Errors, file._text.Remarks);
    }

    private List<UpdateEntry> ReadEntries()
    {
        if (_text.Root($"write 'version: 2' and '{Updates}:'", ConfigurationPart.LongestText) is not { } mapping)
        {
            return [Broken(EntryScope.All, _text.Errors[0].Line ?? 1)];
        }

        var root = _text.Open(mapping, "dependabot.yml", RootKeys);
        if (root.Needed("version", "write 'version: 2'") is { Value: not "2" } version)
        {
            _text.Wrong(version, $"version '{Excerpt.Of(version.Value)}' is not read: write 'version: 2'");
        }

        if (root.Has("enable-beta-ecosystems"))
        {
            root.Remark("enable-beta-ecosystems", "'enable-beta-ecosystems' is passed over: it means nothing any more");
        }

        ReadRegistries(root);
        ReadEcosystemGroups(root);
        if (!root.Has(Updates))
        {
            root.Wrong(Updates, $"'{Updates}' is missing: write a list of what is to be updated");
        }

        var items = root.Items(Updates);
        var isSound = root.IsSound;
        foreach (var item in items)
        {
            ReadEntry(item);
        }

        // GitHub takes no file in which anything is wrong; here the other entries go on. Nobody knows what a list is about that is none.
        if (!isSound && items.Count == 0)
        {
            return [Broken(EntryScope.All, _text.Errors[0].Line ?? 1)];
        }

        var shared = _drafts.SelectMany(d => d.Groups.Select(g => g.Name).Distinct(StringComparer.Ordinal)).CountBy(n => n, StringComparer.Ordinal)
            .Where(c => c.Value > 1).Select(c => c.Key).ToHashSet(StringComparer.Ordinal);

        // What is for the default branch is asked first: the files that are read are those of that branch.
        return [.. _drafts.Where(d => d.Target is null).Concat(_drafts.Where(d => d.Target is not null)).Select(d => Make(d, isSound, shared))];
    }

    private UpdateEntry Make(Draft draft, bool isSound, HashSet<string> shared)
    {
        var source = _part.SourceAt(draft.Line);
        if (!isSound || draft.Proposal is not { } proposal || draft.Scope.Ecosystem is not { } ecosystem)
        {
            return new BrokenEntry(draft.Scope, source);
        }

        // The label of the ecosystem is added where a file has several (labeler.rb).
        var settings = proposal.ToSettings(_ecosystems.Count > 1 ? ["dependencies", ecosystem.Label] : ["dependencies"]);
        IReadOnlyList<DependencyGroup> groups = [.. draft.Groups.Select(g => shared.Contains(g.Name) ? g with { Name = $"{g.Name} ({ecosystem.Name} {draft.Place})" } : g)];
        return new SoundEntry(draft.Scope, source, draft.Rules, settings, groups, draft.Grouped, draft.AllowLine, draft.LimitLine);
    }

    private BrokenEntry Broken(EntryScope scope, int line) => new(scope, _part.SourceAt(line));

    private void ReadRegistries(ConfigurationMapping root)
    {
        if (!root.TryGet(Registries, out var value) || root.IsNull(Registries))
        {
            return;
        }

        if (value is not YamlMapping registries)
        {
            root.Wrong(Registries, $"'{Registries}' has a key for each registry");
            return;
        }

        _registries.UnionWith(registries.Named.Take(ConfigurationMapping.MostItems).Select(r => r.Key));
        root.Remark(Registries, $"'{Registries}' is passed over: Dependabot's secrets are not at hand, so registries are reached with the settings for registries here");
    }

    private void ReadEcosystemGroups(ConfigurationMapping root)
    {
        foreach (var (name, group) in Mappings(root, EcosystemGroups, "the group", EcosystemGroupKeys))
        {
            var proposal = EntryProposal.Read(group);
            _ecosystemGroups[name] = proposal with { Settings = proposal.Settings with { Schedule = ReadSchedule(group) } };
        }
    }

    private void ReadEntry(YamlNode item)
    {
        var line = _text.LineOf(item);
        if (item.Target is not YamlMapping mapping)
        {
            _text.Wrong(item, $"an entry of '{Updates}' has keys: write '- {PackageEcosystem}: docker', and its other keys below it");
            _drafts.Add(new Draft(EntryScope.All, line));
            return;
        }

        var ecosystem = mapping.Scalar(PackageEcosystem) is { } name ? EcosystemOf(name) : null;
        if (mapping.Scalar(PackageEcosystem) is { } other && ecosystem is null)
        {
            _ecosystems.Add(other.Value);
            return;
        }

        _ecosystems.Add(ecosystem?.Name ?? "");
        var entry = _text.Open(mapping, $"an entry of '{Updates}'", DependabotEntry.EntryKeys);
        var written = entry.Needed(PackageEcosystem, "write 'docker', 'docker-compose' or 'helm'");
        if (ecosystem is not null && written is not null && written.Value != ecosystem.Name)
        {
            entry.Wrong(PackageEcosystem, $"there is no ecosystem '{Excerpt.Of(written.Value)}': did you mean '{ecosystem.Name}'?");
        }

        var draft = new Draft(ReadScope(entry, ecosystem, out var place), line)
        {
            Place = place,
            Target = entry.Text("target-branch"),
            AllowLine = entry.LineOf("allow"),
            LimitLine = entry.LineOf("open-pull-requests-limit"),
            Rules = DependabotEntry.Read(_text, entry),
            Groups = ReadGroups(entry),
        };
        var proposal = EntryProposal.Read(entry);
        proposal = proposal with { Settings = proposal.Settings with { Schedule = ReadSchedule(entry) } };
        if (entry.Scalar(EcosystemGroup) is { } group)
        {
            if (_ecosystemGroups.TryGetValue(group.Value, out var several))
            {
                proposal = proposal.Within(several);
                draft.Grouped = new DependencyGroup(group.Value, entry.Has(Patterns) ? entry.Texts(Patterns, mayBeOne: false) : null, [], null, ByName: false);
            }
            else
            {
                entry.Wrong(EcosystemGroup, $"there is no group '{Excerpt.Of(group.Value)}' in '{EcosystemGroups}'{NearestKey.Hint(group.Value, _ecosystemGroups.Keys)}");
            }
        }

        CheckRegistries(entry);
        draft.Proposal = entry.IsSound ? proposal : null;
        _drafts.Add(draft);
    }

    /// <summary>The ecosystem, or the one that is most likely meant; null where it is none of ours.</summary>
    private static Ecosystem? EcosystemOf(YamlScalar name)
    {
        var found = Ecosystem.All.FirstOrDefault(e => e.Name == name.Value);
        if (found is not null || Ecosystem.Known.Contains(name.Value, StringComparer.Ordinal))
        {
            return found;
        }

        var hint = NearestKey.Hint(name.Value.Replace('_', '-'), Ecosystem.Known);
        return Ecosystem.All.FirstOrDefault(e => hint.Contains($"'{e.Name}'", StringComparison.Ordinal));
    }

    private EntryScope ReadScope(ConfigurationMapping entry, Ecosystem? ecosystem, out string place)
    {
        place = "";
        var excluded = new List<ExcludedPath>();
        foreach (var path in entry.Scalars(ExcludePaths, mayBeOne: false))
        {
            if (ExcludedPath.TryParse(path.Value, _text.LineOf(path)) is { } found)
            {
                excluded.Add(found);
            }
            else
            {
                _text.Wrong(path, "there are too many alternatives in braces");
            }
        }

        if (entry.Has(Directory) == entry.Has(Directories))
        {
            entry.Wrong(entry.Has(Directory) ? Directories : Directory, entry.Has(Directory)
                ? $"'{Directory}' and '{Directories}' exclude each other: keep one of them"
                : $"'{Directory}' is missing: write '/' for the root, or a list of '{Directories}'");
            return new EntryScope(ecosystem, null, null, excluded);
        }

        if (entry.Scalar(Directory) is { } directory)
        {
            if (DirectoryPattern.IsPattern(directory.Value))
            {
                _text.Remark(directory, $"'{Directory}' takes no patterns: write '{Directories}: [\"{Excerpt.Of(directory.Value)}\"]'");
            }

            place = directory.Value;
            return new EntryScope(ecosystem, new HashSet<string>(StringComparer.Ordinal) { DirectoryPattern.Normalized(place) }, [], excluded) { Written = DirectoryPattern.IsPattern(place) ? [] : [(place, _text.LineOf(directory))] };
        }

        var written = entry.Scalars(Directories, mayBeOne: false);
        if (written.Count == 0)
        {
            entry.Wrong(Directories, $"'{Directories}' is a list of folders, such as [\"/\"]");
            return new EntryScope(ecosystem, null, null, excluded);
        }

        place = written[0].Value;
        var (folders, patterns) = (new HashSet<string>(StringComparer.Ordinal), new List<DirectoryPattern>());
        foreach (var folder in written)
        {
            if (!DirectoryPattern.IsPattern(folder.Value))
            {
                folders.Add(DirectoryPattern.Normalized(folder.Value));
            }
            else if (DirectoryPattern.TryParse(folder.Value) is { } found)
            {
                patterns.AddRange(found);
            }
            else
            {
                _text.Wrong(folder, "there are too many alternatives in braces");
            }
        }

        _directories += folders.Count + patterns.Count;
        if (_directories > MostDirectories)
        {
            entry.Wrong(Directories, $"there are more than {MostDirectories} folders in the file: use patterns");
            return new EntryScope(ecosystem, null, null, excluded);
        }

        return new EntryScope(ecosystem, folders, patterns, excluded) { Written = [.. written.Select(w => (w.Value, _text.LineOf(w)))] };
    }

    private List<DependencyGroup> ReadGroups(ConfigurationMapping entry)
    {
        var groups = new List<DependencyGroup>();
        foreach (var (name, group) in Mappings(entry, "groups", "the group", GroupKeys))
        {
            var isForVersions = group.Choice("applies-to", ["version-updates", "security-updates"]) != "security-updates";
            var isForProduction = group.Choice("dependency-type", ["production", "development"]) != "development";
            var byName = group.Choice("group-by", ["dependency-name"]) is not null;
            var kinds = new List<UpdateKind>();
            foreach (var kind in group.Scalars("update-types", mayBeOne: false))
            {
                if (Kinds.TryGetValue(kind.Value, out var found))
                {
                    kinds.Add(found);
                }
                else
                {
                    _text.Wrong(kind, $"'{Excerpt.Of(kind.Value)}' is no update type of a group{NearestKey.HintOrAll(kind.Value, Kinds.Keys)}");
                }
            }

            if (isForVersions && isForProduction)
            {
                groups.Add(new DependencyGroup(
                    name,
                    group.Has(Patterns) ? group.Texts(Patterns, mayBeOne: false) : null,
                    group.Texts("exclude-patterns", mayBeOne: false),
                    group.Has("update-types") ? kinds : null,
                    byName));
            }
            else
            {
                _text.Remark(group.Node, $"the group '{Excerpt.Of(name)}' is passed over: it is for {(isForVersions ? "development, and images are used in production" : "security updates, which images have none of")}");
            }
        }

        return groups;
    }

    /// <summary>The mappings in a mapping whose keys are names that the author chose.</summary>
    private IEnumerable<(string Name, ConfigurationMapping Item)> Mappings(ConfigurationMapping parent, string key, string what, IReadOnlyCollection<string> known)
    {
        if (!parent.TryGet(key, out var value) || parent.IsNull(key))
        {
            yield break;
        }

        if (value is not YamlMapping mapping || mapping.Entries.Count > ConfigurationMapping.MostItems)
        {
            parent.Wrong(key, value is YamlMapping ? $"'{key}' has more than {ConfigurationMapping.MostItems} groups" : $"'{key}' has a key for each group");
            yield break;
        }

        foreach (var (name, item) in mapping.Entries)
        {
            if (name.Target is YamlScalar scalar && item.Target is YamlMapping inner)
            {
                yield return (scalar.Value, _text.Open(inner, $"{what} '{Excerpt.Of(scalar.Value)}'", known));
            }
            else
            {
                _text.Wrong(name, $"a group under '{key}' has a name and keys: {string.Join(", ", known)}");
            }
        }
    }

    private void CheckRegistries(ConfigurationMapping entry)
    {
        foreach (var name in entry.Scalars(Registries))
        {
            if (name.Value != "*" && !_registries.Contains(name.Value))
            {
                _text.Wrong(name, $"there is no registry '{Excerpt.Of(name.Value)}' in '{Registries}'{NearestKey.Hint(name.Value, _registries)}");
            }
        }
    }

    private static Schedule? ReadSchedule(ConfigurationMapping item)
    {
        if (item.Mapping(Schedule, EntrySchedule.Keys) is { } schedule)
        {
            return EntrySchedule.Read(schedule);
        }

        if (!item.Has(Schedule) && !item.Has(EcosystemGroup))
        {
            item.Wrong(Schedule, $"'{Schedule}' is missing: write '{Schedule}: {{interval: weekly}}'");
        }

        return null;
    }

    /// <summary>An entry as far as it is read.</summary>
    private sealed class Draft(EntryScope scope, int line)
    {
        public EntryScope Scope => scope;

        public int Line => line;

        public string Place { get; init; } = "";

        public string? Target { get; init; }

        public int AllowLine { get; init; }

        public int LimitLine { get; init; }

        public DependabotRules Rules { get; init; } = DependabotRules.None;

        public IReadOnlyList<DependencyGroup> Groups { get; init; } = [];

        public DependencyGroup? Grouped { get; set; }

        /// <summary>Null where something is wrong.</summary>
        public EntryProposal? Proposal { get; set; }
    }
}
