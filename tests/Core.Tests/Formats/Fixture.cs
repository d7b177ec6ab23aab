using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

/// <summary>
/// A file of a format, with what should be found in it in a file of the same name and <c>.expected</c>. Its path from the
/// format's folder is its path in a repository; files beside it without <c>.expected</c> are only there to be read with it.
/// </summary>
/// <param name="Format">The folder, named after the format.</param>
/// <param name="Path">From that folder, with slashes.</param>
public sealed record Fixture(string Format, string Path)
{
    private const string Ending = ".expected";

    public static readonly string Root = System.IO.Path.Combine(AppContext.BaseDirectory, "Formats", "Fixtures");

    public static IReadOnlyList<Fixture> All { get; } =
    [
        .. Directory.EnumerateFiles(Root, "*" + Ending, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(f => System.IO.Path.GetRelativePath(Root, f)[..^Ending.Length].Replace('\\', '/'))
            .Order(StringComparer.Ordinal)
            .Select(f => new Fixture(f[..f.IndexOf('/', StringComparison.Ordinal)], f[(f.IndexOf('/', StringComparison.Ordinal) + 1)..])),
    ];

    public byte[] Bytes => File.ReadAllBytes(FullName(Path));

    public string Expected => File.ReadAllText(FullName(Path + Ending));

    /// <summary>The file with the siblings that its formats ask for.</summary>
    public SourceFile Source => SourceFile.TryRead(Path, Bytes, out var file, out var problem, Siblings) ? file : throw new InvalidDataException(problem.ToString());

    /// <summary>The files beside it that its formats ask for.</summary>
    public IReadOnlyList<SourceFile> Siblings
    {
        get
        {
            var folder = Path[..(Path.LastIndexOf('/') + 1)];
            string[] paths = [.. Directory.EnumerateFiles(FullName(folder)).Select(f => folder + System.IO.Path.GetFileName(f)).Where(f => !f.EndsWith(Ending, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            return [.. FileSelection.Of(FormatCatalog.Default, paths, static _ => null).SiblingsOf(Path).Select(s => new SourceFile(s, File.ReadAllText(FullName(s))))];
        }
    }

    public FormatReading Read() => FormatCatalog.Default.Read(Path, Bytes, Siblings);

    /// <summary>One line a use, then one a problem. A use of another format than the fixture's says so.</summary>
    public string Show(FormatReading reading)
    {
        var text = new StringBuilder();
        foreach (var use in reading.Uses)
        {
            text.Append(CultureInfo.InvariantCulture, $"{use.Line}:{use.Column} ");
            text.Append(use.Reference is null ? $"skip '{use.Written.Value}': {use.Skip}" : use.Reference.Canonical);
            text.Append(use.Reference is not null && use.Skip is not null ? $" locked: {use.Skip}" : "");
            text.Append(use.Skip is not null || use.Pinnable ? "" : " unpinnable");
            text.Append(use.Platform is null ? "" : $" on {use.Platform}");
            text.Append(use.Format == Format ? "" : $" ({use.Format})").Append('\n');
        }

        foreach (var problem in reading.Problems)
        {
            text.Append(CultureInfo.InvariantCulture, $"problem {problem.Line}: {problem.Message}\n");
        }

        return text.ToString();
    }

    public override string ToString() => $"{Format}/{Path}";

    private string FullName(string path) => System.IO.Path.Combine(Root, Format, path);
}
