using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Basewatch.World.GitHub;

/// <summary>What GitHub shows of each thing in JSON, member for member as its OpenAPI description has it.</summary>
internal sealed class Representations(GitHubServer server)
{
    private const string Web = GitHubServer.WebAddress;

    private string Api => server.Address.AbsoluteUri.TrimEnd('/');

    public static string Stamp(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static JsonNode? Stamp(DateTimeOffset? at) => at is { } known ? Stamp(known) : null;

    public string Url(HostedRepository repository, FormattableString rest) => $"{Api}/repos/{repository.FullName}/{rest.ToString(CultureInfo.InvariantCulture)}";

    public static string Page(HostedRepository repository, FormattableString rest) => $"{Web}{repository.FullName}/{rest.ToString(CultureInfo.InvariantCulture)}";

    public JsonObject User(Account account)
    {
        var url = $"{Api}/users/{Uri.EscapeDataString(account.Login)}";
        return new JsonObject
        {
            ["login"] = account.Login,
            ["id"] = account.Id,
            ["node_id"] = Node("U", account.Id),
            ["avatar_url"] = $"https://avatars.githubusercontent.com/u/{account.Id}?v=4",
            ["gravatar_id"] = "",
            ["url"] = url,
            ["html_url"] = account.Type is "Bot" ? $"{Web}apps/{account.Login.Replace("[bot]", "", StringComparison.Ordinal)}" : Web + account.Login,
            ["followers_url"] = $"{url}/followers",
            ["following_url"] = $"{url}/following{{/other_user}}",
            ["gists_url"] = $"{url}/gists{{/gist_id}}",
            ["starred_url"] = $"{url}/starred{{/owner}}{{/repo}}",
            ["subscriptions_url"] = $"{url}/subscriptions",
            ["organizations_url"] = $"{url}/orgs",
            ["repos_url"] = $"{url}/repos",
            ["events_url"] = $"{url}/events{{/privacy}}",
            ["received_events_url"] = $"{url}/received_events",
            ["type"] = account.Type,
            ["user_view_type"] = "public",
            ["site_admin"] = false,
        };
    }

    /// <summary>A user as he is shown at his own address.</summary>
    public JsonObject Profile(Account account)
    {
        var profile = User(account);
        foreach (var name in (string[])["name", "company", "blog", "location", "email", "hireable", "bio", "twitter_username"])
        {
            profile[name] = null;
        }

        foreach (var name in (string[])["public_repos", "public_gists", "followers", "following"])
        {
            profile[name] = 0;
        }

        profile["created_at"] = Stamp(server.StartedAt);
        profile["updated_at"] = Stamp(server.StartedAt);
        return profile;
    }

    /// <summary>An organisation in webhooks.</summary>
    public JsonObject Organization(Account account)
    {
        var url = $"{Api}/orgs/{Uri.EscapeDataString(account.Login)}";
        return new JsonObject
        {
            ["login"] = account.Login,
            ["id"] = account.Id,
            ["node_id"] = Node("O", account.Id),
            ["url"] = url,
            ["repos_url"] = $"{url}/repos",
            ["events_url"] = $"{url}/events",
            ["hooks_url"] = $"{url}/hooks",
            ["issues_url"] = $"{url}/issues",
            ["members_url"] = $"{url}/members{{/member}}",
            ["public_members_url"] = $"{url}/public_members{{/member}}",
            ["avatar_url"] = $"https://avatars.githubusercontent.com/u/{account.Id}?v=4",
            ["description"] = "",
        };
    }

    public JsonObject MinimalRepository(HostedRepository repository)
    {
        var url = $"{Api}/repos/{repository.FullName}";
        var json = new JsonObject
        {
            ["id"] = repository.Id,
            ["node_id"] = Node("R", repository.Id),
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["private"] = repository.IsPrivate,
            ["owner"] = User(repository.Owner),
            ["html_url"] = Web + repository.FullName,
            ["description"] = null,
            ["fork"] = repository.IsFork,
            ["url"] = url,
        };
        foreach (var (name, path) in RepositoryAddresses)
        {
            json[name] = url + path;
        }

        return json;
    }

    /// <summary>A repository in lists and inside other things.</summary>
    public JsonObject Repository(HostedRepository repository, Actor? viewer = null)
    {
        var json = MinimalRepository(repository);
        var path = repository.FullName;
        json["git_url"] = $"git://github.com/{path}.git";
        json["ssh_url"] = $"git@github.com:{path}.git";
        json["clone_url"] = $"{Web}{path}.git";
        json["svn_url"] = Web + path;
        json["homepage"] = null;
        json["language"] = null;
        json["mirror_url"] = null;
        json["license"] = null;
        json["created_at"] = Stamp(repository.CreatedAt);
        json["updated_at"] = Stamp(repository.PushedAt ?? repository.CreatedAt);
        json["pushed_at"] = Stamp(repository.PushedAt ?? repository.CreatedAt);
        foreach (var name in (string[])["size", "stargazers_count", "watchers_count", "forks_count", "forks", "watchers"])
        {
            json[name] = 0;
        }

        json["open_issues_count"] = repository.Issues.Count(i => i.IsOpen);
        json["open_issues"] = repository.Issues.Count(i => i.IsOpen);
        json["has_issues"] = repository.HasIssues;
        json["has_projects"] = true;
        json["has_downloads"] = true;
        json["has_wiki"] = true;
        json["has_pages"] = false;
        json["has_discussions"] = false;
        json["disabled"] = false;
        json["is_template"] = false;
        json["web_commit_signoff_required"] = false;
        json["allow_forking"] = true;
        json["archived"] = repository.IsArchived;
        json["topics"] = new JsonArray();
        json["visibility"] = repository.IsPrivate ? "private" : "public";
        json["default_branch"] = repository.DefaultBranch;
        if (viewer is not null)
        {
            json["permissions"] = Permissions(repository, viewer);
        }

        return json;
    }

    /// <summary>A repository at its own address.</summary>
    public JsonObject FullRepository(HostedRepository repository, Actor? viewer)
    {
        var json = Repository(repository, viewer);
        json["network_count"] = 0;
        json["subscribers_count"] = 0;
        if (repository.Parent is { } parent)
        {
            json["parent"] = Repository(parent);
            json["source"] = Repository(parent);
        }

        if (repository.Owner.Type is "Organization")
        {
            json["organization"] = User(repository.Owner);
        }

        // Who can't push doesn't learn how it is merged.
        if (viewer is not null && repository.MayPush(viewer))
        {
            json["allow_squash_merge"] = repository.AllowsSquash;
            json["allow_merge_commit"] = repository.AllowsMergeCommits;
            json["allow_rebase_merge"] = repository.AllowsRebase;
            json["allow_auto_merge"] = repository.AllowsAutoMerge;
            json["delete_branch_on_merge"] = repository.DeletesMergedBranches;
            json["allow_update_branch"] = false;
            json["squash_merge_commit_title"] = "COMMIT_OR_PR_TITLE";
            json["squash_merge_commit_message"] = "COMMIT_MESSAGES";
            json["merge_commit_title"] = "MERGE_MESSAGE";
            json["merge_commit_message"] = "PR_TITLE";
        }

        return json;
    }

    public JsonObject Installation(Account owner, long id)
    {
        var json = new JsonObject
        {
            ["id"] = id,
            ["account"] = User(owner),
            ["repository_selection"] = "all",
            ["access_tokens_url"] = $"{Api}/app/installations/{id}/access_tokens",
            ["repositories_url"] = $"{Api}/installation/repositories",
            ["html_url"] = $"{Web}organizations/{owner.Login}/settings/installations/{id}",
            ["app_id"] = GitHubServer.AppId,
            ["client_id"] = GitHubServer.AppClientId,
            ["app_slug"] = GitHubServer.AppSlug,
            ["target_id"] = owner.Id,
            ["target_type"] = owner.Type,
            ["permissions"] = Object(server.AppPermissions),
            ["events"] = new JsonArray("push", "pull_request"),
            ["created_at"] = Stamp(server.StartedAt),
            ["updated_at"] = Stamp(server.StartedAt),
            ["single_file_name"] = null,
            ["has_multiple_single_files"] = false,
            ["single_file_paths"] = new JsonArray(),
            ["suspended_by"] = null,
            ["suspended_at"] = null,
        };
        if (server.IsSuspended(owner.Login))
        {
            json["suspended_by"] = User(owner);
            json["suspended_at"] = Stamp(server.Now);
        }

        return json;
    }

    public static JsonObject Object(IReadOnlyDictionary<string, string> pairs) =>
        new(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));

