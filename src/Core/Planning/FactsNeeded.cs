using Basewatch.Core.Images;

namespace Basewatch.Core.Planning;

/// <summary>What has to be asked of a registry before decisions about an image can be made.</summary>
public sealed class FactsNeeded
{
    /// <summary>Tags whose digests are needed.</summary>
    public ISet<string> Digests { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Tags whose dates are needed, with their digests.</summary>
    public IDictionary<string, Digest> Dates { get; } = new Dictionary<string, Digest>(StringComparer.Ordinal);

    /// <summary>Digests of which it has to be known what they hold for which platform.</summary>
    public ISet<Digest> Images { get; } = new HashSet<Digest>();

    /// <summary>Digests of which it has to be known whether they are signed; true for those that something waits for.</summary>
    public IDictionary<Digest, bool> Signatures { get; } = new Dictionary<Digest, bool>();

    /// <summary>Whether nothing is needed.</summary>
    public bool IsEmpty => Digests.Count + Dates.Count + Images.Count + Signatures.Count == 0;
}
