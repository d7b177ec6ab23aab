using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Tests.Dialects;

namespace Basewatch.Core.Tests.Samples;

/// <summary>The repositories in <c>samples/</c>: what <c>.expected.tsv</c> tells of each has to be there.</summary>
public sealed class SamplesTests
{
    private const string Rows = ".expected.tsv";

    private static readonly string Folder = Path.Combine(Root(), "samples");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_dialect_has_a_sample() =>
        Assert.Equal(DialectCatalog.All.Select(d => d.Name).Order(StringComparer.Ordinal), Names.SelectMany(n => RowsOf(n.Data)).Select(r => r.Dialect).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_names_a_use_that_a_scan_finds(string name)
    {
        var (formats, configuration) = Settings(name);
        string[] paths = [.. FilesOf(name)];
        var selection = FileSelection.Of(formats, paths, static _ => null);
        List<string> found =
        [
            .. selection.Files.Where(p => !configuration.Ignores(p))
                .SelectMany(p => formats.Read(p, Bytes(name, p), [.. selection.SiblingsOf(p).Select(s => new SourceFile(s, File.ReadAllText(Path.Combine(Folder, name, s))))]).Uses)
                .Select(u => $"{u.Path}:{u.Line} {u.Reference?.Name.Familiar} {u.Reference?.Tag}"),
        ];
        var rows = RowsOf(name);
        Assert.NotEmpty(rows);
        Assert.Empty(rows.Select(r => $"{r.File}:{r.Line} {r.Image} {r.Current}").Except(found));
        Assert.Equal(rows.Count, rows.Select(r => (r.File, r.Line)).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_row_makes_sense(string name)
    {
        foreach (var row in RowsOf(name))
        {
            Assert.All(row.Candidates, t => Assert.True(ImageReference.IsTag(t), t));
            Assert.Contains(row.Current, row.Candidates);
            Assert.True(row.Selected == "-" || (row.Selected != row.Current && row.Candidates.Contains(row.Selected)), $"{row}");
            var colon = row.Rule.LastIndexOf(':');
            var lines = File.ReadAllLines(Path.Combine(Folder, name, row.Rule[..colon]));
            Assert.NotEmpty(lines[int.Parse(row.Rule[(colon + 1)..], CultureInfo.InvariantCulture) - 1].Trim());
        }
    }

    [Fact]
    public void The_sample_of_Flux_leads_to_what_its_rows_say()
    {
        var repository = RepositoryText.Of([.. FilesOf("flux").Select(f => (f, File.ReadAllText(Path.Combine(Folder, "flux", f))))]);
        Assert.Empty(repository.Errors);
        Assert.All(RowsOf("flux"), row =>
        {
            var rule = repository.RuleOf(row.File, row.Line);
            Assert.Equal((row.Dialect, row.Rule, row.Selected), (rule.Source!.Dialect, rule.Source.ToString(), repository.Decide(row.File, row.Line, string.Join(' ', row.Candidates)) ?? "-"));
            Assert.Equal($"flux-flux-system-{row.ChangeSet}", rule.Proposal.Group);
        });
        Assert.False(repository.RuleOf("clusters/staging/myapp.yaml", 9).Enabled);
        Assert.Equal([true, false, false, false], RowsOf("flux").Select(r => repository.RuleOf(r.File, r.Line)).Select(r => r.Summary.StartsWith("semver", StringComparison.Ordinal) && r.Pins == true).Order().Reverse());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_told_of_in_short(string name)
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(Folder, name, "README.md")).Length, 5, 40);
        Assert.Contains($"]({name}/)", File.ReadAllText(Path.Combine(Folder, "README.md")), StringComparison.Ordinal);
    }

    private static (FormatCatalog Formats, RepositoryConfiguration Configuration) Settings(string name)
    {
        if (!File.Exists(Path.Combine(Folder, name, RepositoryConfiguration.Path)))
        {
            return (FormatCatalog.Default, RepositoryConfiguration.Empty);
        }

        var reading = ConfigurationReader.Read(RepositoryConfiguration.Path, Bytes(name, RepositoryConfiguration.Path), FormatCatalog.Default);
        Assert.Empty(reading.Errors);
        return (FormatCatalog.Default.With(reading.Configuration!.Formats), reading.Configuration);
    }

    private static IEnumerable<string> FilesOf(string name) =>
        Directory.EnumerateFiles(Path.Combine(Folder, name), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(f => Path.GetRelativePath(Path.Combine(Folder, name), f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    private static byte[] Bytes(string name, string path) => File.ReadAllBytes(Path.Combine(Folder, name, path));

    private static List<Row> RowsOf(string name) => [.. File.ReadAllLines(Path.Combine(Folder, name, Rows)).Skip(1).Select(Row.Parse)];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("not below the repository");
        }

        return folder;
    }

    private sealed record Row(string File, int Line, string Image, string Current, IReadOnlyList<string> Candidates, string Dialect, string Rule, string Selected, string ChangeSet)
    {
        public static Row Parse(string line)
        {
            var cells = line.Split('\t');
            Assert.Equal(9, cells.Length);
            return new Row(cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], cells[3], cells[4].Split(' '), cells[5], cells[6], cells[7], cells[8]);
        }
    }
}
