using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>
/// A piece of HTML that is safe to be shown. It is made by interpolation alone: what stands literally in the source is markup, and whatever
/// is put in between is text, escaped for content and for attributes in double quotes; so there is one place where text is escaped, and none to forget it.
/// </summary>
internal sealed class Html
{
    private readonly string _markup;

    private Html(string markup) => _markup = markup;

    /// <summary>Nothing.</summary>
    public static Html Empty { get; } = new("");

    /// <summary>Makes HTML: <c>Html.Of($"&lt;b&gt;{name}&lt;/b&gt;")</c>.</summary>
    public static Html Of(Interpolated parts) => new(parts.Finish());

    /// <summary>The markup.</summary>
    public override string ToString() => _markup;

    /// <summary>Writes text so that it is text in content and in attributes in double quotes, whatever it is.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="text">
    /// The text. Of characters that HTML does not have (control characters, halves of surrogates) and of those that turn the direction of what
    /// stands around them, a replacement character is shown.
    /// </param>
    internal static void Escape(StringBuilder to, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '&':
                    to.Append("&amp;");
                    break;
                case '<':
                    to.Append("&lt;");
                    break;
                case '>':
                    to.Append("&gt;");
                    break;
                case '"':
                    to.Append("&quot;");
                    break;
                case '\'':
                    to.Append("&#39;");
                    break;
                case '`':
                    to.Append("&#96;");
                    break;
                case '\t' or '\n':
                    to.Append(c);
                    break;
                case < ' ' or (>= '\u007f' and <= '\u009f') or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c' or '\ufffe' or '\uffff':
                    to.Append('\ufffd');
                    break;
                case var high when char.IsHighSurrogate(high) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]):
                    to.Append(high).Append(text[++i]);
                    break;
                case var half when char.IsSurrogate(half):
                    to.Append('\ufffd');
                    break;
                default:
                    to.Append(c);
                    break;
            }
        }
    }

    /// <summary>Gathers the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Interpolated
    {
        private readonly StringBuilder _to;

        /// <summary>Begins.</summary>
        public Interpolated(int literalLength, int formattedCount) => _to = new StringBuilder(literalLength + (formattedCount * 24));

        /// <summary>Markup, from the source.</summary>
        public void AppendLiteral(string markup) => _to.Append(markup);

        /// <summary>Text from anywhere.</summary>
        public void AppendFormatted(string? text) => Escape(_to, text);

        /// <summary>What is HTML already.</summary>
        public void AppendFormatted(Html? html) => _to.Append(html?._markup);

        /// <summary>What is HTML already.</summary>
        public void AppendFormatted(IEnumerable<Html> many)
        {
            foreach (var html in many)
            {
                _to.Append(html._markup);
            }
        }

        /// <summary>A number as machines read it.</summary>
        public void AppendFormatted(int number) => _to.Append(CultureInfo.InvariantCulture, $"{number}");

        /// <summary>A number as machines read it.</summary>
        public void AppendFormatted(double number) => _to.Append(CultureInfo.InvariantCulture, $"{number:0.##}");

        internal string Finish() => _to.ToString();
    }
}
