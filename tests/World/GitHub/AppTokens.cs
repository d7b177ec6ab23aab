using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Basewatch.World.GitHub;

/// <summary>The JWT by which an App speaks for itself.</summary>
internal static class AppTokens
{
    /// <summary>What GitHub would say against a JWT; null: it is good.</summary>
    public static string? Accepts(string token, RSA key, DateTimeOffset now)
    {
        var parts = token.Split('.');
        try
        {
            if (!key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            {
                return "A JSON web token could not be decoded";
            }

            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            var issuer = claims.RootElement.GetProperty("iss").ToString();
            if (issuer != $"{GitHubServer.AppId}" && issuer != GitHubServer.AppClientId)
            {
                return "Integration not found";
            }

            var (issued, expires) = (claims.RootElement.GetProperty("iat").GetInt64(), claims.RootElement.GetProperty("exp").GetInt64());
            return expires <= now.ToUnixTimeSeconds() ? "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
                : expires - now.ToUnixTimeSeconds() > 600 ? "'Expiration time' claim ('exp') is too far in the future"
                : issued > now.ToUnixTimeSeconds() ? "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
                : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "A JSON web token could not be decoded";
        }
    }
}
