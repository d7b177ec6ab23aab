using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>
/// The few mutations that REST doesn't have, each alone in its document: <c>enablePullRequestAutoMerge</c>, <c>disablePullRequestAutoMerge</c>,
/// <c>convertPullRequestToDraft</c>, <c>markPullRequestReadyForReview</c>. The input is read from the variables, whatever
/// they are called; the answer holds the whole pull request, whatever was selected. And <c>viewer { login }</c>, which tells
/// an App's token who it is. No other document is understood.
/// </summary>
internal static class GraphQLEndpoint
{
    private static readonly string[] Mutations =
        ["enablePullRequestAutoMerge", "disablePullRequestAutoMerge", "convertPullRequestToDraft", "markPullRequestReadyForReview"];

    public static IEnumerable<Route> Routes { get; } = [new("POST", "/graphql", Answer, IsDescribed: false)];

    private static Reply Answer(Call call)
    {
        var document = call.Text("query") ?? throw new Refusal(400, "A query attribute must be specified and must be a string.");
        if (document.Contains("viewer", StringComparison.Ordinal))
        {
            return Reply.Ok(new JsonObject { ["data"] = new JsonObject { ["viewer"] = new JsonObject { ["login"] = call.Actor.Account.Login } } });
        }

        var name = Array.Find(Mutations, m => document.Contains(m, StringComparison.Ordinal));
        if (name is null || !document.TrimStart().StartsWith("mutation", StringComparison.Ordinal))
        {
            return Problem("UNSUPPORTED", "This server understands a few mutations alone.", null);
        }

        var variables = Leaves(call.Body["variables"]).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        var id = variables.Values.FirstOrDefault(v => v.StartsWith("PR_", StringComparison.Ordinal));
        var pull = call.Server.Repositories.Where(r => r.MaySee(call.Actor)).SelectMany(r => r.Pulls).FirstOrDefault(p => Representations.Node("PR", p.Id) == id);
        if (pull is null)
        {
            return Problem("NOT_FOUND", $"Could not resolve to a node with the global id of '{id}'", name);
        }

        if (!pull.Repository.May(call.Actor, "pull_requests", write: true) || (name is "enablePullRequestAutoMerge" && !pull.Repository.May(call.Actor, "contents", write: true)))
        {
            return Problem("FORBIDDEN", "Resource not accessible by integration", name);
        }

        switch (name)
        {
            case "enablePullRequestAutoMerge":
                if (!pull.Repository.AllowsAutoMerge)
                {
                    return Problem("UNPROCESSABLE", "Pull request Auto merge is not allowed for this repository", name);
                }

                if (!pull.IsOpen || pull.IsDraft)
                {
                    return Problem("UNPROCESSABLE", pull.IsDraft ? "Pull request is in draft state" : "Can't enable auto-merge for this pull request", name);
                }

                if (pull.Repository.Judge(pull).State is var state && state is "clean" or "unstable" or "dirty")
                {
                    return Problem("UNPROCESSABLE", $"Pull request is in {state} status", name);
                }

                var method = variables.GetValueOrDefault("mergeMethod", "MERGE").ToLowerInvariant();
                if (!(method switch { "merge" => pull.Repository.AllowsMergeCommits, "squash" => pull.Repository.AllowsSquash, _ => pull.Repository.AllowsRebase }))
                {
                    return Problem("UNPROCESSABLE", $"Merge method {method} merging is not allowed on this repository", name);
                }

                pull.AutoMerge = new AutoMerge(call.Actor, method, variables.GetValueOrDefault("commitHeadline"), variables.GetValueOrDefault("commitBody"));
                call.Server.Webhooks.PullRequest(pull, call.Actor, "auto_merge_enabled");
                break;
            case "disablePullRequestAutoMerge":
                pull.AutoMerge = null;
                call.Server.Webhooks.PullRequest(pull, call.Actor, "auto_merge_disabled");
                break;
            default:
                pull.IsDraft = name is "convertPullRequestToDraft";
                call.Server.Webhooks.PullRequest(pull, call.Actor, pull.IsDraft ? "converted_to_draft" : "ready_for_review");
                pull.Repository.Settle();
                break;
        }

        return Reply.Ok(new JsonObject
        {
            ["data"] = new JsonObject
            {
                [name] = new JsonObject
                {
                    ["clientMutationId"] = variables.GetValueOrDefault("clientMutationId"),
                    ["pullRequest"] = new JsonObject
                    {
                        ["id"] = id,
                        ["number"] = pull.Number,
                        ["isDraft"] = pull.IsDraft,
                        ["state"] = pull.MergedAt is not null ? "MERGED" : pull.IsOpen ? "OPEN" : "CLOSED",
                        ["autoMergeRequest"] = pull.AutoMerge is { } auto
                            ? new JsonObject { ["mergeMethod"] = auto.Method.ToUpperInvariant(), ["enabledBy"] = new JsonObject { ["login"] = auto.By.Account.Login } }
                            : null,
                    },
                },
            },
        });
    }

    // GraphQL says what is wrong with 200.
    private static Reply Problem(string type, string message, string? path) => Reply.Ok(new JsonObject
    {
        ["data"] = path is null ? null : new JsonObject { [path] = null },
        ["errors"] = new JsonArray(new JsonObject { ["type"] = type, ["path"] = path is null ? [] : new JsonArray(path), ["message"] = message }),
    });

    private static IEnumerable<(string Name, string Value)> Leaves(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(p => p.Value is JsonValue value ? [(p.Key, value.ToString())] : Leaves(p.Value)),
        _ => [],
    };
}
