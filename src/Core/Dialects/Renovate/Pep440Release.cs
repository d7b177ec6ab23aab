namespace Basewatch.Core.Dialects.Renovate;

/// <summary>A version of Python's packages (<see href="https://packaging.python.org/en/latest/specifications/version-specifiers/"/>).</summary>
/// <param name="Text">The version as it is written.</param>
/// <param name="Numbers">The first three numbers, filled up with zeros.</param>
internal sealed record Pep440Release(string Text, double[] Numbers) : Release(Text, Numbers)
{
    private static readonly (string Word, int Rank)[] PreWords =
        [("alpha", 0), ("preview", 2), ("beta", 1), ("pre", 2), ("rc", 2), ("a", 0), ("b", 1), ("c", 2)];

    private static readonly (string Word, int Rank)[] PostWords = [("post", 0), ("rev", 0), ("r", 0)];

    private static readonly (string Word, int Rank)[] DevWords = [("dev", 0)];

    /// <summary>The number before an exclamation mark.</summary>
    public double Epoch { get; init; }

    /// <summary>All of its numbers.</summary>
    public double[] Parts { get; init; } = [];

    /// <summary>The pre-release: 0 for alpha, 1 for beta, 2 for a release candidate, and its number.</summary>
    public (int Rank, double Number)? Pre { get; init; }

    /// <summary>The number of a post-release.</summary>
    public double? Post { get; init; }

    /// <summary>Whether the post-release is a number alone, <c>1.0-1</c>.</summary>
    public bool IsBarePost { get; init; }

    /// <summary>The number of a development release.</summary>
    public double? Dev { get; init; }

    /// <summary>The local version behind a plus sign.</summary>
    public string? Local { get; init; }

    /// <summary>What Poetry makes of it: a semantic version; null where it makes none.</summary>
    public Release? Semantic { get; init; }

    /// <summary>Reads a version; null where it is none.</summary>
    public static Pep440Release? Read(string text, bool ignoreCase = true)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        var at = text.StartsWith('v') || (ignoreCase && text.StartsWith('V')) ? 1 : 0;
        var epoch = 0.0;
        var parts = Versioning.Dotted(text, ref at);
        if (parts.Length == 1 && at < text.Length && text[at] == '!')
        {
            epoch = parts[0];
            at++;
            parts = Versioning.Dotted(text, ref at);
        }

        if (parts.Length == 0)
        {
            return null;
        }

        var pre = TakeWord(text, ref at, PreWords, comparison);
        var post = TakeBarePost(text, ref at);
        var isBare = post is not null;
        post ??= TakeWord(text, ref at, PostWords, comparison);
        var dev = TakeWord(text, ref at, DevWords, comparison);
        var local = at < text.Length && text[at] == '+' ? text[(at + 1)..] : null;
        return (local is null ? at == text.Length : IsLocal(local, ignoreCase))
            ? new Pep440Release(text, [parts[0], parts.Length > 1 ? parts[1] : 0, parts.Length > 2 ? parts[2] : 0])
            {
                Epoch = epoch,
                Parts = parts,
                Pre = pre,
                Post = post?.Number,
                IsBarePost = isBare,
                Dev = dev?.Number,
                Local = local,
            }
            : null;
    }

    /// <summary>The order of versions.</summary>
    public static int Order(Pep440Release a, Pep440Release b)
    {
        var order = a.Epoch.CompareTo(b.Epoch);
        order = order != 0 ? order : OrderNumbers(a.Parts, b.Parts);
        order = order != 0 ? order : a.PreKey.CompareTo(b.PreKey);
        order = order != 0 ? order : Nullable.Compare(a.Post, b.Post);
        order = order != 0 ? order : (a.Dev ?? double.PositiveInfinity).CompareTo(b.Dev ?? double.PositiveInfinity);
        return order != 0 ? order : OrderLocal(a.Local, b.Local);
    }

    /// <summary>The order of numbers; one that is missing is 0.</summary>
    public static int OrderNumbers(double[] a, double[] b)
    {
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = (i < a.Length ? a[i] : 0).CompareTo(i < b.Length ? b[i] : 0);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    /// <summary>A development release alone comes before the first alpha, no pre-release after all of them.</summary>
    private (int Rank, double Number) PreKey => Pre ?? (Post is null && Dev is not null ? (-1, 0) : (3, 0));

    private static (int Rank, double Number)? TakeBarePost(string text, ref int at)
    {
        var end = EndOfDigits(text, at + 1);
        if (at >= text.Length || text[at] != '-' || end == at + 1)
        {
            return null;
        }

        var number = Versioning.Number(text.AsSpan(at + 1, end - at - 1));
        at = end;
        return (0, number);
    }

    /// <summary>A word with an optional separator before it and behind it, and its number.</summary>
    private static (int Rank, double Number)? TakeWord(string text, ref int at, (string Word, int Rank)[] words, StringComparison comparison)
    {
        var start = at + (IsSeparator(text, at) ? 1 : 0);
        foreach (var (word, rank) in words)
        {
            if (start <= text.Length && text.AsSpan(start).StartsWith(word, comparison))
            {
                at = start + word.Length;
                at += IsSeparator(text, at) ? 1 : 0;
                var end = EndOfDigits(text, at);
                var number = end == at ? 0 : Versioning.Number(text.AsSpan(at, end - at));
                at = end;
                return (rank, number);
            }
        }

        return null;
    }

    private static bool IsSeparator(string text, int at) => at < text.Length && text[at] is '-' or '_' or '.';

    private static int EndOfDigits(string text, int at)
    {
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsLocal(string text, bool ignoreCase)
    {
        foreach (var piece in text.Split('-', '_', '.'))
        {
            if (piece.Length == 0)
            {
                return false;
            }

            foreach (var c in piece)
            {
                if (!char.IsAsciiDigit(c) && !char.IsAsciiLetterLower(c) && !(ignoreCase && char.IsAsciiLetter(c)))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static int OrderLocal(string? a, string? b)
    {
        if (a is null || b is null)
        {
            return (a is not null).CompareTo(b is not null);
        }

        var (left, right) = (a.ToLowerInvariant().Split('-', '_', '.'), b.ToLowerInvariant().Split('-', '_', '.'));
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var isNumber = !left[i].AsSpan().ContainsAnyExceptInRange('0', '9');
            var order = isNumber.CompareTo(!right[i].AsSpan().ContainsAnyExceptInRange('0', '9'));
            order = order != 0 ? order : isNumber ? TextOrder.CompareDigits(left[i], right[i]) : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }
}
