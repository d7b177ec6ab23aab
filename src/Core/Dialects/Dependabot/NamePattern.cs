namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>How Dependabot finds the images that a rule is for.</summary>
internal static class NamePattern
{
    /// <summary><c>dependency-name</c>: <c>*</c> stands for anything, the case of letters does not matter (<c>wildcard_matcher.rb</c>).</summary>
    public static bool Matches(string pattern, string name) =>
        Matches(pattern, name, static (p, at, c) => (char.ToLowerInvariant(p[at]) == char.ToLowerInvariant(c), at + 1));

    /// <summary>
    /// <c>include</c> and <c>exclude</c> of a cooldown: Ruby's <c>File.fnmatch?</c> without flags, <c>* ? [a-z] [^a-z] \</c>, the case
    /// of letters matters, a slash is a character like others, a dot at the start has to be written.
    /// </summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="name">The name.</param>
    /// <param name="hidden">Whether a dot at the start is a character like others (<c>FNM_DOTMATCH</c>).</param>
    public static bool MatchesFile(string pattern, string name, bool hidden = false) =>
        (hidden || name is not ['.', ..] || pattern is ['.', ..] or ['\\', '.', ..]) && Matches(pattern, name, One);

    /// <summary>Linear but for the stars: after a mismatch only the last star takes one character more.</summary>
    private static bool Matches(string pattern, string name, Func<string, int, char, (bool IsMatch, int Next)> one)
    {
        var (at, i) = (0, 0);
        var (star, from) = (-1, 0);
        while (i < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*')
            {
                (star, from) = (++at, i);
                continue;
            }

            var (isMatch, next) = at < pattern.Length ? one(pattern, at, name[i]) : (false, at);
            if (isMatch)
            {
                (at, i) = (next, i + 1);
            }
            else if (star >= 0)
            {
                (at, i) = (star, ++from);
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(at).IndexOfAnyExcept('*') < 0;
    }

    private static (bool IsMatch, int Next) One(string pattern, int at, char c)
    {
        switch (pattern[at])
        {
            case '?':
                return (true, at + 1);
            case '[':
                return Set(pattern, at + 1, c);
            case '\\' when at + 1 < pattern.Length:
                at++;
                break;
        }

        return (pattern[at] == c, at + 1);
    }

    private static (bool IsMatch, int Next) Set(string pattern, int at, char c)
    {
        var negated = at < pattern.Length && pattern[at] is '!' or '^';
        at += negated ? 1 : 0;
        var found = false;
        while (at < pattern.Length && pattern[at] != ']')
        {
            at += pattern[at] == '\\' && at + 1 < pattern.Length ? 1 : 0;
            var (low, high) = (pattern[at], pattern[at]);
            at++;
            if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']')
            {
                at += pattern[at + 1] == '\\' && at + 2 < pattern.Length ? 2 : 1;
                high = pattern[at++];
            }

            found |= c >= low && c <= high;
        }

        // A set without its end matches nothing.
        return (at < pattern.Length && found != negated, at + 1);
    }
}
