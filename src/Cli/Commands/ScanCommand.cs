using System.CommandLine;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Policies;

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
            var options = Toolbox.LoadValidSettings(parsed.GetValue(settings));
            var (_, _, _, scan, _) = await RepositoryFolder.ReadAsync(parsed.GetValue(path)!, options.FormatCatalog(), options.PolicyRules(), UpdateKind.Major, cancellationToken);
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
