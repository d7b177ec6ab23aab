using System.Globalization;
using System.Text.RegularExpressions;
using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Rollouts;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads <c>rollout</c>: stages, what has to be shown in them, and waves.</summary>
internal sealed partial class RolloutReader
{
    private const int MostStages = 50, MostVerifications = 20, MostWaves = 50, MostShares = 20, MostNames = 100, MostTimes = 20, MostHolidays = 200, MostApprovals = 100;

    private const int LongestName = 50, LongestSubject = 200, LongestQuery = 1000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(365), Shortest = TimeSpan.FromMinutes(1);

    private static readonly string[] Kinds = ["check", "deployment", "flux", "argocd", "probe", "metric"];

    private readonly string _path;
    private readonly TimeZoneInfo _zone;
    private readonly Func<ConfigurationMapping, IReadOnlyList<string>> _images;
    private readonly Func<ConfigurationMapping, IReadOnlyList<string>> _files;
    private readonly List<FileProblem> _farReaching = [];

    private RolloutReader(string path, TimeZoneInfo zone, Func<ConfigurationMapping, IReadOnlyList<string>> images, Func<ConfigurationMapping, IReadOnlyList<string>> files) =>
        (_path, _zone, _images, _files) = (path, zone, images, files);

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["infer", "stages", "waves"];

    /// <summary>The keys of a stage.</summary>
    public static IReadOnlyList<string> StageKeys { get; } =
    [
        "name", "repositories", "files", "images", "after", "needs", "alone", "soak", "within", "passing", "failing", "verify",
        "approvals", "approveWithin", "automerge", "automergeReverts", "window",
    ];

    /// <summary>The keys of something that has to be shown.</summary>
    public static IReadOnlyList<string> VerificationKeys { get; } = [.. Kinds, "status", "contains", "prometheus", "most", "least"];

    /// <summary>The keys of a window.</summary>
    public static IReadOnlyList<string> WindowKeys { get; } = ["open", "closed", "timezone", "holidays"];

    /// <summary>The keys of waves.</summary>
    public static IReadOnlyList<string> WaveKeys { get; } = ["images", "canaries", "shares", "soak", "passing", "failing"];

    /// <summary>Reads what stands under the key; what is wrong is told, and left out.</summary>
    /// <param name="mapping">What stands there.</param>
    /// <param name="source">Where it stands.</param>
    /// <param name="zone">The time zone of windows that name none.</param>
    /// <param name="images">Reads names of images.</param>
    /// <param name="files">Reads patterns for files.</param>
    /// <param name="farReaching">What of it counts in an organisation's configuration alone.</param>
    public static Rollout Read(
        ConfigurationMapping mapping, RuleSource source, TimeZoneInfo zone,
        Func<ConfigurationMapping, IReadOnlyList<string>> images, Func<ConfigurationMapping, IReadOnlyList<string>> files, out IReadOnlyList<FileProblem> farReaching)
    {
        var reader = new RolloutReader(source.File, zone, images, files);
        var infers = mapping.Flag("infer");
        var stages = reader.ReadStages(mapping);
        var waves = reader.ReadWaves(mapping);
        farReaching = reader._farReaching;
        return new Rollout { Stages = stages, Waves = waves, Infers = infers == true && stages.Count == 0, Source = source };
    }

