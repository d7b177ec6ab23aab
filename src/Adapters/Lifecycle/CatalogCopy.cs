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

    private const int LongestText = 2000;

    private static ReadOnlySpan<byte> Magic => "BWC2"u8;

    /// <summary>Products of answers before that this one has not, in the shape of an answer; empty for none.</summary>
    public ReadOnlyMemory<byte> Carried { get; init; }

    /// <summary>Why a newer answer could not be had the last time; null: this is the newest.</summary>
    public string? Problem { get; init; }

    /// <summary>Four bytes of magic, eight of time in milliseconds, then compressed, each with its length before it: entity tag, problem, what is carried, body.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        Span<byte> header = stackalloc byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[4..], Checked.ToUnixTimeMilliseconds());
        stream.Write(header);
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
        {
            Write(gzip, Encoding.UTF8.GetBytes(ETag is { Length: <= LongestText } ? ETag : ""));
            Write(gzip, Encoding.UTF8.GetBytes(Problem is null ? "" : Problem[..Math.Min(Problem.Length, LongestText)]));
            Write(gzip, Carried.Span);
            Write(gzip, Body.Span);
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
            var etag = Text(Read(gzip));
            var problem = Text(Read(gzip));
            var carried = Read(gzip);
            return new CatalogCopy(etag, time, Read(gzip)) { Problem = problem, Carried = carried };
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or EndOfStreamException)
        {
            return null;
        }
    }

    private static string? Text(byte[] bytes) => bytes.Length == 0 ? null : Encoding.UTF8.GetString(bytes);

    private static void Write(Stream stream, ReadOnlySpan<byte> part)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
        stream.Write(length);
        stream.Write(part);
    }

    private static byte[] Read(Stream stream)
    {
        Span<byte> written = stackalloc byte[sizeof(int)];
        stream.ReadExactly(written);
        var length = BinaryPrimitives.ReadInt32LittleEndian(written);
        if (length is < 0 or > LifecycleCatalogReader.LargestBody)
        {
            throw new InvalidDataException();
        }

        var part = new byte[length];
        stream.ReadExactly(part);
        return part;
    }
}
