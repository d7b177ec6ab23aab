using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// A range as npm writes it (<see href="https://github.com/npm/node-semver#ranges"/>): comparators, <c>~</c>, <c>^</c>, <c>x</c>,
/// <c>1.2 - 2</c>, <c>||</c>. A pre-release is in it only where a comparator names a pre-release of the same three numbers.
/// </summary>
internal sealed class NpmRange
{
    private const int Longest = 1000;

    private readonly List<List<Comparator>> _sets;

    private NpmRange(List<List<Comparator>> sets) => _sets = sets;

    /// <summary>Reads a range; false where it is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out NpmRange? range)
    {
        range = null;
        if (text.Length > Longest)
        {
            return false;
        }

        var sets = new List<List<Comparator>>();
        foreach (var part in text.Split("||"))
        {
            var set = new List<Comparator>();
            if (!TryReadSet(part.Trim(), set))
            {
                return false;
            }

            sets.Add(set);
        }

        range = new NpmRange(sets);
        return true;
    }

    /// <summary>
    /// The range without numbers behind an <c>x</c>, which npm once took and Renovate's npm versioning still does: <c>1.x.3</c> is <c>1.x</c>.
    /// </summary>
    public static string WithoutNumbersBehindX(string text)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || char.IsWhiteSpace(text[i]) || text[i] is ',' or '|' or '(' or ')')
            {
                pieces.Add(CutBehindX(text[start..i]));
                pieces.Add(i < text.Length ? text[i].ToString() : "");
                start = i + 1;
            }
        }

        return string.Concat(pieces);
    }

    /// <summary>Whether a version is in the range.</summary>
    public bool Contains(Release version)
    {
        foreach (var set in _sets)
        {
            if (Holds(set, version))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether a version is below the range, as npm has it: not in it, no part of the range is open below, and it reaches no part's
    /// upper end. A pre-release between both ends is below as well.
    /// </summary>
    public bool IsAbove(Release version) => !Contains(version) && _sets.TrueForAll(set => IsAbove(set, version));

    private static bool IsAbove(List<Comparator> set, Release version)
    {
        if (set.Count == 0)
        {
            return true;
        }

        var (lowest, highest) = (set[0], set[0]);
        foreach (var comparator in set)
        {
            lowest = SemverVersioning.Order(comparator.Version, lowest.Version) < 0 ? comparator : lowest;
            highest = SemverVersioning.Order(comparator.Version, highest.Version) > 0 ? comparator : highest;
        }

        var order = SemverVersioning.Order(version, highest.Version);
        return lowest.Operator != '<' && (highest.Operator == '>' || (highest is { Operator: '<', OrEqual: true } ? order <= 0 : order < 0));
    }

    private static bool Holds(List<Comparator> set, Release version)
    {
        var isNamed = version.PreRelease.Length == 0;
        foreach (var comparator in set)
        {
            if (!comparator.Holds(version))
            {
                return false;
            }

            isNamed |= comparator.Version.PreRelease.Length > 0 && comparator.Version.Numbers.AsSpan().SequenceEqual(version.Numbers);
        }

        return isNamed;
    }

    private static string CutBehindX(string piece)
    {
        var at = piece switch { ['<' or '>', '=', ..] => 2, ['^' or '~' or '<' or '>' or '=', ..] => 1, _ => 0 };
        at += at < piece.Length && piece[at] == 'v' ? 1 : 0;
        var end = piece.AsSpan(at).IndexOfAny('-', '+') is var dash and >= 0 ? at + dash : piece.Length;
        var parts = piece[at..end].Split('.');
        var x = Array.FindIndex(parts, IsX);
        return parts.Length is 2 or 3 && x >= 0 && SemverVersioning.Strict("1.0.0" + piece[end..]) is not null && Array.TrueForAll(parts, p => IsX(p) || IsNumber(p)) && Array.Exists(parts[(x + 1)..], IsNumber)
            ? string.Concat(piece.AsSpan(0, at), string.Join('.', parts[..(x + 1)]))
            : piece;
    }

    private static bool TryReadSet(string text, List<Comparator> set)
    {
        // A range of two versions and a dash with spaces around it.
        var words = text.Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        if (Array.IndexOf(words, "-") is var dash and > 0)
        {
            // Before a whole version an equal sign is one too many there.
            var (first, last) = (string.Concat(words[..dash]), string.Concat(words[(dash + 1)..]));
            return Partial.TryRead(first, isBare: true, out var from) && !(from.Patch is not null && first.Contains('=', StringComparison.Ordinal))
                && Partial.TryRead(last, isBare: true, out var to) && !(to.Patch is not null && last.Contains('=', StringComparison.Ordinal))
                && from.AddHyphen(to, set);
        }

        // An operator may stand apart from its version.
        var word = "";
        foreach (var next in words)
        {
            if (word.EndsWith("==", StringComparison.Ordinal))
            {
                return false;
            }

            word += next;
            if (word.AsSpan().TrimStart("<>=~^v").Length == 0)
            {
                continue;
            }

            if (!TryReadComparator(word, set))
            {
                return false;
            }

            word = "";
        }

        // A lone operator compares with nothing, as > does, and holds for all; others are mistakes.
        return word is "" or ">" or "<" or ">=" or "<=" or "=" || (word is "~" or "~>" or "^" && words.Length == 1);
    }

    private static bool TryReadComparator(string word, List<Comparator> set)
    {
        var length = 0;
        while (length < word.Length && word[length] is '<' or '>' or '=' or '~' or '^')
        {
            length++;
        }

        var op = word[..length];

        // More equal signs belong to the version, which may begin with any number of them where it has an x or less than three numbers.
        var bare = op.TrimEnd('=');
        var equals = op.Length - bare.Length;
        op = bare is "" or "~" or "~>" or "^" ? bare
            : bare is "<" or ">" ? (equals > 0 ? bare + "=" : bare)
            : "?";
        // Stars behind a whole version mean nothing.
        var text = word[length..];
        if (text.EndsWith('*') && bare is "" or "<" or ">" && Partial.TryRead(text.TrimEnd('*'), isBare: true, out var whole) && whole.Patch is not null)
        {
            text = text.TrimEnd('*');
        }

        return op != "?" && Partial.TryRead(text, isBare: true, out var version)
            && (equals < 2 || op is "~" or "~>" or "^" || version.Patch is null) && version.Add(op, set);
    }

    private static bool IsX(string text) => text is "x" or "X" or "*";

    private static bool IsNumber(string text) =>
        text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && (text.Length == 1 || text[0] != '0');

    private static Release Version(double major, double minor, double patch, string preRelease = "") => new("", [major, minor, patch]) { PreRelease = preRelease };

    /// <summary>One comparison.</summary>
    private readonly record struct Comparator(char Operator, bool OrEqual, Release Version)
    {
        public bool Holds(Release version)
        {
            var order = SemverVersioning.Order(version, Version);
            return (order == 0 && OrEqual) || (Operator == '>' && order > 0) || (Operator == '<' && order < 0);
        }
    }

    /// <summary>A version of which parts may be missing or an <c>x</c>; null stands for those.</summary>
    private sealed record Partial(double? Major, double? Minor, double? Patch, string PreRelease)
    {
        public static bool TryRead(string text, bool isBare, [NotNullWhen(true)] out Partial? partial)
        {
            partial = null;
            text = isBare ? text.TrimStart('v', '=') : text;
            var plus = text.IndexOf('+', StringComparison.Ordinal);
            var build = plus < 0 ? "" : text[plus..];
            text = plus < 0 ? text : text[..plus];
            if (plus >= 0 && SemverVersioning.Strict("1.0.0" + build) is null)
            {
                return false;
            }

            var dash = text.IndexOf('-', StringComparison.Ordinal);
            var pre = dash < 0 ? "" : text[(dash + 1)..];
            var parts = (dash < 0 ? text : text[..dash]).Split('.');
            if (parts.Length > 3 || (dash >= 0 && (parts.Length < 3 || SemverVersioning.Strict("1.0.0-" + pre) is null)) || !Array.TrueForAll(parts, p => IsX(p) || IsNumber(p)))
            {
                return false;
            }

            var numbers = new double?[3];
            for (var i = 0; i < parts.Length; i++)
            {
                numbers[i] = IsX(parts[i]) ? null : double.Parse(parts[i], System.Globalization.CultureInfo.InvariantCulture);
                if (numbers[i] > SemverVersioning.LargestNumber)
                {
                    return false;
                }
            }

            partial = new Partial(numbers[0], numbers[1], numbers[2], pre);
            return true;
        }

        /// <summary>Adds what <c>op</c> and this mean; false where an x stands before a number.</summary>
        public bool Add(string op, List<Comparator> set)
        {
            switch (op)
            {
                case "~" or "~>":
                    return AddTilde(set);
                case "^":
                    return AddCaret(set);
                default:
                    return AddSimple(op, set);
            }
        }

        public bool AddHyphen(Partial to, List<Comparator> set)
        {
            if (Major is { } major)
            {
                set.Add(AtLeast(Version(major, Minor ?? 0, Minor is null ? 0 : Patch ?? 0, Minor is null || Patch is null ? "" : PreRelease)));
            }

            if (to.Major is { } last)
            {
                set.Add(to.Minor is not { } minor ? Below(last + 1, 0, 0)
                    : to.Patch is not { } patch ? Below(last, minor + 1, 0)
                    : new Comparator('<', true, Version(last, minor, patch, to.PreRelease)));
            }

            return true;
        }

        private static Comparator AtLeast(Release version) => new('>', true, version);

        private static Comparator Below(double major, double minor, double patch) => new('<', false, Version(major, minor, patch, "0"));

        private bool AddTilde(List<Comparator> set)
        {
            if (Major is not { } major)
            {
                return true;
            }

            set.Add(AtLeast(Version(major, Minor ?? 0, Minor is null ? 0 : Patch ?? 0, Minor is null || Patch is null ? "" : PreRelease)));
            set.Add(Minor is { } minor ? Below(major, minor + 1, 0) : Below(major + 1, 0, 0));
            return true;
        }

        private bool AddCaret(List<Comparator> set)
        {
            if (Major is not { } major)
            {
                return true;
            }

            set.Add(AtLeast(Version(major, Minor ?? 0, Minor is null ? 0 : Patch ?? 0, Minor is null || Patch is null ? "" : PreRelease)));
            set.Add(major > 0 || Minor is not { } minor ? Below(major + 1, 0, 0)
                : minor > 0 || Patch is not { } patch ? Below(0, minor + 1, 0)
                : Below(0, 0, patch + 1));
            return true;
        }

        private bool AddSimple(string op, List<Comparator> set)
        {
            if ((Major is null && Minor is not null) || (Minor is null && Patch is not null))
            {
                return false;
            }

            if (Major is not { } major)
            {
                if (op is "<" or ">")
                {
                    set.Add(Below(0, 0, 0));
                }

                return true;
            }

            if (Minor is { } m && Patch is { } p)
            {
                var version = Version(major, m, p, PreRelease);
                set.Add(op switch
                {
                    "" => new Comparator('=', true, version),
                    _ => new Comparator(op[0], op.Length > 1, version),
                });
                return true;
            }

            var next = Minor is { } second ? Below(major, second + 1, 0) : Below(major + 1, 0, 0);
            switch (op)
            {
                case ">":
                    set.Add(AtLeast(next.Version with { PreRelease = "" }));
                    break;
                case ">=":
                    set.Add(AtLeast(Version(major, Minor ?? 0, 0)));
                    break;
                case "<":
                    set.Add(Below(major, Minor ?? 0, 0));
                    break;
                case "<=":
                    set.Add(next);
                    break;
                default:
                    set.Add(AtLeast(Version(major, Minor ?? 0, 0)));
                    set.Add(next);
                    break;
            }

            return true;
        }
    }
}
