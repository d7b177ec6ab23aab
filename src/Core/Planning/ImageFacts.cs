using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>
/// What a registry said of one image. A question that got no whole answer has a problem instead, and decides nothing.
/// </summary>
/// <param name="Image">Which image.</param>
public sealed record ImageFacts(ImageName Image)
{
    /// <summary>Every tag; null when the registry has no such repository, or when <see cref="Problem"/> says why it is not known.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>Why the tags are not known, for people, with the host.</summary>
    public string? Problem { get; init; }

    /// <summary>Digest of each tag that was asked for; null for a tag that is gone.</summary>
    public IReadOnlyDictionary<string, Digest?> Digests { get; init; } = new Dictionary<string, Digest?>(StringComparer.Ordinal);

    /// <summary>Why the digest of a tag is not known.</summary>
    public IReadOnlyDictionary<string, string> DigestProblems { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Every problem, each once.</summary>
    public IEnumerable<string> Problems => DigestProblems.Values.Prepend(Problem).OfType<string>().Distinct(StringComparer.Ordinal);
}
