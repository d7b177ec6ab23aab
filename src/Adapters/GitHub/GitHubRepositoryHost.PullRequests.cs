using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Microsoft.Extensions.Logging;
using Octokit;
using PullRequest = Basewatch.Core.Ports.PullRequest;

namespace Basewatch.Adapters.GitHub;

/// <content>Pull requests.</content>
public sealed partial class GitHubRepositoryHost
{
    private const int MostPullRequestPages = 20;
    private const int MostMilestonePages = 5;

    /// <summary>Labels, and people: GitHub takes 100 labels, 10 assignees and 15 reviewers.</summary>
    private const int MostNames = 15;

    /// <inheritdoc/>
    public Task<IReadOnlyList<PullRequest>> ListOpenPullRequestsAsync(RepositoryName repository, string branchPrefix, CancellationToken cancellationToken) =>
        ListPullRequestsAsync(
            repository,
            new PullRequestRequest { State = ItemStateFilter.Open, SortProperty = PullRequestSort.Created, SortDirection = SortDirection.Descending },
            branch => branch.StartsWith(branchPrefix, StringComparison.Ordinal),
            cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PullRequest>> FindPullRequestsAsync(RepositoryName repository, string branch, CancellationToken cancellationToken) =>
        ListPullRequestsAsync(
            repository,
            new PullRequestRequest { Head = $"{repository.Owner}:{branch}", State = ItemStateFilter.All, SortProperty = PullRequestSort.Created, SortDirection = SortDirection.Descending },
            // Some servers leave the filter out.
            head => head == branch,
            cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Where a plan has no drafts, it is opened as one that is ready.</remarks>
    public async Task<PullRequest> OpenPullRequestAsync(RepositoryName repository, PullRequestDraft draft, CancellationToken cancellationToken)
    {
        var refused = new List<string>();
        var isNew = true;
        PullRequest opened;
        try
        {
            opened = await CallAsync(repository, CreateAsync, cancellationToken);
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Unreachable)
        {
            // It may be open, and only the answer was lost. Its body, which nobody else writes, tells.
            if ((await FindPullRequestsAsync(repository, draft.Branch, cancellationToken)).FirstOrDefault(p => p.State == PullRequestState.Open && p.Body == draft.Body) is not { } found)
            {
                throw;
            }

            opened = found;
        }

        if (isNew)
        {
            await AddressAsync(repository, opened.Number, draft, refused, cancellationToken);
        }

        return opened;

        async Task<PullRequest> CreateAsync(IGitHubClient client)
        {
            try
            {
                try
                {
                    return Info(await client.PullRequest.Create(repository.Owner, repository.Name, NewPull(draft.IsDraft)));
                }
                catch (ApiException e) when (draft.IsDraft && e.Says("draft pull requests are not supported"))
                {
                    refused.Add("draft: this repository has no drafts");
                    return Info(await client.PullRequest.Create(repository.Owner, repository.Name, NewPull(isDraft: false)));
                }
            }
            catch (ApiException e) when (e.Says("pull request already exists"))
            {
                // Another run was first.
                isNew = false;
                return (await FindPullRequestsAsync(repository, draft.Branch, cancellationToken)).FirstOrDefault(p => p.State == PullRequestState.Open)
                    ?? throw Malformed($"{_connection.Host} says that {repository} has a pull request for {draft.Branch}, and does not show it");
            }
        }

        NewPullRequest NewPull(bool isDraft) => new(draft.Title, draft.Branch, draft.Base) { Body = draft.Body, Draft = isDraft ? true : null };
    }

    /// <inheritdoc/>
    public async Task UpdatePullRequestAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken) =>
        await CallAsync(repository, c => c.PullRequest.Update(repository.Owner, repository.Name, number, new PullRequestUpdate { Title = title, Body = body }), cancellationToken);

    /// <inheritdoc/>
    public async Task ClosePullRequestAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken)
    {
        await CallAsync(repository, c => c.Issue.Comment.Create(repository.Owner, repository.Name, number, reason), cancellationToken);
        await CallAsync(repository, c => c.PullRequest.Update(repository.Owner, repository.Name, number, new PullRequestUpdate { State = ItemState.Closed }), cancellationToken);
    }

    /// <inheritdoc/>
    public Task AddressAsync(RepositoryName repository, int number, PullRequestDraft draft, CancellationToken cancellationToken) =>
        AddressAsync(repository, number, draft, [], cancellationToken);

