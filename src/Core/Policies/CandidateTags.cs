using System.Collections;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>Tags of one image, each read no more than once, however many questions are asked about them.</summary>
/// <param name="names">The tags.</param>
public sealed class CandidateTags(IReadOnlyList<string> names) : IReadOnlyList<string>
{
    private readonly TagVersion?[] _versions = new TagVersion?[names.Count];

    /// <inheritdoc/>
    public int Count => names.Count;

    /// <inheritdoc/>
    public string this[int index] => names[index];

    /// <summary>What a tag says.</summary>
    /// <param name="index">Its place.</param>
    public TagVersion VersionAt(int index) => _versions[index] ??= TagVersion.Of(names[index]);

    /// <inheritdoc/>
    public IEnumerator<string> GetEnumerator() => names.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
