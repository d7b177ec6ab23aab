using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Basewatch.Adapters.Lifecycle;

/// <summary>An answer as it is kept.</summary>
/// <param name="ETag">Its entity tag, if the server gave one.</param>
/// <param name="Checked">When the server last said that it is the newest.</param>
/// <param name="Body">The answer.</param>
internal sealed record CatalogCopy(string? ETag, DateTimeOffset Checked, ReadOnlyMemory<byte> Body)
{
    private const int HeaderLength = 12;

    private static ReadOnlySpan<byte> Magic => "BWC1"u8;

    /// <summary>Four bytes of magic, eight of time in milliseconds, then compressed: length of the entity tag, entity tag, body.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[4..], Checked.ToUnixTimeMilliseconds());
        stream.Write(header);
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            var tag = Encoding.UTF8.GetBytes(ETag ?? "");
            gzip.WriteByte((byte)Math.Min(tag.Length, byte.MaxValue));
            gzip.Write(tag.Length > byte.MaxValue ? new byte[byte.MaxValue] : tag);
            gzip.Write(Body.Span);
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null where it is something else.</summary>
    public static CatalogCopy? FromBytes(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < HeaderLength || !bytes.Span.StartsWith(Magic))
        {
            return null;
        }

        try
        {
            var time = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(bytes.Span[4..]));
            using var gzip = new GZipStream(new MemoryStream(bytes[HeaderLength..].ToArray()), CompressionMode.Decompress);
            using var content = new MemoryStream();
            var buffer = new byte[81920];
            int read;
            while ((read = gzip.Read(buffer)) > 0)
            {
                content.Write(buffer, 0, read);
                if (content.Length > LifecycleCatalogReader.LargestBody + 256)
                {
                    return null;
                }
            }

            var all = content.ToArray();
            if (all.Length == 0 || all.Length < 1 + all[0])
            {
                return null;
            }

            var tag = Encoding.UTF8.GetString(all, 1, all[0]);
            return new CatalogCopy(tag.Length == 0 || tag[0] == '\0' ? null : tag, time, all.AsMemory(1 + all[0]));
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
