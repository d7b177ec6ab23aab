using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Basewatch.Adapters.Hosting;

/// <summary>The key that callers send, as Azure Functions takes it: in the header <c>x-functions-key</c> or as <c>?code=</c>.</summary>
public static class EndpointKey
{
    /// <summary>Whether a request has the key. Takes the same time for every wrong one.</summary>
    public static bool IsIn(HttpRequest request, string key)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(key);
        var sent = request.Headers["x-functions-key"].ToString() is { Length: > 0 } header ? header : request.Query["code"].ToString();

        // Hashes have one length, which the comparison needs to take one time.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(sent)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
    }
}
