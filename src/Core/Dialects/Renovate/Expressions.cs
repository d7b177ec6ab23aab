using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Basewatch.Core.Expressions;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Patterns of a configuration: <c>/expressions/</c> and globs. Renovate's engine is RE2
/// (<see href="https://github.com/google/re2/wiki/Syntax"/>).
/// </summary>
internal static class Expressions
{
    private const int LongestGlob = 2000;

    private const int LongestTranslated = 20_000;

    private const int MostAlternatives = 64;

    private static readonly SearchValues<char> Magic = SearchValues.Create("*?[]{}()+@!|\\");

    /// <summary>Whether a text is written <c>/expression/</c>, <c>/expression/i</c> or with a <c>!</c> before it.</summary>
    public static bool IsRegex(string text) =>
        (text.StartsWith('/') || text.StartsWith("!/", StringComparison.Ordinal)) && (text.EndsWith('/') || text.EndsWith("/i", StringComparison.Ordinal));

    /// <summary>What stands between the slashes of an expression.</summary>
    public static string Between(string text)
    {
        var from = text.StartsWith('!') ? 2 : 1;
        return text[from..Math.Max(from, text.Length - (text.EndsWith('i') ? 2 : 1))];
    }

    /// <summary>Whether an automaton has to be made for a pattern, which takes memory.</summary>
    public static bool IsCostly(string text) =>
        IsRegex(text) || (text.Length <= LongestGlob && Alternatives(text.TrimStart('!'))?.TrueForAll(PathGlob.Is) == false);

    /// <summary>Reads <c>/expression/</c> as a predicate.</summary>
    public static bool TryReadRegex(string text, [NotNullWhen(true)] out Predicate<string>? matches, [NotNullWhen(false)] out string? error)
    {
        matches = null;
        var isNegative = text.StartsWith('!');
        var written = Between(text);
        if (GoExpression.TryParse(written, out var expression, out var wrong, ignoreCase: text.EndsWith('i')))
        {
            matches = t => expression.IsMatch(t) != isNegative;
        }

        error = wrong?.About(written);

        return matches is not null;
    }

    /// <summary>Reads <c>/expression/</c> or a glob, as minimatch has it without regard to case.</summary>
    public static bool TryReadPattern(string text, [NotNullWhen(true)] out Predicate<string>? matches, [NotNullWhen(false)] out string? error) =>
        IsRegex(text) ? TryReadRegex(text, out matches, out error) : TryReadGlob(text, ignoreCase: true, out matches, out error);

    /// <summary>Reads a glob as minimatch has it, where names that begin with a dot are like others.</summary>
    public static bool TryReadGlob(string text, bool ignoreCase, [NotNullWhen(true)] out Predicate<string>? matches, [NotNullWhen(false)] out string? error)
    {
        matches = null;
        var glob = text.TrimStart('!');
        var isNegative = (text.Length - glob.Length) % 2 == 1;
        if (glob.Contains("!(", StringComparison.Ordinal))
        {
            error = $"'{Excerpt.Of(text)}' is no pattern that is read: write !(…) as an expression, /…/";
            return false;
        }

        if (glob.Length > LongestGlob || Alternatives(glob) is not { } alternatives)
        {
            error = $"'{Excerpt.Of(text)}' is no pattern that is read: it is longer than {LongestGlob} characters, or has more than {MostAlternatives} alternatives";
            return false;
        }

        if (glob == "*" && ignoreCase)
        {
            // Renovate takes a lone star for everything, slashes included.
            (matches, error) = (isNegative ? _ => false : _ => true, null);
            return true;
        }

        if (!glob.AsSpan().ContainsAny(Magic))
        {
            var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            (matches, error) = (t => t.Equals(glob, comparison) != isNegative, null);
            return true;
        }

        if (alternatives.TrueForAll(PathGlob.Is))
        {
            var globs = alternatives.ConvertAll(a => new PathGlob(a, ignoreCase));
            (matches, error) = (t => globs.Exists(g => g.Matches(t)) != isNegative, null);
            return true;
        }

        var expressions = new List<GoExpression>();
        foreach (var pattern in Joined(alternatives.ConvertAll(Translate)))
        {
            if (!GoExpression.TryParse(pattern, out var expression, out var wrong, ignoreCase))
            {
                error = $"'{Excerpt.Of(text)}' is no pattern that is read: {wrong.Message}";
                return false;
            }

            expressions.Add(expression);
        }

        error = expressions.Count > 0 ? null : $"'{Excerpt.Of(text)}' is no pattern that is read: its alternatives are too long, write several patterns";
        matches = expressions.Count > 0 ? t => expressions.Exists(e => e.IsMatch(t)) != isNegative : null;
        return matches is not null;
    }

