using System.Collections.Frozen;
using Basewatch.Core.Expressions;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>The tags that <c>allow-tags</c> and <c>ignore-tags</c> leave, together.</summary>
internal sealed class TagFilter
{
    private readonly GoExpression? _allowed;
    private readonly FrozenSet<string> _ignoredNames;
    private readonly TagPattern[] _ignoredPatterns;

    /// <summary>Creates a filter.</summary>
    /// <param name="allowed">What a tag has to match; null: anything.</param>
    /// <param name="ignored">What it may not match.</param>
    public TagFilter(GoExpression? allowed, IReadOnlyList<TagPattern> ignored)
    {
        _allowed = allowed;
        _ignoredNames = ignored.Select(p => p.Literal).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
        _ignoredPatterns = [.. ignored.Where(p => p.Literal is null)];
    }

    /// <summary>Whether it leaves anything out.</summary>
    public bool IsEmpty => _allowed is null && _ignoredNames.Count == 0 && _ignoredPatterns.Length == 0;

    /// <summary>Whether it leaves a tag.</summary>
    public bool Leaves(string tag)
    {
        if (_ignoredNames.Contains(tag))
        {
            return false;
        }

        foreach (var pattern in _ignoredPatterns)
        {
            if (pattern.Matches(tag))
            {
                return false;
            }
        }

        return _allowed is null || _allowed.IsMatch(tag);
    }
}
