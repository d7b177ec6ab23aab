using System.Security.Cryptography;

namespace Basewatch.World.Servers;

/// <summary>A manifest or index and its media type.</summary>
internal sealed record SampleManifest(string MediaType, byte[] Body)
{
    public string Digest => DigestOf(Body);

    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
