using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Basewatch.World.GitHub;

/// <summary>
/// The few things that REST doesn't have, each alone in its document: who a token is (<c>viewer</c>), and the mutations in
/// <see cref="Mutations"/>. Arguments are read from the variables, whatever they are called, and literals of enumerations from the
/// document; the answer has what was selected. No other document is understood.
/// </summary>
internal static partial class GraphQLEndpoint
{
    private static readonly string[] Mutations =
        ["enablePullRequestAutoMerge", "disablePullRequestAutoMerge", "convertPullRequestToDraft", "markPullRequestReadyForReview", "enqueuePullRequest"];

    public static IEnumerable<Route> Routes { get; } = [new("POST", "/graphql", Answer)];

    private static Reply Answer(Call call)
    {
        var document = call.Text("query") ?? throw new Refusal(400, "A query attribute must be specified and must be a string.");
        if (GraphQLSelection.Parse(document) is not [var root] || root.Name is not "viewer" && !Mutations.Contains(root.Name))
        {
            return Problem("UNSUPPORTED", "This server understands a viewer and a few mutations alone.", null);
        }

        if (root.Name is "viewer")
        {
            var account = call.Actor.Account;
            return Data(root, new JsonObject { ["login"] = account.Login, ["id"] = Representations.Node("U", account.Id), ["databaseId"] = account.Id });
        }

        var variables = Leaves(call.Body["variables"]).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        var id = variables.Values.FirstOrDefault(v => v.StartsWith("PR_", StringComparison.Ordinal));
        var pull = call.Server.Repositories.Where(r => r.MaySee(call.Actor)).SelectMany(r => r.Pulls).FirstOrDefault(p => Representations.Node("PR", p.Id) == id);
        if (pull is null)
        {
            return Problem("NOT_FOUND", $"Could not resolve to a node with the global id of '{id}'", root.Key);
        }

        var writesContents = root.Name is "enablePullRequestAutoMerge" or "enqueuePullRequest";
        if (!pull.Repository.May(call.Actor, "pull_requests", write: true) || (writesContents && !pull.Repository.May(call.Actor, "contents", write: true)))
        {
            return Problem("FORBIDDEN", "Resource not accessible by integration", root.Key);
        }

        if (Do(call, root.Name, pull, variables, document) is { } refusal)
        {
            return Problem("UNPROCESSABLE", refusal, root.Key);
        }

        return Data(root, new JsonObject
        {
            ["clientMutationId"] = variables.GetValueOrDefault("clientMutationId"),
            ["pullRequest"] = Show(pull),
            ["mergeQueueEntry"] = new JsonObject { ["id"] = Representations.Node("MQE", pull.Id), ["position"] = 1, ["pullRequest"] = Show(pull) },
        });
    }

    /// <returns>Why not; null when it is done.</returns>
    private static string? Do(Call call, string name, PullRequest pull, Dictionary<string, string> variables, string document)
    {
        var repository = pull.Repository;
        var state = repository.Judge(pull).State;
        var isQueued = repository.ProtectionOf(pull.BaseBranch) is { HasMergeQueue: true };
        if (variables.Values.FirstOrDefault(v => v.Length == 40 && v.All(char.IsAsciiHexDigitLower)) is { } expected && expected != pull.HeadSha)
        {
            return "Head sha didn't match the expected head sha";
        }

        switch (name)
        {
            case "enablePullRequestAutoMerge":
                if (!repository.AllowsAutoMerge)
                {
                    return "Pull request Auto merge is not allowed for this repository";
                }

                if (!pull.IsOpen || pull.IsDraft)
                {
                    return pull.IsDraft ? "Pull request is in draft state" : "Can't enable auto-merge for this pull request";
                }

                if (state is "clean" or "unstable" or "dirty")
                {
                    return $"Pull request is in {state} status";
                }

                var method = (variables.Values.FirstOrDefault(v => v is "MERGE" or "SQUASH" or "REBASE") ?? (Literal.Match(document) is { Success: true } literal ? literal.Groups["method"].Value : "MERGE")).ToLowerInvariant();
                if (!isQueued && !(method switch { "merge" => repository.AllowsMergeCommits, "squash" => repository.AllowsSquash, _ => repository.AllowsRebase }))
                {
                    return $"Merge method {method} merging is not allowed on this repository";
                }

                pull.AutoMerge = new AutoMerge(call.Actor, method, variables.GetValueOrDefault("commitHeadline"), variables.GetValueOrDefault("commitBody"), call.Server.Now);
                call.Server.Webhooks.PullRequest(pull, call.Actor, "auto_merge_enabled");
                return null;
            case "enqueuePullRequest":
                if (!isQueued || !pull.IsOpen || state is not ("clean" or "unstable"))
                {
                    return isQueued ? $"Pull request is in {state} status" : "The base branch has no merge queue";
                }

                // The queue is empty, and what it builds is green.
                repository.MergePullRequest(call.Actor, pull, "merge", byQueue: true);
                return null;
            case "disablePullRequestAutoMerge":
                pull.AutoMerge = null;
                call.Server.Webhooks.PullRequest(pull, call.Actor, "auto_merge_disabled");
                return null;
            default:
                repository.SetDraft(call.Actor, pull, name is "convertPullRequestToDraft");
                return null;
        }
    }

