
namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>How an entry, or a group of several ecosystems, has its updates proposed.</summary>
/// <param name="Settings">The settings, without labels.</param>
/// <param name="Labels">The labels; null: those that Dependabot adds by itself.</param>
/// <param name="Limit">The most pull requests; null where nothing is said.</param>
internal sealed record EntryProposal(ProposalSettings Settings, IReadOnlyList<string>? Labels, int? Limit)
{
    /// <summary>What Dependabot opens at most where nothing is said.</summary>
    public const int LimitWhereNoneIsWritten = 5;

    private const int LongestPrefix = 50;
    private const int MostPullRequests = 10_000;

    private static readonly string[] CommitKeys = ["prefix", "prefix-development", "include"];

    /// <summary>Keys that change nothing in what happens to images, with why.</summary>
    private static readonly Dictionary<string, string> PassedOver = new(StringComparer.Ordinal)
    {
        ["milestone"] = "it is a number, and a milestone is found by its title here",
        ["pull-request-branch-name"] = "branches are named here as always",
        ["rebase-strategy"] = "pull requests are kept up to date here as always",
        ["versioning-strategy"] = "it is for packages with ranges of versions",
        ["vendor"] = "images are not vendored",
        ["insecure-external-code-execution"] = "no code of the repository is run",
        ["enable-beta-ecosystems"] = "it means nothing any more",
    };

    /// <summary>Reads what an entry or a group says.</summary>
    public static EntryProposal Read(ConfigurationMapping item)
    {
        foreach (var key in item.Keys)
        {
            if (PassedOver.TryGetValue(key, out var reason))
            {
                item.Remark(key, $"'{key}' is passed over: {reason}");
            }
        }

        var reviewers = item.Texts("reviewers", mayBeOne: false);
        if (reviewers.Count > 0)
        {
            item.Remark("reviewers", "'reviewers' is obeyed here; Dependabot itself has dropped it for the file CODEOWNERS");
        }

        var settings = new ProposalSettings
        {
            Reviewers = reviewers,
            Assignees = item.Texts("assignees", mayBeOne: false),
            TargetBranch = item.Text("target-branch"),
            CommitPrefix = item.Mapping("commit-message", CommitKeys) is { } message ? ReadPrefix(message) : null,
        };
        return new EntryProposal(settings, item.Has("labels") ? item.Texts("labels", mayBeOne: false) : null, item.Number("open-pull-requests-limit", 0, MostPullRequests));
    }

    /// <summary>The settings of an entry in a group of several ecosystems: the group decides, people and labels of both count.</summary>
    public EntryProposal Within(EntryProposal group) => new(
        Settings with
        {
            Reviewers = [.. Settings.Reviewers.Union(group.Settings.Reviewers, StringComparer.Ordinal)],
            Assignees = [.. Settings.Assignees.Union(group.Settings.Assignees, StringComparer.Ordinal)],
            TargetBranch = group.Settings.TargetBranch ?? Settings.TargetBranch,
            CommitPrefix = group.Settings.CommitPrefix ?? Settings.CommitPrefix,
            Schedule = group.Settings.Schedule,
        },
        Labels is null ? group.Labels : group.Labels is null ? Labels : [.. Labels.Union(group.Labels, StringComparer.Ordinal)],
        group.Limit ?? Limit);

    /// <summary>The settings as a whole.</summary>
    /// <param name="labels">Dependabot's own labels.</param>
    public ProposalSettings ToSettings(IReadOnlyList<string> labels) => Settings with { Labels = Labels ?? labels, Limit = Limit ?? LimitWhereNoneIsWritten };

    /// <summary>
    /// What stands before the colon that a title has after it; images are used in production (<c>pr_name_prefixer.rb</c>). A prefix
    /// that Dependabot would set no colon after is left as it is written.
    /// </summary>
    private static string? ReadPrefix(ConfigurationMapping message)
    {
        var prefix = message.Text("prefix");
        var scope = message.Choice("include", ["scope"]);
        if (prefix?.Length > LongestPrefix)
        {
            message.Wrong("prefix", $"'prefix' is longer than {LongestPrefix} characters");
        }

        if (message.Has("prefix-development"))
        {
            message.Remark("prefix-development", "'prefix-development' is passed over: images are used in production");
        }

        return string.IsNullOrEmpty(prefix) ? null : scope is null ? prefix : $"{prefix}(deps)";
    }
}
