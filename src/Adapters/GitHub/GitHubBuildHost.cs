using System.Globalization;
using System.Text.Json.Nodes;
using Basewatch.Core.Images;
using Basewatch.Core.Ports;
using Basewatch.Core.Rebuilds;

namespace Basewatch.Adapters.GitHub;

/// <summary>Workflows of GitHub's: <see href="https://docs.github.com/en/rest/actions/workflows"/>. Safe to share.</summary>
public sealed class GitHubBuildHost : IBuildHost
{
    private const int MostPages = 3;

    /// <summary>Clocks differ, and GitHub's has whole seconds.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(10);

    private readonly GitHubConnection _connection;

    internal GitHubBuildHost(GitHubConnection connection) => _connection = connection;

    /// <inheritdoc/>
    /// <remarks>GitHub says nothing of the run that it starts: it is looked for.</remarks>
    public Task<BuildRun> StartAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TranslateAsync(async () =>
        {
            var inputs = new JsonObject([.. request.Inputs.Select(i => KeyValuePair.Create(i.Key, (JsonNode?)i.Value))]);
            if (request.Method.Kind == RebuildKind.Workflow)
            {
                var branch = request.Method.Ref ?? (await _connection.CallAsync(request.Repository, c => c.Repository.Get(request.Repository.Owner, request.Repository.Name), cancellationToken)).DefaultBranch;
                await PostAsync(request.Repository, $"actions/workflows/{Uri.EscapeDataString(request.Method.Name)}/dispatches", new JsonObject { ["ref"] = branch, ["inputs"] = inputs }, cancellationToken);
            }
            else
            {
                var payload = request.Inputs.Count > 0 ? inputs : new JsonObject { ["id"] = request.Id, ["image"] = request.Image, ["reason"] = request.Reason };
                await PostAsync(request.Repository, "dispatches", new JsonObject { ["event_type"] = request.Method.Name, ["client_payload"] = payload }, cancellationToken);
            }

            return new BuildRun(null, null, BuildState.Running);
        });
    }

    /// <inheritdoc/>
    /// <remarks>By the request's id in the run's name, where the workflow has <c>run-name</c> with it; else by who started it, and when.</remarks>
    public Task<BuildRun?> FindAsync(BuildRequest request, DateTimeOffset since, IReadOnlySet<string> others, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(others);
        return TranslateAsync(async () =>
        {
            var (path, kind) = request.Method.Kind == RebuildKind.Workflow
                ? ($"actions/workflows/{Uri.EscapeDataString(request.Method.Name)}/runs", "workflow_dispatch")
                : ("actions/runs", "repository_dispatch");
            var from = (since - Skew).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var (runs, _) = await _connection.PagesAsync<WorkflowRunsAnswer, WorkflowRunAnswer>(request.Repository, $"{path}?event={kind}&created={Uri.EscapeDataString(">=" + from)}", MostPages, p => p.WorkflowRuns, cancellationToken);
            var possible = runs.Where(r => r.CreatedAt >= since - Skew && !others.Contains(RunOf(r))).ToList();
            var taken = others.Where(o => o.Length == request.Id.Length).ToList();
            if (possible.Find(r => r.DisplayTitle?.Contains(request.Id, StringComparison.Ordinal) == true) is { } named)
            {
                return Info(named);
            }

            var us = (await _connection.AccessAsync(request.Repository, cancellationToken)).Login;
            return possible.Where(r => !taken.Exists(o => r.DisplayTitle?.Contains(o, StringComparison.Ordinal) == true) && (us is null || r.Actor?.Login is null || string.Equals(r.Actor.Login, us, StringComparison.OrdinalIgnoreCase)))
                .MinBy(r => (r.CreatedAt, r.Id)) is { } near ? Info(near) : null;
        });
    }

    /// <inheritdoc/>
    public Task<BuildRun> GetAsync(BuildRequest request, string run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(run);
        return TranslateAsync(async () =>
        {
            if (request.Method.Kind == RebuildKind.Commit)
            {
                return await OfCommitAsync(request, run, cancellationToken);
            }

            try
            {
                return Info(await _connection.GetAsync<WorkflowRunAnswer>(request.Repository, $"actions/runs/{run}", cancellationToken));
            }
            catch (RepositoryHostException e) when (e.Failure == RepositoryHostFailure.NotFound)
            {
                return new BuildRun(run, null, BuildState.Failed, "its run was deleted");
            }
        });
    }

    /// <summary>What pushes start. Which of the runs builds the image nobody says: they are waited for until all have ended, and where any did so well the image tells the rest.</summary>
    private async Task<BuildRun> OfCommitAsync(BuildRequest request, string commit, CancellationToken cancellationToken)
    {
        var (runs, _) = await _connection.PagesAsync<WorkflowRunsAnswer, WorkflowRunAnswer>(request.Repository, $"actions/runs?head_sha={commit}", MostPages, p => p.WorkflowRuns, cancellationToken);
        var all = runs.Select(Info).ToList();
        var failed = all.Find(r => r.State == BuildState.Failed);
        var state = all.Count == 0 || all.Exists(r => r.State == BuildState.Running) ? BuildState.Running
            : all.Exists(r => r.State == BuildState.Succeeded) ? BuildState.Succeeded
            : BuildState.Failed;

        // The page is that of what people would look at.
        return new BuildRun(commit, (failed ?? all.FirstOrDefault())?.Url, state, failed?.Problem);
    }

    private async Task PostAsync(RepositoryName repository, string path, JsonObject body, CancellationToken cancellationToken) =>
        await _connection.CallAsync(
            repository,
            async c =>
            {
                await c.Connection.Post<WorkflowRunAnswer>(GitHubConnection.Below(repository, path), body.ToJsonString(), accepts: null, contentType: null, cancellationToken: cancellationToken);
                return body;
            },
            cancellationToken);

    private static string RunOf(WorkflowRunAnswer run) => run.Id.ToString(CultureInfo.InvariantCulture);

    private static BuildRun Info(WorkflowRunAnswer run) => new(
        RunOf(run),
        run.HtmlUrl,
        run.Status != "completed" ? BuildState.Running : run.Conclusion is "success" or "neutral" or "skipped" ? BuildState.Succeeded : BuildState.Failed,
        run.Status == "completed" ? $"its run ended with '{Excerpt.Of(run.Conclusion ?? "nothing")}'" : null);

    private async Task<T> TranslateAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (RepositoryHostException e)
        {
            // Whatever else asks for patience may have been done all the same.
            throw new BuildHostException(_connection.Host, e.Message, e.Failure == RepositoryHostFailure.RateLimited ? e.RetryAfter : null, e)
            {
                IsRefusal = e.Failure is RepositoryHostFailure.Denied or RepositoryHostFailure.NotFound or RepositoryHostFailure.Malformed,
            };
        }
    }
}
