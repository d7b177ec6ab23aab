using System.Collections.Frozen;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// How one configuration goes over another (<c>config/utils.ts</c>): most of its keys take the place of the other's; lists of rules,
/// patterns and labels to add are put after one another, and settings of managers and kinds of update are merged key by key.
/// </summary>
internal static class Merging
{
    private static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(
    [
        "packageRules", "ignoreDeps", "addLabels", "additionalReviewers", "managerFilePatterns", "customManagers", "hostRules", "commitTrailers", "description",
        "matchCategories", "matchRepositories", "matchBaseBranches", "matchManagers", "matchDatasources", "matchDepTypes", "matchPackageNames", "matchDepNames",
        "matchSourceUrls", "matchRegistryUrls", "matchConfidence", "matchUpdateTypes", "matchJsonata",
    ], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Mappings = FrozenSet.ToFrozenSet(
        ["major", "minor", "patch", "pin", "digest", "pinDigest", "rollback", "replacement", "registryAliases", "group", "lockFileMaintenance", "vulnerabilityAlerts", .. ImageReaders.Names],
        StringComparer.Ordinal);

    /// <summary>One configuration with another over it.</summary>
    public static YamlMapping Merge(YamlMapping under, YamlMapping over)
    {
        if (under.Entries.Count == 0)
        {
            return over;
        }

        var entries = new List<(YamlNode Key, YamlNode Value)>(under.Entries);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            places[SettingNodes.Name(entries[i].Key) ?? ""] = i;
        }

        foreach (var (key, value) in over.Entries)
        {
            var name = SettingNodes.Name(key) ?? "";
            if (!places.TryGetValue(name, out var place) || place >= under.Entries.Count)
            {
                // What stands twice in one text is told when that is opened.
                places[name] = entries.Count;
                entries.Add((key, value));
                continue;
            }

            entries[place] = (key, (entries[place].Value, value) switch
            {
                (YamlSequence a, YamlSequence b) when Lists.Contains(name) => SettingNodes.List([.. a.Items, .. b.Items], value.Start),
                (YamlMapping a, YamlMapping b) when Mappings.Contains(name) => Merge(a, b),
                _ => value,
            });
        }

        return SettingNodes.Mapping(entries, over.Start);
    }
}
