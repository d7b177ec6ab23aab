using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Formats.Hcl;

/// <summary>
/// Finds images in trees of HCL by what they have in common: <c>image</c> in a container, keys that end in it with a value
/// that plainly is one, a repository and a tag side by side. Each node once, in a loop.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="uses">Where the uses go.</param>
/// <param name="scope">What names stand for.</param>
internal sealed partial class ImageWalk(SourceFile file, UseList uses, HclScope scope)
{
    /// <summary>Kinds of Kubernetes whose text is data or a schema.</summary>
    private static readonly HashSet<string> WithoutImages = new(StringComparer.Ordinal) { "ConfigMap", "Secret", "CustomResourceDefinition" };

    /// <summary>Functions whose arguments are what they give, more or less.</summary>
    private static readonly HashSet<string> Transparent = new(StringComparer.Ordinal)
    {
        "jsonencode", "yamlencode", "merge", "concat", "flatten", "compact", "tolist", "toset", "tomap", "try", "coalesce", "coalescelist", "distinct", "nonsensitive", "sensitive",
    };

    private readonly HashSet<(HclNode, bool, bool)> _seen = [];
    private readonly Stack<Item> _next = new();

    /// <summary>Whether the tree holds values for a chart.</summary>
    public bool IsHelm { get; init; }

    /// <summary>Whether only a tag or a digest makes a value an image.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Finds the images of a value.</summary>
    /// <param name="root">The value.</param>
    /// <param name="key">The key that it has.</param>
    /// <param name="isContainer">Whether <c>image</c> in it is one, whatever it looks like.</param>
    public void Run(HclNode root, string key = "", bool isContainer = false)
    {
        _next.Push(new Item(root, key, isContainer, IsImage: NamesImages().IsMatch(key)));
        while (_next.TryPop(out var item))
        {
            if (!_seen.Add((item.Node, item.IsContainer, item.IsImage)))
            {
                continue;
            }

            switch (item.Node)
            {
                case HclTuple list:
                    for (var i = list.Items.Count - 1; i >= 0; i--)
                    {
                        _next.Push(item with { Node = list.Items[i] });
                    }

                    break;
                case HclCall call when call.Function is "yamldecode" or "jsondecode" && call.Arguments is [HclTemplate text]:
                    Embedded(text, item);
                    break;
                case HclCall call when Transparent.Contains(call.Function):
                    foreach (var argument in call.Arguments.Reverse())
                    {
                        _next.Push(item with { Node = argument });
                    }

                    break;
                case HclChoice choice:
                    _next.Push(item with { Node = choice.Arms[1] });
                    _next.Push(item with { Node = choice.Arms[0] });
                    break;
                case HclTemplate text when item.IsImage:
                    Consider(text, IsStrict ? Proof.Version : Proof.Plain);
                    break;
                case HclTemplate text when HoldsText(item.Key) && text.Parts.Count > 0:
                    Embedded(text, item);
                    break;
                case HclObject members:
                    Visit(members, item);
                    break;
            }
        }
    }

    private void Embedded(HclTemplate text, Item item)
    {
        var written = scope.Render(text);
        if (written.Value.Contains("image", StringComparison.OrdinalIgnoreCase))
        {
            var convert = new HclFromYaml(file, templates: false, start: text.Start);
            // A mere word would be text again, and so without end.
            foreach (var document in YamlStream.Read(file, written).Documents.Where(d => d is YamlMapping or YamlSequence).Reverse())
            {
                _next.Push(new Item(convert.Convert(document), HoldsContainers(item.Key) ? item.Key : "", item.IsContainer || HoldsContainers(item.Key), false));
            }
        }
    }

