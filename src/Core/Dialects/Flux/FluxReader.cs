using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Flux;

/// <summary>Reads the resources of a repository, each with what is wrong with it.</summary>
internal sealed class FluxReader
{
    /// <summary>The most resources of a repository.</summary>
    private const int MostResources = 10_000;

    private static readonly string[] Versions = ["v1", "v1beta2", "v1beta1"];
    private static readonly string[] PolicyKeys = ["imageRepositoryRef", "policy", "filterTags", "digestReflectionPolicy", "interval", "suspend"];
    private static readonly string[] RepositoryKeys = ["image", "interval", "exclusionList", "suspend", .. FluxSpecReader.PassedOver];
    private static readonly string[] AutomationKeys = ["sourceRef", "interval", "git", "update", "policySelector", "suspend"];
    private static readonly string[] GitKeys = ["checkout", "commit", "push"];
    private static readonly string[] CommitKeys = ["author", "signingKey", "messageTemplate", "messageTemplateValues"];

    private readonly List<FluxImageRepository> _repositories = [];
    private readonly List<FluxImagePolicy> _policies = [];
    private readonly List<FluxAutomation> _automations = [];
    private readonly HashSet<FileProblem> _errors = [];
    private readonly Dictionary<string, FileProblem> _remarks = new(StringComparer.Ordinal);

    /// <summary>By file and line, as all of these.</summary>
    public IReadOnlyList<FluxImageRepository> Repositories => _repositories;

    /// <summary>The policies.</summary>
    public IReadOnlyList<FluxImagePolicy> Policies => _policies;

    /// <summary>The automations.</summary>
    public IReadOnlyList<FluxAutomation> Automations => _automations;

    /// <summary>What is wrong.</summary>
    public IReadOnlyList<FileProblem> Errors => [.. _errors];

    /// <summary>What has no meaning here, each once.</summary>
    public IReadOnlyList<FileProblem> Remarks => [.. _remarks.Values];

    /// <summary>Tells what is wrong.</summary>
    public void Wrong(FileProblem error)
    {
        if (_errors.Count < ConfigurationText.MostErrors)
        {
            _errors.Add(error);
        }
    }

    /// <summary>Tells what has no meaning here, once.</summary>
    public void Remark(FileProblem remark)
    {
        if (_remarks.Count < ConfigurationText.MostErrors)
        {
            _remarks.TryAdd(remark.Message, remark);
        }
    }

    /// <summary>Reads the resources of a part.</summary>
    public void Read(ConfigurationPart part)
    {
        var text = new ConfigurationText(part.ToSource()) { LongestText = 16 * 1024 };
        if (text.Root("write a resource", ConfigurationPart.LongestText) is { } root)
        {
            foreach (var resource in FluxFile.ResourcesIn(root))
            {
                if (_repositories.Count + _policies.Count + _automations.Count < MostResources)
                {
                    Read(part, text, resource);
                }
            }
        }

        text.Errors.ToList().ForEach(Wrong);
        text.Remarks.ToList().ForEach(Remark);
    }

    private void Read(ConfigurationPart part, ConfigurationText text, YamlMapping resource)
    {
        var kind = resource.Scalar("kind")!.Value;
        var version = resource.Scalar("apiVersion")!;
        if (!Versions.Contains(version.Value[FluxFile.Group.Length..], StringComparer.Ordinal))
        {
            text.Remark(version, $"{kind} of '{Excerpt.Of(version.Value)}' is passed over: v1, v1beta2 and v1beta1 are read");
            return;
        }

        var metadata = resource.Mapping("metadata");
        if (metadata?.Scalar("name") is not { IsEmpty: false } name || resource.Mapping("spec") is not { } spec)
        {
            text.Wrong(resource, $"this {kind} has no {(resource.Mapping("spec") is null ? "spec" : "name")}");
            return;
        }

        var identity = new Identity(metadata.Scalar("namespace") is { IsEmpty: false } space ? space.Value : null, name.Value, part.SourceAt(text.LineOf(resource)));
        switch (kind)
        {
            case "ImageRepository":
                ReadRepository(text, spec, identity);
                break;
            case "ImagePolicy":
                ReadPolicy(text, spec, identity, metadata.Mapping("labels"));
                break;
            default:
                ReadAutomation(text, spec, identity);
                break;
        }
    }

