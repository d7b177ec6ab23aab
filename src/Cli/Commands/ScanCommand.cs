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
                ScanScreen.Print(scan);
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

        WarnOfNothing(formats, tree, path);
        return (tree, FolderScan.Read(formats, tree.Files, tree.SizeOf, tree.Read, tree.SingleFile, cancellationToken));
    }

    /// <summary>Tells why nothing can be found where a person expects something.</summary>
    private static void WarnOfNothing(FormatCatalog formats, WorkTree tree, string path)
    {
        if (tree.SingleFile is { } file && !tree.Files.Contains(file, StringComparer.Ordinal))
        {
            throw new UsageException(new FileInfo(path).LinkTarget is not null ? $"{path} is a link, and links are not followed"
                : tree.IsGit ? $"{path} is not tracked by Git, and only what is tracked counts: git add it"
                : $"{path} is no regular file");
        }

        if (tree.SingleFile is { } single && formats.For(single).Count == 0)
        {
            Screen.Warn($"{single}: no format reads files of this name");
        }
        else if (tree.IsGit && tree.Files.Count == 0)
        {
            Screen.Warn($"{path}: no file is tracked by Git here, and only what is tracked counts: git add what is to be read");
        }
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
}
