using System.Globalization;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>Statuses, check runs and deployments.</summary>
internal static class CheckEndpoints
{
    private const string Root = "/repos/{owner}/{repo}";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("POST", $"{Root}/statuses/{{sha}}", CreateStatus),
        new("GET", $"{Root}/commits/{{ref}}/status", CombinedStatus),
        new("GET", $"{Root}/commits/{{ref}}/statuses", Statuses),
        new("GET", $"{Root}/commits/{{ref}}/check-runs", CheckRuns),
        new("POST", $"{Root}/check-runs", CreateCheckRun),
        new("GET", $"{Root}/check-runs/{{check_run_id}}", c => Reply.Ok(c.Server.Shapes.CheckRunOf(c.Repository, Run(c)))),
        new("PATCH", $"{Root}/check-runs/{{check_run_id}}", UpdateCheckRun),
        new("GET", $"{Root}/deployments", Deployments),
        new("POST", $"{Root}/deployments", CreateDeployment),
        new("GET", $"{Root}/deployments/{{deployment_id}}", c => Reply.Ok(c.Server.Shapes.DeploymentOf(c.Repository, Deployment(c)))),
        new("GET", $"{Root}/deployments/{{deployment_id}}/statuses", c => c.Page([.. Enumerable.Reverse(Deployment(c).Statuses)], s => c.Server.Shapes.DeploymentStatusOf(c.Repository, Deployment(c), s))),
        new("POST", $"{Root}/deployments/{{deployment_id}}/statuses", CreateDeploymentStatus),
    ];

    private static string Commit(Call call, HostedRepository repository, string parameter = "ref") =>
        repository.Resolve(call[parameter]) ?? throw new Refusal(422, $"No commit found for SHA: {call[parameter]}");

    private static Reply CreateStatus(Call call)
    {
        var repository = call.RepositoryFor("statuses", write: true);
        var commit = Commit(call, repository, "sha");
        var state = call.RequiredText("Status", "state");
        if (state is not ("error" or "failure" or "pending" or "success"))
        {
            throw Refusal.Field("Status", "state", "invalid");
        }

        if (call.Text("description") is { Length: > 140 })
        {
            throw Refusal.Custom("Status", "description is too long (maximum is 140 characters)");
        }

        var status = repository.AddStatus(call.Actor, commit, call.Text("context") ?? "default", state, call.Text("description"), call.Text("target_url"));
        return Reply.Created(call.Server.Shapes.StatusOf(repository, status));
    }

    private static Reply CombinedStatus(Call call)
    {
        var repository = call.RepositoryFor("statuses");
        var commit = Commit(call, repository);
        var latest = repository.LatestStatuses(commit);
        return call.Page(latest, s => call.Server.Shapes.ShortStatus(repository, s), page => new JsonObject
        {
            ["state"] = latest.Any(s => s.State is "failure" or "error") ? "failure" : latest.Count == 0 || latest.Any(s => s.State is "pending") ? "pending" : "success",
            ["sha"] = commit,
            ["total_count"] = latest.Count,
            ["statuses"] = page,
            ["repository"] = call.Server.Shapes.MinimalRepository(repository),
            ["commit_url"] = call.Server.Shapes.Url(repository, $"commits/{commit}"),
            ["url"] = call.Server.Shapes.Url(repository, $"commits/{commit}/status"),
        });
    }

    private static Reply Statuses(Call call)
    {
        var repository = call.RepositoryFor("statuses");
        var commit = Commit(call, repository);
        return call.Page([.. Enumerable.Reverse(repository.Statuses).Where(s => s.Sha == commit)], s => call.Server.Shapes.StatusOf(repository, s));
    }

    private static Reply CheckRuns(Call call)
    {
        var repository = call.RepositoryFor("checks");
        var commit = Commit(call, repository);
        IEnumerable<CheckRun> runs = call.Query("filter") is "all" ? repository.CheckRuns.Where(r => r.Sha == commit) : repository.LatestRuns(commit);
        if (call.Query("check_name") is { } name)
        {
            runs = runs.Where(r => r.Name == name);
        }

        if (call.Query("status") is { } status)
        {
            runs = runs.Where(r => r.Status == status);
        }

        if (call.Query("app_id") is { } app)
        {
            runs = runs.Where(r => (r.App == GitHubServer.AppSlug ? GitHubServer.AppId : GitHubServer.ActionsAppId).ToString(CultureInfo.InvariantCulture) == app);
        }

        var found = runs.Reverse().ToList();
        return call.Page(found, r => call.Server.Shapes.CheckRunOf(repository, r), page => new JsonObject { ["total_count"] = found.Count, ["check_runs"] = page });
    }

    private static HostedRepository ForApps(Call call)
    {
        if (call.Repository.MaySee(call.Actor) && !call.Actor.IsApp)
        {
            throw new Refusal(403, "You must authenticate via a GitHub App.");
        }

        return call.RepositoryFor("checks", write: true);
    }

    private static string AppOf(Call call) => call.Actor.Kind == ActorKind.Actions ? GitHubServer.ActionsApp : GitHubServer.AppSlug;

    private static CheckRun Run(Call call)
    {
        var id = call.Number("check_run_id");
        return call.RepositoryFor("checks").CheckRuns.Find(r => r.Id == id) ?? throw Refusal.NotFound();
    }

    private static Reply CreateCheckRun(Call call)
    {
        var repository = ForApps(call);
        var name = call.RequiredText("CheckRun", "name");
        var sha = call.RequiredText("CheckRun", "head_sha");
        if (repository.Git.FindCommit(sha) is null)
        {
            throw new Refusal(422, $"No commit found for SHA: {sha}");
        }

        ThrowIfWrong(call);
        var run = repository.StartCheck(sha, name, AppOf(call));
        Read(call, run);
        repository.Checked(call.Actor, run, run.Status == "completed" ? "completed" : "created");
        return Reply.Created(call.Server.Shapes.CheckRunOf(repository, run));
    }

    private static Reply UpdateCheckRun(Call call)
    {
        var repository = ForApps(call);
        var run = Run(call);
        if (run.App != AppOf(call))
        {
            throw new Refusal(403, "Invalid app_id `0` - check run can only be modified by the GitHub App that created it.");
        }

        ThrowIfWrong(call);
        Read(call, run);
        repository.Checked(call.Actor, run, run.Status == "completed" ? "completed" : "created");
        return Reply.Ok(call.Server.Shapes.CheckRunOf(repository, run));
    }

    private static void ThrowIfWrong(Call call)
    {
        if (call.Text("status") is { } status && status is not ("queued" or "in_progress" or "completed" or "waiting" or "requested" or "pending"))
        {
            throw Refusal.Field("CheckRun", "status", "invalid");
        }

        if (call.Text("status") is "completed" && call.Text("conclusion") is null)
        {
            throw Refusal.Field("CheckRun", "conclusion", "missing_field");
        }

        if (call.Body["output"] is JsonObject output)
        {
            if (output["title"] is null || output["summary"] is null)
            {
                throw new Refusal(422, "Invalid request.\n\n\"summary\" and \"title\" weren't supplied.");
            }

            if (((string)output["summary"]!).Length > 65_535)
            {
                throw Refusal.Custom("CheckRun", "Summary exceeds a maximum bytesize of 65535");
            }
        }
    }

    private static void Read(Call call, CheckRun run)
    {
        run.Name = call.Text("name") ?? run.Name;
        run.ExternalId = call.Text("external_id") ?? run.ExternalId;
        run.DetailsUrl = call.Text("details_url") ?? run.DetailsUrl;
        if (call.Body["output"] is JsonObject output)
        {
            (run.Title, run.Summary, run.Text) = ((string?)output["title"], (string?)output["summary"], (string?)output["text"]);
        }

        run.Conclusion = call.Text("conclusion") ?? run.Conclusion;
        // A conclusion ends it, whatever status is said.
        run.Status = call.Text("conclusion") is not null ? "completed" : call.Text("status") ?? run.Status;
        if (run.Status == "completed")
        {
            run.CompletedAt ??= call.Server.Now;
        }
        else
        {
            (run.Conclusion, run.CompletedAt) = (null, null);
        }
    }

    private static Deployment Deployment(Call call)
    {
        var id = call.Number("deployment_id");
        return call.RepositoryFor("deployments").Deployments.Find(d => d.Id == id) ?? throw Refusal.NotFound();
    }

    private static Reply Deployments(Call call)
    {
        var repository = call.RepositoryFor("deployments");
        var found = repository.Deployments.Where(d =>
            (call.Query("sha") is not { } sha || d.Sha == sha)
            && (call.Query("ref") is not { } name || d.Ref == name)
            && (call.Query("task") is not { } task || d.Task == task)
            && (call.Query("environment") is not { } environment || d.Environment == environment));
        return call.Page([.. found.Reverse()], d => call.Server.Shapes.DeploymentOf(repository, d));
    }

    private static Reply CreateDeployment(Call call)
    {
        var repository = call.RepositoryFor("deployments", write: true);
        var name = call.RequiredText("Deployment", "ref");
        var sha = repository.Resolve(name) ?? throw new Refusal(422, $"No ref found for: {name}");
        var deployment = repository.AddDeployment(call.Actor, sha, name, call.Text("task") ?? "deploy", call.Text("environment") ?? "production", call.Text("description"));
        return Reply.Created(call.Server.Shapes.DeploymentOf(repository, deployment));
    }

    private static Reply CreateDeploymentStatus(Call call)
    {
        var repository = call.RepositoryFor("deployments", write: true);
        var deployment = Deployment(call);
        var state = call.RequiredText("DeploymentStatus", "state");
        if (state is not ("error" or "failure" or "inactive" or "in_progress" or "queued" or "pending" or "success"))
        {
            throw Refusal.Field("DeploymentStatus", "state", "invalid");
        }

        var status = repository.AddDeploymentStatus(call.Actor, deployment, state, call.Text("description") ?? "", call.Text("environment") ?? deployment.Environment, call.Text("log_url") ?? "");
        return Reply.Created(call.Server.Shapes.DeploymentStatusOf(repository, deployment, status));
    }
}
