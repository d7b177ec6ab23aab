using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>The rules of uses that markers name.</summary>
internal sealed class FluxRules : IRuleSet
{
    /// <summary>How many policies of one name are listed.</summary>
    private const int MostListed = 3;

    private readonly FluxReader _resources;
    private readonly Dictionary<Place, Marked> _marked = [];
    private readonly ConcurrentDictionary<(Decision, bool), PolicyRule> _rules = new();
    private readonly ConcurrentDictionary<(RuleSource, string), PolicyRule> _off = new();

    private readonly ILookup<string, FluxImagePolicy> _policies;
    private readonly ILookup<string, FluxImageRepository> _repositories;
    private readonly Dictionary<(FluxImagePolicy, FluxAutomation?), Decision> _decisions = [];

    private FluxRules(FluxReader resources) =>
        (_resources, _policies, _repositories) = (resources, resources.Policies.ToLookup(p => p.Name, StringComparer.Ordinal), resources.Repositories.ToLookup(r => r.Name, StringComparer.Ordinal));

    /// <summary>Reads the parts of a repository.</summary>
    public static DialectReading Read(IReadOnlyList<ConfigurationPart> parts)
    {
        var resources = new FluxReader();
        foreach (var part in parts.Where(p => p.Places is null))
        {
            resources.Read(part);
        }

        var rules = new FluxRules(resources);
        var decisions = new Dictionary<(string Namespace, string Name, string Path), Decision>();
        foreach (var part in parts.Where(p => p.Places is not null))
        {
            rules.Add(part, decisions);
        }

        return new DialectReading(rules._marked.Count == 0 ? null : rules, resources.Errors, resources.Remarks);
    }

    /// <inheritdoc/>
    public PolicyRule? For(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        if (!_marked.TryGetValue(new Place(use.Path, use.Line, use.Column), out var marked))
        {
            return null;
        }

        var lines = marked.Lines;
        var decision = lines[0].Decision;
        if (lines.Find(l => l.Decision.Off is not null) is { } off)
        {
            return Off(off.Decision.Source, off.Decision.Off!);
        }

        if (lines.Exists(l => l.Decision != decision))
        {
            return Off(lines[0].Source, "its markers name different ImagePolicies");
        }

        if (WhyNot(use, marked, decision.Image) is { } reason)
        {
            return Off(lines[0].Source, reason);
        }

        // Flux writes a digest behind the tag, or in a line of its own that is marked so.
        var pins = decision.Reflection != FluxReflection.Never && lines.Exists(l => l.Field is FluxField.Reference or FluxField.Digest);
        return _rules.GetOrAdd((decision, pins), static key => key.Item1.Rule! with { Pins = key.Item2 });
    }

    /// <summary>Why what Flux would write is not what a use says; null where it is.</summary>
    private static string? WhyNot(ImageUse use, Marked marked, ImageName? image)
    {
        var written = use.Written.Value;
        var layout = ReferenceLayout.Of(written);
        var (name, tag) = (written[layout.Name], layout.Tag is { } range ? written[range] : null);
        var digest = layout.Digest is { } at ? written[at] : null;
        var hasTag = false;
        foreach (var line in marked.Lines)
        {
            var isWhole = line.Scalar == written && line.Field != FluxField.Tag && line.Field != FluxField.Digest;
            switch (line.Field)
            {
                case FluxField.Reference when !isWhole:
                    return "its marker has no :name, :tag or :digest, and Flux would write the whole reference where only a part of it is";
                case FluxField.Tag when line.Scalar != tag && line.Scalar != $"{tag}@{digest}":
                    return "its marker ends in :tag, and Flux would write only the tag where more than that is, or something else";
                case FluxField.Name when line.Scalar != name:
                    return "its marker ends in :name, and Flux would write only the name where more than that is, or a part of it";
                case FluxField.Digest when line.Scalar is not ("" or "~" or "null") && (digest is null || !digest.EndsWith(line.Scalar, StringComparison.Ordinal)):
                    return "its marker ends in :digest, and there is no digest in its line";
            }

            if (line.Field is FluxField.Reference or FluxField.Name && image is not null && use.Reference is { } reference && reference.Name != image)
            {
                return $"Flux would write another image there: its ImageRepository has {image.Familiar}";
            }

            hasTag |= line.Field is FluxField.Reference or FluxField.Tag;
        }

        return hasTag ? null : "no marker is for its tag";
    }

    private PolicyRule Off(RuleSource source, string reason) => _off.GetOrAdd((source, reason), static key => PolicyRule.SwitchOff(key.Item2, key.Item1));

