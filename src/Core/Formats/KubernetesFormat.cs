using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats;

/// <summary>
/// Kubernetes manifests: any YAML or JSON document with <c>apiVersion</c> and <c>kind</c>. The <c>image</c> of containers
/// of every sort, of custom resources where it plainly is one, and image volumes.
/// </summary>
public sealed class KubernetesFormat : IFormat
{
    /// <summary>Kinds whose text is data or a schema, not images that run.</summary>
    private static readonly HashSet<string> WithoutImages = new(StringComparer.Ordinal)
    {
        "ConfigMap", "Secret", "CustomResourceDefinition", "SealedSecret", "ExternalSecret",
    };

    /// <summary>Who has one of these is a container, whatever it is called.</summary>
    private static readonly HashSet<string> SignsOfAContainer = new(StringComparer.Ordinal)
    {
        "imagePullPolicy", "command", "args", "env", "envFrom", "ports", "volumeMounts", "script", "workingDir", "securityContext",
    };

    /// <summary>Pictures and disks, which custom resources call images too.</summary>
    private static readonly string[] OtherImages = [".png", ".svg", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".iso", ".img", ".qcow2", ".raw", ".vmdk", ".vhd", ".ova"];

    /// <inheritdoc/>
    public string Name => "kubernetes";

    /// <inheritdoc/>
    public string Finds => "`image` of containers of every sort, of custom resources, image volumes, in any document with `apiVersion` and `kind`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{yaml,yml,json}"];

    /// <summary>A manifest has these words; YAML that can't be read at all is reported, JSON is mostly data.</summary>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(path);
        return (bytes.IndexOf("apiVersion"u8) >= 0 && bytes.IndexOf("kind"u8) >= 0 && bytes.IndexOf("image"u8) >= 0)
            || (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
                && (bytes.Length > SourceFile.LargestFile || bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] || bytes.Contains((byte)0)));
    }

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var text = file.Text;
        if (!text.Contains("apiVersion", StringComparison.Ordinal) || !text.Contains("kind", StringComparison.Ordinal) || !text.Contains("image", StringComparison.Ordinal))
        {
            return FormatReading.None;
        }

        var yaml = YamlStream.Read(file);
        var walk = new Walk(file, Name);
        var isManifest = false;
        foreach (var document in yaml.Documents)
        {
            if (document is YamlMapping root && root.Scalar("apiVersion") is not null && root.Scalar("kind") is not null)
            {
                isManifest = true;
                walk.Run(root);
            }
        }

        if (yaml.Problem is not null && (isManifest || LooksLikeAManifest(text)))
        {
            return new FormatReading(walk.Uses, [Explain(file, yaml.Problem)]);
        }

        return isManifest ? new FormatReading(walk.Uses, []) : FormatReading.None;
    }

    /// <summary>The keys stand where a manifest has them; for text that can't be parsed.</summary>
    private static bool LooksLikeAManifest(string text)
    {
        if (text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{'))
        {
            return true;
        }

        var (apiVersion, kind) = (false, false);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var key = line.TrimStart("\uFEFF \t\"'");
            apiVersion |= key.StartsWith("apiVersion", StringComparison.Ordinal);
            kind |= key.StartsWith("kind", StringComparison.Ordinal);
        }

        return apiVersion && kind;
    }

    /// <summary>A line that begins with braces, or braces where the parser stopped, make it a template.</summary>
    private static FileProblem Explain(SourceFile file, FileProblem problem)
    {
        var number = 0;
        foreach (var line in file.Text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.TrimStart(" \t-").StartsWith("{{", StringComparison.Ordinal) || (number == problem.Line && line.Contains("{{", StringComparison.Ordinal)))
            {
                return new FileProblem(file.Path, number, "this is a template: which images it names is known only when it is rendered");
            }
        }

        return problem;
    }

    /// <summary>Finds the images of documents. A loop, since aliases can make a small file endlessly deep.</summary>
    private sealed class Walk(SourceFile file, string format)
    {
        private readonly SortedDictionary<int, ImageUse> _uses = [];
        private readonly HashSet<(YamlNode Node, bool IsContainer)> _seen = [];
        private readonly Stack<(YamlNode Node, bool IsContainer)> _next = new();

        public IReadOnlyList<ImageUse> Uses => [.. _uses.Values];

        public void Run(YamlNode root)
        {
            _next.Push((root, false));
            while (_next.TryPop(out var item))
            {
                if (!_seen.Add(item))
                {
                    continue;
                }

                if (item.Node is YamlSequence sequence)
                {
                    foreach (var child in sequence.Items)
                    {
                        Push(child.Target, item.IsContainer);
                    }
                }
                else if (item.Node is YamlMapping mapping)
                {
                    Visit(mapping, item.IsContainer);
                }
            }
        }

        private void Visit(YamlMapping mapping, bool isContainer)
        {
            // Lists and templates hold resources of their own.
            if (mapping.Scalar("kind") is { } kind && WithoutImages.Contains(kind.Value) && mapping.Scalar("apiVersion") is not null)
            {
                return;
            }

            isContainer = isContainer || mapping.Named.Any(e => SignsOfAContainer.Contains(e.Key));
            foreach (var (key, value) in mapping.Named)
            {
                if (key == "image" && value is YamlScalar image)
                {
                    Consider(image, isContainer);
                }
                else if (key == "image" && value is YamlMapping volume && volume.Scalar("reference") is { } reference)
                {
                    Consider(reference, isContainer: true);
                }
                else
                {
                    Push(value, key == "<<" ? isContainer : HoldsContainers(key));
                }
            }
        }

        private static bool HoldsContainers(string key) =>
            key.EndsWith("containers", StringComparison.OrdinalIgnoreCase)
            || key.EndsWith("container", StringComparison.OrdinalIgnoreCase)
            || key is "steps" or "sidecars" or "stepTemplate" or "script";

        private void Push(YamlNode? node, bool isContainer)
        {
            if (node is YamlMapping or YamlSequence)
            {
                _next.Push((node, isContainer));
            }
        }

        private void Consider(YamlScalar scalar, bool isContainer)
        {
            if (scalar.IsNull || scalar.Value.Length == 0 || _uses.ContainsKey(scalar.Start))
            {
                return;
            }

            var isTemplate = scalar.Value.Contains("{{", StringComparison.Ordinal);
            var isVariable = scalar.Value.Contains('$', StringComparison.Ordinal);
            if (!isContainer && !isTemplate && !isVariable && !IsPlainlyAnImage(scalar.Value.TrimEnd('\n')))
            {
                return;
            }

            var written = scalar.Written;
            var skip = isTemplate ? null
                : isVariable ? "it has a variable that is set outside this file"
                : written is null ? "it is written with escapes or over several lines: write it on one line"
                : null;
            written ??= WrittenText.Unplaced(scalar.Value);
            _uses[scalar.Start] = ImageUse.Of(file, format, written, written.Spans.FirstOrDefault(new TextSpan(scalar.Start, 0)).Start, skip: skip);
        }

        /// <summary>Where no container is, <c>image</c> may be anything: only what has a tag, a digest or a registry counts.</summary>
        private static bool IsPlainlyAnImage(string value)
        {
            if (!ImageReference.TryParse(value, out var reference))
            {
                return false;
            }

            var slash = value.IndexOf('/', StringComparison.Ordinal);
            return reference.Tag is not null || reference.Digest is not null
                || (slash > 0 && value.AsSpan(0, slash).ContainsAny('.', ':') && !OtherImages.Any(e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase)));
        }
    }
}
