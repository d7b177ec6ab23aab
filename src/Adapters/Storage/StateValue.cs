using System.Buffers.Binary;
using System.IO.Compression;

namespace Basewatch.Adapters.Storage;

/// <summary>
/// The bytes of an entry as both stores keep them: <c>0</c> and the value as it is, or <c>1</c>, the value's length in four
/// bytes (little endian), and the value as Brotli.
/// </summary>
internal static class StateValue
{
    /// <summary>Longest value, in bytes.</summary>
    public const int Longest = 16 * 1024 * 1024;

    /// <summary>Longest packed value, in bytes.</summary>
    public const int LongestPacked = Longest + 1;

    private const int WorthCompressing = 512;
    private const int CompressedHeader = 1 + sizeof(int);

    // Tag lists and manifests shrink to about a tenth with this; more effort gains little and costs much.
    private const int Quality = 4;
    private const int Window = 22;

    private const byte AsItIs = 0;
    private const byte Brotli = 1;

    /// <summary>Packs a value, compressed where that makes it smaller.</summary>
    /// <exception cref="ArgumentException">The value is longer than 16 MiB.</exception>
    public static byte[] Pack(ReadOnlySpan<byte> value)
    {
        if (value.Length > Longest)
        {
            throw new ArgumentException($"A value of the state store has up to {Longest} bytes, this one has {value.Length}.", nameof(value));
        }

        if (value.Length > WorthCompressing)
        {
            // Room for less than the plain form: compressing fails where it gains nothing.
            var compressed = new byte[value.Length];
            if (BrotliEncoder.TryCompress(value, compressed.AsSpan(CompressedHeader), out var written, Quality, Window))
            {
                compressed[0] = Brotli;
                BinaryPrimitives.WriteInt32LittleEndian(compressed.AsSpan(1), value.Length);
                return compressed[..(CompressedHeader + written)];
            }
        }

        return [AsItIs, .. value];
    }

    /// <summary>Unpacks a value, never to more than 16 MiB.</summary>
    /// <exception cref="InvalidDataException">These bytes are no packed value.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed is [AsItIs, .. var plain] && plain.Length <= Longest)
        {
            return plain.ToArray();
        }

        if (packed is [Brotli, ..] && packed.Length >= CompressedHeader)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(packed[1..]);
            if (length is > 0 and <= Longest)
            {
                var value = new byte[length];
                if (BrotliDecoder.TryDecompress(packed[CompressedHeader..], value, out var written) && written == length)
                {
                    return value;
                }
            }
        }

        throw new InvalidDataException("the value is damaged, or of a form that this version does not know");
    }
}