    public JsonObject App(string slug)
    {
        var isOurs = slug == GitHubServer.AppSlug;
        var owner = server.AccountOf(isOurs ? "basewatch-makers" : "github");
        return new JsonObject
        {
            ["id"] = isOurs ? GitHubServer.AppId : GitHubServer.ActionsAppId,
            ["client_id"] = isOurs ? GitHubServer.AppClientId : "Iv1.05c79e9ad1f6bdfa",
            ["slug"] = slug,
            ["node_id"] = Node("A", isOurs ? GitHubServer.AppId : GitHubServer.ActionsAppId),
            ["owner"] = User(owner),
            ["name"] = isOurs ? "Basewatch" : "GitHub Actions",
            ["description"] = "",
            ["external_url"] = "https://example.org",
            ["html_url"] = $"{Web}apps/{slug}",
            ["created_at"] = Stamp(server.StartedAt),
            ["updated_at"] = Stamp(server.StartedAt),
            ["permissions"] = Object(isOurs ? server.AppPermissions : GitHubServer.ActionsPermissions),
            ["events"] = new JsonArray("push", "pull_request"),
        };
    }

    public JsonObject Reference(HostedRepository repository, string name, string sha)
    {
        var kind = repository.Git.Get(sha).Kind;
        return new JsonObject
        {
            ["ref"] = name,
            ["node_id"] = Node("REF", repository.Id),
            ["url"] = Url(repository, $"git/{name}"),
            ["object"] = new JsonObject { ["sha"] = sha, ["type"] = kind, ["url"] = Url(repository, $"git/{kind}s/{sha}") },
        };
    }

    public JsonObject Tree(HostedRepository repository, string sha, bool recursive, int mostEntries)
    {
        var entries = recursive ? repository.Git.AllEntries(sha) : repository.Git.Tree(sha);
        return new JsonObject
        {
            ["sha"] = sha,
            ["url"] = Url(repository, $"git/trees/{sha}"),
            ["tree"] = new JsonArray([.. entries.Take(mostEntries).Select(Entry)]),
            ["truncated"] = entries.Count > mostEntries,
        };

        JsonNode Entry(GitEntry entry)
        {
            var json = new JsonObject { ["path"] = entry.Name, ["mode"] = entry.Mode, ["type"] = entry.Kind, ["sha"] = entry.Sha };
            if (entry.Kind == "blob")
            {
                json["size"] = repository.Git.Get(entry.Sha).Content.Length;
            }

            if (entry.Kind != "commit")
            {
                json["url"] = Url(repository, $"git/{entry.Kind}s/{entry.Sha}");
            }

            return json;
        }
    }

