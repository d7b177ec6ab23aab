using Basewatch.Core.Formats.Dockerfiles;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Compose files: the images of services and extensions, defaults of variables, anchors and merges, images in
/// <c>additional_contexts</c>, <c>dockerfile_inline</c> and image volumes
/// (<see href="https://github.com/compose-spec/compose-spec/blob/main/spec.md"/>).
/// </summary>
public sealed class ComposeFormat : IFormat
{
    private const string ContextScheme = "docker-image://";

    private static readonly HashSet<string> TopLevel = new(StringComparer.Ordinal)
    {
        "version", "name", "services", "networks", "volumes", "secrets", "configs", "include", "models",
    };

    /// <inheritdoc/>
    public string Name => "compose";

    /// <inheritdoc/>
    public string Finds => "`image` of services and `x-` extensions, `additional_contexts`, `dockerfile_inline`, volumes of type `image`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["compose*.{yml,yaml}", "docker-compose*.{yml,yaml}"];

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (!file.Text.Contains("image", StringComparison.Ordinal) && !file.Text.Contains("build", StringComparison.Ordinal))
        {
            return FormatReading.None;
        }

        var yaml = YamlStream.Read(file);
        var reading = new Reading(file, Name);
        foreach (var document in yaml.Documents)
        {
            reading.Read(document);
        }

        return yaml.Problem is null && !reading.IsCompose
            ? FormatReading.None
            : new FormatReading(reading.Uses, yaml.Problem is null ? reading.Problems : [.. reading.Problems, yaml.Problem]);
    }

    private sealed class Reading(SourceFile file, string format)
    {
        /// <summary>More images than any file names.</summary>
        private const int MostUses = 10_000;

        /// <summary>Chains of merges longer than this are nobody's.</summary>
        private const int LongestChain = 32;

        private readonly List<ImageUse> _uses = [];
        private readonly HashSet<int> _places = [];
        private readonly Dictionary<YamlScalar, Platform?> _images = [];
        private readonly HashSet<YamlScalar> _built = [];
        private readonly HashSet<string> _builtNames = new(StringComparer.Ordinal);
        private readonly HashSet<YamlNode> _seen = [];

        public bool IsCompose { get; private set; }

        public List<FileProblem> Problems { get; } = [];

        public IReadOnlyList<ImageUse> Uses => [.. _uses.OrderBy(u => u.Line).ThenBy(u => u.Column)];

        public void Read(YamlNode document)
        {
            if (document is not YamlMapping root)
            {
                return;
            }

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
                if (_uses.Count >= MostUses)
                {
                    Problems.Add(new FileProblem(file.Path, null, $"the file names more than {MostUses} images: the rest is not read"));
                    break;
                }

                AddImage(image, platform);
            }
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
                foreach (var volume in volumes.Items.Select(v => v.Target).OfType<YamlMapping>())
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

        /// <summary>A service's value for a key: its own, else that of what it merges, the first that has one.</summary>
        private static YamlNode? Effective(YamlMapping service, string key)
        {
            if (!service.TryGet("<<", out _))
            {
                return service.TryGet(key, out var own) && own.Tag != "!reset" ? own : null;
            }

            var next = new Stack<YamlNode>([service]);
            for (var i = 0; i < LongestChain && next.TryPop(out var node); i++)
            {
                if (node is YamlMapping mapping)
                {
                    if (mapping.TryGet(key, out var value))
                    {
                        return value.Tag == "!reset" ? null : value;
                    }

                    if (mapping.TryGet("<<", out var merged))
                    {
                        next.Push(merged);
                    }
                }
                else if (node is YamlSequence sequence)
                {
                    foreach (var item in sequence.Items.Take(LongestChain).Reverse())
                    {
                        next.Push(item.Target ?? item);
                    }
                }
            }

            return null;
        }

        private void Note(YamlScalar image, YamlScalar? platform)
        {
            if (!image.IsNull && image.Tag != "!reset" && image.Value.Length > 0)
            {
                _images.TryAdd(image, Platform.TryParse(platform?.Value, out var parsed) ? parsed : null);
            }
        }

        private void AddImage(YamlScalar image, Platform? platform)
        {
            var isBuilt = _built.Contains(image) || _builtNames.Contains(image.Value);
            if (image.Written is { } written)
            {
                Add(written, platform, isBuilt ? "it is built here, not pulled" : null);
            }
            else if (_places.Add(image.Start))
            {
                _uses.Add(ImageUse.Of(file, format, WrittenText.Unplaced(image.Value), image.Start, platform,
                    pinnable: false, "it is written with escapes or over several lines: write it on one line"));
            }
        }

        private void Add(WrittenText written, Platform? platform, string? skip = null)
        {
            var offset = written.Spans.FirstOrDefault().Start;
            if (!_places.Add(offset))
            {
                return;
            }

            var expansion = VariableExpansion.Of(written, VariableSyntax.Compose, static _ => VariableValue.Unset);
            skip ??= expansion.Problem ?? (expansion.Value.Value.Length == 0 ? "its variables leave no name" : null);
            _ = expansion.PartOfDigest(out var fits);
            _uses.Add(ImageUse.Of(file, format, skip is null ? expansion.Value : written, offset, platform, fits && skip is null, skip));
        }

        private void ReadBuild(YamlMapping build)
        {
            if (build.TryGet("additional_contexts", out var contexts))
            {
                var values = contexts switch
                {
                    YamlMapping mapping => mapping.Named.Select(e => (Scalar: e.Value as YamlScalar, IsPair: false)),
                    YamlSequence sequence => sequence.Items.Select(i => (Scalar: i.Target as YamlScalar, IsPair: true)),
                    _ => [],
                };
                foreach (var (scalar, isPair) in values)
                {
                    if (scalar?.Written is { } written)
                    {
                        var start = isPair ? written.Value.IndexOf('=', StringComparison.Ordinal) + 1 : 0;
                        if (written.Value.AsSpan(start).StartsWith(ContextScheme, StringComparison.Ordinal))
                        {
                            Add(written.Slice((start + ContextScheme.Length)..), null);
                        }
                    }
                }
            }

            if (build.Scalar("dockerfile_inline") is { IsNull: false } inline)
            {
                ReadInline(inline);
            }
        }

        private void ReadInline(YamlScalar inline)
        {
            if (inline.Written is not { } written)
            {
                Problems.Add(new FileProblem(file.Path, file.PositionOf(inline.Start).Line, "dockerfile_inline is folded or has escapes: write it as a literal block (|) to have its images read"));
                return;
            }

            var reading = DockerfileReader.Read(file, format, DockerfileLexer.Read(Undouble(written)));
            _uses.AddRange(reading.Uses);
            Problems.AddRange(reading.Problems);
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
    }
}
