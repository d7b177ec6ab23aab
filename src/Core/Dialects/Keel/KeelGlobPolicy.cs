using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>
/// Keel's <c>glob:</c> (internal/policy/glob.go): of the tags that match, the last in the order of characters, where it comes
/// behind the current one. Only <c>*</c> stands for anything (github.com/ryanuber/go-glob).
/// </summary>
internal sealed class KeelGlobPolicy : IPolicy
{
    private readonly string _pattern;
    private readonly string[] _parts;

    /// <summary>Creates the policy of a pattern, without its prefix.</summary>
    public KeelGlobPolicy(string pattern) => (_pattern, _parts) = (pattern, pattern.Split('*'));

    /// <inheritdoc/>
    public string Name => "keel";

    /// <inheritdoc/>
    public Verdict Decide(TagQuestion question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var current = question.Current ?? KeelStep.DefaultTag;
        string? best = null;
        foreach (var tag in question.Candidates)
        {
            if (IsMatch(tag) && (best is null || string.CompareOrdinal(tag, best) > 0))
            {
                best = tag;
            }
        }

        var pattern = Excerpt.Of(_pattern);
        return best is null ? Verdict.Stay($"no tag matches {pattern}")
            : string.CompareOrdinal(best, current) <= 0 ? Verdict.Stay($"no tag that matches {pattern} comes behind {Excerpt.Of(current)}")
            : new Verdict(best, KeelStep.Between(current, best), $"last in the order of characters of those that match {pattern}");
    }

    private bool IsMatch(ReadOnlySpan<char> tag)
    {
        if (_parts.Length == 1)
        {
            return tag.SequenceEqual(_pattern);
        }

        if (!tag.StartsWith(_parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        tag = tag[_parts[0].Length..];
        foreach (var part in _parts.AsSpan(1, _parts.Length - 2))
        {
            var at = tag.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            tag = tag[(at + part.Length)..];
        }

        return tag.EndsWith(_parts[^1], StringComparison.Ordinal);
    }
}
