using System.CommandLine;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects.Settings;
using Basewatch.Core.Formats;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Commands;

/// <summary><c>config</c>: what a repository's configuration says.</summary>
internal static class ConfigCommand
{
    public static Command Create() => new("config", $"Check {RepositoryConfiguration.Path}, and tell which policy is in force where.")
    {
        CreateValidate(),
        CreateExplain(),
    };

    private static Command CreateValidate()
    {
        var path = new Argument<string>("PATH") { Description = "A folder, or a configuration file itself.", DefaultValueFactory = _ => "." };
        var settings = CommonOptions.Settings();
        var command = new Command("validate", "Tell every mistake in the configuration, with file and line.") { path, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = Toolbox.LoadValidSettings(parsed.GetValue(settings));
            var tree = await RepositoryFolder.OpenAsync(parsed.GetValue(path)!, cancellationToken);
            var file = tree.SingleFile ?? RepositoryConfiguration.Path;
            if (RepositoryFolder.ReadConfiguration(tree, file, options.FormatCatalog()) is not { } reading)
            {
                Screen.Out.WriteLine($"there is no {file}: the defaults are in force");
                return ExitCode.Success;
            }

            // As compilers write it, for editors and people alike.
            foreach (var error in reading.Errors)
            {
                await Console.Error.WriteLineAsync(Screen.Plain(error.ToString()).AsMemory(), cancellationToken);
            }

            if (reading.Configuration is not { } configuration)
            {
                return ExitCode.Usage;
            }

            Screen.Out.WriteLine(Screen.Plain($"{file} is right: {Count.Of(configuration.Rules.Count, "rule")}, {Count.Of(configuration.Formats.Count, "format")}"));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateExplain()
    {
        var path = CommonOptions.Path();
        var format = CommonOptions.Format("table", "json");
        var policy = CommonOptions.Policy();
        var settings = CommonOptions.Settings();
        var command = new Command("explain", "Tell which policy is in force for each use, and where that is written.") { path, format, policy, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var options = Toolbox.LoadValidSettings(parsed.GetValue(settings));
            var folder = await RepositoryFolder.ReadAsync(
                parsed.GetValue(path)!, options.FormatCatalog(), [.. Toolbox.ReadRules(parsed.GetValue(policy) ?? []), .. options.PolicyRules()], UpdateKind.Major, cancellationToken);
            if (parsed.GetValue(format) == "json")
            {
                JsonLines.Write(folder.Scan.Uses.Select(u => ExplainRow.Of(u, folder.Policies)), RowJson.Default.ExplainRow);
            }
            else
            {
                Print(folder);
            }

            return ScanCommand.WarnOfProblems(folder.Scan) ? ExitCode.Partial : ExitCode.Success;
        });
        return command;
    }

    private static void Print(RepositoryFolder folder)
    {
        string[] headings = ["File", "Image", "Policy", "From", "Note"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var use in folder.Scan.Uses)
        {
            var rule = use.Reference is null ? null : folder.Policies.For(use).Rule;
            rows.Add([
                Screen.Safe($"{use.Path}:{use.Line}"),
                Screen.Safe(NameOf(use)),
                Screen.Safe(rule?.Summary ?? ""),
                Screen.Safe(rule is null ? "" : rule.Source?.ToString() ?? "default"),
                Screen.Safe((rule is { Enabled: false } ? rule.Reason : use.Skip ?? rule?.Reason) ?? "")]);
        }

        if (rows.Count == 0)
        {
            Screen.Err.WriteLine("no image is named here");
            return;
        }

        Screen.WriteTable(headings, rows);
    }

    private static string NameOf(ImageUse use) =>
        use.Reference is { } reference ? reference.Name.Familiar + (reference.Tag is { } tag ? $":{tag}" : "") : use.Written.Value;
}
