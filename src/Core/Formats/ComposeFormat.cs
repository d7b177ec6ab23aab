using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Variables;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Compose files: the images of services and extensions, variables with their values in <c>.env</c> or their defaults,
/// anchors and merges, images in <c>additional_contexts</c>, <c>dockerfile_inline</c> and image volumes
/// (<see href="https://github.com/compose-spec/compose-spec/blob/main/spec.md"/>).
/// </summary>
public sealed class ComposeFormat : IFormat
{
    private const string ContextScheme = "docker-image://";

    private static readonly HashSet<string> TopLevel = new(StringComparer.Ordinal)
    {
        "version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models",
    };

    /// <summary>All that a service can have: what has other keys besides is some other file with <c>services</c>.</summary>
    private static readonly HashSet<string> OfAService = new(StringComparer.Ordinal)
    {
        "<<", "annotations", "attach", "blkio_config", "build", "cap_add", "cap_drop", "cgroup", "cgroup_parent", "command", "configs", "container_name",
        "cpu_count", "cpu_percent", "cpu_period", "cpu_quota", "cpu_rt_period", "cpu_rt_runtime", "cpu_shares", "cpus", "cpuset", "credential_spec",
        "depends_on", "deploy", "develop", "device_cgroup_rules", "devices", "dns", "dns_opt", "dns_search", "dockerfile", "domainname", "driver_opts",
        "entrypoint", "env_file", "environment", "expose", "extends", "external_links", "extra_hosts", "gpus", "group_add", "healthcheck", "hostname",
        "image", "init", "ipc", "isolation", "label_file", "labels", "links", "log_driver", "log_opt", "logging", "mac_address", "mem_limit",
        "mem_reservation", "mem_swappiness", "memswap_limit", "models", "net", "network_mode", "networks", "oom_kill_disable", "oom_score_adj", "pid",
        "pids_limit", "platform", "ports", "post_start", "pre_stop", "privileged", "profiles", "provider", "pull_policy", "pull_refresh_after",
        "read_only", "restart", "runtime", "scale", "secrets", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
        "storage_opt", "sysctls", "tmpfs", "tty", "ulimits", "use_api_socket", "user", "userns_mode", "uts", "volume_driver", "volumes", "volumes_from",
        "working_dir",
    };

    /// <inheritdoc/>
    public string Name => "compose";

