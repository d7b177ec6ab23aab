using Basewatch.Core.Formats.Starlark;

namespace Basewatch.Core.Formats;

/// <summary>
/// Bazel's rules that pull images: <c>oci_pull</c> and <c>oci.pull</c> of rules_oci, <c>container_pull</c> of rules_docker,
/// <c>pull</c> of rules_img.
/// </summary>
public sealed class BazelFormat : IFormat
{
    /// <inheritdoc/>
    public string Name => "bazel";

    /// <inheritdoc/>
    public string Finds => "`oci_pull`, `oci.pull` (rules_oci), `container_pull` (rules_docker), `pull` (rules_img)";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["{WORKSPACE,WORKSPACE.bazel,WORKSPACE.bzlmod,MODULE.bazel}", "*.{bzl,MODULE.bazel}"];

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) => bytes.IndexOf("pull"u8) >= 0 && (bytes.IndexOf("image"u8) >= 0 || bytes.IndexOf("repository"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var uses = new UseList(file, Name);
        var hasImg = file.Text.Contains("rules_img//img:pull.bzl", StringComparison.Ordinal);
        var source = StarlarkSource.Read(file);
        foreach (var call in source.Calls)
        {
            var name = call.Name.TrimStart('_');
            if (name is "oci_pull" or "container_pull" || (name.EndsWith(".pull", StringComparison.Ordinal) && name.Contains("oci", StringComparison.Ordinal)) || (hasImg && source.IsImgPull(name)))
            {
                Add(file, uses, call);
            }
        }

        return uses.ToReading();
    }

    private static void Add(SourceFile file, UseList uses, StarlarkCall call)
    {
        var image = call.Text("image");
        var registry = image is null ? call.Text("registry") : null;
        if ((image ?? call.Text("repository")) is not { Value.Length: > 0 } name || (image is null && call.Has("registry") && registry is null))
        {
            // A macro that hands on what it is given.
            return;
        }

        var (tag, digest) = (call.Text("tag"), call.Text("digest"));
        var skip = (call.Has("tag") && tag is null) || (call.Has("digest") && digest is null && !call.IsNone("digest")) ? "a part of it is no text but put together" : null;
        var scheme = name.Value.IndexOf("://", StringComparison.Ordinal);
        name = scheme < 0 ? name : name.Slice((scheme + 3)..);
        var written = new ReferenceParts(registry, name, tag, digest).Join();
        uses.Add(written, call.Start, skip: skip, digestPlace: digest is { Value.Length: > 0 } ? null : PlaceOf(file, call, digest));
    }

    /// <summary>A digest has a key of its own: the empty one that is there, or one after the tag or the name.</summary>
    private static DigestPlace? PlaceOf(SourceFile file, StarlarkCall call, WrittenText? empty)
    {
        if (empty is not null)
        {
            return call.SpanOf("digest") is { } there ? new DigestPlace(there) : null;
        }

        var key = call.SpanOf("tag") is not null ? "tag" : call.SpanOf("image") is not null ? "image" : "repository";
        if (call.SpanOf(key) is not { } span || span.End >= file.Text.Length)
        {
            return null;
        }

        var quote = file.Text[span.End];
        var keyStart = call.KeyOf(key);
        var line = keyStart == 0 ? 0 : file.Text.AsSpan(0, keyStart).LastIndexOf('\n') + 1;
        var indent = file.Text[line..keyStart];
        var own = indent.AsSpan().IndexOfAnyExcept(' ', '\t') < 0 && line > 0;
        var lineBreak = line > 1 && file.Text[line - 2] == '\r' ? "\r\n" : "\n";
        return new DigestPlace(new TextSpan(span.End + 1, 0), $",{(own ? lineBreak + indent : " ")}digest = {quote}", quote.ToString());
    }
}
