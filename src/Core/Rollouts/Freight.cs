using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Images;

namespace Basewatch.Core.Rollouts;

/// <summary>Images that travel together. What is promoted is the same freight, never what its tags name by then.</summary>
public sealed record Freight
{
    private Freight(IReadOnlyList<string> references) => References = references;

    /// <summary>Canonical references, <c>registry/repository:tag@digest</c>, in ordinal order; without a digest where none is known.</summary>
    public IReadOnlyList<string> References { get; }

    /// <summary>The first twelve hexadecimal digits of the SHA-256 of the references, one a line.</summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', References))))[..12];

    /// <summary>The images without registry's default parts, for people: <c>acme.azurecr.io/web:1.3</c>.</summary>
    public string Text => string.Join(", ", Parsed.Select(r => (r.Tag is null ? r : r with { Digest = null }).Familiar));

    /// <summary>The references.</summary>
    public IEnumerable<ImageReference> Parsed => References.Select(ImageReference.Parse);

    /// <summary>A freight of references; each once.</summary>
    public static Freight Of(IEnumerable<ImageReference> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new([.. references.Select(r => r.Canonical).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }

    /// <summary>A freight as it was kept.</summary>
    public static Freight Of(IReadOnlyList<string> references)
    {
        ArgumentNullException.ThrowIfNull(references);
        return new(references);
    }

    /// <summary>What it has of an image; null where it has none of it, or two.</summary>
    public ImageReference? Find(ImageName image) => Parsed.Where(r => r.Name == image).Take(2).ToList() is [var only] ? only : null;

    /// <inheritdoc/>
    public bool Equals(Freight? other) => other is not null && References.SequenceEqual(other.References, StringComparer.Ordinal);

    /// <inheritdoc/>
    public override int GetHashCode() => References.Aggregate(0, (hash, r) => HashCode.Combine(hash, r.GetHashCode(StringComparison.Ordinal)));

    /// <summary>The id.</summary>
    public override string ToString() => Id;
}
