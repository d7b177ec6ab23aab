using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Basewatch.World.GitHub;

/// <summary>Dispatches, and the runs that they start.</summary>
internal static partial class WorkflowEndpoints
{
    private const string Root = "/repos/{owner}/{repo}";

    private const string Folder = ".github/workflows/";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("POST", $"{Root}/dispatches", DispatchEvent),
        new("POST", $"{Root}/actions/workflows/{{workflow_id}}/dispatches", DispatchWorkflow),
        new("GET", $"{Root}/actions/workflows/{{workflow_id}}/runs", c => Runs(c, r => r.Workflow == c["workflow_id"])),
        new("GET", $"{Root}/actions/runs", c => Runs(c, _ => true)),
        new("GET", $"{Root}/actions/runs/{{run_id}}", c => Reply.Ok(c.Server.Shapes.WorkflowRunOf(c.RepositoryFor("actions").Runs.Find(r => r.Id == c.Number("run_id")) ?? throw Refusal.NotFound()))),
    ];

    private static Reply DispatchEvent(Call call)
    {
        var repository = call.RepositoryFor("contents", write: true);
        call.Server.Dispatched.Enqueue((repository.FullName, call.Body.ToJsonString()));
        var kind = call.RequiredText("Dispatch", "event_type");
        foreach (var (name, text) in Workflows(repository, repository.DefaultBranch).Where(w => w.Text.Contains("repository_dispatch", StringComparison.Ordinal)))
        {
            Start(call, repository, name, text, "repository_dispatch", repository.DefaultBranch, kind, call.Body["client_payload"] as JsonObject);
        }

        return Reply.NoContent();
    }

    private static Reply DispatchWorkflow(Call call)
    {
        var repository = call.RepositoryFor("actions", write: true);
        var branch = call.RequiredText("Workflow", "ref");
        call.Server.Dispatched.Enqueue((repository.FullName, call.Body.ToJsonString()));
        var name = call["workflow_id"];
        if (repository.File(Folder + name, repository.DefaultBranch) is null)
        {
            throw Refusal.NotFound();
        }

        var text = repository.File(Folder + name, branch) ?? throw new Refusal(422, $"No ref found for: {branch}");
        if (!text.Contains("workflow_dispatch", StringComparison.Ordinal))
        {
            throw new Refusal(422, "Workflow does not have 'workflow_dispatch' trigger");
        }

        var inputs = call.Body["inputs"] as JsonObject;
        if (inputs?.FirstOrDefault(i => !text.Contains(i.Key + ":", StringComparison.Ordinal)).Key is { } unknown)
        {
            throw new Refusal(422, $"Unexpected inputs provided: [\"{unknown}\"]");
        }

        Start(call, repository, name, text, "workflow_dispatch", branch, name, inputs);
        return Reply.NoContent();
    }

    private static void Start(Call call, HostedRepository repository, string name, string text, string kind, string branch, string title, JsonObject? inputs)
    {
        var given = (inputs ?? []).ToDictionary(i => i.Key, i => i.Value?.ToString() ?? "", StringComparer.Ordinal);
        var named = RunName.Match(text) is { Success: true } match
            ? Input.Replace(match.Groups["name"].Value.Trim(), m => given.GetValueOrDefault(m.Groups["input"].Value, ""))
            : title;
        repository.Runs.Add(new WorkflowRun(repository, call.Server.NextId(), repository.Runs.Count + 1, name, kind, named, branch, repository.Resolve(branch)!, call.Actor.Account) { Inputs = given });
    }

    private static List<(string Name, string Text)> Workflows(HostedRepository repository, string branch) =>
        repository.FindTip(branch) is not { } tip ? []
        : [.. repository.Git.Files(repository.Git.GetCommit(tip).Tree).Where(f => f.Name.StartsWith(Folder, StringComparison.Ordinal)).Select(f => (f.Name[Folder.Length..], repository.File(f.Name, branch)!))];

    private static Reply Runs(Call call, Func<WorkflowRun, bool> which)
    {
        var repository = call.RepositoryFor("actions");
        var created = call.Query("created") is { } said && said.StartsWith(">=", StringComparison.Ordinal) ? DateTimeOffset.Parse(said[2..], CultureInfo.InvariantCulture) : DateTimeOffset.MinValue;
        var runs = repository.Runs
            .Where(r => which(r) && r.CreatedAt >= created && (call.Query("event") is not { } kind || r.Kind == kind) && (call.Query("head_sha") is not { } sha || r.Sha == sha))
            .OrderByDescending(r => r.Id).ToList();
        return call.Page(runs, call.Server.Shapes.WorkflowRunOf, page => new JsonObject { ["total_count"] = runs.Count, ["workflow_runs"] = page });
    }

    [GeneratedRegex("^run-name:(?<name>.*)$", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex RunName { get; }

    [GeneratedRegex(@"\$\{\{ *(?:inputs|github\.event\.client_payload)\.(?<input>[a-z_]+) *\}\}", RegexOptions.NonBacktracking)]
    private static partial Regex Input { get; }
}
