namespace Basewatch.Core.Dialects;

/// <summary>What somebody may have meant who wrote a key that there isn't.</summary>
internal static class NearestKey
{
    private const int LongestKey = 64;

    /// <summary><c>: did you mean 'constraint'?</c>, or nothing where no key is near.</summary>
    public static string Hint(string key, IEnumerable<string> known)
    {
        if (key.Length > LongestKey)
        {
            return "";
        }

        string? nearest = null;
        var least = Math.Max(1, key.Length / 3) + 1;
        foreach (var name in known)
        {
            var distance = Distance(key, name);
            if (distance < least)
            {
                (nearest, least) = (name, distance);
            }
        }

        return nearest is null ? "" : $": did you mean '{nearest}'?";
    }

    /// <summary>That, or <c>: known are constraint, policy</c> where no key is near.</summary>
    public static string HintOrAll(string key, IEnumerable<string> known) => Hint(key, known) is { Length: > 0 } hint ? hint : $": known are {string.Join(", ", known)}";

    /// <summary>How many letters are to be added, left out or replaced, whatever their case.</summary>
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
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
