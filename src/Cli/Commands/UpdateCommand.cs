using System.CommandLine;
using Basewatch.Adapters.Git;
using Basewatch.Cli.Output;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Commands;

/// <summary><c>update [PATH]</c>: writes the new references into the work tree, or commits them on branches.</summary>
internal static class UpdateCommand
{
    public static Command Create()
    {
        var path = CommonOptions.Path();
        var branch = new Option<bool>("--branch") { Description = "Leave the work tree as it is, and commit on one branch a change set, from the commit that is checked out." };
        var level = new Option<string>("--level") { Description = "The furthest step to take.", DefaultValueFactory = _ => "major" };
        level.AcceptOnlyFromAmong("digest", "patch", "minor", "major");
        var successors = new Option<bool>("--successors") { Description = "Leave what is near or past its end of life too, where no ordinary update leads out of it." };
        var format = CommonOptions.Format("table", "json");
        var policy = CommonOptions.Policy();
        var catalog = CommonOptions.Catalog();
        var settings = CommonOptions.Settings();
        var noCache = CommonOptions.NoCache();
        var verbose = CommonOptions.Verbose();
        var command = new Command("update", "Write the newest references into the files, and change nothing else in them.") { path, branch, level, successors, format, policy, catalog, settings, noCache, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var furthest = parsed.GetValue(level) switch
            {
                "digest" => UpdateKind.Digest,
                "patch" => UpdateKind.Patch,
                "minor" => UpdateKind.Minor,
                _ => UpdateKind.Major,
            };
            using var tools = Toolbox.Open(parsed, settings, verbose, catalog, policy, noCache);
            var folder = await tools.ReadAsync(parsed.GetValue(path)!, furthest, cancellationToken);
            var isJson = parsed.GetValue(format) == "json";
            if (parsed.GetValue(branch))
            {
                return await BranchUpdate.RunAsync(tools, folder, furthest, isJson, cancellationToken);
            }

            var report = await CheckCommand.RunAsync(tools, folder, comparesPlatforms: true, cancellationToken);
            return Write(folder.Formats, folder.Tree, report, furthest, parsed.GetValue(successors), isJson);
        });
        return command;
    }

    private static int Write(FormatCatalog formats, WorkTree tree, CheckReport report, UpdateKind furthest, bool leaves, bool isJson)
    {
        var rows = new List<UpdateRow>();
        var isPartial = ScanCommand.WarnOfProblems(report.Scan);
        var wanted = report.Findings
            .Select(f => f.Assessment.Updates.LastOrDefault(u => u.WayOut is not null ? leaves : u.Kind <= furthest || furthest == UpdateKind.Major))
            .OfType<Update>()
            .ToList();
        var packages = Packages(report, wanted, furthest);
        var siblings = report.Scan.Selection.Files.ToDictionary(f => f, report.Scan.Selection.SiblingsOf, StringComparer.Ordinal);
        foreach (var (updates, moved, paths) in FileChange.Group(wanted, packages, siblings))
        {
            var problems = new List<FileProblem>();
            FileChange? change = null;
            try
            {
                change = FileChange.Apply(formats, [.. paths.Select(p => new FileContent(p, tree.Read(p), siblings.GetValueOrDefault(p, [])))], updates, moved);
                problems.AddRange(change.Dropped);
                foreach (var (path, content) in change.Contents)
                {
                    tree.Write(path, content);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                change = null;
                problems.Add(new FileProblem(paths[0], null, e.Message));
            }

            foreach (var problem in problems)
            {
                Screen.Warn(problem.ToString());
                isPartial = true;
            }

            foreach (var update in updates)
            {
                var isWritten = change?.Applied.Any(a => a.Use.Path == update.Use.Path && a.Use.Line == update.Use.Line && a.Use.Column == update.Use.Column) ?? false;
                rows.Add(new UpdateRow(
                    update.Use.Path, update.Use.Line, update.Target.Name.Canonical,
                    VersionRow.Of(update.Use.Reference)!, VersionRow.Of(update.Target)!, FindingRow.Word(update.Kind),
                    isWritten, null, isWritten ? null : problems.FirstOrDefault(p => p.Line is null || (p.Path == update.Use.Path && p.Line == update.Use.Line))?.Message));
            }

            foreach (var update in moved)
            {
                var isWritten = change?.AppliedPackages.Contains(update) ?? false;
                rows.Add(new UpdateRow(
                    update.Use.Path, update.Use.Line, "", new VersionRow(update.Use.Version.Value, null), new VersionRow(update.Version, null), FindingRow.Word(update.Kind),
                    isWritten, null, isWritten ? null : problems.FirstOrDefault(p => p.Line is null || (p.Path == update.Use.Path && p.Line == update.Use.Line))?.Message)
                {
                    Package = update.Use.Name,
                    Ecosystem = update.Use.Ecosystem.Word(),
                });
            }
        }

        foreach (var problem in report.RegistryProblems)
        {
            Screen.Warn(problem);
            isPartial = true;
        }

        Print(rows, isJson, report.RegistryProblems.Count > 0);
        return isPartial ? ExitCode.Partial : ExitCode.Success;
    }

    /// <summary>Of each package the step that goes with what its base gets.</summary>
    private static List<PackageUpdate> Packages(CheckReport report, List<Update> wanted, UpdateKind furthest) =>
        [.. report.Packages
            .Select(p => p.Updates.FirstOrDefault(u => u.LeavesSuite && wanted.Contains(u.With!))
                ?? p.Updates.LastOrDefault(u => !u.LeavesSuite && (u.Kind <= furthest || furthest == UpdateKind.Major)))
            .OfType<PackageUpdate>()
            .Where(u => furthest != UpdateKind.Digest)];

    private static void Print(List<UpdateRow> rows, bool isJson, bool isPartial)
    {
        if (isJson)
        {
            JsonLines.Write(rows, RowJson.Default.UpdateRow);
            return;
        }

        var written = rows.Where(r => r.Written).ToList();
        if (written.Count > 0)
        {
            string[] headings = ["File", "Image", "From", "To", "Step"];
            var cells = new List<IReadOnlyList<string>>();
            foreach (var row in written)
            {
                cells.Add([
                    Screen.Safe($"{row.File}:{row.Line}"),
                    Screen.Safe(row.Package ?? Core.Images.ImageName.Parse(row.Image).Familiar),
                    Screen.Safe(Version(row.From)),
                    $"[green]{Screen.Safe(Version(row.To))}[/]",
                    row.Kind]);
            }

            Screen.WriteTable(headings, cells);
        }

        Screen.Err.WriteLine(written.Count == 0 ? (isPartial ? "no update found; not everything could be judged" : "nothing to update") : $"{Count.Of(written.Count, written.TrueForAll(r => r.Package is not null) ? "package" : "reference")} updated in {Count.Of(written.Select(r => r.File).Distinct(StringComparer.Ordinal).Count(), "file")}");
    }

    private static string Version(VersionRow version) =>
        (version.Tag ?? "") + (version.Digest is { } digest ? "@" + Core.Images.Digest.Parse(digest).Abbreviated : "");
}
