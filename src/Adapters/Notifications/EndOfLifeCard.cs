using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

using Basewatch.Core.Lifecycle;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// Renders an end-of-life alert as a message with an Adaptive Card 1.5
/// (<see href="https://adaptivecards.io/explorer/AdaptiveCard.html"/>), as Teams' Workflows webhooks take it.
/// </summary>
public static class EndOfLifeCard
{
    /// <summary>Teams takes messages of up to 28 KB.</summary>
    public const int LargestMessage = 28 * 1024;

    /// <summary>What the list of places may take of it; the rest, of bounded texts, stays far below the difference.</summary>
    private const int LargestList = 20 * 1024;

    /// <summary>What a line of the list takes beside its text.</summary>
    private const int LineOverhead = 160;

    private const int LongestText = 300;

    /// <summary>The message in UTF-8.</summary>
    public static byte[] Render(EndOfLifeAlert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        var buffer = new ArrayBufferWriter<byte>(8192);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", "message");
            json.WriteStartArray("attachments");
            json.WriteStartObject();
            json.WriteString("contentType", "application/vnd.microsoft.card.adaptive");
            json.WriteNull("contentUrl");
            json.WriteStartObject("content");
            WriteCard(json, alert);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCard(Utf8JsonWriter json, EndOfLifeAlert alert)
    {
        var isEnded = alert.DaysLeft <= 0;
        var heading = $"{Markdown(alert.Image.Familiar)} {(alert.DaysLeft, alert.Lifecycle.Ends) switch
        {
            (_, null) => "is past its end of life",
            ( < 0, _) => "is past its end of life",
            (0, _) => "reaches its end of life today",
            var (days, _) => $"reaches its end of life in {Days(days)}",
        }}";

        json.WriteString("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
        json.WriteString("type", "AdaptiveCard");
        json.WriteString("version", "1.5");
        json.WriteString("fallbackText", heading);
        json.WriteStartObject("msteams");
        json.WriteString("width", "Full");
        json.WriteEndObject();
        json.WriteStartArray("body");

        json.WriteStartObject();
        json.WriteString("type", "Container");
        json.WriteString("style", isEnded ? "attention" : "warning");
        json.WriteBoolean("bleed", true);
        json.WriteStartArray("items");
        WriteText(json, heading, "Large", "Bolder", isEnded ? "Attention" : "Warning");
        WriteText(json, isEnded
            ? "It gets no more security fixes. Rebuilding it brings a newer date and the same holes."
            : "After that day it gets no more security fixes. Plan the move now.");
        json.WriteEndArray();
        json.WriteEndObject();

        json.WriteStartObject();
        json.WriteString("type", "FactSet");
        json.WriteStartArray("facts");
        WriteFact(json, "Image", Markdown(alert.Image.Familiar));
        var life = alert.Lifecycle;
        WriteLife(json, "Product", life.Product, life.Cycle, life.Eol);
        WriteLife(json, "Distribution", life.Distribution, life.DistributionCycle, life.DistributionEol);
        if (life.Ends is { } ends)
        {
            WriteFact(json, "End of life", $"{Day(ends)} ({(alert.DaysLeft < 0 ? $"{Days(-alert.DaysLeft)} ago" : alert.DaysLeft == 0 ? "today" : $"{Days(alert.DaysLeft)} left")})");
        }

        WriteFact(json, "Move to", alert.Successor is { } successor ? Markdown(successor.Familiar)
            : alert.IsRegistryKnown ? "nothing of the same flavour in its registry is maintained"
            : "not known: its registry did not answer");
        json.WriteEndArray();
        json.WriteEndObject();

        WritePlaces(json, alert.Places);
        json.WriteEndArray();
    }

    private static void WriteLife(Utf8JsonWriter json, string title, string? name, string? cycle, DateOnly? eol)
    {
        if (name is not null)
        {
            WriteFact(json, title, $"{Markdown(name)}{(cycle is null ? "" : " " + Markdown(cycle))}{(eol is { } day ? $", until {Day(day)}" : "")}");
        }
    }

    /// <summary>Every place by repository, as many as fit. Text runs have no markup, so paths stand there as they are.</summary>
    private static void WritePlaces(Utf8JsonWriter json, IReadOnlyList<AlertPlace> places)
    {
        var repositories = places.GroupBy(p => p.Repository, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        WriteText(json, $"Used in {Count(places.Count, "place")} of {Count(repositories.Count, "repository", "repositories")}", "Medium", "Bolder");
        var (left, written) = (LargestList, 0);
        foreach (var repository in repositories)
        {
            var lines = repository.OrderBy(p => p.Path, StringComparer.Ordinal).ThenBy(p => p.Line)
                .Select(p => Plain($"{p.Path}:{p.Line.ToString(CultureInfo.InvariantCulture)}")).ToList();
            var name = Plain(repository.Key);
            if (Size(name) + Size(lines[0]) > left)
            {
                break;
            }

            left -= Size(name);
            WriteRun(json, name, isHeading: true);
            foreach (var line in lines.TakeWhile(l => (left -= Size(l)) >= 0))
            {
                WriteRun(json, line, isHeading: false);
                written++;
            }

            if (left < 0)
            {
                break;
            }
        }

        if (written < places.Count)
        {
            WriteText(json, $"and {places.Count - written} more");
        }
    }

    private static int Size(string text) => LineOverhead + JsonEncodedText.Encode(text).EncodedUtf8Bytes.Length;

    private static void WriteRun(Utf8JsonWriter json, string text, bool isHeading)
    {
        json.WriteStartObject();
        json.WriteString("type", "RichTextBlock");
        json.WriteString("spacing", isHeading ? "Small" : "None");
        json.WriteStartArray("inlines");
        json.WriteStartObject();
        json.WriteString("type", "TextRun");
        json.WriteString("text", text);
        json.WriteString(isHeading ? "weight" : "fontType", isHeading ? "Bolder" : "Monospace");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string text, string size = "Default", string weight = "Default", string color = "Default")
    {
        json.WriteStartObject();
        json.WriteString("type", "TextBlock");
        json.WriteString("text", text);
        json.WriteString("size", size);
        json.WriteString("weight", weight);
        json.WriteString("color", color);
        json.WriteBoolean("wrap", true);
        json.WriteEndObject();
    }

    private static void WriteFact(Utf8JsonWriter json, string title, string value)
    {
        json.WriteStartObject();
        json.WriteString("title", title);
        json.WriteString("value", value);
        json.WriteEndObject();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Days(int days) => Count(days, "day");

    private static string Count(int count, string one, string? many = null) =>
        $"{count.ToString(CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>Text from outside for a place with markup: nothing in it is a link, a mention or emphasis.</summary>
    private static string Markdown(string text)
    {
        var plain = Plain(text);
        var escaped = new StringBuilder(plain.Length + 8);
        foreach (var c in plain)
        {
            if (c is '\\' or '*' or '_' or '~' or '`' or '[' or ']' or '(' or ')' or '#' or '!' or '|' or '{' or '}')
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    /// <summary>Text from outside on one line, of a bounded length, without what could be taken for a tag or turn the direction of reading.</summary>
    private static string Plain(string text)
    {
        var cut = text.Length > LongestText ? string.Concat("…", text.AsSpan(text.Length - LongestText + 1)) : text;
        return string.Concat(cut.Select(c => c switch
        {
            '<' => '‹',
            '>' => '›',
            _ when char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => '\uFFFD',
            _ => c,
        }));
    }
}