    public JsonObject Blob(HostedRepository repository, string sha)
    {
        var content = repository.Git.Get(sha).Content;
        return new JsonObject
        {
            ["sha"] = sha,
            ["node_id"] = Node("B", repository.Id),
            ["size"] = content.Length,
            ["url"] = Url(repository, $"git/blobs/{sha}"),
            ["content"] = Base64(content),
            ["encoding"] = "base64",
        };
    }

    public static JsonObject Identity(GitIdentity who) => new() { ["name"] = who.Name, ["email"] = who.Email, ["date"] = Stamp(who.At) };

    public static JsonObject Verification(HostedRepository repository, GitCommit commit)
    {
        var isSigned = repository.Signed.Contains(commit.Sha);
        return new JsonObject
        {
            ["verified"] = isSigned,
            ["reason"] = isSigned ? "valid" : "unsigned",
            ["signature"] = isSigned ? "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n" : null,
            ["payload"] = isSigned ? $"tree {commit.Tree}\n" : null,
            ["verified_at"] = isSigned ? Stamp(commit.Committer.At) : null,
        };
    }

    /// <summary>A commit as the Git Data API shows it.</summary>
    public JsonObject GitCommit(HostedRepository repository, GitCommit commit) => new()
    {
        ["sha"] = commit.Sha,
        ["node_id"] = Node("C", repository.Id),
        ["url"] = Url(repository, $"git/commits/{commit.Sha}"),
        ["html_url"] = Page(repository, $"commit/{commit.Sha}"),
        ["author"] = Identity(commit.Author),
        ["committer"] = Identity(commit.Committer),
        ["tree"] = new JsonObject { ["sha"] = commit.Tree, ["url"] = Url(repository, $"git/trees/{commit.Tree}") },
        ["message"] = commit.Message,
        ["parents"] = new JsonArray([.. commit.Parents.Select(p => new JsonObject { ["sha"] = p, ["url"] = Url(repository, $"git/commits/{p}"), ["html_url"] = Page(repository, $"commit/{p}") })]),
        ["verification"] = Verification(repository, commit),
    };

    /// <summary>A commit as the repository shows it.</summary>
    public JsonObject Commit(HostedRepository repository, GitCommit commit, bool withFiles = false)
    {
        var json = new JsonObject
        {
            ["sha"] = commit.Sha,
            ["node_id"] = Node("C", repository.Id),
            ["commit"] = new JsonObject
            {
                ["author"] = Identity(commit.Author),
                ["committer"] = Identity(commit.Committer),
                ["message"] = commit.Message,
                ["tree"] = new JsonObject { ["sha"] = commit.Tree, ["url"] = Url(repository, $"git/trees/{commit.Tree}") },
                ["url"] = Url(repository, $"git/commits/{commit.Sha}"),
                ["comment_count"] = 0,
                ["verification"] = Verification(repository, commit),
            },
            ["url"] = Url(repository, $"commits/{commit.Sha}"),
            ["html_url"] = Page(repository, $"commit/{commit.Sha}"),
            ["comments_url"] = Url(repository, $"commits/{commit.Sha}/comments"),
            ["author"] = server.FindAccountByEmail(commit.Author.Email) is { } author ? User(author) : null,
            ["committer"] = server.FindAccountByEmail(commit.Committer.Email) is { } committer ? User(committer) : null,
            ["parents"] = new JsonArray([.. commit.Parents.Select(p => new JsonObject { ["sha"] = p, ["url"] = Url(repository, $"commits/{p}"), ["html_url"] = Page(repository, $"commit/{p}") })]),
        };
        if (withFiles)
        {
            var files = Diff(repository, commit.Parents is [var parent, ..] ? repository.Git.GetCommit(parent).Tree : null, commit);
            json["stats"] = new JsonObject { ["total"] = Sum(files, "changes"), ["additions"] = Sum(files, "additions"), ["deletions"] = Sum(files, "deletions") };
            json["files"] = new JsonArray([.. files]);
        }

        return json;
    }

    /// <summary>Files that differ between two trees; lines are counted roughly, as those that the other side doesn't have.</summary>
    public IReadOnlyList<JsonObject> Diff(HostedRepository repository, string? before, GitCommit after)
    {
        var git = repository.Git;
        var old = (before is null ? [] : git.Files(before)).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var now = git.Files(after.Tree).ToDictionary(f => f.Name, StringComparer.Ordinal);
        var found = new List<JsonObject>();
        foreach (var path in old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var (was, gives) = (old.GetValueOrDefault(path), now.GetValueOrDefault(path));
            if (was?.Sha == gives?.Sha && was?.Mode == gives?.Mode)
            {
                continue;
            }

            var (removed, added) = (Lines(was), Lines(gives));
            var (minus, plus) = (removed.Where(l => !added.Contains(l)).ToList(), added.Where(l => !removed.Contains(l)).ToList());
            var name = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
            found.Add(new JsonObject
            {
                ["sha"] = gives?.Sha ?? was!.Sha,
                ["filename"] = path,
                ["status"] = was is null ? "added" : gives is null ? "removed" : "modified",
                ["additions"] = plus.Count,
                ["deletions"] = minus.Count,
                ["changes"] = plus.Count + minus.Count,
                ["blob_url"] = Page(repository, $"blob/{after.Sha}/{name}"),
                ["raw_url"] = Page(repository, $"raw/{after.Sha}/{name}"),
                ["contents_url"] = Url(repository, $"contents/{name}?ref={after.Sha}"),
                ["patch"] = string.Join('\n', minus.Select(l => "-" + l).Concat(plus.Select(l => "+" + l))),
            });
        }

        return found;

        List<string> Lines(GitEntry? entry) => entry is null or { Kind: not "blob" } ? [] : [.. Encoding.UTF8.GetString(git.Get(entry.Sha).Content).Split('\n')];
    }

