using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>Blobs, trees, commits and refs.</summary>
internal static class GitDataEndpoints
{
    private const string Root = "/repos/{owner}/{repo}/git";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET", $"{Root}/trees/{{tree_sha}}", GetTree),
        new("POST", $"{Root}/trees", CreateTree),
        new("GET", $"{Root}/blobs/{{file_sha}}", c => Reply.Ok(c.Server.Shapes.Blob(c.RepositoryFor("contents"), Object(c, c["file_sha"], "blob")))),
        new("POST", $"{Root}/blobs", CreateBlob),
        new("GET", $"{Root}/commits/{{commit_sha}}", c => Reply.Ok(c.Server.Shapes.GitCommit(Filled(c), c.Repository.Git.GetCommit(Object(c, c["commit_sha"], "commit"))))),
        new("POST", $"{Root}/commits", CreateCommit),
        new("GET", $"{Root}/ref/{{ref}}", GetReference),
        // The address from before, which clients still ask.
        new("GET", $"{Root}/refs/{{ref}}", GetReference, IsDescribed: false),
        new("GET", $"{Root}/matching-refs/{{ref}}", MatchingReferences),
        new("POST", $"{Root}/refs", CreateReference),
        new("PATCH", $"{Root}/refs/{{ref}}", UpdateReference),
        new("DELETE", $"{Root}/refs/{{ref}}", DeleteReference),
    ];

    private static HostedRepository Filled(Call call, bool write = false)
    {
        var repository = call.RepositoryFor("contents", write);
        return repository.Git.Refs.Count > 0 ? repository : throw new Refusal(409, "Git Repository is empty.");
    }

    private static string Object(Call call, string sha, string kind) =>
        Filled(call).Git.Find(sha)?.Kind == kind ? sha : throw Refusal.NotFound();

    private static Reply GetTree(Call call)
    {
        var repository = Filled(call);
        var name = call["tree_sha"];
        var tree = repository.Resolve(name) is { } commit ? repository.Git.GetCommit(commit).Tree
            : repository.Git.Find(name) is { Kind: "tree" } ? name
            : throw Refusal.NotFound();
        return Reply.Ok(call.Server.Shapes.Tree(repository, tree, call.Query("recursive") is not null, call.Server.MostTreeEntries));
    }

    private static Reply CreateTree(Call call)
    {
        var repository = Filled(call, write: true);
        var git = repository.Git;
        string? baseTree = null;
        if (call.Text("base_tree") is { } given)
        {
            baseTree = git.FindCommit(given)?.Tree ?? (git.Find(given) is { Kind: "tree" } ? given : throw new Refusal(422, "base_tree is not a valid tree sha"));
        }

        if (call.Body["tree"] is not JsonArray { Count: > 0 } items)
        {
            throw new Refusal(422, "Invalid tree info");
        }

        var changes = new List<(string, GitEntry?)>();
        foreach (var item in items)
        {
            if (item is not JsonObject || (string?)item["path"] is not { Length: > 0 } path || path[0] == '/' || path.Split('/').Any(p => p is "" or "." or ".." or ".git"))
            {
                throw new Refusal(422, "tree.path contains a malformed path component");
            }

            if (!item.AsObject().ContainsKey("content") && item.AsObject().TryGetPropertyValue("sha", out var gone) && gone is null)
            {
                changes.Add((path, null));
                continue;
            }

            var (mode, sha) = ((string?)item["mode"], (string?)item["sha"]);
            if (mode is not ("100644" or "100755" or "040000" or "160000" or "120000"))
            {
                throw new Refusal(422, $"Must supply a valid tree.mode");
            }

            if (sha is null == item["content"] is null)
            {
                throw new Refusal(422, "Must supply either tree.sha or tree.content");
            }

            sha ??= git.Write("blob", Encoding.UTF8.GetBytes((string)item["content"]!));
            if (mode != "160000" && git.Find(sha)?.Kind != (mode == "040000" ? "tree" : "blob"))
            {
                throw new Refusal(422, $"tree.sha {sha} is not a valid {(mode == "040000" ? "tree" : "blob")}");
            }

            changes.Add((path, new GitEntry(mode, path, sha)));
        }

        var tree = git.WriteTree(baseTree, changes);
        if (!HostedRepository.MayChangeWorkflows(call.Actor))
        {
            var known = baseTree is null ? [] : repository.WorkflowsOf(baseTree).ToHashSet();
            if (repository.WorkflowsOf(tree).Any(w => !known.Contains(w)))
            {
                throw new Refusal(403, "Resource not accessible by integration");
            }
        }

        return Reply.Created(call.Server.Shapes.Tree(repository, tree, recursive: false, call.Server.MostTreeEntries));
    }

    private static Reply CreateBlob(Call call)
    {
        var repository = Filled(call, write: true);
        var content = call.RequiredText("Blob", "content");
        byte[] bytes;
        try
        {
            bytes = call.Text("encoding") is "base64" ? Convert.FromBase64String(content) : Encoding.UTF8.GetBytes(content);
        }
        catch (FormatException)
        {
            throw new Refusal(422, "content is not valid Base64");
        }

        var sha = repository.Git.Write("blob", bytes);
        return Reply.Created(new JsonObject { ["sha"] = sha, ["url"] = call.Server.Shapes.Url(repository, $"git/blobs/{sha}") });
    }

    private static Reply CreateCommit(Call call)
    {
        var repository = Filled(call, write: true);
        var git = repository.Git;
        var message = call.RequiredText("Commit", "message");
        var tree = call.RequiredText("Commit", "tree");
        if (git.Find(tree)?.Kind != "tree")
        {
            throw new Refusal(422, "Tree SHA does not exist");
        }

        var parents = call.Texts("parents");
        if (parents.Any(p => git.FindCommit(p) is null))
        {
            throw new Refusal(422, "Parent SHA does not exist or is not a commit object");
        }

        var self = repository.IdentityOf(call.Actor.Account);
        var author = Identity("author") ?? self;
        var committer = Identity("committer");
        // What an App commits without saying who, GitHub signs.
        var isSigned = call.Actor.IsApp && call.Body["author"] is null && committer is null;
        var commit = git.WriteCommit(tree, parents, author, committer ?? (isSigned ? HostedRepository.GitHubItself(call.Server.Now) : author), message);
        if (isSigned)
        {
            repository.Signed.Add(commit.Sha);
        }

        return Reply.Created(call.Server.Shapes.GitCommit(repository, commit));

        GitIdentity? Identity(string name) => call.Body[name] is JsonObject who
            ? new GitIdentity(
                (string?)who["name"] ?? throw Refusal.Field("Commit", $"{name}.name", "missing_field"),
                (string?)who["email"] ?? throw Refusal.Field("Commit", $"{name}.email", "missing_field"),
                (string?)who["date"] is { } date ? DateTimeOffset.Parse(date, System.Globalization.CultureInfo.InvariantCulture) : call.Server.Now)
            : null;
    }

    private static Reply GetReference(Call call)
    {
        var repository = Filled(call);
        var name = $"refs/{call["ref"]}";
        return Reply.Ok(call.Server.Shapes.Reference(repository, name, repository.Git.Refs.GetValueOrDefault(name) ?? throw Refusal.NotFound()));
    }

    private static Reply MatchingReferences(Call call)
    {
        var repository = Filled(call);
        var prefix = $"refs/{call["ref"]}";
        return Reply.Ok(new JsonArray([.. repository.Git.Refs
            .Where(r => r.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(r => call.Server.Shapes.Reference(repository, r.Key, r.Value))]));
    }

    private static Reply CreateReference(Call call)
    {
        var repository = Filled(call, write: true);
        var name = call.RequiredText("Reference", "ref");
        var sha = call.RequiredText("Reference", "sha");
        if (!name.StartsWith("refs/", StringComparison.Ordinal) || name.Count(c => c == '/') < 2 || !IsName(name))
        {
            throw new Refusal(422, $"{name} is not a valid ref name.");
        }

        if (repository.Git.Refs.ContainsKey(name))
        {
            throw new Refusal(422, "Reference already exists");
        }

        if (repository.Git.Collides(name))
        {
            throw new Refusal(422, "Reference update failed");
        }

        ThrowIfNoCommit(repository, name, sha);
        repository.ThrowIfWorkflowsChange(call.Actor, sha);
        Set(call, repository, name, sha);
        return Reply.Created(call.Server.Shapes.Reference(repository, name, sha));
    }

    private static Reply UpdateReference(Call call)
    {
        var repository = Filled(call, write: true);
        var name = $"refs/{call["ref"]}";
        var sha = call.RequiredText("Reference", "sha");
        if (!repository.Git.Refs.TryGetValue(name, out var old))
        {
            throw new Refusal(422, "Reference does not exist");
        }

        ThrowIfNoCommit(repository, name, sha);
        ThrowIfProtected(call, repository, name);
        if (call.Flag("force") is not true && !repository.Git.IsAncestor(old, sha))
        {
            throw new Refusal(422, "Update is not a fast forward");
        }

        repository.ThrowIfWorkflowsChange(call.Actor, sha);
        Set(call, repository, name, sha);
        return Reply.Ok(call.Server.Shapes.Reference(repository, name, sha));
    }

    private static Reply DeleteReference(Call call)
    {
        var repository = Filled(call, write: true);
        var name = $"refs/{call["ref"]}";
        if (!repository.Git.Refs.ContainsKey(name))
        {
            throw new Refusal(422, "Reference does not exist");
        }

        if (name == $"refs/heads/{repository.DefaultBranch}")
        {
            throw new Refusal(422, "Cannot delete the default branch");
        }

        ThrowIfProtected(call, repository, name);
        Set(call, repository, name, sha: null);
        return Reply.NoContent();
    }

    private static void Set(Call call, HostedRepository repository, string name, string? sha)
    {
        if (name.StartsWith("refs/heads/", StringComparison.Ordinal))
        {
            repository.MoveBranch(call.Actor, name["refs/heads/".Length..], sha);
        }
        else
        {
            repository.Git.SetRef(name, sha);
        }
    }

    private static void ThrowIfNoCommit(HostedRepository repository, string name, string sha)
    {
        if (repository.Git.Find(sha) is null)
        {
            throw new Refusal(422, "Object does not exist");
        }

        if (name.StartsWith("refs/heads/", StringComparison.Ordinal) && repository.Git.FindCommit(sha) is null)
        {
            throw new Refusal(422, "Reference cannot be updated");
        }
    }

    private static void ThrowIfProtected(Call call, HostedRepository repository, string name)
    {
        if (name.StartsWith("refs/heads/", StringComparison.Ordinal)
            && repository.ProtectionOf(name["refs/heads/".Length..]) is { } protection
            && !(call.Actor.Kind == ActorKind.Person && repository.RoleOf(call.Actor.Account.Login) == RepositoryRole.Admin))
        {
            throw new Refusal(422, protection.RequiredApprovals > 0 ? "Changes must be made through a pull request." : "Required status checks are expected.");
        }
    }

    // git check-ref-format, as far as a client could get it wrong.
    private static bool IsName(string name) =>
        !name.Contains("..", StringComparison.Ordinal) && !name.Contains("//", StringComparison.Ordinal) && !name.Contains("@{", StringComparison.Ordinal)
        && !name.EndsWith('/') && !name.EndsWith('.') && !name.Any(c => c is <= ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\' or '\x7f')
        && !name.Split('/').Any(p => p.StartsWith('.') || p.EndsWith(".lock", StringComparison.Ordinal));
}
