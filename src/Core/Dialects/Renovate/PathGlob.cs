using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// A glob of stars and question marks alone, as nearly all are: <c>**</c> between slashes stands for any folders. It is matched
/// as it is written: an expression for each of some hundred globs would take hundreds of megabytes.
/// </summary>
internal sealed class PathGlob(string glob, bool ignoreCase)
{
    private const string Any = "**";

    private readonly string[] _parts = glob.Split('/');

    /// <summary>Whether a glob is one of these.</summary>
    public static bool Is(string glob) => !glob.AsSpan().ContainsAny("([{\\");

    /// <summary>Whether it matches the whole of a text.</summary>
    public bool Matches(string text)
    {
        var names = text.Split('/');
        var (part, name, star, resume) = (0, 0, -1, 0);
        while (name < names.Length)
        {
            if (part < _parts.Length && _parts[part] == Any)
            {
                if (part == _parts.Length - 1)
                {
                    return true;
                }

                (star, resume) = (part++, name);
            }
            else if (part < _parts.Length && MatchesName(_parts[part], names[name]))
            {
                part++;
                name++;
            }
            else if (star >= 0)
            {
                (part, name) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return part == _parts.Length;
    }

    private bool MatchesName(string part, string name) => part == "*" ? name.Length > 0 : Wildcard.Matches(part, name, ignoreCase);
}
