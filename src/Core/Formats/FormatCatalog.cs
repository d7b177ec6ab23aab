namespace Basewatch.Core.Formats;

/// <summary>The formats that Basewatch reads, in the order in which they are asked; the first that matches a path reads the file.</summary>
public sealed class FormatCatalog
{
    private readonly IReadOnlyList<IFormat> _formats;

    /// <summary>A catalogue of the formats given.</summary>
    public FormatCatalog(IReadOnlyList<IFormat> formats) => _formats = formats;

    /// <summary>Every format. A new one is registered here and nowhere else.</summary>
    public static FormatCatalog Default { get; } = new([]);

    /// <summary>The formats, in order.</summary>
    public IReadOnlyList<IFormat> Formats => _formats;

    /// <summary>Whether any format may read a file of this path.</summary>
    public bool Matches(string path) => _formats.Any(f => f.Matches(path));

    /// <summary>Reads a file's uses with the first format that matches its path.</summary>
    public FormatReading Read(string path, ReadOnlySpan<byte> bytes)
    {
        var format = _formats.FirstOrDefault(f => f.Matches(path));
        return format is null ? FormatReading.None
            : SourceFile.TryRead(path, bytes, out var file, out var problem) ? format.Read(file)
            : new FormatReading([], [problem]);
    }
}