    private void Add(ConfigurationPart part, Dictionary<(string, string, string), Decision> decisions)
    {
        var source = part.SourceAt(part.Line);
        var (scalar, comment) = Split(part.Text);
        if (part.Places is [])
        {
            if (comment.Length > 0 && FluxMarker.Parse(comment, out _) is not null)
            {
                _resources.Remark(new FileProblem(part.Path, part.Line, $"nothing is known to be an image here: the marker {Excerpt.Of(comment)} is passed over"));
            }

            return;
        }

        var field = FluxField.Reference;
        Decision decision;
        if (part.Text.Length == 0)
        {
            decision = new Decision("Flux passes over this file, which is no valid YAML", source);
            _resources.Remark(new FileProblem(part.Path, null, "Flux passes over this file, which is no valid YAML: what is marked in it stays as it is"));
        }
        else if (FluxMarker.Parse(comment, out var error) is not { } marker)
        {
            decision = new Decision("its configuration is wrong", source);
            _resources.Wrong(new FileProblem(part.Path, part.Line, error));
        }
        else
        {
            field = marker.Field;
            if (!decisions.TryGetValue((marker.Namespace, marker.Name, part.Path), out decision!))
            {
                decisions[(marker.Namespace, marker.Name, part.Path)] = decision = Decide(marker, part.Path, source);
            }

            if (decision is { Off: null, Reflection: FluxReflection.Never } && field == FluxField.Digest)
            {
                _resources.Remark(new FileProblem(part.Path, part.Line, $"ImagePolicy {marker.Namespace}/{marker.Name} has no digestReflectionPolicy, and Flux would empty what is marked :digest: it is kept fresh"));
            }
        }

        foreach (var place in part.Places!)
        {
            var key = new Place(part.Path, place.Line, place.Column);
            if (!_marked.TryGetValue(key, out var marked))
            {
                _marked[key] = marked = new Marked([]);
            }

            marked.Lines.Add(new Line(decision, field, scalar, source));
        }
    }

    /// <summary>What is in a line, and its comment; a comment in the line above comes first.</summary>
    private static (string Scalar, string Comment) Split(string text)
    {
        if (text.StartsWith('#'))
        {
            var end = text.AsSpan().IndexOfAny('\r', '\n');
            return end < 0 ? ("", text) : (text[end..].Trim().TrimStart('-').Trim().Trim('"', '\''), text[..end].TrimEnd());
        }

        var hash = text.IndexOf(" #", StringComparison.Ordinal) is var space and >= 0 && (text.IndexOf("\t#", StringComparison.Ordinal) is not (var tab and >= 0) || space < tab) ? space : text.IndexOf("\t#", StringComparison.Ordinal);
        return hash < 0 ? ("", text) : (text[..hash].Trim().Trim('"', '\''), text[(hash + 1)..]);
    }

    /// <summary>What a marker in a file leads to.</summary>
    private Decision Decide(FluxMarker marker, string path, RuleSource source)
    {
        var called = $"ImagePolicy {marker.Namespace}/{marker.Name}";
        if (Nearest(_policies[marker.Name], marker.Namespace, path) is not { Count: > 0 } policies)
        {
            return Unknown($"{called} is not in this repository");
        }

        if (policies.FirstOrDefault(p => p.Repository is null) is { } patch)
        {
            return Unknown($"{called} is patched in {patch.Source}: what comes of it is known only when Kustomize is run");
        }

        var policy = policies[0];
        if (policies.Count > 1 && !policies.All(p => p.IsSound && p.Order == policy.Order && p.Repository == policy.Repository && p.Reflection == policy.Reflection && p.IsSuspended == policy.IsSuspended))
        {
            return Unknown($"there are several ImagePolicies called {marker.Namespace}/{marker.Name}: {string.Join(", ", policies.Take(MostListed).Select(p => p.Source))}");
        }

        if (policy.HasVariable || !policy.IsSound || policy.IsSuspended)
        {
            return new Decision(policy.HasVariable ? "it has a variable that Flux fills in when it is applied" : policy.IsSound ? $"{called} is suspended" : "its configuration is wrong", policy.Source);
        }

        var (space, name) = policy.Repository!.Value;
        var repository = Nearest(_repositories[name], space ?? policy.Namespace ?? marker.Namespace, policy.Source.File).FirstOrDefault();
        if (repository is null)
        {
            _resources.Remark(new FileProblem(policy.Source.File, policy.Source.Line, $"ImageRepository {space ?? policy.Namespace ?? marker.Namespace}/{name} is not in this repository: tags that end in .sig are left out, as Flux does without an exclusionList"));
        }
        else if (!repository.IsSound || repository.IsSuspended)
        {
            return new Decision(repository.IsSound ? $"ImageRepository {repository.Called} is suspended" : "its configuration is wrong", repository.Source);
        }

        FluxAutomation? automation = null;
        if (_resources.Automations.Count > 0)
        {
            var own = _resources.Automations.Where(a => (a.Namespace is null || a.Namespace == marker.Namespace) && a.Selector.Selects(policy.Labels)).ToList();
            var holding = NearestOf(own.Where(a => a.Holds(path)), path);
            automation = holding.Find(a => a.IsSound && !a.IsSuspended) ?? (holding is [var first, ..] ? first : null);
            if (automation is null)
            {
                return own is [var other, ..]
                    ? new Decision(own is [_] ? $"it is outside of {(other.Folder.Length == 0 ? "/" : other.Folder)}, the path of ImageUpdateAutomation {other.Called}" : "it is outside of the path of every ImageUpdateAutomation", other.Source)
                    : new Decision($"no ImageUpdateAutomation takes up {called}", policy.Source);
            }

            if (!automation.IsSound || automation.IsSuspended)
            {
                return new Decision(automation.IsSound ? $"ImageUpdateAutomation {automation.Called} is suspended" : "its configuration is wrong", automation.Source);
            }
        }

        if (!_decisions.TryGetValue((policy, automation), out var decision))
        {
            _decisions[(policy, automation)] = decision = Rule(policy, repository, automation, marker.Namespace);
        }

        return decision;

        Decision Unknown(string reason)
        {
            _resources.Remark(new FileProblem(source.File, source.Line, $"{reason}: what it is for stays as it is"));
            return new Decision(reason, source);
        }
    }

