namespace Basewatch.Core.Images;

/// <summary>
/// Words that mark a version before its release, with their order. Words that as often name a flavour (<c>dev</c>,
/// <c>nightly</c>, <c>edge</c>) count only with a number behind them; without one they are part of the suffix, so that
/// nothing moves onto them or off them.
/// </summary>
internal static class PreReleaseWords
{
    private static readonly (string Word, int Rank)[] Always =
    [
        ("alpha", 1), ("preview", 2), ("pre", 2), ("prerelease", 2), ("ea", 2), ("milestone", 3), ("beta", 3), ("cr", 4), ("rc", 4),
    ];

    private static readonly (string Word, int Rank)[] Numbered =
    [
        ("dev", 0), ("snapshot", 0), ("nightly", 0), ("canary", 0), ("next", 0), ("test", 0), ("insiders", 0), ("tp", 2), ("m", 3),
    ];

    private static readonly (string Word, int Rank)[] Glued = [("a", 1), ("b", 3), ("c", 4)];

    /// <summary>Whether a word marks a pre-release.</summary>
    /// <param name="word">Letters, of whatever case.</param>
    /// <param name="glued">Whether it stands right behind the digits, where <c>a</c>, <c>b</c> and <c>c</c> count too.</param>
    /// <param name="numbered">Whether a number follows.</param>
    public static bool Contains(ReadOnlySpan<char> word, bool glued, bool numbered = false) =>
        word.Length <= 10 && (Find(Always, word) >= 0 || ((numbered || glued) && Find(Numbered, word) >= 0) || (glued && Find(Glued, word) >= 0));

    /// <summary>Order among pre-releases of one version.</summary>
    public static int Rank(string word) => Math.Max(Find(Always, word), Math.Max(Find(Numbered, word), Find(Glued, word)));

    private static int Find((string Word, int Rank)[] words, ReadOnlySpan<char> word)
    {
        foreach (var (known, rank) in words)
        {
            if (word.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return rank;
            }
        }

        return -1;
    }
}
