using Basewatch.Core.Jobs.Dashboard;
using Basewatch.Core.Lifecycle;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Adapters.Hosting.Dashboard;

/// <summary>The tables of the dashboard.</summary>
internal static class Tables
{
    private static readonly (string, string)[] States = [("ended", "past end of life"), ("ending", "near end of life"), ("maintained", "maintained"), ("unknown", "unknown")];

    /// <summary>What lies deeper in the tree of own images is drawn as deep as this.</summary>
    private const int DeepestLevel = 8;

    /// <summary>How long pull requests are open: each age begins where the one before ends.</summary>
    public static IReadOnlyList<(string Key, string Title, TimeSpan Below)> Ages { get; } =
    [
        ("day", "under a day", TimeSpan.FromDays(1)),
        ("week", "a day to a week", TimeSpan.FromDays(7)),
        ("month", "a week to a month", TimeSpan.FromDays(30)),
        ("quarter", "one to three months", TimeSpan.FromDays(90)),
        ("older", "over three months", TimeSpan.MaxValue),
    ];

    public static DataTable<RepositoryRow> Repositories { get; } = new(
        PageNames.Repositories,
        [
            new("name", "Repository", (r, _) => Link.Repository(r.Name)) { Order = (a, b) => Text(a.Name, b.Name) },
            new("uses", "Uses", (r, _) => Number(r.Uses)) { Order = (a, b) => a.Uses.CompareTo(b.Uses), DescendsFirst = true, Class = "num" },
            new("behind", "Up to date", (r, _) => Share(r)) { Order = (a, b) => a.Behind.CompareTo(b.Behind), DescendsFirst = true },
            new("life", "First to end", (r, o) => Words.Next(r.Next, o.Today)) { Order = (a, b) => ByEnd(a.Next, b.Next), Class = "wide" },
            new("open", "Open", (r, _) => r.OpenPullRequests == 0 ? Number(0) : Link.To(PageNames.PullRequests, PageQuery.None.With("state", "open") with { Search = r.Name }, Words.Number(r.OpenPullRequests)))
            {
                Order = (a, b) => a.OpenPullRequests.CompareTo(b.OpenPullRequests), DescendsFirst = true, Class = "num",
            },
            new("state", "State", (r, _) => r.Failure is not null ? Words.Badge("ended", "failing") : r.Problems > 0 ? Words.Badge("ending", Words.Count(r.Problems, "file unread", "files unread")) : r.ReconciledAt is null ? Words.Badge("unknown", "waiting") : Words.Badge("maintained", "ok")) { Class = "wide" },
            new("at", "Read", (r, o) => Words.Ago(r.ReadAt, o)) { Order = (a, b) => a.ReadAt.CompareTo(b.ReadAt), DescendsFirst = true, Class = "wide" },
        ],
        r => r.Name,
        (a, b) => Text(a.Name, b.Name))
    {
        Noun = ("repository", "repositories"),
        Empty = "No repository has been read yet. The loop that looks for them runs at the start and on its schedule.",
        Filters =
        [
            new("state", "State", [("behind", "behind"), ("current", "up to date"), ("failing", "failing"), ("unread", "files unread"), ("waiting", "waiting")], (r, v, _) => v switch
            {
                "behind" => r.Behind > 0,
                "current" => r.ReconciledAt is not null && r.Behind == 0,
                "failing" => r.Failure is not null,
                "unread" => r.Problems > 0,
                _ => r.ReconciledAt is null,
            }),
            new("life", "Lifecycle", States, (r, v, _) => Words.State(r.Next.Status) == v),
        ],
    };

