using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>Pipelines of GitLab and the templates they include (<see href="https://docs.gitlab.com/ci/yaml/"/>).</summary>
public sealed class GitLabCiFormat : IFormat
{
    private static readonly HashSet<string> NoJobs = new(StringComparer.Ordinal) { "variables", "workflow", "include", "spec", "stages", "cache", "before_script", "after_script" };

    /// <inheritdoc/>
    public string Name => "gitlab-ci";

    /// <inheritdoc/>
    public string Finds => "`image` and `services` of jobs, hidden jobs and `default`, with `variables`, `parallel.matrix`, `extends` and `inputs`; images behind the dependency proxy";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*gitlab-ci*.{yml,yaml}", "*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool Excludes(string path) => path.Contains(".gitlab/agents/", StringComparison.Ordinal);

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        (bytes.IndexOf("image:"u8) >= 0 || bytes.IndexOf("services:"u8) >= 0)
        && (IsPlain(path) || bytes.IndexOf("script:"u8) >= 0 || (bytes.IndexOf("default:"u8) >= 0 && (IsUsual(path) || bytes.IndexOf("stages:"u8) >= 0)));

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.GitLabInput, PlaceholderSyntax.Shell);
        YamlMapping? inputs = null;
        return PipelineFile.Read(file, images, IsPlain(file.Path), root =>
        {
            inputs = (root.Effective("spec") as YamlMapping)?.Effective("inputs") as YamlMapping ?? inputs;
            var isPipeline = IsPlain(file.Path) || IsPipeline(file.Path, root);
            if (isPipeline)
            {
                new Pipeline(root, inputs, images).Read();
            }

            return isPipeline;
        });
    }

    private static bool IsPlain(string path) => path.AsSpan(path.LastIndexOf('/') + 1).Contains("gitlab-ci", StringComparison.OrdinalIgnoreCase);

    /// <summary>Folders where pipelines keep what they include.</summary>
    private static bool IsUsual(string path) =>
        path.StartsWith("ci/", StringComparison.OrdinalIgnoreCase) || path.StartsWith("templates/", StringComparison.OrdinalIgnoreCase)
        || path.Contains(".gitlab", StringComparison.OrdinalIgnoreCase) || path.Contains("gitlab-ci/", StringComparison.OrdinalIgnoreCase) || path.Contains("/ci/", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// A pipeline includes files of any name: there a file is one where a job of it has a script and, but in usual folders, what
    /// no job of another kind has beside that.
    /// </summary>
    private static bool IsPipeline(string path, YamlMapping root)
    {
        if (root.TryGet("apiVersion", out _) || root.TryGet("jobs", out _) || root.TryGet("steps", out _) || root.TryGet("on", out _))
        {
            return false;
        }

        var isUsual = IsUsual(path) || (root.TryGet("stages", out var stages) && stages is YamlSequence);
        return (isUsual && root.Mapping("default") is { } all && (all.TryGet("image", out _) || all.TryGet("services", out _)))
            || root.Named.Any(e => !NoJobs.Contains(e.Key) && e.Value is YamlMapping job && job.TryGet("script", out var script)
                && script is YamlSequence or YamlScalar && !job.TryGet("runs-on", out _) && !job.TryGet("steps", out _)
                && (isUsual || (script is YamlSequence && (job.TryGet("stage", out _) || job.TryGet("extends", out _) || job.TryGet("rules", out _) || job.TryGet("only", out _)))));
    }

    private sealed class Pipeline(YamlMapping root, YamlMapping? inputs, PipelineImages images)
    {
        /// <summary>The longest chain of <c>extends</c> that GitLab takes.</summary>
        private const int LongestChain = 11;

        /// <summary>Stands for the proxy, which is no part of what is written.</summary>
        private const string Proxy = "proxy.invalid";

        private const string ProxyPath = "/dependency_proxy/containers/";

        private static readonly IReadOnlyDictionary<string, YamlNode> NoRow = new Dictionary<string, YamlNode>(StringComparer.Ordinal);

        private readonly HashSet<YamlNode> _seen = [];

        public void Read()
        {
            ReadJob([root]);
            foreach (var (name, node) in root.Members(_seen))
            {
                if (node is YamlMapping job && !NoJobs.Contains(name) && _seen.Add(job) && !images.IsFull)
                {
                    ReadJob(ChainOf(job));
                }
            }
        }

        private void ReadJob(IReadOnlyList<YamlMapping> chain)
        {
            foreach (var (owner, i) in chain.Select((o, i) => (o, i)))
            {
                if (owner.Effective("image") is { } image)
                {
                    AddImage(image, chain, isOwn: i == 0);
                    break;
                }
            }

            foreach (var (owner, i) in chain.Select((o, i) => (o, i)))
            {
                if (owner.Effective("services") is { } services)
                {
                    foreach (var service in services is YamlSequence list ? ServicesOf(list) : [])
                    {
                        AddImage(service, chain, isOwn: i == 0);
                    }

                    break;
                }
            }
        }

        /// <summary>Services, with those of lists in the list; those of a list that is shared are few.</summary>
        private static IEnumerable<YamlNode> ServicesOf(YamlSequence list) =>
            list.Items.Take(64).Select(i => i.Target).OfType<YamlNode>().SelectMany(i => i is YamlSequence { Tag: null } inner ? inner.Items.Take(64).Select(x => x.Target).OfType<YamlNode>() : [i]);

        private void AddImage(YamlNode image, IReadOnlyList<YamlMapping> chain, bool isOwn)
        {
            var node = Referenced(image);
            var platform = ((node as YamlMapping)?.Mapping("docker")?.Scalar("platform")?.Value) is { } text && Platform.TryParse(text, out var parsed) ? parsed : null;
            if (PipelineFile.ImageOf(node, "name") is not YamlScalar scalar || (!isOwn && !scalar.Value.Contains('$', StringComparison.Ordinal)))
            {
                return;
            }

            foreach (var row in RowsFor(scalar.Value, chain))
            {
                images.Add(scalar, name => Lookup(name, chain, row), platform: platform, select: BehindProxy);
            }
        }

        /// <summary><c>!reference [.job, image]</c> stands for the value there.</summary>
        private YamlNode? Referenced(YamlNode node)
        {
            if (node is not YamlSequence { Tag: "!reference" } path)
            {
                return node;
            }

            YamlNode? found = root;
            foreach (var key in path.Items.Take(LongestChain))
            {
                found = key.Target is YamlScalar name ? (found as YamlMapping)?.Effective(name.Value) : null;
            }

            return found is YamlSequence ? null : found;
        }

        private List<YamlMapping> ChainOf(YamlMapping job)
        {
            var chain = new List<YamlMapping>();
            var next = new Stack<YamlMapping>([job]);
            while (chain.Count < LongestChain && next.TryPop(out var one))
            {
                chain.Add(one);

                // Of several, the last one wins.
                IEnumerable<YamlScalar> names = one.Effective("extends") switch
                {
                    YamlScalar name => [name],
                    var list => PipelineFile.Scalars(list).Take(LongestChain),
                };
                foreach (var name in names)
                {
                    if (root.TryGet(name.Value, out var extended) && extended is YamlMapping mapping && !chain.Contains(mapping))
                    {
                        next.Push(mapping);
                    }
                }
            }

            return chain;
        }

        private List<IReadOnlyDictionary<string, YamlNode>> RowsFor(string text, IReadOnlyList<YamlMapping> chain)
        {
            if (!text.Contains('$', StringComparison.Ordinal))
            {
                return [NoRow];
            }

            List<string> names = [.. images.NamesIn(text)];
            var rows = new List<IReadOnlyDictionary<string, YamlNode>>();
            foreach (var matrix in PipelineFile.Items(chain.Select(j => (j.Effective("parallel") as YamlMapping)?.Effective("matrix")).FirstOrDefault(m => m is not null), []).Take(64))
            {
                List<string> keys = [.. names.Where(n => matrix.Effective(n) is not null)];
                rows.AddRange(keys.Count == 0 ? [] : images.Rows.Of(matrix, keys));
            }

            return rows.Count > 0 ? rows : [NoRow];
        }

        private Binding Lookup(string name, IReadOnlyList<YamlMapping> chain, IReadOnlyDictionary<string, YamlNode> row)
        {
            if (row.TryGetValue(name, out var value))
            {
                return Binding.Of(value);
            }

            foreach (var owner in chain.Append(root))
            {
                if (Variable(owner, name) is { Value: not null } found)
                {
                    return found;
                }
            }

            if (name.StartsWith("inputs.", StringComparison.Ordinal))
            {
                var input = name["inputs.".Length..].Split('|')[0].Trim();
                return Binding.Of((inputs?.Effective(input) as YamlMapping)?.Effective("default")) is { Value: not null } found
                    ? found
                    : new Binding(null, $"the input {Excerpt.Of(input)} has no default in this file");
            }

            return name switch
            {
                "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX" or "CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX" => new Binding(WrittenText.Unplaced(Proxy)),
                "CI_DEPENDENCY_PROXY_SERVER" or "CI_SERVER_FQDN" or "CI_SERVER_HOST" => new Binding(WrittenText.Unplaced("server." + Proxy)),
                _ => new Binding(null, name.StartsWith("CI_", StringComparison.Ordinal) ? $"GitLab sets the variable {Excerpt.Of(name)} when the job runs" : $"the variable {Excerpt.Of(name)} has no value in this file"),
            };
        }

        private static Binding Variable(YamlMapping owner, string name) =>
            owner.Effective("variables") is YamlMapping variables ? Binding.Of(PipelineFile.ImageOf(variables.Effective(name), "value")) : default;

        /// <summary>The proxy serves images of Docker Hub.</summary>
        private static WrittenText? BehindProxy(WrittenText value)
        {
            if (value.Value.StartsWith(Proxy + "/", StringComparison.Ordinal))
            {
                return value.Slice((Proxy.Length + 1)..);
            }

            var path = value.Value.IndexOf(ProxyPath, StringComparison.Ordinal);
            return path > 0 ? value.Slice((path + ProxyPath.Length)..) : value.Value.Contains(Proxy, StringComparison.Ordinal) ? null : value;
        }
    }
}
