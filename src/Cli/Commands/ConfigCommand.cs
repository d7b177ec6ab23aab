using System.CommandLine;
using Basewatch.Adapters.Git;
using Basewatch.Cli.Output;
using Basewatch.Core.Dialects;
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
        var path = new Argument<string>("PATH") { Description = "A folder, or a file that is configuration as a whole.", DefaultValueFactory = _ => "." };
        var settings = CommonOptions.Settings();
        var command = new Command("validate", "Tell every mistake in the configuration, ours and other tools', with file and line.") { path, settings };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var formats = Toolbox.LoadValidSettings(parsed.GetValue(settings)).FormatCatalog();
            var tree = await RepositoryFolder.OpenAsync(parsed.GetValue(path)!, cancellationToken);
            var (right, errors, remarks) = tree.SingleFile is { } file
                ? ValidateFile(tree, file, formats)
                : Validate(await RepositoryFolder.ReadAsync(tree, formats, PolicySources.None, cancellationToken));

            // As compilers write it, for editors and people alike.
            foreach (var line in errors.Select(e => e.ToString()).Concat(remarks.Select(r => $"note: {r}")))
            {
                await Console.Error.WriteLineAsync(Screen.Plain(line).AsMemory(), cancellationToken);
            }

            foreach (var line in errors.Count == 0 ? right : [])
            {
                Screen.Out.WriteLine(Screen.Plain(line));
            }

            return errors.Count == 0 ? ExitCode.Success : ExitCode.Usage;
        });
        return command;
    }

    private static Validation Validate(RepositoryFolder folder)
    {
        var right = new List<string>();
        foreach (var dialect in DialectCatalog.All)
        {
            List<string> files = [.. folder.Parts.Where(p => p.Dialect == dialect.Name).Select(p => p.Path).Distinct(StringComparer.Ordinal)];
            if (RepositorySettings.OwnAmong(folder.Parts.Where(p => p.Dialect == dialect.Name)) is { } read)
            {
                right.Add(Summary(read.Path, folder.Settings.Configuration));
            }
            else if (files.Count > 0)
            {
                right.Add($"{(files.Count == 1 ? $"{files[0]} is" : $"{Count.Of(files.Count, "file")} are")} right: read as {dialect.Name}");
            }
        }

        var own = RepositorySettings.OwnAmong(folder.Parts)?.Path ?? RepositoryConfiguration.Path;
        IEnumerable<FileProblem> unmatched =
        [
            .. folder.Policies.FindUnmatched(folder.Files),
            .. folder.Settings.Configuration.Formats.SelectMany(f => f.Files).Where(f => !FilePattern.IsAnyMatch(f, folder.Files)).Select(f => new FileProblem(own, null, FilePattern.Unmatched(f))),
            // Stages that name repositories are about files of those.
            .. folder.Settings.Configuration.Rollout.Stages.Where(s => s.Repositories.Count == 0).SelectMany(s => s.Scope.Files).Where(f => !FilePattern.IsAnyMatch(f, folder.Files)).Select(f => new FileProblem(own, null, FilePattern.Unmatched(f))),
        ];
        return new(
            right.Count > 0 ? right : [$"there is no {RepositoryConfiguration.Path}: the defaults are in force"],
            folder.Decided.Errors,
            [.. folder.Misplaced, .. NotesOf(folder.Settings.Configuration, folder.Tree.Root), .. folder.Decided.Remarks, .. unmatched.Distinct()]);
    }

    private static Validation ValidateFile(WorkTree tree, string file, FormatCatalog formats)
    {
        byte[] bytes;
        try
        {
            bytes = tree.Read(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new([], [new FileProblem(file, null, e.Message)], []);
        }

        if (!RepositoryConfiguration.IsPath(file) && DialectCatalog.ReadWhole(file, bytes, out var problem) is [var part, ..])
        {
            var rules = DialectCatalog.Find(part.Dialect)!.ReadRules([part]);
            return new([$"{file} is right: read as {part.Dialect}"], problem is null ? rules.Errors : [problem], rules.Remarks);
        }

        var reading = ConfigurationReader.Read(file, bytes, formats);
        return new(
            reading.Configuration is { } configuration ? [Summary(file, configuration)] : [],
            reading.Errors,
            tree.IsGit ? [.. RepositoryConfiguration.Misplaced([file]), .. NotesOf(reading.Configuration, tree.Root)] : []);
    }

    /// <summary>Some is the organisation's to say, in its repository <c>.github</c>, whose work tree is mostly called so.</summary>
    private static FileProblem[] NotesOf(RepositoryConfiguration? configuration, string root) =>
        configuration is null || Path.GetFileName(Path.TrimEndingDirectorySeparator(root)) == ".github" ? []
            : [.. new[] { configuration.MisplacedAlerts, configuration.MisplacedRebuilds }.OfType<FileProblem>(), .. configuration.MisplacedRollouts];

    private static string Summary(string file, RepositoryConfiguration configuration) =>
        $"{file} is right: {Count.Of(configuration.Rules.Count, "rule")}, {Count.Of(configuration.Formats.Count, "format")}{(configuration.Lifecycles.IsEmpty ? "" : $", lifecycles of {Count.Of(configuration.Lifecycles.Products.Count, "product")}")}{(configuration.Rollout.Stages.Count == 0 ? "" : $", {Count.Of(configuration.Rollout.Stages.Count, "stage")}")}";

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
                JsonLines.Write(folder.Scan.Uses.Select(u => ExplainRow.Of(u, folder.Policies, folder.StageOf(u))), RowJson.Default.ExplainRow);
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
        foreach (var remark in folder.Decided.Remarks)
        {
            Screen.Err.WriteLine(Screen.Plain($"note: {remark}"));
        }

        var hasStages = folder.Rollout.Stages.Count > 0;
        string[] headings = ["File", "Image", "Policy", "From", .. hasStages ? ["Stage"] : Array.Empty<string>(), "Note"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var use in folder.Scan.Uses)
        {
            List<PolicyRule> claims = use.Reference is null ? [] : [.. folder.Policies.ClaimsOf(use)];
            var rule = claims.Count == 0 ? null : claims[0];
            var others = claims.Skip(1).Select(c => c.Source).OfType<RuleSource>().ToList();
            rows.Add([
                Screen.Safe($"{use.Path}:{use.Line}"),
                Screen.Safe(NameOf(use)),
                Screen.Safe(rule?.Summary ?? ""),
                Screen.Safe(rule is null ? "" : rule.Source?.ToString() ?? "default"),
                .. hasStages ? [Screen.Safe(folder.StageOf(use) ?? "")] : Array.Empty<string>(),
                Screen.Safe(string.Join("; ", ((string?[])[
                    rule is { Enabled: false } ? rule.Reason : use.Skip ?? rule?.Reason,
                    others.Count == 0 ? null : $"goes before {string.Join(", ", others)}"]).OfType<string>()))]);
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

    /// <summary>What is to be said of configuration.</summary>
    /// <param name="Right">What is right, where nothing is wrong.</param>
    /// <param name="Errors">What is wrong.</param>
    /// <param name="Remarks">What has no meaning here.</param>
    private sealed record Validation(IReadOnlyList<string> Right, IReadOnlyList<FileProblem> Errors, IReadOnlyList<FileProblem> Remarks);
}