    private Decision Rule(FluxImagePolicy policy, FluxImageRepository? repository, FluxAutomation? automation, string space)
    {
        var words = new PolicyText("flux", policy.Order!.ToText(repository?.Exclusions ?? []));
        if (words.Read() is not { } read)
        {
            _resources.Wrong(new FileProblem(policy.Source.File, policy.Source.Line, $"ImagePolicy {policy.Called} has more text than is read"));
            return new Decision("its configuration is wrong", policy.Source);
        }

        var rule = new PolicyRule(words, read) { Summary = policy.Order.Summary, Source = policy.Source, Refreshes = policy.Reflection != FluxReflection.IfNotPresent };
        if (automation is not null)
        {
            rule = rule with
            {
                Proposal = new ProposalSettings { Group = $"flux-{automation.Namespace ?? space}-{automation.Name}", TargetBranch = automation.Branch, MessageTemplate = automation.Message?.Text },
            };
        }

        return new Decision(null, policy.Source) { Rule = rule, Image = repository?.Image, Reflection = policy.Reflection };
    }

    /// <summary>Of resources of one name, those in a namespace before those without one, and of these the nearest to a file.</summary>
    private static List<T> Nearest<T>(IEnumerable<T> resources, string space, string path)
        where T : FluxResource
    {
        var named = resources.Where(r => r.Namespace is null || r.Namespace == space).ToList();
        return NearestOf(named.Exists(r => r.Namespace is not null) ? named.Where(r => r.Namespace is not null) : named, path);
    }

    /// <summary>The resources that have most folders in common with a file: each cluster has its own of the same names.</summary>
    private static List<T> NearestOf<T>(IEnumerable<T> resources, string path)
        where T : FluxResource
    {
        var measured = resources.Select(r => (Resource: r, Common: CommonFolders(r.Source.File, path))).ToList();
        var most = measured.Count == 0 ? 0 : measured.Max(m => m.Common);
        return [.. measured.Where(m => m.Common == most).Select(m => m.Resource)];
    }

    private static int CommonFolders(string one, string other) => one.AsSpan(0, one.AsSpan().CommonPrefixLength(other)).Count('/');

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Place(string Path, int Line, int Column);

    private sealed record Marked(List<Line> Lines);

    /// <param name="Decision">What its policy leads to.</param>
    /// <param name="Field">What is written in it.</param>
    /// <param name="Scalar">What stands in it.</param>
    /// <param name="Source">Where the marker is.</param>
    private sealed record Line(Decision Decision, FluxField Field, string Scalar, RuleSource Source);

    /// <summary>What a policy leads to in a file; one object for each, compared as such.</summary>
    private sealed class Decision(string? off, RuleSource source)
    {
        /// <summary>Why what it is for stays as it is.</summary>
        public string? Off => off;

        /// <summary>Where that is written.</summary>
        public RuleSource Source => source;

        /// <summary>The rule, without <see cref="PolicyRule.Pins"/>.</summary>
        public PolicyRule? Rule { get; init; }

        /// <summary>The image of the ImageRepository.</summary>
        public ImageName? Image { get; init; }

        /// <summary>When digests are written.</summary>
        public FluxReflection Reflection { get; init; }
    }
}