    private void ReadRepository(ConfigurationText text, YamlMapping mapping, Identity identity)
    {
        var spec = text.Open(mapping, "an ImageRepository", RepositoryKeys);
        foreach (var key in spec.Keys.Where(k => FluxSpecReader.PassedOver.Contains(k, StringComparer.Ordinal)))
        {
            spec.Remark(key, $"'{key}' is passed over: how registries are reached is a matter of the settings");
        }

        ImageName? image = null;
        if (spec.Needed("image", "the image whose tags it lists") is { } written && !IsVariable(written.Value))
        {
            text.Check(written, ImageName.TryParse(written.Value, out image, out var error), $"'{Excerpt.Of(written.Value)}' is no image name: {error}");
        }

        var exclusions = new FluxSpecReader(text).Exclusions(spec) is null ? [] : spec.Texts("exclusionList");
        var suspended = spec.Flag("suspend") ?? false;
        _repositories.Add(new FluxImageRepository(identity.Namespace, identity.Name, identity.Source, image, exclusions) { IsSound = spec.IsSound, IsSuspended = suspended });
    }

    private void ReadPolicy(ConfigurationText text, YamlMapping mapping, Identity identity, YamlMapping? labels)
    {
        // Where only part of it is here, Kustomize puts that over another one.
        var reference = mapping.Mapping("imageRepositoryRef");
        if (reference?.Scalar("name") is not { IsEmpty: false } repository)
        {
            text.Remark(mapping, $"ImagePolicy {identity.Name} has no imageRepositoryRef: it is taken for a patch of another one");
            _policies.Add(new FluxImagePolicy(identity.Namespace, identity.Name, identity.Source, null, null, FluxReflection.Never, Labels(labels)) { IsSound = true });
            return;
        }

        FluxOrderWords? order = null;
        var hasVariable = Variables(mapping);
        var (isSound, reflection, suspended) = (true, FluxReflection.Never, false);
        if (hasVariable)
        {
            text.Remark(mapping, $"ImagePolicy {identity.Name} has a variable that Flux fills in when it is applied: what it is for stays as it is");
        }
        else
        {
            var spec = text.Open(mapping, "an ImagePolicy", PolicyKeys);
            (order, reflection) = new FluxSpecReader(text).Words(spec);
            suspended = spec.Flag("suspend") ?? false;
            isSound = spec.IsSound && order is not null;
        }

        var space = reference.Scalar("namespace") is { IsEmpty: false } its ? its.Value : null;
        _policies.Add(new FluxImagePolicy(identity.Namespace, identity.Name, identity.Source, (space, repository.Value), order, reflection, Labels(labels))
        {
            IsSound = isSound,
            IsSuspended = suspended,
            HasVariable = hasVariable,
        });
    }

    private void ReadAutomation(ConfigurationText text, YamlMapping mapping, Identity identity)
    {
        var spec = text.Open(mapping, "an ImageUpdateAutomation", AutomationKeys);
        var update = spec.Mapping("update", ["path", "strategy"]);
        update?.Choice("strategy", ["Setters"]);
        var path = update?.Text("path") ?? "";
        var (branch, message) = ReadGit(text, spec.Mapping("git", GitKeys), identity);
        var selector = ReadSelector(spec.Mapping("policySelector", ["matchLabels", "matchExpressions"]));
        var suspended = spec.Flag("suspend") ?? false;
        if (IsVariable(path))
        {
            update!.Remark("path", "'update.path' has a variable that Flux fills in when it is applied: it is taken for every folder");
            path = "";
        }

        _automations.Add(new FluxAutomation(identity.Namespace, identity.Name, identity.Source, FolderOf(path), branch, message, selector) { IsSound = spec.IsSound, IsSuspended = suspended });
    }

