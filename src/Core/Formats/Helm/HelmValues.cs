using System.Text.RegularExpressions;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using YamlDotNet.Core;

namespace Basewatch.Core.Formats.Helm;

/// <summary>
/// Finds images in values for Helm charts, by what charts have in common: a mapping with <c>repository</c> and <c>tag</c>,
/// a key that ends in <c>image</c>, perhaps with its tag in a key beside it. A loop, since aliases can make a small file
/// endlessly deep.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="uses">Where the uses go.</param>
internal sealed partial class HelmValues(SourceFile file, UseList uses)
{
    /// <summary>Blocks in blocks are read again and again: no more characters than this.</summary>
    private const int MostInBlocks = SourceFile.LargestFile / 2;

    private static readonly string[] TagKeys = ["tag", "version", "imageTag", "image_tag"];

    /// <summary>Who has one of these is no image, though it has a repository and a tag: Git, a chart, a package.</summary>
    private static readonly string[] SignsOfSomethingElse = ["branch", "path", "chart", "repoURL", "targetRevision", "ref", "url", "revision"];

    /// <summary>Keys of pictures.</summary>
    private static readonly string[] PictureKeys = ["backgroundimage", "logoimage", "heroimage", "iconimage", "bannerimage", "coverimage", "profileimage", "thumbnailimage", "defaultbgimage"];

