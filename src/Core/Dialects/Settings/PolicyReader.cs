using System.Globalization;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads a policy from a mapping in our own words. Every mistake is told, each with its line.</summary>
internal sealed class PolicyReader
{
    private const int MostItems = 200;

    private const int MostHours = 3653 * 24;

    /// <summary>Which policies a key is for; none: for all of them.</summary>
    private static readonly Dictionary<string, string[]> PoliciesOf = new(StringComparer.Ordinal)
    {
        ["policy"] = [],
        ["range"] = ["semver"],
        ["preReleases"] = ["semver"],
        ["pattern"] = ["glob", "regex"],
        ["compare"] = ["regex"],
        ["keep"] = ["regex"],
        ["order"] = ["numerical", "alphabetical", "glob", "regex"],
        ["followTag"] = ["followTag"],
        ["moves"] = ["floating"],
        ["distribution"] = ["docker"],
        ["level"] = ["docker", "semver", "glob", "regex", "newestBuild"],
        ["filterTags"] = [],
        ["allowedVersions"] = [],
        ["ignoreTags"] = [],
        ["minimumAge"] = [],
    };

    private static readonly string[] Policies =
        ["docker", "semver", "numerical", "alphabetical", "newestBuild", "glob", "regex", "distribution", "precise", "floating", "followTag", "digest"];

    private readonly ConfigurationText _text;
    private readonly ConfigurationMapping _mapping;

    private PolicyReader(ConfigurationText text, ConfigurationMapping mapping) => (_text, _mapping) = (text, mapping);

    /// <summary>The keys of a policy.</summary>
    public static IReadOnlyCollection<string> Keys => PoliciesOf.Keys;

    /// <summary>Whether a key is known.</summary>
    public static bool IsKey(string key) => PoliciesOf.ContainsKey(key);

    /// <summary>Reads a policy; null where something is wrong with it.</summary>
    /// <param name="text">The text, which takes what is wrong.</param>
    /// <param name="mapping">The policy's mapping.</param>
    public static IPolicy? Read(ConfigurationText text, YamlMapping mapping)
    {
        var opened = text.Open(mapping, "", Keys);
        var policy = new PolicyReader(text, opened).Read();
        return opened.IsSound ? policy : null;
    }

    private IPolicy? Read()
    {
        var name = _mapping.Choice("policy", Policies) ?? (_mapping.Has("followTag") ? "followTag" : "docker");
        foreach (var key in _mapping.Keys)
        {
            if (PoliciesOf[key] is { Length: > 0 } policies && !policies.Contains(name, StringComparer.Ordinal))
            {
                _mapping.Wrong(key, $"'{key}' has no meaning with the policy '{name}': it is for {string.Join(", ", policies)}");
            }
        }

        if (name == "digest" && _mapping.Keys.FirstOrDefault(k => k != "policy" && PoliciesOf[k].Length == 0) is { } idle)
        {
            _mapping.Wrong(idle, $"'{idle}' has no meaning with the policy 'digest', which keeps the tag");
        }

        var furthest = _mapping.Choice("level", ["major", "minor", "patch"]) switch
        {
            "patch" => UpdateKind.Patch,
            "minor" => UpdateKind.Minor,
            "major" => UpdateKind.Major,
            _ => (UpdateKind?)null,
        };
        var policy = Selector(name, furthest);
        var filters = Filters(name, name == "docker" ? null : furthest);
        return policy is null ? null : filters.IsEmpty ? policy : new FilteredPolicy(policy, filters);
    }