    public JsonObject Branch(HostedRepository repository, string name, string sha)
    {
        var url = Url(repository, $"branches/{name}");
        return new JsonObject
        {
            ["name"] = name,
            ["commit"] = Commit(repository, repository.Git.GetCommit(sha)),
            ["_links"] = new JsonObject { ["self"] = url, ["html"] = Page(repository, $"tree/{name}") },
            ["protected"] = repository.ProtectionOf(name) is not null,
            ["protection"] = ShortProtection(repository, name),
            ["protection_url"] = $"{url}/protection",
        };
    }

    public JsonObject ShortBranch(HostedRepository repository, string name, string sha) => new()
    {
        ["name"] = name,
        ["commit"] = new JsonObject { ["sha"] = sha, ["url"] = Url(repository, $"commits/{sha}") },
        ["protected"] = repository.ProtectionOf(name) is not null,
    };

    public JsonObject LabelOf(HostedRepository repository, Label label) => new()
    {
        ["id"] = label.Id,
        ["node_id"] = Node("LA", label.Id),
        ["url"] = Url(repository, $"labels/{Uri.EscapeDataString(label.Name)}"),
        ["name"] = label.Name,
        ["color"] = label.Color,
        ["default"] = false,
        ["description"] = label.Description,
    };

    public JsonObject MilestoneOf(HostedRepository repository, Milestone milestone) => new()
    {
        ["url"] = Url(repository, $"milestones/{milestone.Number}"),
        ["html_url"] = Page(repository, $"milestone/{milestone.Number}"),
        ["labels_url"] = Url(repository, $"milestones/{milestone.Number}/labels"),
        ["id"] = milestone.Id,
        ["node_id"] = Node("MI", milestone.Id),
        ["number"] = milestone.Number,
        ["title"] = milestone.Title,
        ["description"] = null,
        ["creator"] = User(milestone.Creator),
        ["open_issues"] = repository.Issues.Count(i => i.Milestone == milestone && i.IsOpen),
        ["closed_issues"] = repository.Issues.Count(i => i.Milestone == milestone && !i.IsOpen),
        ["state"] = milestone.IsOpen ? "open" : "closed",
        ["created_at"] = Stamp(milestone.CreatedAt),
        ["updated_at"] = Stamp(milestone.CreatedAt),
        ["due_on"] = null,
        ["closed_at"] = null,
    };

    public JsonObject IssueOf(Issue issue)
    {
        var (repository, number) = (issue.Repository, issue.Number);
        var url = Url(repository, $"issues/{number}");
        var json = new JsonObject
        {
            ["url"] = url,
            ["repository_url"] = $"{Api}/repos/{repository.FullName}",
            ["labels_url"] = $"{url}/labels{{/name}}",
            ["comments_url"] = $"{url}/comments",
            ["events_url"] = $"{url}/events",
            ["html_url"] = HtmlOf(issue),
            ["id"] = issue.Id,
            ["node_id"] = Node("I", issue.Id),
            ["number"] = number,
            ["title"] = issue.Title,
            ["user"] = User(issue.User),
            ["labels"] = new JsonArray([.. issue.Labels.Select(l => LabelOf(repository, l))]),
            ["state"] = issue.IsOpen ? "open" : "closed",
            ["locked"] = false,
            ["assignee"] = issue.Assignees is [var first, ..] ? User(first) : null,
            ["assignees"] = new JsonArray([.. issue.Assignees.Select(User)]),
            ["milestone"] = issue.Milestone is { } milestone ? MilestoneOf(repository, milestone) : null,
            ["comments"] = issue.Comments.Count,
            ["created_at"] = Stamp(issue.CreatedAt),
            ["updated_at"] = Stamp(issue.UpdatedAt),
            ["closed_at"] = Stamp(issue.ClosedAt),
            ["author_association"] = Association(repository, issue.User),
            ["active_lock_reason"] = null,
            ["body"] = issue.Body,
            ["closed_by"] = issue.ClosedBy is { } by ? User(by) : null,
            ["reactions"] = Reactions($"{url}/reactions", []),
            ["timeline_url"] = $"{url}/timeline",
            ["performed_via_github_app"] = null,
            ["state_reason"] = issue.StateReason,
        };
        if (issue is PullRequest pull)
        {
            json["draft"] = pull.IsDraft;
            json["pull_request"] = new JsonObject
            {
                ["url"] = Url(repository, $"pulls/{number}"),
                ["html_url"] = HtmlOf(issue),
                ["diff_url"] = $"{HtmlOf(issue)}.diff",
                ["patch_url"] = $"{HtmlOf(issue)}.patch",
                ["merged_at"] = Stamp(pull.MergedAt),
            };
        }

        return json;
    }

    public JsonObject CommentOf(IssueComment comment)
    {
        var repository = comment.Issue.Repository;
        var url = Url(repository, $"issues/comments/{comment.Id}");
        return new JsonObject
        {
            ["url"] = url,
            ["html_url"] = $"{HtmlOf(comment.Issue)}#issuecomment-{comment.Id}",
            ["issue_url"] = Url(repository, $"issues/{comment.Issue.Number}"),
            ["id"] = comment.Id,
            ["node_id"] = Node("IC", comment.Id),
            ["user"] = User(comment.User),
            ["created_at"] = Stamp(comment.CreatedAt),
            ["updated_at"] = Stamp(comment.UpdatedAt),
            ["author_association"] = Association(repository, comment.User),
            ["body"] = comment.Body,
            ["reactions"] = Reactions($"{url}/reactions", comment.Reactions),
            ["performed_via_github_app"] = comment.IsByApp ? App(GitHubServer.AppSlug) : null,
        };
    }

