using System.Globalization;
using System.Text;

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

    public override string? NewValue(string value, Release current, Release next) =>
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
        text = text.Trim();
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var pieces = (dash < 0 ? text : text[..dash]).Split('.');
        return pieces[0].Length > 0 && !pieces[0].AsSpan().ContainsAnyExceptInRange('0', '9')
            && Array.TrueForAll(pieces, p => IsPart(p, dashes: false))
            && (dash < 0 || Array.TrueForAll(text[(dash + 1)..].Split('.'), p => IsPart(p, dashes: true)));
    }

    private static bool IsPart(string piece, bool dashes)
    {
        foreach (var c in piece)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !(dashes && c == '-'))
            {
                return false;
            }
        }

        return piece.Length > 0;
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
        var segments = new List<string>();
        var written = version.Trim().Replace("-", ".pre.", StringComparison.Ordinal);
        var segment = new StringBuilder();
        for (var i = 0; i <= written.Length; i++)
        {
            var isEnd = i == written.Length || written[i] == '.';
            if (segment.Length > 0 && (isEnd || char.IsAsciiDigit(written[i]) != char.IsAsciiDigit(segment[0])))
            {
                segments.Add(char.IsAsciiDigit(segment[0]) ? segment.ToString().TrimStart('0') : segment.ToString());
                segment.Clear();
            }

            segment.Append(isEnd ? "" : written[i].ToString());
        }

        var word = segments.FindIndex(IsWord);
        var numeric = word < 0 ? segments : segments[..word];
        var numbers = numeric.ConvertAll(s => s.Length == 0 ? 0 : double.Parse(s, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
        return new RubyRelease(text, numbers, [.. WithoutZeros(numeric), .. WithoutZeros(word < 0 ? [] : segments[word..])]);
    }

    private static List<string> WithoutZeros(List<string> segments)
    {
        var last = segments.FindLastIndex(s => s.Length > 0);
        return last < 0 ? segments[..Math.Min(1, segments.Count)] : segments[..(last + 1)];
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
