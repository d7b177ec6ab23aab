using Basewatch.Core.Images;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>Reads how updates are proposed.</summary>
internal static class ProposalReader
{
    private const int MostOpen = 1000;

    private static readonly string[] Semantics = ["auto", "enabled", "disabled"];

    /// <summary>Keys that are read here.</summary>
    public static IReadOnlyList<string> Keys { get; } =
    [
        "groupName", "labels", "addLabels", "reviewers", "additionalReviewers", "assignees", "automerge", "automergeSchedule", "draftPR", "ignoreTests", "requiredStatusChecks", "prConcurrentLimit", "branchConcurrentLimit",
        "commitMessagePrefix", "semanticCommits", "semanticCommitType", "semanticCommitScope", "baseBranchPatterns",
        "schedule", "timezone", "separateMajorMinor",
    ];

    /// <summary>Reads settings as they are in force for some uses.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="fill">Fills in what a text has in double braces.</param>
    /// <param name="sourceOf">Where a key is written.</param>
    public static ProposalSettings Read(ConfigurationMapping settings, Func<string, string> fill, Func<string, RuleSource>? sourceOf = null)
    {
        // A pull request is on a branch of its own, so the lower of the two counts; 0 is none.
        var (limit, limited) = (settings.Number("prConcurrentLimit", 0, int.MaxValue), "prConcurrentLimit");
        if (settings.Number("branchConcurrentLimit", 0, int.MaxValue) is > 0 and var branches && !(limit > 0 && limit <= branches))
        {
            (limit, limited) = (branches, "branchConcurrentLimit");
        }

        var isLimited = limit is > 0 and <= MostOpen;
        return new ProposalSettings
        {
            Group = settings.Text("groupName") is { Length: > 0 } group ? fill(group) : null,
            Labels = [.. settings.Texts("labels").Concat(settings.Texts("addLabels")).Select(fill).Distinct(StringComparer.Ordinal)],
            Reviewers = [.. settings.Texts("reviewers").Concat(settings.Texts("additionalReviewers")).Select(Reviewer).Distinct(StringComparer.Ordinal)],
            Assignees = [.. settings.Texts("assignees").Select(Login).Distinct(StringComparer.Ordinal)],
            Automerge = settings.Flag("automerge") == true && MergesAtAnyTime(settings),
            MergesUnchecked = settings.Flag("ignoreTests") ?? false,
            IsDraft = settings.Flag("draftPR") ?? false,
            RequiredChecks = settings.Texts("requiredStatusChecks"),
            GroupsMajors = settings.Flag("separateMajorMinor") == false,
            Limit = isLimited ? limit : null,
            LimitedBy = isLimited ? sourceOf?.Invoke(limited) : null,
            CommitPrefix = Prefix(settings),
            TargetBranch = Branch(settings),
        };
    }

    /// <summary>When pull requests may be opened; null: always, or it is wrong, which is told.</summary>
    /// <param name="settings">Settings with <c>schedule</c> and <c>timezone</c>.</param>
    public static Schedule? ReadSchedule(ConfigurationMapping settings)
    {
        var zone = TimeZoneInfo.Utc;
        if (settings.Text("timezone") is { Length: > 0 } id && !CalendarSchedule.TryFindZone(id, out zone))
        {
            settings.Wrong("timezone", $"'{Excerpt.Of(id)}' is no time zone: write one of the IANA's, such as Europe/Berlin");
            return null;
        }

        var texts = settings.Scalars("schedule");
        var schedule = ScheduleReader.Read([.. texts.Select(t => t.Value)], zone!, out var wrong, out var error);
        if (error is not null)
        {
            settings.Wrong(texts[wrong], error);
        }

        return schedule;
    }

    /// <summary>Whether no schedule narrows when a pull request may be merged: within one, merging is left to people.</summary>
    public static bool MergesAtAnyTime(ConfigurationMapping settings) => settings.Texts("automergeSchedule").All(t => t.Trim() is "" or "at any time");

    /// <summary><c>team:acme/web</c> is <c>acme/web</c>; a team without its organisation is one of the repository's own.</summary>
    private static string Reviewer(string text) =>
        !text.StartsWith("team:", StringComparison.Ordinal) ? Login(text)
        : text["team:".Length..] is var team && team.Contains('/', StringComparison.Ordinal) ? team
        : "/" + team;

    private static string Login(string text) => text.TrimStart('@');

    private static string? Prefix(ConfigurationMapping settings)
    {
        if (settings.Text("commitMessagePrefix") is { Length: > 0 } written && !written.Contains("{{", StringComparison.Ordinal))
        {
            return written;
        }

        var type = settings.Text("semanticCommitType") ?? "chore";
        var scope = settings.IsNull("semanticCommitScope") ? "" : settings.Text("semanticCommitScope") ?? "deps";
        return settings.Choice("semanticCommits", Semantics) != "enabled" || type.Length == 0 ? null : scope.Length == 0 ? type : $"{type}({scope})";
    }

    /// <summary>The branch where one alone is named; of several, or of an expression, it is not known which.</summary>
    private static string? Branch(ConfigurationMapping settings) =>
        settings.Texts("baseBranchPatterns") is [{ Length: > 0 } only] && only != "$default" && !only.Contains('*', StringComparison.Ordinal) && !Expressions.IsRegex(only) ? only : null;
}
