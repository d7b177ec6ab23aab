using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Basewatch.Core.Policies.Expressions;

/// <summary>
/// Reads one group of many tags. For groups the engine without backtracking takes more than ten times as long as the one with
/// it, and both find the same: the latter reads them, for a while. An expression that it stumbles over is left to the former.
/// </summary>
public sealed class GroupReader
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestReading = TimeSpan.FromMilliseconds(100);

    private readonly Regex _bounded;
    private readonly Regex _quick;
    private readonly int _group;

    /// <summary>Creates a reader of a group by its number, the whole match being 0.</summary>
    public GroupReader(GoExpression expression, int group)
    {
        ArgumentNullException.ThrowIfNull(expression);
        _bounded = expression.Regex;
        _quick = new Regex(expression.Regex.ToString(), RegexOptions.CultureInvariant, LongestMatch);
        _group = group;
    }

    /// <summary>Reads the tags that match, in their order, with what the group holds: empty where it has no part in the match.</summary>
    public IEnumerable<(string Tag, ReadOnlyMemory<char> Value)> Read(IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        var started = Stopwatch.GetTimestamp();
        var isBounded = false;
        foreach (var tag in tags)
        {
            isBounded = isBounded || Stopwatch.GetElapsedTime(started) > LongestReading;
            var match = isBounded ? _bounded.Match(tag) : Quick(tag, out isBounded);
            if (match.Success)
            {
                var group = match.Groups[_group];
                yield return (tag, tag.AsMemory(group.Index, group.Length));
            }
        }
    }

    private Match Quick(string tag, out bool isBounded)
    {
        isBounded = false;
        try
        {
            return _quick.Match(tag);
        }
        catch (RegexMatchTimeoutException)
        {
            isBounded = true;
            return _bounded.Match(tag);
        }
    }
}