    private List<Stage> ReadStages(ConfigurationMapping root)
    {
        var read = new List<WrittenStage>();
        foreach (var item in root.Mappings("stages", StageKeys, MostStages))
        {
            var name = item.Needed("name", "letters, digits, '.', '-' and '_', as in name: staging");
            if (name is not null && !IsName(name.Value))
            {
                item.Wrong(name, $"'{Excerpt.Of(name.Value)}' is no name of a stage: letters, digits, '.', '-' and '_', {LongestName} at the most, with a letter or digit at both ends");
            }
            else if (name is not null && read.Find(s => string.Equals(s.Name, name.Value, StringComparison.OrdinalIgnoreCase)) is { } same)
            {
                item.Wrong(name, $"'{Excerpt.Of(name.Value)}': the stage in line {same.Line} has this name, give each its own");
            }

            var after = item.Scalars("after", MostStages);
            var stage = ReadStage(item, name?.Value ?? "") with { After = [.. after.Select(a => a.Value).Distinct(StringComparer.Ordinal)] };
            if (item.IsSound && read.Find(s => s.IsSound && Covers(s.Stage, stage)) is { } earlier)
            {
                item.Wrong("name", $"the stage never holds anything: the one in line {earlier.Line} takes all that it is for. The first that holds a use counts, so put the more special before the more general");
            }

            read.Add(new(stage, item, after, item.LineOf("name"), item.IsSound));
        }

        // Names that are wrong in themselves are known here too, so that one mistake is told once.
        foreach (var stage in read)
        {
            foreach (var after in stage.After)
            {
                if (after.Value == stage.Name)
                {
                    stage.Item.Wrong(after, $"'{Excerpt.Of(after.Value)}' can't come after itself: name the stage before it");
                }
                else if (!read.Exists(s => s.Name == after.Value))
                {
                    stage.Item.Wrong(after, $"there is no stage '{Excerpt.Of(after.Value)}'{NearestKey.HintOrAll(after.Value, read.Select(s => s.Name).Where(n => n.Length > 0 && n != stage.Name))}");
                }
            }
        }

        var told = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stage in read)
        {
            if (!told.Contains(stage.Name) && Circle(read, stage) is { Count: > 1 } circle)
            {
                told.UnionWith(circle);
                stage.Item.Wrong("after", $"'{Excerpt.Of(stage.Name)}' comes after itself, by way of {string.Join(" and ", circle.Skip(1).Select(n => Excerpt.Of(n)))}: one of them has to be the first");
            }
        }

