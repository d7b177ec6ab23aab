using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Basewatch.Adapters.Hosting.Endpoints;

/// <summary>
/// The signature of a webhook, as GitHub makes it: <c>sha256=</c> and the HMAC of the body's exact bytes
/// (<see href="https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"/>).
/// </summary>
internal static class WebhookSignature
{
    private const string Scheme = "sha256=";

    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Whether a header can be a signature at all.</summary>
    public static bool IsWellFormed(string? header) =>
        header is not null && header.Length == Scheme.Length + (2 * SHA256.HashSizeInBytes)
        && header.StartsWith(Scheme, StringComparison.Ordinal) && !header.AsSpan(Scheme.Length).ContainsAnyExcept(Hex);

    /// <summary>Whether a body was signed with one of the secrets. Takes the same time for every wrong signature.</summary>
    public static bool IsOf(ReadOnlySpan<byte> body, string header, IEnumerable<string> secrets)
    {
        var said = Convert.FromHexString(header.AsSpan(Scheme.Length));
        var isRight = false;
        foreach (var secret in secrets)
        {
            isRight |= CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body), said);
        }

        return isRight;
    }
}
