using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>A repository, its branches, commits and contents, and who may do what.</summary>
internal static class RepositoryEndpoints
{
    private const string Root = "/repos/{owner}/{repo}";

    public static IEnumerable<Route> Routes { get; } =
    [
        new("GET", Root, c => Reply.Ok(c.Server.Shapes.FullRepository(c.Repository, c.IsAnonymous ? null : c.Actor))),
        new("GET", $"{Root}/collaborators/{{username}}/permission", Permission),
        new("GET", $"{Root}/branches", Branches),
        new("GET", $"{Root}/branches/{{branch}}", Branch),
        new("GET", $"{Root}/branches/{{branch}}/protection", Protection),
        new("GET", $"{Root}/rules/branches/{{branch}}", c => c.Page(Representations.Rules(c.RepositoryFor("metadata"), c.Repository.ProtectionOf(c["branch"])), r => r)),
        new("GET", $"{Root}/commits", Commits),
        new("GET", $"{Root}/commits/{{ref}}", Commit),
        new("GET", $"{Root}/compare/{{basehead}}", Compare),
        new("GET", $"{Root}/contents/{{path}}", Contents),
    ];

    private static Reply Permission(Call call)
    {
        var repository = call.RepositoryFor("metadata");
        if (!repository.May(call.Actor, "contents", write: true))
        {
            throw new Refusal(403, "Must have push access to view collaborator permission.");
        }

        var account = call.Server.FindAccount(call["username"]) ?? throw new Refusal(404, $"{call["username"]} is not a user");
        var role = repository.RoleOf(account.Login) is RepositoryRole.None && !repository.IsPrivate ? RepositoryRole.Read : repository.RoleOf(account.Login);
        var user = call.Server.Shapes.User(account);
        user["permissions"] = new JsonObject
        {
            ["admin"] = role >= RepositoryRole.Admin,
            ["maintain"] = role >= RepositoryRole.Maintain,
            ["push"] = role >= RepositoryRole.Write,
            ["triage"] = role >= RepositoryRole.Triage,
            ["pull"] = role >= RepositoryRole.Read,
        };
        user["role_name"] = role.ToString().ToLowerInvariant();
        return Reply.Ok(new JsonObject
        {
            // The older word knows neither triage nor maintain.
            ["permission"] = role switch { RepositoryRole.Triage => "read", RepositoryRole.Maintain => "write", _ => role.ToString().ToLowerInvariant() },
            ["user"] = user,
            ["role_name"] = role.ToString().ToLowerInvariant(),
        });
    }

    private static Reply Branches(Call call)
    {
        var repository = call.RepositoryFor("contents");
        return call.Page([.. repository.Branches.OrderBy(b => b.Key, StringComparer.Ordinal)], b => call.Server.Shapes.ShortBranch(repository, b.Key, b.Value));
    }

    private static Reply Branch(Call call)
    {
        var repository = call.RepositoryFor("contents");
        if (repository.RenamedTo(call["branch"]) is { } name)
        {
            return Reply.Moved(call.Server.Shapes.Url(repository, $"branches/{name}"));
        }

        return Reply.Ok(call.Server.Shapes.Branch(repository, call["branch"], repository.FindTip(call["branch"]) ?? throw new Refusal(404, "Branch not found")));
    }

    private static Reply Protection(Call call)
    {
        var repository = call.RepositoryFor("administration");
        _ = repository.FindTip(call["branch"]) ?? throw new Refusal(404, "Branch not found");
        return repository.ProtectionOf(call["branch"]) is { IsRuleset: false } protection
            ? Reply.Ok(call.Server.Shapes.Protection(repository, call["branch"], protection))
            : throw new Refusal(404, "Branch not protected");
    }

    private static Reply Commits(Call call)
    {
        var repository = call.RepositoryFor("contents");
        if (repository.Branches.Count == 0)
        {
            throw new Refusal(409, "Git Repository is empty.");
        }

        var start = repository.Resolve(call.Query("sha") ?? repository.DefaultBranch) ?? throw Refusal.NotFound();
        var path = call.Query("path");
        var commits = repository.Git.History(start).Where(c => path is null || Touches(c)).ToList();
        return call.Page(commits, c => call.Server.Shapes.Commit(repository, c));

        bool Touches(GitCommit commit)
        {
            return At(commit) != (commit.Parents is [var parent, ..] ? At(repository.Git.GetCommit(parent)) : null);

            string? At(GitCommit of) => repository.Git.AllEntries(of.Tree).FirstOrDefault(e => e.Name == path)?.Sha;
        }
    }

    private static Reply Commit(Call call)
    {
        var repository = call.RepositoryFor("contents");
        if (repository.Branches.Count == 0)
        {
            throw new Refusal(409, "Git Repository is empty.");
        }

        var sha = repository.Resolve(call["ref"]) ?? throw new Refusal(422, $"No commit found for SHA: {call["ref"]}");
        return Reply.Ok(call.Server.Shapes.Commit(repository, repository.Git.GetCommit(sha), withFiles: true));
    }

