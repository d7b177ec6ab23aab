using Basewatch.Core.Formats.Yaml;
using YamlDotNet.Core;

namespace Basewatch.Core.Formats.Helm;

/// <summary>
/// Kustomize's list of images: <c>name</c>, <c>newName</c>, <c>newTag</c>, <c>digest</c>
/// (<see href="https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/"/>). Flux has it too.
/// </summary>
internal static class KustomizeImages
{
    /// <summary>Adds the images of such a list.</summary>
    public static void Read(SourceFile file, UseList uses, YamlNode? list)
    {
        if (list is not YamlSequence images)
        {
            return;
        }

        var hasDigests = images.Items.Any(i => i.Target is YamlMapping image && image.Scalar("digest") is not null);
        foreach (var image in images.Mappings)
        {
            Read(file, uses, image, hasDigests);
        }
    }

    /// <summary>Adds one image.</summary>
    public static void Read(SourceFile file, UseList uses, YamlMapping image, bool hasDigests)
    {
        var newName = Text(YamlEntry.Find(image, "newName"));
        var name = newName ?? Text(YamlEntry.Find(image, "name"));
        var tag = YamlEntry.Find(image, "newTag");
        var digest = YamlEntry.Find(image, "digest");
        if (name is null || (newName is null && Text(tag) is null && Text(digest) is null))
        {
            return;
        }

        // A name that is not new is what the manifests have: it only says which images are meant.
        var nameText = newName is not null ? newName.Text : WrittenText.Unplaced(name.Value.Trim());
        var parts = new ReferenceParts(null, nameText, TagText(Text(tag)), Text(digest) is { } known ? known.Text : null);
        var whole = parts.Join();
        var skip = whole.Value.Contains('$', StringComparison.Ordinal) ? Reasons.Variable
            : Images.ImageReference.TryParse(whole.Value, out _, out var error) ? null
            : $"no image reference: {error}";
        var hasVersion = Text(tag) is not null || Text(digest) is not null || Images.ReferenceLayout.Of(nameText.Value) is { Tag: not null } or { Digest: not null };
        uses.Add(whole, name.ValueStart, skip: skip, locked: hasVersion ? null : "its tag is in the manifests", pinnable: hasVersion, digestPlace: PlaceFor(), here: true);

        DigestPlace? PlaceFor() =>
            Text(digest) is not null ? null
            : digest is { IsOwn: true, Written: YamlScalar empty } ? DigestKey.Fill(file, empty)
            : tag is { IsOwn: true, Written: YamlScalar value } own && (hasDigests || !value.Value.Contains('@', StringComparison.Ordinal)) ? DigestKey.After(file, own.Key, value, "digest")
            : null;
    }

    private static YamlScalar? Text(YamlEntry? entry) => entry?.Value is YamlScalar { IsEmpty: false } scalar ? scalar : null;

    /// <summary>Kustomize takes no number for a tag: what would be one is written in quotes.</summary>
    private static WrittenText? TagText(YamlScalar? tag) =>
        tag is null ? null
        : tag is { Style: ScalarStyle.Plain, Written: { } written } && written.SpanOf(..) is { Path: null } span && YamlText.Quote(tag.Value) == tag.Value
            ? WrittenText.At(tag.Value, span.Start, encode: v => YamlText.Quote(v) is var quoted && quoted == v && v.All(c => char.IsAsciiDigit(c) || c == '.') && v.AsSpan().Count('.') < 2 ? $"\"{v}\"" : quoted)
        : tag.Text;
}
