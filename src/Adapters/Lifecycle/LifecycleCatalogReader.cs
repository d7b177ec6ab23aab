using System.Globalization;
using System.Text.Json;

using Basewatch.Core.Images;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Ports;

using Microsoft.Extensions.Logging;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>
/// Reads the answer of <c>/api/v1/products/full</c> (<see href="https://endoflife.date/docs/api/v1/"/>). Fields that are missing
/// or new do no harm; a product that is broken is left out and logged.
/// </summary>
public static partial class LifecycleCatalogReader
{
    /// <summary>The largest answer that is read, in bytes.</summary>
    public const int LargestBody = 32 * 1024 * 1024;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32 };

    /// <summary>Reads a catalogue. Throws <see cref="LifecycleCatalogException"/> when it is none; <paramref name="source"/> is named then.</summary>
    public static LifecycleCatalog Read(ReadOnlyMemory<byte> body, string source, DateTimeOffset asOf, ILogger logger) => Read(body, source, asOf, logger, new HashSet<string>(StringComparer.Ordinal));

    /// <summary>Reads a catalogue, and names the products of which a cycle does not say when it ends, not even that this is not known.</summary>
    internal static LifecycleCatalog Read(ReadOnlyMemory<byte> body, string source, DateTimeOffset asOf, ILogger logger, ISet<string> incomplete)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("result", out var result) || result.ValueKind != JsonValueKind.Array)
            {
                throw new LifecycleCatalogException($"{source} has no list 'result': it is no answer of endoflife.date's /api/v1/products/full");
            }

            var products = new List<Product>();
            var names = new HashSet<string>(StringComparer.Ordinal);
            foreach (var element in result.EnumerateArray())
            {
                if (ProductOf(element) is { } product && names.Add(product.Name))
                {
                    products.Add(product);
                    if (element.GetProperty("releases").EnumerateArray().Any(r => !r.TryGetProperty("eolFrom", out _)))
                    {
                        incomplete.Add(product.Name);
                    }
                }
                else
                {
                    LogBroken(logger, Excerpt.Of(element.ValueKind == JsonValueKind.Object && Text(element, "name") is { } name ? name : element.ValueKind.ToString()), source);
                }
            }

            return products.Count > 0
                ? new LifecycleCatalog(products, Moment(document.RootElement, "generated_at") ?? asOf)
                : throw new LifecycleCatalogException($"{source} holds no product");
        }
        catch (JsonException e)
        {
            throw new LifecycleCatalogException($"{source} is no whole JSON document (line {e.LineNumber + 1})", e);
        }
    }

    /// <summary>The repository that an identifier names, canonical; null where it names none.</summary>
    public static string? ImageOf(string identifier)
    {
        var isDocker = identifier.StartsWith("pkg:docker/", StringComparison.Ordinal);
        if (!isDocker && !identifier.StartsWith("pkg:oci/", StringComparison.Ordinal))
        {
            return null;
        }

        var rest = identifier[(identifier.IndexOf('/', StringComparison.Ordinal) + 1)..].Split('#')[0];
        var query = rest.Split('?', 2);
        var path = query[0].Split('@')[0].Trim('/');
        var host = query.Length == 2
            ? query[1].Split('&').FirstOrDefault(q => q.StartsWith("repository_url=", StringComparison.Ordinal))?["repository_url=".Length..]
            : null;
        if (host is null)
        {
            return isDocker && ImageName.TryParse(path, out var hub, out _) ? hub.Canonical : null;
        }

        host = Uri.UnescapeDataString(host).Trim('/');
        host = host.StartsWith("https://", StringComparison.Ordinal) ? host[8..] : host;

        // What people see of quay.io has this path; its images do not.
        host = host.Replace("quay.io/repository/", "quay.io/", StringComparison.Ordinal);
        var isWhole = host.EndsWith("/" + path, StringComparison.Ordinal) && host.Count(c => c == '/') >= 2;
        return ImageName.TryParse(isWhole ? host : $"{host}/{path}", out var name, out _) ? name.Canonical : null;
    }

    private static Product? ProductOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object || Text(element, "name") is not { Length: > 0 } name
            || !element.TryGetProperty("releases", out var releases) || releases.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var cycles = new List<Cycle>();
        foreach (var release in releases.EnumerateArray())
        {
            if (release.ValueKind != JsonValueKind.Object || Text(release, "name") is not { Length: > 0 } cycle
                || !TryDay(release, "releaseDate", out var released) || !TryDay(release, "eolFrom", out var eol) || !TryDay(release, "eoesFrom", out var extended)
                || !TryDay(release, "eoasFrom", out var active))
            {
                return null;
            }

            cycles.Add(new Cycle(cycle, Text(release, "codename"), released, eol, IsTrue(release, "isEol"), extended, IsTrue(release, "isLts")) { ActiveUntil = active });
        }

        return new Product(
            name,
            Text(element, "label") ?? name,
            [.. Items(element, "aliases").Where(a => a.ValueKind == JsonValueKind.String).Select(a => a.GetString()!)],
            [.. Items(element, "identifiers").Select(i => i.ValueKind == JsonValueKind.Object && Text(i, "id") is { } id ? ImageOf(id) : null).OfType<string>().Distinct(StringComparer.Ordinal)],
            cycles,
            element.TryGetProperty("links", out var links) && links.ValueKind == JsonValueKind.Object ? Text(links, "html") : null);
    }

    private static List<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool IsTrue(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>A day, or null where there is none; false where something else stands there, since a date must not be guessed.</summary>
    private static bool TryDay(JsonElement element, string name, out DateOnly? day)
    {
        day = null;
        if (!element.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.True or JsonValueKind.False)
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.String || !DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read))
        {
            return false;
        }

        day = read;
        return true;
    }

    private static DateTimeOffset? Moment(JsonElement element, string name) =>
        Text(element, name) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Product {Product} in {Source} is not of the expected shape and is left out")]
    private static partial void LogBroken(ILogger logger, string product, string source);
}