    private void Visit(HclObject members, Item item)
    {
        if (members["kind"] is HclTemplate { Literal.Value: var kind } && WithoutImages.Contains(kind) && members["apiVersion"] is not null)
        {
            return;
        }

        var neverPulled = (members["image_pull_policy"] ?? members["imagePullPolicy"]) is HclTemplate { Literal.Value: "Never" } ? Reasons.NeverPulled : null;
        var taken = new HashSet<HclNode>(ReferenceEqualityComparer.Instance);
        Parts(members, item, taken);
        foreach (var (key, labels, value) in members.Members.AsEnumerable().Reverse())
        {
            var (name, node) = key == "dynamic" && labels is [var label] && value is HclObject block && block.Objects("content").FirstOrDefault() is { } content ? (label, content) : (key, value);
            if (taken.Contains(node) || NeverImages().IsMatch(name))
            {
                continue;
            }

            var isContainer = HoldsContainers(name) || (name is "dynamic" or "content" or "" or "<<" && item.IsContainer);
            if (node is HclObject or HclTuple or HclChoice or HclCall)
            {
                if (IsImageKey(name) && node is HclChoice or HclCall)
                {
                    Consider(node, item.IsContainer && name == "image" ? Proof.Place : IsStrict ? Proof.Version : Proof.Plain, neverPulled);
                    if (node is HclChoice)
                    {
                        continue;
                    }
                }

                _next.Push(new Item(node, name, isContainer, NamesImages().IsMatch(name) || (item.IsImage && item.Key.EndsWith('s'))));
            }
            else if (IsImageKey(name) && node is HclTemplate or HclReference)
            {
                Consider(node, item.IsContainer && name == "image" ? Proof.Place : IsStrict ? Proof.Version : Proof.Plain, neverPulled);
            }
            else if (name is "linux_fx_version" or "linuxFxVersion" or "windows_fx_version" or "windowsFxVersion" && scope.Text(node) is { } fx)
            {
                if (fx.Text.Value.StartsWith("DOCKER|", StringComparison.OrdinalIgnoreCase))
                {
                    Add(fx with { Text = fx.Text.Slice("DOCKER|".Length..) }, node);
                }
            }
            else if (node is HclTemplate text && (HoldsText(name) || (item.IsImage && !IsPart(name))))
            {
                _next.Push(new Item(node, name, isContainer, item.IsImage && !HoldsText(name)));
            }
        }
    }

    /// <summary>A repository and its tag in keys of their own.</summary>
    private void Parts(HclObject members, Item item, HashSet<HclNode> taken)
    {
        foreach (var (key, labels, value) in members.Members)
        {
            if (labels.Count > 0 || value is not (HclTemplate or HclReference))
            {
                continue;
            }

            var (tag, registry, digest) = key switch
            {
                "repository" when item.IsImage || IsHelm => (members["tag"], members["registry"], members["digest"] ?? members["sha"]),
                _ when key.EndsWith("image_repository", StringComparison.Ordinal) => (members[key[..^"repository".Length] + "tag"], members[key[..^"repository".Length] + "registry"], members[key[..^"repository".Length] + "digest"]),
                _ when key.EndsWith("ImageRepository", StringComparison.Ordinal) || key == "imageRepository" => (members[key[..^"Repository".Length] + "Tag"], null, null),
                _ when key.EndsWith("image_name", StringComparison.Ordinal) => (members[key[..^"name".Length] + "tag"], null, null),
                _ when IsImageKey(key) => (members[key + "_tag"] ?? members[key + "Tag"] ?? (IsHelm ? members["tag"] : null), null, null),
                _ => (null, null, null),
            };
            var isHelm = key == "repository" && tag is null && digest is null && item.IsImage && IsHelm;
            if (tag is null && digest is null && !isHelm)
            {
                continue;
            }

            if (scope.Text(value) is { Text.Value.Length: > 0 } name && (name.Unknown is not null || ImageReference.TryParse(name.Text.Value, out _)))
            {
                taken.Add(value);
                Add(registry is null ? null : scope.Text(registry), name, tag is null ? null : scope.Text(tag), digest is null ? null : scope.Text(digest), value, isHelm && ImageReference.TryParse(name.Text.Value, out var reference) && reference.Tag is null ? "the chart decides on the tag" : null);
            }
        }
    }

    /// <summary>Adds an image whose parts have keys of their own.</summary>
    public void Add(HclText? registry, HclText name, HclText? tag, HclText? digest, HclNode node, string? locked = null, bool pinnable = false)
    {
        var written = new ReferenceParts(registry?.Text, name.Text, tag?.Text, digest?.Text).Join();
        var unknown = registry?.Unknown ?? name.Unknown ?? tag?.Unknown ?? digest?.Unknown;
        uses.Add(written, node.Start, skip: unknown, locked: locked, pinnable: pinnable || digest is { Text.Value.Length: > 0 });
    }

