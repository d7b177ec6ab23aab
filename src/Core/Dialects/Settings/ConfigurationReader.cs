using System.IO.Enumeration;
using System.Text.Json;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads our own configuration. Every mistake is told, each with its line and what to do.</summary>
public sealed class ConfigurationReader
{
    /// <summary>The most rules, and the most patterns of all of them together.</summary>
    public const int MostRules = 500;

    private const int MostPatterns = 1000;
    private const int MostErrors = 100;
    private const int LongestText = 2000;

    /// <summary>What people most likely meant by an alias of nothing.</summary>
    private const string NoAnchor = "this is an alias, and there is no anchor of its name: put what begins with * in quotes";

    private static readonly string[] Steps = ["patch", "minor", "major", "digest"];

    private readonly SourceFile _file;
    private readonly FormatCatalog _formats;
    private readonly List<FileProblem> _errors = [];
    private int _patterns;

    private ConfigurationReader(SourceFile file, FormatCatalog formats) => (_file, _formats) = (file, formats);

    /// <summary>The keys of the file.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["rules", "ignorePaths", "formats", "furthest"];

    /// <summary>The keys of a rule.</summary>
    public static IReadOnlyList<string> RuleKeys { get; } = ["images", "files", "formats", "policy", "enabled", "reason"];

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
        var reader = new ConfigurationReader(file, formats);
        var configuration = reader.Read();
        if (reader._errors.Count == 0)
        {
            return new ConfigurationReading(configuration, []);
        }