    /// <summary>Endings of pictures and of disks.</summary>
    private static readonly HashSet<string> OtherFiles =
        new(["png", "svg", "jpg", "jpeg", "gif", "webp", "ico", "iso", "img", "qcow2", "raw", "vmdk", "vhd", "vhdx", "ova"], StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<YamlNode> _seen = [];
    private readonly Queue<(YamlNode Node, bool IsImage, bool IsAmongImages)> _next = new();
    private readonly HashSet<YamlNode> _taken = [];
    private readonly List<Found> _found = [];
    private int _inBlocks;
    private string? _digestKey;
    private YamlScalar? _registry;
    private YamlScalar? _globalRegistry;
    private (YamlScalar Registry, YamlScalar Repository)? _defaults;

    /// <summary>What the chart's own version is, for images without a tag: <c>the chart's appVersion, 1.2.3</c>.</summary>
    public string MissingTag { get; init; } = "the chart decides on the tag";

    /// <summary>Whether only what plainly is an image counts: the file may be of another kind.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Whether a digest may get a key of its own that the values do not have yet.</summary>
    public bool MayAddKeys { get; init; } = true;

    /// <summary>Reads values; may be called for several trees of a file.</summary>
    /// <param name="root">The values.</param>
    public void Read(YamlNode? root)
    {
        if (root is null)
        {
            return;
        }

        _found.Clear();
        _digestKey = null;
        var (hub, hubTag) = Hub(root);
        var values = root as YamlMapping;
        _registry = Text(values?.Scalar("registry"));
        _globalRegistry = Text(values?.Mapping("global")?.Mapping("image")?.Scalar("registry"));
        _defaults = Text(values?.Scalar("defaultImageRegistry")) is { } host && Text(values?.Scalar("defaultImageRepository")) is { } owner ? (host, owner) : null;
        _next.Enqueue((root, false, false));
        while (_next.TryDequeue(out var item))
        {
            if (!_seen.Add(item.Node))
            {
                continue;
            }

            if (item.Node is YamlSequence sequence)
            {
                foreach (var child in sequence.Items)
                {
                    if (item.IsAmongImages && child is YamlScalar listed)
                    {
                        ReadText(listed, isStrict: true);
                    }

                    Enqueue(child.Target, item.IsImage || item.IsAmongImages, isAmongImages: false);
                }
            }
            else if (item.Node is YamlMapping mapping)
            {
                Visit(mapping, item.IsImage, item.IsAmongImages, hub, hubTag);
            }
        }

        foreach (var found in _found)
        {
            Add(found);
        }
    }

    /// <summary>Reads values given as mappings with <c>name</c> and <c>value</c>.</summary>
    public static void ReadPairs(SourceFile file, UseList uses, IEnumerable<YamlMapping> pairs) =>
        ReadPairs(file, uses, pairs.Select(p => (Path: p.Scalar("name")?.Value!, Value: (YamlNode)p.Scalar("value")!)).Where(p => p.Path is not null && p.Value is not null));

    /// <summary>Reads values given as pairs of a path and a value, as <c>--set</c> takes them: <c>image.tag</c>, <c>1.2</c>.</summary>
    public static void ReadPairs(SourceFile file, UseList uses, IEnumerable<(string Path, YamlNode Value)> pairs)
    {
        var root = new YamlMapping(0, null);
        var mappings = new Dictionary<string, YamlMapping>(StringComparer.Ordinal) { [""] = root };
        foreach (var (path, value) in pairs)
        {
            var parts = path.Split('.', 16);
            var (parent, prefix) = (root, "");
            for (var i = 0; i < parts.Length - 1; i++)
            {
                prefix += "." + parts[i];
                if (!mappings.TryGetValue(prefix, out var child))
                {
                    mappings[prefix] = child = new YamlMapping(value.Start, null);
                    parent.Entries.Add((Key(parts[i], value), child));
                }

                parent = child;
            }

            parent.Entries.Add((Key(parts[^1], value), value));
        }

        new HelmValues(file, uses) { MayAddKeys = false }.Read(root);

        static YamlScalar Key(string text, YamlNode value) => new(new YamlText(text, WrittenText.At(text, value.Start)), 0, text.Length, null, text, ScalarStyle.Plain);
    }

    /// <summary>Istio's: the registry and the tag for images that have none.</summary>
    private static (YamlScalar? Hub, YamlScalar? Tag) Hub(YamlNode root)
    {
        var values = root as YamlMapping;
        var global = (values?.Mapping("_internal_defaults_do_not_set") ?? values)?.Mapping("global");
        return Text(global?.Scalar("hub")) is { } hub ? (hub, Text(global?.Scalar("tag"))) : (null, null);
    }

    private void Visit(YamlMapping mapping, bool isImage, bool isAmongImages, YamlScalar? hub, YamlScalar? hubTag)
    {
        ReadParts(mapping, isImage);
        foreach (var (key, value) in mapping.Named)
        {
            var isImageKey = EndsInImage(key);
            if (value is YamlScalar scalar)
            {
                if (isImageKey || key.EndsWith("imageName", StringComparison.OrdinalIgnoreCase))
                {
                    ReadImage(mapping, key, scalar, hub, hubTag);
                }
                else if (isAmongImages)
                {
                    ReadText(scalar, isStrict: true);
                }
                else if (scalar.Style == ScalarStyle.Literal)
                {
                    ReadBlock(scalar);
                }
            }
            else if (key != "<<" && !(key == "keel" && IsKeel(value)))
            {
                Enqueue(value, isImageKey || isAmongImages, key.EndsWith("images", StringComparison.OrdinalIgnoreCase));
            }
        }
    }

    /// <summary>YAML in a block: containers to be put into a pod, the settings of an operator.</summary>
    private void ReadBlock(YamlScalar block)
    {
        if (!block.Value.Contains("image:", StringComparison.Ordinal) || (_inBlocks += block.Value.Length) > MostInBlocks || block.Written is not { } written)
        {
            return;
        }

        var yaml = YamlStream.Read(file, written);
        foreach (var document in yaml.Problem is null ? yaml.Documents : [])
        {
            Enqueue(document, isImage: false, isAmongImages: false);
        }
    }

    private void Enqueue(YamlNode? node, bool isImage, bool isAmongImages)
    {
        if (node is YamlMapping or YamlSequence)
        {
            _next.Enqueue((node, isImage, isAmongImages));
        }
    }

    /// <summary>What Keel is told of the chart: its images are paths of other values.</summary>
    private static bool IsKeel(YamlNode? value) => value is YamlMapping mapping && (mapping.TryGet("policy", out _) || mapping.TryGet("images", out _));

    private static bool EndsInImage(string key) => key.EndsWith("image", StringComparison.OrdinalIgnoreCase);

    /// <summary>A scalar that holds something.</summary>
    private static YamlScalar? Text(YamlNode? node) => node is YamlScalar { IsEmpty: false } scalar ? scalar : null;

    /// <summary>A mapping with a repository and a tag.</summary>
    private void ReadParts(YamlMapping mapping, bool isImage)
    {
        var tag = First(mapping, TagKeys);
        var hasTag = Text(tag?.Value) is not null;
        var (digest, digestName) = Digest(mapping);
        var name = YamlEntry.Find(mapping, "repository");
        if (Text(name?.Value) is null && isImage && YamlEntry.Find(mapping, "image") is null)
        {
            name = tag is null ? null : First(mapping, ["repo", "name"]);
        }

        if (Text(name?.Value) is not { } repository)
        {
            if (isImage && hasTag && Text(YamlEntry.Find(mapping, "image")?.Value) is null && tag is { IsOwn: true } own && YamlEntry.Find(mapping, "tag") is not null)
            {
                _found.Add(new Found(own.Value.Start, null, WrittenText.Unplaced(""), own, digest, digestName, mapping) { Skip = "the name of the image is in the chart" });
            }

            return;
        }

        if (repository.Value.Contains("://", StringComparison.Ordinal) || repository.Value.StartsWith("git@", StringComparison.Ordinal))
        {
            return;
        }

        // Beside an image, the repository is where it is: repository, image and version are one reference.
        var image = Text(YamlEntry.Find(mapping, "image")?.Value) is { } text && text.Value.AsSpan().IndexOfAny(" :@") < 0 ? text : null;
        isImage |= image is not null;
        var isKnownElsewhere = Text(digest?.Value) is not null;
        if (!isImage && (SignsOfSomethingElse.Any(k => mapping.TryGet(k, out _)) || !(isKnownElsewhere || (hasTag && IsTagKey(tag!.Value)))))
        {
            return;
        }

        if (IsStrict && !hasTag && !isKnownElsewhere)
        {
            return;
        }

        var registry = Text(YamlEntry.Find(mapping, "registry")?.Value);
        if (registry is null && name!.Value.Key.Target is YamlScalar { Value: "name" } && !repository.Value.Contains('/', StringComparison.Ordinal))
        {
            // Datadog's: one registry for images that have a name alone.
            registry = _registry;
        }

        var path = Written(repository);
        if (registry is null && _defaults is { } defaults && name!.Value.Key.Target is YamlScalar { Value: "name" } && YamlEntry.Find(mapping, "repository") is not null)
        {
            // Strimzi's: an owner for images whose repository is empty, too.
            registry = defaults.Registry;
            path = WrittenText.Join([Written(defaults.Repository), WrittenText.Unplaced("/"), path]);
        }

        var place = name!.Value.IsOwn ? name.Value.Written.ValueStart : tag is { IsOwn: true } ownTag ? ownTag.Written.ValueStart : mapping.Start;

        // The path in parts: repository and image, or registry, repository and name.
        var last = image
            ?? (registry is not null && isImage && !repository.Value.Contains('/', StringComparison.Ordinal) && name.Value.Key is YamlScalar { Value: "repository" } ? Text(YamlEntry.Find(mapping, "name")?.Value) : null);
        if (last is not null && _taken.Add(last) && last.Value != repository.Value && !repository.Value.EndsWith("/" + last.Value, StringComparison.Ordinal))
        {
            path = WrittenText.Join([path, WrittenText.Unplaced(path.Value.EndsWith('/') ? "" : "/"), Written(last)]);
        }

        _found.Add(new Found(place, registry is null ? null : Written(registry), path, tag, digest, digestName, mapping) { IsEscaped = repository.Written is null });

        static bool IsTagKey(YamlEntry entry) => entry.Key.Target is YamlScalar { Value: not "version" };
    }

    /// <summary>A text under a key that ends in <c>image</c>: with its tag, or with the tag in a key beside it.</summary>
    private void ReadImage(YamlMapping mapping, string key, YamlScalar scalar, YamlScalar? globalHub, YamlScalar? globalTag)
    {
        if (_taken.Contains(scalar) || Text(scalar) is null || !IsPlausible(scalar) || PictureKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            return;
        }

        var value = scalar.Value.TrimEnd('\n');
        if (IsUnknown(value) || !ImageReference.TryParse(value, out var reference))
        {
            ReadText(scalar, IsStrict);
            return;
        }

        var isName = key.EndsWith("Name", StringComparison.OrdinalIgnoreCase);
        var stem = isName ? key[..^4] : key;
        var isPlain = stem.Equals("image", StringComparison.OrdinalIgnoreCase);
        var registry = isPlain && !HasRegistry(value) ? Text(YamlEntry.Find(mapping, "registry")?.Value) : null;
        if (isPlain && registry is null && _globalRegistry is not null && mapping.TryGet("image", out _) && YamlEntry.Find(mapping, "tag") is not null && !HasRegistry(value))
        {
            // That of ingress-nginx for images without one.
            registry = _globalRegistry;
        }

        var hub = isPlain && registry is null && !value.Contains('/', StringComparison.Ordinal)
            ? YamlEntry.Find(mapping, "hub") is { } own ? Text(own.Value) ?? globalHub : globalHub
            : null;
        if (reference.Tag is not null || reference.Digest is not null)
        {
            if ((registry ?? hub) is { } host && scalar.Written is not null)
            {
                _found.Add(new Found(scalar.ValueStart, Written(host), Written(scalar), null, null, null, mapping) { IsKnown = true });
            }
            else
            {
                uses.Add(scalar);
            }

            return;
        }

        var bare = stem[..^5];
        var tag = First(mapping, [stem + "Tag", stem + "_tag", stem + "Version", bare + "Tag", bare + "_tag", "tag", "imageTag", "image_tag", "version"]);
        if (tag is { } version && IsVersionOfSomethingElse(version, stem))
        {
            tag = null;
        }

        if (tag is null && hub is not null && globalTag is not null && YamlEntry.Find(mapping, "hub") is null)
        {
            tag = new YamlEntry(globalTag, globalTag, globalTag, IsOwn: false);
        }
        else if (tag is not null && Text(tag.Value.Value) is null && hub is not null && hub == globalHub && globalTag is not null)
        {
            tag = new YamlEntry(globalTag, globalTag, globalTag, IsOwn: false);
        }

        var (digest, digestName) = isPlain ? Digest(mapping) : default;
        if (tag is null && digest is null && registry is null && hub is null)
        {
            if (!IsStrict && !isName)
            {
                uses.Add(scalar);
            }

            return;
        }

        if ((IsStrict || isName) && Text(tag?.Value) is null && Text(digest?.Value) is null)
        {
            return;
        }

        _found.Add(new Found(scalar.ValueStart, (registry ?? hub) is { } at ? Written(at) : null, Written(scalar), tag, digest, digestName, mapping) { IsEscaped = scalar.Written is null });
    }

    /// <summary>A number beside an image is the version of something else, where Helm would not take it for a text.</summary>
    private static bool IsVersionOfSomethingElse(YamlEntry version, string stem) =>
        version.Key.Target is YamlScalar { Value: "version" } && (!stem.Equals("image", StringComparison.OrdinalIgnoreCase)
            || Text(version.Value) is not { } text || !(IsUnknown(text.Value) || ImageReference.TryParse("x:" + text.Value, out _)) || (text.Style == ScalarStyle.Plain && text.Value.All(c => char.IsAsciiDigit(c) || c == '.') && text.Value.AsSpan().Count('.') < 2));

    private void ReadText(YamlScalar scalar, bool isStrict)
    {
        if (Text(scalar) is null || !IsPlausible(scalar))
        {
            return;
        }

        var value = scalar.Value.TrimEnd('\n');
        if (IsUnknown(value))
        {
            if (!isStrict && (ReasonOf(value) == Reasons.Template || !value.Contains(' ', StringComparison.Ordinal)))
            {
                uses.Add(Written(scalar), scalar.ValueStart, skip: ReasonOf(value), here: true);
            }
        }
        else if (ImageReference.TryParse(value, out var reference) && (!isStrict || reference.Tag is not null || reference.Digest is not null))
        {
            uses.Add(scalar);
        }
    }

    private void Add(Found found)
    {
        var (tagText, locked) = TagText(found.Tag);
        var digest = Text(found.Digest?.Value);
        var digestText = digest is null ? null : Written(digest);
        var isHex = found.DigestName is not null && (found.DigestName != "digest" ? digestText is null || IsHex(digestText.Value) : digestText is not null && IsHex(digestText.Value));
        if (digestText is not null && IsHex(digestText.Value))
        {
            digestText = WrittenText.Join([WrittenText.Unplaced("sha256:"), digestText]);
        }

        if (found.Skip is not null)
        {
            uses.Add(tagText!, found.Tag!.Value.Written.ValueStart, skip: IsUnknown(tagText!.Value) ? ReasonOf(tagText.Value) : found.Skip, here: true);
            return;
        }

        var parts = new ReferenceParts(found.Registry, found.Name, tagText, digestText);
        var whole = parts.Join();
        string? skip = null;
        if (IsUnknown(whole.Value))
        {
            skip = ReasonOf(whole.Value);
        }
        else if (tagText?.Value == "set-by-chartpress")
        {
            skip = "chartpress sets the tag when the chart is published";
        }
        else if (!ImageReference.TryParse(whole.Value, out _, out var error))
        {
            skip = $"no image reference: {error}";
        }

        var hasVersion = tagText is not null || digestText is not null || found.IsKnown || ReferenceLayout.Of(whole.Value) is { Tag: not null } or { Digest: not null };
        locked ??= found.IsEscaped ? Reasons.Escaped : null;
        locked ??= !hasVersion ? MissingTag : null;
        locked ??= found.Mapping.Scalar("pullPolicy")?.Value == "Never" ? Reasons.NeverPulled : null;
        uses.Add(whole, found.Place, skip: skip, locked: locked, pinnable: hasVersion, digestPlace: digestText is null ? PlaceFor(found, isHex) : null, here: true);
    }

    private DigestPlace? PlaceFor(Found found, bool isHex)
    {
        if (found.Digest is { } empty)
        {
            return empty is { IsOwn: true, Written: YamlScalar scalar } ? DigestKey.Fill(file, scalar, isHex) : null;
        }

        return MayAddKeys && _digestKey is { } name && found.IsWhole && found.Tag is { IsOwn: true, Written: YamlScalar value } tag && Text(value) is not null
            ? DigestKey.After(file, tag.Key, value, name, isHex: name != "digest")
            : null;
    }

    private (YamlEntry? Entry, string? Name) Digest(YamlMapping mapping)
    {
        // Cilium's: a digest that is there and not used.
        if (YamlEntry.Find(mapping, "useDigest")?.Value is YamlScalar { Value: "false" })
        {
            return default;
        }

        foreach (var name in (ReadOnlySpan<string>)["digest", "sha", "sha256", "imageDigest"])
        {
            if (YamlEntry.Find(mapping, name) is { Value: YamlScalar scalar } entry && (Text(scalar) is not { } text || IsHex(text.Value) || text.Value.StartsWith("sha256:", StringComparison.Ordinal) || Images.Digest.TryParse(text.Value, out _) || (name == "digest" && IsUnknown(text.Value))))
            {
                if (Text(scalar) is not null)
                {
                    _digestKey ??= name;
                }

                return (entry, name is "imageDigest" ? "digest" : name);
            }
        }

        return default;
    }

    private static bool IsHex(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>The tag, and why it can't be changed: a number that YAML reads as another one.</summary>
    private (WrittenText? Text, string? Locked) TagText(YamlEntry? entry)
    {
        if (Text(entry?.Value) is not { } scalar)
        {
            return default;
        }

        if (scalar.Style == ScalarStyle.Plain && IsRoundedNumber(scalar.Value))
        {
            var number = scalar.Value.TrimEnd('0').TrimEnd('.');
            return (WrittenText.Unplaced(number), $"YAML reads the number {scalar.Value} as {number}: put it in quotes");
        }

        if (scalar.Style == ScalarStyle.Plain && IsNumberInDisguise().IsMatch(scalar.Value))
        {
            return (Written(scalar), $"YAML reads {Excerpt.Of(scalar.Value)} as another number: put it in quotes");
        }

        return scalar.Written is null ? (Written(scalar), "its tag is written with escapes or over several lines: write it on one line") : (Written(scalar), null);
    }

    private WrittenText Written(YamlScalar scalar) => TemplateMask.Restore(scalar.Text, file);

    private static bool IsUnknown(string value) => value.AsSpan().IndexOfAny("${" + TemplateMask.Mark) >= 0;

    private static string ReasonOf(string value) => value.Contains("{{", StringComparison.Ordinal) || value.Contains(TemplateMask.Mark, StringComparison.Ordinal) ? Reasons.Template : Reasons.Variable;

    private static bool HasRegistry(string value) => value.IndexOf('/', StringComparison.Ordinal) is var slash and > 0 && ImageName.IsRegistry(value.AsSpan(0, slash));

    /// <summary>Neither a picture, an address, a switch nor a number.</summary>
    private static bool IsPlausible(YamlScalar scalar) =>
        !scalar.Value.Contains("://", StringComparison.Ordinal)
        && !(scalar.Style == ScalarStyle.Plain && (YamlText.Quote(scalar.Value) != scalar.Value || scalar.Value.All(c => char.IsAsciiDigit(c) || c == '.')))
        && !IsOtherFile(scalar.Value);

    private static YamlEntry? First(YamlMapping mapping, ReadOnlySpan<string> keys)
    {
        YamlEntry? empty = null;
        foreach (var key in keys)
        {
            if (YamlEntry.Find(mapping, key) is { Value: YamlScalar scalar } entry)
            {
                if (Text(scalar) is not null)
                {
                    return entry;
                }

                empty ??= entry;
            }
        }

        return empty;
    }

    /// <summary>A number of which a reader of YAML drops what it ends with: 1.10.</summary>
    private static bool IsRoundedNumber(string value) =>
        value is [.., '0'] && value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
        && !value.AsSpan(0, dot).ContainsAnyExceptInRange('0', '9') && !value.AsSpan(dot + 1).ContainsAnyExceptInRange('0', '9');

    /// <summary>A number with another base, an exponent or underscores: 0123 is 83, and the commit 1234e5 is 123400000.</summary>
    [GeneratedRegex("^(?:0[0-7]+|0[xob][0-9a-f]+|[0-9]+(?:_+[0-9]+)+|[0-9]+(?:\\.[0-9]*)?e[-+]?[0-9]+)$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsNumberInDisguise();

    /// <summary>Whether it is a picture or a disk, packed or not.</summary>
    private static bool IsOtherFile(string value)
    {
        var name = value.AsSpan();
        if (name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".xz", StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^3];
        }

        return name.LastIndexOf('.') is >= 0 and var dot && OtherFiles.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[(dot + 1)..]);
    }

    private sealed record Found(int Place, WrittenText? Registry, WrittenText Name, YamlEntry? Tag, YamlEntry? Digest, string? DigestName, YamlMapping Mapping)
    {
        /// <summary>Why the image can't be known.</summary>
        public string? Skip { get; init; }

        /// <summary>Whether the name has tag or digest itself.</summary>
        public bool IsKnown { get; init; }

        /// <summary>Whether the name is written with escapes.</summary>
        public bool IsEscaped { get; init; }

        /// <summary>Whether repository and tag are keys of one mapping, as a chart's template takes a digest beside them.</summary>
        public bool IsWhole => Mapping.TryGet("repository", out _);
    }
}
