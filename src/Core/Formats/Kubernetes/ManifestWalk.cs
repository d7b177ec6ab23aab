using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Formats.Kubernetes;

/// <summary>Finds the images of manifests of one family. A loop, since aliases can make a small file endlessly deep.</summary>
internal sealed class ManifestWalk(SourceFile file, UseList uses, ManifestFamily family)
{
    /// <summary>YAML in YAML in YAML is deep enough.</summary>
    private const int DeepestText = 3;

    /// <summary>Kinds whose text is secret or a schema, not images that run.</summary>
    private static readonly HashSet<string> WithoutImages = new(StringComparer.Ordinal)
    {
        "Secret", "CustomResourceDefinition", "SealedSecret", "ExternalSecret",

        // Argo CD Image Updater's: it names images to say which of their tags are wanted.
        "ImageUpdater",
    };

    /// <summary>Who has one of these is a container, whatever it is called, unless it is data.</summary>
    private static readonly HashSet<string> SignsOfAContainer = new(StringComparer.Ordinal)
    {
        "imagePullPolicy", "command", "args", "env", "envFrom", "ports", "volumeMounts", "script", "workingDir", "securityContext",
    };

    /// <summary>Text of programs: a manifest may stand in it, YAML it is not.</summary>
    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "args", "command", "script", "source", "run", "inline", "description", "message",
    };

    private readonly HashSet<(YamlNode Node, bool IsContainer)> _seen = [];
    private readonly Stack<(YamlNode Node, Context Context)> _next = new();

    /// <summary>Whether a resource of the family was there.</summary>
    public bool Found { get; private set; }

    /// <summary>Reads the documents of a file, or some of them.</summary>
    /// <param name="documents">Their roots.</param>
    /// <param name="isManifest">Whether they belong to manifests even where they don't say so.</param>
    /// <param name="isResource">Whether each is a resource even where it doesn't say so.</param>
    public void Run(IEnumerable<YamlNode> documents, bool isManifest, bool isResource = false)
    {
        foreach (var root in documents)
        {
            Push(root, new Context("") { IsOwn = isManifest && family == ManifestFamily.Kubernetes, IsResource = isResource, IsStrict = isManifest && !isResource && !IsNearlyAResource(root) });
        }

        while (_next.TryPop(out var item))
        {
            if (!_seen.Add((item.Node, item.Context.IsContainer)))
            {
                continue;
            }

            if (item.Node is YamlSequence sequence)
            {
                Visit(sequence, item.Context);
            }
            else if (item.Node is YamlMapping mapping)
            {
                Visit(mapping, item.Context);
            }
        }
    }

    /// <summary>A resource whose <c>apiVersion</c> is missing or misspelt.</summary>
    public static bool IsNearlyAResource(YamlNode node) => node is YamlMapping mapping && mapping.Scalar("kind") is not null && mapping.Mapping("spec") is not null;

    /// <summary>Whether a mapping under this key, or each in a list under it, is a container.</summary>
    public static bool HoldsContainers(string key) =>
        key.EndsWith("containers", StringComparison.OrdinalIgnoreCase)
        || key.EndsWith("container", StringComparison.OrdinalIgnoreCase)
        || key.EndsWith("containerStatuses", StringComparison.OrdinalIgnoreCase)
        || key is "steps" or "sidecars" or "stepTemplate" or "script" or "prepare" or "upgrade" or "containerDisk";

    private void Visit(YamlSequence sequence, Context context)
    {
        YamlScalar? before = null;
        foreach (var item in sequence.Items)
        {
            if (item.Target is YamlScalar scalar)
            {
                if (context.IsOwn && context.Key is "args" or "command")
                {
                    ConsiderArgument(before, scalar, context);
                }

                ReadText(scalar, context);
                before = scalar;
            }
            else if (item.Target is { } node)
            {
                Push(node, context);
            }
        }
    }

    private void Visit(YamlMapping mapping, Context context)
    {
        if (mapping.Scalar("apiVersion") is { } apiVersion && mapping.Scalar("kind") is { } kind)
        {
            if (WithoutImages.Contains(kind.Value) || Enter(mapping, apiVersion, kind, context) is not { } entered)
            {
                return;
            }

            context = entered;
        }

        if (context.IsOwn)
        {
            context = Declare(mapping, context);
            ReadParts(mapping, context);
        }

        var hasSigns = mapping.Named.Any(e => SignsOfAContainer.Contains(e.Key));
        var isContainer = context.IsContainer || (!context.IsStrict && hasSigns);
        foreach (var (key, value) in mapping.Named)
        {
            if (value is YamlScalar scalar)
            {
                if (context.IsOwn && key == "image")
                {
                    ConsiderImage(mapping, scalar, isContainer, hasSigns, context);
                }
                else if (context.IsOwn && IsNameOfAnImage(key))
                {
                    Consider(scalar, context, context.IsStrict || key == "newImage" ? Proof.Sure : Proof.Plain);
                }

                if (key != "kubectl.kubernetes.io/last-applied-configuration")
                {
                    ReadText(scalar, context with { Key = key });
                }
            }
            else if (context.IsOwn && key == "image" && value is YamlMapping image && ReadImage(image, context))
            {
                continue;
            }
            else
            {
                Push(value, context.Below(key == "value" ? PatchedKey(mapping) ?? key : key, isContainer));
            }
        }
    }

    /// <summary>What holds within a resource; null where it is nothing that runs.</summary>
    private Context? Enter(YamlMapping mapping, YamlScalar apiVersion, YamlScalar kind, Context context)
    {
        var own = ManifestFamilies.Of(apiVersion, kind);
        if (own == ManifestFamily.Skaffold)
        {
            return null;
        }

        Found |= own == family;
        var scope = context.Scope;
        if (kind.Value == "Template" && apiVersion.Value.EndsWith("v1", StringComparison.Ordinal) && mapping.TryGet("parameters", out var parameters))
        {
            scope = new ParameterScope(scope);
            scope.Add(parameters);
        }

        return context with
        {
            IsOwn = own == family,
            IsStrict = kind.Value == "ConfigMap",
            IsResource = true,
            IsContainer = false,
            HasPatterns = context.HasPatterns || apiVersion.Value.Contains("kyverno.io/", StringComparison.Ordinal) || apiVersion.Value.Contains("gatekeeper.sh/", StringComparison.Ordinal),
            IsWatched = kind.Value == "ImageRepository" && apiVersion.Value.StartsWith("image.toolkit.fluxcd.io/", StringComparison.Ordinal),
            Scope = scope,
        };
    }

    /// <summary>The parameters that a mapping declares are known in it.</summary>
    private Context Declare(YamlMapping mapping, Context context)
    {
        ParameterScope? scope = null;
        if (family == ManifestFamily.Tekton && mapping.TryGet("params", out var list) && list is YamlSequence)
        {
            scope = new ParameterScope(context.Scope);
            scope.Add(list);
        }
        else if (family == ManifestFamily.Argo)
        {
            var arguments = mapping.TryGet("templates", out _) || mapping.TryGet("entrypoint", out _) || mapping.TryGet("workflowTemplateRef", out _) ? mapping.Mapping("arguments") : null;
            var inputs = mapping.Mapping("inputs");
            if (arguments is not null || inputs is not null)
            {
                scope = new ParameterScope(context.Scope);
                scope.Add(arguments?.TryGet("parameters", out var passed) == true ? passed : null, "workflow.parameters.");
                scope.Add(inputs?.TryGet("parameters", out var declared) == true ? declared : null, "inputs.parameters.");
            }
        }

        return scope is null ? context : context with { Scope = scope };
    }

    /// <summary>What several keys of a mapping say together.</summary>
    private void ReadParts(YamlMapping mapping, Context context)
    {
        if (mapping.Scalar("value") is { } value)
        {
            if (mapping.Scalar("name") is { } name && name.Value.Contains("IMAGE", StringComparison.Ordinal) && value.Value.Contains('/', StringComparison.Ordinal) && context.Key is "env" or "envVars" or "environment")
            {
                var hasVersion = value.Value.LastIndexOf(':') is var colon and > 0 && name.Value.EndsWith(value.Value[(colon + 1)..].Replace('.', '_').Replace('-', '_'), StringComparison.OrdinalIgnoreCase);
                Consider(value, hasVersion ? context with { Locked = context.Locked ?? "the variable's name has the version in it" } : context, Proof.Sure);
            }
            else if (mapping.Scalar("op") is not null && mapping.Scalar("path") is { } path && path.Value.EndsWith("/image", StringComparison.Ordinal))
            {
                Consider(value, context, Proof.Plain);
            }
        }

        if (mapping.Scalar("kind")?.Value == "DockerImage")
        {
            Consider(mapping.Scalar("name"), context, Proof.Place);
        }

        if (family == ManifestFamily.Tekton)
        {
            Consider(mapping.Scalar("bundle"), context, Proof.Place);
            if (mapping.Scalar("resolver")?.Value == "bundles")
            {
                var bundle = mapping.Mappings("params").FirstOrDefault(p => p.Scalar("name")?.Value == "bundle");
                Consider(bundle?.Scalar("value"), context with { Scope = context.Scope?.Outer }, Proof.Place);
            }
        }

        if (mapping.Scalar("baseImage") is { IsNull: false } based && (mapping.Scalar("tag") ?? mapping.Scalar("version")) is { IsNull: false } tag && based.Value.Contains('/', StringComparison.Ordinal) && PlainReference.Is(based.Value, Proof.Name))
        {
            AddParts(null, based, tag, null, context);
        }
    }

    /// <summary>An image in parts, or a volume of an image.</summary>
    private bool ReadImage(YamlMapping image, Context context)
    {
        if (image.Scalar("reference") is { } reference)
        {
            Consider(reference, context, Proof.Place);
            return true;
        }

        if (!context.IsValues && image.Scalar("repository") is { IsNull: false } repository && (image.Scalar("tag") ?? image.Scalar("version") ?? image.Scalar("digest")) is { IsNull: false })
        {
            AddParts(image.Scalar("registry"), repository, image.Scalar("tag") ?? image.Scalar("version"), image.Scalar("digest"), context);
            return true;
        }

        // Braces of a template that YAML takes for a mapping: image: {{ .Values.image }}
        var text = file.Text;
        var end = text.AsSpan(image.Start).StartsWith("{{", StringComparison.Ordinal) ? text.IndexOfAny(['\r', '\n'], image.Start) : image.Start;
        end = end < 0 ? text.Length : end;
        if (end > image.Start)
        {
            uses.Add(WrittenText.At(text[image.Start..end].TrimEnd(), image.Start), image.Start);
        }

        return end > image.Start;
    }

    private void AddParts(YamlScalar? registry, YamlScalar name, YamlScalar? tag, YamlScalar? digest, Context context)
    {
        if (name.Written is not { } written || new[] { registry, tag, digest }.Any(s => s is not null && s.Written is null))
        {
            return;
        }

        var whole = new ReferenceParts(registry?.Written, written, tag?.IsNull == true ? null : tag?.Written, digest?.Written).Join();
        if (Images.ImageReference.TryParse(whole.Value, out _))
        {
            uses.Add(whole, name.Start, locked: context.Locked);
        }
        else if (whole.Value.Contains("{{", StringComparison.Ordinal) || whole.Value.Contains('$', StringComparison.Ordinal))
        {
            uses.Add(whole, name.Start, skip: Reasons.Variable);
        }
    }

    private void ConsiderImage(YamlMapping mapping, YamlScalar image, bool isContainer, bool hasSigns, Context context)
    {
        if (mapping.TryGet("monitors", out _) || (mapping.TryGet("pool", out _) && !isContainer))
        {
            return; // A block device of Ceph.
        }

        if (mapping.Scalar("imagePullPolicy")?.Value == "Never")
        {
            context = context with { Locked = context.Locked ?? Reasons.NeverPulled };
        }

        if (mapping.Scalar("newImage") is not null)
        {
            Consider(image, context with { Locked = context.Locked ?? "it is the name that newImage takes the place of" }, Proof.Place);
            return;
        }

        if (!context.IsStrict && ConsiderParts(mapping, image, context))
        {
            return;
        }

        // In data, what stands under this very key with a tag is one.
        var isTagged = image.Value.LastIndexOf(':') > image.Value.LastIndexOf('/');
        Consider(image, context, isContainer ? Proof.Place : context.IsStrict && !hasSigns && !isTagged ? Proof.Sure : context.Key == "spec" ? Proof.Name : Proof.Plain);
    }

    /// <summary>An image whose registry or tag stands beside it: <c>repository: nvcr.io/nvidia</c>, <c>version: v1</c>.</summary>
    private bool ConsiderParts(YamlMapping mapping, YamlScalar image, Context context)
    {
        var owner = mapping.Scalar("repository") ?? mapping.Scalar("registry");
        var version = mapping.Scalar("tag") ?? mapping.Scalar("imageTag") ?? (owner is null ? null : mapping.Scalar("version"));
        if (owner is not { IsNull: false } && version is not { IsNull: false })
        {
            return false;
        }

        if (image.IsNull || !Images.ImageReference.TryParse(image.Value, out var known) || known.Digest is not null || (owner is null && known.Tag is not null))
        {
            return false;
        }

        // Values of charts have a format of their own.
        if (!context.IsValues)
        {
            var isDigest = version?.Value.StartsWith("sha256:", StringComparison.Ordinal) == true;
            AddParts(owner, image, isDigest || known.Tag is not null ? null : version, isDigest ? version : mapping.Scalar("digest"), context);
        }

        return owner is not null || !context.IsValues;
    }

    /// <summary>An argument that sets an image: <c>--image=quay.io/acme/app:1</c>, or <c>--image</c> before it.</summary>
    private void ConsiderArgument(YamlScalar? before, YamlScalar argument, Context context)
    {
        var value = argument.Value;
        var equals = value.StartsWith('-') ? value.IndexOf('=', StringComparison.Ordinal) : -1;
        var flag = equals > 0 ? value[..equals] : before?.Value ?? "";
        if (flag.StartsWith('-') && !flag.Contains(' ', StringComparison.Ordinal)
            && (flag.EndsWith("image", StringComparison.OrdinalIgnoreCase) || flag.EndsWith("config-reloader", StringComparison.Ordinal))
            && argument.Written is { } written && written.Value[(equals + 1)..] is var text && text.Contains('/', StringComparison.Ordinal) && PlainReference.Is(text, Proof.Sure))
        {
            uses.Add(written.Slice((equals + 1)..), argument.Start, locked: context.Locked);
        }
    }

    private void Consider(YamlScalar? scalar, Context context, Proof proof)
    {
        if (scalar is null || scalar.IsNull || string.IsNullOrWhiteSpace(scalar.Value))
        {
            return;
        }

        var value = scalar.Value.Trim();
        var isTemplate = TemplateMask.IsTemplate(value);
        if (isTemplate || value.Contains('$', StringComparison.Ordinal))
        {
            if (scalar.Written is { } text && ParameterScope.Expand(text, family, context.Scope) is { } expanded)
            {
                if (proof == Proof.Place || PlainReference.Is(expanded.Value))
                {
                    uses.Add(expanded, text.Spans.First().Start, pinnable: !expanded.IsScattered, locked: context.Locked, here: expanded.IsScattered);
                }
            }
            else if (proof != Proof.Sure && !context.HasPatterns)
            {
                uses.Add(scalar.Text, scalar.Start, skip: isTemplate ? null : Reasons.Variable);
            }

            return;
        }

        if (proof != Proof.Place && !PlainReference.Is(value, proof))
        {
            return;
        }

        var skip = value.StartsWith("ko://", StringComparison.Ordinal) ? "it is built here, by ko"
            : value == "auto" ? "Istio sets it when the pod starts"
            : PlainReference.IsPattern(value) ? "it is a placeholder or a pattern"
            : null;
        if (skip is not null)
        {
            if (!context.HasPatterns)
            {
                uses.Add(scalar, skip: skip);
            }

            return;
        }

        var locked = context.Locked ?? (context.IsWatched ? "it names all tags of a repository, which Flux watches" : null);
        if (scalar.Written is { } written && written.Value.Length != value.Length && written.Value.IndexOf(value, StringComparison.Ordinal) is var at and >= 0)
        {
            uses.Add(written.Slice(at..(at + value.Length)), scalar.Start, locked: locked, pinnable: !context.IsWatched);
        }
        else
        {
            uses.Add(scalar, locked: locked, pinnable: !context.IsWatched);
        }
    }

    /// <summary>Manifests and other YAML that stand in a block of text.</summary>
    private void ReadText(YamlScalar scalar, Context context)
    {
        if (context.Depth >= DeepestText || !scalar.Value.Contains('\n', StringComparison.Ordinal) || !scalar.Value.Contains("mage", StringComparison.Ordinal)
            || !_seen.Add((scalar, false)) || scalar.Written is not { } written)
        {
            return;
        }

        var isManifest = ManifestLines.LookLikeAManifest(written.Value);
        if (!isManifest && (!context.IsResource || Programs.Contains(context.Key)))
        {
            return;
        }

        var inner = context with { Depth = context.Depth + 1, IsStrict = !isManifest, IsContainer = false };
        if (!Programs.Contains(context.Key))
        {
            var yaml = YamlStream.Read(file, written);
            if (yaml.Problem is null)
            {
                foreach (var root in yaml.Documents)
                {
                    Push(root, inner);
                }

                return;
            }
        }

        if (family == ManifestFamily.Kubernetes)
        {
            ManifestLines.Read(written, uses, isManifest ? Proof.Plain : Proof.Sure);
        }
    }

    private void Push(YamlNode node, Context context)
    {
        if (node.Target is YamlMapping or YamlSequence)
        {
            _next.Push((node.Target, context));
        }
    }

    /// <summary>What a JSON patch writes its value to: <c>initContainers</c> for <c>/spec/initContainers/-</c>.</summary>
    private static string? PatchedKey(YamlMapping mapping) =>
        mapping.Scalar("op") is not null && mapping.Scalar("path") is { } path ? path.Value.Split('/').LastOrDefault(p => p.Length > 0 && p != "-" && !p.All(char.IsAsciiDigit)) : null;

    /// <summary>A key that names an image by its own name: <c>imageName</c>, <c>baseImage</c>, <c>proxy-image</c>.</summary>
    private static bool IsNameOfAnImage(string key) =>
        key is "imageName" or "imageRef" or "imageURL" or "imageUrl" || (key.Length > 5 && key.EndsWith("image", StringComparison.OrdinalIgnoreCase));

    /// <summary>What is known of the place of a node.</summary>
    /// <param name="Key">The key that it stands under, or that its list stands under.</param>
    private sealed record Context(string Key)
    {
        /// <summary>In a resource of the family that is read.</summary>
        public bool IsOwn { get; init; }

        /// <summary>In a resource.</summary>
        public bool IsResource { get; init; }

        public bool IsContainer { get; init; }

        /// <summary>In data, where <c>image</c> may be anything.</summary>
        public bool IsStrict { get; init; }

        /// <summary>In a policy, where a value may be a pattern.</summary>
        public bool HasPatterns { get; init; }

        /// <summary>In values for a chart, which have a format of their own.</summary>
        public bool IsValues { get; init; }

        public bool IsWatched { get; init; }

        public string? Locked { get; init; }

        public ParameterScope? Scope { get; init; }

        /// <summary>How deep in texts within texts.</summary>
        public int Depth { get; init; }

        public Context Below(string key, bool isContainer) => this with
        {
            Key = key == "<<" ? Key : key,
            IsContainer = key == "<<" ? isContainer : HoldsContainers(key),
            IsValues = IsValues || key is "values" or "valuesObject" or "valuesInline",
            Locked = Locked ?? (key == "status" && IsResource ? "it is what runs, not what is to run" : null),
        };
    }
}
