using System.Globalization;
using System.Text;

namespace Basewatch.Adapters.Notifications;

/// <summary>Makes text from outside fit to be shown, before a channel escapes it in its own way.</summary>
internal static class PlainText
{
    /// <summary>
    /// The text on one line. Line ends and tabs become spaces; what can't be seen, or turns the direction of reading, is shown as
    /// <c>U+FFFD</c>. A longer text loses its middle: of a path, the end says more.
    /// </summary>
    /// <param name="text">Anything.</param>
    /// <param name="longest">How many UTF-16 units it may have, from 1.</param>
    public static string OnOneLine(string text, int longest)
    {
        ArgumentNullException.ThrowIfNull(text);
        var line = new StringBuilder(Math.Min(text.Length, longest));
        if (text.Length > longest)
        {
            var tail = longest / 3;
            Append(line, text.AsSpan(0, longest - 1 - tail));
            line.Append('…');
            Append(line, text.AsSpan(text.Length - tail));
        }
        else
        {
            Append(line, text);
        }

        return line.ToString();
    }

    /// <summary>An address as it may stand in a message: absolute, https, or http on this machine; null for any other.</summary>
    public static string? Link(string? url) =>
        url is { Length: <= 2000 } && Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? uri.AbsoluteUri
            : null;

    private static void Append(StringBuilder line, ReadOnlySpan<char> text)
    {
        // Half a pair, as cutting may leave, is enumerated as U+FFFD.
        foreach (var rune in text.EnumerateRunes())
        {
            line.Append(rune.Value is '\n' or '\r' or '\t' ? new Rune(' ') : IsHidden(rune) ? Rune.ReplacementChar : rune);
        }
    }

    private static bool IsHidden(Rune rune) => Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
