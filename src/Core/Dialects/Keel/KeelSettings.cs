using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>What Keel's labels or annotations say of an image, their <c>keel.sh/</c> taken off.</summary>
internal sealed class KeelSettings
{
    /// <summary>What the keys of labels and annotations begin with.</summary>
    public const string Prefix = "keel.sh/";

    /// <summary>The label of early versions.</summary>
    public const string LegacyPolicy = "keel.observer/policy";

    private const string LegacyPrefix = "keel.observer/";

    private const int MostApprovals = 100;
    private const int MostHours = 24 * 366;

    /// <summary>Keys that say nothing of which tag is next, and what they are about.</summary>
    private static readonly (string Key, string About)[] Beside =
    [
        ("trigger", "how Keel hears of new tags"),
        ("pollSchedule", "when registries are asked"),
        ("approvals", "how many people approve"),
        ("approvalDeadline", "how long people have to approve"),
        ("notify", "who is told"),
        ("notificationChannels", "who is told"),
        ("releaseNotes", "where the release notes are"),
        ("imagePullSecret", "how the cluster signs in"),
        ("initContainers", "which images it is for"),
        ("imageVolumes", "which images it is for"),
        ("monitorContainers", "which images it is for"),
        ("images", "which images it is for"),
        ("digest", "what Keel has written down itself"),
        ("update-time", "what Keel has written down itself"),
    ];

    /// <summary>Keys of a repository's settings that say more than which tag is next.</summary>
    private static readonly string[] OfRepositories = ["approvals", "initContainers", "imageVolumes", "monitorContainers", "images", "digest", "update-time"];

    /// <summary>The keys of a chart (provider/helm3/helm3.go).</summary>
    private static readonly string[] OfCharts = ["policy", "matchTag", "matchPreRelease", "trigger", "pollSchedule", "approvals", "approvalDeadline", "notificationChannels", "images"];

    private static readonly string[] Known = ["policy", LegacyPolicy, "matchTag", "match-tag", "matchPreRelease", .. Beside.Select(b => b.Key)];

    /// <summary><c>all</c>, <c>major</c>, <c>minor</c>, <c>patch</c>, <c>force</c>, <c>never</c>, <c>glob:…</c>, <c>regexp:…</c>; empty where nothing is said.</summary>
    public string Policy { get; private set; } = "";

    /// <summary>Where the policy is written.</summary>
    public int PolicyLine { get; private set; } = 1;

    /// <summary>Whether <c>force</c> keeps the tag.</summary>
    public bool MatchTag { get; private set; }

    /// <summary>Whether versions keep their pre-release.</summary>
    public bool MatchPreRelease { get; private set; } = true;

    /// <summary>Whether Keel asks registries itself; otherwise they tell it.</summary>
    public bool Polls { get; private set; }

    /// <summary>When registries are asked; null where nothing is said.</summary>
    public KeelSchedule? PollSchedule { get; private set; }

    /// <summary>When updates may be proposed; null: always.</summary>
    public Schedule? Schedule => Polls ? PollSchedule?.ToSchedule() : null;

    /// <summary>How many people have to approve an update.</summary>
    public int Approvals { get; private set; }

    /// <summary>How long they have, from an hour up.</summary>
    public TimeSpan ApprovalDeadline { get; private set; } = TimeSpan.FromHours(24);

    /// <summary>The channels that are told.</summary>
    public IReadOnlyList<string> Notify { get; private set; } = [];

    /// <summary>Where the release notes are.</summary>
    public string? ReleaseNotes { get; private set; }

    /// <summary>What of it says which tag is next, as a text that is read so.</summary>
    public string Words
    {
        get
        {
            var beside = this switch
            {
                { Policy: "force", MatchTag: true } => ", matchTag: true",
                { Policy: "major" or "minor" or "patch", MatchPreRelease: false } => ", matchPreRelease: false",
                _ => "",
            };
            return $"{{policy: {FlowWriter.Quote(Policy)}{beside}}}";
        }
    }

    /// <summary>How Keel reads a text: its keys with their prefix or without, some whatever their capitals.</summary>
    public static ConfigurationText Open(SourceFile file) => new(file) { LongestText = int.MaxValue, NameOf = Find };

    /// <summary>How Keel reads the values of a chart: without prefix, and whatever the capitals.</summary>
    public static ConfigurationText OpenChart(SourceFile file) => new(file) { LongestText = int.MaxValue, NameOf = FindInChart };

    /// <summary>Whether a label or an annotation is Keel's.</summary>
    public static bool IsOne(string written) => written.StartsWith(Prefix, StringComparison.Ordinal) || written.StartsWith(LegacyPrefix, StringComparison.Ordinal);

