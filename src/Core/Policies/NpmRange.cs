using System.Diagnostics.CodeAnalysis;
using Basewatch.Core.Images;
using Semver;

namespace Basewatch.Core.Policies;

/// <summary>A range of versions as npm writes ranges: <see href="https://github.com/npm/node-semver#ranges"/>.</summary>
internal sealed class NpmRange
{
    private const int Longest = 500;

    private readonly SemVersionRange _range;

    private NpmRange(SemVersionRange range, string text) => (_range, Text) = (range, text);

    /// <summary>The range as it is written.</summary>
    public string Text { get; }

    /// <summary>Reads a range; <paramref name="error"/> says in one sentence what is wrong with it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="preReleases">Whether pre-releases count that the range does not name.</param>
    /// <param name="range">The range.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryParse(string text, bool preReleases, [NotNullWhen(true)] out NpmRange? range, [NotNullWhen(false)] out string? error)
    {
        range = text.Length <= Longest && SemVersionRange.TryParseNpm(text, preReleases, out var parsed, Longest) ? new NpmRange(parsed, text) : null;
        error = range is null ? $"'{Excerpt.Of(text)}' is no version range: write it as npm does, such as '>=3.12 <4', '~3.12' or '1.x'" : null;
        return range is not null;
    }

    /// <summary>Whether a tag's version is in the range. Builds have no part in ranges.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="anyLength">Whether versions of more than three numbers, and Java's <c>8u392</c>, count by their first three.</param>
    public bool Contains(TagVersion tag, bool anyLength = false) => Read(tag, anyLength) is { } version && _range.Contains(version);

    /// <summary>A tag as a semantic version; null where it is none.</summary>
    public static SemVersion? Read(TagVersion tag, bool anyLength = false)
    {
        if (tag.Scheme != TagScheme.Version || (!anyLength && (tag.Precision > 3 || tag.Form != default)))
        {
            return null;
        }

        Span<int> numbers = stackalloc int[3];
        for (var i = 0; i < Math.Min(3, tag.Precision); i++)
        {
            if (tag.Numbers[i] > int.MaxValue)
            {
                return null;
            }

            numbers[i] = (int)tag.Numbers[i];
        }

        if (!tag.IsPreRelease)
        {
            return new SemVersion(numbers[0], numbers[1], numbers[2]);
        }

        return SemVersion.TryParse($"{numbers[0]}.{numbers[1]}.{numbers[2]}-{tag.PreReleaseText}", SemVersionStyles.AllowLeadingZeros, out var version) ? version : null;
    }
}
