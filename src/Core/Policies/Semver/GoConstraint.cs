using System.Diagnostics.CodeAnalysis;
using System.Text;
using Basewatch.Core.Images;

namespace Basewatch.Core.Policies.Semver;

/// <summary>
/// A range of versions as Go's <see href="https://github.com/Masterminds/semver">Masterminds/semver</see> v3 reads it:
/// <c>&gt;=1.2 &lt;2</c>, <c>~1.2</c>, <c>^1</c>, <c>1.x || 3.x</c>, <c>1.2 - 2</c>. A pre-release is in it only where one of the
/// comparisons between two <c>||</c> names a pre-release (<c>&gt;=1.0-0</c>).
/// </summary>
public sealed class GoConstraint
{
    /// <summary>Longer texts are refused, which the original doesn't do.</summary>
    public const int LongestText = 1000;

    private readonly string _text;
    private readonly Group[] _groups;

    private GoConstraint(string text, Group[] groups) => (_text, _groups) = (text, groups);

    /// <summary>Reads a range as <c>NewConstraint</c> does; <paramref name="error"/> says in one sentence why it is none. The empty text is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GoConstraint? constraint, [NotNullWhen(false)] out string? error)
    {
        constraint = null;
        error = null;
        text ??= "";
        if (text.Length > LongestText)
        {
            error = $"a version range may have {LongestText} characters, this one has {text.Length}";
            return false;
        }

        var parts = RewriteHyphens(text).Split("||");
        var groups = new Group[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (ReadGroup(parts[i]) is not { } group)
            {
                const string Examples = "write it as '>=1.2 <2', '~1.2', '^1', '1.x' or '1.2 - 2'";
                var of = parts.Length == 1 ? "" : $" in '{Excerpt.Of(text)}'";
                error = string.IsNullOrWhiteSpace(parts[i])
                    ? $"there is an empty version range{of}: {Examples}"
                    : $"'{Excerpt.Of(parts[i].Trim())}'{of} is no version range: {Examples}";
                return false;
            }

            groups[i] = group;
        }

        constraint = new GoConstraint(text, groups);
        return true;
    }