    public static DataTable<ImageRow> Images { get; } = new(
        PageNames.Images,
        [
            new("name", "Image", (r, _) => Link.Image(r.Name, r.Familiar)) { Order = (a, b) => Text(a.Familiar, b.Familiar) },
            new("repositories", "Repositories", (r, _) => Number(r.Repositories)) { Order = (a, b) => a.Repositories.CompareTo(b.Repositories), DescendsFirst = true, Class = "num" },
            new("uses", "Uses", (r, _) => Number(r.Uses)) { Order = (a, b) => a.Uses.CompareTo(b.Uses), DescendsFirst = true, Class = "num" },
            new("tags", "Tags", (r, _) => Number(r.Tags)) { Order = (a, b) => a.Tags.CompareTo(b.Tags), DescendsFirst = true, Class = "num wide" },
            new("life", "First to end", (r, o) => Words.Next(r.Next, o.Today)) { Order = (a, b) => ByEnd(a.Next, b.Next), Class = "wide" },
            new("asked", "Registry", (r, o) => r.Problem is not null ? Html.Of($"{Words.Badge("ended", "no answer")} <span class=\"sub\">{r.Problem}</span>") : Words.Ago(r.AskedAt, o))
            {
                Order = (a, b) => (a.AskedAt ?? default).CompareTo(b.AskedAt ?? default), DescendsFirst = true, Class = "wide",
            },
        ],
        r => $"{r.Name} {r.Familiar}",
        (a, b) => Text(a.Name, b.Name))
    {
        Noun = ("image", "images"),
        Empty = "No image is known yet.",
        Filters =
        [
            new("life", "Lifecycle", States, (r, v, _) => Words.State(r.Next.Status) == v),
            new("registry", "Registry", [("silent", "no answer"), ("unasked", "not asked yet")], (r, v, _) => v == "silent" ? r.Problem is not null : r.AskedAt is null && r.Problem is null),
        ],
    };

