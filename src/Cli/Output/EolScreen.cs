using System.Globalization;
using Basewatch.Core.Lifecycle;

namespace Basewatch.Cli.Output;

/// <summary>The life of one image that was asked for.</summary>
/// <param name="Image">As it was given.</param>
/// <param name="Lifecycle">How long it lives.</param>
internal sealed record ImageLife(string Image, ImageLifecycle Lifecycle)
{
    /// <summary>The file that uses it, where a folder was asked for.</summary>
    public string? File { get; init; }

    /// <summary>The line in it.</summary>
    public int? Line { get; init; }
}

/// <summary>Shows lives of images to a person: those of a folder once for each image, with their places.</summary>
internal static class EolScreen
{
    private const int MostPlaces = 3;

    public static void Print(IReadOnlyList<ImageLife> lives, LifecycleCatalog catalog, DateOnly today)
    {
        string[] headings = ["Image", "Product", "Distribution", "Ends first", "Day", "Days left", "Support", "Where"];
        var rows = new List<IReadOnlyList<string>>();

        // References are shown as they were given; the uses of folders once for each image, with their places.
        var uses = lives.Where(l => l.File is not null).GroupBy(l => (l.Image, l.Lifecycle)).Select(g => (g.Key.Image, g.Key.Lifecycle, Places: Places(g)));
        foreach (var (image, life, places) in lives.Where(l => l.File is null).Select(l => (l.Image, l.Lifecycle, Places: "")).Concat(uses.OrderBy(u => u.Lifecycle.Ends ?? DateOnly.MaxValue)))
        {
            var colour = life.Status switch
            {
                LifecycleStatus.Ended => "red",
                LifecycleStatus.Ending => "yellow",
                LifecycleStatus.Maintained => "green",
                _ => "grey",
            };
            rows.Add([
                $"[{colour}]{Screen.Safe(image)}[/]",
                Title(life.Product),
                Title(life.Distribution),
                Screen.Safe(life.First?.Title ?? ""),
                $"[{colour}]{(life.Ends is { } day ? Day(day) : life.First is null ? life.Product?.Cycle is null && life.Distribution is null ? "unknown" : "not announced" : "past")}[/]",
                life.Ends is { } end ? $"[{colour}]{(end.DayNumber - today.DayNumber).ToString("N0", CultureInfo.InvariantCulture)}[/]" : "",
                Screen.Safe(Support(life, today)),
                Screen.Safe(places)]);
        }

        if (rows.Count > 0)
        {
            Screen.WriteTable(headings, rows);
        }

        var parts = new List<string> { Count.Of(rows.Count, "image") };
        foreach (var (status, words) in new[] { (LifecycleStatus.Ended, "past their end of life"), (LifecycleStatus.Ending, "near it"), (LifecycleStatus.Maintained, "maintained"), (LifecycleStatus.Unknown, "unknown") })
        {
            if (lives.Where(l => l.Lifecycle.Status == status).DistinctBy(l => l.File is null ? (object)l : l.Image).Count() is > 0 and var number)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{number:N0} {words}"));
            }
        }

        Screen.Out.WriteLine($"{string.Join(", ", parts)}, on {Day(today)} by the catalogue of {catalog.AsOf.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}");
    }

    private static string Title(Life? life) => life is null ? "" : Screen.Safe(life.Title) + (life.IsLts ? " [grey]LTS[/]" : "");

    /// <summary>What fixes there are, of whatever ends first.</summary>
    private static string Support(ImageLifecycle life, DateOnly today)
    {
        var first = life.First ?? life.Product ?? life.Distribution;
        var words = first?.SupportOn(today) switch
        {
            SupportKind.Active when first.ActiveUntil is { } until => $"active until {Day(until)}",
            SupportKind.Active => "active",
            SupportKind.Security => "security fixes alone",
            SupportKind.Extended => $"none without extended support, which ends {Day(first.ExtendedUntil!.Value)}",
            SupportKind.None => "none",
            _ => "",
        };
        return first?.Evidence is { } evidence ? $"{words} ({evidence})" : words;
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Places(IEnumerable<ImageLife> uses)
    {
        var places = uses.Select(u => $"{u.File}:{u.Line}").ToList();
        return string.Join(", ", places.Take(MostPlaces)) + (places.Count > MostPlaces ? $" and {places.Count - MostPlaces} more" : "");
    }
}
