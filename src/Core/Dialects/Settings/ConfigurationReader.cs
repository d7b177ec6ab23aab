using System.Text.Json;
using Basewatch.Core.Alerts;
using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Policies;
using Basewatch.Core.Rebuilds;
using Basewatch.Core.Rollouts;
using Basewatch.Core.Vulnerabilities;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads our own configuration. Every mistake is told, each with its line and what to do.</summary>
public sealed class ConfigurationReader
{
    /// <summary>The most rules, and the most patterns of all of them together.</summary>
    public const int MostRules = 500;

    private const int MostPatterns = 1000;

    private static readonly string[] Signatures = ["keep", "required", "ignore"];

    private static readonly string[] Closings = ["version", "minor", "major", "image"];

    private static readonly string[] Proposals = ["pullRequest", "issue", "none"];

    private static readonly string[] Preferences = ["lts", "newest"];

    private static readonly string[] Severities = ["low", "medium", "high", "critical"];

    private static readonly string[] Steps = ["patch", "minor", "major", "digest"];

    /// <summary>What a rule may say besides whether it is enabled.</summary>
    private static readonly string[] Decisions = ["policy", "platforms", "signed", "replaceWith", "pullRequests"];

    private readonly ConfigurationText _text;
    private readonly FormatCatalog _formats;
    private int _patterns;
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;

    private ConfigurationReader(ConfigurationText text, FormatCatalog formats) => (_text, _formats) = (text, formats);

    /// <summary>The keys of the file.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["rules", "ignorePaths", "formats", "furthest", "pullRequests", "alerts", "endOfLife", "lifecycles", "vulnerabilities", "packages", "rebuild", "rollout"];

    /// <summary>The keys of a rule.</summary>
    public static IReadOnlyList<string> RuleKeys { get; } = ["images", "files", "formats", "policy", "platforms", "signed", "replaceWith", "pullRequests", "enabled", "reason"];

    /// <summary>The keys of what is said of all pull requests.</summary>
    public static IReadOnlyList<string> PullRequestKeys { get; } = ["enabled", "perHour", "commitsPerHour", "whenClosed", .. ProposalReader.Keys];

    /// <summary>The keys of what is said of ends of life.</summary>
    public static IReadOnlyList<string> EndOfLifeKeys { get; } = ["propose", "prefer", "before"];

    /// <summary>The keys of what is said of vulnerabilities.</summary>
    public static IReadOnlyList<string> VulnerabilityKeys { get; } = ["enabled", "from", "ignore"];

    /// <summary>The keys of what is said of pinned packages.</summary>
    public static IReadOnlyList<string> PackageKeys { get; } = [.. PackageEcosystems.ByWord.Keys, "bases"];

    /// <summary>The keys of a base of pinned packages.</summary>
    public static IReadOnlyList<string> PackageBaseKeys { get; } = ["images", "suite"];

    /// <summary>The keys of what a rule says of pull requests.</summary>
    public static IReadOnlyList<string> ProposalKeys => ProposalReader.Keys;

    /// <summary>The keys of what is said of alerts.</summary>
    public static IReadOnlyList<string> AlertKeys => AlertReader.Keys;

    /// <summary>The keys of a route.</summary>
    public static IReadOnlyList<string> AlertRouteKeys => AlertReader.RouteKeys;

    /// <summary>The keys of a replacement.</summary>
    public static IReadOnlyList<string> ReplacementKeys { get; } = ["image", "tag", "pattern"];

    /// <summary>The keys of what is said of rebuilds, and those of a way to build.</summary>
    public static IReadOnlyList<string> RebuildKeys => RebuildReader.Keys;

    /// <inheritdoc cref="RebuildKeys"/>
    public static IReadOnlyList<string> RebuildMethodKeys => RebuildReader.MethodKeys;

    /// <summary>The keys of what is said of rollouts, and those of what is in it.</summary>
    public static IReadOnlyList<string> RolloutKeys => RolloutReader.Keys;

    /// <inheritdoc cref="RolloutKeys"/>
    public static IReadOnlyList<string> StageKeys => RolloutReader.StageKeys;

