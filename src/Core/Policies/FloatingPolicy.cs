using Basewatch.Core.Images;

namespace Basewatch.Core.Policies;

/// <summary>
/// A less precise name of the very image that the current tag names, which moves by itself: <c>3.12.4-slim</c> to
/// <c>3.12-slim</c>. It needs the digests of tags.
/// </summary>
/// <param name="precision">How far the tag may move by itself: <see cref="UpdateKind.Patch"/> keeps two numbers, <see cref="UpdateKind.Minor"/> one.</param>
public sealed class FloatingPolicy(UpdateKind precision = UpdateKind.Patch) : IPolicy
{
    private readonly int _numbers = precision switch
    {
        UpdateKind.Patch => 2,
        UpdateKind.Minor => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "a tag moves by itself by patches or by minor versions"),
    };

    /// <inheritdoc/>
    public string Name => "floating";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        if (question.Current is not { } current || question.Facts.DigestOf(current).Value is not { } digest)
        {
            return Verdict.Stay($"the digest of {question.Current ?? "the current tag"} is not known");
        }

        var from = TagVersion.Of(current);
        if (from.Scheme != TagScheme.Version || from.Precision <= _numbers)
        {
            return Verdict.Stay($"{current} pins no more than that");
        }

        string? best = null;
        for (var i = 0; i < question.Candidates.Count; i++)
        {
            var tag = question.Candidates[i];
            if (question.VersionAt(i) is var candidate && candidate.Precision == _numbers && candidate.BuildWord is null && !candidate.IsPreRelease
                && candidate.Prefix == from.Prefix && candidate.Suffix == from.Suffix && TagPrecision.Refines(from, candidate)
                && (best is null || string.CompareOrdinal(tag, best) > 0)
                && question.Facts.DigestOf(tag).Value == digest)
            {
                best = tag;
            }
        }

        return best is null
            ? Verdict.Stay($"no tag of the same image moves from {current} by itself")
            : new Verdict(best, UpdateKind.Patch, $"the image that {current} is, with a tag that moves by itself");
    }
}
