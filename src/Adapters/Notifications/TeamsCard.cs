using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Basewatch.Core.Alerts;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// Renders a message as Adaptive Cards 1.5 (<see href="https://adaptivecards.io/explorer/AdaptiveCard.html"/>), each in the envelope that
/// Teams' Workflows webhooks take. What does not fit into one is told in several.
/// </summary>
public static partial class TeamsCard
{
    /// <summary>Teams takes messages of up to 28 KB.</summary>
    public const int LargestMessage = 28 * 1024;

    /// <summary>Cards that one message makes, at most.</summary>
    public const int MostParts = 20;

    /// <summary>Columns that a table shows, at most.</summary>
    public const int MostColumns = 12;

    /// <summary>UTF-16 units of a table's cell, at most.</summary>
    public const int LongestCell = 300;

    /// <summary>UTF-16 units of a fact's value, at most.</summary>
    public const int LongestFact = 1000;

    /// <summary>UTF-16 units of a paragraph, at most.</summary>
    public const int LongestParagraph = 2000;

    private const int LongestTitle = 300;

    private const int LongestLabel = 60;

    private const int MostActions = 6;

    /// <summary>Further ones stand behind a button with three dots.</summary>
    private const int MostPlainActions = 4;

    /// <summary>What a workflow adds to a card before it posts it.</summary>
    private const int Margin = 1024;