    private static JsonObject Show(PullRequest pull) => new()
    {
        ["id"] = Representations.Node("PR", pull.Id),
        ["databaseId"] = pull.Id,
        ["number"] = pull.Number,
        ["title"] = pull.Title,
        ["url"] = Representations.HtmlOf(pull),
        ["isDraft"] = pull.IsDraft,
        ["state"] = pull.MergedAt is not null ? "MERGED" : pull.IsOpen ? "OPEN" : "CLOSED",
        ["merged"] = pull.MergedAt is not null,
        ["headRefName"] = pull.HeadBranch,
        ["headRefOid"] = pull.HeadSha,
        ["baseRefName"] = pull.BaseBranch,
        ["autoMergeRequest"] = pull.AutoMerge is { } auto
            ? new JsonObject { ["mergeMethod"] = auto.Method.ToUpperInvariant(), ["enabledAt"] = Representations.Stamp(auto.At), ["enabledBy"] = new JsonObject { ["login"] = auto.By.Account.Login } }
            : null,
    };

    private static Reply Data(GraphQLSelection root, JsonObject whole) => Reply.Ok(new JsonObject { ["data"] = new JsonObject { [root.Key] = root.Select(whole) } });

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

    [GeneratedRegex("mergeMethod\\s*:\\s*(?<method>MERGE|SQUASH|REBASE)", RegexOptions.NonBacktracking)]
    private static partial Regex Literal { get; }
}

/// <summary>A field that a GraphQL document selects. Arguments and directives are passed over; fragments are not known.</summary>
/// <param name="Key">Its name in the answer.</param>
/// <param name="Name">Its name.</param>
/// <param name="Fields">What is selected of it.</param>
internal sealed partial record GraphQLSelection(string Key, string Name, IReadOnlyList<GraphQLSelection> Fields)
{
    /// <summary>What a document of one operation selects; empty where it can't be read.</summary>
    public static IReadOnlyList<GraphQLSelection> Parse(string document)
    {
        var tokens = new Queue<string>(Token.Matches(document).Select(m => m.Value));
        while (tokens.Count > 0 && tokens.Peek() != "{")
        {
            Skip(tokens);
        }

        return tokens.TryDequeue(out _) ? Read(tokens) : [];
    }

    /// <summary>The part of a thing that is selected; what it doesn't have is null.</summary>
    public JsonNode? Select(JsonNode? whole)
    {
        if (whole is not JsonObject thing || Fields.Count == 0)
        {
            return whole?.DeepClone();
        }

        var part = new JsonObject();
        foreach (var field in Fields)
        {
            part[field.Key] = field.Select(thing[field.Name]);
        }

        return part;
    }

    private static List<GraphQLSelection> Read(Queue<string> tokens)
    {
        var fields = new List<GraphQLSelection>();
        while (tokens.TryDequeue(out var key) && key != "}")
        {
            var name = key;
            if (tokens.TryPeek(out var next) && next == ":")
            {
                tokens.Dequeue();
                name = tokens.Dequeue();
            }

            if (tokens.TryPeek(out next) && next == "(")
            {
                Skip(tokens);
            }

            IReadOnlyList<GraphQLSelection> inner = [];
            if (tokens.TryPeek(out next) && next == "{")
            {
                tokens.Dequeue();
                inner = Read(tokens);
            }

            fields.Add(new GraphQLSelection(key, name, inner));
        }

        return fields;
    }

    // One token, or everything in brackets.
    private static void Skip(Queue<string> tokens)
    {
        var depth = 0;
        do
        {
            depth += tokens.Dequeue() switch { "(" => 1, ")" => -1, _ => 0 };
        }
        while (depth > 0 && tokens.Count > 0);
    }

    [GeneratedRegex("\"[^\"]*\"|[A-Za-z_$@!0-9]+|[{}():\\[\\],]", RegexOptions.NonBacktracking)]
    private static partial Regex Token { get; }
}
