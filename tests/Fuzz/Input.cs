using System.Security.Cryptography;
using System.Text;

namespace Basewatch.Fuzz;

/// <summary>A file made up: the path decides which formats read it. On disk the first line is the path, the rest the file.</summary>
internal sealed record Input(string Path, byte[] Bytes)
{
    /// <summary>The largest file that is tried: what harms does so in a few lines.</summary>
    public const int Largest = 16 * 1024;

    /// <summary>Names the file on disk.</summary>
    public string Name => Convert.ToHexStringLower(SHA256.HashData(Encode()))[..16];

    public static Input Decode(ReadOnlySpan<byte> data)
    {
        var end = data.IndexOf((byte)'\n');
        return end < 0 ? new Input("Dockerfile", data.ToArray()) : new Input(Encoding.UTF8.GetString(data[..end]), data[(end + 1)..].ToArray());
    }

    public byte[] Encode() => [.. Encoding.UTF8.GetBytes(Path), (byte)'\n', .. Bytes];
}
