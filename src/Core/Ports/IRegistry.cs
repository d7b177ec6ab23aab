using Basewatch.Core.Images;

namespace Basewatch.Core.Ports;

/// <summary>
/// What container registries hold, asked by the OCI distribution protocol
/// (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md"/>).
/// Every call throws <see cref="RegistryException"/> when the registry does not give a whole answer.
/// </summary>
public interface IRegistry
{
    /// <summary>Every tag of a repository in the registry's order, never a part of them; null when there is no such repository.</summary>
    Task<IReadOnlyList<string>?> ListTagsAsync(ImageName image, CancellationToken cancellationToken);

    /// <summary>The digest that a reference's tag (or digest, where it has no tag) stands for now; null when it is gone.</summary>
    Task<Digest?> ResolveAsync(ImageReference reference, CancellationToken cancellationToken);

    /// <summary>The manifest or index of a reference, by its digest where it has one, else by its tag; null when it is gone. The body has been checked against its digest.</summary>
    Task<Manifest?> GetManifestAsync(ImageReference reference, CancellationToken cancellationToken);

    /// <summary>What an image says of itself, by the digest that its manifest names; null when it is gone. The body has been checked against its digest.</summary>
    Task<ImageConfiguration?> GetConfigurationAsync(ImageName image, Digest digest, CancellationToken cancellationToken);

    /// <summary>A blob that is no layer, such as an attestation; null when it is gone. The body has been checked against its digest.</summary>
    /// <param name="image">Whose.</param>
    /// <param name="digest">Which.</param>
    /// <param name="most">Bytes: a larger one is no answer.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<byte[]?> GetBlobAsync(ImageName image, Digest digest, int most, CancellationToken cancellationToken);

    /// <summary>
    /// When a tag was pushed as the digest beside it, as the registry itself says; null where it keeps no such date, gives it to
    /// nobody without an account, or does not answer: what the image says of itself has to do then.
    /// </summary>
    Task<TagDate?> GetPushDateAsync(ImageReference tag, CancellationToken cancellationToken);

    /// <summary>
    /// Everything that was attached to a digest, by the referrers API or where there is none by the referrers tag
    /// (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers"/>).
    /// </summary>
    /// <param name="image">Where.</param>
    /// <param name="subject">To what.</param>
    /// <param name="artifactType">Of this type alone; null: of any.</param>
    /// <param name="tags">The image's tags, if they are known: the referrers tag is asked for only where it is among them.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task<IReadOnlyList<Referrer>> GetReferrersAsync(
        ImageName image, Digest subject, string? artifactType, IReadOnlyCollection<string>? tags, CancellationToken cancellationToken);

    /// <summary>What an image is a mirror of, by the settings; null where it is none. Nothing is asked for it.</summary>
    ImageMirror? MirrorOf(ImageName image) => null;
}

/// <summary>Why a registry gave no answer.</summary>
public enum RegistryFailure
{
    /// <summary>No connection, no name, TLS, or no answer in time.</summary>
    Unreachable,

    /// <summary>401 or 403: no credentials, wrong ones, or no right to read this repository.</summary>
    Denied,

    /// <summary>429: asked too often.</summary>
    RateLimited,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>An answer that is not what the protocol says: HTML, half a list, another digest, too large.</summary>
    Malformed,
}

/// <summary>A registry did not answer, or not as it must. Nothing may be decided from it.</summary>
public sealed class RegistryException : IOException
{
    /// <summary>Creates the exception.</summary>
    public RegistryException(string host, RegistryFailure failure, string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => (Host, Failure, RetryAfter) = (host, failure, retryAfter);

    /// <summary>The registry, with its port.</summary>
    public string Host { get; }

    /// <summary>What kind of failure.</summary>
    public RegistryFailure Failure { get; }

    /// <summary>How long the registry asks to wait, if it said.</summary>
    public TimeSpan? RetryAfter { get; }
}