    /// <summary>Adds a value that is an image, or what it may be.</summary>
    /// <param name="node">The value.</param>
    /// <param name="proof">What has to be seen of it.</param>
    /// <param name="locked">Why it can't be changed.</param>
    /// <param name="schemes">Taken off where the value begins with one.</param>
    public void Consider(HclNode node, Proof proof, string? locked = null, IReadOnlyList<string>? schemes = null)
    {
        var next = new Stack<HclNode>([node]);
        var several = false;
        for (var steps = 0; steps < 100 && next.TryPop(out var one); steps++)
        {
            var value = scope.Value(one);
            if (value is HclChoice choice)
            {
                several = true;
                next.Push(choice.Arms[1]);
                next.Push(choice.Arms[0]);
            }
            else if (value is HclCall { Function: "coalesce" or "try" } call)
            {
                several = true;
                foreach (var argument in call.Arguments.Reverse())
                {
                    next.Push(argument);
                }
            }
            else if (value is HclObject or HclTuple || (value is HclReference reference && IsOfAnotherImage(reference)))
            {
                // What it refers to is found where it stands.
            }
            else if (scope.Text(one) is { Text.Value.Length: > 0 } text && !(several && text.Unknown is not null) && IsProven(text, proof))
            {
                var scheme = schemes?.FirstOrDefault(s => text.Text.Value.StartsWith(s, StringComparison.OrdinalIgnoreCase));
                Add(scheme is null ? text : text with { Text = text.Text.Slice(scheme.Length..) }, one, locked);
            }
        }
    }

    /// <summary>Adds an image.</summary>
    public void Add(HclText text, HclNode node, string? locked = null)
    {
        // A colon and a name: an image that Lightsail keeps.
        if (text.Text.Value.Length == 0 || text.Text.Value[0] == ':')
        {
            return;
        }

        var unknown = text.Unknown ?? (text.Text.Value.Contains('%', StringComparison.Ordinal) ? Reasons.Template : null)
            ?? (text.Text.Value.Contains("[[", StringComparison.Ordinal) ? Reasons.Template : null)
            ?? (text.Text.Value.Contains('<', StringComparison.Ordinal) ? "a placeholder stands here" : null);
        uses.Add(text.Text, node.Start, skip: unknown, locked: locked, pinnable: text.IsPinnable && text.Text.HoldsDigest);
    }

    /// <summary>An image that the same files name themselves.</summary>
    private static bool IsOfAnotherImage(HclReference reference) =>
        reference.Path is ["docker_image" or "docker_registry_image" or "docker_tag", ..] or ["data", "docker_image" or "docker_registry_image", ..];

    private static bool IsProven(HclText text, Proof proof)
    {
        var value = text.Text.Value;
        if (proof == Proof.Place)
        {
            return true;
        }

        if (text.Unknown is not null)
        {
            // Only what has a literal part besides what is put in shows what it is.
            value = PutIn().Replace(value, "x");
            if (value == "x" || !value.Contains(':', StringComparison.Ordinal))
            {
                return false;
            }
        }

        return PlainReference.Is(value, proof) && !IsHostAndPort(value) && !value.StartsWith("aws/codebuild/", StringComparison.Ordinal);
    }

    private static bool IsHostAndPort(string value) =>
        !value.Contains('/', StringComparison.Ordinal) && value.IndexOf(':', StringComparison.Ordinal) is var colon and > 0 && ushort.TryParse(value.AsSpan(colon + 1), out _)
        && (value.AsSpan(0, colon).Contains('.') || value.StartsWith("localhost:", StringComparison.Ordinal));

    /// <summary>Containers of every sort, and their definitions.</summary>
    private static bool HoldsContainers(string key) => key.Contains("container", StringComparison.OrdinalIgnoreCase);

    private static bool IsImageKey(string key) => ImageKey().IsMatch(key);

    private static bool IsPart(string key) => key is "repository" or "registry" or "tag" or "digest" or "name" or "description" or "type" or "pullPolicy" or "pull_policy" or "version";

    /// <summary>Keys whose text is YAML or JSON.</summary>
    private static bool HoldsText(string key) => key is "container_definitions" or "container_properties" or "values" or "yaml_body" or "manifest" or "content" or "body" or "template_content" or "job_definition";

    [GeneratedRegex(@"^(?:.*[_-])?(?:image|image_ur[il]|image_name|image_ref|imageUr[il])$|^(?:[a-z][A-Za-z0-9]*)?Image$", RegexOptions.NonBacktracking)]
    private static partial Regex ImageKey();

    [GeneratedRegex(@"(?:^|_)images?$|^[a-z][A-Za-z0-9]*Images?$", RegexOptions.NonBacktracking)]
    private static partial Regex NamesImages();

    [GeneratedRegex(@"(?:^|_)(?:os|vm|ami|boot|disk|source|machine|logo|background|icon|banner|node_os)_?image|^source_(?:vm_)?image|_(?:labels|annotations)$|^(?:labels|annotations|metadata|tags|description|provisioner|connection|build|target_image)$", RegexOptions.NonBacktracking)]
    private static partial Regex NeverImages();

    [GeneratedRegex(@"\$\{[^}]*\}", RegexOptions.NonBacktracking)]
    private static partial Regex PutIn();

    private readonly record struct Item(HclNode Node, string Key, bool IsContainer, bool IsImage);
}
