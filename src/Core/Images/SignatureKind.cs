using System.Buffers;

namespace Basewatch.Core.Images;

/// <summary>
/// How an image is signed. That there is a signature is all that is looked at: nobody verifies it here, and whoever may push to
/// the repository can attach one.
/// </summary>
public enum SignatureKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By Notation (<see href="https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md"/>).</summary>
    Notation,

    /// <summary>By cosign: under a tag (<see href="https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md"/>), or attached.</summary>
    Cosign,
}

/// <summary>Tells signatures from what else there is beside an image.</summary>
public static class SignatureKinds
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    private const string NotationType = "application/vnd.cncf.notary.signature";

    private const string CosignType = "application/vnd.dev.cosign.artifact.sig.v1+json";

    private const string BundleType = "application/vnd.dev.sigstore.bundle.";

    /// <summary>What a bundle says. cosign writes no annotations where a registry has no referrers API.</summary>
    private const string PredicateAnnotation = "dev.sigstore.bundle.predicateType";

    private const string SignaturePredicate = "https://sigstore.dev/cosign/sign/v1";

    /// <summary>The tag under which cosign keeps the signatures of a digest.</summary>
    public static string CosignTagOf(Digest subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return $"{subject.Algorithm}-{subject.Hex}.sig";
    }

    /// <summary>Whether a tag holds what belongs to an image and is none: its signatures, attestations or referrers.</summary>
    public static bool IsBeside(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        const string Algorithm = "sha256-";
        const int End = 7 + 64;
        return tag.StartsWith(Algorithm, StringComparison.Ordinal) && tag.Length >= End
            && (tag.Length == End || tag[End] == '.') && tag.AsSpan(Algorithm.Length, 64).IndexOfAnyExcept(HexDigits) < 0;
    }

    /// <summary>What sort of signature was attached; <see cref="SignatureKind.None"/> where it is none. A statement about how an image was built is none.</summary>
    public static SignatureKind Of(Referrer referrer)
    {
        ArgumentNullException.ThrowIfNull(referrer);
        return referrer.ArtifactType switch
        {
            NotationType => SignatureKind.Notation,
            CosignType => SignatureKind.Cosign,
            { } type when type.StartsWith(BundleType, StringComparison.Ordinal)
                && (!referrer.Annotations.TryGetValue(PredicateAnnotation, out var predicate) || predicate == SignaturePredicate) => SignatureKind.Cosign,
            _ => SignatureKind.None,
        };
    }

    /// <summary>The signature among what was attached.</summary>
    public static SignatureKind Of(IEnumerable<Referrer> referrers) => referrers.Select(Of).FirstOrDefault(k => k != SignatureKind.None);
}
