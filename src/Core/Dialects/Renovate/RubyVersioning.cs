using System.Globalization;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// RubyGems' versions and requirements (<see href="https://guides.rubygems.org/patterns/#semantic-versioning"/>, <c>versioning/ruby</c>):
/// any letter makes a pre-release, and a dash means <c>.pre.</c>, so that <c>3.3-slim</c> is one. A <c>v</c> is kept.
/// </summary>
internal sealed class RubyVersioning : Versioning
{
    public static readonly RubyVersioning Instance = new();

    private static readonly string[] Operators = ["!=", ">=", "<=", "~>", "=", ">", "<"];

    public override string Name => "ruby";

    public override Release? Read(string text)
    {
        var version = Bare(text);
        return version.Length > 0 && IsVersion(version) ? Parse(text, version) : null;
    }

    public override bool IsValid(string text) => Array.TrueForAll(text.Split(','), p => IsPiece(Bare(p.Trim()), Operators));

    public override bool IsSingle(string text) => IsPiece(Bare(text), ["="]);

    public override int Compare(Release a, Release b)
    {
        var (left, right) = (((RubyRelease)a).Segments, ((RubyRelease)b).Segments);
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var (x, y) = (i < left.Count ? left[i] : "", i < right.Count ? right[i] : "");
            var order = IsWord(y).CompareTo(IsWord(x));
            order = order != 0 ? order : IsWord(x) ? TextOrder.Compare(x, y) : TextOrder.CompareDigits(x, y);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    public override bool IsStable(Release release) => !((RubyRelease)release).Segments.Exists(IsWord);

    public override Predicate<Release> Range(string text)
    {
        var requirements = new List<(string Operator, RubyRelease Version)>();
        foreach (var piece in Bare(text).Split(','))
        {
            if (ReadRequirement(piece) is not { } requirement)
            {
                return _ => false;
            }

            requirements.Add(requirement);
        }

        return r => requirements.TrueForAll(q => Holds(q.Operator, q.Version, r));
    }

    public override Release? Current(string value, List<Release> releases)
    {
        var range = Range(value);
        var found = releases.FindAll(r => range(r));
        if (found is [] or [_])
        {
            return found is [var only] ? only : Read(value);
        }

        var best = found[0];
        foreach (var release in found)
        {
            best = Compare(release, best) > 0 ? release : best;
        }

        // Of several, Renovate takes the newest without its v.
        return best with { Text = Bare(best.Text) };
    }

    public override string? NewValue(string value, Release? current, Release next) =>
        value.StartsWith('v') && !next.Text.StartsWith('v') ? "v" + next.Text : next.Text;

    private static string Bare(string text)
    {
        text = text.StartsWith('v') ? text[1..] : text;
        return text.AsSpan().ContainsAny('\'', '"') ? text.Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal) : text;
    }

    private static bool IsWord(string segment) => segment.Length > 0 && char.IsAsciiLetter(segment[0]);

    /// <summary>Digits, more pieces of digits and letters behind dots, and all of that and dashes behind a first dash.</summary>
    private static bool IsVersion(string text)
    {
        var rest = text.AsSpan().Trim();
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (digits is 0 || rest.IsEmpty)
        {
            return false;
        }

        // Each piece between dots holds something; dashes may stand in pieces from the first dash on.
        var length = 0;
        var isDashed = false;
        for (var i = digits < 0 ? rest.Length : digits; i < rest.Length; i++)
        {
            if (i == digits ? rest[i] is '.' or '-' : rest[i] == '.' || (rest[i] == '-' && !isDashed))
            {
                if (i > digits && length == 0)
                {
                    return false;
                }

                isDashed |= rest[i] == '-';
                length = 0;
            }
            else if (i == digits || (!char.IsAsciiLetterOrDigit(rest[i]) && rest[i] != '-'))
            {
                return false;
            }
            else
            {
                length++;
            }
        }

        return digits < 0 || length > 0;
    }

    private static bool IsPiece(string piece, string[] operators)
    {
        piece = piece.Trim();
        var length = 0;
        while (length < piece.Length && !char.IsAsciiDigit(piece[length]) && !char.IsWhiteSpace(piece[length]))
        {
            length++;
        }

        // The version behind an operator and spaces may begin with a v.
        var version = piece[length..].TrimStart();
        return (length == 0 || Array.IndexOf(operators, piece[..length]) >= 0) && IsVersion(length > 0 || version != piece ? Bare(version) : version);
    }

    private static RubyRelease Parse(string text, string version)
    {
        var segments = new List<string>(8);
        version = version.Trim();
        for (var at = 0; at < version.Length;)
        {
            var start = at;
            var isDigit = char.IsAsciiDigit(version[at]);
            while (at < version.Length && char.IsAsciiLetterOrDigit(version[at]) && char.IsAsciiDigit(version[at]) == isDigit)
            {
                at++;
            }

            if (at > start)
            {
                segments.Add(isDigit ? version.AsSpan(start, at - start).TrimStart('0').ToString() : version[start..at]);
                continue;
            }

            // A dash means .pre., and a dot nothing.
            if (version[at++] == '-')
            {
                segments.Add("pre");
            }
        }

        var word = segments.FindIndex(IsWord);
        word = word < 0 ? segments.Count : word;
        var numbers = new double[word];
        for (var i = 0; i < word; i++)
        {
            numbers[i] = Number(segments[i]);
        }

        RemoveZeros(segments, word, segments.Count);
        RemoveZeros(segments, 1, word);
        return new RubyRelease(text, numbers, segments);
    }

    /// <summary>Removes what counts for nothing at the end of a part.</summary>
    private static void RemoveZeros(List<string> segments, int from, int to)
    {
        var end = to;
        while (end > from && segments[end - 1].Length == 0)
        {
            end--;
        }

        segments.RemoveRange(end, to - end);
    }

    private static (string Operator, RubyRelease Version)? ReadRequirement(string text)
    {
        text = text.Trim();
        var op = Array.Find(Operators, o => text.StartsWith(o, StringComparison.Ordinal)) ?? "";
        var version = text[op.Length..].Trim();
        return version.Length > 0 && IsVersion(version) ? (op.Length == 0 ? "=" : op, Parse(version, version)) : null;
    }

    private bool Holds(string op, RubyRelease required, Release version)
    {
        var order = Compare(version, required);
        return op switch
        {
            "!=" => order != 0,
            ">" => order > 0,
            "<" => order < 0,
            ">=" => order >= 0,
            "<=" => order <= 0,
            "~>" => order >= 0 && Compare(Released(version), Next(required)) < 0,
            _ => order == 0,
        };
    }

    /// <summary>A version without its pre-release.</summary>
    private static RubyRelease Released(Release version) => Of(version.Numbers);

    /// <summary>The version with the last but one number one higher.</summary>
    private static RubyRelease Next(RubyRelease version)
    {
        var numbers = version.Numbers.Length > 1 ? version.Numbers[..^1] : [.. version.Numbers];
        numbers[^1]++;
        return Of(numbers);
    }

    private static RubyRelease Of(double[] numbers)
    {
        var text = string.Join('.', Array.ConvertAll(numbers, n => n.ToString("F0", CultureInfo.InvariantCulture)));
        return Parse(text, text);
    }

    /// <param name="Text">The version as it is written.</param>
    /// <param name="Numbers">The numbers before the first word.</param>
    /// <param name="Segments">Words and numbers without the zeros before them and those that count for nothing at the end.</param>
    private sealed record RubyRelease(string Text, double[] Numbers, List<string> Segments) : Release(Text, Numbers);
}
