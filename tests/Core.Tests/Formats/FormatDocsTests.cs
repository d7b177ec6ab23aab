using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;

namespace Basewatch.Core.Tests.Formats;

/// <summary>
/// <c>docs/formats.md</c> is made from the formats and their fixtures, so that it says what is so.
/// <c>BASEWATCH_WRITE_DOCS=1</c> writes it.
/// </summary>
public sealed class FormatDocsTests
{
    [Fact]
    public void The_page_about_formats_says_what_the_fixtures_show()
    {
        var path = Path.Combine(Repository(), "docs", "formats.md");
        var page = Page();
        if (Environment.GetEnvironmentVariable("BASEWATCH_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, page);
        }

        Assert.Equal(page, File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Every_format_has_an_example_to_show() =>
        Assert.Empty(FormatCatalog.Default.Formats.Select(f => f.Name).Except(Examples.Select(e => e.Format)));

    private static IEnumerable<Fixture> Examples => Fixture.All.Where(f => f.Path.StartsWith("example/", StringComparison.Ordinal));

    private static string Page()
    {
        var page = new StringBuilder(File.ReadAllText(Path.Combine(Fixture.Root, "formats.head.md")).ReplaceLineEndings("\n"));
        page.Append("\n| format | files | found |\n|---|---|---|\n");
        foreach (var format in FormatCatalog.Default.Formats)
        {
            page.Append(CultureInfo.InvariantCulture, $"| [{format.Name}](#{format.Name}) | {Code(format.Files)} | {Cell(format.Finds)} |\n");
        }

        foreach (var format in FormatCatalog.Default.Formats)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {format.Name}\n");
            foreach (var example in Examples.Where(e => e.Format == format.Name))
            {
                AppendExample(page, example);
            }

            var notes = Path.Combine(Fixture.Root, format.Name, "README.md");
            if (File.Exists(notes))
            {
                page.Append('\n').Append(File.ReadAllText(notes).ReplaceLineEndings("\n").Trim()).Append('\n');
            }
        }

        return page.ToString();
    }

    /// <summary>The lines of a file that have something to show, and what is found in them.</summary>
    private static void AppendExample(StringBuilder page, Fixture example)
    {
        var lines = example.Source.Text.TrimStart('\uFEFF').ReplaceLineEndings("\n").Split('\n');
        page.Append(CultureInfo.InvariantCulture, $"\n| `{example.Path["example/".Length..]}` | found |\n|---|---|\n");
        foreach (var use in example.Read().Uses)
        {
            var found = use.Reference is null ? "skipped: " + use.Skip
                : $"`{use.Reference.Familiar}`" + (use.Platform is null ? "" : $" for `{use.Platform}`") + (use.Skip is null ? "" : ", not changed: " + use.Skip);
            page.Append(CultureInfo.InvariantCulture, $"| {use.Line}: {Code([lines[use.Line - 1].Trim()])} | {Cell(found)} |\n");
        }
    }

    private static string Code(IEnumerable<string> texts) =>
        string.Join(", ", texts.Select(t => t.Contains('`', StringComparison.Ordinal) || t.Contains('|', StringComparison.Ordinal)
            ? $"<code>{t.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("|", "&#124;", StringComparison.Ordinal)}</code>"
            : $"`{t}`"));

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);

    private static string Repository()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Functions.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("the tests run outside the repository");
    }
}
