namespace Basewatch.Core.Formats;

/// <summary>The formats that Basewatch reads, in the order in which they are asked.</summary>
public sealed class FormatCatalog
{
    /// <summary>Enough of one file's wrong references to see what is wrong; each use says it of itself.</summary>
    private const int MostWrong = 100;

    private readonly IReadOnlyList<IFormat> _formats;

    /// <summary>A catalogue of the formats given.</summary>
    public FormatCatalog(IReadOnlyList<IFormat> formats) => _formats = formats;

    /// <summary>Every format. A new one is registered here and nowhere else.</summary>
    public static FormatCatalog Default { get; } = new([new DockerfileFormat(), new ComposeFormat(), new KubernetesFormat()]);

    /// <summary>The formats, in order.</summary>
    public IReadOnlyList<IFormat> Formats => _formats;

    /// <summary>Whether any format may read a file of this path.</summary>
    public bool Matches(string path) => _formats.Any(f => f.Matches(path));

    /// <summary>The format that found a use: the one to read the file with again after an edit.</summary>
    public IFormat FormatOf(ImageUse use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return _formats.First(f => f.Name == use.Format);
    }

    /// <summary>
    /// Reads a file's uses with the first format that matches its path and finds it to be of its kind;
    /// <see cref="ImageUse.Format"/> says which that was.
    /// </summary>
    public FormatReading Read(string path, ReadOnlySpan<byte> bytes)
    {
        SourceFile? file = null;
        foreach (var format in _formats)
        {
            if (!format.Matches(path) || !format.MayBe(path, bytes))
            {
                continue;
            }

            if (file is null && !SourceFile.TryRead(path, bytes, out file, out var problem))
            {
                return new FormatReading([], [problem]);
            }

            if (format.Read(file) is var reading && !ReferenceEquals(reading, FormatReading.None))
            {
                var wrong = reading.Uses.Select(u => u.Problem).OfType<FileProblem>().Take(MostWrong).ToList();
                return wrong.Count == 0 ? reading : reading with { Problems = [.. reading.Problems, .. wrong] };
            }
        }

        return FormatReading.None;
    }
}
