using System.Buffers;
using System.Text.Json;
using Basewatch.Core.Alerts;

namespace Basewatch.Adapters.Notifications;

/// <summary>
/// Renders a message as an event of CloudEvents 1.0 in structured mode (<see href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"/>).
/// Its data are described by <c>docs/alert.schema.json</c>. Texts are as they were found: whoever shows them escapes them.
/// </summary>
public static class AlertEvent
{
    /// <summary>What comes before the kind in an event's type.</summary>
    public const string TypePrefix = "basewatch.alert.";

    /// <summary>The source where the settings name no public address.</summary>
    public const string DefaultSource = "urn:basewatch";

    /// <summary>The media type.</summary>
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The event in UTF-8.</summary>
    /// <param name="message">What to say.</param>
    /// <param name="source">Which Basewatch says so: an absolute address.</param>
    public static byte[] Render(Message message, string source)
    {
        ArgumentNullException.ThrowIfNull(message);
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("specversion", "1.0");
            json.WriteString("id", message.Id);
            json.WriteString("source", source);
            json.WriteString("type", TypePrefix + message.Kind.Token());
            if (message.Properties.TryGetValue("subject", out var subject) && subject.Length > 0)
            {
                json.WriteString("subject", subject);
            }

            json.WriteString("time", message.At.UtcDateTime);
            json.WriteString("datacontenttype", "application/json");
            json.WriteStartObject("data");
            WriteData(json, message);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteData(Utf8JsonWriter json, Message message)
    {
        json.WriteString("kind", message.Kind.Token());
        json.WriteString("severity", message.Severity.Token());
        json.WriteString("title", message.Title);
        WriteAll(json, "paragraphs", message.Paragraphs, json.WriteStringValue);
        WriteAll(json, "facts", message.Facts, fact => WritePair(json, "name", fact.Name, "value", fact.Value));
        WriteAll(json, "tables", message.Tables, table =>
        {
            json.WriteStartObject();
            json.WriteString("title", table.Title);
            WriteAll(json, "columns", table.Columns, json.WriteStringValue);
            WriteAll(json, "rows", table.Rows, row =>
            {
                json.WriteStartArray();
                foreach (var cell in row)
                {
                    WritePair(json, "text", cell.Text, "url", cell.Url);
                }

                json.WriteEndArray();
            });
            json.WriteEndObject();
        });
        WriteAll(json, "actions", message.Actions, action => WritePair(json, "title", action.Title, "url", action.Url));
        json.WriteStartObject("properties");
        foreach (var (name, value) in message.Properties.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, IEnumerable<T> values, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            write(value);
        }

        json.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter json, string name, string value, string otherName, string? otherValue)
    {
        json.WriteStartObject();
        json.WriteString(name, value);
        if (otherValue is not null)
        {
            json.WriteString(otherName, otherValue);
        }

        json.WriteEndObject();
    }
}
