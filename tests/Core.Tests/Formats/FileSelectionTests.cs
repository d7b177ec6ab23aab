using System.Collections.Concurrent;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;

namespace Basewatch.Core.Tests.Formats;

public sealed class FileSelectionTests
{
    private const int Mebibyte = 1024 * 1024;

    [Fact]
    public void Siblings_are_as_many_as_fit_and_the_same_for_all_files_that_ask_for_them()
    {
        string[] paths = ["a.tf", "b.tf", "c.tf", "d.tf"];
        var sizes = new Dictionary<string, long?> { ["a.tf"] = 3 * Mebibyte, ["b.tf"] = 50 * Mebibyte, ["c.tf"] = 6 * Mebibyte, ["d.tf"] = 5 * Mebibyte };
        var selection = FileSelection.Of(FormatCatalog.Default, paths, p => sizes[p]);
        Assert.Equal(["d.tf"], selection.SiblingsOf("a.tf"));
        Assert.Equal(["a.tf", "d.tf"], selection.SiblingsOf("b.tf"));
        Assert.Equal("*: some of the files that others here are read with are left out: they are more than 200, or larger than 8 MiB together", selection.ProblemOf("c.tf")?.ToString());
    }

    [Fact]
    public void More_siblings_than_anyone_writes_are_left_out_and_that_is_told()
    {
        var few = FileSelection.Of(FormatCatalog.Default, [.. Enumerable.Range(0, 200).Select(i => $"{i:000}.tf")], static _ => 1);
        Assert.Equal(199, few.SiblingsOf("000.tf").Count);
        Assert.Null(few.ProblemOf("000.tf"));

        var many = FileSelection.Of(FormatCatalog.Default, [.. Enumerable.Range(0, 201).Select(i => $"{i:000}.tf")], static _ => 1);
        Assert.Equal(200, many.SiblingsOf("200.tf").Count);
        Assert.NotNull(many.ProblemOf("000.tf"));
    }

    [Fact]
    public void A_scan_reads_each_file_once_and_tells_which_uses_were_read_without_a_sibling()
    {
        var large = "variable \"v\" {}\n" + new string('#', 5 * Mebibyte);
        var files = new Dictionary<string, string>
        {
            ["a/1.tf"] = "resource \"docker_image\" \"a\" { name = \"a:1\" }",
            ["a/2.tf"] = large,
            ["a/3.tf"] = large,
            ["b/1.tf"] = "resource \"docker_image\" \"b\" { name = \"b:${var.v}\" }",
            ["b/2.tf"] = "variable \"v\" { default = \"2\" }",
        };
        var reads = new ConcurrentBag<string>();
        var scan = FolderScan.Read(FormatCatalog.Default, [.. files.Keys], p => files[p].Length, Read, null, TestContext.Current.CancellationToken);
        Assert.Equal(["a:1", "b:2"], scan.Uses.Select(u => u.Written.Value));
        Assert.StartsWith("a/*: some of the files that others here are read with are left out", Assert.Single(scan.Problems).ToString(), StringComparison.Ordinal);
        Assert.Equal(files.Keys, reads.Order(StringComparer.Ordinal));

        byte[] Read(string path)
        {
            reads.Add(path);
            return Encoding.UTF8.GetBytes(files[path]);
        }
    }
}
