using System.CommandLine;
using Basewatch.Adapters.Git;
using Basewatch.Cli.Output;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;

namespace Basewatch.Cli.Commands;

/// <summary><c>scan [PATH]</c>: every use.</summary>
internal static class ScanCommand
{
    public static Command Create()
    {
        var path = CommonOptions.Path();
        var format = CommonOptions.Format("table", "json");
        var settings = CommonOptions.Settings();
        var command = new Command("scan", "List every place that names an image.") { path, format, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var (_, scan) = await ReadAsync(Toolbox.LoadFormats(parsed.GetValue(settings)), parsed.GetValue(path)!, cancellationToken);
            if (parsed.GetValue(format) == "json")
            {
                JsonLines.Write(scan.Uses.Select(UseRow.Of), RowJson.Default.UseRow);
            }
            else
            {
                Print(scan);
            }

            return WarnOfProblems(scan) ? ExitCode.Partial : ExitCode.Success;
        });
        return command;
    }

    /// <summary>Opens a folder and reads every use in it.</summary>
    public static async Task<(WorkTree Tree, FolderScan Scan)> ReadAsync(FormatCatalog formats, string path, CancellationToken cancellationToken)
    {
        if (path.Length == 0)
        {
            throw new UsageException("PATH is empty: name a folder or a file");
        }

        if (path.StartsWith('-') && !Path.Exists(path))
        {
            throw new UsageException($"there is no option {path}");
        }

        WorkTree tree;
        try
        {
            tree = await WorkTree.OpenAsync(path, cancellationToken);
        }
        catch (IOException e)
        {
            throw new UsageException(e.Message, e);
        }

        return (tree, FolderScan.Read(formats, tree.Files, tree.SizeOf, tree.Read, tree.SingleFile, cancellationToken));
    }

    /// <summary>Tells what could not be read; true when there is something.</summary>
    public static bool WarnOfProblems(FolderScan scan)
    {
        foreach (var problem in scan.Problems)
        {
            Screen.Warn(problem.ToString());
        }

        return scan.Problems.Count > 0;
    }

    private static void Print(FolderScan scan)
    {
        if (scan.Uses.Count > 0)
        {
            string[] headings = ["File", "Image", "Tag", "Digest", "Format", "Note"];
            var rows = new List<IReadOnlyList<string>>();
            foreach (var use in scan.Uses)
            {
                rows.Add([
                    Screen.Safe($"{use.Path}:{use.Line}"),
                    Screen.Safe(use.Reference?.Name.Familiar ?? use.Written.Value),
                    Screen.Safe(use.Reference?.Tag ?? ""),
                    Screen.Safe(use.Reference?.Digest?.Abbreviated ?? ""),
                    use.Format,
                    use.Skip is null ? "" : $"[yellow]{Screen.Safe(use.Skip)}[/]"]);
            }

            Screen.WriteTable(headings, rows);
        }

        var images = scan.Uses.Where(u => u.Reference is not null).Select(u => u.Reference!.Name).Distinct().Count();
        var skipped = scan.Uses.Count(u => u.Skip is not null);
        Screen.Out.WriteLine($"{Count.Of(scan.Uses.Count, "use")} of {Count.Of(images, "image")} in {Count.Of(scan.Uses.Select(u => u.Path).Distinct(StringComparer.Ordinal).Count(), "file")}"
            + (skipped == 0 ? "" : $", {skipped} of them can't be updated"));
    }
}
