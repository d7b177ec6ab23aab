namespace Basewatch.Core.Formats;

/// <summary>A reference whose parts are written in places of their own: <c>registry</c>, <c>repository</c>, <c>tag</c> and <c>digest</c> of Helm values.</summary>
/// <param name="Registry">The registry; null or empty where the name has it, or none.</param>
/// <param name="Name">Repository, or registry and repository. It may have a tag of its own where <paramref name="Tag"/> is null.</param>
/// <param name="Tag">The tag, perhaps with a digest after it; null or empty for none.</param>
/// <param name="Digest">The digest; null or empty for none.</param>
internal sealed record ReferenceParts(WrittenText? Registry, WrittenText Name, WrittenText? Tag, WrittenText? Digest)
{
    /// <summary>The whole reference; what joins the parts stands nowhere.</summary>
    public WrittenText Join()
    {
        var pieces = new List<WrittenText>();
        if (Registry is { Value.Length: > 0 })
        {
            pieces.Add(Registry.Slice(..Registry.Value.TrimEnd('/').Length));
            pieces.Add(WrittenText.Unplaced("/"));
        }

        pieces.Add(Registry is { Value.Length: > 0 } ? Name.Slice((Name.Value.Length - Name.Value.TrimStart('/').Length)..) : Name);
        if (Tag is { Value.Length: > 0 })
        {
            pieces.Add(WrittenText.Unplaced(Tag.Value.StartsWith("sha256:", StringComparison.Ordinal) ? "@" : Tag.Value.StartsWith('@') ? "" : ":"));
            pieces.Add(Tag);
        }

        if (Digest is { Value.Length: > 0 })
        {
            pieces.Add(WrittenText.Unplaced("@"));
            pieces.Add(Digest);
        }

        return WrittenText.Join(pieces);
    }
}
