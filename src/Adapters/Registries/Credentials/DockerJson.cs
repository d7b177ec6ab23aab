using System.Text.Json;
using System.Text.Json.Serialization;

namespace Basewatch.Adapters.Registries.Credentials;

/// <summary>What is read of a Docker configuration.</summary>
internal sealed record DockerConfigurationDocument(Dictionary<string, DockerLogin?>? Auths, string? CredsStore, Dictionary<string, string?>? CredHelpers);

/// <summary>One entry of <c>auths</c>.</summary>
/// <param name="Auth">Base64 of user name, colon and password.</param>
/// <param name="Username">In its place, written out.</param>
/// <param name="Password">The password of <paramref name="Username"/>.</param>
/// <param name="IdentityToken">A refresh token.</param>
/// <param name="RegistryToken">A bearer token.</param>
internal sealed record DockerLogin(string? Auth, string? Username, string? Password, string? IdentityToken, string? RegistryToken)
{
    /// <summary>Nothing: a record would print the password.</summary>
    public override string ToString() => nameof(DockerLogin);
}

/// <summary>What a credential helper answers.</summary>
internal sealed record HelperAnswer(string? Username, string? Secret)
{
    /// <summary>Nothing: a record would print the secret.</summary>
    public override string ToString() => nameof(HelperAnswer);
}

// Names in any case, as Go reads them, which both are written in.
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, ReadCommentHandling = JsonCommentHandling.Disallow, MaxDepth = 32)]
[JsonSerializable(typeof(DockerConfigurationDocument))]
[JsonSerializable(typeof(HelperAnswer))]
internal sealed partial class DockerJson : JsonSerializerContext;
