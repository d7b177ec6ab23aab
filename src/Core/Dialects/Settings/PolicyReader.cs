using System.Globalization;
using Basewatch.Core.Formats;
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

    private readonly SourceFile _file;
    private readonly YamlMapping _mapping;
    private readonly List<FileProblem> _errors = [];

    private PolicyReader(SourceFile file, YamlMapping mapping) => (_file, _mapping) = (file, mapping);

    /// <summary>The keys of a policy.</summary>
    public static IReadOnlyCollection<string> Keys => PoliciesOf.Keys;

    /// <summary>Whether a key is known.</summary>
    public static bool IsKey(string key) => PoliciesOf.ContainsKey(key);

    /// <summary>Reads a policy.</summary>
    /// <param name="file">The file, for places.</param>
    /// <param name="mapping">The mapping.</param>
    public static PolicyReading Read(SourceFile file, YamlMapping mapping)
    {
        var reader = new PolicyReader(file, mapping);
        var policy = reader.Read();
        return reader._errors.Count > 0 ? PolicyReading.Wrong([.. reader._errors.OrderBy(e => e.Line)]) : PolicyReading.Of(policy!);
    }

    private IPolicy? Read()
    {
        CheckKeys(_mapping, PoliciesOf.Keys);
        var name = Choice(_mapping, "policy", Policies) ?? (_mapping.TryGet("followTag", out _) ? "followTag" : "docker");
        foreach (var (key, node) in _mapping.Named)
        {
            if (PoliciesOf.TryGetValue(key, out var policies) && policies.Length > 0 && !policies.Contains(name, StringComparer.Ordinal))
            {
                Wrong(node, $"'{key}' has no meaning with the policy '{name}': it is for {string.Join(", ", policies)}");
            }
        }

        if (name == "digest" && _mapping.Named.FirstOrDefault(e => e.Key != "policy" && PoliciesOf.GetValueOrDefault(e.Key) is { Length: 0 }) is { Key: { } idle, Value: { } place })
        {
            Wrong(place, $"'{idle}' has no meaning with the policy 'digest', which keeps the tag");
        }

        var furthest = Choice(_mapping, "level", ["major", "minor", "patch"]) switch
        {
            "patch" => UpdateKind.Patch,
            "minor" => UpdateKind.Minor,
            "major" => UpdateKind.Major,
            _ => (UpdateKind?)null,
        };
        var policy = Selector(name, furthest);
        var filters = Filters(name, name == "docker" ? null : furthest);
        return policy is null || _errors.Count > 0 ? null : filters.IsEmpty ? policy : new FilteredPolicy(policy, filters);
    }

    private IPolicy? Selector(string name, UpdateKind? furthest)
    {
        var order = Choice(_mapping, "order", ["asc", "desc"]) == "desc" ? SortOrder.Descending : SortOrder.Ascending;
        var move = Choice(_mapping, "distribution", ["stay", "follow", "ifNeeded"]) switch
        {
            "stay" => DistributionMove.Stay,
            "follow" => DistributionMove.Follow,
            _ => DistributionMove.IfNeeded,
        };
        var moves = Choice(_mapping, "moves", ["patch", "minor"]) == "minor" ? UpdateKind.Minor : UpdateKind.Patch;
        switch (name)
        {
            case "docker":
                return new DockerPolicy(furthest ?? UpdateKind.Major, move);
            case "semver":
                var preReleases = Choice(_mapping, "preReleases", ["true", "false"]) == "true";
                return Needed("range", "as in range: '>=3.12 <4'") is { } range
                    && Try(range, SemverPolicy.TryCreate(range.Value, preReleases, out var semver, out var wrongRange), wrongRange) ? semver : null;
            case "numerical":
                return new NumericalPolicy(order);
            case "alphabetical":
                return new AlphabeticalPolicy(order);
            case "newestBuild":
                return new NewestBuildPolicy();
            case "glob":
                return Needed("pattern", "as in pattern: 'main-*'") is { } pattern
                    && Try(pattern, TagGlob.TryCreate(pattern.Value, out var glob, out var wrongGlob), wrongGlob) ? new GlobPolicy(glob!, order) : null;
            case "regex":
                var compared = Texts("compare");
                var kept = Texts("keep");
                return Needed("pattern", "as in pattern: '^main-(?<compare>[0-9]+)$'") is { } text
                    && Try(text, TagExpression.TryCreate(text.Value, out var expression, out var wrongExpression), wrongExpression)
                    && Try(text, RegexPolicy.TryCreate(expression!, [.. compared.Select(c => c.Value)], [.. kept.Select(k => k.Value)], order, out var regex, out var wrongGroup), wrongGroup)
                    ? regex : null;
            case "distribution":
                return new DistributionPolicy();
            case "precise":
                return new PrecisePolicy();
            case "floating":
                return new FloatingPolicy(moves);
            case "followTag":
                return Needed("followTag", "the tag to follow, as in followTag: stable") is { } followed ? new FollowTagPolicy(followed.Value) : null;
            default:
                return new DigestPolicy();
        }
    }

    private TagFilters Filters(string name, UpdateKind? furthest)
    {
        TagExpression? pattern = null;
        TagTemplate? extract = null;
        if (_mapping.TryGet("filterTags", out var node))
        {
            if (node is YamlMapping filter)
            {
                CheckKeys(filter, ["pattern", "extract"]);
                if (Text(filter, "pattern") is { } text && Try(text, TagExpression.TryCreate(text.Value, out pattern, out var wrong), wrong)
                    && Text(filter, "extract") is { } template && Try(template, TagTemplate.TryCreate(template.Value, pattern!, out extract, out var wrongTemplate), wrongTemplate)
                    && name is "newestBuild" or "distribution" or "precise" or "floating" or "followTag")
                {
                    Wrong(template, $"'extract' has no meaning with the policy '{name}', which asks the registry about whole tags: leave it out");
                }
                else if (!filter.TryGet("pattern", out _))
                {
                    Wrong(filter, "'filterTags' needs a pattern, as in filterTags: {pattern: '^v(?<v>.*)$', extract: '$v'}");
                }
            }
            else
            {
                Wrong(node, "'filterTags' is a mapping: {pattern: '^v(?<v>.*)$', extract: '$v'}");
            }
        }

        VersionLimit? allowed = null;
        if (Text(_mapping, "allowedVersions") is { } versions)
        {
            Try(versions, VersionLimit.TryCreate(versions.Value, out allowed, out var wrong), wrong);
        }

        var ignored = new List<TagGlob>();
        foreach (var item in Texts("ignoreTags"))
        {
            if (Try(item, TagGlob.TryCreate(item.Value, out var glob, out var wrong), wrong))
            {
                ignored.Add(glob!);
            }
        }

        TimeSpan? age = null;
        if (Text(_mapping, "minimumAge") is { } written)
        {
            age = Age(written.Value);
            if (age is null)
            {
                Wrong(written, $"'{Excerpt.Of(written.Value)}' is no age of at most ten years: write 12h, 3d or 2w");
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

    private void CheckKeys(YamlMapping mapping, IEnumerable<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (node, _) in mapping.Entries)
        {
            if (node.Target is not YamlScalar { Value: var key })
            {
                Wrong(node, "a key is a word");
            }
            else if (!known.Contains(key, StringComparer.Ordinal))
            {
                Wrong(node, $"there is no key '{Excerpt.Of(key)}'{NearestKey.HintOrAll(key, known)}");
            }
            else if (!seen.Add(key))
            {
                Wrong(node, $"'{key}' stands here twice");
            }

            if (_errors.Count >= MostItems)
            {
                return;
            }
        }
    }

    private string? Choice(YamlMapping mapping, string key, string[] choices)
    {
        if (Text(mapping, key) is not { } scalar)
        {
            return null;
        }

        if (choices.Contains(scalar.Value, StringComparer.Ordinal))
        {
            return scalar.Value;
        }

        Wrong(scalar, $"'{Excerpt.Of(scalar.Value)}' is no {key}{NearestKey.HintOrAll(scalar.Value, choices)}");
        return null;
    }

    private YamlScalar? Needed(string key, string hint)
    {
        if (!_mapping.TryGet(key, out _))
        {
            Wrong(_mapping, $"'{key}' is missing: {hint}");
            return null;
        }

        return Text(_mapping, key);
    }

    private YamlScalar? Text(YamlMapping mapping, string key)
    {
        if (!mapping.TryGet(key, out var node))
        {
            return null;
        }

        if (node is YamlScalar { IsEmpty: false } scalar)
        {
            return scalar;
        }

        Wrong(node, $"'{key}' needs a text");
        return null;
    }

    /// <summary>A text, or a list of them.</summary>
    private List<YamlScalar> Texts(string key)
    {
        var texts = new List<YamlScalar>();
        if (!_mapping.TryGet(key, out var node))
        {
            return texts;
        }

        List<YamlNode> items = node is YamlSequence list ? list.Items : [node];
        if (items.Count > MostItems)
        {
            Wrong(node, $"'{key}' has more than {MostItems} entries");
            return texts;
        }

        foreach (var item in items)
        {
            if (item.Target is YamlScalar { IsEmpty: false } scalar)
            {
                texts.Add(scalar);
            }
            else
            {
                Wrong(item, $"'{key}' needs texts");
            }
        }

        return texts;
    }

    /// <summary>Tells what is wrong with a node, where something is.</summary>
    private bool Try(YamlNode node, bool succeeded, string? error)
    {
        if (!succeeded)
        {
            Wrong(node, error!);
        }

        return succeeded;
    }

    private void Wrong(YamlNode node, string message) => _errors.Add(new FileProblem(_file.Path, _file.PositionOf(node.Start).Line, message));
}