    public JsonObject ReactionOf(Reaction reaction) => new()
    {
        ["id"] = reaction.Id,
        ["node_id"] = Node("REA", reaction.Id),
        ["user"] = User(reaction.User),
        ["content"] = reaction.Content,
        ["created_at"] = Stamp(reaction.At),
    };

    /// <summary>A pull request in lists, and with <paramref name="whole"/> at its own address.</summary>
    public JsonObject PullRequestOf(PullRequest pull, bool whole, Actor? viewer = null)
    {
        var (repository, number) = (pull.Repository, pull.Number);
        var url = Url(repository, $"pulls/{number}");
        var issue = Url(repository, $"issues/{number}");
        var reviewComment = Url(repository, $"pulls/comments{{/number}}");
        var json = new JsonObject
        {
            ["url"] = url,
            ["id"] = pull.Id,
            ["node_id"] = Node("PR", pull.Id),
            ["html_url"] = HtmlOf(pull),
            ["diff_url"] = $"{HtmlOf(pull)}.diff",
            ["patch_url"] = $"{HtmlOf(pull)}.patch",
            ["issue_url"] = issue,
            ["number"] = number,
            ["state"] = pull.IsOpen ? "open" : "closed",
            ["locked"] = false,
            ["title"] = pull.Title,
            ["user"] = User(pull.User),
            ["body"] = pull.Body,
            ["created_at"] = Stamp(pull.CreatedAt),
            ["updated_at"] = Stamp(pull.UpdatedAt),
            ["closed_at"] = Stamp(pull.ClosedAt),
            ["merged_at"] = Stamp(pull.MergedAt),
            ["merge_commit_sha"] = pull.MergeCommit,
            ["assignee"] = pull.Assignees is [var first, ..] ? User(first) : null,
            ["assignees"] = new JsonArray([.. pull.Assignees.Select(User)]),
            ["requested_reviewers"] = new JsonArray([.. pull.RequestedReviewers.Select(User)]),
            ["requested_teams"] = new JsonArray([.. pull.RequestedTeams.Select(t => Team(repository, t))]),
            ["labels"] = new JsonArray([.. pull.Labels.Select(l => LabelOf(repository, l))]),
            ["milestone"] = pull.Milestone is { } milestone ? MilestoneOf(repository, milestone) : null,
            ["draft"] = pull.IsDraft,
            ["commits_url"] = $"{url}/commits",
            ["review_comments_url"] = $"{url}/comments",
            ["review_comment_url"] = reviewComment,
            ["comments_url"] = $"{issue}/comments",
            ["statuses_url"] = Url(repository, $"statuses/{pull.HeadSha}"),
            ["head"] = Side(pull.HeadRepository, pull.HeadBranch, pull.HeadSha),
            ["base"] = Side(repository, pull.BaseBranch, pull.BaseSha),
            ["_links"] = new JsonObject
            {
                ["self"] = Link(url),
                ["html"] = Link(HtmlOf(pull)),
                ["issue"] = Link(issue),
                ["comments"] = Link($"{issue}/comments"),
                ["review_comments"] = Link($"{url}/comments"),
                ["review_comment"] = Link(reviewComment),
                ["commits"] = Link($"{url}/commits"),
                ["statuses"] = Link(Url(repository, $"statuses/{pull.HeadSha}")),
            },
            ["author_association"] = Association(repository, pull.User),
            ["auto_merge"] = pull.AutoMerge is { } auto
                ? new JsonObject
                {
                    ["enabled_by"] = User(auto.By.Account),
                    ["merge_method"] = auto.Method,
                    ["commit_title"] = auto.Title ?? pull.Title,
                    ["commit_message"] = auto.Message ?? "",
                }
                : null,
            ["active_lock_reason"] = null,
        };
        if (!whole)
        {
            return json;
        }

        var (mergeable, state, _) = GitHubServer.MergeabilityOf(pull, isAsked: viewer is not null);
        var tip = repository.FindTip(pull.BaseBranch) is { } found && pull.IsOpen ? found : pull.BaseSha;
        var files = Diff(repository, repository.Git.GetCommit(repository.Git.MergeBase(tip, pull.HeadSha) ?? tip).Tree, repository.Git.GetCommit(pull.HeadSha));
        json["merged"] = pull.MergedAt is not null;
        json["mergeable"] = mergeable;
        json["rebaseable"] = mergeable;
        json["mergeable_state"] = state;
        json["merged_by"] = pull.MergedBy is { } by ? User(by) : null;
        json["comments"] = pull.Comments.Count;
        json["review_comments"] = 0;
        json["maintainer_can_modify"] = false;
        json["commits"] = pull.MergedAt is null ? repository.Git.Ahead(pull.HeadSha, tip).Count : 1;
        json["additions"] = Sum(files, "additions");
        json["deletions"] = Sum(files, "deletions");
        json["changed_files"] = files.Count;
        return json;

        JsonObject Side(HostedRepository from, string branch, string sha) => new()
        {
            ["label"] = $"{from.Owner.Login}:{branch}",
            ["ref"] = branch,
            ["sha"] = sha,
            ["user"] = User(from.Owner),
            ["repo"] = server.IsThere(from) ? Repository(from, viewer) : null,
        };
    }

