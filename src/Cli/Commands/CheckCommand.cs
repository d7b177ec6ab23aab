using System.CommandLine;
using Basewatch.Cli.Output;
using Basewatch.Core.Jobs;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Commands;

/// <summary><c>check [PATH]</c>: uses against registries.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var path = CommonOptions.Path();
        var format = CommonOptions.Format("table", "json", "markdown", "sarif");
        var failOn = FailOn.Option();
        var policy = CommonOptions.Policy();
        var catalog = CommonOptions.Catalog();
        var settings = CommonOptions.Settings();
        var noCache = CommonOptions.NoCache();
        var verbose = CommonOptions.Verbose();
        var command = new Command("check", "Compare every image with its registry: newer tags, moved digests, gone tags, ends of life.")
        {
            path, format, failOn, policy, catalog, settings, noCache, verbose,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var tools = Toolbox.Open(parsed, settings, verbose, catalog, policy, noCache);
            var folder = await tools.ReadAsync(parsed.GetValue(path)!, UpdateKind.Major, cancellationToken);
            var report = await RunAsync(tools, folder, comparesPlatforms: false, cancellationToken);
            switch (parsed.GetValue(format))
            {
                case "json":
                    JsonLines.Write(FindingRow.Of(report), RowJson.Default.FindingRow);
                    break;
                case "markdown":
                    MarkdownReport.Write(report, Console.Out);
                    break;
                case "sarif":
                    SarifReport.Write(report);
                    break;
                default:
                    CheckScreen.Print(report);
                    break;
            }

            return Verdict(report, parsed.GetValue(failOn)!);
        });
        return command;
    }

    /// <summary>Asks the registries about every use of a folder, with progress.</summary>
    public static Task<CheckReport> RunAsync(Toolbox tools, RepositoryFolder folder, bool comparesPlatforms, CancellationToken cancellationToken) =>
        Screen.ProgressAsync("asking the registries", progress =>
            tools.Check(folder).RunAsync(folder.Scan, comparesPlatforms, progress, cancellationToken));

    /// <summary>Tells what could not be read, and gives the exit code.</summary>
    private static int Verdict(CheckReport report, string[] failOn)
    {
        var isPartial = ScanCommand.WarnOfProblems(report.Scan);
        foreach (var problem in report.RegistryProblems)
        {
            Screen.Warn(problem);
            isPartial = true;
        }

        if (report.CatalogProblem is { } missing)
        {
            Screen.Warn($"ends of life are not known: {missing}");

            // Whoever asks to fail on it must not be told that all is well.
            isPartial |= failOn.Contains("eol", StringComparer.Ordinal);
        }

        return isPartial ? ExitCode.Partial : FailOn.Matches(report, failOn) ? ExitCode.Findings : ExitCode.Success;
    }
}
