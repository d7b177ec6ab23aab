using System.Globalization;
using System.Text;
using Basewatch.Core.Ports;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// Spells the text of a <see cref="StateKey"/> in printable ASCII that every store takes as a key, so that it can be read
/// back and sorts as before: <c>octo-org/web</c> is <c>octo-org._web</c>.
/// </summary>
/// <remarks>
/// Azure forbids <c>/ \ # ?</c> and control characters
/// (<see href="https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model"/>), and
/// stores differ in how they order what is not ASCII. Like percent-encoding, but the mark before the hexadecimal digits
/// sorts where the escaped character does. <c>.</c> and <c>/</c>, which are in every name, get short forms.
/// </remarks>
internal static class StateKeyText
{
    /// <summary>Longest text of a partition or row, in characters.</summary>
    public const int Longest = 500;

    /// <summary>Refuses a key outside the port's limits.</summary>
    /// <exception cref="ArgumentException">A part is empty or too long.</exception>
    public static void Check(StateKey key)
    {
        Check(key.Partition);
        Check(key.Row);
    }

    /// <summary>Refuses a partition or row outside the port's limits.</summary>
    /// <exception cref="ArgumentException">It is empty or too long.</exception>
    public static void Check(string text)
    {
        if (text is not { Length: > 0 and <= Longest })
        {
            throw new ArgumentException($"A partition or row of the state store has 1 to {Longest} characters, this one has {text?.Length ?? 0}.", nameof(text));
        }
    }

    /// <summary>Spells any text; up to five characters for one.</summary>
    public static string Escape(string text)
    {
        var spelled = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsPlain(c))
            {
                spelled.Append(c);
            }
            else if (c is '.')
            {
                spelled.Append("..");
            }
            else if (c is '/')
            {
                spelled.Append("._");
            }
            else if (c < '{')
            {
                spelled.Append(MarkOf(c)).Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                spelled.Append('{').Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
        }

        return spelled.ToString();
    }

    /// <summary>Reads what <see cref="Escape"/> wrote.</summary>
    /// <exception cref="FormatException">It did not write this.</exception>
    public static string Unescape(string spelled)
    {
        var text = new StringBuilder(spelled.Length);
        for (var i = 0; i < spelled.Length;)
        {
            var rest = spelled.AsSpan(i);
            var (c, length) = rest switch
            {
                ['.', '.', ..] => ('.', 2),
                ['.', '_', ..] => ('/', 2),
                ['{', _, _, _, _, ..] => (Hexadecimal(rest[1..5]), 5),
                ['!' or ';' or '[' or '`', _, _, ..] => (Hexadecimal(rest[1..3]), 3),
                [var plain, ..] when IsPlain(plain) => (plain, 1),
                _ => throw new FormatException($"'{spelled}' is no key of the state store"),
            };
            text.Append(c);
            i += length;
        }

        return text.ToString();
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or ':' or '@' or '_';

    /// <summary>The mark lies after the plain characters below the escaped one, and before those above it.</summary>
    private static char MarkOf(char c) => c switch
    {
        < '-' => '!',
        < '@' => ';',
        < '_' => '[',
        _ => '`',
    };

    private static char Hexadecimal(ReadOnlySpan<char> digits) =>
        (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
