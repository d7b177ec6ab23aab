using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Basewatch.Core.Alerts;

/// <summary>Places that were told of, as hashes of eight characters one after another, in order: small enough for thousands.</summary>
public static class PlaceSet
{
    private const int Length = 8;

    private const int Bytes = 6;

    /// <summary>The hash of a text: 48 bits, so that of a million places one new one in a hundred million is taken for one that was told.</summary>
    public static string Hash(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));

    /// <summary>The hashes in a text.</summary>
    public static HashSet<string> Read(string? packed)
    {
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at + Length <= packed?.Length; at += Length)
        {
            hashes.Add(packed.Substring(at, Length));
        }

        return hashes;
    }

    /// <summary>Hashes as one text.</summary>
    public static string Write(IEnumerable<string> hashes) => string.Concat(hashes.Order(StringComparer.Ordinal));
}