    /// <summary>Whether a version is in the range, as <c>Check</c> says.</summary>
    public bool Contains(GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        foreach (var group in _groups)
        {
            if (group.Contains(version))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The range as it was written.</summary>
    public override string ToString() => _text;

    /// <summary>
    /// <c>1.2 - 2</c> becomes <c>&gt;= 1.2, &lt;= 2</c>, in the text and before it is split: the original lets a version have
    /// bars in it, so that <c>1||2 - 3</c> becomes <c>&gt;= 1||2, &lt;= 3</c>; and it takes the spaces before, so that
    /// <c>1 2 - 3</c> becomes <c>1&gt;= 2, &lt;= 3</c>, which is none.
    /// </summary>
    private static string RewriteHyphens(string text)
    {
        var rewritten = new StringBuilder();
        var done = 0;
        var at = 0;
        while (at < text.Length)
        {
            var low = SkipSpace(text, at);
            var lowEnd = Pattern.EndAt(text, low);
            var dash = SkipSpace(text, lowEnd);
            var high = dash < text.Length && text[dash] == '-' ? SkipSpace(text, dash + 1) : dash;
            var highEnd = Pattern.EndAt(text, high);
            if (lowEnd > low && dash > lowEnd && high > dash + 1 && highEnd > high)
            {
                rewritten.Append(text, done, at - done).Append(">= ").Append(text, low, lowEnd - low).Append(", <= ").Append(text, high, highEnd - high).Append(' ');
                at = done = SkipSpace(text, highEnd);
            }
            else
            {
                // No match begins in these spaces either.
                at = low + 1;
            }
        }

        return done == 0 ? text : rewritten.Append(text, done, text.Length - done).ToString();
    }

    /// <summary>Comparisons with spaces or a comma between them; null where anything else is there.</summary>
    private static Group? ReadGroup(string text)
    {
        var comparators = new List<GoComparator>();
        var at = SkipSpace(text, 0);
        while (true)
        {
            var op = ReadOperator(text, ref at);
            at = SkipSpace(text, at);
            var end = Pattern.EndAt(text, at);
            if (end == at || Pattern.Read(text[at..end]) is not { } pattern)
            {
                return null;
            }

            comparators.Add(new GoComparator(op, pattern.Version, pattern.Open));
            at = SkipSpace(text, end);
            if (at == text.Length)
            {
                return new Group([.. comparators], comparators.Exists(c => c.Version.PreRelease.Length > 0));
            }

            if (text[at] == ',')
            {
                at = SkipSpace(text, at + 1);
            }
            else if (at == end)
            {
                return null;
            }
        }
    }

    private static GoOperator ReadOperator(string text, ref int at)
    {
        var (op, length) = text.AsSpan(at) switch
        {
            ['!', '=', ..] => (GoOperator.NotEqual, 2),
            ['>', '=', ..] or ['=', '>', ..] => (GoOperator.GreaterOrEqual, 2),
            ['<', '=', ..] or ['=', '<', ..] => (GoOperator.LessOrEqual, 2),
            ['~', '>', ..] => (GoOperator.Tilde, 2),
            ['~', ..] => (GoOperator.Tilde, 1),
            ['^', ..] => (GoOperator.Caret, 1),
            ['>', ..] => (GoOperator.Greater, 1),
            ['<', ..] => (GoOperator.Less, 1),
            ['=', ..] => (GoOperator.Equal, 1),
            _ => (GoOperator.Equal, 0),
        };
        at += length;
        return op;
    }

    /// <summary>Go's <c>\s</c> is narrower than .NET's.</summary>
    private static int SkipSpace(string text, int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t' or '\n' or '\f' or '\r')
        {
            at++;
        }

        return at;
    }

    /// <summary>Comparisons that all have to pass.</summary>
    private sealed record Group(GoComparator[] Comparators, bool IncludesPreReleases)
    {
        public bool Contains(GoVersion version)
        {
            if (version.PreRelease.Length > 0 && !IncludesPreReleases)
            {
                return false;
            }

            foreach (var comparator in Comparators)
            {
                if (!comparator.Contains(version))
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>A version that may leave numbers open.</summary>
    private sealed record Pattern(GoVersion Version, GoOpen Open)
    {
        /// <summary>Where the longest version with wildcards ends; <paramref name="at"/> where there is none.</summary>
        public static int EndAt(string text, int at)
        {
            var end = at;
            if (end < text.Length && text[end] == 'v')
            {
                end++;
            }

            var start = end;
            end = EndOfNumber(text, end);
            if (end == start)
            {
                return at;
            }

            for (var i = 0; i < 2 && end < text.Length && text[end] == '.'; i++)
            {
                var next = EndOfNumber(text, end + 1);
                if (next == end + 1)
                {
                    return end;
                }

                end = next;
            }

            foreach (var mark in "-+")
            {
                if (end < text.Length && text[end] == mark && GoVersion.EndOfIdentifiers(text, end + 1) is var last && last > end + 1)
                {
                    end = last;
                }
            }

            return end;
        }

        /// <summary>Reads what <see cref="EndAt"/> found. What is behind the first open number counts for nothing, but for a pre-release.</summary>
        public static Pattern? Read(string text)
        {
            var suffix = text.AsSpan().IndexOfAny('-', '+');
            var numbers = (suffix < 0 ? text : text[..suffix]).TrimStart('v').Split('.');
            var open = IsOpen(numbers, 0) ? GoOpen.Major : IsOpen(numbers, 1) ? GoOpen.Minor : IsOpen(numbers, 2) ? GoOpen.Patch : GoOpen.None;
            var plus = text.IndexOf('+', StringComparison.Ordinal);
            var preRelease = suffix < 0 || text[suffix] == '+' ? "" : plus < 0 ? text[suffix..] : text[suffix..plus];
            var exact = open switch
            {
                GoOpen.Major => "0.0.0" + preRelease,
                GoOpen.Minor => $"{numbers[0]}.0.0{preRelease}",
                GoOpen.Patch => $"{numbers[0]}.{numbers[1]}.0{preRelease}",
                _ => text,
            };
            return GoVersion.TryParse(exact, out var version) ? new Pattern(version, open) : null;
        }

        private static bool IsOpen(string[] numbers, int index) => index >= numbers.Length || numbers[index] is "x" or "X" or "*";

        /// <summary>Bars are among the characters by an oversight of the original; a number with one never passes later.</summary>
        private static int EndOfNumber(string text, int at)
        {
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] is 'x' or 'X' or '*' or '|'))
            {
                at++;
            }

            return at;
        }
    }
}
