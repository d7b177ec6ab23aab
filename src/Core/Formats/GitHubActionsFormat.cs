using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>
/// Workflows and actions of GitHub, and of Gitea and Forgejo, which read them the same way
/// (<see href="https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax"/>).
/// </summary>
public sealed class GitHubActionsFormat : IFormat
{
    private const string Scheme = "docker://";

    /// <summary>Actions that run an image which is named in what they are given: the input of the image, or of its tag and the image.</summary>
    private static readonly Dictionary<string, (string? Image, string? Tag, string? Name)> KnownActions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["helm/kind-action"] = ("node_image", null, null),
        ["container-tools/kind-action"] = ("node_image", null, null),
        ["engineerd/setup-kind"] = ("image", null, null),
        ["aws-actions/amazon-ecs-render-task-definition"] = ("image", null, null),
        ["addnab/docker-run-action"] = ("image", null, null),
        ["docker/setup-qemu-action"] = ("image", null, null),
        ["renovatebot/github-action"] = ("renovate-image", "renovate-version", "ghcr.io/renovatebot/renovate"),
        ["zizmorcore/zizmor-action"] = (null, "version", "ghcr.io/zizmorcore/zizmor"),
    };

    /// <inheritdoc/>
    public string Name => "github-actions";

    /// <inheritdoc/>
    public string Finds => "`container` and `services` of jobs, `uses: docker://` of steps, `runs.image` of actions, what well-known actions such as `helm/kind-action` are given; `matrix`, `env` and defaults of `inputs` in them";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".{github,gitea,forgejo}/{workflows,actions}/*.{yml,yaml}", "workflow-templates/*.{yml,yaml}", "action.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("docker://"u8) >= 0 || bytes.IndexOf("image:"u8) >= 0 || bytes.IndexOf("renovate-version"u8) >= 0 || bytes.IndexOf("zizmor-action"u8) >= 0
        || (!IsAction(path) && (bytes.IndexOf("container"u8) >= 0 || bytes.IndexOf("services"u8) >= 0));

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.Expression);
        var seen = new HashSet<YamlNode>();
        return PipelineFile.Read(file, images, isPlain: true, root =>
        {
            if (root.Effective("runs") is YamlMapping runs)
            {
                if (runs.Scalar("image") is { } image && image.Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
                {
                    images.Add(image, prefix: Scheme);
                }

                ReadSteps(new Job(root, runs, images), runs, seen);
            }

            foreach (var (_, node) in root.Effective("jobs") is YamlMapping jobs && seen.Add(jobs) ? jobs.Members(seen) : [])
            {
                if (node is YamlMapping mapping && seen.Add(mapping))
                {
                    ReadJob(new Job(root, mapping, images), mapping, seen);
                }
            }

            return true;
        });
    }

    private static bool IsAction(string path) => path.AsSpan(path.LastIndexOf('/') + 1).StartsWith("action.", StringComparison.OrdinalIgnoreCase);

    private static void ReadJob(Job job, YamlMapping mapping, HashSet<YamlNode> seen)
    {
        job.Add(PipelineFile.ImageOf(mapping.Effective("container"), "image"));
        foreach (var (_, service) in mapping.Effective("services") is YamlMapping services && seen.Add(services) ? services.Members(seen) : [])
        {
            job.Add(PipelineFile.ImageOf(service, "image"));
        }

        ReadSteps(job, mapping, seen);
    }

    private static void ReadSteps(Job job, YamlMapping owner, HashSet<YamlNode> seen)
    {
        foreach (var step in PipelineFile.Items(owner.Effective("steps"), seen))
        {
            if (step.Scalar("uses") is not { } uses)
            {
                continue;
            }

            if (uses.Value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            {
                job.Add(uses, Scheme);
            }
            else if (KnownActions.TryGetValue(uses.Value.Split('@')[0], out var known) && step.Effective("with") is YamlMapping with)
            {
                job.Add(known.Image is null ? null : with.Effective(known.Image) as YamlScalar, known.Tag is null ? null : with.Effective(known.Tag) as YamlScalar, known.Name);
            }
        }
    }

    /// <summary>A job, or what an action runs, with the values that are known in it.</summary>
    private sealed class Job(YamlMapping root, YamlMapping job, PipelineImages images)
    {
        private const string Matrix = "matrix.";

        private static readonly IReadOnlyDictionary<string, YamlNode> NoRow = new Dictionary<string, YamlNode>(StringComparer.Ordinal);

        public void Add(YamlNode? node, string prefix = "")
        {
            if (node is not YamlScalar scalar || images.IsFull)
            {
                return;
            }

            var choices = scalar.Written is { } written ? ExpressionChoice.Of(written) : [];
            foreach (var choice in choices)
            {
                foreach (var row in RowsFor(choice.Value))
                {
                    images.Add(choice, scalar.Start, name => Lookup(name, row), prefix);
                }
            }

            foreach (var row in choices.Count == 0 ? RowsFor(scalar.Value) : [])
            {
                images.Add(scalar, name => Lookup(name, row), prefix);
            }
        }

        /// <summary>An image with its tag in a place of its own, and perhaps a digest after the name.</summary>
        public void Add(YamlScalar? image, YamlScalar? tag, string? name)
        {
            if (tag?.Written is not { Value.Length: > 0 } version)
            {
                Add(image);
                return;
            }

            var written = image?.Written ?? WrittenText.Unplaced(name ?? "");
            var at = written.Value.IndexOf('@', StringComparison.Ordinal);
            var parts = new ReferenceParts(null, at < 0 ? written : written.Slice(..at), version, at < 0 ? null : written.Slice((at + 1)..)).Join();
            foreach (var row in RowsFor(written.Value + version.Value))
            {
                images.Add(parts, (image ?? tag).Start, n => Lookup(n, row), pinnable: false);
            }
        }

        private IReadOnlyList<IReadOnlyDictionary<string, YamlNode>> RowsFor(string text)
        {
            if (!text.Contains(Matrix, StringComparison.OrdinalIgnoreCase))
            {
                return [NoRow];
            }

            List<string> keys = [.. images.NamesIn(text).Where(IsMatrix).Select(n => n[Matrix.Length..].Split('.')[0]).Distinct(StringComparer.Ordinal)];
            var rows = keys.Count > 0 && (job.Effective("strategy") as YamlMapping)?.Effective("matrix") is YamlMapping matrix ? images.Rows.Of(matrix, keys) : [];
            return rows.Count > 0 ? rows : [NoRow];
        }

        private static bool IsMatrix(string name) => name.StartsWith(Matrix, StringComparison.OrdinalIgnoreCase);

        private Binding Lookup(string name, IReadOnlyDictionary<string, YamlNode> row)
        {
            var path = name.Split('.');
            return path[0].ToUpperInvariant() switch
            {
                "MATRIX" when path.Length > 1 => row.TryGetValue(path[1], out var node)
                    ? ValueAt(node, path.AsSpan(2))
                    : new Binding(null, "its value in the matrix is not written in this file"),
                "ENV" when path.Length == 2 => Binding.Of((job.Effective("env") as YamlMapping)?.Effective(path[1]) ?? (root.Effective("env") as YamlMapping)?.Effective(path[1])),
                "INPUTS" when path.Length == 2 => InputDefault(path[1]),
                "GITHUB" when path is [_, "event", "inputs", _] => InputDefault(path[3]),
                "MATRIX" or "ENV" or "INPUTS" => default,
                "VARS" or "SECRETS" or "GITHUB" or "NEEDS" or "STEPS" or "RUNNER" or "STRATEGY" => new Binding(null, $"{Images.Excerpt.Of(name)} is known only when the workflow runs"),
                _ => new Binding(null, $"the expression '{Images.Excerpt.Of(name)}' is worked out only when the workflow runs"),
            };
        }

        private static Binding ValueAt(YamlNode? node, ReadOnlySpan<string> path)
        {
            foreach (var key in path)
            {
                node = (node as YamlMapping)?.Effective(key);
            }

            // A matrix may give the whole of a container: {image: …, options: …}
            return node is YamlScalar { IsNull: true } or null ? new Binding(WrittenText.Unplaced("")) : Binding.Of(PipelineFile.ImageOf(node, "image"));
        }

        private Binding InputDefault(string name)
        {
            var on = root.Effective("on") as YamlMapping;
            YamlMapping?[] declarations = [root, on?.Effective("workflow_call") as YamlMapping, on?.Effective("workflow_dispatch") as YamlMapping];
            return declarations
                .Select(d => Binding.Of(((d?.Effective("inputs") as YamlMapping)?.Effective(name) as YamlMapping)?.Effective("default")))
                .FirstOrDefault(b => b.Value is not null, new Binding(null, $"the input {Images.Excerpt.Of(name)} has no default in this file"));
        }
    }
}
