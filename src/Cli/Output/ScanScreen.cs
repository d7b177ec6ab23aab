using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Jobs;

namespace Basewatch.Cli.Output;

/// <summary>Shows what a scan found: file by file to a person, a line a use in a pipe.</summary>
internal static class ScanScreen
{
    /// <summary>Longer names are templates, or nobody's: the notes beside them are worth more.</summary>
    private const int LongestName = 60;

    public static void Print(FolderScan scan)
    {
        if (Screen.IsTerminal)
        {
            PrintFiles(scan.Uses);
        }
        else if (scan.Uses.Count > 0)
        {
            Screen.WriteTable(
                ["File", "Image", "Tag", "Digest", "Format", "Note"],
                [.. scan.Uses.Select(u => (IReadOnlyList<string>)[Screen.Safe($"{u.Path}:{u.Line}"), Screen.Safe(NameOf(u)), Screen.Safe(u.Reference?.Tag ?? ""), u.Reference?.Digest?.Abbreviated ?? "", u.Format, Screen.Safe(u.Skip ?? "")])]);
        }

        var images = scan.Uses.Where(u => u.Reference is not null).Select(u => u.Reference!.Name).Distinct().Count();
        var files = scan.Uses.Select(u => u.Path).Distinct(StringComparer.Ordinal).Count();
        var skipped = scan.Uses.Count(u => u.Skip is not null);
        Screen.Out.WriteLine($"{Count.Of(scan.Uses.Count, "use")} of {Count.Of(images, "image")} in {Count.Of(files, "file")}" + (skipped == 0 ? "" : $"; {Count.Of(skipped, "use")} can't be updated, for the reason beside it"));
    }

    private static void PrintFiles(IReadOnlyList<ImageUse> uses)
    {
        foreach (var file in uses.GroupBy(u => u.Path, StringComparer.Ordinal))
        {
            var formats = file.Select(u => u.Format).Distinct(StringComparer.Ordinal).ToList();
            Screen.Out.MarkupLine($"[bold]{Screen.Safe(file.Key)}[/] [grey]{string.Join(", ", formats)}[/]");
            var lines = file.Max(u => u.Line.ToString(CultureInfo.InvariantCulture).Length);
            var names = file.Where(u => u.Skip is not null).Select(u => TextOf(u).Length).DefaultIfEmpty().Max();
            foreach (var use in file)
            {
                var text = TextOf(use);
                var gap = Screen.IsNarrow ? "\n" + new string(' ', lines + 4) : new string(' ', Math.Max(0, names - text.Length) + 2);
                var note = use.Skip is null ? "" : $"{gap}[yellow]{Screen.Safe(use.Skip)}[/]";
                Screen.Out.MarkupLine($"  [grey]{use.Line.ToString(CultureInfo.InvariantCulture).PadLeft(lines)}[/]  {Screen.Safe(text)}{note}");
            }

            Screen.Out.WriteLine();
        }
    }

    private static string TextOf(ImageUse use) => use.Reference is null ? NameOf(use)
        : use.Reference.Name.Familiar + (use.Reference.Tag is { } tag ? $":{tag}" : "") + (use.Reference.Digest is { } digest ? $"@{digest.Abbreviated}" : "");

    private static string NameOf(ImageUse use)
    {
        var name = Screen.Plain(use.Reference?.Name.Familiar ?? use.Written.Value);
        return use.Reference is not null || name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
    }
}
