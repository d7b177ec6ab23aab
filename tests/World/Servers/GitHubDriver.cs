using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.Servers;

/// <summary>
/// Arranges the emulated GitHub, and looks at it, as an administrator. A repository is named <c>owner/name</c>; a file's
/// content is bytes, or null for a file to remove.
/// </summary>
/// <param name="client">Knows the address and the token.</param>
public sealed class GitHubDriver(HttpClient client)
{
    private const string Scratch = "world/pushed-at";

    /// <summary>Creates a repository whose <c>main</c> has one commit with these files, and returns its full name.</summary>
    /// <param name="repository"><c>owner/name</c>; the owner is <c>admin</c> or an organisation.</param>
    /// <param name="files">Path and text; none leaves the repository empty, without a branch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> CreateRepositoryAsync(string repository, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken)
    {
        var parts = repository.Split('/');
        await SendAsync(
            HttpMethod.Post, parts[0] is "admin" ? "user/repos" : $"orgs/{parts[0]}/repos", new JsonObject { ["name"] = parts[1] }, cancellationToken);
        if (files.Count > 0)
        {
            await PushAsync(repository, "main", Bytes(files), "Start", cancellationToken);
        }

        return repository;
    }

    /// <summary>Pushes one commit of text files to a branch; see the other overload.</summary>
    public Task<string> PushAsync(
        string repository, string branch, IReadOnlyDictionary<string, string> files, CancellationToken cancellationToken, string message = "Change") =>
        PushAsync(repository, branch, Bytes(files), message, cancellationToken);

    /// <summary>Pushes one commit to a branch, which is begun at <c>main</c> if it isn't there, and returns the commit's SHA.</summary>
    public async Task<string> PushAsync(
        string repository, string branch, IReadOnlyDictionary<string, byte[]?> files, string message, CancellationToken cancellationToken)
    {
        var branches = await BranchesAsync(repository, cancellationToken);
        var tip = branches.GetValueOrDefault(branch);
        var parent = tip ?? branches.GetValueOrDefault("main");

        var entries = new JsonArray();
        foreach (var (path, content) in files)
        {
            entries.Add(await TreeEntryAsync(repository, path, content, cancellationToken));
        }

        var commit = await CommitAsync(repository, parent is null ? null : await TreeOfAsync(repository, parent, cancellationToken), entries, message, parent is null ? [] : [parent], cancellationToken);
        await MoveBranchAsync(repository, branch, tip, commit, cancellationToken);
        await MovePushedAtAsync(repository, commit, cancellationToken);
        return commit;
    }

    /// <summary>The branches and the commits they are at.</summary>
    public async Task<IReadOnlyDictionary<string, string>> BranchesAsync(string repository, CancellationToken cancellationToken)
    {
        var branches = await ListAsync($"repos/{repository}/branches", cancellationToken);
        return branches.ToDictionary(b => (string)b["name"]!, b => (string)b["commit"]!["sha"]!, StringComparer.Ordinal);
    }

    /// <summary>A file's bytes at a branch, tag or commit, or null if it isn't there.</summary>
    public async Task<byte[]?> FileAsync(string repository, string path, string reference, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"repos/{repository}/contents/{Escape(path)}?ref={Uri.EscapeDataString(reference)}");
        request.Headers.Accept.ParseAdd("application/vnd.github.raw+json");
        using var answer = await client.SendAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await ExpectSuccessAsync(answer, cancellationToken);
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>A file's text (UTF-8, a byte order mark stays) at a branch, tag or commit, or null if it isn't there.</summary>
    public async Task<string?> TextAsync(string repository, string path, string reference, CancellationToken cancellationToken) =>
        await FileAsync(repository, path, reference, cancellationToken) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Subject lines and bodies of the commits that a branch leads to, newest first.</summary>
    public async Task<IReadOnlyList<string>> CommitMessagesAsync(string repository, string branch, CancellationToken cancellationToken)
    {
        var commits = await ListAsync($"repos/{repository}/commits?sha={Uri.EscapeDataString(branch)}", cancellationToken);
        return [.. commits.Select(c => (string)c["commit"]!["message"]!)];
    }

