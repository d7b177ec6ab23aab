using Basewatch.Core.Expressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;
using YamlDotNet.Core;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>The rules of a repository's workloads and charts, each for the uses that <see cref="KeelParts"/> found for it.</summary>
internal sealed class KeelRules : IRuleSet
{
    /// <summary>The key of a part whose uses get a digest, because the chart has a value for it.</summary>
    public const string PinnedMark = "pinned";

    private static readonly string[] KeysOfImages = ["repository", "tag", "digest"];

    private readonly Dictionary<(string Path, UsePlace Place), PolicyRule> _rules = [];
    private readonly Dictionary<string, (IPolicy Policy, string Error)> _policies = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> _expressions = new(StringComparer.Ordinal);
    private readonly Dictionary<FileProblem, int> _errors = [];
    private readonly Dictionary<string, FileProblem> _remarks = new(StringComparer.Ordinal);

    /// <summary>Reads the rules of all parts.</summary>
    public static DialectReading Read(IReadOnlyList<ConfigurationPart> parts)
    {
        var rules = new KeelRules();
        foreach (var part in parts)
        {
            rules.Add(part);
        }

        return new DialectReading(rules, [.. rules._errors.Keys], [.. rules._remarks.Values]);
    }

    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return _rules.GetValueOrDefault((use.Path, UsePlace.Of(use)));
    }

    private void Add(ConfigurationPart part)
    {
        var file = part.ToSource();
        var root = YamlStream.Read(file) is { Problem: null, Documents: [YamlMapping mapping] } ? mapping : null;
        var chart = root?.Mapping("keel");
        var text = chart is null ? KeelSettings.Open(file) : KeelSettings.OpenChart(file);
        KeelSettings? settings = null;
        if (root is null)
        {
            text.Wrong(part.Line, "Keel's settings are too long to be read");
        }
        else if (chart is null && Metadata(root) is { HasPolicy: false } metadata)
        {
            // Without a policy Keel does not look at the workload.
            foreach (var entry in metadata.Unknown)
            {
                text.Remark(entry.Key, $"without a policy Keel leaves the workload alone: {KeelSettings.Unknown(entry.Name)}");
            }
        }
        else
        {
            settings = chart is null ? Workload(text, root) : Chart(text, chart);
            if (part.Places is not { Count: > 0 })
            {
                text.Remark(root, chart is null
                    ? "no image that this is for stands in this file: what is added to a workload in another file counts for none"
                    : "no image that this is for stands in this file: write the settings beside the values that their paths lead to");
            }
        }

        var source = part.SourceAt(settings?.PolicyLine ?? part.Line);
        var rule = settings is null || text.Errors.Count > 0 ? PolicyRule.SwitchOff("its configuration is wrong", source) : Rule(text, settings, source, isPinned: root?.TryGet(PinnedMark, out _) == true);
        foreach (var place in part.Places ?? [])
        {
            _rules.TryAdd((part.Path, place), rule);
        }

        foreach (var error in text.Errors.TakeWhile(_ => _errors.Count < ConfigurationText.MostErrors))
        {
            _errors.TryAdd(error, 0);
        }

        foreach (var remark in text.Remarks.TakeWhile(_ => _remarks.Count < ConfigurationText.MostErrors))
        {
            _remarks.TryAdd(remark.Message, remark);
        }
    }

    private static KeelMetadata Metadata(YamlMapping root) => new([.. KeelMetadata.Among(root.Mapping("annotations"))], [.. KeelMetadata.Among(root.Mapping("labels"))]);

    private KeelSettings Workload(ConfigurationText text, YamlMapping root)
    {
        var metadata = Metadata(root);
        foreach (var (entry, reason) in metadata.PassedOver)
        {
            text.Remark(entry.Key, reason);
        }

        var effective = new YamlMapping(root.Start, null);
        effective.Entries.AddRange(metadata.Effective.Select(e => (e.Key, e.Value)));
        if (metadata.Effective.FirstOrDefault(e => e.Name == "monitorContainers") is { Value.Target: YamlScalar { Value: var written } expression } && WrongIn(written) is { } wrong)
        {
            text.Wrong(expression, wrong);
        }

        return KeelSettings.Read(text, effective, isRepository: true);
    }

    /// <summary>What is wrong with an expression.</summary>
    private string? WrongIn(string text)
    {
        if (!_expressions.TryGetValue(text, out var wrong))
        {
            _expressions[text] = wrong = GoExpression.TryParse(text, out _, out var error) ? null : error.About(text);
        }

        return wrong;
    }

    private static KeelSettings Chart(ConfigurationText text, YamlMapping chart)
    {
        var known = new YamlMapping(chart.Start, null);
        foreach (var (key, value) in chart.Entries)
        {
            if (key.Target is not YamlScalar { Value: var written })
            {
                continue;
            }

            var name = KeelSettings.FindInChart(written, out var isKnown);
            if (!isKnown)
            {
                text.Remark(key, $"Keel has no key '{Excerpt.Of(written)}' for charts");
                continue;
            }

            known.Entries.Add((key, value));

            // Keel reads JSON (provider/helm3/helm3.go): one value of another type, and it leaves the whole chart alone.
            if (name is "matchTag" or "matchPreRelease" or "approvals" or "approvalDeadline" && value.Target is YamlScalar { Style: not ScalarStyle.Plain })
            {
                text.Wrong(key, $"'{name}' stands without quotes in a chart: with them Keel leaves the chart alone");
            }
            else if (name == "trigger" && value.Target is YamlScalar { IsNull: false, Value: not ("poll" or "default") } trigger)
            {
                text.Wrong(key, $"'trigger' is poll or default, not '{Excerpt.Of(trigger.Value)}': with another Keel leaves the chart alone");
            }
            else if (name == "images")
            {
                Images(text, value.Target as YamlSequence);
            }
        }

        return KeelSettings.Read(text, known, isRepository: true);
    }

    private static void Images(ConfigurationText text, YamlSequence? images)
    {
        foreach (var image in images?.Mappings ?? [])
        {
            if (!image.Named.Any(e => e.Key.Equals("repository", StringComparison.OrdinalIgnoreCase) && e.Value is YamlScalar { IsEmpty: false }))
            {
                text.Wrong(image, "an image of a chart needs 'repository', the path of the value that is its name");
            }

            foreach (var (key, _) in image.Entries)
            {
                if (key.Target is YamlScalar { Value: var written } && !KeysOfImages.Contains(written, StringComparer.OrdinalIgnoreCase))
                {
                    text.Remark(key, written is "releaseNotes" or "imagePullSecret" ? $"'{written}' of an image has no meaning here" : $"Keel has no key '{Excerpt.Of(written)}' for images of charts");
                }
            }
        }
    }

    /// <summary>The rule of settings; what is wrong with its policy is told, and its uses stay as they are.</summary>
    private PolicyRule Rule(ConfigurationText text, KeelSettings settings, RuleSource source, bool isPinned)
    {
        var words = settings.Words;
        if (!_policies.TryGetValue(words, out var known))
        {
            KeelDialect.TryCreate(settings, out var created, out var error);
            _policies[words] = known = (created, error);
        }

        if (known.Error.Length > 0)
        {
            text.Wrong(settings.PolicyLine, known.Error);
            return PolicyRule.SwitchOff("its configuration is wrong", source);
        }

        var keepsTag = settings is { Policy: "force", MatchTag: true };
        return settings.Policy is "" or "never"
            ? PolicyRule.SwitchOff(settings.Policy.Length == 0 ? "the policy is empty" : "the policy is never", source)
            : new PolicyRule(new PolicyText(KeelDialect.DialectName, words), known.Policy)
            {
                Summary = Excerpt.Of(settings.Policy) + (keepsTag ? ", the tag stays" : settings is { Policy: "major" or "minor" or "patch", MatchPreRelease: false } ? ", any pre-release" : ""),
                Source = source,

                // Keel writes tags alone, but starts a workload anew where the same tag is pushed again: in Git that is a digest.
                Pins = keepsTag || isPinned,
                Proposal = new ProposalSettings { Approvals = settings.Approvals, Schedule = settings.Schedule },
            };
    }
}
