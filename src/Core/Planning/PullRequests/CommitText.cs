using System.Buffers;
using System.Text;
using Basewatch.Core.Dialects.Flux;

namespace Basewatch.Core.Planning.PullRequests;

/// <summary>The words of a commit that a repository's own template makes.</summary>
internal static class CommitText
{
    /// <summary>The most characters of a message.</summary>
    public const int Longest = 8 * 1024;

    /// <summary>A zero-width joiner keeps a mention, a link or a reference from being one.</summary>
    private const char Joiner = '\u200D';

    private const string Basewatch = "Basewatch-";

    /// <summary>
    /// What keeps GitHub from checking a commit. Flux's users write it for commits that go straight to a branch; a pull request is
    /// there to be checked.
    /// </summary>
    private static readonly SearchValues<string> Skips = SearchValues.Create(["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"], StringComparison.OrdinalIgnoreCase);

    /// <summary>The message; null where the template asks for what is not known, or writes nothing.</summary>
    /// <param name="template"><see cref="Dialects.ProposalSettings.MessageTemplate"/>.</param>
    /// <param name="written">The updates that the commit holds.</param>
    public static string? Of(string template, IReadOnlyList<Update> written)
    {
        if (!FluxMessage.TryParse(template, new Dictionary<string, string>(StringComparer.Ordinal), out var message, out _))
        {
            return null;
        }

        try
        {
            return Clean(message.Render(new FluxCommit([.. written.Select(u => new FluxChange(u.Use.Path, null, u.Use.Reference!.Familiar, u.Target.Familiar, null))])));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Lines without what GitHub or Basewatch would read as more than words; null where nothing is left.</summary>
    private static string? Clean(string text)
    {
        var clean = new StringBuilder();
        foreach (var written in text.AsSpan().EnumerateLines())
        {
            var line = Plain(written).TrimEnd();
            if (IsTrailer(line) || (line.Length == 0 && (clean.Length == 0 || clean is [.., '\n', '\n'])))
            {
                continue;
            }

            if (clean.Length + line.Length >= Longest)
            {
                clean.Append(line.AsSpan(0, Longest - clean.Length - (Longest > clean.Length && char.IsHighSurrogate(line[Longest - clean.Length - 1]) ? 1 : 0))).Append('…');
                break;
            }

            clean.Append(line).Append('\n');
        }

        return clean.ToString().Trim() is { Length: > 0 } rest ? rest : null;
    }

    private static string Plain(ReadOnlySpan<char> written)
    {
        var line = written.ToString();
        while (line.AsSpan().IndexOfAny(Skips) is var at and >= 0)
        {
            line = line.Remove(at, line.IndexOf(']', at) + 1 - at);
        }

        var plain = new StringBuilder(line.Length);
        for (var i = 0; i < line.Length; i++)
        {
            var (before, after) = (i > 0 ? line[i - 1] : ' ', i + 1 < line.Length ? line[i + 1] : ' ');
            plain.Append(Markdown.IsInvisible(line[i]) ? ' ' : line[i]);
            if ((line[i] == '@' && !char.IsAsciiLetterOrDigit(before))
                || (line[i] == '#' && char.IsAsciiDigit(after))
                || (line[i] is 'h' or 'H' && before is 'g' or 'G' && after == '-')
                || (line[i] == ':' && line.AsSpan(i + 1).StartsWith("//")))
            {
                plain.Append(Joiner);
            }
        }

        return plain.ToString();
    }

    /// <summary>Whether a line vouches for somebody, asks for no checks, or looks like ours.</summary>
    private static bool IsTrailer(string line)
    {
        var key = line.AsSpan(0, Math.Max(0, line.IndexOf(':', StringComparison.Ordinal))).Trim();
        return line.Contains(Basewatch, StringComparison.OrdinalIgnoreCase)
            || key.EndsWith("-by", StringComparison.OrdinalIgnoreCase)
            || key.Equals("skip-checks", StringComparison.OrdinalIgnoreCase);
    }
}
