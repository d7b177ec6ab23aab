using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting;

/// <summary>
/// The key that callers send, as Azure Functions takes it: in the header <c>x-functions-key</c> or as <c>?code=</c>; or in
/// <c>Authorization</c>, with or without <c>Bearer</c>, which is all that Harbor can be given.
/// </summary>
public static class EndpointKey
{
    private const string Header = "x-functions-key";

    private const string Bearer = "Bearer ";

    /// <summary>Whether a request has the key. Takes the same time for every wrong one.</summary>
    public static bool IsIn(HttpRequest request, string key)
    {
        ArgumentNullException.ThrowIfNull(request);
        var sent = request.Headers[Header].ToString() is { Length: > 0 } header ? header
            : request.Headers.Authorization.ToString() is { Length: > 0 } authorization ? (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..] : authorization)
            : request.Query["code"].ToString();
        return Is(sent, key);
    }

    /// <summary>Whether a request has the key in its header: addresses of pages are passed on, and must not carry it.</summary>
    public static bool IsInHeader(HttpRequest request, string key)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Is(request.Headers[Header].ToString(), key);
    }

    /// <summary>Whether that is the key. Takes the same time for every wrong one.</summary>
    public static bool Is(string sent, string key)
    {
        ArgumentNullException.ThrowIfNull(sent);
        ArgumentNullException.ThrowIfNull(key);

        // Hashes have one length, which the comparison needs to take one time.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }
}
