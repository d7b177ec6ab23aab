namespace Basewatch.Core.Images;

/// <summary>Patterns of names: <c>*</c> stands for any characters, <c>?</c> for one.</summary>
public static class Wildcard
{
    /// <summary>
    /// Whether a pattern matches the whole of a text, in time that grows with the product of both at the most: after a mismatch
    /// only the last star takes one character more.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        var (at, inText, star, resume) = (0, 0, -1, 0);
        while (inText < text.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, resume) = (at++, inText);
            }
            else if (at < pattern.Length && (pattern[at] == '?' || pattern[at] == text[inText]
                || (ignoreCase && char.ToLowerInvariant(pattern[at]) == char.ToLowerInvariant(text[inText]))))
            {
                at++;
                inText++;
            }
            else if (star >= 0)
            {
                (at, inText) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[at..].IndexOfAnyExcept('*') < 0;
    }
}
