namespace Basewatch.Core.Formats.Variables;

/// <summary>
/// What <c>${NAME%pattern}</c> and its like make of a value
/// (<see href="https://docs.docker.com/reference/dockerfile/#environment-replacement"/>).
/// </summary>
internal static class PatternSubstitution
{
    /// <summary>Longer values and patterns have nothing to do with versions.</summary>
    private const int Longest = 256;

    /// <summary>The new value; null where it is longer than anyone writes, or a pattern is to be replaced.</summary>
    /// <param name="value">The variable's value.</param>
    /// <param name="sign"><c>#</c> cuts off the beginning, <c>%</c> the end, <c>/</c> replaces.</param>
    /// <param name="doubled">The longest match, or all of them, instead of the shortest or the first.</param>
    /// <param name="pattern"><c>*</c> is any text, <c>?</c> one character.</param>
    /// <param name="other">What stands there instead.</param>
    public static string? Apply(string value, char sign, bool doubled, string pattern, string other)
    {
        if (value.Length > Longest || pattern.Length > Longest || other.Length > Longest)
        {
            return null;
        }

        if (sign == '#')
        {
            return value[PrefixOf(value, pattern, longest: doubled)..];
        }

        if (sign == '%')
        {
            return value[..^PrefixOf(Reverse(value), Reverse(pattern), longest: doubled)];
        }

        if (pattern.AsSpan().IndexOfAny('*', '?') >= 0)
        {
            return null;
        }

        var at = pattern.Length == 0 ? -1 : value.IndexOf(pattern, StringComparison.Ordinal);
        return at < 0 ? value
            : doubled ? value.Replace(pattern, other, StringComparison.Ordinal)
            : string.Concat(value.AsSpan(0, at), other, value.AsSpan(at + pattern.Length));
    }

    /// <summary>Length of the shortest or longest beginning that a pattern matches; 0 for none. All ways are gone at once, so that time is linear in both.</summary>
    private static int PrefixOf(string value, string pattern, bool longest)
    {
        var found = 0;
        var at = new bool[pattern.Length + 1];
        at[0] = true;
        Skip(at, pattern);
        for (var i = 0; i < value.Length; i++)
        {
            if (at[^1] && !longest)
            {
                break;
            }

            var next = new bool[at.Length];
            for (var p = 0; p < pattern.Length; p++)
            {
                if (at[p] && pattern[p] == '*')
                {
                    next[p] = true;
                }
                else if (at[p] && (pattern[p] == '?' || pattern[p] == value[i]))
                {
                    next[p + 1] = true;
                }
            }

            Skip(at = next, pattern);
            found = at[^1] ? i + 1 : found;
        }

        return found;
    }

    /// <summary>A star may be nothing.</summary>
    private static void Skip(bool[] at, string pattern)
    {
        for (var p = 0; p < pattern.Length; p++)
        {
            at[p + 1] |= at[p] && pattern[p] == '*';
        }
    }

    private static string Reverse(string text)
    {
        var characters = text.ToCharArray();
        Array.Reverse(characters);
        return new string(characters);
    }
}