    private IPolicy? Selector(string name, UpdateKind? furthest)
    {
        var order = _mapping.Choice("order", ["asc", "desc"]) == "desc" ? SortOrder.Descending : SortOrder.Ascending;
        var move = _mapping.Choice("distribution", ["stay", "follow", "ifNeeded"]) switch
        {
            "stay" => DistributionMove.Stay,
            "follow" => DistributionMove.Follow,
            _ => DistributionMove.IfNeeded,
        };
        var moves = _mapping.Choice("moves", ["patch", "minor"]) == "minor" ? UpdateKind.Minor : UpdateKind.Patch;
        switch (name)
        {
            case "docker":
                return new DockerPolicy(furthest ?? UpdateKind.Major, move);
            case "semver":
                var preReleases = _mapping.Flag("preReleases") ?? false;
                return _mapping.Needed("range", "as in range: '>=3.12 <4'") is { } range
                    && _text.Check(range, SemverPolicy.TryCreate(range.Value, preReleases, out var semver, out var wrongRange), wrongRange) ? semver : null;
            case "numerical":
                return new NumericalPolicy(order);
            case "alphabetical":
                return new AlphabeticalPolicy(order);
            case "newestBuild":
                return new NewestBuildPolicy();
            case "glob":
                return _mapping.Needed("pattern", "as in pattern: 'main-*'") is { } pattern
                    && _text.Check(pattern, TagGlob.TryCreate(pattern.Value, out var glob, out var wrongGlob), wrongGlob) ? new GlobPolicy(glob!, order) : null;
            case "regex":
                var compared = _mapping.Texts("compare", MostItems);
                var kept = _mapping.Texts("keep", MostItems);
                return _mapping.Needed("pattern", "as in pattern: '^main-(?<compare>[0-9]+)$'") is { } text
                    && _text.Expression(text) is { } expression
                    && _text.Check(text, RegexPolicy.TryCreate(expression, compared, kept, order, out var regex, out var wrongGroup), wrongGroup)
                    ? regex : null;
            case "distribution":
                return new DistributionPolicy();
            case "precise":
                return new PrecisePolicy();
            case "floating":
                return new FloatingPolicy(moves);
            case "followTag":
                return _mapping.Needed("followTag", "the tag to follow, as in followTag: stable") is { } followed ? new FollowTagPolicy(followed.Value) : null;
            default:
                return new DigestPolicy();
        }
    }

    private TagFilters Filters(string name, UpdateKind? furthest)
    {
        GoExpression? pattern = null;
        TagTemplate? extract = null;
        if (_mapping.Mapping("filterTags", ["pattern", "extract"]) is { } filter)
        {
            if (filter.Needed("pattern", "as in filterTags: {pattern: '^v(?<v>.*)$', extract: '$v'}") is { } text
                && (pattern = _text.Expression(text)) is not null
                && filter.Scalar("extract") is { } template && _text.Check(template, TagTemplate.TryCreate(template.Value, pattern, out extract, out var wrongTemplate), wrongTemplate)
                && name is "newestBuild" or "distribution" or "precise" or "floating" or "followTag")
            {
                _text.Wrong(template, $"'extract' has no meaning with the policy '{name}', which asks the registry about whole tags: leave it out");
            }
        }

        VersionLimit? allowed = null;
        if (_mapping.Scalar("allowedVersions") is { } versions)
        {
            _text.Check(versions, VersionLimit.TryCreate(versions.Value, out allowed, out var wrong), wrong);
        }

        var ignored = new List<TagGlob>();
        foreach (var item in _mapping.Scalars("ignoreTags", MostItems))
        {
            if (_text.Check(item, TagGlob.TryCreate(item.Value, out var glob, out var wrong), wrong))
            {
                ignored.Add(glob!);
            }
        }

        TimeSpan? age = null;
        if (_mapping.Scalar("minimumAge") is { } written)
        {
            age = Age(written.Value);
            if (age is null)
            {
                _text.Wrong(written, $"'{Excerpt.Of(written.Value)}' is no age of at most ten years: write 12h, 3d or 2w");
            }
        }

        return new TagFilters { Pattern = pattern, Extract = extract, Allowed = allowed, Ignored = ignored, MinimumAge = age > TimeSpan.Zero ? age : null, Furthest = furthest };
    }

    /// <summary><c>12h</c>, <c>3d</c>, <c>2w</c>, <c>3 days</c>.</summary>
    private static TimeSpan? Age(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !int.TryParse(trimmed[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }

        var hours = trimmed[digits..].Trim() switch
        {
            "h" or "hour" or "hours" => 1,
            "d" or "day" or "days" => 24,
            "w" or "week" or "weeks" => 7 * 24,
            _ => 0,
        };
        return hours > 0 && (long)count * hours <= MostHours ? TimeSpan.FromHours((long)count * hours) : null;
    }
}
