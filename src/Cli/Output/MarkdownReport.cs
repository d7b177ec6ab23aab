using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Planning.PullRequests;

namespace Basewatch.Cli.Output;

/// <summary>A report as GitHub's Markdown: for a job summary or a comment.</summary>
internal static class MarkdownReport
{
    public static void Write(CheckReport report, TextWriter writer)
    {
        var rows = FindingRow.Of(report).Where(r => r.Kind != "none").ToList();
        writer.WriteLine("# Base images");
        writer.WriteLine();
        if (rows.Count == 0)
        {
            writer.WriteLine("Nothing to update.");
        }
        else
        {
            writer.WriteLine("| Image | File | Now | Next | Step | Why |");
            writer.WriteLine("|---|---|---|---|---|---|");
            foreach (var row in rows)
            {
                writer.WriteLine($"| {Markdown.CodeCell(row.Package is null ? row.Image ?? "" : $"{row.Ecosystem} {row.Package}")} | {Markdown.CodeCell($"{row.File}:{row.Line}")} | {Version(row.Current)} | {Version(row.Latest)} | {row.Kind} | {Markdown.Text(row.Reason)} |");
            }
        }

        var dying = report.Findings
            .Where(f => f.Lifecycle.Status is LifecycleStatus.Ending or LifecycleStatus.Ended)
            .GroupBy(f => (Image: f.Assessment.Use.Reference! with { Digest = null }, f.Lifecycle, f.Successor))
            .ToList();
        if (dying.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("| End of life | What ends | Day | Move to |");
            writer.WriteLine("|---|---|---|---|");
            foreach (var group in dying)
            {
                var (image, life, successor) = group.Key;
                writer.WriteLine($"| {Markdown.CodeCell(image.Familiar)} | {Markdown.Text(life.First?.Title ?? "")} | {life.Ends:yyyy-MM-dd} | {(successor is null ? "" : Markdown.CodeCell(successor.Familiar))} |");
            }
        }

        var problems = report.RegistryProblems.Concat(report.Scan.Problems.Select(p => p.ToString())).ToList();
        if (problems.Count > 0)
        {
            writer.WriteLine();
            writer.WriteLine("Not judged:");
            writer.WriteLine();
            foreach (var problem in problems)
            {
                writer.WriteLine($"- {Markdown.Text(problem)}");
            }
        }
    }

    private static string Version(VersionRow? version) =>
        version is null ? "" : Markdown.CodeCell((version.Image is null ? "" : $"{Core.Images.ImageName.Parse(version.Image).Familiar}:") + (version.Tag ?? "") + (version.Digest is null ? "" : "@" + version.Digest[..Math.Min(version.Digest.Length, 19)]));
}
