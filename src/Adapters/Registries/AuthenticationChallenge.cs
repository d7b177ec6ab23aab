using System.Buffers;
using System.Text;

namespace Basewatch.Adapters.Registries;

/// <summary>
/// One challenge of a <c>WWW-Authenticate</c> header
/// (<see href="https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate"/>).
/// </summary>
/// <param name="Scheme"><c>Bearer</c>, <c>Basic</c>, …, as written.</param>
/// <param name="Parameters">Names, in any case, and values without quotes and escapes.</param>
internal sealed record AuthenticationChallenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>A parameter's value, or null.</summary>
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>Whether this is of a scheme.</summary>
    public bool Is(string scheme) => Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Reads every challenge of a header's value. It never fails: what can't be read is passed over,
    /// and of a parameter given twice the first counts.
    /// </summary>
    public static IReadOnlyList<AuthenticationChallenge> ParseAll(string header)
    {
        var challenges = new List<AuthenticationChallenge>();
        Dictionary<string, string>? parameters = null;
        var rest = header.AsSpan();
        while (true)
        {
            var start = rest.IndexOfAny(TokenCharacters);
            if (start < 0)
            {
                return challenges;
            }

            rest = rest[start..];
            var end = rest.IndexOfAnyExcept(TokenCharacters);
            var token = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? [] : rest[end..];
            var next = rest.TrimStart(" \t");
            if (next is ['=', ..])
            {
                rest = next[1..].TrimStart(" \t");
                parameters?.TryAdd(token, Value(ref rest));
            }
            else
            {
                parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new AuthenticationChallenge(token, parameters));
            }
        }
    }

    private static string Value(ref ReadOnlySpan<char> rest)
    {
        if (rest is not ['"', ..])
        {
            var end = rest.IndexOfAny(", \t");
            var bare = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? [] : rest[end..];
            return bare;
        }

        var value = new StringBuilder();
        var i = 1;
        for (; i < rest.Length && rest[i] != '"'; i++)
        {
            if (rest[i] == '\\' && i + 1 < rest.Length)
            {
                i++;
            }

            value.Append(rest[i]);
        }

        rest = rest[Math.Min(i + 1, rest.Length)..];
        return value.ToString();
    }
}
