using System.IO.Compression;
using System.Text;

namespace Basewatch.Adapters.Packages;

/// <summary>Names and versions of an index, as they are kept: a line for each, compressed.</summary>
internal sealed class PackageTable : IDisposable
{
    /// <summary>More than any archive has in one index.</summary>
    private const int MostLines = 1_000_000;

    private readonly MemoryStream _bytes = new();
    private readonly GZipStream _compressed;
    private readonly StreamWriter _writer;
    private int _lines;

    public PackageTable()
    {
        _compressed = new GZipStream(_bytes, CompressionLevel.Fastest);
        _writer = new StreamWriter(_compressed, new UTF8Encoding(false), 16 * 1024);
    }

    public void Add(string name, string version)
    {
        if (++_lines <= MostLines && name.Length is > 0 and < 300 && version.Length is > 0 and < 300 && name.IndexOfAny(['\t', '\n']) < 0 && version.IndexOfAny(['\t', '\n']) < 0)
        {
            _writer.Write(name);
            _writer.Write('\t');
            _writer.Write(version);
            _writer.Write('\n');
        }
    }

    public byte[] ToBytes()
    {
        _writer.Dispose();
        return _bytes.ToArray();
    }

    public void Dispose()
    {
        _writer.Dispose();
        _compressed.Dispose();
        _bytes.Dispose();
    }

    /// <summary>The versions of some packages.</summary>
    public static void Find(ReadOnlyMemory<byte> table, IReadOnlyCollection<string> names, Dictionary<string, List<string>> found)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        using var stream = new GZipStream(new MemoryStream(table.ToArray(), writable: false), CompressionMode.Decompress);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab > 0 && wanted.TryGetValue(line.AsSpan(0, tab), out var name))
            {
                if (!found.TryGetValue(name, out var versions))
                {
                    found[name] = versions = [];
                }

                var version = line[(tab + 1)..];
                if (!versions.Contains(version, StringComparer.Ordinal))
                {
                    versions.Add(version);
                }
            }
        }
    }
}