    /// <summary>Whether there is a key of that name, see <see cref="Find"/>.</summary>
    public static bool IsKnown(string name) => Known.Contains(name, StringComparer.Ordinal);

    /// <summary>What to say of a key that is not known.</summary>
    public static string Unknown(string name) =>
        $"Keel has no key '{Images.Excerpt.Of(name)}'{NearestKey.Hint(name.StartsWith(LegacyPrefix, StringComparison.Ordinal) ? name[LegacyPrefix.Length..] : name, Known)}";

    /// <summary>A key of a chart as it is known, or as it is written; <paramref name="isKnown"/> tells which.</summary>
    public static string FindInChart(string written, out bool isKnown)
    {
        var known = Array.Find(OfCharts, k => k.Equals(written, StringComparison.OrdinalIgnoreCase));
        isKnown = known is not null;
        return known ?? written;
    }

    /// <summary>Reads the keys of a mapping; those that say nothing of which tag is next are remarks.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mapping">The mapping.</param>
    /// <param name="isRepository">Whether they are a repository's settings, where some keys do more than that.</param>
    public static KeelSettings Read(ConfigurationText text, YamlMapping mapping, bool isRepository = false)
    {
        var keys = text.Open(mapping, "Keel's settings", Known);
        var policy = keys.Has("policy") ? "policy" : LegacyPolicy;
        var matchTag = keys.Has("matchTag") ? "matchTag" : "match-tag";
        var settings = new KeelSettings
        {
            Policy = keys.Text(policy) ?? "",
            PolicyLine = keys.LineOf(policy),
            MatchTag = keys.Flag(matchTag) ?? false,
            MatchPreRelease = keys.Flag("matchPreRelease") ?? true,
            Polls = keys.Text("trigger") == "poll",
            Approvals = keys.Number("approvals", 0, MostApprovals) ?? 0,
            ApprovalDeadline = TimeSpan.FromHours(keys.Number("approvalDeadline", 0, MostHours) is { } hours and > 0 ? hours : 24),
            Notify = [.. Channels(keys, "notify"), .. Channels(keys, "notificationChannels")],
            ReleaseNotes = keys.Text("releaseNotes"),
        };
        if (keys.Text("pollSchedule") is { } written)
        {
            if (KeelSchedule.TryParse(written, out var schedule, out var error))
            {
                settings.PollSchedule = schedule;
            }
            else
            {
                keys.Wrong("pollSchedule", $"'pollSchedule' {error}");
            }
        }

        keys.Flag("initContainers");
        keys.Flag("imageVolumes");
        foreach (var (key, about) in Beside.Where(b => keys.Has(b.Key) && !(isRepository && settings.IsObeyed(b.Key))))
        {
            keys.Remark(key, $"'{key}' has no part in which tag is next: it says {about}");
        }

        foreach (var (key, reason) in settings.PassedOver(keys.Has).Where(p => keys.Has(p.Key)))
        {
            keys.Remark(key, $"'{key}' has no part in which tag is next: {reason}");
        }

        return settings;
    }

    /// <summary>Whether a key that does not say which tag is next says something else of a repository's images.</summary>
    private bool IsObeyed(string key) => key == "pollSchedule" ? Schedule is not null : OfRepositories.Contains(key, StringComparer.Ordinal);

    /// <summary>Keys that would say something beside another policy, or without the key that stands beside them.</summary>
    private IEnumerable<(string Key, string Reason)> PassedOver(Func<string, bool> has)
    {
        if (has("policy"))
        {
            yield return (LegacyPolicy, "'policy' stands beside it");
        }

        if (has("matchTag"))
        {
            yield return ("match-tag", "'matchTag' stands beside it");
        }

        if (Policy != "force")
        {
            yield return (has("matchTag") ? "matchTag" : "match-tag", "only the policy force asks for it");
        }

        if (Policy is not ("major" or "minor" or "patch"))
        {
            yield return ("matchPreRelease", "only the policies major, minor and patch ask for it");
        }
    }

    /// <summary>The key as it is known; some are found whatever their capitals.</summary>
    public static string Find(string written)
    {
        var key = written.StartsWith(Prefix, StringComparison.Ordinal) ? written[Prefix.Length..] : written;
        return Array.Find(Known, k => k is "imagePullSecret" or "initContainers" or "imageVolumes" or "monitorContainers" && k.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? key;
    }

    private static string FindInChart(string written) => FindInChart(written, out _);

    /// <summary>What is between the commas of a label, or a list.</summary>
    private static IEnumerable<string> Channels(ConfigurationMapping keys, string key) =>
        keys.Texts(key).SelectMany(t => t.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
