namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// Maven's versions and ranges (<see href="https://maven.apache.org/pom.html#Version_Order_Specification"/>, <c>versioning/maven</c>):
/// pieces at dots, dashes, and between digits and letters. A suffix is a qualifier, so that <c>3.9-slim</c> is above 3.9 and
/// stable; alpha, beta, milestone, rc and snapshot are not. It goes back to no older version.
/// </summary>
internal sealed class MavenVersioning : Versioning
{
    public static readonly MavenVersioning Instance = new();

    private const int Released = 6;

    private enum Bound
    {
        None,
        Included,
        Excluded,
    }

    public override string Name => "maven";

    public override Release? Read(string text)
    {
        if (text.Length == 0 || text[0] is '.' or '-' || text[^1] is '.' or '-'
            || text.Equals("latest", StringComparison.OrdinalIgnoreCase) || text.Equals("release", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '+'))
            {
                return null;
            }
        }

        var pieces = Significant(Pieces(text.ToLowerInvariant()));
        var minor = NumberOf(pieces, 1);
        return new MavenRelease(text, [NumberOf(pieces, 0) ?? double.NaN, minor ?? 0, minor is null ? 0 : NumberOf(pieces, 2) ?? 0], pieces);
    }

    public override bool IsValid(string text) => Read(text) is not null || Intervals(text) is not null;

    public override bool IsSingle(string text) => Read(text) is not null;

    public override int Compare(Release a, Release b)
    {
        var (left, right) = (((MavenRelease)a).Pieces, ((MavenRelease)b).Pieces);
        for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            var order = Compare(i < left.Count ? left[i] : right[i].Nothing, i < right.Count ? right[i] : left[i].Nothing);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    public override bool IsStable(Release release) => !((MavenRelease)release).Pieces.Exists(p => !p.IsNumber && RankOf(p) is > 0 and < Released);

    public override bool IsSame(int section, Release a, Release b) => Nullable.Equals(a.Section(section), b.Section(section));

    public override Predicate<Release> Range(string text) =>
        Read(text) is not null ? base.Range(text)
        : Intervals(text) is { } intervals ? r => intervals.Exists(i => Holds(i, r))
        : _ => false;

    public override bool IsBelow(Release release, string value) => false;

    public override string? NewValue(string value, Release? current, Release next) => next.Text;

    private static double? NumberOf(List<Piece> pieces, int index) =>
        index < pieces.Count && pieces[index].IsNumber ? Number(pieces[index].Text) : null;

    /// <summary>The pieces of a version; an empty one is 0.</summary>
    private static List<Piece> Pieces(string text)
    {
        var pieces = new List<Piece>(8);
        var start = text.Length > 0 && text[0] == 'v' && (text.Length == 1 || !IsLetter(text[1])) ? 1 : 0;
        var isDashed = false;
        for (var i = start; i <= text.Length; i++)
        {
            var isEnd = i == text.Length || text[i] is '.' or '-';
            var isChange = !isEnd && i > start
                && ((char.IsAsciiDigit(text[i - 1]) && IsLetter(text[i])) || (IsLetter(text[i - 1]) && char.IsAsciiDigit(text[i])));
            if (!isEnd && !isChange)
            {
                continue;
            }

            var piece = i == start ? "0" : text[start..i];
            pieces.Add(new Piece(piece, char.IsAsciiDigit(piece[0]), isDashed, isChange));
            isDashed = isChange || (i < text.Length && text[i] == '-');
            start = isChange ? i : i + 1;
        }

        return pieces;
    }

    /// <summary>The pieces without those that mean nothing before a dash, a qualifier and the end: zeros, <c>final</c>, <c>ga</c>.</summary>
    private static List<Piece> Significant(List<Piece> pieces)
    {
        var significant = new List<Piece>(pieces.Count);
        var first = 0;
        var isLeading = true;
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            first = piece.IsDashed || !piece.IsNumber ? i : first;
            var isNothing = piece.IsNumber ? piece.Text.AsSpan().TrimStart('0').IsEmpty : RankOf(piece) == Released;
            isLeading &= isNothing;
            if (!isNothing || isLeading)
            {
                for (; first <= i; first++)
                {
                    significant.Add(pieces[first]);
                }
            }
        }

        return significant;
    }

    private static bool IsLetter(char c) => char.IsAsciiLetter(c) || c is '_' or '+';

    private static int Compare(Piece a, Piece b)
    {
        var order = a.Order.CompareTo(b.Order);
        if (order != 0)
        {
            return order;
        }

        if (a.IsNumber)
        {
            return TextOrder.CompareDigits(a.Text, b.Text);
        }

        var (left, right) = (RankOf(a), RankOf(b));
        return left > 0 && right > 0 ? left.CompareTo(right)
            : left is > 0 and < Released ? -1
            : right is > 0 and < Released ? 1
            : string.CompareOrdinal(a.Text, b.Text);
    }

    /// <summary>The order of the qualifiers that have one; 0 for others, which go by their letters.</summary>
    private static int RankOf(Piece piece) => piece.Text switch
    {
        "alpha" => 1,
        "a" when piece.IsBeforeDigit => 1,
        "beta" => 2,
        "b" when piece.IsBeforeDigit => 2,
        "milestone" => 3,
        "m" when piece.IsBeforeDigit => 3,
        "rc" or "cr" or "preview" => 4,
        "snapshot" or "snap" => 5,
        "" or "final" or "ga" or "release" or "latest" or "sr" => Released,
        "sp" => 7,
        _ => 0,
    };

    /// <summary>The intervals of a range, <c>[1.0,2.0),[3.0,)</c>, in their order; null where it is none.</summary>
    private List<(Bound Left, Release? From, Bound Right, Release? To)>? Intervals(string text)
    {
        var intervals = new List<(Bound, Release?, Bound, Release?)>();
        Release? last = null;
        var pieces = text.Split(',');
        for (var i = 0; i < pieces.Length; i++)
        {
            var piece = (i > 0, i < pieces.Length - 1) switch
            {
                (true, true) => pieces[i].Trim(),
                (true, false) => pieces[i].TrimStart(),
                (false, true) => pieces[i].TrimEnd(),
                _ => pieces[i],
            };
            Release? from, to;
            var (left, right) = (Bound.Included, Bound.Included);
            if (piece is ['[', .., ']'])
            {
                from = to = Read(piece[1..^1]);
            }
            else
            {
                if (piece.Length == 0 || piece[0] is not ('[' or '(' or ']') || ++i == pieces.Length)
                {
                    return null;
                }

                var end = i < pieces.Length - 1 ? pieces[i].Trim() : pieces[i].TrimStart();
                if (end.Length == 0 || end[^1] is not (']' or ')' or '['))
                {
                    return null;
                }

                (left, right) = (piece[0] == '[' ? Bound.Included : Bound.Excluded, end[^1] == ']' ? Bound.Included : Bound.Excluded);
                (from, to) = (Read(piece[1..]), Read(end[..^1]));
                if (piece.Length == 1 && intervals.Count == 0 && left == Bound.Excluded && to is not null)
                {
                    intervals.Add((Bound.None, null, right, to));
                    last = to;
                    continue;
                }

                if (end.Length == 1 && i == pieces.Length - 1 && right == Bound.Excluded && from is not null)
                {
                    intervals.Add((left, from, Bound.None, null));
                    return last is not null && Compare(last, from) > 0 ? null : intervals;
                }
            }

            if (from is null || to is null || Compare(from, to) > 0 || (last is not null && Compare(last, from) > 0))
            {
                return null;
            }

            intervals.Add((left, from, right, to));
            last = to;
        }

        return intervals.Count == 0 ? null : intervals;
    }

    private bool Holds((Bound Left, Release? From, Bound Right, Release? To) interval, Release version) =>
        (interval.From is null || Compare(interval.From, version) < (interval.Left == Bound.Included ? 1 : 0))
        && (interval.To is null || Compare(version, interval.To) < (interval.Right == Bound.Included ? 1 : 0));

    /// <summary>A number or a qualifier.</summary>
    private readonly record struct Piece(string Text, bool IsNumber, bool IsDashed, bool IsBeforeDigit)
    {
        /// <summary>What stands for a piece like this where there is none.</summary>
        public Piece Nothing => this with { Text = IsNumber ? "0" : "", IsBeforeDigit = false };

        /// <summary>Qualifiers come before numbers behind a dash, and those before numbers behind a dot.</summary>
        public int Order => !IsNumber ? 1 : IsDashed ? 2 : 3;
    }

    private sealed record MavenRelease(string Text, double[] Numbers, List<Piece> Pieces) : Release(Text, Numbers);
}
