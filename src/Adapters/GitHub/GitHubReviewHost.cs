using System.Net;
using System.Text.Json.Nodes;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Octokit;
using CheckState = Basewatch.Core.Ports.CheckState;

namespace Basewatch.Adapters.GitHub;

/// <summary>
/// What people and checks say of pull requests on GitHub: <see href="https://docs.github.com/en/rest"/>.
/// Safe to share.
/// </summary>
public sealed class GitHubReviewHost : IReviewHost
{
    /// <summary>Name of the check run, and context of the status.</summary>
    private const string CheckName = "basewatch";

    /// <summary>Ends what is said under a person's login, to be told from what the person says.</summary>
    private const string Mark = "<!-- basewatch: comment -->";

    private const int MostPages = 10;
    private const int LongestBody = 65_536;
    private const int LongestSummary = 65_535;
    private const int LongestTitle = 255;
    private const int LongestDescription = 140;

    private readonly GitHubConnection _connection;
    private readonly IReadOnlyList<PullRequestMergeMethod> _methods;

    internal GitHubReviewHost(GitHubConnection connection, GitHubOptions options)
    {
        _connection = connection;
        _methods = options.MergeMethod is { } method
            ? [method]
            : [PullRequestMergeMethod.Squash, PullRequestMergeMethod.Merge, PullRequestMergeMethod.Rebase];
    }

    /// <inheritdoc/>
    /// <remarks>An App's permissions are those of its installation, a classic token's are its scopes. A fine-grained token is taken to have all until it is refused.</remarks>
    public async Task<HostAbilities> GetAbilitiesAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        (await _connection.AccessAsync(repository, cancellationToken)).Abilities;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListCommitMessagesAsync(RepositoryName repository, string branch, CancellationToken cancellationToken)
    {
        try
        {
            var commits = await _connection.GetAsync<List<CommitAnswer>>(repository, $"commits?sha={Uri.EscapeDataString(branch)}&per_page={GitHubConnection.PageSize}", cancellationToken);
            return [.. commits.Select(c => c.Commit?.Message).OfType<string>()];
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound || e.InnerException is ApiException { StatusCode: HttpStatusCode.Conflict })
        {
            // No such branch; or 409: the repository is empty.
            return [];
        }
    }

