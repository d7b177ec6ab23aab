using Basewatch.Core.Images;

namespace Basewatch.Core.Rebuilds;

/// <summary>An image that a Dockerfile of a repository builds.</summary>
/// <param name="Name">The image.</param>
/// <param name="Repository">The repository, <c>owner/name</c>.</param>
/// <param name="Dockerfile">Its path there, with <c>#stage</c> after it where a stage is built that is not the last.</param>
public sealed record OwnImage(ImageName Name, string Repository, string Dockerfile)
{
    /// <summary>The tags that it is built as, as far as they are known before it is built.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What it is built from.</summary>
    public IReadOnlyList<ImageReference> Bases { get; init; } = [];

    /// <summary>The ways to have it built, the preferred one first.</summary>
    public IReadOnlyList<RebuildMethod> Methods { get; init; } = [];

    /// <summary>The files that it depends on, and the SHAs of their contents on the default branch.</summary>
    public IReadOnlyDictionary<string, string> Dependencies { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What tells it from others.</summary>
    public string Key => $"{Name.Canonical} {Repository.ToLowerInvariant()}:{Dockerfile}";

    /// <summary>Whether a digest that its Dockerfile pins is moved by building it.</summary>
    public bool CommitsPins => Methods.Any(m => m.Kind == RebuildKind.Commit);

    /// <summary>Whether another digest of a base is to be built on: not where that is pinned, and moved by others.</summary>
    public bool Follows(ImageReference reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return reference.Digest is null || CommitsPins;
    }

    /// <summary>The way that is taken to build it now; null: there is none.</summary>
    /// <remarks>A build brings another base only where the Dockerfile follows a tag; where it pins a digest, that has to be moved, which is a commit.</remarks>
    public RebuildMethod? MethodFor(bool movesPin) => Methods.FirstOrDefault(m => (m.Kind == RebuildKind.Commit) == movesPin);

    /// <inheritdoc/>
    public bool Equals(OwnImage? other) => other is not null && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Key);
}
