using System.Text.Json;

namespace Basewatch.Core.Vulnerabilities;

/// <summary>Reads what strangers wrote: what is not of the expected kind is not there.</summary>
internal static class JsonElementReading
{
    public static bool TryMember(this JsonElement element, string name, JsonValueKind kind, out JsonElement member)
    {
        member = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out member) && member.ValueKind == kind;
    }

    public static string? Text(this JsonElement element, string name) => element.TryMember(name, JsonValueKind.String, out var text) ? text.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name, int most) =>
        element.TryMember(name, JsonValueKind.Array, out var items) ? items.EnumerateArray().Take(most) : [];
}
