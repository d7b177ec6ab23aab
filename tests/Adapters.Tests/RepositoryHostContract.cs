using System.Text;
using Basewatch.Core.Ports;
using CsCheck;
using Xunit;

namespace Basewatch.Adapters.Tests;

/// <summary>What every repository host keeps to.</summary>
public abstract class RepositoryHostContract
{
    protected const string Crlf = "FROM python:3.12\r\nRUN true\r\n";

    protected static readonly byte[] Binary = [0, 1, 2, 255, 254, 10, 13, 0];
    protected static readonly byte[] Marked = [0xEF, 0xBB, 0xBF, .. "image: nginx:1\n"u8];

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The host under test.</summary>
    protected abstract IRepositoryHost Host { get; }

    /// <summary>Makes a repository whose default branch is <c>main</c>; no files: without a commit.</summary>
    protected abstract Task<RepositoryName> CreateAsync(IReadOnlyDictionary<string, byte[]> files);

    /// <summary>Makes the repository vanish.</summary>
    protected abstract Task RemoveAsync(RepositoryName repository);

    /// <summary>Merges a pull request as a person does.</summary>
    protected abstract Task MergeAsync(RepositoryName repository, int number);

    [Fact]
    public async Task A_head_is_the_default_branch_and_its_newest_commit()
    {
        var repository = await CreateAsync(Files());

        var head = await Host.GetHeadAsync(repository, Cancellation);
        var branch = await Host.GetBranchAsync(repository, "main", Cancellation);

        Assert.Equal("main", head?.Branch);
        Assert.Equal(head?.Commit, branch?.Sha);
        Assert.Empty(branch!.Parents);
    }

    [Fact]
    public async Task An_empty_repository_has_no_head() =>
        Assert.Null(await Host.GetHeadAsync(await CreateAsync(new Dictionary<string, byte[]>()), Cancellation));