    /// <inheritdoc cref="RolloutKeys"/>
    public static IReadOnlyList<string> VerificationKeys => RolloutReader.VerificationKeys;

    /// <inheritdoc cref="RolloutKeys"/>
    public static IReadOnlyList<string> WindowKeys => RolloutReader.WindowKeys;

    /// <inheritdoc cref="RolloutKeys"/>
    public static IReadOnlyList<string> WaveKeys => RolloutReader.WaveKeys;

    /// <summary>The keys of a product of one's own, and those of its cycles.</summary>
    public static IReadOnlyList<string> LifecycleKeys => LifecycleReader.ProductKeys;

    /// <inheritdoc cref="LifecycleKeys"/>
    public static IReadOnlyList<string> CycleKeys => LifecycleReader.CycleKeys;

    /// <summary>The keys of a format.</summary>
    public static IReadOnlyList<string> FormatKeys { get; } = ["name", "files", "pattern", "image"];

    /// <summary>Reads a file. Nothing throws, whatever the text.</summary>
    /// <param name="path">Path from the root of the repository, for messages.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="formats">The formats that are there without it.</param>
    public static ConfigurationReading Read(string path, ReadOnlySpan<byte> bytes, FormatCatalog formats) =>
        SourceFile.TryRead(path, bytes, out var file, out var problem) ? Read(file, formats) : new ConfigurationReading(null, [problem]);