        var errors = reader._errors.Distinct().OrderBy(e => e.Line).ToList();
        return new ConfigurationReading(null, errors.Count <= MostErrors ? errors
            : [.. errors.Take(MostErrors), new FileProblem(file.Path, null, $"there are more than {MostErrors} mistakes")]);
    }

    private RepositoryConfiguration Read()
    {
        var stream = YamlStream.Read(_file);
        if (stream.Problem is { } problem)
        {
            _errors.Add(problem);
        }

        if (stream.Documents.Count > 1)
        {
            Wrong(stream.Documents[1], "there is more than one document: write all into one");
        }

        if (stream.Documents is not [var root, ..] || root is YamlScalar { IsEmpty: true })
        {
            return RepositoryConfiguration.Empty;
        }

        if (root is not YamlMapping mapping)
        {
            Wrong(root, $"this is no configuration: it has keys, {List(Keys)}");
            return RepositoryConfiguration.Empty;
        }

        CheckKeys(mapping, Keys);
        var formats = ReadFormats(mapping);
        var furthest = Choice(mapping, "furthest", Steps);
        return new RepositoryConfiguration
        {
            Formats = formats,
            Rules = ReadRules(mapping, [.. _formats.Formats.Select(f => f.Name), .. formats.Select(f => f.Name)]),
            LeftOut = Patterns(mapping, "ignorePaths") is { Count: > 0 } ignored && mapping.TryGet("ignorePaths", out var place)
                ? [new ScopedRule(new UseScope([], ignored), PolicyRule.SwitchOff("ignorePaths", SourceOf(place)))] : [],
            Fallback = furthest?.Value switch
            {
                "patch" => Fallback("""{"policy":"docker","level":"patch"}""", "docker {level: patch}", new DockerPolicy(UpdateKind.Patch), furthest),
                "minor" => Fallback("""{"policy":"docker","level":"minor"}""", "docker {level: minor}", new DockerPolicy(UpdateKind.Minor), furthest),
                "major" => Fallback("docker", "docker", new DockerPolicy(UpdateKind.Major), furthest),
                "digest" => Fallback("digest", "digest", new DigestPolicy(), furthest),
                _ => null,
            },
        };
    }

    private PolicyRule Fallback(string text, string summary, IPolicy policy, YamlNode place) =>
        new(new PolicyText(PolicyText.Docker.Dialect, text), policy) { Summary = summary, Source = SourceOf(place) };

    private List<RegexFormat> ReadFormats(YamlMapping root)
    {
        var formats = new List<RegexFormat>();
        var names = _formats.Formats.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var item in Items(root, "formats", RegexFormat.MostFormats, "a format has a name, files and a pattern, as in - {name: versions, files: versions.txt, pattern: '^image (?<image>\\S+)'}"))
        {
            var before = _errors.Count;
            string? wrong = null;
            CheckKeys(item, FormatKeys);
            var name = Needed(item, "name", "lower-case letters, digits and dashes");
            var pattern = Needed(item, "pattern", "a regular expression with a group 'image', as in pattern: '^image (?<image>\\S+)'");
            if (!item.TryGet("files", out _))
            {
                Wrong(item, "'files' is missing: the files that the format reads, as in files: versions.txt");
            }

            var files = Patterns(item, "files");
            var image = Text(item, "image");
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
                Wrong(image, wrong);
            }

            if (pattern is not null && !RegexFormat.TryCreate("pattern", ["*"], pattern.Value, isImage ? image?.Value : "x", out _, out wrong))
            {
                Wrong(pattern, wrong);
            }

            if (name is not null && pattern is not null && files.Count > 0 && RegexFormat.TryCreate(name.Value, files, pattern.Value, image?.Value, out var format, out wrong))
            {
                formats.Add(format);
            }
            else if (_errors.Count == before)
            {
                Wrong(item, wrong!);
            }
        }

        return formats;
    }

    private List<ScopedRule> ReadRules(YamlMapping root, IReadOnlyList<string> formats)
    {
        var rules = new List<ScopedRule>();
        foreach (var item in Items(root, "rules", MostRules, "a rule has a policy and what it is for, as in - {images: python, policy: 'semver:>=3.12 <4'}"))
        {
            var before = _errors.Count;
            CheckKeys(item, RuleKeys);
            var scope = new UseScope(ReadImages(item), Patterns(item, "files"), ReadFormatNames(item, formats));
            var enabled = Choice(item, "enabled", ["true", "false"])?.Value != "false";
            var reason = Text(item, "reason")?.Value;
            var (text, summary, policy) = ReadPolicy(item);
            if (item.TryGet("policy", out var written) && !enabled)
            {
                Wrong(written, "a rule with 'enabled: false' leaves everything as it is: take its policy out, or 'enabled: false'");
            }
            else if (written is null && !item.TryGet("enabled", out _))
            {
                Wrong(item, "the rule says nothing of what it is for: give it a policy, or 'enabled: false'");
            }

            if (_errors.Count > before)
            {
                continue;
            }

            // What is wrong in itself is not compared with others.
            var rule = enabled
                ? new PolicyRule(new PolicyText(PolicyText.Docker.Dialect, text), policy) { Summary = summary, Reason = reason, Source = SourceOf(item) }
                : PolicyRule.SwitchOff(reason is null ? null : Excerpt.Of(reason), SourceOf(item));
            if (rules.FirstOrDefault(r => Covers(r.Scope, scope)) is { } earlier)
            {
                Wrong(item, $"the rule never counts: the one on line {earlier.Rule.Source!.Line} takes all that it is for. The first that matches counts, so put the more special before the more general");
            }
            else
            {
                rules.Add(new ScopedRule(scope, rule));
            }
        }

        return rules;
    }

    private (string Text, string Summary, IPolicy? Policy) ReadPolicy(YamlMapping rule)
    {
        if (!rule.TryGet("policy", out var node))
        {
            return ("docker", "docker", null);
        }

        if (node is YamlMapping mapping)
        {
            var reading = PolicyReader.Read(_file, mapping);
            _errors.AddRange(reading.Errors);
            return reading.Policy is null ? ("", "", null) : (JsonOf(mapping), $"{reading.Policy.Name}{Details(mapping)}", reading.Policy);
        }

        if (Text(rule, "policy") is { } scalar)
        {
            var text = scalar.Value.Trim();
            if (PolicyCatalog.TryCreate(text, out var policy, out var error))
            {
                return (text, text, policy);
            }

            Wrong(node, error);
        }

        return ("", "", null);
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

    private List<string> ReadImages(YamlMapping rule)
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

    private List<string> ReadFormatNames(YamlMapping rule, IReadOnlyList<string> known)
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
    private List<string> Patterns(YamlMapping mapping, string key)
    {
        var patterns = new List<string>();
        foreach (var item in Texts(mapping, key))
        {
            if (item.Value.Contains('\\', StringComparison.Ordinal))
            {
                Wrong(item, $"'{Excerpt.Of(item.Value)}' has a backslash: folders are separated by /");
                continue;
            }

            try
            {
                // Alternatives in braces are patterns of their own.
                Count(item, FilePattern.Parse(item.Value).Count - 1);
                patterns.Add(item.Value);
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
    private static bool Covers(UseScope earlier, UseScope later) =>
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
            return FileSystemName.MatchesSimpleExpression(earlier, name.Familiar) || FileSystemName.MatchesSimpleExpression(earlier, name.Canonical);
        }

        return earlier.IndexOfAny(['*', '?']) == earlier.Length - 1 && earlier[^1] == '*' && later.AsSpan().StartsWith(earlier.AsSpan(0, earlier.Length - 1));
    }

    private static bool CoversFile(string earlier, string later) =>
        string.Equals(earlier, later, StringComparison.OrdinalIgnoreCase)
        || earlier is "*" or "**" or "/**"
        || (later.StartsWith('/') && !IsPattern(later) && FilePattern.Parse(earlier).Any(p => p.IsMatch(later.AsSpan(1))));

    private static bool IsPattern(string text) => text.AsSpan().IndexOfAny("*?{") >= 0;

    /// <summary>The mappings of a list.</summary>
    private IEnumerable<YamlMapping> Items(YamlMapping root, string key, int most, string hint)
    {
        if (!root.TryGet(key, out var node) || node is YamlScalar { IsNull: true })
        {
            return [];
        }

        if (node is not YamlSequence list)
        {
            Wrong(node, $"'{key}' is a list: {hint}");
            return [];
        }

        if (list.Items.Count > most)
        {
            Wrong(node, $"'{key}' has more than {most} entries");
            return [];
        }

        foreach (var item in list.Items.Where(i => i.Target is not YamlMapping))
        {
            Wrong(item, $"an entry of '{key}' has keys: {hint}");
        }

        return list.Mappings;
    }

    private void CheckKeys(YamlMapping mapping, IReadOnlyList<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (node, value) in mapping.Entries)
        {
            if (node.Target is not YamlScalar { Value: var key })
            {
                Wrong(node, $"a key is a word: known are {string.Join(", ", known)}");
            }
            else if (!known.Contains(key, StringComparer.Ordinal))
            {
                Wrong(node, $"there is no key '{Excerpt.Of(key)}'{NearestKey.HintOrAll(key, known)}");
            }
            else if (!seen.Add(key))
            {
                Wrong(node, $"'{key}' stands here twice");
            }

            if (value.Target is null)
            {
                Wrong(value, NoAnchor);
            }

            if (_errors.Count > MostErrors)
            {
                return;
            }
        }
    }

    private YamlScalar? Choice(YamlMapping mapping, string key, string[] choices)
    {
        if (Text(mapping, key) is not { } scalar)
        {
            return null;
        }

        if (choices.Contains(scalar.Value, StringComparer.Ordinal))
        {
            return scalar;
        }

        Wrong(scalar, $"'{Excerpt.Of(scalar.Value)}' has no meaning for '{key}'{NearestKey.HintOrAll(scalar.Value, choices)}");
        return null;
    }

    private YamlScalar? Needed(YamlMapping mapping, string key, string hint)
    {
        if (mapping.TryGet(key, out _))
        {
            return Text(mapping, key);
        }

        Wrong(mapping, $"'{key}' is missing: {hint}");
        return null;
    }

    private YamlScalar? Text(YamlMapping mapping, string key) => mapping.TryGet(key, out var node) ? Text(node, key) : null;

    private YamlScalar? Text(YamlNode node, string key)
    {
        if (node.Target is not YamlScalar { IsEmpty: false } scalar)
        {
            Wrong(node, node.Target is null ? NoAnchor : $"'{key}' needs a text");
            return null;
        }

        if (scalar.Value.Length > LongestText)
        {
            Wrong(node, $"'{key}' is longer than {LongestText} characters");
            return null;
        }

        return scalar;
    }

    /// <summary>A text, or a list of them.</summary>
    private List<YamlScalar> Texts(YamlMapping mapping, string key)
    {
        if (!mapping.TryGet(key, out var node))
        {
            return [];
        }

        List<YamlNode> items = node is YamlSequence list ? list.Items : [node];
        if (items.Count == 0)
        {
            Wrong(node, $"'{key}' is empty: leave it out, or name something");
        }

        Count(node, items.Count);
        return _patterns > MostPatterns ? [] : [.. items.Select(i => Text(i, key)).OfType<YamlScalar>()];
    }

    private RuleSource SourceOf(YamlNode node) => new(_file.Path, LineOf(node), "basewatch");

    private int LineOf(YamlNode node) => _file.PositionOf(node.Start).Line;

    private void Wrong(YamlNode node, string message) => _errors.Add(new FileProblem(_file.Path, LineOf(node), message));

    private static string List(IReadOnlyList<string> words) => words.Count == 1 ? words[0] : $"{string.Join(", ", words.Take(words.Count - 1))} and {words[^1]}";
}
