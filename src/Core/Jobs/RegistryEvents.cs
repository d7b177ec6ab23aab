using System.Text.Json;
using Basewatch.Core.Images;
using static Basewatch.Core.Jobs.Notices.NoticeJson;

namespace Basewatch.Core.Jobs;

/// <summary>
/// Reads what Event Grid posts about a registry, in its own schema or as CloudEvents 1.0
/// (<see href="https://learn.microsoft.com/azure/event-grid/event-schema-container-registry"/>). An event is only ever a
/// cause to look: nothing in it is believed.
/// </summary>
/// <param name="Jobs">A look at each image that was pushed or deleted, each once.</param>
/// <param name="ValidationCode">The code of a subscription handshake, which proves the endpoint; null when there is none.</param>
public sealed record RegistryEvents(IReadOnlyList<RefreshImage> Jobs, string? ValidationCode)
{
    /// <summary>The most that is read of one delivery, in bytes. Event Grid sends up to 1 MiB.</summary>
    public const int LargestDelivery = 1024 * 1024;

    private const int MostEvents = 5000;

    /// <summary>Reads a delivery: one event or an array of them. Events about anything else are passed over.</summary>
    /// <exception cref="FormatException">It is no JSON, or not of either schema.</exception>
    public static RegistryEvents Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
            IEnumerable<JsonElement> events = document.RootElement.ValueKind switch
            {
                JsonValueKind.Array => document.RootElement.EnumerateArray(),
                JsonValueKind.Object => [document.RootElement],
                _ => throw new FormatException("the body is neither an event nor an array of events"),
            };
            var jobs = new List<RefreshImage>();
            string? code = null;
            foreach (var item in events.Take(MostEvents))
            {
                var type = Text(item, "eventType") ?? Text(item, "type");
                if (type == "Microsoft.EventGrid.SubscriptionValidationEvent")
                {
                    code ??= Text(item, "data", "validationCode");
                }
                else if (type is "Microsoft.ContainerRegistry.ImagePushed" or "Microsoft.ContainerRegistry.ImageDeleted"
                    && ImageOf(item) is { } image)
                {
                    jobs.Add(new RefreshImage(image.Canonical));
                }
            }

            return new RegistryEvents([.. jobs.Distinct()], code);
        }
        catch (JsonException e)
        {
            throw new FormatException($"the body is no JSON: {e.Message}", e);
        }
    }

    private static ImageName? ImageOf(JsonElement item)
    {
        // A registry named in the topic has the host NAME.azurecr.io; the request's own host wins, which knows sovereign clouds.
        var topic = Text(item, "topic") ?? Text(item, "source");
        var host = Text(item, "data", "request", "host")
            ?? (topic?.Split('/') is { Length: > 1 } parts ? parts[^1] + ".azurecr.io" : null);
        return Text(item, "data", "target", "repository") is { } repository && ImageName.TryParse($"{host}/{repository}", out var image, out _)
            ? image
            : null;
    }
}
