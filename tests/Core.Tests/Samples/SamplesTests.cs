using System.Globalization;
using Basewatch.Core.Dialects;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;
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
    public void Every_row_comes_true(string name)
    {
        var rows = RowsOf(name);
        var repository = Read(name);

        Assert.Empty(repository.Scan.Problems);
        Assert.Empty(repository.Errors);
        Assert.NotEmpty(rows);
        Assert.Equal(rows.Select(r => r.Told).Order(StringComparer.Ordinal), rows.Select(r => Decide(repository, r)).Order(StringComparer.Ordinal));
        Assert.Equal(rows.Count, rows.Select(r => (r.File, r.Line)).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_kept_of_a_rule_decides_the_same(string name)
    {
        var repository = Read(name);
        foreach (var row in RowsOf(name))
        {
            var rule = repository.RuleOf(row.File, row.Line);
            var question = new TagQuestion(row.Current, row.Candidates);
            Assert.Equal(rule.Policy?.Decide(question), rule.Enabled ? rule.Text.Read()?.Decide(question) : null);
        }
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

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_is_told_of_in_short(string name)
    {
        Assert.InRange(File.ReadAllLines(Path.Combine(Folder, name, "README.md")).Length, 5, 40);
        Assert.Contains($"]({name}/)", File.ReadAllText(Path.Combine(Folder, "README.md")), StringComparison.Ordinal);
    }

    internal static IEnumerable<(string Path, string Text)> TextsOf(string name) => FilesOf(name).Select(f => (f, File.ReadAllText(Path.Combine(Folder, name, f))));

    internal static RepositoryText Read(string name) => RepositoryText.Of([.. TextsOf(name)]);

    private static string Decide(RepositoryText repository, Row row)
    {
        var rule = repository.RuleOf(row.File, row.Line);
        var reference = repository.UseAt(row.File, row.Line).Reference!;
        var verdict = repository.VerdictOf(row.File, row.Line, string.Join(' ', row.Candidates));
        return new Row(
            row.File, row.Line, reference.Name.Familiar, reference.Tag ?? "", row.Candidates, rule.Source?.Dialect ?? "", rule.Source?.ToString() ?? "",
            verdict?.Selected ?? "-", rule.For(verdict?.Kind ?? UpdateKind.Digest).Proposal.Group ?? "-").Told;
    }

    private static IEnumerable<string> FilesOf(string name) =>
        Directory.EnumerateFiles(Path.Combine(Folder, name), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Select(f => Path.GetRelativePath(Path.Combine(Folder, name), f).Replace('\\', '/')).Order(StringComparer.Ordinal);

    internal static List<Row> RowsOf(string name) => [.. File.ReadAllLines(Path.Combine(Folder, name, Rows)).Skip(1).Select(Row.Parse)];

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("not below the repository");
        }

        return folder;
    }

    internal sealed record Row(string File, int Line, string Image, string Current, IReadOnlyList<string> Candidates, string Dialect, string Rule, string Selected, string ChangeSet)
    {
        /// <summary>What is told of a use, as one line.</summary>
        public string Told => $"{File}:{Line} {Image} {Current} -> {Selected} by {Dialect} {Rule} in {ChangeSet}";

        public static Row Parse(string line)
        {
            var cells = line.Split('\t');
            Assert.Equal(9, cells.Length);
            return new Row(cells[0], int.Parse(cells[1], CultureInfo.InvariantCulture), cells[2], cells[3], cells[4].Split(' '), cells[5], cells[6], cells[7], cells[8]);
        }
    }
}