    public JsonObject ReviewOf(PullRequest pull, Review review) => new()
    {
        ["id"] = review.Id,
        ["node_id"] = Node("PRR", review.Id),
        ["user"] = User(review.User),
        ["body"] = review.Body,
        ["state"] = review.State,
        ["html_url"] = $"{HtmlOf(pull)}#pullrequestreview-{review.Id}",
        ["pull_request_url"] = Url(pull.Repository, $"pulls/{pull.Number}"),
        ["author_association"] = Association(pull.Repository, review.User),
        ["_links"] = new JsonObject
        {
            ["html"] = Link($"{HtmlOf(pull)}#pullrequestreview-{review.Id}"),
            ["pull_request"] = Link(Url(pull.Repository, $"pulls/{pull.Number}")),
        },
        ["submitted_at"] = Stamp(review.At),
        ["commit_id"] = review.Commit,
    };

    public JsonObject Team(HostedRepository repository, string slug) => new()
    {
        ["id"] = server.IdOf($"team {repository.Owner.Login}/{slug}"),
        ["node_id"] = Node("T", server.IdOf($"team {repository.Owner.Login}/{slug}")),
        ["url"] = $"{Api}/organizations/{repository.Owner.Id}/team/{server.IdOf($"team {repository.Owner.Login}/{slug}")}",
        ["members_url"] = $"{Api}/organizations/{repository.Owner.Id}/team/members{{/member}}",
        ["name"] = slug,
        ["slug"] = slug,
        ["description"] = null,
        ["privacy"] = "closed",
        ["notification_setting"] = "notifications_enabled",
        ["permission"] = "push",
        ["html_url"] = $"{Web}orgs/{repository.Owner.Login}/teams/{slug}",
        ["repositories_url"] = $"{Api}/organizations/{repository.Owner.Id}/team/repos",
        ["type"] = "organization",
        ["organization_id"] = repository.Owner.Id,
        ["parent"] = null,
    };

    public JsonObject ShortStatus(HostedRepository repository, CommitStatus status) => new()
    {
        ["url"] = Url(repository, $"statuses/{status.Sha}"),
        ["avatar_url"] = $"https://avatars.githubusercontent.com/u/{status.Creator.Id}?v=4",
        ["id"] = status.Id,
        ["node_id"] = Node("SC", status.Id),
        ["state"] = status.State,
        ["description"] = status.Description,
        ["target_url"] = status.TargetUrl,
        ["context"] = status.Context,
        ["created_at"] = Stamp(status.At),
        ["updated_at"] = Stamp(status.At),
    };

    public JsonObject StatusOf(HostedRepository repository, CommitStatus status)
    {
        var json = ShortStatus(repository, status);
        json["creator"] = User(status.Creator);
        return json;
    }

    public JsonObject CheckRunOf(HostedRepository repository, CheckRun run) => new()
    {
        ["id"] = run.Id,
        ["name"] = run.Name,
        ["node_id"] = Node("CR", run.Id),
        ["head_sha"] = run.Sha,
        ["external_id"] = run.ExternalId ?? "",
        ["url"] = Url(repository, $"check-runs/{run.Id}"),
        ["html_url"] = Page(repository, $"runs/{run.Id}"),
        ["details_url"] = run.DetailsUrl ?? Page(repository, $"runs/{run.Id}"),
        ["status"] = run.Status,
        ["conclusion"] = run.Conclusion,
        ["started_at"] = Stamp(run.StartedAt),
        ["completed_at"] = Stamp(run.CompletedAt),
        ["output"] = new JsonObject
        {
            ["title"] = run.Title,
            ["summary"] = run.Summary,
            ["text"] = run.Text,
            ["annotations_count"] = 0,
            ["annotations_url"] = Url(repository, $"check-runs/{run.Id}/annotations"),
        },
        ["check_suite"] = new JsonObject { ["id"] = run.Suite },
        ["app"] = App(run.App),
        ["pull_requests"] = new JsonArray([.. repository.Pulls.Where(p => p.IsOpen && p.HeadSha == run.Sha).Select(p => ShortPullRequest(p))]),
    };

    public JsonObject WorkflowRunOf(WorkflowRun run)
    {
        var (repository, at) = (run.Repository, Url(run.Repository, $"actions/runs/{run.Id}"));
        var commit = repository.Git.GetCommit(run.Sha);
        return new JsonObject
        {
            ["id"] = run.Id,
            ["name"] = run.Workflow,
            ["node_id"] = Node("WFR", run.Id),
            ["head_branch"] = run.Branch,
            ["head_sha"] = run.Sha,
            ["path"] = $".github/workflows/{run.Workflow}",
            ["display_title"] = run.Title,
            ["run_number"] = run.Number,
            ["run_attempt"] = 1,
            ["event"] = run.Kind,
            ["status"] = run.Conclusion is null ? "in_progress" : "completed",
            ["conclusion"] = run.Conclusion,
            ["workflow_id"] = repository.Id * 100,
            ["check_suite_id"] = run.Id + 1,
            ["check_suite_node_id"] = Node("CS", run.Id + 1),
            ["url"] = at,
            ["html_url"] = Page(repository, $"actions/runs/{run.Id}"),
            ["pull_requests"] = new JsonArray(),
            ["created_at"] = Stamp(run.CreatedAt),
            ["updated_at"] = Stamp(run.UpdatedAt),
            ["actor"] = User(run.Actor),
            ["triggering_actor"] = User(run.Actor),
            ["run_started_at"] = Stamp(run.CreatedAt),
            ["jobs_url"] = $"{at}/jobs",
            ["logs_url"] = $"{at}/logs",
            ["check_suite_url"] = Url(repository, $"check-suites/{run.Id + 1}"),
            ["artifacts_url"] = $"{at}/artifacts",
            ["cancel_url"] = $"{at}/cancel",
            ["rerun_url"] = $"{at}/rerun",
            ["previous_attempt_url"] = null,
            ["workflow_url"] = Url(repository, $"actions/workflows/{repository.Id * 100}"),
            ["head_commit"] = new JsonObject
            {
                ["id"] = commit.Sha,
                ["tree_id"] = commit.Tree,
                ["message"] = commit.Message,
                ["timestamp"] = Stamp(run.CreatedAt),
                ["author"] = new JsonObject { ["name"] = commit.Author.Name, ["email"] = commit.Author.Email },
                ["committer"] = new JsonObject { ["name"] = commit.Committer.Name, ["email"] = commit.Committer.Email },
            },
            ["repository"] = MinimalRepository(repository),
            ["head_repository"] = MinimalRepository(repository),
        };
    }