    // What needs no escape in JSON has none: the limit is one of bytes.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The messages in UTF-8, in their order.</summary>
    /// <param name="message">What to say.</param>
    /// <param name="overview">Where all of it is seen, should it be more than <see cref="MostParts"/> cards hold.</param>
    public static IReadOnlyList<byte[]> Render(Message message, string? overview = null)
    {
        ArgumentNullException.ThrowIfNull(message);
        var tables = message.Tables.Select(t => new Table(t)).ToList();
        var rest = Fragment(json => WriteRest(json, int.MaxValue, overview));
        var room = LargestMessage - Margin - Size(Whole(message, "99 of 99", [])) - Size(rest);

        var parts = new List<List<Block>> { new() };
        var left = room;
        var leftOut = 0;
        foreach (var block in BlocksOf(message, tables))
        {
            if (leftOut > 0)
            {
                leftOut++;
                continue;
            }

            var isFirst = parts[^1].Count == 0 || !parts[^1][^1].IsWith(block);
            var cost = block.Size + (isFirst ? block.Opening : 0);
            if (cost > left)
            {
                if (parts[^1].Count > 0)
                {
                    if (parts.Count == MostParts)
                    {
                        leftOut++;
                        continue;
                    }

                    parts.Add([]);
                    left = room;
                }

                cost = block.Opening + block.Shrink(room - block.Opening);
            }

            left -= cost;
            parts[^1].Add(block);
        }

        return [.. parts.Select((part, i) => Whole(
            message,
            parts.Count == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"{i + 1} of {parts.Count}"),
            Elements(part, tables, i),
            i == parts.Count - 1 && leftOut > 0 ? Fragment(json => WriteRest(json, leftOut, overview)) : null))];
    }

    /// <summary>
    /// What a message takes of the 28 KB. Workflows hands a card on as a string within JSON, where quotes and backslashes take another byte.
    /// </summary>
    internal static int Size(ReadOnlySpan<byte> json) => json.Length + json.Count((byte)'"') + json.Count((byte)'\\');

    private static IEnumerable<Block> BlocksOf(Message message, List<Table> tables)
    {
        foreach (var paragraph in message.Paragraphs)
        {
            yield return new Block(BlockKind.Paragraph, 0, 0, longest => Fragment(json => WriteText(json, Escaped(paragraph, longest), isParagraph: true)), LongestParagraph);
        }

        var facts = Size("""{"type":"FactSet","spacing":"Medium","facts":[]},"""u8);
        foreach (var fact in message.Facts)
        {
            yield return new Block(BlockKind.Fact, 0, facts, longest => Fragment(json => WriteFact(json, fact, longest)), LongestFact);
        }

        for (var i = 0; i < tables.Count; i++)
        {
            var table = tables[i];
            foreach (var row in table.Content.Rows)
            {
                yield return new Block(BlockKind.Row, i, table.Opening, longest => Fragment(json => WriteRow(json, row, table.Columns, longest, isHeader: false)), LongestCell);
            }
        }
    }

    /// <summary>The elements of a card: neighbours of one kind are put together.</summary>
    private static List<byte[]> Elements(List<Block> part, List<Table> tables, int index)
    {
        var elements = new List<byte[]>();
        for (var i = 0; i < part.Count;)
        {
            var run = part.Skip(i).TakeWhile(b => b.IsWith(part[i])).ToList();
            if (part[i].Kind == BlockKind.Paragraph)
            {
                elements.Add(part[i++].Json);
                continue;
            }

            i += run.Count;
            if (run[0].Kind == BlockKind.Fact)
            {
                elements.Add(Fragment(json =>
                {
                    json.WriteStartObject();
                    json.WriteString("type", "FactSet");
                    json.WriteString("spacing", "Medium");
                    WriteAll(json, "facts", run.Select(b => b.Json));
                    json.WriteEndObject();
                }));
                continue;
            }

            var table = tables[run[0].Table];
            elements.Add(Fragment(json => WriteHeading(json, table, isContinued: index > 0 && table.FirstPart != index && table.FirstPart is not null)));
            table.FirstPart ??= index;
            elements.Add(Fragment(json => WriteTable(json, table, run.Select(b => b.Json))));
        }

        return elements;
    }

    private static byte[] Whole(Message message, string? part, IReadOnlyList<byte[]> elements, byte[]? rest = null) => Fragment(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteStartArray("attachments");
        json.WriteStartObject();
        json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
        json.WriteNull("contentUrl");
        json.WriteStartObject("content");
        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.5");
        json.WriteString("fallbackText", Escaped(message.Title, LongestTitle));
        json.WriteStartObject("msteams");
        json.WriteString("width", "Full");
        json.WriteEndObject();
        json.WriteStartArray("body");
        WriteHeader(json, message, part);
        foreach (var element in rest is null ? elements : elements.Append(rest))
        {
            json.WriteRawValue(element, skipInputValidation: true);
        }

        json.WriteEndArray();
        WriteActions(json, message.Actions);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static void WriteHeader(Utf8JsonWriter json, Message message, string? part)
    {
        json.WriteStartObject();
        json.WriteString("type", "Container");
        json.WriteString("style", message.Severity switch
        {
            Severity.Good => "good",
            Severity.Warning => "warning",
            Severity.Attention => "attention",
            _ => "accent",
        });
        json.WriteBoolean("bleed", true);
        json.WriteStartArray("items");

        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", $"{message.Kind.Words()} · {message.At.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}{(part is null ? "" : " · " + part)}");
        json.WriteString("size", "Small");
        json.WriteBoolean("wrap", true);
        json.WriteEndObject();

        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", Escaped(message.Title, LongestTitle));
        json.WriteString("style", "heading");
        json.WriteString("size", "Large");
        json.WriteString("weight", "Bolder");
        json.WriteString("spacing", "Small");
        json.WriteBoolean("wrap", true);
        json.WriteEndObject();

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHeading(Utf8JsonWriter json, Table table, bool isContinued)
    {
        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", Escaped(table.Content.Title, LongestTitle) + (isContinued ? " (continued)" : ""));
        json.WriteString("weight", "Bolder");
        json.WriteString("spacing", "Large");
        json.WriteBoolean("wrap", true);
        json.WriteEndObject();
    }

    private static void WriteTable(Utf8JsonWriter json, Table table, IEnumerable<byte[]> rows)
    {
        json.WriteStartObject();
        json.WriteString("type", "Table");
        json.WriteBoolean("firstRowAsHeader", true);
        json.WriteBoolean("showGridLines", true);
        json.WriteString("gridStyle", "default");
        json.WriteString("spacing", "Small");
        json.WriteStartArray("columns");
        foreach (var width in table.Widths)
        {
            json.WriteStartObject();
            json.WriteNumber("width", width);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteAll(json, "rows", rows.Prepend(Fragment(header => WriteRow(header, [.. table.Content.Columns.Select(c => new MessageCell(c))], table.Columns, LongestLabel, isHeader: true))));
        json.WriteEndObject();
    }

    private static void WriteRow(Utf8JsonWriter json, IReadOnlyList<MessageCell> row, int columns, int longest, bool isHeader)
    {
        json.WriteStartObject();
        json.WriteString("type", "TableRow");
        if (isHeader)
        {
            json.WriteString("style", "emphasis");
        }

        json.WriteStartArray("cells");
        for (var i = 0; i < columns; i++)
        {
            json.WriteStartObject();
            json.WriteString("type", "TableCell");
            json.WriteStartArray("items");
            if (i < row.Count && row[i].Text.Length > 0)
            {
                WriteText(json, Linked(Escaped(row[i].Text, longest), row[i].Url), isHeader);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteFact(Utf8JsonWriter json, MessageFact fact, int longest)
    {
        json.WriteStartObject();
        json.WriteString("title", Escaped(fact.Name, Math.Min(LongestLabel, longest)));
        json.WriteString("value", Escaped(fact.Value, longest));
        json.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter json, int rows, string? overview)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} more {(rows == 1 ? "row is" : "rows are")} left out: they are too many for this channel.");
        WriteText(json, PlainText.Link(overview) is { } url ? $"{text} {Linked("All of them stand in the dashboard.", url)}" : text, isParagraph: true);
    }

    /// <summary>A block of Markdown that wraps, within words too.</summary>
    private static void WriteText(Utf8JsonWriter json, string markdown, bool isBold = false, bool isParagraph = false)
    {
        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", markdown);
        if (isParagraph)
        {
            json.WriteString("spacing", "Medium");
        }

        if (isBold)
        {
            json.WriteString("weight", "Bolder");
        }

        json.WriteBoolean("wrap", true);
        json.WriteEndObject();
    }

    private static void WriteActions(Utf8JsonWriter json, IReadOnlyList<MessageLink> links)
    {
        var actions = links.Where(l => PlainText.Link(l.Url) is not null).Take(MostActions).ToList();
        if (actions.Count == 0)
        {
            return;
        }

        json.WriteStartArray("actions");
        foreach (var (i, action) in actions.Index())
        {
            json.WriteStartObject();
            json.WriteString("type", "Action.OpenUrl");
            json.WriteString("title", PlainText.OnOneLine(action.Title, LongestLabel));
            json.WriteString("url", PlainText.Link(action.Url));
            if (i >= MostPlainActions)
            {
                json.WriteString("mode", "secondary");
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAll(Utf8JsonWriter json, string name, IEnumerable<byte[]> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteRawValue(value, skipInputValidation: true);
        }

        json.WriteEndArray();
    }

    private static byte[] Fragment(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Compact))
        {
            write(json);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string Linked(string markdown, string? url) =>
        PlainText.Link(url) is { } link ? $"[{markdown}]({link.Replace("(", "%28", StringComparison.Ordinal).Replace(")", "%29", StringComparison.Ordinal)})" : markdown;

    /// <summary>
    /// Text from outside as Markdown, which every text of a card is: nothing in it is a link, a mention or emphasis. Teams' renderers, on
    /// phones too, take a backslash for an escape.
    /// </summary>
    internal static string Escaped(string text, int longest)
    {
        var plain = LinkStart().Replace(PlainText.OnOneLine(text, longest).Replace('<', '‹').Replace('>', '›'), "${head}\u200B${tail}");
        var escaped = new StringBuilder(plain.Length + 8);
        foreach (var (i, c) in plain.Index())
        {
            // A line that begins like an item of a list would be one.
            var isMarker = c is '-' or '+' or '=' ? i == 0 : c is '.' or ')' && i > 0 && plain.AsSpan(0, i).IndexOfAnyExceptInRange('0', '9') < 0;
            if (isMarker || c is '\\' or '*' or '_' or '~' or '`' or '[' or ']' or '#' or '!' or '|' or '{' or '}')
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private enum BlockKind
    {
        Paragraph,
        Fact,
        Row,
    }

    /// <summary>Something that is never torn apart.</summary>
    private sealed class Block
    {
        private readonly Func<int, byte[]> _render;
        private int _longest;

        public Block(BlockKind kind, int table, int opening, Func<int, byte[]> render, int longest)
        {
            (Kind, Table, Opening, _render, _longest) = (kind, table, opening, render, longest);
            Json = render(longest);
        }

        public BlockKind Kind { get; }

        public int Table { get; }

        /// <summary>What comes before the first of its kind in a card.</summary>
        public int Opening { get; }

        public byte[] Json { get; private set; }

        /// <summary>With the comma before it.</summary>
        public int Size => TeamsCard.Size(Json) + 1;

        public bool IsWith(Block other) => Kind == other.Kind && Table == other.Table;

        /// <summary>Cuts its texts until it takes no more than there is room for, and says what it takes.</summary>
        public int Shrink(int room)
        {
            while (Size > room && _longest > 1)
            {
                _longest /= 2;
                Json = _render(_longest);
            }

            return Size;
        }
    }

    /// <summary>A table, and how it is laid out.</summary>
    private sealed class Table
    {
        private const int Narrowest = 6;

        private const int Widest = 32;

        /// <summary>A path without a dash gets this much, and no more.</summary>
        private const int WidestWord = 44;

        /// <summary>For the space between a text and its cell's lines.</summary>
        private const int Space = 2;

        public Table(MessageTable content)
        {
            Content = content;
            Columns = Math.Min(content.Columns.Count, MostColumns);
            Widths = [.. Enumerable.Range(0, Columns).Select(Width)];
            Opening = Size(Fragment(json => WriteHeading(json, this, isContinued: true))) + Size(Fragment(json => WriteTable(json, this, []))) + 2;
        }

        public MessageTable Content { get; }

        public int Columns { get; }

        public IReadOnlyList<int> Widths { get; }

        /// <summary>What it takes without its rows.</summary>
        public int Opening { get; }

        /// <summary>The card that it begins in.</summary>
        public int? FirstPart { get; set; }

        /// <summary>As wide as its longest text is long, within bounds, so that a date beside a path gets no more room than it needs. Beyond the bounds, no word is torn that need not be.</summary>
        private int Width(int column)
        {
            var texts = Content.Rows.Where(r => r.Count > column).Select(r => r[column].Text).Append(Content.Columns[column]).ToList();
            return Math.Clamp(Math.Max(Math.Min(texts.Max(t => t.Length), Widest), texts.Max(LongestWord)), Narrowest, WidestWord) + Space;
        }

        /// <summary>The longest stretch within which no line can end.</summary>
        private static int LongestWord(string text)
        {
            var (longest, length) = (0, 0);
            foreach (var c in text)
            {
                length = c is ' ' or '-' ? 0 : length + 1;
                longest = Math.Max(longest, length);
            }

            return longest;
        }
    }

    /// <summary>Where a renderer begins to see a link in plain text. Nothing is rewritten there, so that the words keep their case.</summary>
    [GeneratedRegex(@"(?<head>:)(?<tail>//)|(?<head>www)(?<tail>\.)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LinkStart();
}