    private static (string? Branch, FluxMessage? Message) ReadGit(ConfigurationText text, ConfigurationMapping? git, Identity identity)
    {
        string? branch = null;
        if (git?.Mapping("checkout", ["ref"])?.Mapping("ref", ["branch", "tag", "semver", "name", "commit"]) is { } reference)
        {
            branch = reference.Text("branch") is { Length: > 0 } written && !IsVariable(written) ? written : null;
        }

        if (git?.Mapping("push", ["branch", "refspec", "options"]) is { } push)
        {
            foreach (var key in push.Keys)
            {
                push.Remark(key, $"'push.{key}' is passed over: pull requests have branches of their own");
            }
        }

        if (git?.Mapping("commit", CommitKeys) is not { } commit)
        {
            return (branch, null);
        }

        foreach (var key in commit.Keys.Where(k => k is "author" or "signingKey"))
        {
            commit.Remark(key, $"'commit.{key}' is passed over: commits are made by the service's own account");
        }

        FluxMessage? message = null;
        if (commit.Scalar("messageTemplate") is { IsEmpty: false } template)
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [".AutomationObject"] = $"{identity.Namespace}/{identity.Name}",
                [".AutomationObject.Namespace"] = identity.Namespace ?? "",
                [".AutomationObject.Name"] = identity.Name,
            };
            if (commit.TryGet("messageTemplateValues", out var given) && given is YamlMapping named)
            {
                foreach (var (key, value) in named.Named.Take(ConfigurationMapping.MostItems))
                {
                    values[$".Values.{key}"] = (value as YamlScalar)?.Value ?? "";
                }
            }

            if (!FluxMessage.TryParse(template.Value, values, out message, out var error))
            {
                text.Remark(template, $"'messageTemplate' is passed over: {error}");
            }
        }

        return (branch, message);
    }

    private static FluxSelector ReadSelector(ConfigurationMapping? selector)
    {
        var expressions = new List<(string Key, string Operator, IReadOnlyList<string> Values)>();
        if (selector is not null && selector.TryGet("matchLabels", out var labels) && labels is YamlMapping pairs)
        {
            expressions.AddRange(Labels(pairs).Select(l => (l.Key, "In", (IReadOnlyList<string>)[l.Value])));
        }

        foreach (var expression in selector?.Mappings("matchExpressions", ["key", "operator", "values"]) ?? [])
        {
            if (expression.Needed("key", "the label") is { } key && expression.Choice("operator", [.. FluxSelector.Operators]) is { } operation)
            {
                expressions.Add((key.Value, operation, expression.Texts("values")));
            }
        }

        return new FluxSelector(expressions);
    }

    private static Dictionary<string, string> Labels(YamlMapping? mapping)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping?.Named.Take(ConfigurationMapping.MostItems) ?? [])
        {
            labels[key] = (value as YamlScalar)?.Value ?? "";
        }

        return labels;
    }

    /// <summary>A folder from the root, which is as far up as a path goes.</summary>
    private static string FolderOf(string path)
    {
        var names = new List<string>();
        foreach (var name in path.Split('/'))
        {
            if (name == ".." && names.Count > 0)
            {
                names.RemoveAt(names.Count - 1);
            }
            else if (name is not ("" or "." or ".."))
            {
                names.Add(name);
            }
        }

        return string.Join('/', names);
    }

    /// <summary>Whether something of a policy that decides has a variable; in <c>extract</c>, that would be a group.</summary>
    private static bool Variables(YamlMapping spec) =>
        IsVariable(spec.Mapping("filterTags")?.Scalar("pattern")?.Value)
        || (spec.Mapping("policy") is { } policy && (IsVariable(policy.Mapping("semver")?.Scalar("range")?.Value) || IsVariable(policy.Mapping("alphabetical")?.Scalar("order")?.Value) || IsVariable(policy.Mapping("numerical")?.Scalar("order")?.Value)));

    /// <summary>Whether a text has a variable of a Flux Kustomization's <c>postBuild</c>.</summary>
    private static bool IsVariable(string? text) =>
        text is not null && text.IndexOf("${", StringComparison.Ordinal) is var at and >= 0 && at + 2 < text.Length && (char.IsAsciiLetter(text[at + 2]) || text[at + 2] == '_') && text.IndexOf('}', at) > 0;

    private sealed record Identity(string? Namespace, string Name, RuleSource Source);
}