    public JsonObject ShortPullRequest(PullRequest pull)
    {
        return new JsonObject
        {
            ["id"] = pull.Id,
            ["number"] = pull.Number,
            ["url"] = Url(pull.Repository, $"pulls/{pull.Number}"),
            ["head"] = Side(pull.HeadRepository, pull.HeadBranch, pull.HeadSha),
            ["base"] = Side(pull.Repository, pull.BaseBranch, pull.BaseSha),
        };

        JsonObject Side(HostedRepository repository, string branch, string sha) => new()
        {
            ["ref"] = branch,
            ["sha"] = sha,
            ["repo"] = new JsonObject { ["id"] = repository.Id, ["url"] = $"{Api}/repos/{repository.FullName}", ["name"] = repository.Name },
        };
    }

    public JsonObject DeploymentOf(HostedRepository repository, Deployment deployment)
    {
        var url = Url(repository, $"deployments/{deployment.Id}");
        return new JsonObject
        {
            ["url"] = url,
            ["id"] = deployment.Id,
            ["node_id"] = Node("DE", deployment.Id),
            ["sha"] = deployment.Sha,
            ["ref"] = deployment.Ref,
            ["task"] = deployment.Task,
            ["payload"] = new JsonObject(),
            ["original_environment"] = deployment.Environment,
            ["environment"] = deployment.Environment,
            ["description"] = deployment.Description,
            ["creator"] = User(deployment.Creator),
            ["created_at"] = Stamp(deployment.CreatedAt),
            ["updated_at"] = Stamp(deployment.CreatedAt),
            ["statuses_url"] = $"{url}/statuses",
            ["repository_url"] = $"{Api}/repos/{repository.FullName}",
            ["transient_environment"] = false,
            ["production_environment"] = deployment.Environment is "production",
        };
    }

    public JsonObject DeploymentStatusOf(HostedRepository repository, Deployment deployment, DeploymentStatus status)
    {
        var url = Url(repository, $"deployments/{deployment.Id}");
        return new JsonObject
        {
            ["url"] = $"{url}/statuses/{status.Id}",
            ["id"] = status.Id,
            ["node_id"] = Node("DES", status.Id),
            ["state"] = status.State,
            ["creator"] = User(status.Creator),
            ["description"] = status.Description,
            ["environment"] = status.Environment,
            ["target_url"] = status.LogUrl,
            ["created_at"] = Stamp(status.At),
            ["updated_at"] = Stamp(status.At),
            ["deployment_url"] = url,
            ["repository_url"] = $"{Api}/repos/{repository.FullName}",
            ["environment_url"] = "",
            ["log_url"] = status.LogUrl,
        };
    }

    /// <summary>Branch protection at its own address.</summary>
    public JsonObject Protection(HostedRepository repository, string branch, BranchProtection protection)
    {
        var url = Url(repository, $"branches/{branch}/protection");
        var json = new JsonObject { ["url"] = url };
        if (protection.RequiredChecks.Count > 0)
        {
            json["required_status_checks"] = new JsonObject
            {
                ["url"] = $"{url}/required_status_checks",
                ["strict"] = protection.IsStrict,
                ["contexts"] = new JsonArray([.. protection.RequiredChecks.Select(c => JsonValue.Create(c))]),
                ["contexts_url"] = $"{url}/required_status_checks/contexts",
                ["checks"] = new JsonArray([.. protection.RequiredChecks.Select(c => new JsonObject { ["context"] = c, ["app_id"] = null })]),
            };
        }

        if (protection.RequiredApprovals > 0)
        {
            json["required_pull_request_reviews"] = new JsonObject
            {
                ["url"] = $"{url}/required_pull_request_reviews",
                ["dismiss_stale_reviews"] = protection.DismissesStaleReviews,
                ["require_code_owner_reviews"] = false,
                ["require_last_push_approval"] = false,
                ["required_approving_review_count"] = protection.RequiredApprovals,
            };
        }

        json["required_signatures"] = new JsonObject { ["url"] = $"{url}/required_signatures", ["enabled"] = false };
        json["enforce_admins"] = new JsonObject { ["url"] = $"{url}/enforce_admins", ["enabled"] = false };
        foreach (var name in (string[])["required_linear_history", "allow_force_pushes", "allow_deletions", "block_creations", "required_conversation_resolution", "lock_branch", "allow_fork_syncing"])
        {
            json[name] = new JsonObject { ["enabled"] = false };
        }

        return json;
    }

