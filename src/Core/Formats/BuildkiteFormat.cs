using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of Buildkite (<see href="https://buildkite.com/docs/pipelines/configure/defining-steps"/>).</summary>
public sealed class BuildkiteFormat : IFormat
{
    /// <summary>A key that a step has and no other tool's list of steps.</summary>
    private static readonly string[] StepKeys = ["plugins", "label", "agents", "commands", "wait", "trigger", "block", "group"];

    private static readonly string[] MachineKeys = ["machineType", "instanceType", "imageProject", "imagePrefix"];

    /// <inheritdoc/>
    public string Name => "buildkite";

    /// <inheritdoc/>
    public string Finds => "`image` of the docker plugin, of steps and agents, containers of the kubernetes plugin's `podSpec`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".buildkite/**/*.{yml,yaml}", "{pipeline,buildkite,buildkite-pipeline,pipeline.buildkite}.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("steps"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Shell);
        var isPlain = file.Path.Contains("buildkite", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            if (root.TryGet("apiVersion", out _) || root.Effective("steps") is not YamlSequence steps || !(isPlain || IsPipeline(steps)))
            {
                return false;
            }

            var env = root.Effective("env") as YamlMapping;
            Binding Lookup(string name) => Binding.Of(env?.Effective(name)) is { Value: not null } value ? value : new Binding(null, $"the variable {Images.Excerpt.Of(name)} has no value in this file");
            images.Add(root.Scalar("image"), Lookup);
            foreach (var (key, mapping) in YamlMerge.Mappings(root, static k => k is not ("env" or "meta_data")))
            {
                if (key == "agents" && IsMachine(mapping))
                {
                    continue;
                }

                if (key is "steps" or "agents" or "containers" or "initContainers" or "sidecars")
                {
                    images.Add(mapping.Scalar("image"), Lookup);
                }

                foreach (var (name, plugin) in key == "plugins" ? mapping.Named : [])
                {
                    if (IsDocker(name) && plugin is YamlMapping options)
                    {
                        images.Add(options.Effective("image"), Lookup);
                    }
                }
            }

            return true;
        });
    }

    /// <summary><c>docker</c>, <c>docker#v5.0.0</c>, <c>https://…/docker-buildkite-plugin.git#v1</c>; not <c>docker-compose#v5</c>.</summary>
    private static bool IsDocker(string plugin)
    {
        var name = plugin.Split('#')[0];
        name = name[(name.LastIndexOf('/') + 1)..];
        return name is "docker" or "docker-buildkite-plugin" or "docker-buildkite-plugin.git";
    }

    /// <summary>Agents that are virtual machines: their image is a disk's.</summary>
    private static bool IsMachine(YamlMapping agents) =>
        agents.Scalar("provider") is { Value: not ("k8s" or "kubernetes") } || Array.Exists(MachineKeys, k => agents.TryGet(k, out _));

    private static bool IsPipeline(YamlSequence steps) =>
        steps.Items.Take(100).Any(i => i.Target is YamlMapping step && Array.Exists(StepKeys, k => step.TryGet(k, out _)));
}
