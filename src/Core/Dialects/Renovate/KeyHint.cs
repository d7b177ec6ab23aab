namespace Basewatch.Core.Dialects.Renovate;

/// <summary>The known word that an unknown one is nearest to.</summary>
internal static class KeyHint
{
    private const int LongestWord = 64;

    /// <summary><c>: did you mean '…'?</c>, or nothing where no word is near.</summary>
    public static string Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
        {
            return "";
        }

        var (best, least) = ("", Math.Max(2, (word.Length / 3) + 1));
        foreach (var candidate in known)
        {
            var distance = Distance(word, candidate);
            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best.Length == 0 ? "" : $": did you mean '{best}'";
    }

    private static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                var next = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
                (diagonal, row[j]) = (row[j], next);
            }
        }

        return row[b.Length];
    }
}
