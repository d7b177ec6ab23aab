using System.Globalization;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Keel;

/// <summary>What Keel's labels or annotations say of an image, their <c>keel.sh/</c> taken off.</summary>
internal sealed class KeelSettings
{
    private const string Prefix = "keel.sh/";
    private const string LegacyPolicy = "keel.observer/policy";
    private const int MostErrors = 20;
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

    private static readonly string[] Known = ["policy", "matchTag", "match-tag", "matchPreRelease", .. Beside.Select(b => b.Key)];

    private bool _hasPolicy;
    private bool _hasMatchTag;

    /// <summary><c>all</c>, <c>major</c>, <c>minor</c>, <c>patch</c>, <c>force</c>, <c>never</c>, <c>glob:…</c>, <c>regexp:…</c>; empty where nothing is said.</summary>
    public string Policy { get; private set; } = "";

    /// <summary>Where the policy is written.</summary>
    public int PolicyLine { get; private set; } = 1;

    /// <summary>Whether <c>force</c> keeps the tag.</summary>
    public bool MatchTag { get; private set; }

    /// <summary>Whether versions keep their pre-release.</summary>
    public bool MatchPreRelease { get; private set; } = true;

    /// <summary>When registries are asked; null where nothing is said.</summary>
    public KeelSchedule? PollSchedule { get; private set; }

    /// <summary>How many people have to approve an update.</summary>
    public int Approvals { get; private set; }

    /// <summary>How long they have, from an hour up.</summary>
    public TimeSpan ApprovalDeadline { get; private set; } = TimeSpan.FromHours(24);

    /// <summary>The channels that are told.</summary>
    public IReadOnlyList<string> Notify { get; private set; } = [];

    /// <summary>Where the release notes are.</summary>
    public string? ReleaseNotes { get; private set; }

    /// <summary>Reads the keys of a mapping.</summary>
    /// <param name="file">The file that it is in.</param>
    /// <param name="mapping">The keys.</param>
    /// <param name="errors">Takes what is wrong.</param>
    /// <param name="remarks">Takes the keys that say nothing of which tag is next, each once.</param>
    public static KeelSettings Read(SourceFile file, YamlMapping mapping, List<FileProblem> errors, List<FileProblem> remarks)
    {
        var settings = new KeelSettings();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (keyNode, valueNode) in mapping.Entries)
        {
            if (errors.Count >= MostErrors)
            {
                break;
            }

            var line = file.PositionOf(keyNode.Start).Line;
            if (keyNode.Target is not YamlScalar { Value: var written } || Find(written) is not { } key)
            {
                var name = (keyNode.Target as YamlScalar)?.Value ?? "";
                errors.Add(new FileProblem(file.Path, line, $"Keel has no key '{Excerpt.Of(name)}'{NearestKey.Hint(name, Known)}"));
            }
            else if (!seen.TryAdd(key, line))
            {
                errors.Add(new FileProblem(file.Path, line, $"'{key}' is written twice, first in line {seen[key]}: remove one"));
            }
            else if (settings.Take(key, valueNode.Target, line) is { } error)
            {
                errors.Add(new FileProblem(file.Path, line, error));
            }
            else if (Array.Find(Beside, b => b.Key == key) is { Key: not null } beside)
            {
                remarks.Add(new FileProblem(file.Path, line, $"'{key}' has no part in which tag is next: it says {beside.About}"));
            }
        }

        foreach (var (key, reason) in settings.PassedOver(seen.ContainsKey))
        {
            if (seen.TryGetValue(key, out var line))
            {
                remarks.Add(new FileProblem(file.Path, line, $"'{key}' has no part in which tag is next: {reason}"));
            }
        }

        return settings;
    }

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
    private static string? Find(string written)
    {
        if (written == LegacyPolicy)
        {
            return written;
        }

        var key = written.StartsWith(Prefix, StringComparison.Ordinal) ? written[Prefix.Length..] : written;
        return Array.Find(Known, k => k == key || (k is "imagePullSecret" or "initContainers" or "imageVolumes" or "monitorContainers" && k.Equals(key, StringComparison.OrdinalIgnoreCase)));
    }

    private string? Take(string key, YamlNode? value, int line)
    {
        if (key is "images")
        {
            return null;
        }

        if (key is "notify" or "notificationChannels" && value is YamlSequence channels)
        {
            Notify = [.. channels.Items.Select(i => i.Target).OfType<YamlScalar>().Select(s => s.Value.Trim())];
            return null;
        }

        if (value is not YamlScalar scalar)
        {
            return $"'{key}' is one value: write it as text";
        }

        var text = scalar.IsNull ? "" : scalar.Value;
        switch (key)
        {
            case "policy":
                (Policy, PolicyLine, _hasPolicy) = (text, line, true);
                return null;
            case LegacyPolicy:
                if (!_hasPolicy)
                {
                    (Policy, PolicyLine) = (text, line);
                }

                return null;
            case "matchTag":
                _hasMatchTag = true;
                return Switch(key, text, is_ => MatchTag = is_);
            case "match-tag":
                return Switch(key, text, is_ => MatchTag = _hasMatchTag ? MatchTag : is_);
            case "matchPreRelease":
                return Switch(key, text, is_ => MatchPreRelease = is_);
            case "approvals":
                return Count(key, text, "people", MostApprovals, n => Approvals = n);
            case "approvalDeadline":
                return Count(key, text, "hours", MostHours, n => ApprovalDeadline = n == 0 ? ApprovalDeadline : TimeSpan.FromHours(n));
            case "pollSchedule":
                if (!KeelSchedule.TryParse(text, out var schedule, out var error))
                {
                    return $"'pollSchedule' {error}";
                }

                PollSchedule = schedule;
                return null;
            case "notify" or "notificationChannels":
                Notify = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return null;
            case "releaseNotes":
                ReleaseNotes = text;
                return null;
            default:
                return null;
        }
    }

    /// <summary>Keel takes all but <c>true</c> for false, without a word.</summary>
    private static string? Switch(string key, string text, Action<bool> set)
    {
        if (text is not ("true" or "false"))
        {
            return $"'{key}' is '{Excerpt.Of(text)}': write true or false, in small letters";
        }

        set(text == "true");
        return null;
    }

    private static string? Count(string key, string text, string of, int most, Action<int> set)
    {
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number < 0 || number > most)
        {
            return $"'{key}' is '{Excerpt.Of(text)}': write a number of {of} from 0 to {most}";
        }

        set(number);
        return null;
    }
}