    /// <summary>All pull requests, open, closed and merged, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<EmulatedPullRequest>> PullRequestsAsync(string repository, CancellationToken cancellationToken)
    {
        var pulls = await ListAsync($"repos/{repository}/pulls?state=all", cancellationToken);
        return [.. pulls.Select(Pull).OrderBy(p => p.Number)];
    }

    /// <summary>The comments under a pull request, oldest first.</summary>
    public async Task<IReadOnlyList<string>> CommentsAsync(string repository, int number, CancellationToken cancellationToken)
    {
        var comments = await ListAsync($"repos/{repository}/issues/{number}/comments", cancellationToken);
        return [.. comments.Select(c => (string)c["body"]!)];
    }

    /// <summary>Closes a pull request without merging it, as a person would.</summary>
    public Task ClosePullRequestAsync(string repository, int number, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, $"repos/{repository}/pulls/{number}", new JsonObject { ["state"] = "closed" }, cancellationToken);

    /// <summary>
    /// Merges a pull request, as a person would. The emulator by itself merges the commits that the two branches were at
    /// when the request was opened; this then puts the base where a merge of today's branches belongs.
    /// Two changes of one file are not merged: the branch's wins.
    /// </summary>
    public async Task MergePullRequestAsync(string repository, int number, CancellationToken cancellationToken)
    {
        var pull = Pull((await SendAsync(HttpMethod.Get, $"repos/{repository}/pulls/{number}", body: null, cancellationToken))!);
        var branches = await BranchesAsync(repository, cancellationToken);
        var (head, target) = (branches[pull.Head], branches[pull.Base]);
        var compared = await SendAsync(HttpMethod.Get, $"repos/{repository}/compare/{target}...{head}", body: null, cancellationToken);
        await SendAsync(HttpMethod.Put, $"repos/{repository}/pulls/{number}/merge", new JsonObject(), cancellationToken);

        var entries = new JsonArray();
        foreach (var file in compared!["files"]!.AsArray())
        {
            var path = (string)file!["filename"]!;
            entries.Add(await TreeEntryAsync(repository, path, await FileAsync(repository, path, head, cancellationToken), cancellationToken));
        }

        var commit = await CommitAsync(
            repository, await TreeOfAsync(repository, target, cancellationToken), entries, $"Merge pull request #{number}", [target, head], cancellationToken);
        await MoveBranchAsync(repository, pull.Base, target, commit, cancellationToken);
        await MovePushedAtAsync(repository, commit, cancellationToken);
    }

    /// <summary>Deletes a branch.</summary>
    public Task DeleteBranchAsync(string repository, string branch, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"repos/{repository}/git/refs/heads/{Escape(branch)}", body: null, cancellationToken);

    /// <summary>Deletes the repository with all that is in it.</summary>
    public Task DeleteRepositoryAsync(string repository, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, $"repos/{repository}", body: null, cancellationToken);

    /// <summary>Changes settings of the repository, such as <c>private</c> and <c>archived</c>: GitHub's <c>PATCH /repos/{repository}</c>.</summary>
    public Task ChangeRepositoryAsync(string repository, JsonObject changes, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Patch, $"repos/{repository}", changes, cancellationToken);

    private static Dictionary<string, byte[]?> Bytes(IReadOnlyDictionary<string, string> files) =>
        files.ToDictionary(f => f.Key, f => (byte[]?)Encoding.UTF8.GetBytes(f.Value), StringComparer.Ordinal);