    /// <inheritdoc/>
    public string Finds => "`image` of services and `x-` extensions, with variables from `.env` or their defaults, `additional_contexts`, `dockerfile_inline`, volumes of type `image`; in files of another name where they plainly are Compose";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } =
    [
        "{compose,docker-compose}*.{yml,yaml}",
        "{compose,docker-compose,docker-compose.*}.json",
        "{compose,docker-compose}*.{yml,yaml}.{j2,jinja,jinja2,erb,tmpl,tpl,gotmpl,template,dist,example,sample}",
        "*.{yml,yaml}",
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Siblings => [".env"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        return IsNamed(path) || (bytes.IndexOf("services"u8) >= 0 && bytes.IndexOf("image"u8) >= 0);
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Text.Contains("image", StringComparison.Ordinal) && !file.Text.Contains("build", StringComparison.Ordinal))
        {
            return FormatReading.None;
        }

        var isNamed = IsNamed(file.Path);
        var yaml = isNamed && TemplateMask.Read(file) is { Problem: null } masked ? masked : YamlStream.Read(file);
        var reading = new Reading(file, Name);
        foreach (var document in yaml.Documents)
        {
            if (document is YamlMapping root && (isNamed || IsPlainlyCompose(root)))
            {
                reading.Read(root);
            }
        }

        return reading.IsCompose || (isNamed && yaml.Problem is not null) ? reading.ToReading(yaml.Problem) : FormatReading.None;
    }

    private static bool IsNamed(string path)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        return !name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            && (name.StartsWith("compose", StringComparison.OrdinalIgnoreCase) || name.StartsWith("docker-compose", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A file of another name: everything in it is what Compose knows, and there is an image.</summary>
    private static bool IsPlainlyCompose(YamlMapping root) =>
        root.Mapping("services") is { } services
        && root.Named.All(e => TopLevel.Contains(e.Key) || e.Key.StartsWith("x-", StringComparison.Ordinal))
        && services.Named.All(s => s.Value is YamlScalar { IsNull: true }
            || (s.Value is YamlMapping service && service.Named.All(e => OfAService.Contains(e.Key) || e.Key.StartsWith("x-", StringComparison.Ordinal))))
        && services.Named.Any(s => s.Value is YamlMapping service && service.Scalar("image") is not null);

    private sealed class Reading
    {
        private readonly SourceFile _file;
        private readonly string _format;
        private readonly UseList _uses;
        private readonly EnvironmentFile? _environment;
        private readonly List<Found> _found = [];
        private readonly Dictionary<YamlScalar, Platform?> _images = [];
        private readonly HashSet<YamlScalar> _built = [];
        private readonly HashSet<string> _builtNames = new(StringComparer.Ordinal);
        private readonly HashSet<YamlNode> _seen = [];

        public Reading(SourceFile file, string format)
        {
            (_file, _format, _uses) = (file, format, new UseList(file, format));
            _environment = file.Siblings.FirstOrDefault(s => s.Name is ".env") is { } sibling ? EnvironmentFile.Read(sibling) : null;
        }

        public bool IsCompose { get; private set; }

        public void Read(YamlMapping root)
        {
            _images.Clear();
            _built.Clear();
            _builtNames.Clear();
            foreach (var service in Services(root))
            {
                IsCompose = true;
                ReadService(service);
            }

            foreach (var (_, extension) in root.Named.Where(e => e.Key.StartsWith("x-", StringComparison.Ordinal)))
            {
                ReadExtension(extension);
            }

            foreach (var (image, platform) in _images)
            {
                AddImage(image, platform);
            }
        }

        /// <summary>All uses, now that it is known what reads a variable.</summary>
        public FormatReading ToReading(FileProblem? problem)
        {
            var references = _environment is null ? null : VariableReferences.Count(_file.Text);
            var readers = new Dictionary<(string Name, string Places), int>();
            foreach (var found in _found.Where(f => f.Expansion is not null && references is not null))
            {
                var places = found.Value.Places;
                foreach (var name in found.Expansion!.Names)
                {
                    var key = (name, places);
                    readers[key] = readers.GetValueOrDefault(key) + 1;
                }
            }

            foreach (var found in _found)
            {
                var pinnable = true;
                if (found.Expansion?.PartOfDigest(out pinnable) is { } part && pinnable && references is not null)
                {
                    // A digest in .env would be read by everything else that reads the variable.
                    var places = found.Value.Places;
                    pinnable = part.Names.All(n => _environment!.Find(n) is null
                        || references.GetValueOrDefault(n) + _environment.References.GetValueOrDefault(n) <= readers.GetValueOrDefault((n, places)));
                }

                _uses.Add(found.Value, found.Place, found.Platform, found.Skip, pinnable: pinnable && found.Skip is null, here: true);
            }

            return _uses.ToReading(problem);
        }

        private static IEnumerable<YamlMapping> Services(YamlMapping root)
        {
            if (root.TryGet("services", out var services))
            {
                return services is YamlMapping all ? all.Named.Select(e => e.Value).OfType<YamlMapping>() : [];
            }

            // Before version 2, services stood at the top.
            return root.TryGet("apiVersion", out _)
                ? []
                : root.Named.Where(e => !TopLevel.Contains(e.Key) && !e.Key.StartsWith("x-", StringComparison.Ordinal))
                    .Select(e => e.Value).OfType<YamlMapping>().Where(s => s.Scalar("image") is not null || s.TryGet("build", out _));
        }

        private void ReadService(YamlMapping service)
        {
            if (!_seen.Add(service))
            {
                return;
            }

            var build = Effective(service, "build");
            if (Effective(service, "image") is YamlScalar image)
            {
                Note(image, Effective(service, "platform") as YamlScalar);
                if (build is not null and not YamlScalar { IsNull: true })
                {
                    _built.Add(image);
                    _builtNames.Add(image.Value);
                }
            }

            ReadParts(service, build);
        }

        private void ReadParts(YamlMapping service, YamlNode? build)
        {
            if (build is YamlMapping mapping && _seen.Add(mapping))
            {
                ReadBuild(mapping);
            }

            if (Effective(service, "volumes") is YamlSequence volumes && _seen.Add(volumes))
            {
                foreach (var volume in volumes.Mappings)
                {
                    if (volume.Scalar("type")?.Value == "image" && volume.Scalar("source") is { } source)
                    {
                        Note(source, null);
                    }
                }
            }
        }

        /// <summary>An extension may be a service, or hold services at any depth.</summary>
        private void ReadExtension(YamlNode extension)
        {
            var next = new Stack<YamlNode>([extension]);
            while (next.TryPop(out var node))
            {
                if (node is YamlMapping mapping && _seen.Add(mapping))
                {
                    if (mapping.Scalar("image") is { } image)
                    {
                        IsCompose = true;
                        Note(image, mapping.Scalar("platform"));
                        if (mapping.TryGet("build", out var build) && build is not YamlScalar { IsNull: true })
                        {
                            _built.Add(image);
                            _builtNames.Add(image.Value);
                        }
                    }

                    ReadParts(mapping, mapping.Mapping("build"));
                    foreach (var (_, value) in mapping.Named)
                    {
                        next.Push(value);
                    }
                }
                else if (node is YamlSequence sequence && _seen.Add(sequence))
                {
                    foreach (var item in sequence.Items)
                    {
                        next.Push(item.Target ?? item);
                    }
                }
            }
        }

        /// <summary>A service's value for a key, merges included, unless it is taken away.</summary>
        private static YamlNode? Effective(YamlMapping service, string key) => YamlMerge.Effective(service, key) is { Tag: not "!reset" } value ? value : null;

        private void Note(YamlScalar image, YamlScalar? platform)
        {
            // One more than are kept, for the list of uses to say so.
            if (!image.IsNull && image.Tag != "!reset" && image.Value.Length > 0 && _found.Count + _images.Count <= UseList.MostUses)
            {
                _images.TryAdd(image, Platform.TryParse(platform?.Value, out var parsed) ? parsed : null);
            }
        }

        private void AddImage(YamlScalar image, Platform? platform)
        {
            var skip = _built.Contains(image) || _builtNames.Contains(image.Value) ? Reasons.BuiltHere : null;
            if (image.Written is { } written)
            {
                Add(written, image.Start, platform, skip);
            }
            else
            {
                _found.Add(new Found(WrittenText.Unplaced(image.Value), image.Start, null, platform, skip ?? Reasons.Escaped));
            }
        }

        private void Add(WrittenText masked, int start, Platform? platform, string? skip = null)
        {
            var written = TemplateMask.Restore(masked, _file);
            var place = written.Spans.Select(s => (int?)s.Start).FirstOrDefault() ?? start;
            skip ??= TemplateMask.IsTemplate(written.Value) ? Reasons.Template : null;
            if (skip is not null)
            {
                _found.Add(new Found(written, place, null, platform, skip));
                return;
            }

            var expansion = VariableExpansion.Of(written, VariableSyntax.Compose, name => _environment?.Find(name) ?? VariableValue.Unset);
            skip = expansion.Problem ?? (expansion.Value.Value.Length == 0 ? "its variables leave no name" : null);
            _found.Add(new Found(skip is null ? expansion.Value : written, place, expansion, platform, skip));
        }

        private void ReadBuild(YamlMapping build)
        {
            var names = new List<string>();
            foreach (var (name, context) in build.TryGet("additional_contexts", out var contexts) ? ContextsOf(contexts) : [])
            {
                names.Add(name);
                if (context?.Written is { } written)
                {
                    var start = contexts is YamlSequence ? name.Length + 1 : 0;
                    if (written.Value.AsSpan(start).StartsWith(ContextScheme, StringComparison.Ordinal))
                    {
                        Add(written.Slice((start + ContextScheme.Length)..), context.Start, null);
                    }
                }
            }

            if (build.Scalar("dockerfile_inline") is { IsNull: false } inline)
            {
                ReadInline(inline, names);
            }
        }

        /// <summary>The named contexts of a build; where they are a list, each scalar is <c>name=context</c>.</summary>
        private static IEnumerable<(string Name, YamlScalar? Context)> ContextsOf(YamlNode contexts) => contexts switch
        {
            YamlMapping mapping => mapping.Named.Select(e => (e.Key, e.Value as YamlScalar)),
            YamlSequence sequence => sequence.Items.Select(i => i.Target).OfType<YamlScalar>()
                .Where(s => s.Value.Contains('=', StringComparison.Ordinal)).Select(s => (s.Value[..s.Value.IndexOf('=', StringComparison.Ordinal)], (YamlScalar?)s)),
            _ => [],
        };

        private void ReadInline(YamlScalar inline, IReadOnlyList<string> contexts)
        {
            if (inline.Written is not { } written)
            {
                _uses.Add(new FileProblem(_file.Path, _file.PositionOf(inline.Start).Line, "dockerfile_inline is folded or has escapes: write it as a literal block (|) to have its images read"));
                return;
            }

            _uses.Add(DockerfileReader.Read(_file, _format, DockerfileLexer.Read(Undouble(TemplateMask.Restore(written, _file))), contexts));
        }

        /// <summary>Compose makes <c>$$</c> a dollar before the builder sees it.</summary>
        private static WrittenText Undouble(WrittenText text)
        {
            if (!text.Value.Contains("$$", StringComparison.Ordinal))
            {
                return text;
            }

            var pieces = new List<Range>();
            var at = 0;
            for (int dollar; (dollar = text.Value.IndexOf("$$", at, StringComparison.Ordinal)) >= 0; at = dollar + 2)
            {
                pieces.Add(at..(dollar + 1));
            }

            pieces.Add(at..);
            return text.Slices(pieces);
        }

        /// <param name="Value">With variables replaced; as it is written where it can't be known.</param>
        /// <param name="Place">Where it is written.</param>
        /// <param name="Expansion">What its variables gave.</param>
        /// <param name="Platform">The platform that is asked for.</param>
        /// <param name="Skip">Why it can't be known.</param>
        private sealed record Found(WrittenText Value, int Place, VariableExpansion? Expansion, Platform? Platform, string? Skip);
    }
}