    public static DataTable<OwnImageRow> OwnImages { get; } = new(
        PageNames.OwnImages,
        [
            new("name", "Image", (r, _) => Html.Of($"<span class=\"block level{Math.Min(r.Level, DeepestLevel)}\">{Words.Name(r.Familiar)}</span>")),
            new("now", "Now", (r, _) => r.Action is null ? Words.Badge(State(r), State(r.Action)) : Html.Of($"{Words.Badge(State(r), State(r.Action))} <span class=\"sub block\">{Link.Elsewhere(r.Url, r.Now)}{(r.Why.Length == 0 ? "" : $": {r.Why}")}</span>")),
            new("on", "Built on", (r, _) => Html.Of($"{r.Bases.Select((b, n) => Html.Of($"{(n > 0 ? ", " : "")}{(b.Name is null ? Words.Name(RepositoryPage.Shorten(b.Familiar)) : Link.Image(b.Name, RepositoryPage.Shorten(b.Familiar)))}"))}{(r.Known is null ? null : Html.Of($" <span class=\"sub block\">{r.Known}</span>"))}")) { Class = "wide" },
            new("repository", "Repository", (r, _) => Html.Of($"{Link.Repository(r.Repository)} <span class=\"sub block\">{r.Dockerfile}</span>")) { Order = (a, b) => Text(a.Repository, b.Repository), Class = "wide" },
        ],
        r => $"{r.Name} {r.Familiar} {r.Repository} {r.Dockerfile} {string.Join(' ', r.Bases.Select(b => b.Familiar))} {r.Why}",
        (a, b) => Text(a.Name, b.Name) is var order and not 0 ? order : Text($"{a.Repository} {a.Dockerfile}", $"{b.Repository} {b.Dockerfile}"))
    {
        Noun = ("own image", "own images"),
        Empty = "No repository says that it builds an image.",
        Filters =
        [
            new("state", "State", [("stale", "to be built"), ("trouble", "in trouble"), ("current", "as it should be")], (r, v, _) => v switch
            {
                "stale" => r.Action is not null,
                "trouble" => r.IsTrouble,
                _ => r.Action is null,
            }),
        ],
    };

    public static DataTable<CycleRow> Lifecycles { get; } = new(
        PageNames.Lifecycles,
        [
            new("name", "Product", (r, _) => Html.Of($"{Link.Elsewhere(r.Life.Url, r.Life.Title)}{(r.Life.IsLts ? Html.Of($" <span class=\"sub\">LTS</span>") : null)}")) { Order = (a, b) => Text(a.Life.Title, b.Life.Title) },
            new("end", "End of life", (r, o) => EndOf(r, o)) { Order = (a, b) => ByEnd(End(a), End(b)) },
            new("uses", "Uses", (r, _) => Number(r.Uses)) { Order = (a, b) => a.Uses.CompareTo(b.Uses), DescendsFirst = true, Class = "num" },
            new("repositories", "Repositories", (r, _) => Number(r.Repositories)) { Order = (a, b) => a.Repositories.CompareTo(b.Repositories), DescendsFirst = true, Class = "num" },
            new("active", "Active until", (r, _) => Words.OrNone(r.Life.ActiveUntil is { } day ? Words.Day(day) : null)) { Order = (a, b) => Nullable.Compare(a.Life.ActiveUntil, b.Life.ActiveUntil), Class = "wide" },
            new("extended", "Extended until", (r, _) => Words.OrNone(r.Life.ExtendedUntil is { } day ? Words.Day(day) : null)) { Order = (a, b) => Nullable.Compare(a.Life.ExtendedUntil, b.Life.ExtendedUntil), Class = "wide" },
            new("images", "Images", (r, _) => Html.Of($"{r.Images.Select((i, n) => Html.Of($"{(n > 0 ? ", " : "")}{ImageLink(i)}"))}{(r.MoreImages > 0 ? $" and {Words.Number(r.MoreImages)} more" : "")}")) { Class = "wide" },
        ],
        r => $"{r.Life.Title} {r.Life.Key} {string.Join(' ', r.Images)}",
        (a, b) => Text(a.Id, b.Id) is var order and not 0 ? order : a.Life.Of.CompareTo(b.Life.Of))
    {
        Noun = ("lifecycle", "lifecycles"),
        Empty = "Of no image in use a lifecycle is known.",
        Filters =
        [
            new("life", "Lifecycle", States, (r, v, _) => Words.State(r.Status) == v),
        ],
    };

    public static DataTable<PullRequestRow> PullRequests { get; } = new(
        PageNames.PullRequests,
        [
            new("title", "Pull request", (r, _) => Html.Of($"{PullRequest(r)}{(r.Is.Note is null ? null : Html.Of($"<span class=\"sub block\">{r.Is.Note}</span>"))}")) { Order = (a, b) => Text(a.Is.Title, b.Is.Title) },
            new("repository", "Repository", (r, _) => Link.Repository(r.Repository)) { Order = (a, b) => Text(a.Repository, b.Repository) },
            new("state", "State", (r, _) => State(r.Is.State)) { Order = (a, b) => Text(a.Is.State, b.Is.State) },
            new("opened", "Opened", (r, o) => Words.Ago(r.Is.OpenedAt, o)) { Order = (a, b) => Nullable.Compare(a.Is.OpenedAt, b.Is.OpenedAt), Class = "wide" },
            new("at", "Changed", (r, o) => Words.Ago(r.Is.At, o)) { Order = (a, b) => a.Is.At.CompareTo(b.Is.At), DescendsFirst = true, Class = "wide" },
        ],
        r => $"{r.Repository} {r.Is.Title} {(r.Is.Number is { } number ? $"#{number}" : "")}",
        (a, b) => Text(a.Repository, b.Repository) is var order and not 0 ? order : Nullable.Compare(a.Is.Number, b.Is.Number) is var number and not 0 ? number : Text(a.Is.Title, b.Is.Title) is var title and not 0 ? title : a.Is.At.CompareTo(b.Is.At))
    {
        Noun = ("pull request", "pull requests"),
        Empty = "No pull request was opened yet.",
        Filters =
        [
            new("state", "State", [("open", "open"), ("merged", "merged"), ("declined", "declined"), ("closed", "closed"), ("left", "left to people"), ("proposed", "proposed only")], (r, v, _) => v switch
            {
                "open" => r.Is.IsOpen,
                "closed" => r.Is.State is "closed" or "ended",
                _ => r.Is.State == v,
            }),
            new("age", "Open for", [.. Ages.Select(a => (a.Key, a.Title))], (r, v, o) => r.Is.IsOpen && AgeOf(r, o) == v),
        ],
    };

    public static DataTable<AlertRow> Alerts { get; } = new(
        PageNames.Alerts,
        [
            new("subject", "Alert", (r, _) => Html.Of($"{r.Subject}{(r.Note is null ? null : Html.Of($"<span class=\"sub block\">{r.Note}</span>"))}")) { Order = (a, b) => Text(a.Subject, b.Subject) },
            new("state", "State", (r, _) => r.Snooze is { } rests
                ? Html.Of($"{Words.Badge("unknown", rests.Until is { } until ? $"rests until {Words.Day(until)}" : "acknowledged")} <span class=\"sub\">{rests.By}{(rests.Reason is null ? "" : $" “{rests.Reason}”")}</span>")
                : r.State switch { AlertState.Dead => Words.Badge("ended", "given up"), AlertState.Waiting => Words.Badge("ending", "on its way"), _ => Words.Badge("maintained", "told") }),
            new("channel", "Channel", (r, _) => Words.OrNone(r.Channel)) { Class = "wide" },
            new("at", "When", (r, o) => Words.Ago(r.At, o)) { Order = (a, b) => a.At.CompareTo(b.At), DescendsFirst = true, Class = "wide" },
        ],
        r => $"{r.Subject} {r.Channel} {r.Note} {r.Snooze?.Reason} {r.Snooze?.By}",
        (a, b) => string.CompareOrdinal(a.Subject, b.Subject) is var order and not 0 ? order : string.CompareOrdinal(a.Channel, b.Channel) is var channel and not 0 ? channel : a.At.CompareTo(b.At))
    {
        Noun = ("alert", "alerts"),
        Empty = "Nobody had to be told of anything yet.",
        Filters = [new("state", "State", [("told", "told"), ("waiting", "on their way"), ("dead", "given up"), ("resting", "resting")], (r, v, _) => string.Equals(r.State.ToString(), v, StringComparison.OrdinalIgnoreCase))],
    };

    public static DataTable<FailureRow> Failures { get; } = new(
        PageNames.Failures,
        [
            new("what", "Of", (r, _) => r.Repository is not null ? Link.Repository(r.Repository) : r.Image is not null ? Link.Image(r.Image, r.Image) : Html.Of($"{Loop(r.Work)}")) { Order = (a, b) => Text(a.Repository ?? a.Image ?? a.Work, b.Repository ?? b.Image ?? b.Work) },
            new("message", "What went wrong", (r, _) => Html.Of($"{r.Message} <span class=\"sub block\">{Work(r.Work)}</span>")),
            new("times", "Times", (r, _) => r.Times == 0 ? Words.Badge("unknown", "put off") : Number(r.Times)) { Order = (a, b) => a.Times.CompareTo(b.Times), DescendsFirst = true, Class = "num wide" },
            new("at", "When", (r, o) => Words.Ago(r.At, o)) { Order = (a, b) => a.At.CompareTo(b.At), DescendsFirst = true },
        ],
        r => $"{r.Repository} {r.Image} {r.Work} {r.Message}",
        (a, b) => Text($"{a.Work} {a.Repository} {a.Image}", $"{b.Work} {b.Repository} {b.Image}"))
    {
        Noun = ("failure", "failures"),
        Empty = "Nothing has failed that was not done since.",
        Filters = [new("of", "Of", [("repository", "repositories"), ("image", "images"), ("loop", "loops")], (r, v, _) => v switch { "repository" => r.Repository is not null, "image" => r.Image is not null, _ => r.Repository is null && r.Image is null })],
    };

    public static DataTable<ActivityRow> Activity { get; } = new(
        PageNames.Activity,
        [
            new("at", "When", (r, o) => Words.Ago(r.At, o)),
            new("kind", "What", (r, _) => Kind(r.Kind)),
            new("text", "Of what", (r, _) => Html.Of($"{(r.Number is { } number ? Html.Of($"{Link.Elsewhere(r.Url, $"#{number}")} ") : null)}{r.Text}")),
            new("repository", "Repository", (r, _) => r.Repository is null ? Words.OrNone(null) : Link.Repository(r.Repository)) { Class = "wide" },
        ],
        r => $"{r.Repository} {r.Text} {(r.Number is { } number ? $"#{number}" : "")}",
        (_, _) => 0)
    {
        Noun = ("event", "events"),
        Empty = "Nothing has happened yet.",
        Filters = [new("kind", "What", [("opened", "opened"), ("merged", "merged"), ("closed", "closed"), ("told", "told"), ("failed", "failed")], (r, v, _) => string.Equals(r.Kind.ToString(), v, StringComparison.OrdinalIgnoreCase))],
    };

    public static string AgeOf(PullRequestRow row, Overview overview)
    {
        var age = overview.At - (row.Is.OpenedAt ?? row.Is.At);
        return Ages.First(a => age < a.Below).Key;
    }

    public static Html PullRequest(PullRequestRow row) =>
        Link.Elsewhere(row.Is.Url, row.Is.Number is { } number ? $"#{number} {row.Is.Title}" : row.Is.Title);

    public static Html State(string state) => state switch
    {
        "opening" or "opened" or "updated" => Words.Badge("open", "open"),
        "merging" => Words.Badge("open", "merging"),
        "closing" => Words.Badge("unknown", "closing"),
        "merged" => Words.Badge("maintained", "merged"),
        "declined" => Words.Badge("ending", "declined"),
        "left" => Words.Badge("ending", "left to people"),
        "proposed" => Words.Badge("unknown", "proposed only"),
        "ended" => Words.Badge("unknown", "closed"),
        _ => Words.Badge("unknown", state),
    };

    private static string State(OwnImageRow row) => row switch
    {
        { Action: null } => "maintained",
        { IsTrouble: true } => "ended",
        { Action: RebuildAction.Start or RebuildAction.Build } => "open",
        _ => "ending",
    };

    private static string State(RebuildAction? action) => action switch
    {
        null => "current",
        RebuildAction.Start => "due",
        RebuildAction.Build => "building",
        RebuildAction.Stopped or RebuildAction.Retry => "failed",
        RebuildAction.Blocked => "blocked",
        RebuildAction.Unremedied => "in vain",
        RebuildAction.NoMethod => "nobody builds it",
        RebuildAction.Circular => "circular",
        _ => "waiting",
    };

    public static Html Kind(ActivityKind kind) => kind switch
    {
        ActivityKind.Opened => Words.Badge("open", "opened"),
        ActivityKind.Merged => Words.Badge("maintained", "merged"),
        ActivityKind.Told => Words.Badge("ending", "told"),
        ActivityKind.Failed => Words.Badge("ended", "failed"),
        _ => Words.Badge("unknown", "closed"),
    };

    /// <summary>A loop as people know it.</summary>
    public static string Loop(string job) => job switch
    {
        "FindRepositories" => "Repositories",
        "RefreshImages" => "Registries",
        "ReviewLifecycles" => "Lifecycles",
        "ReviewPullRequests" => "Pull requests",
        "ReviewAlerts" => "Alerts",
        "ReviewRebuilds" => "Rebuilds",
        "ReviewVulnerabilities" => "Vulnerabilities",
        "ReviewRollouts" => "Rollouts",
        _ => job,
    };

    private static string Work(string job) => job switch
    {
        "TakeInventory" => "reading its files",
        "Reconcile" => "its pull requests",
        "RefreshImage" => "asking its registry",
        "ReviewLifecycles" => "telling of ends of life",
        _ => job,
    };

    public static Html Share(RepositoryRow row) =>
        row.ReconciledAt is null ? Html.Of($"<span class=\"none\">not judged yet</span>")
        : row.Current + row.Behind + row.Undecided == 0 ? Html.Of($"<span class=\"none\">nothing to judge</span>")
        : Html.Of($"{Meter(row.Current, row.Behind, row.Undecided)} <span class=\"sub\">{(row.Behind == 0 ? "all" : $"{Words.Number(row.Behind)} behind")}{(row.Undecided == 0 ? "" : $", {Words.Number(row.Undecided)} unknown")}</span>");

    /// <summary>A bar of three parts; what it says stands beside it.</summary>
    public static Html Meter(int current, int behind, int undecided)
    {
        var all = Math.Max(1.0, current + behind + undecided);
        var (first, second) = (100 * current / all, 100 * behind / all);
        return Html.Of($"<svg class=\"meter\" viewBox=\"0 0 100 8\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"rest\" width=\"100\" height=\"8\"/><rect class=\"good\" width=\"{first}\" height=\"8\"/><rect class=\"warn\" x=\"{first}\" width=\"{second}\" height=\"8\"/></svg>");
    }

    public static Html Number(int number) => Html.Of($"{Words.Number(number)}");

    /// <summary>A link to the page of an image, from its familiar reference.</summary>
    public static Html ImageLink(string reference) =>
        Core.Images.ImageReference.TryParse(reference, out var image) ? Link.Image(image.Name.Canonical, RepositoryPage.Shorten(reference)) : Html.Of($"{reference}");

    private static int Text(string a, string b) => string.Compare(a, b, StringComparison.OrdinalIgnoreCase) is var order and not 0 ? order : string.CompareOrdinal(a, b);

    private static Html EndOf(CycleRow row, Overview overview) => row.Status == LifecycleStatus.Unknown
        ? Html.Of($"<span class=\"none\">none is known</span>")
        : Html.Of($"{Words.Badge(Words.State(row.Status), Words.State(row.Status))} <span class=\"sub line\">{(row.Life.Eol is { } day ? $"{Words.Day(day)}, {Words.Until(day, overview.Today)}" : "some day in the past")}</span>");

    private static NextEnd End(CycleRow row) => new(row.Status, null, row.Life.Eol);

    /// <summary>The first to end first, what never ends or is not known last.</summary>
    private static int ByEnd(NextEnd a, NextEnd b) => Day(a).CompareTo(Day(b));

    private static DateOnly Day(NextEnd end) => end.Ends ?? (end.Status == LifecycleStatus.Ended ? DateOnly.MinValue : DateOnly.MaxValue);
}
