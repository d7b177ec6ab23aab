using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Regular expressions and globs of a configuration. Renovate's engine is RE2
/// (<see href="https://github.com/google/re2/wiki/Syntax"/>): no lookaround, no backreference, time that grows with the text alone.
/// </summary>
internal static class Expressions
{
    private const int Longest = 2000;

    /// <summary>Reads an expression; <paramref name="error"/> says what is wrong with it.</summary>
    public static bool TryRead(string pattern, bool ignoreCase, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        error = null;
        if (pattern.Length > Longest)
        {
            error = $"the expression is longer than {Longest} characters";
            return false;
        }

        try
        {
            var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None);
            regex = new Regex(pattern.Replace("(?P<", "(?<", StringComparison.Ordinal), options, Regex.InfiniteMatchTimeout);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or OutOfMemoryException)
        {
            error = e is ArgumentException
                ? $"'{Excerpt.Of(pattern)}' is no regular expression: close its brackets and escape what is meant as it stands"
                : $"'{Excerpt.Of(pattern)}' is no expression that RE2 reads: it has neither lookaround nor backreferences, and bounds repetition";
            return false;
        }
    }

    /// <summary>Whether a text is written <c>/expression/</c>, <c>/expression/i</c> or with a <c>!</c> before it.</summary>
    public static bool IsRegex(string text) =>
        (text.StartsWith('/') || text.StartsWith("!/", StringComparison.Ordinal)) && (text.EndsWith('/') || text.EndsWith("/i", StringComparison.Ordinal));

    /// <summary>Reads <c>/expression/</c> as a predicate.</summary>
    public static bool TryReadRegex(string text, [NotNullWhen(true)] out Predicate<string>? matches, [NotNullWhen(false)] out string? error)
    {
        matches = null;
        var isNegative = text.StartsWith('!');
        var ignoreCase = text.EndsWith('i');
        var from = isNegative ? 2 : 1;
        var to = Math.Max(from, text.Length - (ignoreCase ? 2 : 1));
        if (TryRead(text[from..to], ignoreCase, out var regex, out error))
        {
            matches = isNegative ? t => !regex.IsMatch(t) : regex.IsMatch;
        }

        return matches is not null;
    }

    /// <summary>Reads <c>/expression/</c> or a glob, as minimatch has it without regard to case.</summary>
    public static bool TryReadPattern(string text, [NotNullWhen(true)] out Predicate<string>? matches, [NotNullWhen(false)] out string? error)
    {
        if (IsRegex(text))
        {
            return TryReadRegex(text, out matches, out error);
        }

        matches = null;
        var glob = text.TrimStart('!');
        var isNegative = (text.Length - glob.Length) % 2 == 1;
        if (glob.Contains("!(", StringComparison.Ordinal))
        {
            error = $"'{Excerpt.Of(text)}' is no pattern that is read: write !(…) as an expression, /…/";
            return false;
        }

        if (TryRead(Translate(glob), ignoreCase: true, out var regex, out error))
        {
            matches = isNegative ? t => !regex.IsMatch(t) : regex.IsMatch;
        }

        return matches is not null;
    }

    /// <summary>A glob as an expression.</summary>
    private static string Translate(string glob)
    {
        var text = new StringBuilder("^(?:");
        var braces = 0;
        var ends = new Stack<string>();
        for (var i = 0; i < glob.Length; i++)
        {
            var c = glob[i];
            if (c is '?' or '*' or '+' or '@' && i + 1 < glob.Length && glob[i + 1] == '(')
            {
                ends.Push(c == '@' ? ")" : ")" + c);
                text.Append("(?:");
                i++;
            }
            else if (c == ')' && ends.TryPop(out var end))
            {
                text.Append(end);
            }
            else if (c == '|' && ends.Count > 0)
            {
                text.Append('|');
            }
            else if (c == '{' && glob.IndexOf('}', i) > glob.IndexOf(',', i) && glob.IndexOf(',', i) >= 0)
            {
                braces++;
                text.Append("(?:");
            }
            else if (c == '}' && braces > 0)
            {
                braces--;
                text.Append(')');
            }
            else if (c == ',' && braces > 0)
            {
                text.Append('|');
            }
            else if (c == '[' && glob.IndexOf(']', i) is var close && close > i + 1)
            {
                var set = glob[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                text.Append('[').Append(set[0] == '!' ? "^" + set[1..] : set).Append(']');
                i = close;
            }
            else
            {
                text.Append(c switch { '*' => "[^/]*", '?' => "[^/]", _ => Regex.Escape(c.ToString()) });
            }
        }

        return text.Append(")$").ToString();
    }
}
