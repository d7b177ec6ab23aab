namespace Basewatch.Core.Images;

/// <summary>
/// Where name, tag and digest stand in a reference as it is written, without their separators.
/// The one place that knows: the digest follows the first <c>@</c>, the tag the last colon after the last slash.
/// </summary>
/// <param name="Name">Registry and repository.</param>
/// <param name="Tag">The tag, without its colon; null where there is no colon.</param>
/// <param name="Digest">The digest, without its at sign; null where there is none.</param>
public readonly record struct ReferenceLayout(Range Name, Range? Tag, Range? Digest)
{
    /// <summary>Finds the parts; whether each is valid is for <see cref="ImageReference.TryParse(string?, out ImageReference?, out string?)"/> to say.</summary>
    public static ReferenceLayout Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        var end = at < 0 ? text.Length : at;
        var slash = text.AsSpan(0, end).LastIndexOf('/');
        var colon = text.AsSpan(slash + 1, end - slash - 1).IndexOf(':');
        var nameEnd = colon < 0 ? end : slash + 1 + colon;
        return new ReferenceLayout(
            ..nameEnd,
            colon < 0 ? null : (nameEnd + 1)..end,
            at < 0 ? null : (at + 1)..);
    }
}
