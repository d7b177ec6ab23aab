using System.Text.Json;
using Basewatch.Core.Images;
using static Basewatch.Core.Jobs.Notices.NoticeJson;

namespace Basewatch.Core.Jobs.Notices;

/// <summary>What registries post when an image is pushed or deleted, each in its own words.</summary>
public static class PushNotification
{
    /// <summary>The most that is read of one delivery, in bytes.</summary>
    public const int LargestDelivery = 1024 * 1024;

    private const int MostDepth = 32;

    private const int MostImages = 1000;

    private static readonly Dictionary<string, Func<JsonElement, IEnumerable<string?>>> Readers = new(StringComparer.Ordinal)
    {
        ["docker-hub"] = DockerHub,
        ["quay"] = Quay,
        ["harbor"] = Harbor,
        ["distribution"] = Distribution,
        ["acr"] = Acr,
    };

    /// <summary>The kinds that are read, as they stand in the address.</summary>
    public static IReadOnlyCollection<string> Kinds => Readers.Keys;

    /// <summary>Reads a delivery.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="body">The body.</param>
    /// <returns>The images that it is about, each once; none where it is about something else.</returns>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static IReadOnlyList<ImageMoved> Parse(string kind, ReadOnlyMemory<byte> body)
    {
        ArgumentNullException.ThrowIfNull(kind);
        using var document = Open(body, MostDepth);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("the body is no JSON object");
        }

        return
        [
            .. Readers[kind](document.RootElement).Distinct(StringComparer.Ordinal).Take(MostImages)
                .Select(reference => ImageReference.TryParse(reference ?? "", out var image, out _) ? new ImageMoved(image.Name) : null)
                .OfType<ImageMoved>().Distinct(),
        ];
    }

    // https://docs.docker.com/docker-hub/repos/manage/webhooks/: one trigger, a push. The address to call back is not called.
    private static IEnumerable<string?> DockerHub(JsonElement root) =>
        Text(root, "repository", "repo_name") is { } name ? [$"docker.io/{name}"] : [];

    // https://docs.quay.io/guides/notifications.html: a push alone has updated tags.
    private static IEnumerable<string?> Quay(JsonElement root) =>
        At(root, "updated_tags") is not null ? [Text(root, "docker_url")] : [];

    // https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-webhooks/: its own format, and CloudEvents.
    private static IEnumerable<string?> Harbor(JsonElement root)
    {
        var data = Text(root, "type") switch
        {
            "PUSH_ARTIFACT" or "DELETE_ARTIFACT" => At(root, "event_data"),
            "harbor.artifact.pushed" or "harbor.artifact.deleted" => At(root, "data"),
            _ => null,
        };
        return data is { } of ? Items(of, "resources").Select(r => Text(r, "resource_url")) : [];
    }

    // https://distribution.github.io/distribution/about/notifications/
    private static IEnumerable<string?> Distribution(JsonElement root) => Items(root, "events").SelectMany(Acr);

    // https://learn.microsoft.com/azure/container-registry/container-registry-webhook-reference: one event of the same shape.
    private static IEnumerable<string?> Acr(JsonElement root) =>
        Text(root, "action") is "push" or "delete" or "mount"
        && Text(root, "target", "repository") is { } repository
        && (Text(root, "request", "host") ?? HostOf(Text(root, "target", "url"))) is { Length: > 0 } host
            ? [$"{host}/{repository}"]
            : [];

    private static string? HostOf(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var address) ? address.Authority : null;
}