    private static string Escape(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static EmulatedPullRequest Pull(JsonNode pull) => new(
        (int)pull["number"]!,
        (string)pull["title"]!,
        (string?)pull["body"],
        (string)pull["state"]! is "open",
        (bool)pull["merged"]!,
        (string)pull["head"]!["ref"]!,
        (string)pull["base"]!["ref"]!,
        [.. pull["labels"]!.AsArray().Select(l => (string)l!["name"]!)]);

    private async Task<JsonObject> TreeEntryAsync(string repository, string path, byte[]? content, CancellationToken cancellationToken)
    {
        string? sha = null;
        if (content is not null)
        {
            var blob = await SendAsync(
                HttpMethod.Post, $"repos/{repository}/git/blobs", new JsonObject { ["content"] = Convert.ToBase64String(content), ["encoding"] = "base64" }, cancellationToken);
            sha = (string)blob!["sha"]!;
        }

        return new JsonObject { ["path"] = path, ["mode"] = "100644", ["type"] = "blob", ["sha"] = sha };
    }

    private async Task<string> TreeOfAsync(string repository, string commit, CancellationToken cancellationToken) =>
        (string)(await SendAsync(HttpMethod.Get, $"repos/{repository}/git/commits/{commit}", body: null, cancellationToken))!["tree"]!["sha"]!;

    private async Task<string> CommitAsync(
        string repository, string? baseTree, JsonArray entries, string message, string[] parents, CancellationToken cancellationToken)
    {
        var wanted = new JsonObject { ["tree"] = entries };
        if (baseTree is not null)
        {
            wanted["base_tree"] = baseTree;
        }

        var tree = await SendAsync(HttpMethod.Post, $"repos/{repository}/git/trees", wanted, cancellationToken);
        var commit = await SendAsync(HttpMethod.Post, $"repos/{repository}/git/commits", new JsonObject
        {
            ["message"] = message,
            ["tree"] = (string)tree!["sha"]!,
            ["parents"] = new JsonArray([.. parents.Select(p => JsonValue.Create(p))]),
        }, cancellationToken);
        return (string)commit!["sha"]!;
    }

    private Task<JsonNode?> MoveBranchAsync(string repository, string branch, string? tip, string commit, CancellationToken cancellationToken) => tip is null
        ? SendAsync(HttpMethod.Post, $"repos/{repository}/git/refs", new JsonObject { ["ref"] = "refs/heads/" + branch, ["sha"] = commit }, cancellationToken)
        : SendAsync(HttpMethod.Patch, $"repos/{repository}/git/refs/heads/{Escape(branch)}", new JsonObject { ["sha"] = commit, ["force"] = true }, cancellationToken);

    // The emulator moves pushed_at for commits of the Contents API alone, so one is made on a branch that goes at once.
    private async Task MovePushedAtAsync(string repository, string commit, CancellationToken cancellationToken)
    {
        await MoveBranchAsync(repository, Scratch, tip: null, commit, cancellationToken);
        await SendAsync(HttpMethod.Put, $"repos/{repository}/contents/{Guid.NewGuid():N}", new JsonObject
        {
            ["message"] = "Move pushed_at",
            ["content"] = "",
            ["branch"] = Scratch,
        }, cancellationToken);
        await DeleteBranchAsync(repository, Scratch, cancellationToken);
    }

    private async Task<IReadOnlyList<JsonNode>> ListAsync(string path, CancellationToken cancellationToken)
    {
        var items = new List<JsonNode>();
        for (var page = 1; ; page++)
        {
            var answer = await SendAsync(HttpMethod.Get, $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}per_page=100&page={page}", body: null, cancellationToken);
            var fresh = answer!.AsArray();
            items.AddRange(fresh.Select(i => i!));
            if (fresh.Count < 100)
            {
                return items;
            }
        }
    }

    private async Task<JsonNode?> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var answer = await client.SendAsync(request, cancellationToken);
        await ExpectSuccessAsync(answer, cancellationToken);
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }

    private static async Task ExpectSuccessAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(
                $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: " +
                await answer.Content.ReadAsStringAsync(cancellationToken));
        }
    }
}
