using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Packages;
using Basewatch.Core.Planning.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Cli.Output;

/// <summary>Shows a report to a person: what needs attention first, once for each image and step, then a line that sums up.</summary>
internal static class CheckScreen
{
    private const int MostPlaces = 3;

    public static void Print(CheckReport report)
    {
        PrintUpdates(report);
        PrintGone(report);
        PrintPackages(report);
        PrintImports(report);
        PrintLifecycles(report);
        PrintSummary(report);
    }

    private static void PrintUpdates(CheckReport report)
    {
        var steps = report.Findings
            .SelectMany(f => f.Assessment.Updates)
            .GroupBy(u => (Current: u.Use.Reference!, u.Target, u.Kind))
            .OrderBy(g => g.Key.Current.Name.Canonical, StringComparer.Ordinal)
            .ThenBy(g => g.Key.Kind)
            .ToList();
        if (steps.Count == 0)
        {
            return;
        }

        string[] headings = ["Image", "Now", "Next", "Step", "Where", "Why"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var step in steps)
        {
            var (current, target, kind) = step.Key;
            rows.Add([
                $"[bold]{Screen.Safe(current.Name.Familiar)}[/]",
                Screen.Safe(Version(current)),
                $"[green]{Screen.Safe((target.Name == current.Name ? "" : target.Name.Familiar + ":") + Version(target))}[/]",
                Step(kind),
                Screen.Safe(Places(step.Select(u => u.Use))),
                Screen.IsNarrow ? "" : Screen.Safe(step.First().Reason)]);
        }

        Screen.WriteTable(headings, rows);
    }

    private static void PrintGone(CheckReport report)
    {
        var gone = report.Findings.Where(f => f.Assessment.IsGone).GroupBy(f => f.Assessment.Use.Reference!).ToList();
        if (gone.Count == 0)
        {
            return;
        }

        Screen.Out.WriteLine();
        string[] headings = ["Gone", "Where", "Why"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var group in gone)
        {
            rows.Add([
                $"[red]{Screen.Safe($"{group.Key.Name.Familiar}:{group.Key.FollowedTag ?? "?"}")}[/]",
                Screen.Safe(Places(group.Select(f => f.Assessment.Use))),
                Screen.Safe(group.First().Assessment is { Updates: [var update, ..] } ? $"the registry no longer holds it; {update.Target.Tag} is next" : group.First().Assessment.Reason)]);
        }

        Screen.WriteTable(headings, rows);
    }

    private static void PrintPackages(CheckReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        var told = report.Packages.Where(p => p.IsGone || p.Updates.Count > 0)
            .GroupBy(p => (p.Use.Ecosystem, p.Use.Name, Version: p.Use.Version.Value, p.Suite))
            .OrderBy(g => g.Key.Ecosystem).ThenBy(g => g.Key.Name, StringComparer.Ordinal);
        foreach (var group in told)
        {
            var first = group.First();
            var places = group.Select(p => $"{p.Use.Path}:{p.Use.Line}").ToList();
            foreach (var update in first.Updates.Cast<PackageUpdate?>().DefaultIfEmpty(null))
            {
                rows.Add([
                    $"[bold]{Screen.Safe(first.Use.Name)}[/]",
                    first.IsGone ? $"[red]{Screen.Safe(group.Key.Version)} (gone)[/]" : Screen.Safe(group.Key.Version),
                    update is null ? "" : $"[green]{Screen.Safe(update.Version)}[/]",
                    Screen.Safe(first.Suite?.ToString() ?? first.Use.Ecosystem.Word()),
                    Screen.Safe(string.Join(", ", places.Take(MostPlaces)) + (places.Count > MostPlaces ? $" and {places.Count - MostPlaces} more" : "")),
                    Screen.IsNarrow ? "" : Screen.Safe(update?.Reason ?? first.Reason)]);
            }
        }

        if (rows.Count > 0)
        {
            Screen.Out.WriteLine();
            string[] headings = ["Package", "Now", "Next", "From", "Where", "Why"];
            Screen.WriteTable(headings, rows);
        }
    }

