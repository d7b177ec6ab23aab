using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Basewatch.World.Scripted;
using Microsoft.AspNetCore.Http;

namespace Basewatch.World.Servers;

/// <summary>
/// A sign-in service for the distribution registry (<see href="https://distribution.github.io/distribution/spec/auth/jwt/"/>): it gives everyone what
/// is open, and its user what it may pull, signed with a key of its own.
/// </summary>
public sealed class TokenService : ScriptedServer
{
    /// <summary>The name that the registry has here.</summary>
    public const string Service = "registry of the tests";

    /// <summary>The name of this service in its tokens.</summary>
    public const string Issuer = "sign-in of the tests";

    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _certificate;

    /// <summary>Creates the service.</summary>
    public TokenService()
        : base(Answers.Status(500))
    {
        Script = AnswerAsync;
        _certificate = new CertificateRequest("CN=tokens", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(90));
    }

    /// <summary>What anyone may pull: the beginning of repositories.</summary>
    public string Open { get; init; } = "open/";

    /// <summary>What <see cref="RegistryServer.UserName"/> may pull besides.</summary>
    public string Closed { get; init; } = "closed/";

    /// <summary>The certificate that tokens are checked by, in PEM.</summary>
    internal string Pem => _certificate.ExportCertificatePem();

    /// <summary>A token for some repositories.</summary>
    public string Issue(IEnumerable<string> repositories, params string[] actions)
    {
        var now = TimeProvider.System.GetUtcNow();
        var access = new JsonArray([.. repositories.Select(r => new JsonObject { ["type"] = "repository", ["name"] = r, ["actions"] = new JsonArray([.. actions.Select(a => JsonValue.Create(a))]) })]);
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = "RS256", ["x5c"] = new JsonArray(Convert.ToBase64String(_certificate.RawData)) };
        var payload = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = "",
            ["aud"] = Service,
            ["exp"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            ["nbf"] = now.AddMinutes(-1).ToUnixTimeSeconds(),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["access"] = access,
        };
        var text = $"{Part(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Part(Encoding.UTF8.GetBytes(payload.ToJsonString()))}";
        return $"{text}.{Part(_key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Part(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        var login = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryServer.UserName}:{RegistryServer.Password}"));
        if (request.Headers.Authorization.Count > 0 && request.Headers.Authorization != login)
        {
            return Answers.Json("""{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}""", 401)(context);
        }

        // What is not granted is left out, which is no error.
        var name = request.Query["scope"].ToString().Split(':') is ["repository", var repository, "pull"] ? repository : "";
        var may = request.Query["service"] == Service
            && (name.StartsWith(Open, StringComparison.Ordinal) || (request.Headers.Authorization.Count > 0 && name.StartsWith(Closed, StringComparison.Ordinal)));
        return Answers.Json($$"""{"token":"{{Issue(may ? [name] : [], "pull")}}","expires_in":300}""")(context);
    }
}
