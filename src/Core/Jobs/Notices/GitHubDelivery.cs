using System.Text.Json;
using Basewatch.Core.Images;
using Basewatch.Core.Planning;
using Basewatch.Core.Planning.PullRequests;
using Basewatch.Core.Ports;
using static Basewatch.Core.Jobs.Notices.NoticeJson;

namespace Basewatch.Core.Jobs.Notices;

/// <summary>
/// What GitHub posts to a webhook (<see href="https://docs.github.com/en/webhooks/webhook-events-and-payloads"/>), read for what it is a
/// cause to look at. What Basewatch itself did as an App is no cause, so that nothing goes in a circle.
/// </summary>
/// <param name="Event">Name of the event, as it was sent.</param>
/// <param name="Action">What was done; null where the event has none.</param>
/// <param name="Repository">Where; null where it is about no repository.</param>
/// <param name="IsFork">Whether that is a fork.</param>
/// <param name="Installation">The App's installation; null where the webhook is none of an App.</param>
/// <param name="IsKnown">Whether the event is one of those that are read.</param>
/// <param name="Notices">What there is to look at.</param>
public sealed record GitHubDelivery(string Event, string? Action, RepositoryName? Repository, bool IsFork, long? Installation, bool IsKnown, IReadOnlyList<Notice> Notices)
{
    /// <summary>GitHub sends nothing that is larger, in bytes.</summary>
    public const int LargestDelivery = 25 * 1024 * 1024;

    private const int MostDepth = 64;

    private const string Head = "refs/heads/";

    /// <summary>Name of the check run and of the status that Basewatch shows its own verdict in.</summary>
    private const string OwnCheck = "basewatch";

    private static readonly string[] PullRequestActions =
        ["closed", "reopened", "labeled", "unlabeled", "synchronize", "edited", "ready_for_review", "converted_to_draft", "dequeued", "auto_merge_disabled"];

    /// <summary>Reads a delivery.</summary>
    /// <param name="name">The header <c>X-GitHub-Event</c>.</param>
    /// <param name="body">The payload, as JSON.</param>
    /// <param name="packages">The registry of its packages: <c>ghcr.io</c>.</param>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static GitHubDelivery Parse(string name, ReadOnlyMemory<byte> body, string packages)
    {
        ArgumentNullException.ThrowIfNull(name);
        using var document = Open(body, MostDepth);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("the body is no JSON object");
        }