    /// <summary>Reads a text. Nothing throws, whatever it is.</summary>
    public static ConfigurationReading Read(SourceFile file, FormatCatalog formats)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(formats);
        var text = new ConfigurationText(file) { NeedsValues = true };
        var configuration = new ConfigurationReader(text, formats).Read();
        return new ConfigurationReading(text.Errors.Count == 0 ? configuration : null, text.Errors);
    }

    private RepositoryConfiguration Read()
    {
        if (_text.Root($"this is no configuration: it has keys, {List(Keys)}", ConfigurationPart.LongestText, mayBeEmpty: true) is not { } root)
        {
            return RepositoryConfiguration.Empty;
        }

        var mapping = _text.Open(root, "", Keys);
        var formats = ReadFormats(mapping);
        var pullRequests = ReadPullRequests(mapping);
        var alerts = mapping.Mapping("alerts", AlertReader.Keys) is { } said ? new Sourced<AlertSettings>(AlertReader.Read(said, _zone, Patterns), SourceOf(mapping.LineOf("alerts"))) : null;
        var rebuild = mapping.Mapping("rebuild", RebuildReader.Keys) is { } built ? RebuildReader.Read(built, ReadImages) : RebuildWords.None;
        IReadOnlyList<FileProblem> farRollouts = [];
        var rollout = mapping.Mapping("rollout", RolloutReader.Keys) is { } rolled
            ? RolloutReader.Read(rolled, SourceOf(mapping.LineOf("rollout")), _zone, ReadImages, m => Patterns(m, "files"), out farRollouts) : Rollout.None;
        var furthest = mapping.Choice("furthest", Steps);
        return new RepositoryConfiguration
        {
            Formats = formats,
            PullRequests = pullRequests,
            Alerts = alerts,
            EndOfLife = ReadEndOfLife(mapping),
            Packages = ReadPackages(mapping),
            Lifecycles = LifecycleReader.Read(mapping, _text, ReadImages),
            Vulnerabilities = ReadVulnerabilities(mapping),
            Rebuild = rebuild,
            FarRebuilds = rebuild.With.Any(m => m.IsFarReaching) ? SourceOf(mapping.LineOf("rebuild")) : null,
            Rollout = rollout,
            MisplacedRollouts = farRollouts,
            Rules = ReadRules(mapping, [.. _formats.Formats.Select(f => f.Name), .. formats.Select(f => f.Name)]),
            LeftOut = Patterns(mapping, "ignorePaths") is { Count: > 0 } ignored
                ? [new ScopedRule(new UseScope([], ignored), PolicyRule.SwitchOff("ignorePaths", SourceOf(mapping.LineOf("ignorePaths"))))] : [],
            Fallback = furthest switch
            {
                "patch" => Fallback("""{"policy":"docker","level":"patch"}""", "docker {level: patch}", new DockerPolicy(UpdateKind.Patch)),
                "minor" => Fallback("""{"policy":"docker","level":"minor"}""", "docker {level: minor}", new DockerPolicy(UpdateKind.Minor)),
                "major" => Fallback("docker", "docker", new DockerPolicy(UpdateKind.Major)),
                "digest" => Fallback("digest", "digest", new DigestPolicy()),
                _ => null,
            },
        };

        PolicyRule Fallback(string text, string summary, IPolicy policy) =>
            new(new PolicyText(PolicyText.Docker.Dialect, text), policy) { Summary = summary, Source = SourceOf(mapping.LineOf("furthest")) };
    }

    private PullRequestWords ReadPullRequests(ConfigurationMapping root)
    {
        const int MostAnHour = 1000;
        if (root.Mapping("pullRequests", PullRequestKeys) is not { } mapping)
        {
            return PullRequestWords.None;
        }

        return new PullRequestWords
        {
            Enabled = mapping.Flag("enabled") is { } enabled ? new(enabled, SourceOf(mapping.LineOf("enabled"))) : null,
            Open = Number("open", ProposalReader.MostOpen),
            PerHour = Number("perHour", MostAnHour),
            CommitsPerHour = Number("commitsPerHour", MostAnHour),
            WhenClosed = mapping.Choice("whenClosed", Closings) is { } scope ? Enum.Parse<RefusalScope>(scope, ignoreCase: true) : null,
            Proposal = ProposalReader.Read(mapping, _text.File.Path, ref _zone, isForAll: true),
        };

        Sourced<int>? Number(string key, int most) => mapping.Number(key, 0, most) is { } number ? new(number, SourceOf(mapping.LineOf(key))) : null;
    }

    private EndOfLifeWords ReadEndOfLife(ConfigurationMapping root)
    {
        const int MostDays = 3650;
        if (root.Mapping("endOfLife", EndOfLifeKeys) is not { } mapping)
        {
            return EndOfLifeWords.None;
        }

        int? days = null;
        if (mapping.Scalar("before") is { } before)
        {
            if (before.Value is [.. var number, 'd'] && int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count <= MostDays)
            {
                days = count;
            }
            else
            {
                Wrong(before, $"'{Excerpt.Of(before.Value)}' is no number of days: write it as in before: 180d, up to {MostDays}d");
            }
        }

        return new EndOfLifeWords
        {
            Propose = mapping.Choice("propose", Proposals) is { } propose ? Enum.Parse<WayOutProposal>(propose, ignoreCase: true) : null,
            Prefer = mapping.Choice("prefer", Preferences) is { } prefer ? Enum.Parse<SuccessorPreference>(prefer, ignoreCase: true) : null,
            Before = days,
        };
    }

    private static VulnerabilityWords ReadVulnerabilities(ConfigurationMapping root)
    {
        const int MostIgnored = 500;
        if (root.Mapping("vulnerabilities", VulnerabilityKeys) is not { } mapping)
        {
            return VulnerabilityWords.None;
        }

        var ignored = mapping.Scalars("ignore", MostIgnored);
        foreach (var id in ignored.Where(i => !OsvReader.IsId(i.Value)))
        {
            mapping.Wrong(id, $"'{Excerpt.Of(id.Value)}' is no vulnerability: write it as CVE-2024-0727");
        }

        return new VulnerabilityWords
        {
            Enabled = mapping.Flag("enabled"),
            Least = mapping.Choice("from", Severities) is { } from ? Enum.Parse<Vulnerabilities.Severity>(from, ignoreCase: true) : null,
            Ignored = [.. ignored.Select(i => i.Value)],
        };
    }

    /// <summary><c>packages: false</c>, or how far each ecosystem goes.</summary>
    private PackageWords ReadPackages(ConfigurationMapping root)
    {
        const int MostBases = 200;
        if (root.TryGet("packages", out var node) && node.Target is YamlScalar { IsNull: false })
        {
            return new PackageWords { Enabled = root.Flag("packages") };
        }

        if (root.Mapping("packages", PackageKeys) is not { } mapping)
        {
            return PackageWords.None;
        }

        var levels = new Dictionary<PackageEcosystem, UpdateKind>();
        foreach (var (word, ecosystem) in PackageEcosystems.ByWord)
        {
            if (mapping.Choice(word, ecosystem.IsOfDistribution() ? ["true", "false"] : ["true", "false", "patch", "minor", "major"]) is { } level)
            {
                levels[ecosystem] = level switch
                {
                    "false" => UpdateKind.None,
                    "patch" => UpdateKind.Patch,
                    "minor" => UpdateKind.Minor,
                    _ => UpdateKind.Major,
                };
            }
        }

        var bases = new List<(string, Suite)>();
        foreach (var item in mapping.Mappings("bases", PackageBaseKeys, MostBases))
        {
            var suite = item.Needed("suite", "a release of a distribution, as in suite: debian/bookworm");
            Suite? known = null;
            if (suite is not null && !Suite.TryParse(suite.Value, out known))
            {
                Wrong(suite, $"'{Excerpt.Of(suite.Value)}' is no suite: write a release of {string.Join(", ", Suite.Distributions)}, as in suite: debian/bookworm");
            }

            if (!item.Has("images"))
            {
                item.Wrong("images", "'images' is missing: the images that are of this suite, as in images: ghcr.io/acme/base");
            }

            bases.AddRange(known is null ? [] : ReadImages(item).Select(i => (i, known)));
        }

        return new PackageWords { Levels = levels, Bases = bases };
    }

    private List<RegexFormat> ReadFormats(ConfigurationMapping root)
    {
        var formats = new List<RegexFormat>();
        var names = _formats.Formats.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var item in root.Mappings("formats", FormatKeys, RegexFormat.MostFormats))
        {
            string? wrong = null;
            var name = item.Needed("name", "lower-case letters, digits and dashes");
            var pattern = item.Needed("pattern", "a regular expression with a group 'image', as in pattern: '^image (?<image>\\S+)'");
            if (!item.Has("files"))
            {
                item.Wrong("files", "'files' is missing: the files that the format reads, as in files: versions.txt");
            }

            var files = Patterns(item, "files");
            var image = item.Scalar("image");
            if (name is not null && !names.Add(name.Value))
            {
                Wrong(name, $"'{Excerpt.Of(name.Value)}': another format has this name");
            }

            // Each for itself, so that one mistake does not hide another.
            var isImage = image is null || ImageName.TryParse(image.Value, out _, out _);
            if (name is not null && !RegexFormat.TryCreate(name.Value, ["*"], "(?<image>x)", null, out _, out wrong))
            {
                Wrong(name, wrong);
            }

            if (!isImage && !RegexFormat.TryCreate("format", ["*"], "(?<tag>x)", image!.Value, out _, out wrong))
            {
                Wrong(image!, wrong);
            }

            if (pattern is not null && !RegexFormat.TryCreate("pattern", ["*"], pattern.Value, isImage ? image?.Value : "x", out _, out wrong))
            {
                Wrong(pattern, wrong);
            }

            if (name is not null && pattern is not null && files.Count > 0 && RegexFormat.TryCreate(name.Value, files, pattern.Value, image?.Value, out var format, out wrong))
            {
                formats.Add(format);
            }
            else if (item.IsSound)
            {
                Wrong(item.Node, wrong!);
            }
        }

        return formats;
    }

    private List<ScopedRule> ReadRules(ConfigurationMapping root, IReadOnlyList<string> formats)
    {
        var rules = new List<ScopedRule>();
        foreach (var item in root.Mappings("rules", RuleKeys, MostRules))
        {
            var scope = new UseScope(ReadImages(item), Patterns(item, "files"), ReadFormatNames(item, formats));
            var enabled = item.Flag("enabled") ?? true;
            var reason = item.Text("reason");
            var (text, summary, policy) = ReadPolicy(item);
            var platforms = ReadPlatforms(item);
            var signed = item.Choice("signed", Signatures);
            var replacement = ReadReplacement(item, scope);
            var said = item.Mapping("pullRequests", ProposalReader.Keys) is { } words ? ProposalReader.Read(words, _text.File.Path, ref _zone, isForAll: false) : null;
            if (!enabled && Decisions.FirstOrDefault(item.Has) is { } idle)
            {
                item.Wrong(idle, $"a rule with 'enabled: false' leaves everything as it is: take its {idle} out, or 'enabled: false'");
            }
            else if (!item.Has("enabled") && !Decisions.Any(item.Has))
            {
                Wrong(item.Node, "the rule says nothing of what it is for: give it a policy, platforms, signed, replaceWith, pullRequests, or 'enabled: false'");
            }

            if (!item.IsSound)
            {
                continue;
            }

            // What is wrong in itself is not compared with others.
            var rule = enabled
                ? new PolicyRule(new PolicyText(PolicyText.Docker.Dialect, text) { Signed = signed is null ? null : Enum.Parse<SignatureRule>(signed, ignoreCase: true) }, policy)
                {
                    Summary = summary + (platforms.Count == 0 ? "" : $", for {string.Join(", ", platforms)}") + (signed is null ? "" : $", signed: {signed}") + (replacement is null ? "" : $", replaced by {replacement}"),
                    Reason = reason,
                    Source = SourceOf(_text.LineOf(item.Node)),
                    Platforms = platforms,
                    Replacement = replacement,
                    Said = said,
                }
                : PolicyRule.SwitchOff(reason is null ? null : Excerpt.Of(reason), SourceOf(_text.LineOf(item.Node)));
            if (rules.FirstOrDefault(r => Covers(r.Scope, scope)) is { } earlier)
            {
                Wrong(item.Node, $"the rule never counts: the one on line {earlier.Rule.Source!.Line} takes all that it is for. The first that matches counts, so put the more special before the more general");
            }
            else if (replacement is not null && Circle(rules, scope, replacement) is { } back)
            {
                item.Wrong("replaceWith", $"the rule on line {back.Rule.Source!.Line} leads from {replacement} back to what this one is for: leave out one of them");
            }
            else
            {
                rules.Add(new ScopedRule(scope, rule));
            }
        }

        return rules;
    }

    /// <summary>The rule through which a replacement leads back to what it is for; null where it doesn't.</summary>
    private static ScopedRule? Circle(List<ScopedRule> rules, UseScope scope, Replacement replacement)
    {
        const int LongestCircle = 100;
        var image = replacement.Image;
        for (var i = 0; i < LongestCircle && rules.Find(r => r.Rule.Replacement is not null && r.Scope.MayHold(image)) is { } next; i++)
        {
            image = next.Rule.Replacement!.Image;
            if (scope.MayHold(image))
            {
                return next;
            }
        }

        return null;
    }

    private List<Platform> ReadPlatforms(ConfigurationMapping rule)
    {
        var platforms = new List<Platform>();
        foreach (var item in Texts(rule, "platforms"))
        {
            if (!Platform.TryParse(item.Value, out var platform))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' is no platform: write os/architecture, as in linux/arm64");
            }
            else if (!Platform.Systems.Contains(platform.Os, StringComparer.Ordinal))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}': there is no system '{Excerpt.Of(platform.Os)}'{NearestKey.HintOrAll(platform.Os, Platform.Systems)}");
            }
            else if (!Platform.Architectures.Contains(platform.Architecture, StringComparer.Ordinal))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}': there is no architecture '{Excerpt.Of(platform.Architecture)}'{NearestKey.HintOrAll(platform.Architecture, Platform.Architectures)}");
            }
            else
            {
                platforms.Add(platform);
            }
        }

        return platforms;
    }

    private Replacement? ReadReplacement(ConfigurationMapping rule, UseScope scope)
    {
        const string Example = "as in replaceWith: eclipse-temurin";
        if (!rule.TryGet("replaceWith", out var node))
        {
            return null;
        }

        var mapping = node is YamlMapping ? rule.Mapping("replaceWith", ReplacementKeys) : null;
        var written = node is YamlMapping ? mapping?.Needed("image", Example) : rule.Scalar("replaceWith");
        GoExpression? pattern = null;
        TagTemplate? tag = null;
        if (mapping?.Scalar("pattern") is { } expression && (pattern = _text.Expression(expression)) is not null
            && mapping.Needed("tag", "the other image's tag, as in tag: $1-jdk") is { } template)
        {
            _text.Check(template, TagTemplate.TryCreate(template.Value, pattern, out tag, out var wrongTag), wrongTag);
        }
        else if (mapping?.Has("tag") == true && !mapping.Has("pattern"))
        {
            mapping.Wrong("tag", "'tag' is made of what 'pattern' finds in the tag in use: write that too, as in pattern: '^(\\d+)-jdk'");
        }

        if (written is null)
        {
            return null;
        }

        if (!ImageName.TryParse(written.Value, out var image, out var error))
        {
            Wrong(written, $"'{Excerpt.Of(written.Value)}' is no image's name: {(ImageReference.TryParse(written.Value, out _, out _) ? "write it without tag and digest" : error)}");
            return null;
        }

        if (!rule.Has("images"))
        {
            rule.Wrong("replaceWith", "'replaceWith' is for some images: name those that are to be replaced, as in images: openjdk");
        }
        else if (scope.MayHold(image))
        {
            Wrong(written, $"the rule is for {image.Familiar} itself too: name the images that are to be replaced, without it");
        }

        return new Replacement(image) { Pattern = pattern, Tag = tag };
    }

    private (string Text, string Summary, IPolicy? Policy) ReadPolicy(ConfigurationMapping rule)
    {
        if (!rule.TryGet("policy", out var node))
        {
            return ("docker", "docker", null);
        }

        if (node is YamlMapping mapping)
        {
            return PolicyReader.Read(_text, mapping) is { } read ? (JsonOf(mapping), $"{read.Name}{Details(mapping)}", read) : ("", "", null);
        }

        return rule.Scalar("policy") is { } scalar && _text.Check(scalar, PolicyCatalog.TryCreate(scalar.Value, out var policy, out var error), error)
            ? (scalar.Value.Trim(), scalar.Value.Trim(), policy)
            : ("", "", null);
    }

    /// <summary>A policy that was read, as a text that says the same.</summary>
    private static string JsonOf(YamlNode? node) => node?.Target switch
    {
        YamlScalar scalar => $"\"{JsonEncodedText.Encode(scalar.Value)}\"",
        YamlSequence list => $"[{string.Join(",", list.Items.Select(JsonOf))}]",
        YamlMapping mapping => $"{{{string.Join(",", mapping.Named.Select(e => $"\"{e.Key}\":{JsonOf(e.Value)}"))}}}",
        _ => "null",
    };

    /// <summary>What a policy that was read says besides its name: <c> {range: &gt;=3.12, minimumAge: 3d}</c>.</summary>
    private static string Details(YamlMapping policy)
    {
        var details = policy.Named.Where(e => e.Key != "policy").Select(e => $"{e.Key}: {Written(e.Value)}").ToList();
        return details.Count == 0 ? "" : $" {{{string.Join(", ", details)}}}";

        static string Written(YamlNode? node) => node?.Target switch
        {
            YamlScalar scalar => scalar.Value,
            YamlSequence list => $"[{string.Join(", ", list.Items.Select(i => (i.Target as YamlScalar)?.Value))}]",
            YamlMapping mapping => Details(mapping).TrimStart(),
            _ => "",
        };
    }

    private List<string> ReadImages(ConfigurationMapping rule)
    {
        var images = new List<string>();
        foreach (var item in Texts(rule, "images"))
        {
            // A wildcard stands for anything; what is around it has to be a name.
            if (ImageName.TryParse(item.Value.Replace('*', '1').Replace('?', '1'), out _, out var error))
            {
                images.Add(item.Value);
            }
            else if (ImageReference.TryParse(item.Value.Replace('*', '1').Replace('?', '1'), out _, out _))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' has a tag or a digest: a rule is for images, so write the name alone");
            }
            else
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' is no image's name, with * and ? for anything: {error}");
            }
        }

        return images;
    }

    private List<string> ReadFormatNames(ConfigurationMapping rule, IReadOnlyList<string> known)
    {
        var names = new List<string>();
        foreach (var item in Texts(rule, "formats"))
        {
            names.Add(item.Value);
            if (!known.Contains(item.Value, StringComparer.Ordinal))
            {
                Wrong(item, $"there is no format '{Excerpt.Of(item.Value)}'{(NearestKey.Hint(item.Value, known) is { Length: > 0 } hint ? hint : ": docs/formats.md names them")}");
            }
        }

        return names;
    }

    /// <summary>Patterns for files that are all right.</summary>
    private List<string> Patterns(ConfigurationMapping mapping, string key)
    {
        var patterns = new List<string>();
        foreach (var item in Texts(mapping, key))
        {
            if (item.Value.Contains('\\', StringComparison.Ordinal))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' has a backslash: folders are separated by /");
                continue;
            }

            if (item.Value.StartsWith("./", StringComparison.Ordinal))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' begins with ./, which no path does: leave it out, or begin with / for the root");
                continue;
            }

            // A folder is all that is in it.
            var pattern = item.Value.EndsWith('/') ? item.Value + "**" : item.Value;
            try
            {
                // Alternatives in braces are patterns of their own.
                Count(item, FilePattern.Parse(pattern).Count - 1);
                patterns.Add(pattern);
            }
            catch (FormatException e)
            {
                Wrong(item, e.Message);
            }
        }

        return patterns;
    }

    private void Count(YamlNode node, int more)
    {
        var before = _patterns;
        _patterns += more;
        if (before <= MostPatterns && _patterns > MostPatterns)
        {
            Wrong(node, $"there are more than {MostPatterns} patterns and names in the file: write more general ones");
        }
    }

    /// <summary>Whether all that a scope is for is certain to be taken by an earlier one.</summary>
    internal static bool Covers(UseScope earlier, UseScope later) =>
        Covers(earlier.Images, later.Images, CoversImage)
        && Covers(earlier.Files, later.Files, CoversFile)
        && Covers(earlier.Formats, later.Formats, string.Equals);

    private static bool Covers(IReadOnlyList<string> earlier, IReadOnlyList<string> later, Func<string, string, bool> covers) =>
        earlier.Count == 0 || (later.Count == 0 ? earlier.Any(e => covers(e, "*")) : later.All(l => earlier.Any(e => covers(e, l))));

    private static bool CoversImage(string earlier, string later)
    {
        if (earlier == later || earlier.All(c => c == '*'))
        {
            return true;
        }

        if (!IsPattern(later))
        {
            var name = ImageName.Parse(later);
            return Wildcard.Matches(earlier, name.Familiar, ignoreCase: true) || Wildcard.Matches(earlier, name.Canonical, ignoreCase: true);
        }

        return earlier.IndexOfAny(['*', '?']) == earlier.Length - 1 && earlier[^1] == '*' && later.AsSpan().StartsWith(earlier.AsSpan(0, earlier.Length - 1));
    }

    private static bool CoversFile(string earlier, string later) =>
        string.Equals(earlier, later, StringComparison.OrdinalIgnoreCase)
        || earlier is "*" or "**" or "/**"
        || (later.StartsWith('/') && !IsPattern(later) && FilePattern.Parse(earlier).Any(p => p.IsMatch(later.AsSpan(1))));

    private static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?{") >= 0;

    /// <summary>A text, or a list of them; something has to be there.</summary>
    private IReadOnlyList<YamlScalar> Texts(ConfigurationMapping mapping, string key)
    {
        if (!mapping.TryGet(key, out var node))
        {
            return [];
        }

        var items = mapping.Scalars(key);
        if (node is YamlSequence { Items.Count: 0 })
        {
            mapping.Wrong(key, $"'{key}' is empty: leave it out, or name something");
        }

        Count(node, items.Count);
        return _patterns > MostPatterns ? [] : items;
    }

    private RuleSource SourceOf(int line) => new(_text.File.Path, line, "basewatch");

    private void Wrong(YamlNode node, string message) => _text.Wrong(node, message);

    private static string List(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
