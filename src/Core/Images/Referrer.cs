namespace Basewatch.Core.Images;

/// <summary>What was attached to an image: a signature, an attestation, a notice of its end of life.</summary>
/// <param name="Digest">Digest of its manifest.</param>
/// <param name="ArtifactType">What it is; null where nobody says.</param>
/// <param name="MediaType">Media type of its manifest.</param>
/// <param name="Size">Size of its manifest, in bytes.</param>
/// <param name="Annotations">What its manifest is annotated with.</param>
public sealed record Referrer(Digest Digest, string? ArtifactType, string MediaType, long Size, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>
    /// The tag under which a registry without the referrers API keeps what was attached to a digest
    /// (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema"/>).
    /// </summary>
    public static string TagOf(Digest subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        const int Longest = 64;
        return $"{subject.Algorithm}-{subject.Hex[..Math.Min(subject.Hex.Length, Longest)]}";
    }
}
