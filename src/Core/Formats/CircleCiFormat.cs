using Basewatch.Core.Formats.Pipelines;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats;

/// <summary>Configuration of CircleCI and sources of orbs (<see href="https://circleci.com/docs/reference/configuration-reference/"/>).</summary>
public sealed class CircleCiFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "circleci";

    /// <inheritdoc/>
    public string Finds => "`image` in the `docker` list of jobs and executors, and in `aliases`; parameters with their defaults and what is passed for them";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = [".circleci/**/*.{yml,yaml}", "src/{executors,jobs}/*.{yml,yaml}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("image"u8) >= 0 && bytes.IndexOf("docker"u8) >= 0;

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var images = new PipelineImages(file, Name, PlaceholderSyntax.CircleCi);
        var isPlain = file.Path.Contains(".circleci/", StringComparison.OrdinalIgnoreCase);
        return PipelineFile.Read(file, images, isPlain, root =>
        {
            if (root.TryGet("apiVersion", out _))
            {
                return false;
            }

            new Configuration(root, images, System.IO.Path.GetFileNameWithoutExtension(file.Path)).Read();
            return false;
        });
    }

    private sealed class Configuration(YamlMapping root, PipelineImages images, string fileName)
    {
        private const string Parameter = "parameters.";
        private const string PipelineParameter = "pipeline.parameters.";

        private readonly HashSet<YamlNode> _seen = [];
        private readonly Dictionary<string, List<YamlMapping>> _calls = new(StringComparer.Ordinal);

        public void Read()
        {
            FindCalls();
            ReadOwner(fileName, root);
            var next = new Stack<YamlMapping>([root]);
            while (next.TryPop(out var level))
            {
                // An orb in the file has jobs and executors of its own.
                foreach (var (key, value) in level.Members(_seen))
                {
                    if (key == "orbs" && value is YamlMapping orbs)
                    {
                        foreach (var orb in orbs.Members(_seen).Select(m => m.Value).OfType<YamlMapping>().Where(_seen.Add))
                        {
                            next.Push(orb);
                        }
                    }
                    else if (value is YamlMapping group && key is not ("parameters" or "workflows") && _seen.Add(group))
                    {
                        ReadOwner(key, group);
                        foreach (var (name, owner) in group.Members(_seen))
                        {
                            if (owner is YamlMapping mapping && _seen.Add(mapping))
                            {
                                ReadOwner(name, mapping);
                            }
                        }
                    }
                    else if (value is YamlSequence list && key is not ("parameters" or "workflows"))
                    {
                        ReadList(key, list);
                    }
                }
            }
        }

        /// <summary>Anchors that are used elsewhere stand in <c>aliases</c> or under keys of their own.</summary>
        private void ReadList(string key, YamlSequence list)
        {
            foreach (var item in YamlMerge.Flatten(list, _seen).OfType<YamlMapping>())
            {
                if (item.Effective("docker") is not null)
                {
                    ReadOwner(key, item);
                }
                else if (key is "aliases" or "docker")
                {
                    Add(item.Effective("image"), "", root);
                }
            }
        }

        private void ReadOwner(string name, YamlMapping owner)
        {
            foreach (var container in YamlMerge.Flatten(owner.Effective("docker"), []).OfType<YamlMapping>())
            {
                if (!images.IsFull)
                {
                    Add(container.Effective("image"), name, owner);
                }
            }
        }

        private void Add(YamlNode? node, string name, YamlMapping owner)
        {
            if (node is not YamlScalar scalar)
            {
                return;
            }

            images.Add(scalar, n => Lookup(n, owner, null));
            if (!scalar.Value.Contains("<<", StringComparison.Ordinal))
            {
                return;
            }

            List<string> names = [.. images.NamesIn(scalar.Value).Where(n => n.StartsWith(Parameter, StringComparison.Ordinal)).Select(n => n[Parameter.Length..])];
            foreach (var call in _calls.GetValueOrDefault(name, []))
            {
                List<string> keys = [.. names.Where(n => call.Effective(n) is not null)];
                foreach (var row in keys.Count == 0 ? [] : images.Rows.Of(call, keys))
                {
                    images.Add(scalar, n => Lookup(n, owner, row));
                }
            }
        }

        /// <summary>What is passed to jobs in workflows, by a matrix too, and to executors.</summary>
        private void FindCalls()
        {
            foreach (var (key, mapping) in YamlMerge.Mappings(root, k => k is not ("steps" or "docker" or "environment")))
            {
                if (key == "jobs")
                {
                    foreach (var (name, value) in mapping.Named)
                    {
                        if (value is YamlMapping passed)
                        {
                            Note(name, passed);
                            Note(name, (passed.Effective("matrix") as YamlMapping)?.Effective("parameters") as YamlMapping);
                        }
                    }
                }
                else if (key == "executor" && mapping.Scalar("name") is { } executor)
                {
                    Note(executor.Value, mapping);
                }
            }
        }

        private void Note(string name, YamlMapping? passed)
        {
            if (passed is null)
            {
                return;
            }

            if (!_calls.TryGetValue(name, out var calls))
            {
                _calls[name] = calls = [];
            }

            if (calls.Count < 256)
            {
                calls.Add(passed);
            }
        }

        private Binding Lookup(string name, YamlMapping owner, IReadOnlyDictionary<string, YamlNode>? row)
        {
            var isPipeline = name.StartsWith(PipelineParameter, StringComparison.Ordinal);
            if (!isPipeline && !name.StartsWith(Parameter, StringComparison.Ordinal))
            {
                return new Binding(null, $"{Images.Excerpt.Of(name)} is known only when the pipeline runs");
            }

            var parameter = name[(isPipeline ? PipelineParameter.Length : Parameter.Length)..];
            if (!isPipeline && row is not null && row.TryGetValue(parameter, out var passed))
            {
                return Binding.Of(passed);
            }

            var declared = ((isPipeline ? root : owner).Effective("parameters") as YamlMapping)?.Effective(parameter) as YamlMapping;
            return Binding.Of(declared?.Effective("default")) is { Value: not null } value ? value : new Binding(null, $"the parameter {Images.Excerpt.Of(parameter)} has no default in this file");
        }
    }
}