    /// <inheritdoc/>
    /// <remarks>Asking makes GitHub find out: what is unknown now is known soon.</remarks>
    public async Task<MergeState> GetMergeStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken)
    {
        var pull = await PullAsync(repository, number, cancellationToken);
        return (pull.Mergeable, pull.MergeableState) switch
        {
            (false, _) or (_, "dirty") => MergeState.Conflicting,
            (null, _) => MergeState.Unknown,
            _ when pull.Draft == true => MergeState.Draft,
            (_, "draft") => MergeState.Draft,
            (_, "clean" or "has_hooks") => MergeState.Clean,
            (_, "behind") => MergeState.Behind,
            (_, "blocked") => MergeState.Blocked,
            (_, "unstable") => MergeState.Unstable,
            _ => MergeState.Unknown,
        };
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Runs of one name that different workflows or Apps made count together, by the worst; our own is left out.
    /// </remarks>
    public async Task<IReadOnlyList<CheckResult>> ListChecksAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var (runs, runsAreWhole) = await _connection.PagesAsync<CheckRunsAnswer, CheckRunAnswer>(repository, $"commits/{commit}/check-runs?filter=latest", MostPages, p => p.CheckRuns, cancellationToken);
        var (statuses, statusesAreWhole) = await _connection.PagesAsync<StatusesAnswer, StatusAnswer>(repository, $"commits/{commit}/status", MostPages, p => p.Statuses, cancellationToken);
        if (!runsAreWhole || !statusesAreWhole)
        {
            throw _connection.Malformed($"{commit} of {repository} has more than {MostPages * GitHubConnection.PageSize:#,0} checks: that many are not looked through");
        }

        // A job of a workflow may have our name too, and counts. A status has no creator here; nobody else makes one of this name.
        var us = runs.Any(r => r.Name == CheckName) ? (await _connection.AccessAsync(repository, cancellationToken)).Login : null;
        var checks = runs
            .Where(r => r.Name is not null && !(r.Name == CheckName && IsOurs(r, us)))
            .GroupBy(r => (r.Name, r.App?.Slug))
            .SelectMany(sameName => NewestOfEach([.. sameName]))
            .Select(r => new CheckResult(r.Name!, StateOf(r)) { At = r.CompletedAt });
        var told = statuses
            .Where(s => s.Context is not null and not CheckName)
            .DistinctBy(s => s.Context, StringComparer.Ordinal)
            .Select(s => new CheckResult(s.Context!, s.State switch { "success" => CheckState.Passed, "pending" => CheckState.Pending, _ => CheckState.Failed }) { At = s.UpdatedAt });
        // Where a check and a status have one name, GitHub requires both.
        return [.. checks.Concat(told).GroupBy(c => c.Name, StringComparer.Ordinal).Select(g => g.MaxBy(c => c.State switch { CheckState.Failed => 2, CheckState.Pending => 1, _ => 0 })! with { At = g.Max(c => c.At) })];
    }

    /// <inheritdoc/>
    /// <remarks>A person whose last approval was dismissed has said nothing; comments take nothing back. An App that asks for changes counts, one that approves does not.</remarks>
    public async Task<ReviewState> GetReviewStateAsync(RepositoryName repository, int number, CancellationToken cancellationToken)
    {
        var (reviews, isWhole) = await _connection.PagesAsync<List<ReviewAnswer>, ReviewAnswer>(repository, $"pulls/{number}/reviews", MostPages, p => p, cancellationToken);
        if (!isWhole)
        {
            throw _connection.Malformed($"{repository}#{number} has more than {MostPages * GitHubConnection.PageSize:#,0} reviews: that many are not looked through");
        }

        var last = reviews
            .Where(r => r.User?.Login is not null && r.State?.ToUpperInvariant() is "APPROVED" or "CHANGES_REQUESTED" or "DISMISSED")
            .GroupBy(r => r.User!.Login!, StringComparer.OrdinalIgnoreCase)
            .Select(g => g.MaxBy(r => r.Id)!)
            .Where(r => !Is(r, "DISMISSED"))
            .ToList();
        if (last.Count == 0)
        {
            return new ReviewState([], IsRefused: false);
        }

        var pull = await PullAsync(repository, number, cancellationToken);
        var (approvals, isRefused) = (new List<string>(), false);
        foreach (var review in last)
        {
            var isBot = review.User!.Type == "Bot" || review.User.Login!.EndsWith("[bot]", StringComparison.Ordinal);
            if (Is(review, "CHANGES_REQUESTED"))
            {
                // Only an App that was let into this repository can ask for changes.
                isRefused |= isBot || await MayWriteAsync(repository, review.User.Login!, cancellationToken);
            }
            else if (!isBot && review.CommitId == pull.Head?.Sha && !IsSame(review.User.Login, pull.User?.Login) && await MayWriteAsync(repository, review.User.Login!, cancellationToken))
            {
                approvals.Add(review.User.Login!);
            }
        }

        return new ReviewState(approvals, isRefused);

        static bool Is(ReviewAnswer review, string state) => string.Equals(review.State, state, StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    /// <remarks>Up to 1,000: those after them come when the oldest have been seen. Where the token is a person's, only what was said through <see cref="CommentAsync"/> is our own.</remarks>
    public async Task<IReadOnlyList<Comment>> ListCommentsAsync(RepositoryName repository, int number, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var path = since is { } from ? $"issues/{number}/comments?since={from.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}" : $"issues/{number}/comments";
        var (comments, _) = await _connection.PagesAsync<List<CommentAnswer>, CommentAnswer>(repository, path, MostPages, p => p, cancellationToken);
        if (comments.Count == 0)
        {
            return [];
        }

        var us = await _connection.AccessAsync(repository, cancellationToken);
        return
        [
            .. comments
                // GitHub gives old ones too that were edited since.
                .Where(c => (since is null || c.CreatedAt >= since) && !IsOurs(c, us))
                .OrderBy(c => c.CreatedAt)
                .ThenBy(c => c.Id)
                .Select(c => new Comment(c.Id, c.User?.Login ?? "ghost", c.Body ?? "", c.CreatedAt)),
        ];
    }

    /// <inheritdoc/>
    /// <remarks>An App is nobody to obey: what it says may be what somebody else made it say.</remarks>
    public async Task<bool> MayWriteAsync(RepositoryName repository, string login, CancellationToken cancellationToken)
    {
        if (login.EndsWith("[bot]", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        try
        {
            var found = await _connection.GetAsync<PermissionAnswer>(repository, $"collaborators/{Uri.EscapeDataString(login)}/permission", cancellationToken);
            return found.Permission is "admin" or "maintain" or "write";
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
        {
            // Nobody who has to do with it.
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task CommentAsync(RepositoryName repository, int number, string body, CancellationToken cancellationToken)
    {
        var us = await _connection.AccessAsync(repository, cancellationToken);
        var text = us.IsBot ? Bounded(body, LongestBody) : $"{Bounded(body, LongestBody - Mark.Length - 2)}\n\n{Mark}";
        await _connection.CallAsync(repository, c => c.Issue.Comment.Create(repository.Owner, repository.Name, number, text), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task AcknowledgeAsync(RepositoryName repository, long comment, bool isObeyed, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.CallAsync(
                repository,
                c => c.Reaction.IssueComment.Create(repository.Owner, repository.Name, comment, new NewReaction(isObeyed ? ReactionType.Plus1 : ReactionType.Confused)),
                cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
        {
            // Its writer took it back.
        }
    }

    /// <inheritdoc/>
    public async Task RemoveLabelAsync(RepositoryName repository, int number, string label, CancellationToken cancellationToken)
    {
        try
        {
            await _connection.CallAsync(
                repository,
                async c => await c.Connection.Delete(GitHubConnection.Below(repository, $"issues/{number}/labels/{Uri.EscapeDataString(label)}")),
                cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
        {
            // It is gone.
        }
    }

    /// <inheritdoc/>
    /// <remarks>An App makes a check run, a token a status, which has one line alone. Nothing is written where it says the same already.</remarks>
    public async Task ReportAsync(RepositoryName repository, string commit, Verdict verdict, CancellationToken cancellationToken)
    {
        var us = await _connection.AccessAsync(repository, cancellationToken);
        await (us.MakesCheckRuns
            ? ReportRunAsync(repository, commit, verdict, us, cancellationToken)
            : ReportStatusAsync(repository, commit, verdict, cancellationToken));
    }

    /// <inheritdoc/>
    /// <remarks>What goes through a merge queue is put into it, and is not merged yet.</remarks>
    public async Task<string?> MergeAsync(RepositoryName repository, int number, string head, CancellationToken cancellationToken)
    {
        var why = "";
        foreach (var method in _methods)
        {
            (why, var isMethod) = await MergeAsync(repository, number, head, method, cancellationToken);
            if (why is null)
            {
                return null;
            }

            if (!isMethod)
            {
                break;
            }
        }

        return why!.Contains("merge queue", StringComparison.OrdinalIgnoreCase)
            ? await QueueAsync(repository, number, head, cancellationToken)
            : Excerpt.Of(why);
    }

    /// <inheritdoc/>
    public async Task SetBaseAsync(RepositoryName repository, int number, string branch, CancellationToken cancellationToken) =>
        await _connection.CallAsync(repository, c => c.PullRequest.Update(repository.Owner, repository.Name, number, new PullRequestUpdate { Base = branch }), cancellationToken);

    /// <returns>Why it is not merged, and whether that is because of the method.</returns>
    private Task<(string? Why, bool IsMethod)> MergeAsync(RepositoryName repository, int number, string head, PullRequestMergeMethod method, CancellationToken cancellationToken) =>
        _connection.CallAsync<(string?, bool)>(
            repository,
            async c =>
            {
                try
                {
                    var merged = await c.PullRequest.Merge(repository.Owner, repository.Name, number, new MergePullRequest { Sha = head, MergeMethod = method });
                    return (merged.Merged ? null : merged.Message ?? "it was not merged", false);
                }
                catch (ApiException e) when ((int)e.StatusCode is 405 or 409 or 422)
                {
                    var words = e.Words() is { Length: > 0 } said ? said : "it can't be merged now";
                    // 'Squash merges are not allowed on this repository.', 'Merge commits are not allowed …'
                    return (words, words.Contains("merge", StringComparison.OrdinalIgnoreCase) && words.Contains("not allowed", StringComparison.OrdinalIgnoreCase));
                }
            },
            cancellationToken);

    private async Task<string> QueueAsync(RepositoryName repository, int number, string head, CancellationToken cancellationToken)
    {
        var pull = await PullAsync(repository, number, cancellationToken);
        var refused = "";
        // Auto-merge queues it as soon as it may be; where that is not allowed, or is not needed any more, it can be queued now.
        foreach (var mutation in new[] { "enablePullRequestAutoMerge", "enqueuePullRequest" })
        {
            var query = $"mutation($id: ID!, $head: GitObjectID!) {{ done: {mutation}(input: {{pullRequestId: $id, expectedHeadOid: $head}}) {{ clientMutationId }} }}";
            try
            {
                await _connection.QueryAsync<MutationAnswer>(repository.Owner, query, new JsonObject { ["id"] = pull.NodeId, ["head"] = head }, cancellationToken);
                return "it waits in the merge queue of its base";
            }
            catch (RepositoryHostException e) when (e.Failure is RepositoryHostFailure.Malformed or RepositoryHostFailure.NotFound)
            {
                refused = e.Message;
            }
        }

        return $"its base has a merge queue, which does not take it: {refused}";
    }

    private async Task ReportRunAsync(RepositoryName repository, string commit, Verdict verdict, GitHubAccess us, CancellationToken cancellationToken)
    {
        var found = await _connection.GetAsync<CheckRunsAnswer>(repository, $"commits/{commit}/check-runs?check_name={CheckName}&filter=latest&per_page={GitHubConnection.PageSize}", cancellationToken);
        var (status, conclusion) = verdict.State switch
        {
            CheckState.Pending => ("in_progress", null),
            CheckState.Passed => ("completed", "success"),
            _ => ("completed", "failure"),
        };
        var (title, summary) = (Bounded(verdict.Title, LongestTitle), Bounded(verdict.Summary, LongestSummary));
        var ours = (found.CheckRuns ?? []).Where(r => r.Name == CheckName && IsOurs(r, us.Login)).MaxBy(r => r.Id);
        if (ours is not null && ours.Status == status && ours.Conclusion == conclusion && ours.Output?.Title == title && ours.Output?.Summary == summary)
        {
            return;
        }

        var body = new JsonObject { ["name"] = CheckName, ["status"] = status, ["output"] = new JsonObject { ["title"] = title, ["summary"] = summary } };
        if (conclusion is not null)
        {
            body["conclusion"] = conclusion;
        }

        if (ours is null || (ours.Status == "completed" && conclusion is null))
        {
            // What was finished does not begin again: a new run takes its place.
            body["head_sha"] = commit;
            await _connection.CallAsync(repository, c => c.Connection.Post<CheckRunAnswer>(GitHubConnection.Below(repository, "check-runs"), body.ToJsonString(), accepts: null, contentType: null, cancellationToken: cancellationToken), cancellationToken);
        }
        else
        {
            await _connection.CallAsync(repository, c => c.Connection.Patch<CheckRunAnswer>(GitHubConnection.Below(repository, $"check-runs/{ours.Id}"), body.ToJsonString()), cancellationToken);
        }
    }

    private async Task ReportStatusAsync(RepositoryName repository, string commit, Verdict verdict, CancellationToken cancellationToken)
    {
        var state = verdict.State switch { CheckState.Pending => "pending", CheckState.Passed => "success", _ => "failure" };
        var description = Bounded(verdict.Title, LongestDescription);
        var found = await _connection.GetAsync<StatusesAnswer>(repository, $"commits/{commit}/status?per_page={GitHubConnection.PageSize}", cancellationToken);
        if (found.Statuses?.FirstOrDefault(s => s.Context == CheckName) is { } now && now.State == state && now.Description == description)
        {
            return;
        }

        var body = new JsonObject { ["state"] = state, ["context"] = CheckName, ["description"] = description };
        await _connection.CallAsync(repository, c => c.Connection.Post<StatusAnswer>(GitHubConnection.Below(repository, $"statuses/{commit}"), body.ToJsonString(), accepts: null, contentType: null, cancellationToken: cancellationToken), cancellationToken);
    }

    private Task<PullAnswer> PullAsync(RepositoryName repository, int number, CancellationToken cancellationToken) =>
        _connection.GetAsync<PullAnswer>(repository, $"pulls/{number}", cancellationToken);

    /// <summary>Of runs with one name, those that count: of each workflow's run the newest, without what was cancelled for a newer one.</summary>
    private static IEnumerable<CheckRunAnswer> NewestOfEach(IReadOnlyList<CheckRunAnswer> runs)
    {
        var newest = runs.Max(r => r.Id);
        return runs
            .GroupBy(r => r.CheckSuite?.Id ?? 0)
            .Select(suite => suite.MaxBy(r => r.Id)!)
            .Where(r => r.Id == newest || r.Conclusion is not ("cancelled" or "stale"));
    }

    private static CheckState StateOf(CheckRunAnswer run) => run switch
    {
        { Status: not "completed" } => CheckState.Pending,
        { Conclusion: "success" or "neutral" or "skipped" } => CheckState.Passed,
        _ => CheckState.Failed,
    };

    private static bool IsOurs(CheckRunAnswer run, string? us) => us is not null && IsSame($"{run.App?.Slug}[bot]", us);

    private static bool IsOurs(CommentAnswer comment, GitHubAccess us) =>
        (us.Login is null || IsSame(comment.User?.Login, us.Login))
        && (us.IsBot || comment.Body?.TrimEnd().EndsWith(Mark, StringComparison.Ordinal) == true);

    private static bool IsSame(string? login, string? other) => login is not null && string.Equals(login, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>The beginning of a text that is too long, without half a character at its end.</summary>
    private static string Bounded(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var length = most - 1;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
    }
}