    private static Reply Compare(Call call)
    {
        var repository = call.RepositoryFor("contents");
        if (call["basehead"].Split("...") is not [var left, var right])
        {
            throw Refusal.NotFound();
        }

        var (from, to) = (Find(left), Find(right));
        var git = repository.Git;
        var fork = git.MergeBase(from, to) ?? throw new Refusal(404, $"No common ancestor between {left} and {right}.");
        var (ahead, behind) = (git.Ahead(to, from), git.Ahead(from, to));
        var url = call.Server.Shapes.Url(repository, $"compare/{left}...{right}");
        var page = Representations.Page(repository, $"compare/{left}...{right}");
        return Reply.Ok(new JsonObject
        {
            ["url"] = url,
            ["html_url"] = page,
            ["permalink_url"] = Representations.Page(repository, $"compare/{from}...{to}"),
            ["diff_url"] = $"{page}.diff",
            ["patch_url"] = $"{page}.patch",
            ["base_commit"] = call.Server.Shapes.Commit(repository, git.GetCommit(from)),
            ["merge_base_commit"] = call.Server.Shapes.Commit(repository, git.GetCommit(fork)),
            ["status"] = (ahead.Count, behind.Count) switch { (0, 0) => "identical", (_, 0) => "ahead", (0, _) => "behind", _ => "diverged" },
            ["ahead_by"] = ahead.Count,
            ["behind_by"] = behind.Count,
            ["total_commits"] = ahead.Count,
            ["commits"] = new JsonArray([.. ahead.Reverse().Take(250).Select(c => call.Server.Shapes.Commit(repository, c))]),
            ["files"] = new JsonArray([.. call.Server.Shapes.Diff(repository, git.GetCommit(fork).Tree, git.GetCommit(to))]),
        });

        string Find(string name)
        {
            // A side may say whose it is: owner:branch.
            if (name.Split(':', 2) is [var owner, var branch])
            {
                var other = call.Server.Repositories.FirstOrDefault(r => string.Equals(r.Owner.Login, owner, StringComparison.OrdinalIgnoreCase) && (r == repository || r.Parent == repository));
                return other?.Resolve(branch) is { } sha && repository.Git.FindCommit(sha) is not null ? sha : throw Refusal.NotFound();
            }

            return repository.Resolve(name) ?? throw Refusal.NotFound();
        }
    }

    private static Reply Contents(Call call)
    {
        var repository = call.RepositoryFor("contents");
        var name = call.Query("ref") ?? repository.DefaultBranch;
        var commit = repository.Resolve(name) ?? throw (repository.Branches.Count == 0 ? new Refusal(404, "This repository is empty.") : new Refusal(404, $"No commit found for the ref {name}"));
        var path = call["path"].Trim('/');
        var all = repository.Git.AllEntries(repository.Git.GetCommit(commit).Tree);
        var entry = all.FirstOrDefault(e => e.Name == path);
        if (entry is { Kind: "tree" } || path.Length == 0)
        {
            var prefix = path.Length == 0 ? "" : path + "/";
            return Reply.Ok(new JsonArray([.. all
                .Where(e => e.Name.StartsWith(prefix, StringComparison.Ordinal) && !e.Name[prefix.Length..].Contains('/', StringComparison.Ordinal))
                .Select(e => Content(e, withBytes: false))]));
        }

        if (entry is null)
        {
            throw Refusal.NotFound();
        }

        return call.Accept.Contains("raw", StringComparison.Ordinal) && entry.Kind == "blob"
            ? new Reply(200) { Raw = repository.Git.Get(entry.Sha).Content }
            : Reply.Ok(Content(entry, withBytes: true));

        JsonObject Content(GitEntry item, bool withBytes)
        {
            var shapes = call.Server.Shapes;
            var escaped = string.Join('/', item.Name.Split('/').Select(Uri.EscapeDataString));
            var self = shapes.Url(repository, $"contents/{escaped}?ref={name}");
            var git = shapes.Url(repository, $"git/{item.Kind}s/{item.Sha}");
            var html = Representations.Page(repository, $"{item.Kind}/{name}/{escaped}");
            var bytes = item.Kind == "blob" ? repository.Git.Get(item.Sha).Content : [];
            var json = new JsonObject
            {
                ["name"] = item.Name.Split('/')[^1],
                ["path"] = item.Name,
                ["sha"] = item.Sha,
                ["size"] = bytes.Length,
                ["url"] = self,
                ["html_url"] = html,
                ["git_url"] = git,
                ["download_url"] = item.Kind == "blob" ? $"https://raw.githubusercontent.com/{repository.FullName}/{name}/{escaped}" : null,
                ["type"] = (item.Mode, item.Kind) switch { ("120000", _) => "symlink", (_, "tree") => "dir", (_, "commit") => "submodule", _ => "file" },
                ["_links"] = new JsonObject { ["self"] = self, ["git"] = git, ["html"] = html },
            };
            if (withBytes && item.Mode == "120000")
            {
                json["target"] = Encoding.UTF8.GetString(bytes);
            }
            else if (withBytes && item.Kind == "blob")
            {
                // Of large files the content is left out.
                var isLarge = bytes.Length > 1024 * 1024;
                json["content"] = isLarge ? "" : Representations.Base64(bytes);
                json["encoding"] = isLarge ? "none" : "base64";
            }

            return json;
        }
    }
}
