using System.Net;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Octokit;
using Issue = Basewatch.Core.Ports.Issue;

namespace Basewatch.Adapters.GitHub;

/// <summary>Issues on GitHub: <see href="https://docs.github.com/en/rest/issues/issues"/>. Safe to share.</summary>
public sealed class GitHubIssueHost : IIssueHost
{
    private const int MostPages = 10;
    private const int LongestTitle = 256;

    private readonly GitHubConnection _connection;

    internal GitHubIssueHost(GitHubConnection connection) => _connection = connection;

    /// <inheritdoc/>
    /// <remarks>Of what others opened nothing counts: a marker can be copied. Issues that are switched off are none.</remarks>
    public async Task<IReadOnlyList<Issue>> ListOpenIssuesAsync(RepositoryName repository, string label, CancellationToken cancellationToken)
    {
        var us = (await _connection.AccessAsync(repository, cancellationToken)).Login;
        try
        {
            var (found, isWhole) = await _connection.PagesAsync<List<IssueAnswer>, IssueAnswer>(
                repository, $"issues?state=open&labels={Uri.EscapeDataString(label)}", MostPages, p => p, cancellationToken);
            return !isWhole
                ? throw _connection.Malformed($"{repository} has more than {MostPages * GitHubConnection.PageSize:#,0} open issues with the label {Excerpt.Of(label)}: that many are not looked through")
                : [.. found.Where(i => i.PullRequest is null && (us is null || string.Equals(i.User?.Login, us, StringComparison.OrdinalIgnoreCase))).Select(Info)];
        }
        catch (RepositoryHostException e) when (IsGone(e))
        {
            return [];
        }
    }

    /// <inheritdoc/>
    public async Task<Issue?> GetIssueAsync(RepositoryName repository, int number, CancellationToken cancellationToken)
    {
        try
        {
            return Info(await _connection.GetAsync<IssueAnswer>(repository, $"issues/{number}", cancellationToken));
        }
        catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Labels that are not there yet are made by GitHub itself, for whoever may write. Assignees who can't be are left out by it in silence, or else with a refusal, and then by us.</remarks>
    public async Task<Issue?> OpenIssueAsync(RepositoryName repository, IssueDraft draft, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(draft);
        try
        {
            return await _connection.CallAsync(
                repository,
                async client =>
                {
                    try
                    {
                        return Info(await client.Issue.Create(repository.Owner, repository.Name, NewIssue(draft.Assignees)));
                    }
                    catch (ApiException e) when (draft.Assignees.Count > 0 && (int)e.StatusCode == 422)
                    {
                        return Info(await client.Issue.Create(repository.Owner, repository.Name, NewIssue([])));
                    }
                },
                cancellationToken);
        }
        catch (RepositoryHostException e) when (IsGone(e))
        {
            // 410: issues are switched off.
            return null;
        }

        NewIssue NewIssue(IReadOnlyList<string> assignees)
        {
            var issue = new NewIssue(Bounded(draft.Title)) { Body = draft.Body };
            foreach (var label in draft.Labels)
            {
                issue.Labels.Add(label);
            }

            foreach (var login in assignees)
            {
                issue.Assignees.Add(login);
            }

            return issue;
        }
    }

    /// <inheritdoc/>
    public async Task UpdateIssueAsync(RepositoryName repository, int number, string title, string body, CancellationToken cancellationToken) =>
        await _connection.CallAsync(repository, c => c.Issue.Update(repository.Owner, repository.Name, number, new IssueUpdate { Title = Bounded(title), Body = body }), cancellationToken);

    /// <inheritdoc/>
    public async Task CloseIssueAsync(RepositoryName repository, int number, string reason, CancellationToken cancellationToken)
    {
        await _connection.CallAsync(repository, c => c.Issue.Comment.Create(repository.Owner, repository.Name, number, reason), cancellationToken);
        await _connection.CallAsync(repository, c => c.Issue.Update(repository.Owner, repository.Name, number, new IssueUpdate { State = ItemState.Closed, StateReason = ItemStateReason.Completed }), cancellationToken);
    }

    private static bool IsGone(RepositoryHostException e) => e.InnerException is ApiException { StatusCode: HttpStatusCode.Gone };

    private static string Bounded(string title) => title.Length <= LongestTitle ? title : string.Concat(title.AsSpan(0, LongestTitle - 1), "…");

    private static Issue Info(Octokit.Issue issue) => new(issue.Number, issue.State.StringValue == "open", issue.Title ?? "", issue.Body ?? "", issue.HtmlUrl ?? "");

    private static Issue Info(IssueAnswer issue) => new(issue.Number, issue.State == "open", issue.Title ?? "", issue.Body ?? "", issue.HtmlUrl ?? "");
}