    private static void PrintImports(CheckReport report)
    {
        var imports = report.Findings.SelectMany(f => f.Assessment.Imports.Select(i => (Text: i, f.Assessment.Use))).GroupBy(i => i.Text, StringComparer.Ordinal).ToList();
        if (imports.Count == 0)
        {
            return;
        }

        Screen.Out.WriteLine();
        foreach (var import in imports)
        {
            // No table: commands are to be copied from here, and stay on one line.
            Console.Out.WriteLine(Screen.Plain($"{Places(import.Select(i => i.Use))}: {import.Key}"));
        }
    }

    private static void PrintLifecycles(CheckReport report)
    {
        var ending = report.Findings
            .Where(f => f.Lifecycle.Status is LifecycleStatus.Ending or LifecycleStatus.Ended)
            .GroupBy(f => (Image: f.Assessment.Use.Reference! with { Digest = null }, f.Lifecycle, f.Successor))
            .OrderBy(g => g.Key.Lifecycle.Ends)
            .ToList();
        if (ending.Count == 0)
        {
            return;
        }

        Screen.Out.WriteLine();
        string[] headings = ["End of life", "What ends", "Day", "Move to", "Where"];
        var rows = new List<IReadOnlyList<string>>();
        foreach (var group in ending)
        {
            var (image, life, successor) = group.Key;
            var colour = life.Status == LifecycleStatus.Ended ? "red" : "yellow";
            rows.Add([
                $"[{colour}]{Screen.Safe(image.Familiar)}[/]",
                Screen.Safe(life.First?.Title ?? ""),
                $"[{colour}]{(life.Ends is { } day ? day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "past")}[/]",
                successor is null ? "" : $"[green]{Screen.Safe(successor.Familiar)}[/]",
                Screen.Safe(Places(group.Select(f => f.Assessment.Use)))]);
        }

        Screen.WriteTable(headings, rows);
    }

    private static void PrintSummary(CheckReport report)
    {
        var assessments = report.Findings.Select(f => f.Assessment).ToList();
        var updates = assessments.Count(a => a.Updates.Count > 0);
        var undecided = assessments.Count(a => a.Problem is not null);
        var images = report.Findings.Select(f => f.Assessment.Use.Reference!.Name).Distinct().Count();
        var parts = new List<string>
        {
            $"{Count.Of(report.Scan.Uses.Count, "use")} of {Count.Of(images, "image")}",
            updates > 0 ? string.Create(CultureInfo.InvariantCulture, $"{updates:N0} to update") : undecided > 0 ? "no update found" : "nothing to update",
        };
        Add(assessments.Count(a => a.IsGone), "gone");
        Add(report.Findings.Count(f => f.Lifecycle.Status == LifecycleStatus.Ended), "past their end of life");
        Add(report.Scan.Uses.Count(u => u.Skip is not null), "skipped");
        Add(undecided, "not judged");
        Add(report.Packages.Count, report.Packages.Count == 1 ? "pinned package" : "pinned packages");
        Add(report.Packages.Count(p => p.Updates.Count > 0), "of these to update");
        Add(report.Packages.Count(p => p.IsGone), "of these gone");
        Screen.Out.WriteLine(string.Join(", ", parts));

        void Add(int number, string what)
        {
            if (number > 0)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{number:N0} {what}"));
            }
        }
    }

    private static string Version(ImageReference reference) =>
        (reference.Tag ?? (reference.Digest is null ? "(latest)" : "")) + (reference.Digest is null ? "" : "@" + reference.Digest.Abbreviated);

    private static string Step(UpdateKind kind) => kind switch
    {
        UpdateKind.Major => "[red]major[/]",
        UpdateKind.Minor => "[yellow]minor[/]",
        UpdateKind.Digest => "[yellow]republished[/]",
        UpdateKind.Pin => "[blue]pin[/]",
        _ => FindingRow.Word(kind),
    };

    private static string Places(IEnumerable<ImageUse> uses)
    {
        var places = uses.Select(u => $"{u.Path}:{u.Line}").ToList();
        return string.Join(", ", places.Take(MostPlaces)) + (places.Count > MostPlaces ? $" and {places.Count - MostPlaces} more" : "");
    }
}