    [Fact]
    public async Task A_vanished_repository_has_no_head_and_every_other_call_says_that_it_is_gone()
    {
        var repository = await CreateAsync(Files());
        var head = await Host.GetHeadAsync(repository, Cancellation);
        await RemoveAsync(repository);

        Assert.Null(await Host.GetHeadAsync(repository, Cancellation));
        foreach (var call in (Func<Task>[])
            [
                () => Host.GetTreeAsync(repository, head!.Commit, Cancellation),
                () => Host.GetBlobAsync(repository, head!.Commit, Cancellation),
                () => Host.CommitAsync(repository, new CommitRequest(head!.Commit, [], _ => "m"), Cancellation),
                () => Host.FindPullRequestsAsync(repository, "basewatch/python", Cancellation),
                () => Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/python", "main", "t", "b"), Cancellation),
            ])
        {
            var e = await Assert.ThrowsAsync<RepositoryHostException>(call);
            Assert.Equal(RepositoryHostFailure.NotFound, e.Failure);
            Assert.Contains(repository.ToString(), e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_tree_has_every_file_however_deep_and_however_named()
    {
        var repository = await CreateAsync(Files());

        var tree = await TreeAsync(repository);

        Assert.Equal(Files().Keys.Order(StringComparer.Ordinal), tree.Keys.Order(StringComparer.Ordinal));
        Assert.All(tree.Values, f => Assert.Equal("100644", f.Mode));
        Assert.Equal(Crlf.Length, tree["Dockerfile"].Size);
    }

    [Fact]
    public async Task A_file_has_exactly_its_bytes()
    {
        var repository = await CreateAsync(Files());

        foreach (var (path, file) in await TreeAsync(repository))
        {
            Assert.Equal(Files()[path], await Host.GetBlobAsync(repository, file.Blob, Cancellation));
        }
    }

    [Fact]
    public async Task A_commit_changes_the_given_files_alone_and_keeps_their_bytes_and_modes()
    {
        var repository = await CreateAsync(Files());
        var before = await TreeAsync(repository);
        var head = (await Host.GetHeadAsync(repository, Cancellation))!;
        var texts = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["Dockerfile"] = Encoding.UTF8.GetBytes("FROM python:3.13\r\nRUN true\r\n"),
            ["sub/deep/Dockerfile"] = [.. Marked, .. "äöü \u2028 \"\\\" 🐍 no line end"u8],
            ["bin.dat"] = [.. Binary, 7],
        };

        var commit = await Host.CommitAsync(
            repository,
            new CommitRequest(
                head.Commit,
                [
                    new CommitFile("Dockerfile", "100755", texts["Dockerfile"]),
                    new CommitFile("sub/deep/Dockerfile", "100644", texts["sub/deep/Dockerfile"]),
                    new CommitFile("bin.dat", "100644", texts["bin.dat"]),
                ],
                tree => $"Update python\n\nTree: {tree}"),
            Cancellation);

        Assert.Equal([head.Commit], commit.Parents);
        Assert.Equal($"Update python\n\nTree: {commit.Tree}", commit.Message.TrimEnd('\n'));
        var after = (await Host.GetTreeAsync(repository, commit.Sha, Cancellation)).Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("100755", after["Dockerfile"].Mode);
        foreach (var (path, file) in after)
        {
            if (texts.TryGetValue(path, out var text))
            {
                Assert.Equal(text, await Host.GetBlobAsync(repository, file.Blob, Cancellation));
            }
            else
            {
                Assert.Equal(before[path], file);
            }
        }

        Assert.Equal(head, await Host.GetHeadAsync(repository, Cancellation));
    }

    [Fact]
    public async Task Whatever_bytes_a_file_has_a_commit_holds_exactly_these()
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!;
        var bytes = Gen.OneOf(
            Gen.Byte.Array[0, 50],
            Gen.Byte[0x20, 0x7E].Array[0, 50],
            Gen.OneOf("\r\n", "\n", "\r", "\t", "\uFEFF", "\u2028", "\u0085", "\u007F", "\u0000", "\u001B", "\"", "\\", "é", "🐍", "<&>", "\uFFFD", "\\u0041")
                .Array[0, 20].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))));
        await bytes.Array[20].SampleAsync(
            async contents =>
            {
                var files = contents.Select((content, i) => new CommitFile($"generated/{i}", "100644", content)).ToList();
                var commit = await Host.CommitAsync(repository, new CommitRequest(head.Commit, files, tree => tree), Cancellation);

                var tree = (await Host.GetTreeAsync(repository, commit.Sha, Cancellation)).Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
                foreach (var file in files)
                {
                    Assert.Equal(file.Content.ToArray(), await Host.GetBlobAsync(repository, tree[file.Path].Blob, Cancellation));
                }
            },
            iter: 3,
            threads: 1);
    }

    [Fact]
    public async Task A_mode_outlives_a_commit_to_another_file()
    {
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!;
        var first = await Host.CommitAsync(repository, new CommitRequest(head.Commit, [new CommitFile("sub/values.yaml", "100755", "a: 1\n"u8.ToArray())], _ => "x"), Cancellation);

        var second = await Host.CommitAsync(repository, new CommitRequest(first.Sha, [new CommitFile("Dockerfile", "100644", "FROM a\n"u8.ToArray())], _ => "y"), Cancellation);

        var files = (await Host.GetTreeAsync(repository, second.Sha, Cancellation)).Files;
        Assert.Equal("100755", files.Single(f => f.Path == "sub/values.yaml").Mode);
    }

    [Fact]
    public async Task A_branch_moves_only_from_where_it_is_expected()
    {
        const string Branch = "basewatch/docker.io-library-python-3.x";
        var repository = await CreateAsync(Files());
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;
        var one = (await CommitAsync(repository, head, "FROM python:3.13\n")).Sha;
        var two = (await CommitAsync(repository, head, "FROM python:3.14\n")).Sha;

        Assert.Null(await Host.GetBranchAsync(repository, Branch, Cancellation));
        Assert.False(await Host.SetBranchAsync(repository, Branch, one, head, Cancellation));
        Assert.True(await Host.SetBranchAsync(repository, Branch, one, null, Cancellation));
        Assert.False(await Host.SetBranchAsync(repository, Branch, two, null, Cancellation));
        Assert.False(await Host.SetBranchAsync(repository, Branch, two, head, Cancellation));
        Assert.Equal(one, (await Host.GetBranchAsync(repository, Branch, Cancellation))?.Sha);

        // Not a fast-forward: both come from the head.
        Assert.True(await Host.SetBranchAsync(repository, Branch, two, one, Cancellation));
        var branch = await Host.GetBranchAsync(repository, Branch, Cancellation);
        Assert.Equal(two, branch?.Sha);
        Assert.Equal([head], branch!.Parents);
        Assert.Contains(branch.Tree, branch.Message, StringComparison.Ordinal);

        await Host.DeleteBranchAsync(repository, Branch, Cancellation);
        await Host.DeleteBranchAsync(repository, Branch, Cancellation);
        Assert.Null(await Host.GetBranchAsync(repository, Branch, Cancellation));
    }

    [Fact]
    public async Task A_pull_request_is_opened_found_by_its_branch_updated_and_closed()
    {
        var repository = await CreateAsync(Files());
        var head = await BranchAsync(repository, "basewatch/python");
        await BranchAsync(repository, "basewatch/python-slim");
        await BranchAsync(repository, "feature/python");
        var ours = await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/python", "main", "Update python", "Body **1**"), Cancellation);
        var slim = await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/python-slim", "main", "Update slim", "Other"), Cancellation);
        await Host.OpenPullRequestAsync(repository, new PullRequestDraft("feature/python", "main", "By a person", ""), Cancellation);

        await Host.UpdatePullRequestAsync(repository, ours.Number, "Update python again", "Body\n\n<!-- marker -->", Cancellation);

        var found = Assert.Single(await Host.FindPullRequestsAsync(repository, "basewatch/python", Cancellation));
        Assert.Equal(new PullRequest(ours.Number, "basewatch/python", head, PullRequestState.Open, "Update python again", "Body\n\n<!-- marker -->", ours.Url), found with { Base = null, Labels = [], UpdatedAt = null });
        Assert.Equal("main", found.Base ?? "main");
        Assert.Equal([slim.Number, ours.Number], (await Host.ListOpenPullRequestsAsync(repository, "basewatch/", Cancellation)).Select(p => p.Number).OrderDescending());

        await Host.ClosePullRequestAsync(repository, ours.Number, "No longer needed", Cancellation);
        Assert.Equal(PullRequestState.Closed, (await Host.FindPullRequestsAsync(repository, "basewatch/python", Cancellation)).Single().State);
        Assert.Equal([slim.Number], (await Host.ListOpenPullRequestsAsync(repository, "basewatch/", Cancellation)).Select(p => p.Number));

        var second = await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/python", "main", "Once more", "b"), Cancellation);
        Assert.Equal([second.Number, ours.Number], (await Host.FindPullRequestsAsync(repository, "basewatch/python", Cancellation)).Select(p => p.Number));
        Assert.Empty(await Host.FindPullRequestsAsync(repository, "basewatch/pytho", Cancellation));
    }

    [Fact]
    public async Task A_pull_request_is_open_whatever_becomes_of_its_labels_and_people()
    {
        var repository = await CreateAsync(Files());
        await BranchAsync(repository, "basewatch/python");

        var pull = await Host.OpenPullRequestAsync(
            repository,
            new PullRequestDraft("basewatch/python", "main", "Update python", "b") { Labels = ["docker"], Reviewers = ["nobody-of-that-name"], TeamReviewers = ["no-team"], Assignees = ["nobody-of-that-name"] },
            Cancellation);

        Assert.Equal(pull.Number, Assert.Single(await Host.ListOpenPullRequestsAsync(repository, "basewatch/", Cancellation)).Number);
    }

    [Fact]
    public async Task A_merged_pull_request_says_so_even_when_its_branch_is_gone()
    {
        var repository = await CreateAsync(Files());
        await BranchAsync(repository, "basewatch/python");
        var pull = await Host.OpenPullRequestAsync(repository, new PullRequestDraft("basewatch/python", "main", "Update python", "b"), Cancellation);

        await MergeAsync(repository, pull.Number);
        await Host.DeleteBranchAsync(repository, "basewatch/python", Cancellation);

        Assert.Equal(PullRequestState.Merged, (await Host.FindPullRequestsAsync(repository, "basewatch/python", Cancellation)).Single().State);
        var file = (await TreeAsync(repository))["Dockerfile"];
        Assert.Equal("FROM basewatch/python\n", Encoding.UTF8.GetString(await Host.GetBlobAsync(repository, file.Blob, Cancellation)));
    }

    [Fact]
    public async Task The_listing_has_the_repository()
    {
        var repository = await CreateAsync(Files());

        var listed = await Host.ListAsync(Cancellation).ToListAsync(Cancellation);

        Assert.Contains(repository, listed.Select(l => l.Repository));
    }

    protected static Dictionary<string, byte[]> Files() => new(StringComparer.Ordinal)
    {
        ["Dockerfile"] = Encoding.UTF8.GetBytes(Crlf),
        ["sub/deep/Dockerfile"] = Marked,
        ["sub/values.yaml"] = "image: nginx:1\n"u8.ToArray(),
        ["bin.dat"] = Binary,
        ["empty"] = [],
        ["ä b\"c'd/100%#1 🐍.yaml"] = "a: 1\n"u8.ToArray(),
    };

    private async Task<Dictionary<string, TreeFile>> TreeAsync(RepositoryName repository)
    {
        var head = (await Host.GetHeadAsync(repository, Cancellation))!;
        return (await Host.GetTreeAsync(repository, head.Commit, Cancellation)).Files.ToDictionary(f => f.Path, StringComparer.Ordinal);
    }

    private Task<CommitInfo> CommitAsync(RepositoryName repository, string parent, string text) =>
        Host.CommitAsync(repository, new CommitRequest(parent, [new CommitFile("Dockerfile", "100644", Encoding.UTF8.GetBytes(text))], tree => $"Change\n\nTree: {tree}\n"), Cancellation);

    private async Task<string> BranchAsync(RepositoryName repository, string branch)
    {
        var head = (await Host.GetHeadAsync(repository, Cancellation))!.Commit;
        var commit = await CommitAsync(repository, head, $"FROM {branch}\n");
        Assert.True(await Host.SetBranchAsync(repository, branch, commit.Sha, null, Cancellation));
        return commit.Sha;
    }
}
