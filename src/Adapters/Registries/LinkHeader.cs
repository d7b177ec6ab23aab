namespace Basewatch.Adapters.Registries;

/// <summary>The <c>Link</c> header (<see href="https://www.rfc-editor.org/rfc/rfc8288#section-3"/>).</summary>
internal static class LinkHeader
{
    /// <summary>The target of the first link whose relation is <c>next</c>, as written; null where there is none. Never fails.</summary>
    public static string? Next(string header)
    {
        var rest = header.AsSpan();
        while (true)
        {
            var open = rest.IndexOf('<');
            var length = open < 0 ? -1 : rest[(open + 1)..].IndexOf('>');
            if (length < 0)
            {
                return null;
            }

            var target = rest.Slice(open + 1, length);
            rest = rest[(open + length + 2)..];
            if (RelationIsNext(ref rest))
            {
                return target.Trim().ToString();
            }
        }
    }

    /// <summary>Reads the parameters of one link, up to the comma that ends it. Of several <c>rel</c> the first counts.</summary>
    private static bool RelationIsNext(ref ReadOnlySpan<char> rest)
    {
        bool? isNext = null;
        while (true)
        {
            rest = rest.TrimStart(" \t");
            if (rest is not [';', ..])
            {
                return isNext ?? false;
            }

            rest = rest[1..].TrimStart(" \t");
            var end = rest.IndexOfAny("=;,");
            var name = (end < 0 ? rest : rest[..end]).TrimEnd(" \t");
            rest = end < 0 ? [] : rest[end..];
            ReadOnlySpan<char> value = [];
            if (rest is ['=', ..])
            {
                rest = rest[1..].TrimStart(" \t");
                value = Value(ref rest);
            }

            if (isNext is null && name.Equals("rel", StringComparison.OrdinalIgnoreCase))
            {
                isNext = HasNext(value);
            }
        }
    }

    private static ReadOnlySpan<char> Value(scoped ref ReadOnlySpan<char> rest)
    {
        if (rest is not ['"', ..])
        {
            var end = rest.IndexOfAny(";,");
            var bare = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[end..];
            return bare.Trim();
        }

        var i = 1;
        while (i < rest.Length && rest[i] != '"')
        {
            i += rest[i] == '\\' ? 2 : 1;
        }

        var close = Math.Min(i, rest.Length);
        var quoted = rest[1..close];
        rest = rest[Math.Min(close + 1, rest.Length)..];
        return quoted;
    }

    private static bool HasNext(ReadOnlySpan<char> relations)
    {
        foreach (var range in relations.SplitAny(' ', '\t'))
        {
            if (relations[range].Equals("next", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
