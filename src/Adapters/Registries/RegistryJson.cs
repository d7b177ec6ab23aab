using System.Text.Json;
using System.Text.Json.Serialization;

namespace Basewatch.Adapters.Registries;

/// <summary>A page of <c>/v2/…/tags/list</c>.</summary>
internal sealed record TagPage(string? Name, string?[]? Tags, JsonElement? Manifest);

/// <summary>The body of a failure (<see href="https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes"/>).</summary>
/// <param name="Errors">What is wrong.</param>
/// <param name="Message">The same from services that have one alone.</param>
/// <param name="Type">Its code, as AWS writes it.</param>
internal sealed record ErrorList(ErrorEntry[]? Errors, string? Message, [property: JsonPropertyName("__type")] string? Type);

/// <summary>One error.</summary>
internal sealed record ErrorEntry(string? Code, string? Message);

/// <summary>What a sign-in service answers (<see href="https://distribution.github.io/distribution/spec/auth/token/"/>).</summary>
/// <param name="Token">The token.</param>
/// <param name="AccessToken">The same under OAuth's name.</param>
/// <param name="RefreshToken">A token for more of them.</param>
/// <param name="ExpiresIn">Seconds.</param>
internal sealed record TokenGrant(
    string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken,
    [property: JsonPropertyName("expires_in")] double? ExpiresIn);

/// <summary>What is read of a manifest or an index; the rest is passed over.</summary>
internal sealed record ManifestDocument(int? SchemaVersion, string? MediaType, IndexEntry[]? Manifests, JsonElement? Config, JsonElement? Layers, Dictionary<string, string>? Annotations);

/// <summary>What is read of an image's configuration. The fields are of any kind, since an artifact may have anything there.</summary>
internal sealed record ConfigurationDocument(
    JsonElement? Created,
    JsonElement? Os,
    JsonElement? Architecture,
    JsonElement? Variant,
    [property: JsonPropertyName("os.version")] JsonElement? OsVersion,
    JsonElement? Config,
    JsonElement? Rootfs);

/// <summary>A descriptor within an index.</summary>
internal sealed record IndexEntry(string? Digest, IndexPlatform? Platform, Dictionary<string, string>? Annotations);

/// <summary>An index of referrers.</summary>
internal sealed record ReferrersDocument(ReferrerEntry?[]? Manifests);

/// <summary>One of them.</summary>
internal sealed record ReferrerEntry(string? Digest, string? MediaType, long? Size, string? ArtifactType, Dictionary<string, string>? Annotations);

/// <summary>Its platform.</summary>
internal sealed record IndexPlatform(string? Os, string? Architecture, string? Variant, [property: JsonPropertyName("os.version")] string? OsVersion);

// A field given twice is read differently by different readers, so it is refused.
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(TagPage))]
[JsonSerializable(typeof(ErrorList))]
[JsonSerializable(typeof(TokenGrant))]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ReferrersDocument))]
[JsonSerializable(typeof(ConfigurationDocument))]
internal sealed partial class RegistryJson : JsonSerializerContext;
