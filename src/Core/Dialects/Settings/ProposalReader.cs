using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.Settings;

/// <summary>Reads how updates are proposed, in our own words.</summary>
internal static class ProposalReader
{
    /// <summary>The most that may be open at a time.</summary>
    public const int MostOpen = 1000;

    private const int MostNames = 100;

    /// <summary>What GitHub takes of a label.</summary>
    private const int LongestLabel = 50;

    private const int LongestName = 200;

    private const int MostApprovals = 100;

    /// <summary>The keys.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "group", "groupMajors", "labels", "reviewers", "assignees", "milestone", "draft", "targetBranch", "commitPrefix",
        "schedule", "timezone", "open", "automerge", "requiredChecks", "approvals",
    ];

    /// <summary>What <c>automerge</c> may name.</summary>
    public static IReadOnlyList<UpdateKind> Kinds { get; } = [UpdateKind.Pin, UpdateKind.Digest, UpdateKind.Patch, UpdateKind.Minor, UpdateKind.Major, UpdateKind.Successor];

    /// <summary>Reads a mapping with these keys.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="path">Its file.</param>
    /// <param name="zone">The time zone where it names none; where it is for all, what it names, for the others.</param>
    /// <param name="isForAll">Whether it is what is said for all; the number of open ones is read elsewhere then.</param>
    public static ProposalWords Read(ConfigurationMapping mapping, string path, ref TimeZoneInfo zone, bool isForAll)
    {
        var own = zone;
        if (mapping.Text("timezone") is { } id)
        {
            if (CalendarSchedule.TryFindZone(id, out var found))
            {
                own = found;
            }
            else
            {
                mapping.Wrong("timezone", $"'{Excerpt.Of(id)}' is no time zone: write one of the IANA's, such as Europe/Berlin");
            }

            if (!isForAll && !mapping.Has("schedule"))
            {
                mapping.Wrong("timezone", "'timezone' is for a schedule: write that too");
            }
        }

        zone = isForAll ? own : zone;
        var group = Line(mapping, "group", LongestName);
        if (group is null && !isForAll && mapping.Has("groupMajors") && mapping.IsSound)
        {
            mapping.Wrong("groupMajors", "'groupMajors' is for a group: name that too, as in group: bases");
        }

        return new ProposalWords
        {
            Group = group,
            GroupsMajors = mapping.Flag("groupMajors"),
            Labels = Names(mapping, "labels", LongestLabel, t => t.Contains(',', StringComparison.Ordinal) ? "has a comma" : null),
            Reviewers = Names(mapping, "reviewers", LongestName, t => IsLogin(t, mayBeTeam: true) ? null : "is neither a login nor organisation/team"),
            Assignees = Names(mapping, "assignees", LongestName, t => IsLogin(t, mayBeTeam: false) ? null : "is no login"),
            Milestone = Line(mapping, "milestone", LongestName),
            IsDraft = mapping.Flag("draft"),
            TargetBranch = Line(mapping, "targetBranch", LongestName),
            CommitPrefix = Line(mapping, "commitPrefix", LongestLabel),
            Schedule = ReadSchedule(mapping, path, own),
            Limit = !isForAll && mapping.Number("open", 0, MostOpen) is { } open ? new(open, new RuleSource(path, mapping.LineOf("open"), PolicyText.Docker.Dialect)) : null,
            Automerge = ReadAutomerge(mapping),
            RequiredChecks = Names(mapping, "requiredChecks", LongestName, _ => null),
            Approvals = mapping.Number("approvals", 0, MostApprovals),
        };
    }

    private static Sourced<Schedule?>? ReadSchedule(ConfigurationMapping mapping, string path, TimeZoneInfo zone)
    {
        if (!mapping.Has("schedule"))
        {
            return null;
        }

        var texts = mapping.Scalars("schedule", MostNames);
        var schedule = Renovate.ScheduleReader.Read([.. texts.Select(t => t.Value)], zone, out var wrong, out var error);
        if (error is not null)
        {
            mapping.Wrong(texts[wrong], error);
        }

        return new(schedule, new RuleSource(path, mapping.LineOf("schedule"), PolicyText.Docker.Dialect));
    }

    /// <summary><c>true</c>, <c>false</c>, or the kinds: <c>[patch, digest]</c>.</summary>
    private static IReadOnlyList<UpdateKind>? ReadAutomerge(ConfigurationMapping mapping)
    {
        if (!mapping.TryGet("automerge", out var node))
        {
            return null;
        }

        if (node is not YamlSequence)
        {
            return mapping.Flag("automerge") switch { null => null, true => Kinds, false => [] };
        }

        string[] known = [.. Kinds.Select(k => k.ToString().ToLowerInvariant())];
        var kinds = new List<UpdateKind>();
        foreach (var item in mapping.Scalars("automerge", MostNames))
        {
            if (known.Contains(item.Value, StringComparer.Ordinal))
            {
                kinds.Add(Enum.Parse<UpdateKind>(item.Value, ignoreCase: true));
            }
            else
            {
                mapping.Wrong(item, $"'{Excerpt.Of(item.Value)}' is no kind of update{NearestKey.HintOrAll(item.Value, known)}");
            }
        }

        return kinds;
    }

    /// <summary>Names, each once; an empty list is one that says that there are none.</summary>
    private static IReadOnlyList<string>? Names(ConfigurationMapping mapping, string key, int longest, Func<string, string?> check)
    {
        if (!mapping.Has(key))
        {
            return null;
        }

        var names = new List<string>();
        foreach (var item in mapping.Scalars(key, MostNames))
        {
            var name = key is "reviewers" or "assignees" ? item.Value.Trim().TrimStart('@') : item.Value.Trim();
            var problem = name.Length > longest ? $"is longer than {longest} characters" : name.Any(char.IsControl) ? "is more than one line" : check(name);
            if (problem is not null)
            {
                mapping.Wrong(item, $"'{Excerpt.Of(item.Value)}' {problem}");
            }
            else
            {
                names.Add(name);
            }
        }

        return [.. names.Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    private static string? Line(ConfigurationMapping mapping, string key, int longest)
    {
        if (mapping.Scalar(key) is not { } text)
        {
            return null;
        }

        if (text.Value.Length <= longest && !text.Value.Any(char.IsControl))
        {
            return text.Value;
        }

        mapping.Wrong(text, $"'{key}' is one line of up to {longest} characters");
        return null;
    }

    private static bool IsLogin(string text, bool mayBeTeam)
    {
        var parts = text.Split('/');
        return parts.Length <= (mayBeTeam ? 2 : 1) && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '[' or ']'));
    }
}
