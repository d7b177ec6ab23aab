using System.Globalization;
using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Rollouts;

namespace Basewatch.Cli.Output;

/// <summary>Shows which freight is where.</summary>
internal static class RolloutScreen
{
    public static void Print(RolloutBoard board, DateTimeOffset now)
    {
        if (board.IsEmpty)
        {
            Screen.Out.WriteLine("Nothing is rolled out in stages or waves: see 'rollout' in the configuration.");
            return;
        }

        foreach (var hold in board.Holds)
        {
            var what = hold.Kind == HoldKind.Freeze ? $"{hold.Stage ?? "everything"} of {hold.Scope} is frozen" : $"{(ImageReference.TryParse(hold.Image, out var image, out _) ? image.Familiar : hold.Image)} is blocked in {hold.Scope}";
            Screen.Out.MarkupLine($"[yellow]{Screen.Safe(what)}[/]{Screen.Safe($"{(hold.Until is { } until ? $" until {until:yyyy-MM-dd HH:mm}Z" : "")} by {hold.By}, {Age(hold.At, now)} ago: {hold.Reason}")}");
        }

        if (board.Lines.Count > 0)
        {
            Screen.WriteTable(
                ["Line", "Stage", "Repository", "Freight", "State", "Age", "Next"],
                [.. board.Lines.SelectMany(l => l.Cells.Select((c, n) => (IReadOnlyList<string>)
                [
                    n == 0 ? Screen.Safe(l.Text) : "",
                    Screen.Safe(c.Stage),
                    Screen.Safe(c.Repository),
                    c.Freight is null ? "" : Screen.Safe($"{TagsOf(c.Text)} ({c.Freight})"),
                    $"[{Colour(c.State)}]{c.State.ToString().ToLowerInvariant()}[/]{(c.State == BoardState.Verified ? "" : $" {Screen.Safe(c.Words)}")}",
                    c.Since is { } since ? Age(since, now) : "",
                    Screen.Safe($"{(c.PullRequest is { } number ? $"#{number}: " : "")}{c.Next}"),
                ]))]);
        }

        foreach (var wave in board.Waves)
        {
            var far = wave.Waves is [.., var last] ? $"{last.Name}: {last.Passed} passed and {last.Failed} failed of {last.Repositories}" : "not begun";
            Screen.Out.MarkupLine($"[bold]{Screen.Safe(ImageReference.TryParse(wave.Target, out var target, out _) ? (target with { Digest = null }).Familiar : wave.Target)}[/] {Screen.Safe($"for {Count.Of(wave.Members, "repository")} of {wave.Owner}; {far}")}{(wave.Words is null ? "" : $"  [{(wave.StoppedAt is null ? "grey" : "red")}]{Screen.Safe(wave.Words)}[/]")}");
        }
    }

    /// <summary>The name is in the line already.</summary>
    private static string TagsOf(string text) => text.Contains(", ", StringComparison.Ordinal) ? text : text[(text.LastIndexOf('/') + 1)..];

    private static string Colour(BoardState state) => state switch
    {
        BoardState.Verified => "green",
        BoardState.Failed or BoardState.Blocked => "red",
        BoardState.Verifying or BoardState.Merged => "yellow",
        _ => "grey",
    };

    private static string Age(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalMinutes: < 60 } span => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (int)span.TotalMinutes)} min"),
        { TotalHours: < 48 } span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h"),
        var span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d"),
    };
}
