using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

/// <summary>A file of a format, with what should be found in it in a file of the same name and <c>.expected</c>.</summary>
public sealed record Fixture(string Format, string Name)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Formats", "Fixtures");

    public static IReadOnlyList<Fixture> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".expected", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(f => new Fixture(Path.GetFileName(Path.GetDirectoryName(f)!), Path.GetFileName(f))),
    ];

    public byte[] Bytes => File.ReadAllBytes(Path.Combine(Folder, Format, Name));

    public string Expected => File.ReadAllText(Path.Combine(Folder, Format, Name + ".expected"));

    /// <summary>One line a use, then one a problem.</summary>
    public static string Show(FormatReading reading)
    {
        var text = new StringBuilder();
        foreach (var use in reading.Uses)
        {
            text.Append(CultureInfo.InvariantCulture, $"{use.Line}:{use.Column} ");
            text.Append(use.Reference is null ? $"skip '{use.Written.Value}': {use.Skip}" : use.Reference.Canonical);
            text.Append(use.Skip is not null || use.Pinnable ? "" : " unpinnable");
            text.Append(use.Platform is null ? "" : $" on {use.Platform}").Append('\n');
        }

        foreach (var problem in reading.Problems)
        {
            text.Append(CultureInfo.InvariantCulture, $"problem {problem.Line}: {problem.Message}\n");
        }

        return text.ToString();
    }

    public override string ToString() => $"{Format}/{Name}";
}
