using Basewatch.Core.Images;
using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Jobs.Rollouts;
using Basewatch.Core.Rollouts;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>The board: a row for each line of freights, a column for each stage.</summary>
internal static class RolloutsPage
{
    /// <summary>Lines beyond these are found by the filter.</summary>
    private const int MostLines = 100;

    /// <summary>Repositories of a stage that are shown one by one.</summary>
    private const int MostRepositories = 5;

    private const int MostWaves = 50;

    /// <summary>The page.</summary>
    /// <param name="context">What it is made from.</param>
    /// <param name="answer">What became of the form that was sent; null: none was.</param>
    public static Html Render(PageContext context, RolloutAnswer? answer = null)
    {
        var overview = context.Overview;
        var board = overview.Rollouts;
        var wanted = context.Query["q"] ?? "";
        var lines = board.Lines.Where(l => wanted.Length == 0 || l.Text.Contains(wanted, StringComparison.OrdinalIgnoreCase) || l.Cells.Any(c => c.Repository.Contains(wanted, StringComparison.OrdinalIgnoreCase))).ToList();
        return PageFrame.Page(context, PageNames.Rollouts, "Rollouts", Html.Of($"""
            <h1>Rollouts</h1>
            {(answer is null ? null : Html.Of($"<p class=\"notice\" role=\"status\"><strong>{(answer.IsRefused ? "Not done." : "Done.")}</strong> {answer.Words}</p>"))}
            {(board.IsEmpty ? Html.Of($"<section class=\"card\"><p class=\"none\">Nothing is rolled out in stages or waves.</p></section>") : null)}
            {(board.Holds.Count == 0 ? null : Html.Of($"<section class=\"card\"><h2>Held</h2>{Holds(board, overview)}</section>"))}
            {(board.Lines.Count == 0 ? null : Html.Of($"<section class=\"card\"><h2>Stages</h2>{Filter(wanted)}{lines.Take(MostLines).GroupBy(l => l.Scope, StringComparer.Ordinal).Select(g => Board(g.Key, [.. g], overview))}{(lines.Count > MostLines ? Html.Of($"<p class=\"more\">The first {MostLines} of {Words.Number(lines.Count)}.</p>") : null)}</section>"))}
            {(board.Waves.Count == 0 ? null : Html.Of($"<section class=\"card\"><h2>Waves</h2>{Waves(board, overview)}</section>"))}
            {(board.IsEmpty ? null : Html.Of($"<section class=\"card\"><h2>Freeze, or release</h2>{Form(board)}</section>"))}
            {(board.Deeds.Count == 0 ? null : Html.Of($"<section class=\"card\"><h2>What people did</h2><ul class=\"list\">{board.Deeds.Select(d => Html.Of($"<li>{Words.Ago(d.At, overview)}: <strong>{d.Deed}</strong> {d.Subject} <span class=\"sub\">by {d.By}: {d.Reason}</span></li>"))}</ul></section>"))}
            """));
    }

    private static Html Filter(string wanted) => Html.Of($"<form class=\"filters\" method=\"get\" action=\"{PageNames.Rollouts}\"><label>Find <input type=\"search\" name=\"q\" value=\"{wanted}\"></label> <button type=\"submit\" class=\"quiet\">Show</button></form>");

    private static Html Board(string scope, IReadOnlyList<BoardLine> lines, Overview overview)
    {
        // In the order in which the lines have them: all have the order of the configuration, and some lack one.
        var stages = new List<string>();
        foreach (var stage in lines.OrderByDescending(l => l.Cells.Select(c => c.Stage).Distinct(StringComparer.Ordinal).Count()).SelectMany(l => l.Cells).Select(c => c.Stage))
        {
            if (!stages.Contains(stage, StringComparer.Ordinal))
            {
                stages.Add(stage);
            }
        }

        return Html.Of($"""
            <div class="scroll" tabindex="0" role="region" aria-label="Stages of {scope}"><table class="board"><caption>{scope}</caption>
            <thead><tr><th scope="col">Image</th>{stages.Select(s => Html.Of($"<th scope=\"col\">{s}</th>"))}</tr></thead>
            <tbody>{lines.Select(l => Html.Of($"<tr><th scope=\"row\">{Words.Name(l.Text)}</th>{stages.Select(s => Html.Of($"<td>{Cells([.. l.Cells.Where(c => c.Stage == s)], l, overview)}</td>"))}</tr>"))}</tbody>
            </table></div>
            """);
    }

