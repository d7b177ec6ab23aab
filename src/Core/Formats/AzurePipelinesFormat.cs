using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Azure Pipelines and their templates (<see href="https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/"/>).</summary>
public sealed partial class AzurePipelinesFormat : IFormat
{
    private static readonly string[] RootKeys = ["trigger", "pr", "pool", "stages", "jobs", "steps", "resources", "extends", "parameters", "schedules", "variables"];

    /// <inheritdoc/>
    public string Name => "azure-pipelines";

    /// <inheritdoc/>
    public string Finds => "`resources.containers`, `container` and `services` of jobs, `target.container` of steps, in pipelines and templates, with defaults of `parameters` and `variables`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } =
    [
        "*azure*pipeline*.{yml,yaml}", "*pipeline*.{yml,yaml}", ".vsts-ci.{yml,yaml}", ".vsts.{yml,yaml}",
        "{.azure-pipelines,.azuredevops,.ado,azure-pipelines,.pipelines,pipelines,.azure,.vsts,templates}/**/*.{yml,yaml}",
        "eng/**/*.{yml,yaml}",
    ];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("container"u8) >= 0 || bytes.IndexOf("services:"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Expression, PlaceholderSyntax.Macro, PlaceholderSyntax.AzureRuntime);
        return PipelineFile.Read(file, images, isPlain: false, root =>
        {
            if (!IsPipeline(root))
            {
                return false;
            }

            new Pipeline(root, images).Read();
            return true;
        });
    }

    /// <summary>Concourse, Tekton, Bitbucket, Buildkite and GitLab have files of such names; their roots look otherwise.</summary>
    private static bool IsPipeline(YamlMapping root) =>
        root.Named.Any(e => Array.IndexOf(RootKeys, e.Key) >= 0)
        && !root.TryGet("apiVersion", out _) && !root.TryGet("pipelines", out _) && !root.TryGet("definitions", out _) && !root.TryGet("resource_types", out _) && !root.TryGet("on", out _)
        && (!root.TryGet("resources", out var resources) || resources is YamlMapping)
        && (!root.TryGet("services", out _) || root.TryGet("jobs", out _) || root.TryGet("steps", out _));

    private sealed partial class Pipeline(YamlMapping root, PipelineImages images)
    {
        private const string Resources = "resources.containers";

        private readonly HashSet<string> _aliases = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<YamlNode> _seen = [];

        public void Read()
        {
            foreach (var (key, mapping) in YamlMerge.Mappings(root, static _ => true))
            {
                if (key == "containers" && mapping.Scalar("container") is { } alias)
                {
                    _aliases.Add(alias.Value);
                }
            }

            var next = new Stack<(string Key, YamlNode Node, Scope Scope)>([("", root, new Scope(null, null))]);
            while (next.TryPop(out var item))
            {
                if (item.Node is YamlScalar || !_seen.Add(item.Node) || images.IsFull)
                {
                    continue;
                }

                if (item.Node is YamlSequence sequence)
                {
                    for (var i = sequence.Items.Count - 1; i >= 0; i--)
                    {
                        if (sequence.Items[i].Target is { } child)
                        {
                            next.Push((item.Key, child, item.Scope));
                        }
                    }
                }
                else if (item.Node is YamlMapping mapping)
                {
                    var scope = mapping.TryGet("variables", out var variables) ? new Scope(item.Scope, variables) : item.Scope;
                    Visit(item.Key, mapping, scope);
                    foreach (var (key, value) in mapping.Named)
                    {
                        if (key is not ("inputs" or "env" or "variables" or "services" or "repositories" or "trigger" or "pr" or "schedules" or "displayName") && (key != "parameters" || mapping != root))
                        {
                            // A condition or loop around entries of a list is not a level of its own.
                            next.Push((key.StartsWith("${{", StringComparison.Ordinal) ? item.Key : item.Key == "resources" && key == "containers" ? Resources : key, value, scope));
                        }
                    }
                }
            }
        }

        private void Visit(string key, YamlMapping mapping, Scope scope)
        {
            if (key == "containers")
            {
                // Templates of the pipeline's owners take names of containers, each with an image.
                foreach (var (_, named) in mapping.Named)
                {
                    images.Add((named as YamlMapping)?.Scalar("image"), n => Lookup(n, scope));
                }

                return;
            }

            if (key == Resources)
            {
                ReadResource(mapping, scope);
                return;
            }

            if (mapping.TryGet("container", out var container))
            {
                if (container is YamlMapping inline)
                {
                    images.Add(inline.Effective("image"), n => Lookup(n, scope));
                }
                else
                {
                    AddUnlessAlias(container, scope);
                }
            }

            foreach (var (name, service) in mapping.TryGet("services", out var services) && services is YamlMapping all ? all.Named : [])
            {
                if (!name.StartsWith("${{", StringComparison.Ordinal))
                {
                    AddUnlessAlias(service, scope);
                }
            }
        }

        private void ReadResource(YamlMapping mapping, Scope scope)
        {
            if (mapping.Scalar("image") is { } image)
            {
                images.Add(image, n => Lookup(n, scope));
            }
            else if (string.Equals(mapping.Scalar("type")?.Value, "ACR", StringComparison.OrdinalIgnoreCase)
                && mapping.Scalar("registry") is { Written: { } registry } && mapping.Scalar("repository") is { Written: { } repository } name)
            {
                images.Add(
                    new ReferenceParts(WrittenText.Join([registry, WrittenText.Unplaced(registry.Value.Contains('.', StringComparison.Ordinal) ? "" : ".azurecr.io")]), repository, null, null).Join(),
                    name.Start, n => Lookup(n, scope), locked: "the pipeline takes the tag from the registry when it runs", pinnable: false);
            }
        }

        /// <summary>A name alone is a container of the resources, which may stand in another file; an image has a tag or a path.</summary>
        private void AddUnlessAlias(YamlNode node, Scope scope)
        {
            if (node is YamlScalar { IsNull: false } scalar && !_aliases.Contains(scalar.Value))
            {
                images.Add(scalar, n => Lookup(n, scope), select: value => _aliases.Contains(value.Value) || value.Value.AsSpan().IndexOfAny(":/@") < 0 ? null : value);
            }
        }

        private Binding Lookup(string name, Scope scope)
        {
            if (VariableName().Match(name) is { Success: true } match)
            {
                var variable = match.Groups["name"].Value;
                return scope.Find(variable) ?? new Binding(null, $"the variable {Excerpt.Of(variable)} has no value in this file");
            }

            if (ParameterName().Match(name) is { Success: true } parameter)
            {
                return Parameter(parameter.Groups["name"].Value);
            }

            return PlainName().IsMatch(name) && scope.Find(name) is { } found
                ? found
                : new Binding(null, $"'{Excerpt.Of(name)}' is known only when the pipeline runs");
        }

        /// <summary>A parameter's default: of a list of declarations, or of a mapping of names to values, as it was once.</summary>
        private Binding Parameter(string path)
        {
            var names = path.Split('.');
            YamlNode? node = null;
            if (root.Effective("parameters") is YamlMapping values)
            {
                node = values.Effective(names[0]);
            }
            else if (root.Effective("parameters") is YamlSequence declarations)
            {
                node = declarations.Items.Take(1000).Select(i => i.Target).OfType<YamlMapping>().FirstOrDefault(d => d.Scalar("name")?.Value == names[0])?.Effective("default");
            }

            foreach (var key in names.Skip(1))
            {
                node = (node as YamlMapping)?.Effective(key);
            }

            return node is YamlScalar { IsNull: true } ? new Binding(WrittenText.Unplaced(""))
                : Binding.Of(PipelineFile.ImageOf(node, "image")) is { Value: not null } value ? value
                : new Binding(null, $"the parameter {Excerpt.Of(path)} has no default in this file");
        }

        [GeneratedRegex(@"^[\w.-]+$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
        private static partial Regex PlainName();

        [GeneratedRegex(@"^variables(?:\.(?<name>[\w.]+)|\[\s*'(?<name>[^']+)'\s*\])$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
        private static partial Regex VariableName();

        [GeneratedRegex(@"^parameters(?:\.(?<name>[\w.]+)|\[\s*'(?<name>[^']+)'\s*\])$", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
        private static partial Regex ParameterName();
    }

    /// <summary>The variables of a stage, a job or the pipeline, and of what is around it.</summary>
    private sealed class Scope(Scope? outer, YamlNode? variables)
    {
        private const int Most = 1000;

        private Dictionary<string, Binding>? _values;

        public Binding? Find(string name)
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
            {
                if ((scope._values ??= scope.Values()).TryGetValue(name, out var value))
                {
                    return value;
                }
            }

            return null;
        }

        private Scope? Outer => outer;

        private Dictionary<string, Binding> Values()
        {
            var values = new Dictionary<string, Binding>(StringComparer.OrdinalIgnoreCase);
            if (variables is YamlMapping mapping)
            {
                foreach (var (name, value) in mapping.Named.Where(v => v.Value is YamlScalar).Take(Most))
                {
                    values[name] = Binding.Of(value);
                }
            }

            foreach (var item in variables is YamlSequence list ? list.Items.Take(Most).Select(i => i.Target).OfType<YamlMapping>() : [])
            {
                if (item.Scalar("name") is { } name && Binding.Of(item.Effective("value")) is { Value: not null } value)
                {
                    values[name.Value] = value;
                }
            }

            return values;
        }
    }
}