    /// <summary>Labels, milestone, assignees and reviewers, as far as GitHub takes them; what it does not answer at all is tried again later.</summary>
    private async Task AddressAsync(RepositoryName repository, int number, PullRequestDraft draft, List<string> refused, CancellationToken cancellationToken)
    {
        await TryAsync("labels", draft.Labels, labels => CallAsync(repository, c => c.Issue.Labels.AddToIssue(repository.Owner, repository.Name, number, [.. labels]), cancellationToken));
        await TryAsync("milestone", draft.Milestone is { } milestone ? [milestone] : [], titles => SetMilestoneAsync(repository, number, titles[0], cancellationToken));
        await TryAsync("assignees", draft.Assignees, people => CallAsync(repository, c => c.Issue.Assignee.AddAssignees(repository.Owner, repository.Name, number, new AssigneesUpdate([.. people])), cancellationToken));
        await TryAsync("reviewers", draft.Reviewers, people => RequestAsync(people, []));
        await TryAsync("teams as reviewers", draft.TeamReviewers, teams => RequestAsync([], teams));
        if (refused.Count > 0)
        {
            LogRefused(repository, number, string.Join("; ", refused));
        }

        Task<PullRequest> RequestAsync(IReadOnlyList<string> people, IReadOnlyList<string> teams) =>
            CallAsync(repository, async c => Info(await c.PullRequest.ReviewRequest.Create(repository.Owner, repository.Name, number, new PullRequestReviewRequest(people, teams))), cancellationToken);

        async Task TryAsync<T>(string what, IReadOnlyList<string> names, Func<IReadOnlyList<string>, Task<T>> set)
        {
            List<string> wanted = [.. names.Take(MostNames)];
            if (wanted.Count == 0)
            {
                return;
            }

            try
            {
                await SetAsync(wanted);
            }
            catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.Malformed && wanted.Count > 1)
            {
                // One that GitHub does not take makes it refuse all of them.
                foreach (var name in wanted)
                {
                    try
                    {
                        await SetAsync([name]);
                    }
                    catch (RepositoryHostException single) when (single.Failure is not (RepositoryHostFailure.Unreachable or RepositoryHostFailure.RateLimited))
                    {
                        refused.Add($"{what}: {Excerpt.Of(name)}: {single.Message}");
                    }
                }
            }
            catch (RepositoryHostException e) when (e.Failure is not (RepositoryHostFailure.Unreachable or RepositoryHostFailure.RateLimited))
            {
                refused.Add($"{what}: {Excerpt.Of(string.Join(", ", wanted))}: {e.Message}");
            }

            async Task SetAsync(List<string> some)
            {
                try
                {
                    await set(some);
                }
                catch (RepositoryHostException e) when (e is { Failure: RepositoryHostFailure.Unreachable, RetryAfter: null })
                {
                    // No later run makes up for it, and it does no harm twice.
                    await set(some);
                }
            }
        }
    }

    private async Task<bool> SetMilestoneAsync(RepositoryName repository, int number, string title, CancellationToken cancellationToken)
    {
        var (open, _) = await _connection.PagesAsync<List<MilestoneAnswer>, MilestoneAnswer>(repository, "milestones?state=open", MostMilestonePages, page => page, cancellationToken);
        var found = open.FirstOrDefault(m => m.Title == title) ?? open.FirstOrDefault(m => string.Equals(m.Title, title, StringComparison.OrdinalIgnoreCase))
            ?? throw Malformed("no open milestone has this title");
        await CallAsync(repository, c => c.Issue.Update(repository.Owner, repository.Name, number, new IssueUpdate { Milestone = found.Number }), cancellationToken);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Repository}: #{Number} is open without all that it should have: {Refused}")]
    private partial void LogRefused(RepositoryName repository, int number, string refused);

    private async Task<IReadOnlyList<PullRequest>> ListPullRequestsAsync(RepositoryName repository, PullRequestRequest request, Func<string, bool> isOurs, CancellationToken cancellationToken)
    {
        var found = new List<PullRequest>();
        for (var page = 1; page <= MostPullRequestPages; page++)
        {
            var options = new ApiOptions { PageSize = PageSize, StartPage = page, PageCount = 1 };
            var pulls = await CallAsync(repository, c => c.PullRequest.GetAllForRepository(repository.Owner, repository.Name, request, options), cancellationToken);
            // A fork may have a branch of the same name; of a fork that is gone there is no repository.
            found.AddRange(pulls
                .Where(p => p.Head is { Ref: { } head, Repository: { } from } && from.Id == p.Base?.Repository?.Id && isOurs(head))
                .Select(Info));
            if (pulls.Count < PageSize)
            {
                return [.. found.DistinctBy(p => p.Number).OrderByDescending(p => p.Number)];
            }
        }

        throw Malformed($"{repository} has more than {MostPullRequestPages * PageSize:#,0} pull requests: that many are not looked through");
    }

    private static PullRequest Info(Octokit.PullRequest pull) => new(
        pull.Number,
        pull.Head.Ref,
        pull.Head.Sha,
        pull.MergedAt is not null ? PullRequestState.Merged : pull.State.StringValue == "open" ? PullRequestState.Open : PullRequestState.Closed,
        pull.Title ?? "",
        pull.Body ?? "",
        pull.HtmlUrl ?? "")
    {
        Base = pull.Base?.Ref,
        Labels = [.. (pull.Labels ?? []).Select(l => l.Name)],
        UpdatedAt = pull.UpdatedAt == default ? null : pull.UpdatedAt,
    };
}