    private static Html Cells(IReadOnlyList<BoardCell> cells, BoardLine line, Overview overview) => cells.Count == 0
        ? Words.OrNone(null)
        : Html.Of($"{cells.Take(MostRepositories).Select(c => Cell(c, line, overview))}{(cells.Count > MostRepositories ? Html.Of($"<p class=\"more\">and {Words.Number(cells.Count - MostRepositories)} more repositories</p>") : null)}");

    private static Html Cell(BoardCell cell, BoardLine line, Overview overview) => Html.Of($"""
        <div class="freight">{Words.Badge(Colour(cell.State), cell.State.ToString().ToLowerInvariant())}{(cell.Freight is null ? null : Html.Of($" <strong>{TagOf(cell.Text, line.Text)}</strong>"))}
        <span class="sub block">{cell.Words}</span>
        <span class="sub block">{(cell.Freight is null ? null : Html.Of($"<code>{cell.Freight}</code> came {Words.Ago(cell.Since, overview)} to "))}{Link.Repository(cell.Repository)}</span>
        {(cell.Next is null ? null : Html.Of($"<span class=\"sub block\">Next: {(cell.PullRequest is { } number ? Html.Of($"{Link.Elsewhere(PageOf(cell.Repository, number, overview), $"#{number}")}: ") : null)}{cell.Next}</span>"))}
        </div>
        """);

    private static string? PageOf(string repository, int number, Overview overview) =>
        overview.PullRequests.FirstOrDefault(p => p.Is.Number == number && string.Equals(p.Repository, repository, StringComparison.OrdinalIgnoreCase))?.Is.Url;

    private static string TagOf(string text, string line) => text.StartsWith(line + ":", StringComparison.Ordinal) ? text[(line.Length + 1)..] : text;

    private static Html Holds(RolloutBoard board, Overview overview) => Html.Of($"""
        <ul class="list">{board.Holds.Select(h => Html.Of($"<li>{(h.Kind == HoldKind.Freeze ? Html.Of($"{Words.Badge("ending", "frozen")} {h.Stage ?? "everything"} of {h.Scope}") : Html.Of($"{Words.Badge("ended", "blocked")} {Short(h.Image ?? "")} in {h.Scope}"))}{(h.Until is { } until ? $" until {RolloutPlanner.Text(until)}" : "")} <span class=\"sub block\">{Words.Ago(h.At, overview)} by {h.By}: {h.Reason}</span></li>"))}</ul>
        """);

    private static Html Waves(RolloutBoard board, Overview overview) => Html.Of($"""
        <ul class="list">{board.Waves.Take(MostWaves).Select(w => Html.Of($"<li>{(w.StoppedAt is not null ? Words.Badge("ended", "stopped") : w.Waves is [.., { Cut: ulong.MaxValue }] ? Words.Badge("maintained", "everywhere") : Words.Badge("ending", w.Waves is [.., var last] ? last.Name : "not begun"))} {Short(w.Target)} for {Words.Count(w.Members, "repository", "repositories")} of {w.Owner}{(w.Waves is [.., var now] ? $": {Words.Number(now.Passed)} passed and {Words.Number(now.Failed)} failed of {Words.Number(now.Repositories)}" : "")} <span class=\"sub block\">since {Words.Ago(w.Since, overview)}{(w.Words is null ? "" : $": {w.Words}")}</span></li>"))}</ul>
        """);

    private static string Short(string reference) => ImageReference.TryParse(reference, out var image, out _) ? RepositoryPage.Shorten(image.Familiar) : reference;

    private static Html Form(RolloutBoard board)
    {
        var scopes = board.Lines.Select(l => l.Scope).Concat(board.Waves.Select(w => w.Owner)).Concat(board.Holds.Select(h => h.Scope)).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase);
        var stages = board.Lines.SelectMany(l => l.Cells).Select(c => c.Stage).Distinct(StringComparer.Ordinal);
        return Html.Of($"""
            <form class="filters" method="post" action="{PageNames.Rollouts}">
            <label>Of <select name="scope">{scopes.Select(s => Html.Of($"<option>{s}</option>"))}</select></label>
            <label>Stage <select name="stage"><option value="">everything</option>{stages.Select(s => Html.Of($"<option>{s}</option>"))}</select></label>
            <label>For <input name="until" placeholder="3d, 8h; empty: until released" maxlength="40"></label>
            <label>Why <input name="reason" required maxlength="{RolloutActions.LongestReason}"></label>
            <button type="submit" name="deed" value="hold">Freeze</button> <button type="submit" name="deed" value="release" class="quiet">Release</button>
            </form>
            """);
    }

    private static string Colour(BoardState state) => state switch
    {
        BoardState.Verified => "maintained",
        BoardState.Failed or BoardState.Blocked => "ended",
        BoardState.Verifying or BoardState.Merged => "ending",
        _ => "unknown",
    };
}
