using System.Text.Json;

namespace Basewatch.Core.Jobs.Notices;

/// <summary>Reads JSON that anyone may have written: what is not there, or not of its kind, is null.</summary>
internal static class NoticeJson
{
    /// <summary>Opens a body.</summary>
    /// <exception cref="FormatException">It is no JSON, or too deep.</exception>
    public static JsonDocument Open(ReadOnlyMemory<byte> body, int mostDepth)
    {
        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = mostDepth });
        }
        catch (JsonException e)
        {
            throw new FormatException($"the body is no JSON: {e.Message}", e);
        }
    }

    /// <summary>What is at a path of members.</summary>
    public static JsonElement? At(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element;
    }

    /// <summary>The text at a path of members.</summary>
    public static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        try
        {
            return At(element, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or no UTF-8.
            return null;
        }
    }

    /// <summary>The number at a path of members.</summary>
    public static long? Number(JsonElement element, params ReadOnlySpan<string> path) =>
        At(element, path) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var value) ? value : null;

    /// <summary>Whether there is <c>true</c> at a path of members.</summary>
    public static bool IsTrue(JsonElement element, params ReadOnlySpan<string> path) => At(element, path) is { ValueKind: JsonValueKind.True };

    /// <summary>The items of the array at a path of members; none where there is no array.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement element, params ReadOnlySpan<string> path) =>
        At(element, path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
