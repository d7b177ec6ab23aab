namespace Basewatch.Core.Dialects;

/// <summary>Finds what a word that nobody knows was meant to be.</summary>
internal static class Spelling
{
    private const int LongestWord = 64;

    /// <summary><c> (did you mean 'policy'?)</c>; empty where no known word is near.</summary>
    public static string Hint(string word, IEnumerable<string> known)
    {
        string? nearest = null;
        var fewest = int.MaxValue;
        foreach (var candidate in word.Length > LongestWord ? [] : known)
        {
            var steps = Distance(word, candidate);
            if (steps <= Math.Max(1, candidate.Length / 3) && steps < fewest)
            {
                (nearest, fewest) = (candidate, steps);
            }
        }

        return nearest is null ? "" : $" (did you mean '{nearest}'?)";
    }

    /// <summary>How many letters have to be put in, left out or changed, capitals apart.</summary>
    private static int Distance(string a, string b)
    {
        Span<int> row = stackalloc int[b.Length + 1];
        for (var j = 0; j < row.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j < row.Length; j++)
            {
                var change = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
