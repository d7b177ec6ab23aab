using System.Buffers;
using System.Text.Json;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>What is carried along of answers that are gone, kept in the shape of an answer: each product as it was sent, and since when it is missed.</summary>
internal static class CarriedProducts
{
    /// <summary>Reads what <see cref="Write"/> wrote; nothing where it is something else.</summary>
    public static List<CarriedProduct> Read(ReadOnlyMemory<byte> carried, ILogger logger)
    {
        if (carried.Length == 0)
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(carried);
            var since = document.RootElement.GetProperty("since");
            return [.. LifecycleCatalogReader.Read(carried, "the kept copy", default, logger).Products.Select(p => new CarriedProduct(p, since.GetProperty(p.Name).GetDateTimeOffset()))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException or LifecycleCatalogException)
        {
            return [];
        }
    }

    /// <summary>Writes products as they stand in answers, the first that has one.</summary>
    public static byte[] Write(IReadOnlyList<CarriedProduct> carried, params ReadOnlySpan<ReadOnlyMemory<byte>> answers)
    {
        if (carried.Count == 0)
        {
            return [];
        }

        var wanted = carried.Select(c => c.Product.Name).ToHashSet(StringComparer.Ordinal);
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("result");
            foreach (var answer in answers)
            {
                if (answer.Length == 0)
                {
                    continue;
                }

                using var document = JsonDocument.Parse(answer);
                foreach (var product in document.RootElement.GetProperty("result").EnumerateArray())
                {
                    if (product.ValueKind == JsonValueKind.Object && product.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && wanted.Remove(name.GetString()!))
                    {
                        product.WriteTo(writer);
                    }
                }
            }

            writer.WriteEndArray();
            writer.WriteStartObject("since");
            foreach (var product in carried)
            {
                writer.WriteString(product.Product.Name, product.Since);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