    /// <summary>The rules of rulesets for a branch.</summary>
    public static IReadOnlyList<JsonObject> Rules(HostedRepository repository, BranchProtection? protection)
    {
        var rules = new List<JsonObject>();
        if (protection is null or { IsRuleset: false })
        {
            return rules;
        }

        if (protection.RequiredChecks.Count > 0)
        {
            Add("required_status_checks", new JsonObject
            {
                ["strict_required_status_checks_policy"] = protection.IsStrict,
                ["do_not_enforce_on_create"] = false,
                ["required_status_checks"] = new JsonArray([.. protection.RequiredChecks.Select(c => new JsonObject { ["context"] = c })]),
            });
        }

        if (protection.RequiredApprovals > 0)
        {
            Add("pull_request", new JsonObject
            {
                ["required_approving_review_count"] = protection.RequiredApprovals,
                ["dismiss_stale_reviews_on_push"] = protection.DismissesStaleReviews,
                ["require_code_owner_review"] = false,
                ["require_last_push_approval"] = false,
                ["required_review_thread_resolution"] = false,
                ["allowed_merge_methods"] = new JsonArray("merge", "squash", "rebase"),
            });
        }

        if (protection.HasMergeQueue)
        {
            Add("merge_queue", new JsonObject
            {
                ["check_response_timeout_minutes"] = 60,
                ["grouping_strategy"] = "ALLGREEN",
                ["max_entries_to_build"] = 5,
                ["max_entries_to_merge"] = 5,
                ["merge_method"] = "MERGE",
                ["min_entries_to_merge"] = 1,
                ["min_entries_to_merge_wait_minutes"] = 5,
            });
        }

        return rules;

        void Add(string type, JsonObject parameters) => rules.Add(new JsonObject
        {
            ["type"] = type,
            ["parameters"] = parameters,
            ["ruleset_source_type"] = "Repository",
            ["ruleset_source"] = repository.FullName,
            ["ruleset_id"] = 42,
        });
    }

    public static string Node(string kind, long id) => $"{kind}_kwDO{Convert.ToBase64String(BitConverter.GetBytes(id)).TrimEnd('=').Replace('/', '_').Replace('+', '-')}";

    public static string HtmlOf(Issue issue) => Page(issue.Repository, $"{(issue is PullRequest ? "pull" : "issues")}/{issue.Number}");

    /// <summary>As GitHub writes it, with a line end after each 60 characters.</summary>
    public static string Base64(byte[] content) =>
        string.Concat(Convert.ToBase64String(content).Chunk(60).Select(c => new string(c) + "\n"));

    private static JsonObject Permissions(HostedRepository repository, Actor viewer)
    {
        var role = viewer.Kind == ActorKind.Person ? repository.RoleOf(viewer.Account.Login)
            : repository.MayPush(viewer) ? RepositoryRole.Write : RepositoryRole.Read;
        return new JsonObject
        {
            ["admin"] = role >= RepositoryRole.Admin,
            ["maintain"] = role >= RepositoryRole.Maintain,
            ["push"] = role >= RepositoryRole.Write,
            ["triage"] = role >= RepositoryRole.Triage,
            ["pull"] = role >= RepositoryRole.Read,
        };
    }

    private static JsonObject Link(string address) => new() { ["href"] = address };

    private static int Sum(IReadOnlyList<JsonObject> files, string member) => files.Sum(f => (int)f[member]!);

    private static JsonObject ShortProtection(HostedRepository repository, string branch)
    {
        var checks = repository.ProtectionOf(branch) is { IsRuleset: false } protection ? protection.RequiredChecks : [];
        return new JsonObject
        {
            ["enabled"] = repository.ProtectionOf(branch) is { IsRuleset: false },
            ["required_status_checks"] = new JsonObject
            {
                ["enforcement_level"] = checks.Count > 0 ? "non_admins" : "off",
                ["contexts"] = new JsonArray([.. checks.Select(c => JsonValue.Create(c))]),
                ["checks"] = new JsonArray([.. checks.Select(c => new JsonObject { ["context"] = c, ["app_id"] = null })]),
            },
        };
    }

    private static string Association(HostedRepository repository, Account account) =>
        account == repository.Owner ? "OWNER"
        : account.Type is "Bot" ? "NONE"
        : repository.RoleOf(account.Login) >= RepositoryRole.Triage ? "MEMBER" : "NONE";

    private static JsonObject Reactions(string url, List<Reaction> reactions)
    {
        var json = new JsonObject { ["url"] = url, ["total_count"] = reactions.Count };
        foreach (var content in (string[])["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"])
        {
            json[content] = reactions.Count(r => r.Content == content);
        }

        return json;
    }

    private static readonly (string Name, string Path)[] RepositoryAddresses =
    [
        ("archive_url", "/{archive_format}{/ref}"), ("assignees_url", "/assignees{/user}"), ("blobs_url", "/git/blobs{/sha}"),
        ("branches_url", "/branches{/branch}"), ("collaborators_url", "/collaborators{/collaborator}"), ("comments_url", "/comments{/number}"),
        ("commits_url", "/commits{/sha}"), ("compare_url", "/compare/{base}...{head}"), ("contents_url", "/contents/{+path}"),
        ("contributors_url", "/contributors"), ("deployments_url", "/deployments"), ("downloads_url", "/downloads"), ("events_url", "/events"),
        ("forks_url", "/forks"), ("git_commits_url", "/git/commits{/sha}"), ("git_refs_url", "/git/refs{/sha}"), ("git_tags_url", "/git/tags{/sha}"),
        ("hooks_url", "/hooks"), ("issue_comment_url", "/issues/comments{/number}"), ("issue_events_url", "/issues/events{/number}"),
        ("issues_url", "/issues{/number}"), ("keys_url", "/keys{/key_id}"), ("labels_url", "/labels{/name}"), ("languages_url", "/languages"),
        ("merges_url", "/merges"), ("milestones_url", "/milestones{/number}"), ("notifications_url", "/notifications{?since,all,participating}"),
        ("pulls_url", "/pulls{/number}"), ("releases_url", "/releases{/id}"), ("stargazers_url", "/stargazers"), ("statuses_url", "/statuses/{sha}"),
        ("subscribers_url", "/subscribers"), ("subscription_url", "/subscription"), ("tags_url", "/tags"), ("teams_url", "/teams"),
        ("trees_url", "/git/trees{/sha}"),
    ];
}