    /// <summary>Expressions one of which matches where one of the alternatives matches the whole; none where they are too long.</summary>
    private static List<string> Joined(List<string> alternatives)
    {
        const string Start = "^(?:";
        const string End = ")$";
        var joined = new List<string>();
        if (alternatives.Sum(a => a.Length) > LongestTranslated)
        {
            return joined;
        }

        var text = new StringBuilder(Start);
        foreach (var alternative in alternatives)
        {
            if (text.Length > Start.Length && text.Length + 1 + alternative.Length + End.Length > GoExpression.LongestText)
            {
                joined.Add(text.Append(End).ToString());
                text.Clear().Append(Start);
            }

            text.Append(text.Length > Start.Length ? "|" : "").Append(alternative);
        }

        joined.Add(text.Append(End).ToString());
        return joined;
    }

    /// <summary>The globs that a glob with braces stands for; null where they are more than anyone writes.</summary>
    private static List<string>? Alternatives(string glob)
    {
        var done = new List<string>();
        var open = new Stack<string>([glob]);
        while (open.TryPop(out var next))
        {
            if (done.Count + open.Count >= MostAlternatives)
            {
                return null;
            }

            if (Brace(next) is not var (start, end, parts))
            {
                done.Add(next);
                continue;
            }

            for (var i = parts.Count - 1; i >= 0; i--)
            {
                open.Push(string.Concat(next.AsSpan(0, start), parts[i], next.AsSpan(end + 1)));
            }
        }

        return done;
    }

    /// <summary>The first brace with a comma of its own in it, and what is between its commas.</summary>
    private static (int Start, int End, List<string> Parts)? Brace(string glob)
    {
        for (var start = glob.IndexOf('{', StringComparison.Ordinal); start >= 0; start = glob.IndexOf('{', start + 1))
        {
            var (depth, from, parts) = (0, start + 1, new List<string>());
            for (var i = start; i < glob.Length; i++)
            {
                depth += glob[i] switch { '{' => 1, '}' => -1, _ => 0 };
                if ((glob[i] == ',' && depth == 1) || (glob[i] == '}' && depth == 0))
                {
                    parts.Add(glob[from..i]);
                    from = i + 1;
                }

                if (depth == 0)
                {
                    if (parts.Count > 1)
                    {
                        return (start, i, parts);
                    }

                    break;
                }
            }
        }

        return null;
    }

    /// <summary>A glob without braces as an expression.</summary>
    private static string Translate(string glob)
    {
        var text = new StringBuilder();
        var names = glob.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            var isLast = i == names.Length - 1;
            if (names[i] == "**")
            {
                text.Append(isLast ? ".*" : "(?:.*/)?");
            }
            else
            {
                TranslateName(names[i], text);
                text.Append(isLast ? "" : "/");
            }
        }

        return text.ToString();
    }

    private static void TranslateName(string name, StringBuilder text)
    {
        if (name == "*")
        {
            text.Append("[^/]+");
            return;
        }

        var ends = new Stack<string>();
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (c is '?' or '*' or '+' or '@' && i + 1 < name.Length && name[i + 1] == '(' && name.IndexOf(')', i) > 0)
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
            else if (c == '[' && name.IndexOf(']', i) is var close && close > i + 1)
            {
                var set = name[(i + 1)..close].Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                text.Append('[').Append(set[0] == '!' ? "^" + set[1..] : set).Append(']');
                i = close;
            }
            else if (c == '\\' && i + 1 < name.Length)
            {
                text.Append(Regex.Escape(name[++i].ToString()));
            }
            else if (c != '*' || i + 1 == name.Length || name[i + 1] != '*')
            {
                text.Append(c switch { '*' => "[^/]*", '?' => "[^/]", _ => Regex.Escape(c.ToString()) });
            }
        }

        while (ends.TryPop(out var missing))
        {
            text.Append(missing);
        }
    }
}