        var action = Text(root, "action");
        var repository = RepositoryName.TryParse(Text(root, "repository", "full_name"), out var named) ? named : null;
        var notices = NoticesOf(name, action, root, repository, packages);
        return new GitHubDelivery(name, action, repository, IsTrue(root, "repository", "fork"), Number(root, "installation", "id"), notices is not null, [.. (notices ?? []).Distinct()]);
    }

    /// <returns>Null for an event that is not read.</returns>
    private static IEnumerable<Notice>? NoticesOf(string name, string? action, JsonElement root, RepositoryName? repository, string packages)
    {
        switch (name)
        {
            case "ping":
                return [];
            case "installation" or "installation_repositories" or "installation_target":
                return [new RepositoriesChanged()];
            case "repository":
                return action switch
                {
                    // Its file list is read anew where its default branch is another, and it is forgotten where it is gone.
                    "edited" when At(root, "changes", "default_branch") is not null && repository is not null => [new RepositoryMoved(repository)],
                    "created" or "deleted" or "archived" or "unarchived" or "renamed" or "transferred" or "privatized" or "publicized" => [new RepositoriesChanged()],
                    _ => [],
                };
            case "registry_package" or "package":
                return PackageOf(root, name, packages) is { } image ? [new ImageMoved(image)] : [];
        }

        if (repository is null)
        {
            return name is "push" or "pull_request" or "pull_request_review" or "issue_comment" or "issues" or "check_run" or "check_suite" or "status" or "deployment_status" ? [] : null;
        }

        var look = new PullRequestsMoved(repository, IsCheck: false);
        var lookAtChecks = new PullRequestsMoved(repository, IsCheck: true);
        var lookAtRollouts = new RolloutsMoved(repository.Owner);
        return name switch
        {
            "push" => Push(root, repository),
            "pull_request" => PullRequestActions.Contains(action, StringComparer.Ordinal) && IsOurs(root, repository) && !IsOwnDoing(root, At(root, "pull_request")) ? [look] : [],
            "pull_request_review" => action is "submitted" or "dismissed" or "edited" && IsOurs(root, repository) ? [look] : [],
            "issue_comment" => action is "created" or "edited" && ConcernsUs(root) && !IsOwnDoing(root, At(root, "issue")) ? [look] : [],
            "issues" => action is "closed" or "reopened" or "deleted" or "labeled" or "unlabeled" && ConcernsUs(root) && !IsOwnDoing(root, At(root, "issue")) ? [look] : [],
            "check_run" => action is "completed" && Text(root, "check_run", "name") != OwnCheck ? OnBranch(Text(root, "check_run", "check_suite", "head_branch")) : [],
            "check_suite" => action is "completed" ? OnBranch(Text(root, "check_suite", "head_branch")) : [],
            "status" => Text(root, "state") is not "pending" && Text(root, "context") != OwnCheck ? [.. Items(root, "branches").SelectMany(b => OnBranch(Text(b, "name")))] : [],

            // Of which branch it is it does not say, and often it is of none but a commit.
            "deployment_status" => Text(root, "deployment_status", "state") is "success" or "failure" or "error" or "inactive" ? [lookAtRollouts] : [],
            _ => null,
        };

        IEnumerable<Notice> OnBranch(string? branch) =>
            IsOurBranch(branch) ? [lookAtChecks]
            : branch is not null && branch == Text(root, "repository", "default_branch") ? [lookAtRollouts]
            : [];
    }

    /// <summary>Of our own branches the event of the pull request tells: it says who pushed.</summary>
    private static IEnumerable<Notice> Push(JsonElement root, RepositoryName repository) =>
        Text(root, "ref") is { } pushed && pushed.StartsWith(Head, StringComparison.Ordinal) && pushed[Head.Length..] == Text(root, "repository", "default_branch") && !IsTrue(root, "repository", "archived")
            ? [new RepositoryMoved(repository)]
            : [];

    /// <summary>Whether it is about a pull request from one of our branches; a fork may have one of that name too.</summary>
    private static bool IsOurs(JsonElement root, RepositoryName repository) =>
        IsOurBranch(Text(root, "pull_request", "head", "ref"))
        && RepositoryName.TryParse(Text(root, "pull_request", "head", "repo", "full_name"), out var head) && head == repository;

    private static bool IsOurBranch(string? branch) => branch?.StartsWith(ChangeSet.BranchPrefix, StringComparison.Ordinal) ?? false;

    /// <summary>A pull request of ours has our marker. Issues of ours speak of us.</summary>
    private static bool ConcernsUs(JsonElement root)
    {
        var body = Text(root, "issue", "body") ?? "";
        return At(root, "issue", "pull_request") is { ValueKind: JsonValueKind.Object } ? PullRequestMarker.TryFind(body, out _) : body.Contains("basewatch", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// Whether the App that opened a pull request or an issue of ours did this: that is us. Where the service has a person's token, what it
    /// does is that person's too, and is looked at once more, which changes nothing.
    /// </summary>
    private static bool IsOwnDoing(JsonElement root, JsonElement? subject) =>
        Text(root, "sender", "type") == "Bot" && subject is { } of && Number(root, "sender", "id") is { } sender && sender == Number(of, "user", "id");

    /// <summary>The container that was published: <c>registry_package</c> and <c>package</c> have the same shape.</summary>
    private static ImageName? PackageOf(JsonElement root, string name, string packages) =>
        string.Equals(Text(root, name, "package_type") ?? Text(root, name, "ecosystem"), "container", StringComparison.OrdinalIgnoreCase)
        && Text(root, name, "owner", "login") is { } owner && Text(root, name, "name") is { } package
        && ImageName.TryParse($"{packages}/{owner}/{package}".ToLowerInvariant(), out var image, out _)
            ? image
            : null;
}