        return [.. read.Select(s => s.Stage)];
    }

    /// <summary>The shortest way from a stage through those before it back to it; null where there is none.</summary>
    private static List<string>? Circle(List<WrittenStage> stages, WrittenStage start)
    {
        var from = new Dictionary<string, string>(StringComparer.Ordinal);
        var next = new Queue<WrittenStage>([start]);
        while (next.TryDequeue(out var stage))
        {
            foreach (var name in stage.Stage.After.Where(n => n != stage.Name))
            {
                if (name == start.Name)
                {
                    List<string> circle = [];
                    for (var at = stage.Name; at != start.Name; at = from[at])
                    {
                        circle.Insert(0, at);
                    }

                    return [start.Name, .. circle];
                }

                if (stages.Find(s => s.Name == name) is { } before && from.TryAdd(name, stage.Name))
                {
                    next.Enqueue(before);
                }
            }
        }

        return null;
    }

    private static bool Covers(Stage earlier, Stage later) =>
        (earlier.Repositories.Count == 0 || (later.Repositories.Count > 0 && later.Repositories.All(l => earlier.Repositories.Any(e => e is "*/*" || string.Equals(e, l, StringComparison.OrdinalIgnoreCase)))))
        && ConfigurationReader.Covers(earlier.Scope, later.Scope);

    private Stage ReadStage(ConfigurationMapping item, string name)
    {
        var stage = new Stage(name, new UseScope(_images(item), _files(item)))
        {
            Repositories = Repositories(item, "repositories"),
            NeedsAnyOf = item.Choice("needs", ["all", "any"]) == "any",
            MovesAlone = item.Flag("alone") ?? false,
            Soak = Time(item, "soak", TimeSpan.Zero) ?? TimeSpan.Zero,
            Verifications = ReadVerifications(item),
            VerifyWithin = Time(item, "within", Shortest),
            Passing = item.Number("passing", 1, 100) ?? 100,
            Failing = item.Number("failing", 0, 100) ?? 0,
            Approvals = item.Number("approvals", 0, MostApprovals) ?? 0,
            ApproveWithin = Time(item, "approveWithin", Shortest),
            Automerge = item.Flag("automerge"),
            AutomergeReverts = item.Flag("automergeReverts"),
            Window = item.Mapping("window", WindowKeys) is { } window ? ReadWindow(item, window) : null,
        };
        FarReaching(item, "repositories", "a repository has no stages in others");
        foreach (var key in (string[])["needs", "alone"])
        {
            if (item.Has(key) && !item.Has("after"))
            {
                item.Wrong(key, $"'{key}' is for a stage that comes after others: name those too, as in after: staging");
            }
        }

        if (item.TryGet("after", out var after) && after is YamlSequence { Items.Count: 0 })
        {
            item.Wrong("after", "'after' is empty: leave it out, or name a stage");
        }

        if (stage.VerifyWithin <= stage.Soak)
        {
            item.Wrong("within", "'within' is not longer than 'soak', so that nothing would be verified by then");
        }

        return stage;
    }

    private List<Verification> ReadVerifications(ConfigurationMapping stage)
    {
        var verifications = new List<Verification>();
        foreach (var item in stage.Mappings("verify", VerificationKeys, MostVerifications))
        {
            if (ReadVerification(item) is not { } verification)
            {
                continue;
            }

            // Answers are kept by its words.
            if (verifications.Exists(v => v.Text == verification.Text))
            {
                item.Wrong(item.Keys[0], $"'{Excerpt.Of(verification.Text)}' is there twice in this stage: keep one of them");
            }
            else
            {
                verifications.Add(verification);
            }
        }

        return verifications;
    }

    private Verification? ReadVerification(ConfigurationMapping item)
    {
        var kinds = Kinds.Where(item.Has).ToList();
        if (kinds is not [var kind])
        {
            item.Wrong(kinds.Count == 0 ? "verify" : kinds[1], $"what is to be shown is exactly one of {string.Join(", ", Kinds)}, as in check: smoke");
            return null;
        }

        string[] allowed = kind switch { "probe" => ["status", "contains"], "metric" => ["prometheus", "most", "least"], _ => [] };
        foreach (var key in item.Keys.Where(k => k != kind && !allowed.Contains(k, StringComparer.Ordinal)))
        {
            item.Wrong(key, $"'{key}' has no meaning for '{kind}'{(allowed.Length == 0 ? ": leave it out" : $", which takes {string.Join(", ", allowed)}")}");
        }

        var verification = kind switch
        {
            "check" => new Verification(VerificationKind.Check, Line(item, kind, LongestSubject) ?? ""),
            "deployment" => new Verification(VerificationKind.Deployment, Line(item, kind, LongestSubject) ?? ""),
            "flux" => new Verification(VerificationKind.Flux, Kubernetes(item, kind, 2, "namespace/name of a Kustomization or HelmRelease, as in flux: apps/web") ?? ""),
            "argocd" => new Verification(VerificationKind.ArgoCd, Kubernetes(item, kind, 1, "the name of an Application, as in argocd: web-staging") ?? ""),
            "probe" => new Verification(VerificationKind.Probe, Address(item, kind, mayHaveQuery: true)?.AbsoluteUri ?? "")
            {
                Status = item.Number("status", 100, 599) ?? 200,
                Contains = Line(item, "contains", LongestSubject),
            },
            _ => ReadMetric(item),
        };
        FarReaching(item, kind is "probe" or "metric" ? kind : "", "a repository has nothing asked from where the service stands");
        return item.IsSound ? verification : null;
    }

    private static Verification ReadMetric(ConfigurationMapping item)
    {
        var query = Line(item, "metric", LongestQuery);
        item.Needed("prometheus", "where the query is asked, as in prometheus: https://prometheus.acme.dev");
        var (most, least) = (Limit(item, "most"), Limit(item, "least"));
        if (!item.Has("most") && !item.Has("least"))
        {
            item.Wrong("metric", "'metric' needs a limit: 'most', 'least' or both, as in most: 0.01");
        }
        else if (most < least)
        {
            item.Wrong("least", "'least' is above 'most', so that no value would do");
        }

        return new Verification(VerificationKind.Metric, query ?? "") { Server = item.Has("prometheus") ? Address(item, "prometheus", mayHaveQuery: false) : null, Most = most, Least = least };
    }

    private StageWindow? ReadWindow(ConfigurationMapping stage, ConfigurationMapping window)
    {
        var zone = _zone;
        if (window.Text("timezone") is { } id)
        {
            if (CalendarSchedule.TryFindZone(id, out var found))
            {
                zone = found;
            }
            else
            {
                window.Wrong("timezone", $"'{Excerpt.Of(id)}' is no time zone: write one of the IANA's, such as Europe/Berlin");
            }
        }

        if (!window.Has("open") && !window.Has("closed") && !window.Has("holidays") && window.IsSound)
        {
            stage.Wrong("window", "'window' says nothing: write open, closed or holidays, as in closed: on friday");
        }

        var read = new StageWindow(Times(window, "open", zone), Times(window, "closed", zone), zone, Holidays(window));
        return window.IsSound ? read : null;
    }

    private static Schedule? Times(ConfigurationMapping window, string key, TimeZoneInfo zone)
    {
        var texts = window.Scalars(key, MostTimes);
        if (window.TryGet(key, out var node) && node is YamlSequence { Items.Count: 0 })
        {
            window.Wrong(key, $"'{key}' is empty: leave it out, or name a time");
        }

        var schedule = Renovate.ScheduleReader.Read([.. texts.Select(t => t.Value)], zone, out var wrong, out var error);
        if (error is not null)
        {
            window.Wrong(texts[wrong], error);
        }
        else if (schedule is null && key == "closed" && texts.Count > 0)
        {
            // No schedule is no limit, which here would mean the contrary.
            window.Wrong(texts[0], "nothing is ever promoted to a stage that is closed at any time: name the times, as in closed: on friday");
        }

        return schedule;
    }

    private static List<string> Holidays(ConfigurationMapping window)
    {
        var holidays = new List<string>();
        foreach (var item in window.Scalars("holidays", MostHolidays))
        {
            // The 29th of February is a day of some years.
            if (DateOnly.TryParseExact(item.Value.Length == 5 ? $"2024-{item.Value}" : item.Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            {
                holidays.Add(item.Value);
            }
            else
            {
                window.Wrong(item, $"'{Excerpt.Of(item.Value)}' is no day: write 2026-12-24, or 12-25 for every year");
            }
        }

        return holidays;
    }

    private List<WaveRule> ReadWaves(ConfigurationMapping root)
    {
        var waves = new List<(WaveRule Rule, int Line)>();
        FarReaching(root, "waves", "a repository does not decide how others are updated");
        foreach (var item in root.Mappings("waves", WaveKeys, MostWaves))
        {
            var rule = new WaveRule(new UseScope(_images(item))) { Canaries = Repositories(item, "canaries") };
            rule = rule with
            {
                Shares = item.Has("shares") ? Shares(item) : rule.Shares,
                Soak = Time(item, "soak", Shortest) ?? rule.Soak,
                Passing = item.Number("passing", 1, 100) ?? rule.Passing,
                Failing = item.Number("failing", 0, 100) ?? rule.Failing,
            };
            if (!item.IsSound)
            {
                continue;
            }

            if (waves.Find(w => ConfigurationReader.Covers(w.Rule.Scope, rule.Scope)) is { Rule: not null } earlier)
            {
                item.Wrong(item.Node, $"the waves never count: those in line {earlier.Line} take all that they are for. The first that are for an image count, so put the more special before the more general");
            }
            else
            {
                waves.Add((rule, item.LineOf("")));
            }
        }

        return [.. waves.Select(w => w.Rule)];
    }

    private static List<int> Shares(ConfigurationMapping item)
    {
        const string Example = "as in shares: [1, 10, 100]";
        var shares = new List<int>();
        var isRight = true;
        foreach (var text in item.Scalars("shares", MostShares, mayBeOne: false))
        {
            if (!int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var share) || share is < 1 or > 100)
            {
                item.Wrong(text, $"'{Excerpt.Of(text.Value)}' is no share: whole numbers from 1 to 100, {Example}");
                isRight = false;
            }
            else if (shares.Count > 0 && share <= shares[^1])
            {
                item.Wrong(text, $"{share} is not more than the {shares[^1]} before it: each wave is larger, {Example}");
                isRight = false;
            }
            else
            {
                shares.Add(share);
            }
        }

        if (isRight && item.IsSound && (shares.Count == 0 || shares[^1] != 100))
        {
            item.Wrong("shares", $"the last of 'shares' is 100, {Example}: else some repositories would never be updated");
        }

        return shares;
    }

    /// <summary>Notes what a repository can't say for itself; no error, for the file does not say whose it is.</summary>
    private void FarReaching(ConfigurationMapping mapping, string key, string why)
    {
        if (mapping.Has(key))
        {
            _farReaching.Add(new FileProblem(_path, mapping.LineOf(key), $"'{key}' of 'rollout' counts in the organisation's repository .github alone: {why}"));
        }
    }

    private static List<string> Repositories(ConfigurationMapping mapping, string key)
    {
        var names = new List<string>();
        foreach (var item in mapping.Scalars(key, MostNames))
        {
            if (item.Value.Length <= LongestSubject && item.Value.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name] && $"{owner}{name}".All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '*' or '?'))
            {
                names.Add(item.Value);
            }
            else
            {
                mapping.Wrong(item, $"'{Excerpt.Of(item.Value)}' is no repository: write owner/name, with * and ? for anything, as in {key}: acme/deploy-*");
            }
        }

        if (mapping.TryGet(key, out var node) && node is YamlSequence { Items.Count: 0 })
        {
            mapping.Wrong(key, $"'{key}' is empty: leave it out, or name something");
        }

        return names;
    }

    /// <summary><c>30m</c>, <c>2h</c>, <c>1d12h</c>, <c>2w</c>.</summary>
    private static TimeSpan? Time(ConfigurationMapping mapping, string key, TimeSpan least)
    {
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        var match = Span().Match(text.Value);
        var minutes = Of("weeks", 7 * 24 * 60) + Of("days", 24 * 60) + Of("hours", 60) + Of("minutes", 1);
        if (match is { Success: true, Length: > 0 } && minutes >= least.TotalMinutes && minutes <= Longest.TotalMinutes)
        {
            return TimeSpan.FromMinutes(minutes);
        }

        mapping.Wrong(text, $"'{Excerpt.Of(text.Value)}' is no time{(least > TimeSpan.Zero ? " of a minute or more," : "")} of up to a year: write it as in {key}: 30m, 2h, 1d or 1d12h");
        return null;

        long Of(string unit, long factor) => match.Groups[unit] is { Success: true } group ? long.Parse(group.ValueSpan, CultureInfo.InvariantCulture) * factor : 0;
    }

    private static double? Limit(ConfigurationMapping mapping, string key)
    {
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        if (double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
        {
            return number;
        }

        mapping.Wrong(text, $"'{key}' is a number, as in {key}: 0.01, not '{Excerpt.Of(text.Value)}'");
        return null;
    }

    private static string? Line(ConfigurationMapping mapping, string key, int longest)
    {
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        var line = text.Value.Trim();
        if (line.Length > 0 && line.Length <= longest && !line.Any(char.IsControl))
        {
            return line;
        }

        mapping.Wrong(text, $"'{key}' is one line of up to {longest} characters");
        return null;
    }

    private static string? Kubernetes(ConfigurationMapping mapping, string key, int parts, string hint)
    {
        const int LongestPart = 253;
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        var names = text.Value.Split('/');
        if (names.Length == parts && names.All(n => n.Length is > 0 and <= LongestPart && n.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(n[0]) && char.IsAsciiLetterOrDigit(n[^1])))
        {
            return text.Value;
        }

        mapping.Wrong(text, $"'{Excerpt.Of(text.Value)}' is no {key}: {hint}");
        return null;
    }

    /// <summary>What is written is not in the message: it may have a password in it.</summary>
    private static Uri? Address(ConfigurationMapping mapping, string key, bool mayHaveQuery)
    {
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        var example = $"as in {key}: https://{(mayHaveQuery ? "web.staging.acme.dev/health" : "prometheus.acme.dev")}";
        var problem = text.Value.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || !Uri.TryCreate(text.Value, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0
                ? $"'{key}' is an address that begins with https:// or http://, {example}"
            : address.UserInfo.Length > 0
                ? $"'{key}' has a name or password in its address: everybody who reads the file would know it, {example}"
            : address.Fragment.Length > 0 || (!mayHaveQuery && address.Query.Length > 0)
                ? $"'{key}' has {(address.Fragment.Length > 0 ? "a '#'" : "a '?'")} in its address, which has no meaning there: leave out what follows it, {example}"
            : null;
        if (problem is null)
        {
            return new Uri(text.Value);
        }

        mapping.Wrong(text, problem);
        return null;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]) && !text.Contains("..", StringComparison.Ordinal);

    [GeneratedRegex(@"^((?<weeks>[0-9]{1,5})w)?((?<days>[0-9]{1,5})d)?((?<hours>[0-9]{1,5})h)?((?<minutes>[0-9]{1,6})m)?\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Span();

    /// <summary>A stage as it is written, right or not.</summary>
    private sealed record WrittenStage(Stage Stage, ConfigurationMapping Item, IReadOnlyList<YamlScalar> After, int Line, bool IsSound)
    {
        public string Name => Stage.Name;
    }
}
